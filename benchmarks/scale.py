"""Is little work small, and much work flat? Cases of scale on generated lenders, each by the product's own commands.

    python benchmarks/scale.py [--engine local|spark] [--only small bulk ...] [--folder var/benchmarks/scale]

small         12 and 500 new clients on an empty store, by both engines in turn: intake and scoring in one command
bulk          all seven tables of --small and of --clients clients: intake, scoring
applications  the application alone of a million clients: intake, scoring
everyday      500 new clients on the store that `bulk` left, and the same 500 on an empty store
plain         `bulk`'s small files read by Spark's CSV reader with a schema and written to Delta; and read, cast and
              written by polars; and what intake left, read and written again by Spark
many          500 deliveries of 20 clients that wait together
deliveries    a store of 2,000 deliveries of 5 clients: all clients as known, before and after OPTIMIZE
skew          1,000 clients, one of them with a million rows; ids in strides; more slots than clients

Each command is a process of its own, by the embedded engine unless --engine says spark (local[2]); its line says
seconds on the clock, CPU seconds and peak memory (proportional set size) in all and of driver, JVM and Python workers,
and on Spark the SQL statements, jobs, and bytes that tasks read and shuffled. `start` is an engine that does nothing.

The last line is JSON with the ratios that have a target.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # as the tasks have it; polars reads it when it is imported

import numpy as np
import polars as pl
from champion import crown, model, outcomes_of, vectors_of
from measuring import HEAD, Cost, run, sparks
from stored import checkpoint, nothing_quarantined, store

from credit_scoring.commands.deliveries import deliver
from credit_scoring.features import registry
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.model.texts import ModelTexts
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import SOURCES
from credit_scoring.settings import Settings
from credit_scoring.settings_file import load
from credit_scoring.synthetic.lender import blocks_of, known
from credit_scoring.synthetic.writing import NEW, write

SEED, TREES, LEARNED_FROM = 7, 300, 5_000
FIRST_LEARNED = 2_000_000
"""Number of the first client that the model is fitted to: nobody that is scored."""

START = {
    "local": "import credit_scoring.commands.scores, credit_scoring.engines.local.start, mlflow",
    "spark": "from credit_scoring.engines.spark.session import session\n"
    "from credit_scoring.settings import SparkSettings\nsession(SparkSettings()).range(1).count()",
}
"""By engine: what every command does before it does anything."""

SIDES = Path(__file__).with_name("scale_sides.py")

Ratios = Mapping[str, float]


def say(line: str) -> None:
    """Prints a line at once."""
    print(line, flush=True)


@dataclass(frozen=True)
class Lender:
    """A lender below a folder of its own."""

    home: Path
    texts: ModelTexts
    engine: str

    @property
    def settings(self) -> Settings:
        """As conf/local.yml has them, with Spark's event log."""
        return load(self.home / "conf.yml")

    def found(self) -> None:
        """Makes the lender anew, with a champion and no delivery."""
        shutil.rmtree(self.home, ignore_errors=True)
        (self.home / "events").mkdir(parents=True)
        (self.home / "conf.yml").write_text(
            f"home: {self.home / 'var'}\nspark:\n  driver_memory: 4g\n  config:\n"
            f"    spark.eventLog.enabled: 'true'\n    spark.eventLog.dir: {(self.home / 'events').as_uri()}\n"
        )
        crown(self.settings, self.texts)

    def deliver(self, folder: Path, name: str) -> None:
        """Uploads a folder; not measured."""
        deliver(self.settings, folder, name, lambda line: None)

    def run(self, command: str, what: str) -> Cost:
        """A command of the product, measured."""
        conf = ["--conf", self.home / "conf.yml", "--engine", self.engine, "--quiet"]
        _, cost = run(["-m", "credit_scoring.cli", command, *conf])
        for log in (self.home / "events").iterdir():
            cost = replace(cost, spark=sparks(log))
            log.unlink()
        say(cost.line(what))
        return cost

    def published(self, name: str) -> pl.DataFrame:
        """A delivery's scores.csv, without what differs from run to run."""
        return pl.read_csv(Path(self.settings.published) / name / "scores.csv").drop("scored_at", "delivery")

    def commits(self, table: str) -> int:
        """How many commits a table has, its creation aside."""
        return len(list((Path(self.settings.tables) / table / "_delta_log").glob("*.json"))) - 1


@dataclass(frozen=True)
class Bench:
    """Where the benchmark works, and with what model."""

    folder: Path
    texts: ModelTexts
    engine: str

    def lender(self, name: str, engine: str | None = None) -> Lender:
        """The lender of that name, made or not, each engine's its own."""
        engine = engine or self.engine
        return Lender(self.folder / f"{name}-{engine}", self.texts, engine)

    def generated(self, clients: range) -> Path:
        """The CSV files of these clients without an outcome, written once."""
        folder = self.folder / f"csv-{clients.start}-{clients.stop}"
        if not (folder / "done").exists():
            write(folder, clients, 0, SEED)
            (folder / "done").touch()
        return folder


