"""What benchmarks/scale.py measures beside the product's commands, each in a process of its own.

    python benchmarks/scale_sides.py gather|optimize|spark|polars|again --folder DIR --out DIR

gather     the vectors of all clients of a store, as known at its last delivery
optimize   the small files of a store become few large ones
spark      CSV files by Spark's reader with the declared types, into Delta
polars     CSV files read as text, cast to the declared types, written as Parquet
again      the tables that intake left, read and written again by Spark as they are
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from credit_scoring.clients.cohort import rows_in
from credit_scoring.clients.gather import vectors
from credit_scoring.engines.choice import engine_of
from credit_scoring.engines.engine import Scan
from credit_scoring.engines.spark.session import session
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.intake.appending import CLIENT_DELIVERIES, STORED
from credit_scoring.intake.sources import table_of
from credit_scoring.ledger.events import Delivered
from credit_scoring.schema.tables import SOURCES
from credit_scoring.settings import GatherSettings, Settings, SparkSettings


@dataclass(frozen=True)
class Given:
    """What a side works with: the folder that it reads, the one that it writes, and clients a slot of the gather."""

    folder: Path
    out: Path
    clients_per_slot: int
    engine: str


def gather(given: Given) -> None:
    """The vectors of all clients, as known at the last delivery."""
    slots = GatherSettings(clients_per_slot=given.clients_per_slot)
    engine = engine_of(Settings(home=given.out, tables=str(given.folder), engine=given.engine, gather=slots))
    seqs = engine.scan(Scan(CLIENT_DELIVERIES, ("seq",)))["seq"].unique().sort().to_list()
    accepted = [Delivered(f"d{seq}", seq) for seq in seqs]
    found = vectors(rows_in(engine, accepted, accepted[-1], accepted), slots).collect()
    found.select("client_id", "features").write_parquet(given.out / "vectors.parquet")


def optimize(given: Given) -> None:
    """Small files become few large ones."""
    tables = Tables(session(SparkSettings()), str(given.folder))
    for table in (*(source.name for source in SOURCES), CLIENT_DELIVERIES):
        tables.spark.sql(f"OPTIMIZE {tables.name(table)}")


def spark(given: Given) -> None:
    """Spark's CSV reader with the declared types, into Delta."""
    running = session(SparkSettings())
    for path in sorted(given.folder.glob("*.csv")):
        table = table_of(path.name)
        kinds = {column.name: column.kind.sql for column in table.columns}
        header = path.open().readline().rstrip().split(",")
        read = running.read.schema(", ".join(f"`{name}` {kinds[name]}" for name in header)).option("header", True)
        read.csv(str(path)).write.format("delta").save(str(given.out / table.name))


def polars(given: Given) -> None:
    """Polars reads text cells, casts them to the declared types, and writes Parquet."""
    given.out.mkdir()
    for path in sorted(given.folder.glob("*.csv")):
        table = table_of(path.name)
        text = pl.read_csv(path, infer_schema=False)
        kinds = {name: kind for name, kind in table.polars_schema().items() if name in text.columns}
        text.cast(kinds).write_parquet(given.out / f"{table.name}.parquet")


def again(given: Given) -> None:
    """What intake left is written again: neither text, nor a rule, nor a shuffle."""
    tables = Tables(session(SparkSettings()), str(given.folder))
    for stored in STORED:
        tables.read(stored.name).write.format("delta").save(str(given.out / stored.name))


SIDES: dict[str, Callable[[Given], None]] = {side.__name__: side for side in (gather, optimize, spark, polars, again)}


def main() -> None:
    """Does one side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", choices=list(SIDES))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clients-per-slot", type=int, default=5_000)
    parser.add_argument("--engine", choices=["local", "spark"], default="local")
    given = parser.parse_args()
    SIDES[given.side](Given(given.folder, given.out, given.clients_per_slot, given.engine))


if __name__ == "__main__":
    main()
