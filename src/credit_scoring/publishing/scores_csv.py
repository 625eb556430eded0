"""scores.csv: one line a client for people and other systems, in whole points that add up to the score.

    start_points + reason_1_points + ... + reason_4_points + other_points = score

The same rows of score_history give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.errors.faults import PUBLISHED_OTHERWISE
from credit_scoring.explanation.points import MOST_PRINCIPAL, whole_points
from credit_scoring.features.statements import STATEMENTS
from credit_scoring.publishing import atomic_write
from credit_scoring.scoring.rows import CsvPart, in_csv
from credit_scoring.storage.files import Content, Folder

NAME = "scores.csv"

_SCORE, _ORIGIN = in_csv(CsvPart.SCORE), in_csv(CsvPart.ORIGIN)
READS = (*_SCORE, "points", "reasons", *_ORIGIN)
"""The columns of score_history that a line is made of."""

_PLACES = range(1, MOST_PRINCIPAL + 1)
HEADER = (
    *_SCORE,
    *(f"reason_{place}_{what}" for place in _PLACES for what in ("code", "points", "text")),
    "other_points",
    *_ORIGIN,
)

FORMULA = r"^([=+\-@\t\r\n])"
"""How a cell begins that a spreadsheet would run; an apostrophe before it makes it a text."""


@dataclass(frozen=True)
class Written:
    """A CSV that is in its place: clients, path, and sha256 of its bytes."""

    clients: int
    path: str
    sha256: str


def write(engine: Engine, rows: Scan, folder: Folder, run_id: str) -> Written:
    """Writes scores.csv into the folder from a delivery's rows of score_history (columns READS), sorted by client_id.

    Readers see the whole file or none (see atomic_write). A file that is there already is never changed: with the same
    bytes (left by a run that was killed before it could say so) it stays, with others it is a Fault.
    """
    content = Content(_head(), engine.pieces(rows, "client_id", _lines))
    try:
        clients = atomic_write.place(content, folder, NAME, run_id)
    except FileExistsError:
        clients, expected = content.digest()
        if atomic_write.sha256(folder, NAME) != expected:
            raise PUBLISHED_OTHERWISE(file=folder.path(NAME)) from None
    return Written(clients, folder.path(NAME), atomic_write.sha256(folder, NAME))


def csv_frame(rows: pl.DataFrame) -> pl.DataFrame:
    """The cells of scores.csv of rows with the columns READS, in their order."""
    reasons = [rows["reasons"].list.get(place - 1, null_on_oob=True).struct.unnest() for place in _PLACES]
    # The list is worst first; a reason that takes nothing is none against the client.
    principal = [r.with_columns(pl.when(pl.col("points") < 0).then(pl.all())) for r in reasons]
    start = rows["start_points"].to_numpy()
    taken = [r["points"].fill_null(0.0).to_numpy() for r in principal]
    other = rows["points"].to_numpy() - start - np.sum(taken, axis=0)
    whole = whole_points(np.column_stack([start, *taken, other]), rows["score"].to_numpy())
    cells = {name: rows[name] for name in (*_SCORE, *_ORIGIN)} | {"start_points": pl.Series(whole[:, 0])}
    for place, reason in zip(_PLACES, principal, strict=True):
        there = reason["code"].is_not_null()
        cells[f"reason_{place}_code"] = reason["code"]
        cells[f"reason_{place}_points"] = pl.select(pl.when(there).then(pl.Series(whole[:, place]))).to_series()
        cells[f"reason_{place}_text"] = reason.select(_sentence()).to_series()
    cells["other_points"] = pl.Series(whole[:, -1])
    return pl.DataFrame({name: cells[name] for name in HEADER}).with_columns(harmless(pl.col(pl.String)))


def harmless(text: pl.Expr) -> pl.Expr:
    """The texts, with an apostrophe before those that a spreadsheet would run as formulas."""
    return text.str.replace(FORMULA, "'${1}")


def to_csv(frame: pl.DataFrame, *, header: bool = False) -> bytes:
    """UTF-8, RFC 4180 with \\n; six decimals, UTC seconds, an empty cell for what is missing."""
    text = frame.write_csv(include_header=header, float_precision=6, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    return text.encode()


def _head() -> bytes:
    return (",".join(HEADER) + "\n").encode()


def _lines(rows: pl.DataFrame) -> bytes:
    return to_csv(csv_frame(rows))


def _sentence() -> pl.Expr:
    """The English sentence of a published code, for a value or for its absence."""
    value = pl.col("code").replace_strict({s.code: s.en for s in STATEMENTS if not s.absent}, return_dtype=pl.String)
    of_absence = {s.code: s.en for s in STATEMENTS if s.absent}
    absent = pl.col("code").replace_strict(of_absence, default=None, return_dtype=pl.String)
    return pl.when(pl.col("absent")).then(absent).otherwise(value)