def fitted(folder: Path) -> ModelTexts:
    """The champion's texts, fitted once."""
    there = folder / "model"
    if not there.exists():
        learned = range(FIRST_LEARNED, FIRST_LEARNED + LEARNED_FROM)
        write(folder / "learned", learned, len(learned), SEED)
        outcomes = outcomes_of(folder / "learned")["TARGET"].to_numpy().astype(np.float64)
        model(vectors_of(learned, SEED), outcomes, TREES).write(there)
    return ModelTexts.read(there)


# Cases by the product's commands ----------------------------------------------------------------------------------


def small(bench: Bench, sizes: Sequence[int]) -> Ratios:
    """Few new clients on an empty store, by both engines in turn; their CSV must say the same."""
    ratios = {}
    for clients in sizes:
        cost, said = {}, {}
        for engine in ("local", "spark"):
            lender = bench.lender(f"small-{clients}", engine)
            lender.found()
            lender.deliver(bench.generated(range(clients)), "new")
            cost[engine] = lender.run("score", f"small: {clients} new clients, {engine}").total
            said[engine] = lender.published("new")
        if not said["local"].equals(said["spark"]):
            raise SystemExit("The engines give the same clients other scores.")
        ratios[f"spark_over_embedded_{clients}"] = cost["spark"] / cost["local"]
    return ratios


def bulk(bench: Bench, sizes: Sequence[int]) -> Ratios:
    """Every table of many clients, from empty stores."""
    cpu = {}
    for clients in sizes:
        lender = bench.lender(f"bulk-{clients}")
        lender.found()
        lender.deliver(bench.generated(range(clients)), "history")
        intake = lender.run("intake", f"bulk: intake of {clients:,} clients")
        scores = lender.run("score", f"bulk: scoring of {clients:,} clients")
        cpu[clients] = (intake.total, scores.total)
    small, large = sizes[0], sizes[-1]
    growth = [cpu[large][i] / cpu[small][i] / (large / small) for i in range(2)]
    return {"growth": max(growth), "growth_of_intake": growth[0], "growth_of_scoring": growth[1]}


def applications(bench: Bench, clients: int) -> Ratios:
    """The application alone of many clients."""
    folder = bench.folder / f"applications-{clients}"
    if not (folder / "done").exists():
        folder.mkdir(exist_ok=True)
        with (folder / NEW).open("wb") as out:
            for block in blocks_of(range(clients), SEED):
                block["application"].write_csv(out, include_header=out.tell() == 0)
        (folder / "done").touch()
    lender = bench.lender("applications")
    lender.found()
    lender.deliver(folder, "applications")
    lender.run("intake", f"applications: intake of {clients:,} clients")
    lender.run("score", f"applications: scoring of {clients:,} clients")
    return {}


def everyday(bench: Bench, before: int, new: int) -> Ratios:
    """Few new clients on a large store, and the same on an empty one; their CSV must say the same."""
    start = run(["-c", START[bench.engine]])[1]
    say(start.line("start"))
    clients = bench.generated(range(before, before + new))
    empty, full = bench.lender("empty"), bench.lender(f"bulk-{before}")
    empty.found()
    costs, said = [], []
    for lender, where in ((empty, "an empty store"), (full, f"a store of {before:,}")):
        name = f"new-{len(list(Path(lender.settings.published).glob('new-*')))}"
        lender.deliver(clients, name)
        costs.append(lender.run("score", f"everyday: {new} new clients, {where}").total - start.total)
        said.append(lender.published(name))
    if not said[0].equals(said[1]):
        raise SystemExit("The same clients have other scores on the large store.")
    return {"large_store_over_empty": costs[1] / costs[0]}


def many(bench: Bench, deliveries: int, clients: int) -> Ratios:
    """Many small deliveries that wait together: one commit a table, a CSV each."""
    lender = bench.lender("many")
    lender.found()
    for number in range(deliveries):
        own = range(number * clients, (number + 1) * clients)
        write(bench.folder / "one of many", own, 0, SEED)
        lender.deliver(bench.folder / "one of many", f"d{number:04d}")
    cost = lender.run("score", f"many: {deliveries} deliveries of {clients} clients")
    scored = sum(lender.published(f"d{number:04d}").height for number in range(deliveries))
    commits = {table.name: lender.commits(table.name) for table in SOURCES}
    if scored != deliveries * clients or set(commits.values()) != {1}:
        raise SystemExit(f"{scored} clients are published, in commits {commits}.")
    return {"many_wall_minutes": cost.wall / 60}


def plain(bench: Bench, clients: int) -> Ratios:
    """What reading and writing the same files costs without any rule, and what writing alone does."""
    source = bench.generated(range(clients))

    def written(name: str, folder: Path | str, what: str, threads: str = "1") -> Cost:
        out = bench.folder / f"plain-{name}"
        shutil.rmtree(out, ignore_errors=True)
        return side(name, folder, out, f"plain: {name}, {what}", threads=threads)

    spark = written("spark", source, f"files of {clients:,} clients")
    polars = written("polars", source, f"files of {clients:,} clients", threads="2")
    lender = bench.lender("plain")
    lender.found()
    lender.deliver(source, "history")
    intake = lender.run("intake", f"plain: intake of {clients:,} clients")
    again = written("again", lender.settings.tables, "what intake left")
    return {
        "intake_over_plain_spark": intake.total / spark.total,
        "intake_over_polars": intake.total / polars.total,
        "writing_again_over_plain_spark": again.total / spark.total,
    }


