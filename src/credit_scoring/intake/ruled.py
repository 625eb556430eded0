"""Text whose columns stand at the widths that a line of dashes below its header shows, as sqlcmd prints it.

Nothing is quoted there, so that a delimiter in a cell, be it a blank, says nothing: the widths do. A line that does not
keep them is left as it is, and so is a record of another width.
"""

from __future__ import annotations

import re
from itertools import pairwise

import polars as pl

from credit_scoring.file_format import Format

BETWEEN = "\x1f"
"""What stands between cells then: ASCII's own separator of units."""
_RUNS = re.compile("-+")


def spans(rule: str) -> list[tuple[int, int]]:
    """Where each column begins and ends, by a line of dashes; [] where it is none, or of one column."""
    found = [match.span() for match in _RUNS.finditer(rule)]
    return found if len(found) > 1 and not re.search(r"[\w\"']", rule) else []


def as_delimited(text: bytes, written: Format) -> tuple[bytes, Format]:
    """The text with a delimiter between its cells, without their padding, and the format that says so.

    A line that goes on behind the last column has one cell more: two lines were joined.
    """
    plain = written.model_copy(update={"columns": "delimited", "delimiter": BETWEEN, "quote": "", "escape": ""})
    lines = pl.Series(text.decode("utf-8").split("\n")).str.strip_chars_end("\r")
    columns = _columns(lines, written)
    if not columns:
        return text, plain
    places, rule = columns
    fits = lines.is_not_null()
    for (_, end), (start, _) in pairwise(places):
        fits &= lines.str.slice(end, start - end) == rule[end:start]
    cells = [lines.str.slice(start, end - start).str.strip_chars() for start, end in places]
    rest = lines.str.slice(places[-1][1]).str.strip_chars()
    frame = pl.DataFrame(
        [*(cell.alias(f"{i}") for i, cell in enumerate(cells)), rest.alias("rest"), lines.alias("line")]
    )
    joined = pl.concat_str([f"{i}" for i in range(len(cells))], separator=BETWEEN)
    longer = pl.when(pl.col("rest") != "").then(joined + BETWEEN + pl.col("rest")).otherwise(joined)
    found = frame.select(pl.when(fits).then(longer).otherwise("line")).to_series()
    return "\n".join(found).encode(), plain


def _columns(lines: pl.Series, written: Format) -> tuple[list[tuple[int, int]], str] | None:
    """The columns and the line of dashes that shows them; None where there is none below the header."""
    at = written.skip_head
    while at < lines.len() and not lines[at].strip():
        at += 1
    for line in lines[at + 1 : at + 1 + written.skip_below_header]:
        if found := spans(line):
            return found, line
    return None
