"""CSV text -> a frame of text cells by the table's columns, with each record's number.

Every cell stays text here; casting.py gives it a type, so that a bad cell is a rule like any other.

A record is set apart whose cells cannot be trusted to stand under their columns: one of another width than the header,
and one whose cell goes over a line's end where no legitimate value does: a stray quote may have swallowed the records
that followed, so that what is left of the first and of the last of them looks like one.

What cannot mean anything is passed over and counted: blank records, the header again (where part files were joined),
columns without a name and without a cell, padding at the end. The header's names are the sender's, and may be anything:
nobody but `_header` sees them, and the libraries are given numbers for names.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pcsv

from credit_scoring.errors.deliveries import COLUMN_TWICE, NO_HEADER, NOT_CSV, QUOTE_OPEN
from credit_scoring.file_format import DEFAULT, Format
from credit_scoring.intake.likely_format import columns_missing, letters
from credit_scoring.intake.plain_cells import plain_cells
from credit_scoring.intake.ruled import as_delimited
from credit_scoring.schema.table import RECORD, Table

CELL_COUNT, LINE_END = "cell_count", "line_end"
"""Why a record is set apart."""

TORN = (LINE_END, "a cell goes over the end of a line, so the records that follow may be lost in it")
"""Rule and sentence of a record whose cell goes over a line's end."""

_LONGEST_CELL = 2**31 - 1
_LONGEST_NAME, _MOST_NAMES = 100, 200
"""Of unknown columns, what is told: names may be of any length and number."""
_BREAK = "[\\r\\n]"
_PADDING = re.compile(rb"\n[ \t\r]*(?P<line>[\0\x1a])|(?P<mark>\x1a)[\0\x1a]*\Z")
"""Where padding begins: on a line of its own, or with a Ctrl-Z that nothing follows. Zeros right behind a cell may
stand where its last digits stood."""


@dataclass(frozen=True)
class Misread:
    """A record whose cells cannot be trusted to stand under their columns. `rule`, `sentence`: why."""

    record: int
    cells: tuple[str, ...]
    rule: str
    sentence: str


@dataclass(frozen=True)
class Parsed:
    """`cells`: RECORD and the table's columns as text (null = empty), for records that can be told apart, written as
    the default format writes them. `misread`: the others. `skipped`: the lines that the format has passed over, as
    `cells` where they could be records, by the key of the format.

    `joined`: the keys of the format of whose lines one has more cells than a record: the line end of a record is lost.

    Passed over because they mean nothing: `blank_records` (those that repeat the header, too), `empty_columns` (without
    a name, too), `padding` bytes at the end. `other_lines`: how many lines are neither empty nor records.
    """

    cells: pl.DataFrame
    misread: tuple[Misread, ...]
    header: tuple[str, ...]
    unknown_columns: tuple[str, ...]
    skipped: tuple[tuple[str, pl.DataFrame], ...] = ()
    joined: tuple[str, ...] = ()
    blank_records: int = 0
    empty_columns: int = 0
    padding: int = 0
    other_lines: int = 0

    @property
    def records(self) -> int:
        """How many records the file holds, blank ones not counted."""
        return self.cells.height + len(self.misread)


@dataclass(frozen=True)
class _Layout:
    """The header's names, and of each declared column that is there the place of its cells; `width`: the cells of a
    record."""

    header: tuple[str, ...]
    places: dict[str, int]
    width: int

    @property
    def names(self) -> list[str]:
        """The names of a frame's columns."""
        return [_place(i) for i in range(self.width)]

    def is_again(self, cells: Sequence[str]) -> bool:
        """Whether the cells are the header's, be it without the place that only records have."""
        told = [cell.strip() for cell in cells]
        return any(told == [name.strip() for name in self.header[more:]] for more in (0, 1))


