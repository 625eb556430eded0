"""What fitting a model takes, beside plain LightGBM with the same parameters, rows and number of fits.

    python benchmarks/train.py [--clients 20000] [--trainer lightgbm synapseml]    # a generated lender
    python benchmarks/train.py --conf conf/local.yml        # the clients with an outcome in the lender's own tables

Ours: every fold's model with early stopping, the margins out of fold, the final model, as `credit-scoring train` does
it, by either trainer: LightGBM in this process on arrays, SynapseML from vectors that Spark keeps. Theirs: the same
with lightgbm on a matrix in memory. Reading and features are on no side. CPU is that of all processes; the first fit of
each side, on few clients, is not counted. Threads that wait sleep on all sides, as in the product, so that on a busy
machine the CPU says more than the clock. The trainers bring different LightGBMs, which may stop after other rounds:
`ms a tree` is CPU by tree, over all folds and the final model.

On a generated lender, with `lightgbm` among the trainers, the whole of an embedded training follows: comparisons,
intervals, examination, promises on 2,000 clients, the texts and the card; `beside_fits` says what it takes beside the
fits themselves (the rivals' included).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Before LightGBM is loaded, which reads it once.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import lightgbm as lgb
import numpy as np
import polars as pl
import psutil
from sklearn.metrics import roc_auc_score

from credit_scoring.clients.snapshot import Snapshot
from credit_scoring.features import registry
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.schema.table import CLIENT
from credit_scoring.settings import Settings, SparkSettings, TrainingSettings
from credit_scoring.settings_file import load
from credit_scoring.synthetic.lender import generate, known
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.card.card import card
from credit_scoring.training.examination.examine import examine
from credit_scoring.training.fit import Fit, Trainer, TrainerName, fit_rounds
from credit_scoring.training.folds import fit_folds
from credit_scoring.training.inputs import Inputs, inputs
from credit_scoring.training.learners import Learners, Vectors
from credit_scoring.training.promises import Kept, added_up, judge
from credit_scoring.training.register import texts_of
from credit_scoring.training.source import GROUPED_BY, Outcomes
from credit_scoring.training.split import Split
from credit_scoring.training.train import train

AT_A_TIME = 5_000
SEED, NEW = 7, 2_000


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock and of all cores, rounds of the final model, trees of all fits, and the AUC out of fold."""

    wall: float
    cpu: float
    rounds: int
    trees: int
    auc: float


def generated(clients: range) -> pl.DataFrame:
    """client_id, target, features and what groups clients, of a generated lender."""
    found = []
    for first in range(clients.start, clients.stop, AT_A_TIME):
        few = range(first, min(clients.stop, first + AT_A_TIME))
        tables = known(few, SEED)
        frame, outcomes = feature_frame(tables), generate(few, SEED)["outcomes"]
        target = frame.select(CLIENT).join(outcomes, on=CLIENT, how="left", maintain_order="left")["TARGET"]
        told = frame.select(CLIENT).join(tables["application"], on=CLIENT, how="left", maintain_order="left")
        rows = pl.DataFrame({"client_id": frame[CLIENT], "target": target.cast(pl.Int32)})
        vectors = pl.Series(matrix(frame)).cast(pl.List(pl.Float32))
        found.append(rows.with_columns(told.select(GROUPED_BY)).with_columns(features=vectors))
    return pl.concat(found)


def stored(settings: Settings) -> pl.DataFrame:
    """client_id, target, features of the clients with an outcome in the lender's tables."""
    from credit_scoring.commands.starting import start
    from credit_scoring.training.from_store import opened

    context = start(settings)
    parameters = settings.training
    with opened(context.engine, context.ledger, settings.gather) as source:
        found = source.outcomes(Split(parameters.folds, parameters.holdout_percent)).learners
    rows = pl.DataFrame({"client_id": found.client_id, "target": found.target.astype(np.int32)})
    return rows.with_columns(features=pl.Series(found.features).cast(pl.List(pl.Float32)))


def arrays(rows: pl.DataFrame, parameters: TrainingSettings) -> Learners:
    """The rows as a training has them."""
    values = rows["features"].explode().to_numpy().reshape(rows.height, -1)
    split = Split(parameters.folds, parameters.holdout_percent)
    target = rows["target"].cast(pl.Int64).to_numpy()
    return Learners.of(rows["client_id"].to_numpy(), target, np.ascontiguousarray(values), split)


