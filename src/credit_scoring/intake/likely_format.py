"""Why a header does not give a table's columns: the likely cause, and the format that would read it.

A cause is told only when a header is found another way; it is for a person to confirm, and intake reads nothing by it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from credit_scoring.errors import DeliveryRefused
from credit_scoring.errors.deliveries import (
    COLUMNS_MISSING,
    FIXED_WIDTH,
    HEADERLESS,
    LINES_QUOTED,
    NO_TABLE,
    WRITTEN_OTHERWISE,
)
from credit_scoring.file_format import Format
from credit_scoring.intake.ruled import spans
from credit_scoring.schema.table import Table

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", "^": "carets", "~": "tildes",
               "\x01": "the character 0x01", "\x1f": "the character 0x1F", ":": "colons", "#": "hashes",
               " ": "blanks"}  # fmt: skip
_LINES, _LONGEST_LINE = 20, 100_000
"""How far a header is looked for."""
_ENOUGH = 0.6
"""So large a share of a table's columns is its header, be some missing."""
_NAME = re.compile(r"[\s#]*\w[\w .-]*")
"""What may be the name of a column, written otherwise."""
_RULE = re.compile(r"[-=_+\s]*[-=_]{2}[-=_+\s]*")
"""A line under a header, its delimiters left out."""


_NO_TABLE = {
    b"{\\rtf": "a text of a word processor (RTF)",
    b"{": "JSON",
    b"[": "JSON",
    b"<": "an HTML or XML page",
    b"version https://git-lfs": "a pointer of Git LFS, without the file itself",
}
"""How texts begin that are no table, the longest beginning first."""


@dataclass(frozen=True)
class Likely:
    """Keys of a format that would show `found` of a table's columns, and what the file looks like, in words."""

    found: int
    keys: Mapping[str, Any] = field(default_factory=dict)
    looks: tuple[str, ...] = ()


def columns_missing(
    text: bytes, table: Table, missing: Sequence[str], where: Mapping[str, str], written: Format
) -> DeliveryRefused:
    """The refusal of a text whose header, read as `written`, lacks columns."""
    head = text[:_LONGEST_LINE].lstrip()
    line = head.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    wanted = [column.name for column in table.columns if not column.optional_column]
    names = {letters(column.name) for column in table.columns}
    whole = re.fullmatch('"((?:[^"]|"")*)"', line)
    if whole and len(names & set(map(letters, re.split(r"[,;\t|]", whole[1])))) >= _ENOUGH * len(wanted):
        return LINES_QUOTED(**where)
    if likely := likely_header(text, table, written):
        setting = "intake: {format: " + flow(likely.keys) + "}"
        return WRITTEN_OTHERWISE(**where, table=table.name, looks=", ".join(likely.looks), setting=setting)
    if what := next((what for sign, what in _NO_TABLE.items() if head.startswith(sign)), None):
        return NO_TABLE(**where, found=what)
    for delimiter in dict.fromkeys([written.delimiter, *_DELIMITERS]):
        first = _cells(line, delimiter, written.quote)
        if len(first) in (len(wanted), len(table.columns)) and not names & set(map(letters, first)):
            return HEADERLESS(**where, table=table.name)
    if len(names & set(map(letters, line.split()))) >= _ENOUGH * len(wanted):
        return FIXED_WIDTH(**where, table=table.name)
    told = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return COLUMNS_MISSING(**where, table=table.name, columns=told)


def letters(name: str) -> str:
    """The letters and digits of a column's name, without what stands before a point: those of `bureau.sk_id_curr` and
    of `#SK ID CURR` are skidcurr."""
    return re.sub("[^0-9a-z]", "", name.rpartition(".")[2].casefold())


def flow(keys: Mapping[str, Any]) -> str:
    """Keys of a format as a line of YAML."""
    values = (f"{key}: {value if _is_word(value) else json.dumps(value)}" for key, value in keys.items())
    return "{" + ", ".join(values) + "}"


def _is_word(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_-]+", value) is not None and value not in _YAML


_YAML = {"true", "false", "yes", "no", "on", "off", "null"}


def likely_header(text: bytes, table: Table, written: Format) -> Likely | None:
    """How the text would show more of the table's columns than as `written`; None where no other way does."""
    if written.columns == "ruled":
        return None
    lines = _lines(text)
    wanted = {_folded(column.name): column.name for column in table.columns if not column.optional_column}
    line = next(iter(lines[written.skip_head :]), "")
    best = Likely(_found(_cells(line, written.delimiter, written.quote), wanted, written))
    for loose in (False, True):
        for likely in _ways(lines, wanted, written, loose):
            if likely.found > best.found:
                best = likely
        if best.keys and best.found >= _ENOUGH * len(wanted):
            break  # names that are written otherwise are looked for where no header shows the declared ones
    return best if best.keys and best.found >= _ENOUGH * len(wanted) else None