def parse(text: bytes, table: Table, file: str, delivery: str, written: Format = DEFAULT) -> Parsed:
    """Parses a whole file; DeliveryRefused when its header does not give the table's columns, or it is no CSV."""
    where = {"file": file, "delivery": delivery}
    text, padding = _without_padding(text)
    if written.columns == "ruled":
        text, written = as_delimited(text, written)
    lines = _Lines(text, written)
    layout = _header(text, lines, table, where, written)
    body = lines.body
    if _quotes(body, written) % 2:
        raise QUOTE_OPEN(**where)
    ragged: list[Misread] = []
    blank: list[int] = []

    def keep(row: pcsv.InvalidRow) -> str:
        # pyarrow numbers rows from 1 when it reads in one thread.
        cells = _cells(row.text, written)
        if row.text.replace(written.delimiter, "").strip() == "" or layout.is_again(cells):
            blank.append(row.number)
        else:
            ragged.append(_ragged(row.number, cells, layout.width))
        return "skip"

    try:
        read = _read(_own_nothing(body, written), layout.names, written, keep)
    except pa.lib.ArrowException:
        raise NOT_CSV(**where) from None
    frame = pl.from_arrow(read)
    assert isinstance(frame, pl.DataFrame)
    frame = frame.with_columns(_numbers(frame.height, [*blank, *(row.record for row in ragged)]))
    if layout.width > len(layout.header):
        frame, longer = _without_last(frame, layout.width)
        ragged += longer
    if empty := [*_blank(frame, layout), *_again(frame, layout)]:
        frame = frame.filter(~pl.col(RECORD).is_in(empty))
        blank += empty
    torn = _torn(frame, layout, written) if written.quote and written.quote.encode() in body else []
    if torn:
        frame = frame.filter(~pl.col(RECORD).is_in([row.record for row in torn]))
    unknown = [i for i in range(len(layout.header)) if i not in layout.places.values()]
    empty_columns = [i for i in unknown if not layout.header[i].strip() and _is_empty(frame, i)]
    misread = _renumbered([*ragged, *torn], blank)
    return Parsed(
        cells=_by_name(frame.with_columns(_shifted(frame[RECORD], blank)), table, layout, written),
        misread=tuple(misread),
        header=layout.header,
        unknown_columns=_told([_name(layout.header, i) for i in unknown if i not in empty_columns]),
        skipped=tuple((key, _skipped(left, table, layout, written)) for key, left in lines.skipped if left),
        joined=tuple(key for key, left in lines.skipped if any(_wider(line, layout, written) for line in left)),
        blank_records=len(blank) + lines.blank,
        empty_columns=len(empty_columns),
        padding=len(padding),
        other_lines=len(blank) + lines.others + len([line for line in padding.split(b"\n") if line.strip(b"\r")]),
    )


class _Lines:
    """The lines of a text: `header`, `body` (the records), `skipped` below the header and at the foot, by the format's
    key. `blank`: lines before the header that hold nothing; `others`: all that are neither header nor records."""

    def __init__(self, text: bytes, written: Format) -> None:
        at, self.blank = 0, 0
        for _ in range(written.skip_head):
            at = _next(text, at)
        while at < len(text) and not text[at : _next(text, at)].strip():
            at = _next(text, at)
            self.blank += 1
        below = _next(text, at)
        self.header = text[at:below].rstrip(b"\r\n")
        start = below
        for _ in range(written.skip_below_header):
            start = _next(text, start)
        end = len(text)
        for _ in range(written.skip_foot):
            while end > start and text[end - 1 : end].isspace():
                end -= 1
            end = max(start, text.rfind(b"\n", start, end) + 1)
        self.body = text[start:end]
        self.others = self.blank + written.skip_head + written.skip_below_header + written.skip_foot
        self.skipped = (
            ("skip_below_header", text[below:start].splitlines()),
            ("skip_foot", text[end:].splitlines() if written.skip_foot else []),
        )


def _next(text: bytes, at: int) -> int:
    """Where the line after that at `at` begins."""
    return text.find(b"\n", at) + 1 or len(text)


def _without_padding(text: bytes) -> tuple[bytes, bytes]:
    """The text without the padding at its end, and that."""
    end = len(text.rstrip(b"\0\x1a\r\n \t"))
    found = _PADDING.search(text, end) if end else None
    start = found.start("line" if found["line"] else "mark") if found else len(text) if end else 0
    return text[:start], text[start:]


