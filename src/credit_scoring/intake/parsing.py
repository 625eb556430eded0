"""RFC 4180 CSV text -> a frame of text cells by the header's names, with each record's number.

Every cell stays text here; casting.py gives it a type, so that a bad cell is a rule like any other.

A record is set apart whose cells cannot be trusted to stand under their columns: one of another width than the header,
and one whose cell goes over a line's end where no legitimate value does: a stray quote may have swallowed the records
that followed, so that what is left of the first and of the last of them looks like one.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.csv as pcsv

from credit_scoring.errors.deliveries import COLUMN_TWICE, COLUMNS_MISSING, NO_HEADER, NOT_CSV, QUOTE_OPEN
from credit_scoring.schema.table import RECORD, Table

CELL_COUNT, LINE_END = "cell_count", "line_end"
"""Why a record is set apart."""

TORN = (LINE_END, "a cell goes over the end of a line, so the records that follow may be lost in it")
"""Rule and sentence of a record whose cell goes over a line's end."""

_LONGEST_CELL = 2**31 - 1
_BREAK = "[\\r\\n]"


@dataclass(frozen=True)
class Misread:
    """A record whose cells cannot be trusted to stand under their columns. `rule`, `sentence`: why."""

    record: int
    cells: tuple[str, ...]
    rule: str
    sentence: str


@dataclass(frozen=True)
class Parsed:
    """`cells`: RECORD and the table's columns as text (null = empty), for records that can be told apart.
    `misread`: the others."""

    cells: pl.DataFrame
    misread: tuple[Misread, ...]
    header: tuple[str, ...]
    unknown_columns: tuple[str, ...]

    @property
    def records(self) -> int:
        """How many records the file holds."""
        return self.cells.height + len(self.misread)


def parse(text: bytes, table: Table, file: str, delivery: str) -> Parsed:
    """Parses a whole file; DeliveryRefused when its header does not give the table's columns, or it is no CSV."""
    where = {"file": file, "delivery": delivery}
    header = _header(text, table, where)
    if text.count(b'"') % 2:
        raise QUOTE_OPEN(**where)
    if not text.endswith(b"\n"):
        text += b"\n"  # pyarrow takes a lone header without its newline for an empty file
    ragged: list[Misread] = []

    def keep(row: pcsv.InvalidRow) -> str:
        # pyarrow numbers rows from 1 with the header as row 1 when it reads in one thread.
        ragged.append(_ragged(row.number - 1, _cells(row.text), len(header)))
        return "skip"

    try:
        read = pcsv.read_csv(
            pa.BufferReader(text),
            # One block: a record must not straddle two, and rows are numbered only in one thread.
            read_options=pcsv.ReadOptions(use_threads=False, block_size=max(len(text) + 1, 1 << 16)),
            parse_options=pcsv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
            convert_options=pcsv.ConvertOptions(
                column_types={name: pa.large_string() for name in header},
                include_columns=list(header),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.lib.ArrowException:
        raise NOT_CSV(**where) from None
    frame = pl.from_arrow(read)
    assert isinstance(frame, pl.DataFrame)
    frame = frame.with_columns(_numbers(frame.height, [row.record for row in ragged]))
    known = {column.name for column in table.columns}
    torn = _torn(frame, known, header) if b'"' in text else []
    if torn:
        frame = frame.filter(~pl.col(RECORD).is_in([row.record for row in torn]))
    absent = [pl.lit(None, pl.String).alias(column.name) for column in table.columns if column.name not in header]
    wanted = [name for name in header if name in known]
    cells = frame.select(RECORD, *(pl.when(pl.col(name) != "").then(pl.col(name)) for name in wanted), *absent)
    return Parsed(
        cells=cells.select(RECORD, *(column.name for column in table.columns)),
        misread=(*ragged, *torn),
        header=header,
        unknown_columns=tuple(name for name in header if name not in known),
    )


def _header(text: bytes, table: Table, where: dict[str, str]) -> tuple[str, ...]:
    try:
        header = _cells(text[: text.find(b"\n") + 1 or len(text)].decode("utf-8").rstrip("\r\n"))
    except csv.Error:
        raise NOT_CSV(**where) from None
    if not header:
        raise NO_HEADER(**where)
    missing = [c.name for c in table.columns if not c.optional_column and c.name not in header]
    if missing:
        names = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise COLUMNS_MISSING(**where, table=table.name, columns=names)
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise COLUMN_TWICE(**where, column=repr(twice[0]))
    return header


def _cells(line: str) -> tuple[str, ...]:
    """The cells of one record, however long they are."""
    csv.field_size_limit(_LONGEST_CELL)
    return tuple(next(csv.reader(io.StringIO(line)), []))


def _ragged(record: int, cells: tuple[str, ...], width: int) -> Misread:
    sentence = f"a record must have {width} cells as the header does, this one has {len(cells)}"
    return Misread(record, cells, CELL_COUNT, sentence)


def _torn(frame: pl.DataFrame, known: set[str], header: tuple[str, ...]) -> list[Misread]:
    """Records with a cell that goes over a line's end, in a column that we know; in others, where a comment may do so,
    only when the cell has room for a record."""
    line_end = [pl.col(name).str.contains(_BREAK) for name in header]
    roomy = [pl.col(name).str.count_matches(",", literal=True) >= len(header) - 1 for name in header]
    torn = (end if name in known else end & room for name, end, room in zip(header, line_end, roomy, strict=True))
    return [
        Misread(record, tuple(cells), *TORN)
        for record, *cells in frame.filter(pl.any_horizontal(*torn)).select(RECORD, *header).iter_rows()
    ]


def _numbers(rows: int, skipped: list[int]) -> pl.Series:
    """Record numbers of the rows that are left when some are skipped."""
    every = pl.Series(RECORD, range(1, rows + len(skipped) + 1), pl.Int64)
    return every.filter(~every.is_in(skipped)) if skipped else every