def ours(trainer: Trainer, learners: Learners, declared: Inputs, parameters: TrainingSettings) -> Measured:
    """The product's folds and final model."""
    development = learners.development
    few = development.where(np.arange(len(development.target)) < 2_000)
    fit_rounds(trainer, few, declared, parameters, 5)

    def fits() -> tuple[int, int, float]:
        folds = fit_folds(trainer, development, declared, parameters)
        rounds = round(float(np.mean(folds.rounds)))
        fit_rounds(trainer, development, declared, parameters, rounds)
        trees = sum(folds.rounds) + len(folds.rounds) * parameters.early_stopping_rounds + rounds
        return rounds, trees, float(roc_auc_score(folds.out_of_fold.target, folds.out_of_fold.margin))

    return measured(fits)


def plain(learners: Learners, declared: Inputs, parameters: TrainingSettings) -> Measured:
    """The same by lightgbm alone."""
    development = learners.development
    values, target, part = development.features, development.target, development.part
    given: dict[str, object] = {
        "objective": "binary", "verbose": -1, "seed": parameters.seed, "deterministic": True, "force_col_wise": True,
        "monotone_constraints": list(declared.constraints), "learning_rate": parameters.learning_rate,
        "num_leaves": parameters.num_leaves, "min_data_in_leaf": parameters.min_data_in_leaf,
        "feature_fraction": parameters.feature_fraction, "bagging_fraction": parameters.bagging_fraction,
        "bagging_freq": parameters.bagging_freq, "lambda_l2": parameters.lambda_l2,
    }  # fmt: skip
    lgb.train(given, lgb.Dataset(values[:2_000], target[:2_000], params=given), 5)

    def fits() -> tuple[int, int, float]:
        margin = np.zeros(len(target))
        rounds = []
        for fold in range(parameters.folds):
            seen = part != fold
            data = lgb.Dataset(values[seen], target[seen], params=given)
            held_out = lgb.Dataset(values[~seen], target[~seen], reference=data, params=given)
            stop = lgb.early_stopping(parameters.early_stopping_rounds, verbose=False)
            booster = lgb.train(given, data, parameters.max_rounds, valid_sets=[held_out], callbacks=[stop])
            margin[~seen] = booster.predict(values[~seen], raw_score=True)
            rounds.append(booster.best_iteration)
        mean = round(float(np.mean(rounds)))
        lgb.train(given, lgb.Dataset(values, target, params=given), mean)
        trees = sum(rounds) + len(rounds) * parameters.early_stopping_rounds + mean
        return mean, trees, float(roc_auc_score(target, margin))

    return measured(fits)


def by_spark(
    rows: pl.DataFrame, learners: Learners, declared: Inputs, parameters: TrainingSettings, spark: SparkSettings
) -> Measured:
    """Ours by SynapseML, from a kept frame."""
    from credit_scoring.engines.spark.session import session
    from credit_scoring.training.by_synapseml import SynapseMl

    with tempfile.TemporaryDirectory() as folder:
        rows.select("client_id", "target", "features").write_parquet(Path(folder) / "vectors.parquet")
        running = session(spark)
        running.sparkContext.setLogLevel("ERROR")
        frame = running.read.parquet(folder).repartition(2).persist()
        frame.count()
        found = ours(SynapseMl(frame, parameters.tasks), learners, declared, parameters)
        running.stop()
    return found


@dataclass
class Timed:
    """LightGBM in this process, and the CPU seconds that its fits took."""

    name: TrainerName = "lightgbm"
    tasks: int = 1
    cpu: float = 0.0
    inner: LightGbm = field(default_factory=LightGbm)

    def fit(self, wanted: Fit) -> str:
        """As the trainer does."""
        started = cpu_seconds()
        text = self.inner.fit(wanted)
        self.cpu += cpu_seconds() - started
        return text

    def fit_all(self, wanted: Sequence[Fit]) -> Iterator[str]:
        """As the trainer does."""
        started = cpu_seconds()
        texts = list(self.inner.fit_all(wanted))
        self.cpu += cpu_seconds() - started
        return iter(texts)


@dataclass(frozen=True, eq=False)
class Memory:
    """What an examination asks of a store, of a generated lender: who waits, and the promises; their rows are there."""

    new: Mapping[str, pl.DataFrame]
    promised: Mapping[str, pl.DataFrame]

    def waiting(self, most: int) -> Vectors:
        """The vectors of the clients without an outcome."""
        frame = feature_frame(self.new)
        return Vectors(frame[CLIENT].to_numpy(), matrix(frame))

    def promises(self, model: object, clients: int) -> tuple[Kept, ...]:
        """Judged in one slot, as an engine does."""
        ids = self.promised["application"][CLIENT].sort()
        cases = pl.DataFrame({"case": ids, "client_id": ids})
        return added_up(pl.concat([pl.from_arrow(b) for b in judge(model, Snapshot(self.promised, cases))]))


