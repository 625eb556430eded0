"""Which format would read a file: for a person to confirm. Intake itself reads nothing by a guess.

A guess is tried by what intake reads with: its header by `likely_format`, its records by `parsing`, its cells by
`plain_cells` and `casting`. A key is kept only where fewer records and cells are lost with it, so what is guessed has
read the file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from credit_scoring.errors import DeliveryRefused
from credit_scoring.file_format import DEFAULT, Format
from credit_scoring.intake.casting import cast
from credit_scoring.intake.guessing_cells import cell_keys
from credit_scoring.intake.inspection import wide_encoding, with_newlines, without_marks
from credit_scoring.intake.likely_format import letters, likely_header
from credit_scoring.intake.packing import GZIP, ZIP, Gunzipped, NotOneFile, PackingError, as_it_says
from credit_scoring.intake.parsing import Parsed, parse
from credit_scoring.intake.reading import READABLE_ID
from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import MADE_MISSING, RECORD, Table

CELL_KEYS = (
    "nothing", "is_true", "is_false", "decimal", "thousands", "minus", "minus_place", "currency", "float_ids",
)  # fmt: skip
"""Keys that say how cells are written. A file may hold no cell that shows one."""
_MOST = 200_000_000
"""Bytes of a file's text that are looked at."""
_HEAD = 1 << 20
_FIRST = 4_096
_ROWS = 2_000
"""Rows that cells are tried on: of those that do not read, and of the first ones."""
_MOST_FOOT = 5
_PERFECT = (False, 0, 0)
_RULE = re.compile(r"[-=_+\s]*[-=_]{2}[-=_+\s]*")
_TOTAL = re.compile(
    r"\b((sub)?totals?|sums?|summe|gesamt|insgesamt|totaux|somme|suma|totaal|count|rows?|records?|lignes?|zeilen|"
    r"end of (file|report)|eof|trailer)\b",
    re.IGNORECASE,
)
_ID = re.compile(READABLE_ID.replace(r"\x{a0}", "\xa0").replace(r"\x{feff}", "\ufeff"))


@dataclass(frozen=True)
class Guess:
    """`written`: the format that would read a file; `looks`: what the file looks like, in words."""

    written: Format
    looks: tuple[str, ...]


@dataclass(frozen=True)
class Tried:
    """How a text reads in a format: records and cells that are lost; `parsed` is None where it is refused."""

    parsed: Parsed | None
    lost_records: int = 0
    lost_cells: int = 0

    @property
    def cost(self) -> tuple[bool, int, int]:
        """What is to be small: refused, lost records, lost cells."""
        return self.parsed is None, self.lost_records, self.lost_cells


def guess(path: Path, table: Table, base: Format) -> Guess | None:
    """The format in which a file reads better than in `base`; None where none is found, or none is needed."""
    try:
        packed, keys, looks = _unpacked(path)
    except (PackingError, NotOneFile, OSError, EOFError):
        return None
    encoding, said = _encoding(packed, base.encoding)
    try:
        text = _plain(packed, encoding)
    except LookupError:
        return None
    written = _with(base, packing=keys, encoding=encoding)
    looks += said
    written, more = _layout(text, table, written)
    looks += more
    if _try(_head(text), table, written).parsed is None:
        return None
    written, more = _cells(text, table, written)
    looks += more
    return Guess(written, tuple(looks)) if written != base else None


def lost(path: Path, table: Table, written: Format) -> tuple[bool, int, int]:
    """What of a file's first records does not read in a format: whether it is refused, records, cells."""
    try:
        text = inspected_text(path, written)
    except (PackingError, NotOneFile, OSError, EOFError, UnicodeError):
        return True, 0, 0
    return _try(_head(text), table, written).cost


def inspected_text(path: Path, written: Format) -> bytes:
    """The text of a file as UTF-8, as far as it is looked at."""
    text, _, _ = _unpacked(path)
    return _plain(text, written.encoding)


def _plain(text: bytes, encoding: str) -> bytes:
    return without_marks(with_newlines(text.decode(encoding, "replace").removeprefix("\ufeff").encode()))


def _with(written: Format, **keys: object) -> Format:
    return Format.model_validate({**written.declared(), **keys})


