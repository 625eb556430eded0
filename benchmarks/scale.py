"""Is little work small, and much work flat? Cases of scale on generated lenders, each by the product's own commands.

    python benchmarks/scale.py [--only everyday bulk ...] [--folder var/benchmarks/scale] [--clients 356000]

bulk       all seven tables of 50,000 and of --clients clients: intake, scoring
everyday   500 new clients on the store that `bulk` left, and the same 500 on an empty store

Each command is a process of its own with conf/local.yml's settings (local[2]); its line says seconds on the clock, CPU
seconds and peak memory (proportional set size) in all and of driver, JVM and Python workers, the SQL statements and
jobs of Spark, and the bytes that Spark's tasks read and shuffled. `start` is a session that counts one row.

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

os.environ["POLARS_MAX_THREADS"] = "1"  # as the tasks have it; polars reads it when it is imported

import numpy as np
import polars as pl
from champion import crown, model, outcomes_of, vectors_of
from measuring import HEAD, Cost, run, sparks

from credit_scoring import commands
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import Settings, load
from credit_scoring.synthetic.writing import write

SEED, TREES, LEARNED_FROM = 7, 300, 5_000
FIRST_LEARNED = 2_000_000
"""Number of the first client that the model is fitted to: nobody that is scored."""

START = "from credit_scoring.session import session; from credit_scoring.settings import SparkSettings\n"
START += "session(SparkSettings()).range(1).count()"


@dataclass(frozen=True)
class Lender:
    """A lender below a folder of its own; `say` gets a line for every command that is measured."""

    home: Path
    texts: ModelTexts
    say: Callable[[str], None]

    @property
    def conf(self) -> Path:
        """Settings as conf/local.yml has them, and Spark's event log."""
        return self.home / "conf.yml"

    def settings(self) -> Settings:
        """The settings of the file."""
        return load(self.conf)

    def found(self) -> None:
        """Makes the lender anew, with a champion and no delivery."""
        shutil.rmtree(self.home, ignore_errors=True)
        (self.home / "events").mkdir(parents=True)
        self.conf.write_text(
            f"home: {self.home / 'var'}\nspark:\n  driver_memory: 4g\n  config:\n"
            f"    spark.eventLog.enabled: 'true'\n    spark.eventLog.dir: {(self.home / 'events').as_uri()}\n"
        )
        crown(self.settings(), self.texts)

    def deliver(self, folder: Path, name: str) -> None:
        """Uploads a folder; not measured."""
        commands.deliver(self.settings(), folder, name, lambda line: None)

    def run(self, command: str, what: str) -> Cost:
        """A command of the product, measured."""
        before = set((self.home / "events").iterdir())
        _, cost = run(["-m", "credit_scoring.cli", command, "--conf", self.conf, "--quiet"])
        (log,) = set((self.home / "events").iterdir()) - before
        cost = replace(cost, spark=sparks(log))
        log.unlink()
        self.say(cost.line(what))
        return cost


@dataclass(frozen=True)
class Bench:
    """Where the benchmark works, and with what model."""

    folder: Path
    texts: ModelTexts

    def lender(self, name: str) -> Lender:
        """The lender of that name, made or not."""
        return Lender(self.folder / name, self.texts, lambda line: print(line, flush=True))

    def generated(self, clients: range) -> Path:
        """The CSV files of these clients without an outcome, written once."""
        folder = self.folder / f"csv-{clients.start}-{clients.stop}"
        if not (done := folder / "done").exists():
            write(folder, clients, 0, SEED)
            done.touch()
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


def bulk(bench: Bench, sizes: Sequence[int]) -> Mapping[str, float]:
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
    return {"bulk intake growth": growth[0], "bulk score growth": growth[1]}


def everyday(bench: Bench, before: int, new: int) -> Mapping[str, float]:
    """Few new clients on a large store, and the same on an empty one; their CSV must say the same."""
    start = run(["-c", START])[1]
    print(start.line("start"), flush=True)
    clients = bench.generated(range(before, before + new))
    empty, full = bench.lender("empty"), bench.lender(f"bulk-{before}")
    empty.found()
    costs, said = [], []
    for lender, store in ((empty, "an empty store"), (full, f"a store of {before:,}")):
        published = Path(lender.settings().published)
        name = f"new-{len(list(published.glob('new-*')))}"
        lender.deliver(clients, name)
        costs.append(lender.run("score", f"everyday: {new} new clients, {store}").total - start.total)
        said.append(pl.read_csv(published / name / "scores.csv").drop("scored_at", "delivery"))
    if not said[0].equals(said[1]):
        raise SystemExit("The same clients have other scores on the large store.")
    return {"everyday": costs[1] / costs[0]}


def main() -> None:
    """Runs the cases that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=["bulk", "everyday"])
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks/scale"))
    parser.add_argument("--clients", type=int, default=356_000, help="clients of the large store")
    parser.add_argument("--small", type=int, default=50_000, help="clients that it is compared with")
    arguments = parser.parse_args()
    folder = arguments.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(folder, fitted(folder))
    cases: dict[str, Callable[[], Mapping[str, float]]] = {
        "bulk": lambda: bulk(bench, [arguments.small, arguments.clients]),
        "everyday": lambda: everyday(bench, arguments.clients, 500),
    }
    print(HEAD, flush=True)
    ratios: dict[str, float] = {}
    for case in arguments.only:
        ratios |= cases[case]()
    print(json.dumps({"benchmark": "scale", "ratios": ratios}))


if __name__ == "__main__":
    main()
