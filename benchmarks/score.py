"""The whole scoring of a delivery by both engines beside the script that a data scientist would write, in one run.

    python benchmarks/score.py [--clients 50000] [--trees 1500] [--engines local spark] [--folder DIR]

Before: clients are generated (seven tables), delivered and taken in, which has a line of its own and is in no ratio;
two models of --trees trees of 31 leaves are fitted with LightGBM to other generated clients, one to the product's
features, which becomes the champion, and one to those of benchmarks/score_by_hand.py.

Measured: `credit-scoring score` in a new process, by the embedded engine and by Spark (local[2]) in a store of each
one's own, with no kernel compiled yet: the start, features, exact reasons of every client, Delta, CSV, report; and
score_by_hand.py in a new process: CSV files, features, predict, pred_contrib, CSV. LightGBM explains a sample, and what
is said of all clients is extrapolated and marked with ~. Seconds are wall time and, of a process with all that it
started, processor time. The script writes no Delta table and checks nothing. The engines' CSV must say the same.

What explaining costs inside the job is measured by two processes at a time, as the tasks are, that do with the same
clients what a task does once it has their features: build and prove the model, margins, contributions, points, reasons,
drivers, rows.

The last line is JSON: how many times more seconds the script takes than each engine (`script_over_embedded` and
`script_over_spark`: on the clock), the share of explanations in the embedded engine's processor time, and the largest
difference between published contributions and LightGBM's, relative to the client's largest.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"  # as the tasks have it; polars reads it when it is imported

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import polars as pl
import score_by_hand
from champion import PARAMETERS, crown, model, outcomes_of, slots, vectors_of
from deltalake import DeltaTable
from measuring import Cost, run

from credit_scoring.commands import deliveries
from credit_scoring.features import registry
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.model.artifacts import Decision
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.scoring.rows import RunMetadata, score_rows
from credit_scoring.settings import Settings
from credit_scoring.settings_file import load
from credit_scoring.synthetic.lender import known
from credit_scoring.synthetic.writing import write

Matrix = npt.NDArray[np.float32]

SEED, LEARNED_FROM, TASKS = 7, 10_000, 2


@dataclass(frozen=True)
class Seconds:
    """Wall time, and processor time of all processes together."""

    wall: float
    cpu: float

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.wall + other.wall, self.cpu + other.cpu)

    def times(self, factor: float) -> Seconds:
        """So many times as long."""
        return Seconds(self.wall * factor, self.cpu * factor)

    @classmethod
    def of(cls, cost: Cost) -> Seconds:
        """A command's cost without its parts."""
        return cls(cost.wall, cost.total)


def explained(texts: ModelTexts, clients: Sequence[range]) -> dict[str, float]:
    """Processor seconds of what a task does with a model once it has the features of its slots, by step."""
    seconds = dict.fromkeys(("model", "contributions", "rows"), 0.0)
    run_metadata = RunMetadata(datetime.now(UTC), 1, "benchmark", "benchmark")

    def timed(step: str, start: float) -> None:
        seconds[step] += time.process_time() - start

    start = time.process_time()
    judge = scorer(texts)
    timed("model", start)
    for slot in clients:
        frame = feature_frame(known(slot, SEED))
        vectors = matrix(frame)
        cases = frame.select(
            pl.col("SK_ID_CURR").alias("client_id"), delivery=pl.lit("new"), as_of=1, file_complete=pl.lit(True)
        )
        start = time.process_time()
        judge.explain(np.ascontiguousarray(vectors[:, judge.used]))
        timed("contributions", start)
        start = time.process_time()
        score_rows(cases, vectors, judge, run_metadata)
        timed("rows", start)
    # score_rows computes the contributions once more, in the same time.
    seconds["rows"] -= seconds["contributions"]
    return seconds


def in_tasks(texts: ModelTexts, clients: range) -> dict[str, float]:
    """The same of all clients, by as many processes at a time as there are tasks."""
    every = slots(clients)
    with ProcessPoolExecutor(TASKS, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(explained, [texts] * TASKS, [every[i::TASKS] for i in range(TASKS)]))
    return {step: sum(seconds[step] for seconds in found) for step in found[0]}


def difference(settings: Settings, texts: ModelTexts, vectors: Matrix) -> float:
    """The largest difference between published contributions and LightGBM's, both in points, of the first clients.

    Relative to the largest absolute value of the client.
    """
    history = DeltaTable(f"{settings.tables}/score_history").to_pyarrow_table(columns=["client_id", "contributions"])
    rows = history.sort_by("client_id").slice(0, len(vectors))
    published = np.array(rows["contributions"].to_pylist())
    booster, decision = lgb.Booster(model_str=texts.booster), Decision.from_json(texts.decision, "decision.json")
    phi = booster.predict(vectors, pred_contrib=True)[:, :-1]
    reference = np.array([decision.reference[name] for name in registry.names()])
    expected = decision.scale.scale().raw_points(phi) - reference
    return float((np.abs(published - expected).max(axis=1) / np.abs(expected).max(axis=1)).max())


def lender(folder: Path, engine: str) -> tuple[Path, Settings]:
    """The settings of an engine's own lender, and their file."""
    folder.mkdir(parents=True, exist_ok=True)
    conf = folder / f"{engine}.yml"
    conf.write_text(f"home: {folder / engine}\nengine: {engine}\n")
    return conf, load(conf)


