"""A later delivery of a generated lender: new clients, clients who come back, outcomes of others, and faulty cells."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.outcomes import OUTCOMES, TARGET
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.lender import generate
from credit_scoring.synthetic.writing import NEW, write

_OUTCOMES = "outcomes.csv"
_INCOME, _ANNUITY, _SCORE = "AMT_INCOME_TOTAL", "AMT_ANNUITY", "EXT_SOURCE_2"
_SPOILT_ANNUITY, _NO_INCOME = 15, 40
"""Of so many new clients one has an instalment that is no number, or no income at all."""


def write_later(directory: Path, new: range, returning: range, settled: range, seed: int) -> None:
    """Writes the delivery as `writing.write` does; same arguments, same bytes.

    Each of the `returning` clients brings a new application alone: a third earn a quarter more, a third a fifth less,
    and a third have another score of agency 2. Of the `settled` clients the outcome is known by now.
    """
    write(directory, new, 0, seed)
    fresh = pl.read_csv(directory / NEW, infer_schema=False)
    place = pl.int_range(pl.len())
    fresh = fresh.with_columns(
        pl.when(place % _SPOILT_ANNUITY == 7).then(pl.lit("n/a")).otherwise(_ANNUITY).alias(_ANNUITY),
        pl.when(place % _NO_INCOME == 11).then(None).otherwise(_INCOME).alias(_INCOME),
    )
    back = generate(returning, seed)[APPLICATION.name].sort(CLIENT)
    score = pl.col(_SCORE)
    back = back.with_columns(
        pl.when(place % 3 == 0)
        .then(pl.col(_INCOME) * 1.25)
        .when(place % 3 == 1)
        .then(pl.col(_INCOME) * 0.8)
        .otherwise(_INCOME)
        .alias(_INCOME),
        pl.when(place % 3 == 2)
        .then(pl.when(place % 2 == 0).then((score + 0.2).clip(upper_bound=1.0)).otherwise(score * 0.6))
        .otherwise(score)
        .alias(_SCORE),
    )
    outcomes = generate(settled, seed)[OUTCOMES.name]
    outcomes.select(CLIENT, TARGET.name).write_csv(directory / _OUTCOMES)
    pl.concat([fresh, back.select(pl.all().cast(pl.String))]).write_csv(directory / NEW)