def _ways(lines: Sequence[str], wanted: Mapping[str, str], written: Format, loose: bool) -> Iterator[Likely]:
    """Ways to read one of the lines as a header; `loose`: one that writes the names otherwise."""
    for number, line in enumerate(lines):
        ruled = any(map(spans, lines[number + 1 : number + 2]))
        for delimiter in dict.fromkeys([written.delimiter, *_DELIMITERS]):
            if delimiter not in line:
                continue
            for quote in dict.fromkeys([written.quote, '"', "'"]):
                if quote != delimiter and (delimiter != " " or not (ruled or "  " in line)):
                    names = _cells(line, delimiter, quote)
                    yield _way(lines, number, names, delimiter, quote, wanted, written, loose)
    for number in range(len(lines) - 1):
        if columns := spans(lines[number + 1]):
            names = [lines[number][start:end] for start, end in columns]
            shown = _way(lines, number, names, written.delimiter, written.quote, wanted, written, loose)
            keys = {**shown.keys, "columns": "ruled", "skip_below_header": 1}
            keys.pop("trim", None)
            looks = "its columns are as wide as the line of dashes below its header shows"
            yield Likely(shown.found, keys, (looks,))


def _way(
    lines: Sequence[str],
    number: int,
    names: Sequence[str],
    delimiter: str,
    quote: str,
    wanted: Mapping[str, str],
    written: Format,
    loose: bool,
) -> Likely:
    keys: dict[str, Any] = {}
    looks: list[str] = []
    if loose:
        by_letters = {letters(name): name for name in wanted.values()}
        ours = [name for name in names if _NAME.fullmatch(name) and letters(name) in by_letters]
        if written.header == "letters" or all(_folded(name) in wanted for name in ours):
            return Likely(0)
        keys["header"] = "letters"
        looks.append("its header writes the names otherwise")
        wanted = {_folded(name): by_letters[letters(name)] for name in ours}
    ours = [name for name in names if _folded(name) in wanted]
    if delimiter != written.delimiter:
        keys["delimiter"] = delimiter
        looks.append(f"its cells are separated by {_DELIMITERS.get(delimiter, delimiter)}")
    if quote != written.quote:
        keys["quote"] = quote
        looks.append("its cells are quoted otherwise")
    before = [line for line in lines[:number] if line.strip()]
    if (number if before else 0) != written.skip_head:
        keys["skip_head"] = number if before else 0
        sep = before and before[0].strip('"').lower().startswith("sep=")
        looks.append(f"its header is in line {number + 1}" + (", below a line `sep=`" if sep else ""))
    if not loose and written.header == "exact" and any(name.strip() != wanted[_folded(name)] for name in ours):
        keys["header"] = "any_case"
        looks.append("its header is in other letters (lower case)")
    if not written.trim and any(name != name.strip() for name in ours):
        keys["trim"] = True
        looks.append("its cells are padded with blanks")
    rules = 0
    for line in lines[number + 1 :]:
        if not _RULE.fullmatch(line.replace(delimiter, " ")):
            break
        rules += 1
    if rules != written.skip_below_header and keys:
        keys["skip_below_header"] = rules
        looks.append("a line of dashes is below its header" if rules else "no line of dashes is below its header")
    return Likely(len({_folded(name) for name in ours}), keys, tuple(looks))


def _found(names: Sequence[str], wanted: Mapping[str, str], written: Format) -> int:
    """How many columns the header shows as it is read now."""
    shown = {name.strip() if written.trim else name for name in names}
    if written.header == "any_case":
        return len({_folded(name) for name in shown} & set(wanted))
    if written.header == "letters":
        return len(set(map(letters, shown)) & set(map(letters, wanted.values())))
    return len(shown & set(wanted.values()))


def _lines(text: bytes) -> list[str]:
    head = text[: _LINES * _LONGEST_LINE].split(b"\n", _LINES)[:_LINES]
    return [line[:_LONGEST_LINE].decode("utf-8", "replace").rstrip("\r") for line in head]


def _cells(line: str, delimiter: str, quote: str) -> list[str]:
    try:
        if not quote:
            return line.split(delimiter)
        return next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])
    except csv.Error:
        return []


def _folded(name: str) -> str:
    return name.strip().casefold()