def _unpacked(path: Path) -> tuple[bytes, str, list[str]]:
    """The text of a file, how it is packed (a value of `packing`), and what is to be said of that."""
    with path.open("rb") as file:
        head = file.read(len(ZIP))
        file.seek(0)
        inner = _peek(Gunzipped(file)) if head.startswith(GZIP) else b""
        file.seek(0)
        text = as_it_says(file).read(_MOST)
    if head.startswith(ZIP):
        return text, "zip", ["it is a zip archive"]
    if inner.startswith(GZIP):
        return text, "gzip-twice", ["it is packed by gzip twice"]
    return text, "auto", []


def _peek(source: Gunzipped) -> bytes:
    return io.BufferedReader(source).read(len(ZIP))


def _encoding(text: bytes, declared: str) -> tuple[str, list[str]]:
    wide = wide_encoding(text)
    if wide and not (declared.startswith(wide[:6]) and _decodes(text, declared)):
        return wide, [f"its text is {wide.upper()}"]
    if wide or _decodes(text, declared):
        return declared, []
    if _decodes(text, "utf-8"):
        return "utf-8", ["its text is UTF-8"]
    if sum(byte > 0x80 for byte in text[:_FIRST]) > len(text[:_FIRST]) / 2:
        return "cp037", ["its text is EBCDIC, as mainframes write it"]
    return "cp1252", ["its text is Windows-1252, or another encoding of one byte a letter"]


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError as error:
        return len(text) == _MOST and error.start > len(text) - 4  # a letter that was cut here
    return True


def _head(text: bytes) -> bytes:
    """The first records: whole lines, with as many quotes as cells need."""
    if len(text) <= _HEAD:
        return text
    end = text.rfind(b"\n", 0, _HEAD) + 1 or len(text)
    while end and text.count(b'"', 0, end) % 2 and (shorter := text.rfind(b"\n", 0, end - 1) + 1):
        end = shorter
        if end < _HEAD // 2:
            return text[: text.rfind(b"\n", 0, _HEAD) + 1]
    return text[:end]


def _try(text: bytes, table: Table, written: Format) -> Tried:
    try:
        parsed = parse(text, table, "", "", written)
    except DeliveryRefused:
        return Tried(None)
    typed = cast(parsed.cells, table)
    return Tried(parsed, len(parsed.misread) + typed.bad.height, int(typed.good[MADE_MISSING].list.len().sum() or 0))


def _layout(text: bytes, table: Table, base: Format) -> tuple[Format, list[str]]:
    """How the text is divided into records and cells."""
    head, written = _head(text), base
    looks: list[str] = []
    if likely := likely_header(text, table, written):
        written = _with(written, **likely.keys)
        looks += likely.looks
    rules = _rules(head, written)
    if rules != written.skip_below_header and written.columns == "delimited":
        written = _with(written, skip_below_header=rules)
        looks.append("a line of dashes is below its header")
    best = _try(head, table, written)
    for keys, said in _ways(head, written):
        try:
            other = _with(written, **keys)
        except ValidationError:
            continue
        found = _try(head, table, other) if best.cost > _PERFECT else best
        if found.cost < best.cost:
            best, written = found, other
            looks.append(said)
    feet = _foot(text, table, written)
    if feet and feet != written.skip_foot:
        written = _with(written, skip_foot=feet)
        looks.append(
            f"{'a line' if feet == 1 else f'{feet} lines'} below its records say something else, as a total does"
        )
    return written, looks


