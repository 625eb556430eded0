"""RFC 4180 CSV text -> a frame of text cells by the header's names, with each record's number.

Every cell stays text here; casting.py gives it a type, so that a bad cell is a rule like any other.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.csv as pcsv

from credit_scoring.errors import DeliveryRefused
from credit_scoring.schema.table import RECORD, Table


@dataclass(frozen=True)
class Parsed:
    """`cells`: RECORD and the table's columns as text (null = empty), for records of the right width.
    `ragged`: records of another width, as (record, cells)."""

    cells: pl.DataFrame
    ragged: tuple[tuple[int, tuple[str, ...]], ...]
    header: tuple[str, ...]
    unknown_columns: tuple[str, ...]

    @property
    def records(self) -> int:
        """How many records the file holds."""
        return self.cells.height + len(self.ragged)


def parse(text: bytes, table: Table, where: str) -> Parsed:
    """Parses a whole file; DeliveryRefused when its header does not give the table's columns."""
    header = _header(text, table, where)
    known = {column.name for column in table.columns}
    wanted = [name for name in header if name in known]
    if text.count(b'"') % 2:
        raise DeliveryRefused(
            f"{where} has a quoted cell that is never closed, so its records cannot be told apart: "
            "export it again and deliver it."
        )
    if not text.endswith(b"\n"):
        text += b"\n"  # pyarrow takes a lone header without its newline for an empty file
    ragged: list[tuple[int, tuple[str, ...]]] = []

    def keep(row: pcsv.InvalidRow) -> str:
        # pyarrow numbers rows from 1 with the header as row 1 when it reads in one thread.
        ragged.append((row.number - 1, tuple(next(csv.reader(io.StringIO(row.text)), []))))
        return "skip"

    try:
        read = pcsv.read_csv(
            pa.BufferReader(text),
            # One block: a record must not straddle two, and rows are numbered only in one thread.
            read_options=pcsv.ReadOptions(use_threads=False, block_size=max(len(text) + 1, 1 << 16)),
            parse_options=pcsv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
            convert_options=pcsv.ConvertOptions(
                column_types={name: pa.large_string() for name in header},
                include_columns=wanted,
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        raise DeliveryRefused(f"{where} cannot be read as CSV: export it again and deliver it.") from None
    frame = pl.from_arrow(read)
    assert isinstance(frame, pl.DataFrame)
    frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
    numbers = pl.Series(RECORD, _numbers(frame.height, [number for number, _ in ragged]), pl.Int64)
    absent = [pl.lit(None, pl.String).alias(column.name) for column in table.columns if column.name not in header]
    return Parsed(
        cells=frame.with_columns(numbers, *absent).select(RECORD, *(column.name for column in table.columns)),
        ragged=tuple(ragged),
        header=header,
        unknown_columns=tuple(name for name in header if name not in known),
    )


def _header(text: bytes, table: Table, where: str) -> tuple[str, ...]:
    first = text[: text.find(b"\n") + 1 or len(text)].decode("utf-8").rstrip("\r\n")
    header = tuple(next(csv.reader([first]), []))
    if not header:
        raise DeliveryRefused(f"{where} is empty: it has no header. Deliver it with its header, or leave it out.")
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise DeliveryRefused(f"{where} has the column {twice[0]} more than once: keep one and deliver again.")
    missing = [c.name for c in table.columns if not c.optional_column and c.name not in header]
    if missing:
        names = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise DeliveryRefused(
            f"{where} lacks columns that table {table.name} must have: {names}. Add them (cells may be empty)."
        )
    return header


def _numbers(rows: int, ragged: list[int]) -> list[int] | pl.Series:
    """Record numbers of the rows that are left when the ragged ones are skipped."""
    every = pl.Series(RECORD, range(1, rows + len(ragged) + 1), pl.Int64)
    return every.filter(~every.is_in(ragged)) if ragged else every
