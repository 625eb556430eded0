"""What workers compute in tests, in a module that they import at once; and a run that is killed half-way.

`python -m engines.computing FOLDER`: the run's blocks are in the spill when a worker kills it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa

from credit_scoring.engines.engine import Source
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.storage.arrow import Frames, record_batches


def by_slot(frames: Frames) -> list[pa.RecordBatch]:
    """Which clients are together, and how many rows of each label they have."""
    slot = frames["a"].group_by("client_id").len("a").join(frames["b"].group_by("client_id").len("b"), on="client_id")
    return list(record_batches(slot.with_columns(together=pl.len()).cast(pl.Int64)))


def quoting(frames: Frames) -> list[pa.RecordBatch]:
    raise ValueError(f"client {frames['a']['client_id'][0]} has no income")


def names(frames: Frames) -> Iterator[pa.RecordBatch]:
    yield from record_batches(frames["a"].select("name"))


def kill(run: int, frames: Frames) -> list[pa.RecordBatch]:
    os.kill(run, signal.SIGKILL)
    return []


if __name__ == "__main__":
    from engines import computing  # workers do not run this script: they import it by its name

    folder = Path(sys.argv[1])
    rows = pl.DataFrame({"client_id": range(1_000)})
    engine = LocalEngine(str(folder / "tables"), folder / "spill", memory=0, processes=2)
    sources = [Source("rows", "client_id", rows), Source("others", "client_id", rows)]
    engine.exchange(sources, 2, partial(computing.kill, os.getpid()), "client_id BIGINT").collect()
