"""Rows of the embedded engine: in the making, staged, and as the pieces of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from credit_scoring.engines.engine import Prepare, Rows, Send
from credit_scoring.schema.arrow_types import arrow_schema
from credit_scoring.storage.arrow import batches_of as batches_in
from credit_scoring.storage.arrow import prepared


@dataclass
class LocalRows:
    """Rows in Arrow batches, made when they are asked for. `schema`: of the batches.

    `make` does what needs delta-rs before it returns: whoever takes the batches may be delta-rs itself, which cannot be
    called from within.
    """

    schema: pa.Schema
    make: Callable[[], Iterator[pa.RecordBatch]]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, batch by batch."""
        return (batch.select(self.schema.names) for batch in self.make() if batch.num_rows)

    def collect(self) -> pl.DataFrame:
        """All rows, here."""
        frame = pl.from_arrow(pa.Table.from_batches([batch.cast(self.schema) for batch in self.batches()], self.schema))
        assert isinstance(frame, pl.DataFrame)
        return frame


@dataclass
class LocalStaged:
    """Staged rows: their labels in a frame, their blocks where they were made, in memory or in the spill."""

    labels: pl.DataFrame
    batches: Sequence[pa.RecordBatch]

    def index(self) -> pl.DataFrame:
        """kind, seq, table, rows, detail of every block."""
        return self.labels.drop("batch", "place")

    def rows(
        self,
        kind: str,
        seqs: Sequence[int],
        table: str | None,
        schema: Mapping[str, str],
        prepare: Prepare | None = None,
    ) -> Rows:
        """The rows in the blocks of a kind (and table), of these seqs."""
        wanted = (pl.col("kind") == kind) & pl.col("seq").is_in(list(seqs)) & (pl.col("rows") > 0)
        if table is not None:
            wanted &= pl.col("table") == table
        places = list(self.labels.filter(wanted).select("batch", "place").iter_rows())

        def make() -> Iterator[pa.RecordBatch]:
            for batch, place in places:
                block = self.batches[batch].column("block")[place]
                for rows in prepared(batches_in(block.as_buffer()), prepare):
                    yield rows.select(list(schema))

        return LocalRows(arrow_schema(schema), make)


@dataclass(frozen=True)
class LocalPieces:
    """A file's content from a scan; it is read and put in order when it is asked for."""

    rows: Callable[[], pl.DataFrame]
    lines: Callable[[pl.DataFrame], bytes]
    piece: int = 65_536

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """(rows, bytes) of each piece."""
        for rows in self.rows().iter_slices(self.piece):
            if rows.height:
                yield rows.height, self.lines(rows)

    def each(self, send: Send) -> list[str]:
        """`send`s each piece."""
        return [send(1, number, rows, data) for number, (rows, data) in enumerate(self)]