def whole(rows: pl.DataFrame, learners: Learners, declared: Inputs, settings: Settings) -> tuple[float, float, float]:
    """Seconds on the clock, CPU seconds of the fits, and of all the rest of an embedded training."""
    parameters = settings.training
    application = rows.sort("client_id").select(pl.col("client_id").alias(CLIENT), *GROUPED_BY)
    outcomes = Outcomes(learners, np.ones(rows.height, np.int64), application)
    timed = Timed()
    probe = learners.features[:50]
    new = range(rows.height, rows.height + NEW)
    memory = Memory(known(new, SEED), known(range(settings.gates.promise_clients), SEED))
    cpu, started = cpu_seconds(), time.perf_counter()
    trained = train(timed, learners, declared, parameters, settings.decision)
    texts = texts_of(trained, probe, {"code_version": "benchmark"}, parameters, settings.decision)
    examined = examine(memory, outcomes, trained, texts, settings)
    card(trained, examined, texts)
    return time.perf_counter() - started, timed.cpu, cpu_seconds() - cpu - timed.cpu


def measured(fits: Callable[[], tuple[int, int, float]]) -> Measured:
    """Times `fits`, which gives rounds, trees and AUC."""
    cpu, started = cpu_seconds(), time.perf_counter()
    rounds, trees, auc = fits()
    return Measured(time.perf_counter() - started, cpu_seconds() - cpu, rounds, trees, auc)


def cpu_seconds() -> float:
    """Of this process, the JVM and Spark's Python workers, those that ended included."""
    me = psutil.Process()
    times = [process.cpu_times() for process in (me, *me.children(recursive=True))]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def main() -> None:
    """Runs all sides, prints a table and, last, JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=20_000)
    parser.add_argument("--conf", type=Path, help="settings of a lender, whose clients are taken")
    parser.add_argument("--trainer", nargs="+", choices=["lightgbm", "synapseml"], default=["lightgbm", "synapseml"])
    parser.add_argument("--tasks", type=int, default=1, help="of SynapseML")
    arguments = parser.parse_args()
    settings = Settings() if arguments.conf is None else load(arguments.conf)
    declared = inputs(registry.FEATURES, registry.fingerprint())
    parameters = settings.training.model_copy(update={"tasks": arguments.tasks})
    if arguments.conf is None:
        print(f"generating {arguments.clients:,} clients", flush=True)
        rows = generated(range(arguments.clients))
    else:
        print("building the vectors of the clients with an outcome", flush=True)
        rows = stored(settings)
    learners = arrays(rows, parameters)
    found = {"plain LightGBM": plain(learners, declared, parameters)}
    print("fitted plain LightGBM; now ours", flush=True)
    if "lightgbm" in arguments.trainer:
        found["embedded"] = ours(LightGbm(), learners, declared, parameters)
    if "synapseml" in arguments.trainer:
        found["spark"] = by_spark(rows, learners, declared, parameters, settings.spark)
    print(f"\n{rows.height:,} clients, {len(declared.names)} features, {parameters.folds} folds and the final model")
    print(f"  {'':<16}{'wall s':>10}{'CPU s':>10}{'rounds':>10}{'ms a tree':>10}{'AUC':>10}")
    for name, each in found.items():
        tree = 1000 * each.cpu / each.trees
        print(f"  {name:<16}{each.wall:>10.1f}{each.cpu:>10.1f}{each.rounds:>10}{tree:>10.1f}{each.auc:>10.4f}")
    theirs = found.pop("plain LightGBM")
    ratios = {f"{name}_over_lightgbm": round(each.cpu / theirs.cpu, 2) for name, each in found.items()}
    ratios |= {f"{name}_wall_over_lightgbm": round(each.wall / theirs.wall, 2) for name, each in found.items()}
    largest = max((abs(each.auc - theirs.auc) for each in found.values()), default=0.0)
    told = {"benchmark": "train", "ratios": ratios, "max_difference": largest}
    if arguments.conf is None and "lightgbm" in arguments.trainer:
        wall, of_fits, rest = whole(rows, learners, declared, settings)
        print(f"a whole embedded training: {wall:.1f} s, its fits {of_fits:.1f} CPU s, all the rest {rest:.1f} CPU s")
        told["seconds"] = {"beside_fits": round(rest, 1), "fits": round(of_fits, 1)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