def _header(text: bytes, lines: _Lines, table: Table, where: dict[str, str], written: Format) -> _Layout:
    line = lines.header.decode("utf-8")
    if "\r" in line:
        raise NOT_CSV(**where)
    header = _cells(line, written)
    if written.trim:
        header = tuple(name.strip() for name in header)
    if not header:
        raise NO_HEADER(**where)
    if written.row_names:
        header = ("", *header)
    declared = {_folded(column.name, written): column.name for column in table.columns}
    found = [declared.get(_folded(name, written)) for name in header]
    missing = [c.name for c in table.columns if not c.optional_column and c.name not in found]
    if missing:
        raise columns_missing(text, table, missing, where, written)
    if twice := sorted({name for name in found if name is not None and found.count(name) > 1}):
        raise COLUMN_TWICE(**where, column=repr(twice[0]))
    if _quotes(lines.header, written) % 2:
        raise NOT_CSV(**where)  # a name goes over the line's end
    more = written.trailing_delimiter and header[-1].strip() != ""
    return _Layout(header, {name: i for i, name in enumerate(found) if name is not None}, len(header) + more)


def _folded(name: str, written: Format) -> str:
    if written.header == "letters":
        return letters(name)
    return name.casefold() if written.header == "any_case" else name


def _read(body: bytes, names: Sequence[str], written: Format, keep: object) -> pa.Table:
    if not body.strip(b"\r\n"):
        return pa.table({name: pa.array([], pa.large_string()) for name in names})
    return pcsv.read_csv(
        pa.BufferReader(body),
        # One block: a record must not straddle two, and rows are numbered only in one thread.
        read_options=pcsv.ReadOptions(
            use_threads=False, block_size=max(len(body) + 1, 1 << 16), column_names=list(names)
        ),
        parse_options=pcsv.ParseOptions(
            delimiter=written.delimiter,
            quote_char=written.quote or False,
            double_quote=not written.escape,
            escape_char=written.escape or False,
            newlines_in_values=True,
            invalid_row_handler=keep,
        ),
        convert_options=pcsv.ConvertOptions(
            column_types={name: pa.large_string() for name in names}, strings_can_be_null=False, check_utf8=False
        ),
    )


def _own_nothing(body: bytes, written: Format) -> bytes:
    """The text with MySQL's nothing (`\\N` alone in its cell) kept as that, where a backslash escapes elsewhere."""
    escape, between = re.escape(written.escape.encode()), re.escape(written.delimiter.encode())
    if not escape or written.escape.encode() + b"N" not in body:
        return body
    alone = rb"(?<![^%b\r\n])(%bN)(?![^%b\r\n])" % (between, escape, between)
    return re.sub(alone, lambda cell: written.escape.encode() + cell[1], body)


