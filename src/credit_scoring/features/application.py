"""What features of the application are made of: its columns as values, and the amounts that many ratios stand on."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from credit_scoring.features import cleaned, loan_price
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.reasons import Reason
from credit_scoring.features.rows import DAYS_A_YEAR
from credit_scoring.features.value import Unit, Value
from credit_scoring.features.words import Words
from credit_scoring.schema.application import APPLICATION


def raw(column: str) -> Value:
    """A number of the application, its sentinels missing."""
    return Value(cleaned.number(APPLICATION, column))


def code(column: str, read_as: Mapping[str, str] | None = None) -> Value:
    """A category of the application as the position in its vocabulary."""
    return Value(cleaned.code(APPLICATION, column, read_as))


def years_since(column: str) -> Value:
    """Years from a date of the application, which is stored as negative days, to the application."""
    return Value(-cleaned.number(APPLICATION, column) / DAYS_A_YEAR)


def feature(name: str, value: Value, words: Words, unit: Unit, risk: Risk, reason: Reason) -> Feature:
    """A feature that needs the application only."""
    return Feature(name, words, unit, risk, reason, APPLICATION.name, value)


INCOME = raw("AMT_INCOME_TOTAL")
CREDIT = raw("AMT_CREDIT")
ANNUITY = raw("AMT_ANNUITY")
GOODS = raw("AMT_GOODS_PRICE")
AGE = years_since("DAYS_BIRTH")

STEPS = loan_price.steps(
    CREDIT.expression, ANNUITY.expression, priced=cleaned.is_one_of(APPLICATION, "NAME_CONTRACT_TYPE", "Cash loans")
)
"""What is added to the application before features read it."""

TERM = Value(pl.col("implied_term"))
RATE = Value(pl.col("implied_rate"))
EXPECTED_TERM = Value(pl.col("expected_term"))
EXPECTED_RATE = Value(pl.col("expected_rate"))
