"""Cells as their lender writes them -> the same cells as the default format writes them.

So the rules, the quarantine and a requeue know one way of writing a cell. A cell that is not written as declared stays
as it is; where the default format would read it (`1.5` under a decimal comma), it is marked, so that nobody does.
"""

from __future__ import annotations

import string

import polars as pl

from credit_scoring.file_format import DEFAULT, Format
from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import RECORD, Table

NOT_AS_DECLARED = " (not as intake.format says)"
"""Behind a cell that the default format would read and the declared one does not."""
_PAIRS = (("N", "Y"), ("No", "Yes"))
"""Vocabularies of categories that hold false or true."""
_NUMBER_KEYS = ("decimal", "thousands", "minus", "minus_place")


def plain_cells(cells: pl.DataFrame, table: Table, written: Format) -> pl.DataFrame:
    """RECORD and the table's columns as text, null for an empty cell."""
    found = [_plain(column, written) for column in table.columns]
    return cells.select(RECORD, *found) if any(written.declared()) else cells


def _plain(column: Column, written: Format) -> pl.Expr:
    cell = pl.col(column.name)
    if written.trim:
        cell = cell.str.strip_chars()
        cell = pl.when(cell != "").then(cell)
    values = {*column.vocabulary, *map(str, column.sentinels)}
    if nothing := [text for text in written.nothing if text not in values]:
        cell = pl.when(~cell.is_in(nothing)).then(cell)
    if pair := true_and_false(column):
        words = {**dict.fromkeys(written.is_true, pair[1]), **dict.fromkeys(written.is_false, pair[0])}
        if words := {text: value for text, value in words.items() if text not in values}:
            cell = cell.replace(words)
    if written.currency and column.kind in (Kind.NUMBER, Kind.WHOLE):
        cell = _without_currency(cell, written)
    if column.kind is not Kind.CATEGORY:
        cell = _number(cell, written)
    if written.float_ids:
        point = _literal(written.decimal if column.kind is Kind.CATEGORY else DEFAULT.decimal)
        if column.kind is Kind.IDENTIFIER or any(value.isdigit() for value in values):
            cell = cell.str.replace(f"^([0-9]+){point}0+$", "${1}")
    return cell.alias(column.name)


def true_and_false(column: Column) -> tuple[str, str] | None:
    """(false, true) of a column that holds just these two; None for others."""
    if column.kind is Kind.WHOLE and (column.low, column.high) == (0, 1):
        return "0", "1"
    return next((pair for pair in _PAIRS if column.vocabulary == pair), None)


def _without_currency(cell: pl.Expr, written: Format) -> pl.Expr:
    """Numbers without the currency before or after them, and the blanks beside it; a sign may stand on either side."""
    texts = "|".join("".join(map(_literal, text)) for text in sorted(written.currency, key=len, reverse=True))
    sign = f"[-+(){_literal(written.minus)}]?"
    before, after = f"^({sign})[\\s\u00a0]*(?:{texts})[\\s\u00a0]*", f"[\\s\u00a0]*(?:{texts})[\\s\u00a0]*({sign})$"
    return cell.str.replace(before, "${1}").str.replace(after, "${1}")


def _number(cell: pl.Expr, written: Format) -> pl.Expr:
    """Numbers with a decimal point, without marks between their digits, with a minus before them."""
    if all(getattr(written, key) == getattr(DEFAULT, key) for key in _NUMBER_KEYS):
        return cell
    match = cell.str.extract_groups(_pattern(written)).struct
    before, whole, part = match.field("before"), match.field("whole"), match.field("part").fill_null("")
    after = match.field("after")
    is_number = whole.is_not_null() & ((whole != "") | (part != ""))
    match written.minus_place:
        case "before":
            minus = before == written.minus
        case "after":
            minus = after == written.minus
        case "brackets":
            minus = before == "("
            is_number &= before.is_null() == after.is_null()
    if written.thousands:
        whole = whole.str.replace_all(written.thousands, "", literal=True)
    plus = pl.when((before == "+") | (after == "+")).then(pl.lit("+")).otherwise(pl.lit(""))
    sign = pl.when(minus.fill_null(False)).then(pl.lit("-")).otherwise(plus)
    point = pl.when(part != "").then(pl.lit(".") + part).otherwise(pl.lit(""))
    number = sign + whole + point + match.field("power").fill_null("")
    misread = cell.cast(pl.Float64, strict=False).is_finite().fill_null(False)
    otherwise = pl.when(misread).then(cell + NOT_AS_DECLARED).otherwise(cell)
    return pl.when(is_number.fill_null(False)).then(number).otherwise(otherwise)


_SIGNS = {"before": ("[+{}]", ""), "after": ("", "[+{}]"), "brackets": (r"\(", r"\)")}
"""What may stand before and after the digits; {} is the minus."""


def _pattern(written: Format) -> str:
    """What a number is, with the groups before, whole, part, power and after."""
    decimal, minus, thousands = map(_literal, (written.decimal, written.minus, written.thousands))
    # Three digits a group; in India two, but for the last group.
    grouped = (
        f"[0-9]{{1,3}}(?:{thousands}[0-9]{{2}})*{thousands}[0-9]{{3}}|[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+|"
        if thousands
        else ""
    )
    number = f"(?<whole>{grouped}[0-9]*)(?:{decimal}(?<part>[0-9]*))?(?<power>[eE][-+]?[0-9]+)?"
    before, after = (
        f"(?<{name}>{sign.format(minus)})?" if sign else f"(?<{name}>)"
        for name, sign in zip(("before", "after"), _SIGNS[written.minus_place], strict=True)
    )
    return f"^{before}{number}{after}$"


def _literal(mark: str) -> str:
    """A mark in a pattern, be it in a class of characters."""
    return "\\" + mark if mark in string.punctuation and mark else mark