def _cells(line: str, written: Format) -> tuple[str, ...]:
    """The cells of one record, however long they are."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(
        io.StringIO(line),
        delimiter=written.delimiter,
        quotechar=written.quote or None,
        quoting=csv.QUOTE_MINIMAL if written.quote else csv.QUOTE_NONE,
        escapechar=written.escape or None,
        doublequote=not written.escape,
    )
    try:
        return tuple(next(reader, []))
    except csv.Error:
        return (line,)  # a carriage return in the middle


def _quotes(text: bytes, written: Format) -> int:
    """How many quotes there are that begin or end a cell, or are doubled."""
    if not written.quote:
        return 0
    if written.escape:
        text = re.sub(re.escape(written.escape.encode()) + b".", b"", text, flags=re.DOTALL)
    return text.count(written.quote.encode())


def _place(i: int) -> str:
    return f"cell {i}"


def _ragged(record: int, cells: tuple[str, ...], width: int) -> Misread:
    sentence = f"a record must have {width} cells as the header does, this one has {len(cells)}"
    return Misread(record, cells, CELL_COUNT, sentence)


def _without_last(frame: pl.DataFrame, width: int) -> tuple[pl.DataFrame, list[Misread]]:
    """The frame without the cell that a trailing delimiter leaves; records that have something in it are too long."""
    last = _place(width - 1)
    longer = frame.filter(pl.col(last) != "")
    rows = [_ragged(record, tuple(cells), width - 1) for *cells, record in longer.iter_rows()]
    return frame.filter(pl.col(last) == "").drop(last), rows


def _blank(frame: pl.DataFrame, layout: _Layout) -> list[int]:
    """Numbers of the records without anything in any cell."""
    # Few records lack the cell of the first declared column, so that the others are not searched.
    first = next(iter(layout.places.values()))
    suspects = frame.filter(_is_blank(first))
    if not suspects.height:
        return []
    return suspects.filter(pl.all_horizontal(map(_is_blank, range(len(layout.header)))))[RECORD].to_list()


def _again(frame: pl.DataFrame, layout: _Layout) -> list[int]:
    """Numbers of the records that repeat the header."""
    place = next(iter(layout.places.values()))
    suspects = frame.filter(pl.col(_place(place)).str.strip_chars() == layout.header[place].strip())
    names = layout.names[: len(layout.header)]
    return [record for record, *cells in suspects.select(RECORD, *names).iter_rows() if layout.is_again(cells)]


def _is_blank(i: int) -> pl.Expr:
    return pl.col(_place(i)).str.strip_chars() == ""


def _is_empty(frame: pl.DataFrame, i: int) -> bool:
    return bool(frame.select(_is_blank(i).all()).item())


def _torn(frame: pl.DataFrame, layout: _Layout, written: Format) -> list[Misread]:
    """Records with a cell that goes over a line's end, in a column that we know; in others, where a comment may do so,
    only when the cell has room for a record."""
    names = layout.names[: len(layout.header)]
    known = {_place(i) for i in layout.places.values()}
    line_end = [pl.col(name).str.contains(_BREAK) for name in names]
    roomy = [pl.col(name).str.count_matches(written.delimiter, literal=True) >= len(names) - 1 for name in names]
    torn = (end if name in known else end & room for name, end, room in zip(names, line_end, roomy, strict=True))
    return [
        Misread(record, tuple(cells), *TORN)
        for record, *cells in frame.filter(pl.any_horizontal(*torn)).select(RECORD, *names).iter_rows()
    ]


def _by_name(frame: pl.DataFrame, table: Table, layout: _Layout, written: Format) -> pl.DataFrame:
    """RECORD and the table's columns, null for an empty cell, written as the default format writes them."""
    cells = (
        pl.col(_place(layout.places[column.name])) if column.name in layout.places else pl.lit(None, pl.String)
        for column in table.columns
    )
    named = [pl.when(cell != "").then(cell).alias(c.name) for cell, c in zip(cells, table.columns, strict=True)]
    return plain_cells(frame.select(RECORD, *named), table, written)


def _wider(line: bytes, layout: _Layout, written: Format) -> bool:
    return len(_cells(line.decode("utf-8", "replace"), written)) > layout.width


def _skipped(lines: Sequence[bytes], table: Table, layout: _Layout, written: Format) -> pl.DataFrame:
    """Lines of as many cells as the header has, as though they were records."""
    rows = [_cells(line.decode("utf-8", "replace"), written) for line in lines]
    wide = [row[: len(layout.header)] for row in rows if len(row) == layout.width]
    names = layout.names[: len(layout.header)]
    frame = pl.DataFrame(wide, schema=dict.fromkeys(names, pl.String), orient="row")
    return _by_name(frame.with_columns(pl.Series(RECORD, range(1, frame.height + 1), pl.Int64)), table, layout, written)


def _name(header: Sequence[str], i: int) -> str:
    return header[i] if header[i].strip() else f"(unnamed column {i + 1})"


def _told(names: list[str]) -> tuple[str, ...]:
    """Names as they are told: cut where they are long, and not all where they are many."""
    told = [name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "..." for name in names[:_MOST_NAMES]]
    return (*told, f"and {len(names) - _MOST_NAMES:,} more") if len(names) > _MOST_NAMES else tuple(told)


def _numbers(rows: int, skipped: list[int]) -> pl.Series:
    """Numbers of the rows that are left when some are skipped."""
    every = pl.Series(RECORD, range(1, rows + len(skipped) + 1), pl.Int64)
    return every.filter(~every.is_in(skipped)) if skipped else every


def _shifted(numbers: pl.Series, blank: Sequence[int]) -> pl.Series:
    """Record numbers, blank records not counted."""
    if not blank:
        return numbers
    return numbers - pl.Series(RECORD, np.searchsorted(np.sort(blank), numbers.to_numpy()), pl.Int64)


def _renumbered(misread: list[Misread], blank: Sequence[int]) -> list[Misread]:
    if not blank or not misread:
        return misread
    numbers = _shifted(pl.Series(RECORD, [row.record for row in misread], pl.Int64), blank)
    return [
        Misread(int(number), row.cells, row.rule, row.sentence) for number, row in zip(numbers, misread, strict=True)
    ]