# Cases on stores that are written as intake leaves them -----------------------------------------------------------


def deliveries(bench: Bench, count: int, clients: int) -> Ratios:
    """A store of many deliveries, read before and after OPTIMIZE."""
    folder = bench.folder / "deliveries"
    if not folder.exists():
        for seq in range(1, count + 1):
            store(folder, known(range((seq - 1) * clients, seq * clients), SEED), seq)
        nothing_quarantined(folder)
        checkpoint(folder)
    before = gathered(bench, folder, f"deliveries: {count:,}, one file each")
    tidied = bench.folder / "deliveries-optimized"  # a copy: the next run finds the small files again
    shutil.rmtree(tidied, ignore_errors=True)
    shutil.copytree(folder, tidied)
    side("optimize", tidied, tidied, "deliveries: OPTIMIZE")
    after = gathered(bench, tidied, "deliveries: after OPTIMIZE")
    return {"reading_before_over_after_optimize": before.total / after.total}


def skew(bench: Bench, clients: int, rows: int) -> Ratios:
    """One client with many rows among others, ids in strides of 64, most slots empty; the vectors must be polars'."""
    folder = bench.folder / "skew"
    shutil.rmtree(folder, ignore_errors=True)
    part = known(range(clients), SEED)
    heavy = part["application"][CLIENT].min()
    paid = part["installments_payments"]
    more = paid.sample(rows, with_replacement=True, seed=1).with_columns(
        pl.lit(heavy).cast(pl.Int64).alias(CLIENT), SK_ID_PREV=pl.int_range(rows, dtype=pl.Int64) // 12
    )
    part["installments_payments"] = pl.concat([paid, more.select(paid.columns)])
    strided = {name: frame.with_columns(pl.col(CLIENT) * 64) for name, frame in part.items()}
    store(folder, strided, 1)
    nothing_quarantined(folder)
    for slot in (5_000, 1):
        what = f"skew: a client of {rows:,} rows, {slot:,} clients a slot"
        cost = gathered(bench, folder, what, slot)
        lists = pl.read_parquet(folder / "vectors.parquet").sort("client_id")["features"]
        found = lists.list.to_array(len(registry.names())).to_numpy()
        if found.tobytes() != matrix(feature_frame(strided)).tobytes():
            raise SystemExit(f"{what}: the vectors are not those of polars.")
    return {"skew_largest_worker_mb": cost.largest_worker / 1e6}


def gathered(bench: Bench, folder: Path, what: str, clients_per_slot: int = 5_000) -> Cost:
    """All clients of a store as known at its last delivery, by a process of its own; their vectors below it."""
    options = ("--clients-per-slot", str(clients_per_slot), "--engine", bench.engine)
    return side("gather", folder, folder, what, *options)


def side(name: str, folder: Path | str, out: Path, what: str, *options: str, threads: str = "1") -> Cost:
    """One side of scale_sides.py, by a process of its own, and its line. `threads`: of polars, in that process."""
    _, cost = run([SIDES, name, "--folder", folder, "--out", out, *options], {"POLARS_MAX_THREADS": threads})
    say(cost.line(what))
    return cost


def main() -> None:
    """Runs the cases that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks/scale"))
    parser.add_argument("--engine", choices=["local", "spark"], default="local")
    parser.add_argument("--clients", type=int, default=356_000, help="clients of the large store")
    parser.add_argument("--small", type=int, default=50_000, help="clients that it is compared with")
    parser.add_argument("--new", type=int, default=500, help="new clients of an everyday delivery")
    parser.add_argument("--applications", type=int, default=1_000_000)
    parser.add_argument("--many", type=int, default=500, help="deliveries that wait together")
    parser.add_argument("--deliveries", type=int, default=2_000, help="deliveries of a store with many")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the client who has many")
    cases: dict[str, Callable[[Bench], Ratios]] = {
        "small": lambda bench: small(bench, [12, 500]),
        "bulk": lambda bench: bulk(bench, [given.small, given.clients]),
        "everyday": lambda bench: everyday(bench, given.clients, given.new),
        "applications": lambda bench: applications(bench, given.applications),
        "plain": lambda bench: plain(bench, given.small),
        "many": lambda bench: many(bench, given.many, 20),
        "deliveries": lambda bench: deliveries(bench, given.deliveries, 5),
        "skew": lambda bench: skew(bench, 1_000, given.rows),
    }
    parser.add_argument("--only", nargs="+", choices=list(cases), default=list(cases))
    given = parser.parse_args()
    folder = given.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(folder, fitted(folder), given.engine)
    say(HEAD)
    ratios: dict[str, float] = {}
    for case in given.only:
        ratios |= cases[case](bench)
    print(json.dumps({"benchmark": "scale", "ratios": ratios}))


if __name__ == "__main__":
    main()