def by_product(folder: Path, engine: str, clients: range, texts: ModelTexts) -> tuple[Settings, Seconds, Seconds]:
    """A lender of its own, and what intake and scoring cost there."""
    conf, settings = lender(folder, engine)
    variables = {"NUMBA_CACHE_DIR": str(folder / f"kernels-{engine}")}
    deliveries.deliver(settings, folder / "new", "new", lambda line: None)
    crown(settings, texts)
    print(f"{engine}: taking the delivery in, and scoring it", flush=True)
    cli = ["-m", "credit_scoring.cli"]
    intake, ours = (
        Seconds.of(run([*cli, command, "--conf", conf, "--quiet"], variables)[1]) for command in ("intake", "score")
    )
    published = Path(settings.published) / "new" / "scores.csv"
    if pl.scan_csv(published).select(pl.len()).collect().item() != len(clients):
        raise SystemExit(f"{published} does not hold {len(clients):,} clients.")
    return settings, intake, ours


def said(settings: Settings) -> pl.DataFrame:
    """What was published, but for the moment."""
    return pl.read_csv(Path(settings.published) / "new" / "scores.csv").drop("scored_at")


def compared(folder: Path, clients: range, trees: int, sample: int, engines: Sequence[str]) -> dict[str, object]:
    """Prepares, runs all sides, prints the table, and returns what the last line says."""
    print(f"generating {len(clients):,} clients", flush=True)
    records = sum(write(folder / "new", clients, 0, SEED).values())
    learned = range(clients.stop, clients.stop + LEARNED_FROM)
    write(folder / "learned", learned, len(learned), SEED)

    print(f"fitting twice {trees:,} trees to {LEARNED_FROM:,} other clients", flush=True)
    theirs = score_by_hand.features(folder / "learned")
    applications = outcomes_of(folder / "learned")
    outcome_of = dict(applications.iter_rows())
    outcomes = np.array([outcome_of[client] for client in theirs.index], np.float64)
    lgb.train(PARAMETERS, lgb.Dataset(theirs, outcomes), trees).save_model(folder / "by_hand.txt")
    texts = model(vectors_of(learned, SEED), applications["TARGET"].to_numpy().astype(np.float64), trees)

    done = {engine: by_product(folder, engine, clients, texts) for engine in engines}
    if len({said(settings).hash_rows().sum() for settings, _, _ in done.values()}) > 1:
        raise SystemExit("The engines give the same clients other scores.")

    print("the script", flush=True)
    by_hand = [score_by_hand.__file__, folder / "new", folder / "by_hand.txt", folder / "by_hand.csv"]
    printed, cost = run([*by_hand, "--sample", str(sample)])
    script = Seconds.of(cost)
    found = json.loads(printed)
    parts = {part: Seconds(**seconds) for part, seconds in found["seconds"].items()}
    extrapolated = parts["contributions"].times(len(clients) / sample)
    whole = script + extrapolated + parts["contributions"].times(-1)

    print("explaining once more, to be measured", flush=True)
    os.environ["NUMBA_CACHE_DIR"] = str(folder / "kernels of the measurement")
    inside = in_tasks(texts, clients)
    explanations = sum(inside.values())

    print(f"\n{len(clients):,} clients, {records:,} records, {trees:,} trees of 31 leaves")
    print(f"  {'':<58}{'wall s':>9}{'CPU s':>9}")
    for engine, (_, intake, ours) in done.items():
        line(f"{engine}: before, intake of the delivery (in no ratio)", intake)
        line(f"{engine}: {len(registry.names())} features, reasons, Delta, CSV, report", ours)
    line("  of it, in the tasks: kernels compiled, model proven", Seconds(math.nan, inside["model"]))
    line("  of it, in the tasks: margins and contributions", Seconds(math.nan, inside["contributions"]))
    line("  of it, in the tasks: points, reasons, drivers, rows", Seconds(math.nan, inside["rows"]))
    line(f"script: all of it, {found['features']} features", whole, extrapolated=True)
    line("  of it: CSV files and features", parts["features"])
    line("  of it: LightGBM, predict", parts["predict"])
    line(f"  of it: LightGBM, pred_contrib ({sample} clients explained)", extrapolated, extrapolated=True)
    first, _, cheapest = done[engines[0]]
    ratios = {}
    for engine, (_, _, ours) in done.items():
        name = {"local": "embedded"}.get(engine, engine)
        ratios[f"script_over_{name}"] = round(whole.wall / ours.wall, 2)
        ratios[f"script_over_{name}_cpu"] = round(whole.cpu / ours.cpu, 2)
    return {
        "benchmark": "score",
        "ratios": {**ratios, "explanations_of_score_cpu": round(explanations / cheapest.cpu, 3)},
        "max_difference": difference(first, texts, vectors_of(clients[:sample], SEED)),
    }


def line(what: str, seconds: Seconds, extrapolated: bool = False) -> None:
    """Prints a line of the table."""
    cells = ["" if math.isnan(s) else f"{'~' if extrapolated else ''}{s:.1f}" for s in (seconds.wall, seconds.cpu)]
    print(f"  {what:<58}{cells[0]:>9}{cells[1]:>9}")


def main() -> None:
    """Runs the benchmark in a folder that is removed at the end, unless it is given one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50_000)
    parser.add_argument("--trees", type=int, default=1_500)
    parser.add_argument("--sample", type=int, default=500, help="clients that LightGBM explains")
    parser.add_argument("--engines", nargs="+", choices=["local", "spark"], default=["local", "spark"])
    parser.add_argument("--folder", type=Path, help="an empty folder that is kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        clients = range(arguments.clients)
        sample = min(arguments.sample, arguments.clients)
        result = compared(folder, clients, arguments.trees, sample, arguments.engines)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
