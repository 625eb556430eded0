"""How the cells of a table are written, guessed from those that do not read: texts for nothing, for true and false,
marks of numbers, identifiers as floats.

Every key is tried on rows of the file by what intake reads cells with, and kept when fewer cells are lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import polars as pl
from pydantic import ValidationError

from credit_scoring.file_format import Format
from credit_scoring.intake.casting import REASONS, cast
from credit_scoring.intake.plain_cells import plain_cells, true_and_false
from credit_scoring.intake.texts_for_nothing import known_for_nothing
from credit_scoring.schema.column import Kind
from credit_scoring.schema.table import MADE_MISSING, RECORD, Table

Keys = Mapping[str, Any]

_PAIRS = (
    ("true", "false"), ("t", "f"), ("yes", "no"), ("y", "n"), ("ja", "nein"), ("j", "n"), ("oui", "non"), ("o", "n"),
    ("vrai", "faux"), ("wahr", "falsch"), ("si", "no"), ("sí", "no"), ("on", "off"), ("1", "0"), ("1.0", "0.0"),
    ("1,0", "0,0"), ("-1", "0"), (".t.", ".f."), ("sim", "não"), ("tak", "nie"), ("да", "нет"),
)  # fmt: skip
"""How files write true and false, in small letters."""
_THOUSANDS = (",", ".", " ", "\xa0", "\u202f", "\u2009", "'", "\u2019", "_")
_MINUS = ("-", "\u2212", "\u2013", "\u2014", "\u2010", "\u2011", "\u2012", "\ufe63", "\uff0d")
_NAMES = {
    ",": "commas", ".": "points", " ": "blanks", "\xa0": "blanks that do not break", "\u202f": "narrow blanks",
    "\u2009": "thin blanks", "'": "apostrophes", "\u2019": "typographic apostrophes", "_": "underlines",
}  # fmt: skip
_LONGEST = 20
_FLOAT_ID = re.compile(r"\d+[.,]0+")


def cell_keys(rows: pl.DataFrame, table: Table, written: Format) -> tuple[dict[str, Any], list[str], float]:
    """Keys of a format that read more cells of the rows (RECORD and text cells) than `written`, what they look like,
    and how many cells do not read with them."""
    keys: dict[str, Any] = {}
    looks: list[str] = []
    best = _lost(rows, table, written)
    for step in _STEPS:
        chosen: tuple[Keys, str] | None = None
        # What is not lost any more says nothing of the keys to come.
        left = lost_texts(plain_cells(rows, table, _with(written, keys)), table)
        for more, said in step(left, table):
            lost = _lost(rows, table, written, {**keys, **more})
            if lost < best:
                best, chosen = lost, (more, said)
        if chosen is not None:
            keys.update(chosen[0])
            looks.append(chosen[1])
    return keys, looks, best


def lost_texts(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """column, text, rows: the cells of the rows (RECORD and text cells) that casting finds unusable, most frequent
    first."""
    typed = cast(rows, table)
    bad = typed.bad.explode(REASONS).unnest(REASONS).select(RECORD, pl.col("column").str.split(", ")).explode("column")
    missing = typed.good.select(RECORD, pl.col(MADE_MISSING).alias("column")).explode("column").drop_nulls()
    lost = pl.concat([bad, missing]).unique()
    parts = [
        rows.join(lost.filter(pl.col("column") == name), on=RECORD, how="semi").select(
            pl.lit(name).alias("column"), pl.col(name).alias("text")
        )
        for name in lost["column"].unique().sort()
        if name in rows.columns
    ]
    if not parts:
        return pl.DataFrame(schema={"column": pl.String, "text": pl.String, "rows": pl.UInt32})
    counted = pl.concat(parts).drop_nulls("text").group_by("column", "text").agg(pl.len().alias("rows"))
    return counted.sort(["rows", "column", "text"], descending=[True, False, False])


def _with(written: Format, keys: Keys) -> Format:
    return Format.model_validate({**written.declared(), **keys})


def _lost(rows: pl.DataFrame, table: Table, written: Format, keys: Keys | None = None) -> float:
    """How many cells of the rows are unusable; infinite where the keys contradict each other."""
    try:
        found = _with(written, keys or {})
    except ValidationError:
        return float("inf")
    typed = cast(plain_cells(rows, table, found), table)
    return float(int(typed.good[MADE_MISSING].list.len().sum() or 0) + int(typed.bad[REASONS].list.len().sum() or 0))


def _texts_for_nothing(lost: pl.DataFrame, table: Table) -> Iterator[tuple[Keys, str]]:
    """What exports are known to write for nothing; then also what stands in several columns and is no number."""
    numeric = {
        column.name for column in table.columns if column.kind is not Kind.CATEGORY and not true_and_false(column)
    }
    truths = {word for pair in _PAIRS for word in pair}
    texts = lost["text"].unique(maintain_order=True).to_list()
    known = [text for text in texts if known_for_nothing(text)]
    several = lost.group_by("text").agg("column").filter(pl.col("column").list.n_unique() > 1)
    spread = {
        text
        for text, columns in several.iter_rows()
        if not re.search(r"\d", text) and text.strip().casefold() not in truths and numeric & set(columns)
    }
    for chosen in (known, [text for text in texts if text in known or text in spread]):
        if chosen := [text for text in chosen if text and len(text) <= _LONGEST]:
            said = ", ".join(map(ascii, chosen[:5])) + (f" and {len(chosen) - 5} more" if len(chosen) > 5 else "")
            yield {"nothing": chosen}, f"nothing is written {said}"


def _truths(lost: pl.DataFrame, table: Table) -> Iterator[tuple[Keys, str]]:
    """Texts for true and false, in the columns that hold these two."""
    pairs = {column.name: pair for column in table.columns if (pair := true_and_false(column)) is not None}
    texts = lost.filter(pl.col("column").is_in(list(pairs)))["text"].unique(maintain_order=True).to_list()
    trues, falses = ({pair[place]: 0 for pair in _PAIRS} for place in (0, 1))
    is_true = [text for text in texts if text.strip().casefold() in trues]
    is_false = [text for text in texts if text.strip().casefold() in falses]
    if is_true or is_false:
        yield {"is_true": is_true, "is_false": is_false}, f"true and false are written {', '.join(is_true + is_false)}"


def _numbers(lost: pl.DataFrame, table: Table) -> Iterator[tuple[Keys, str]]:
    """Marks of numbers: those that stand in cells of numbers that do not read."""
    numeric = [column.name for column in table.columns if column.kind is not Kind.CATEGORY]
    texts = [text for text in lost.filter(pl.col("column").is_in(numeric))["text"] if re.search(r"\d", text)]
    held = "".join(sorted(set("".join(texts))))
    thousands = ["", *(mark for mark in _THOUSANDS if mark in held)]
    minuses = ["-", *(mark for mark in _MINUS[1:] if mark in held)]
    places = ["before"]
    places += ["after"] if any(re.search(r"\d\W$", text.strip()) for text in texts) else []
    places += ["brackets"] if "(" in held else []
    currencies = _currencies(texts)
    for decimal, mark, minus, place in product([".", ","] if "," in held else ["."], thousands, minuses, places):
        if mark == decimal:
            continue
        keys = {"decimal": decimal, "thousands": mark, "minus": minus, "minus_place": place, "currency": currencies}
        looks = ["its decimal mark is a comma"] if decimal == "," else []
        looks += [f"its numbers have {_NAMES[mark]} between thousands"] if mark else []
        looks += ["its minus is a typographic one"] if minus != "-" else []
        looks += ["its minus stands behind the number"] if place == "after" else []
        looks += ["its negative numbers stand in brackets"] if place == "brackets" else []
        looks += [f"its amounts are written with {', '.join(map(ascii, currencies))}"] if currencies else []
        if looks:
            plain = {"decimal": ".", "thousands": "", "minus": "-", "minus_place": "before", "currency": []}
            yield {key: value for key, value in keys.items() if value != plain[key]}, ", ".join(looks)


def _currencies(texts: Sequence[str]) -> list[str]:
    """What stands before or after numbers and looks like a currency."""
    found: dict[str, None] = {}
    for text in texts:
        for place in _CURRENCY:
            if (match := place.search(text)) and _is_currency(match[1]):
                found[match[1]] = None
    return list(found)[:_MOST_CURRENCIES]


def _is_currency(text: str) -> bool:
    return text in _SHORT or unicodedata.category(text[-1]) == "Sc" or re.fullmatch("[A-Z]{3}", text) is not None


_CURRENCY = (re.compile(r"^[-+(\s]*([^\d\s.,'()+-][^\d\s,'()+-]{0,4}?)\s*[-(]?[\d.,]"),
             re.compile(r"\d\s*([^\d\s.,'()+-][^\d\s,'()+-]{0,4})\s*[-)]?\s*$"))  # fmt: skip
_SHORT = frozenset(["kr", "kr.", "Kr", "Kr.", "zł", "Kč", "Fr.", "Fr", "Rs", "Rs.", "Ft", "lei", "руб.", "р."])
"""Short words for currencies, beside signs and codes of three letters."""
_MOST_CURRENCIES = 5


def _float_ids(lost: pl.DataFrame, table: Table) -> Iterator[tuple[Keys, str]]:
    ids = [column.name for column in table.columns if column.kind is Kind.IDENTIFIER]
    if any(_FLOAT_ID.fullmatch(text.strip()) for text in lost.filter(pl.col("column").is_in(ids))["text"]):
        yield {"float_ids": True}, "its identifiers are written like 100002.0"


_STEPS: tuple[Callable[[pl.DataFrame, Table], Iterator[tuple[Keys, str]]], ...] = (
    _texts_for_nothing,
    _truths,
    _numbers,
    _float_ids,
)