def _ways(head: bytes, written: Format) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Other ways to divide the text, each with what it looks like."""
    delimiter = written.delimiter.encode()
    if not written.trim and re.search(rb"[ \t](?:[%b\r\n]|$)|[%b\n][ \t]" % ((re.escape(delimiter),) * 2), head):
        yield {"trim": True}, "its cells are padded with blanks"
    if written.skip_below_header and written.columns == "delimited":
        ruled = {"columns": "ruled", "delimiter": DEFAULT.delimiter, "trim": False}
        yield ruled, "its columns are as wide as the line of dashes below its header shows"
    if not written.trailing_delimiter and re.search(re.escape(delimiter) + rb"\r?\n", head):
        yield {"trailing_delimiter": True}, "each record ends with a delimiter that its header lacks"
    if not written.row_names:
        yield {"row_names": True}, "each record begins with a cell that its header lacks, as R's row names are"
    if not written.escape and b'\\"' in head:
        yield {"escape": "\\"}, "quotes inside cells have a backslash before them"
    if written.quote != "'" and delimiter + b"'" in head:
        yield {"quote": "'"}, "its cells are quoted by single quotes"
    if written.quote and written.quote.encode() in head:
        yield {"quote": ""}, "its quotes are parts of its cells"


def _rules(head: bytes, written: Format) -> int:
    """How many lines of dashes stand below the header."""
    lines = head.decode("utf-8", "replace").splitlines()[written.skip_head :]
    while lines and not lines[0].strip():
        lines = lines[1:]
    count = 0
    for line in lines[1:]:
        if not _RULE.fullmatch(line.replace(written.delimiter, " ")):
            break
        count += 1
    return count


def _foot(text: bytes, table: Table, written: Format) -> int:
    """How many lines at the end are no records, though they are no padding: a total, "(422 rows affected)"."""
    tail = text[-_HEAD:].rstrip(b"\0\x1a\r\n \t").decode("utf-8", "replace").splitlines()
    header = _head(text).decode("utf-8", "replace").splitlines()
    skipped = written.skip_head
    while skipped < len(header) and not header[skipped].strip():
        skipped += 1
    if skipped >= len(header):
        return 0
    names = [letters(name) for name in header[skipped].split(written.delimiter)]
    places = {name: place for place, name in enumerate(names)}
    ids, texts = (
        [places[letters(c.name)] for c in table.columns if c.kind is kind and letters(c.name) in places]
        for kind in (Kind.IDENTIFIER, Kind.CATEGORY)
    )
    found = 0
    for line in reversed([line for line in tail[-4 * _MOST_FOOT :] if line.strip()]):
        cells = [cell.strip().strip(written.quote or "").strip() for cell in line.split(written.delimiter)]
        if found == _MOST_FOOT or not _is_foot(line, cells, ids, texts, len(names)):
            break
        found += 1
    return found


def _is_foot(line: str, cells: Sequence[str], ids: Sequence[int], texts: Sequence[int], width: int) -> bool:
    """Whether a line at the end is about the records: it has none of their ids, and says so, or only adds up."""
    readable = [bool(_ID.fullmatch(cells[place])) for place in ids if place < len(cells)]
    if _TOTAL.search(line) and not (readable and all(readable) and len(cells) >= width):
        return True
    if any(readable):
        return False
    if _RULE.fullmatch(line):
        return True
    held = [cells[place] for place in texts if place < len(cells)]
    nothing = bool(ids) and all(not cells[place] for place in ids if place < len(cells))
    return len(cells) >= width and nothing and not any(held) and any(cells)


def _cells(text: bytes, table: Table, base: Format) -> tuple[Format, list[str]]:
    """How the cells are written, from those that do not read otherwise."""
    plain = _with(base, **{key: getattr(DEFAULT, key) for key in CELL_KEYS})
    found = _try(text, table, plain)
    if found.parsed is None:
        return base, []
    cells = found.parsed.cells
    if not (found.lost_cells or found.lost_records > len(found.parsed.misread)):
        return plain, []
    rows = _sample(cells, table)
    keys, looks, lost_now = cell_keys(rows, table, plain)
    if lost_now and not plain.trim:
        trimmed = _with(plain, trim=True)
        more, said, lost_then = cell_keys(rows, table, trimmed)
        if lost_then < lost_now:
            return _with(trimmed, **more), ["its cells are padded with blanks", *said]
    return _with(plain, **keys), looks


def _sample(cells: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Rows that do not read, from everywhere in the file, and the first ones."""
    typed = cast(cells, table)
    lost = pl.concat([typed.bad[RECORD], typed.good.filter(pl.col(MADE_MISSING).is_not_null())[RECORD]]).sort()
    if lost.len() > _ROWS:
        lost = lost.gather_every(lost.len() // _ROWS)
    return cells.filter(pl.col(RECORD).is_in(lost.implode()) | (pl.int_range(pl.len()) < _ROWS // 4))
