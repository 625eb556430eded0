"""Term and monthly interest of the loan applied for, which the application does not state.

Amount C and annuity A fix the rate once a term is assumed: C = A (1 - (1 + r)^-n) / r. Of the terms that cash loans are
sold with, the likeliest is the one whose rate lies nearest to a usual rate of the lender and is typical of the amount.
The usual rates and the typical rate are this lender's price list as its earlier cash loans show it; where they do not
fit, the result is a rougher term, never a failure. On earlier loans, whose term is known, four terms in five are met.

Several terms are often nearly as likely. The expected term and rate are means over all of them, each by its likelihood.

A revolving loan has no term, and its annuity is a fixed share of the limit: all of this is missing there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce
from operator import add

import polars as pl

from credit_scoring.features.steps import Derive

TERMS = tuple(range(6, 61, 6))
"""Months that cash loans are sold for."""

USUAL_RATES = (
    *(0.0165, 0.0182, 0.0190, 0.0207, 0.0249, 0.0274, 0.0291, 0.0333),
    *(0.0376, 0.0393, 0.0419, 0.0439, 0.0461, 0.0504, 0.0591),
)
"""Monthly rates of the price list."""

RATE_TOLERANCE = 0.03
"""How much a relative distance from a usual rate weighs against one from the typical rate: 33 to 1."""

LEAST_RATE = 1e-4


def monthly_rate(amount: pl.Expr, annuity: pl.Expr, term: pl.Expr | float) -> pl.Expr:
    """Interest rate a month of a loan repaid in `term` equal annuities; missing where an amount is not above zero.

    Baily's approximation (1808): h = (n A / C)^(2 / (n + 1)) - 1 and r = h (12 - (n - 1) h) / (12 - 2 (n - 1) h),
    within 1.2 % of the exact rate for up to 60 months at up to 6 % a month. Not below zero.
    """
    months = pl.lit(term) if isinstance(term, float) else term
    repaid = pl.when((amount > 0) & (annuity > 0) & (months > 0)).then(months * annuity / amount)
    h = repaid.pow(2.0 / (months + 1.0)) - 1.0
    return (h * (12.0 - (months - 1.0) * h) / (12.0 - 2.0 * (months - 1.0) * h)).clip(lower_bound=0.0)


def steps(amount: pl.Expr, annuity: pl.Expr, priced: pl.Expr) -> tuple[Derive, ...]:
    """The steps that add terms and monthly rates to the application.

    `implied_term` (months, one of `TERMS`) and `implied_rate`: of the likeliest term. `expected_term` and
    `expected_rate` (a geometric mean): over all terms, each weighing exp(-distance) of `_distance`.
    Missing where `priced` (a loan with a term) does not hold, or an amount is not above zero.
    """
    log_rates = {
        _log_rate(term): monthly_rate(amount, annuity, float(term)).clip(lower_bound=LEAST_RATE).log() for term in TERMS
    }
    unlikely = {_unlikely(term): _distance(pl.col(_log_rate(term)), amount, term) for term in TERMS}
    least = pl.min_horizontal([pl.col(_unlikely(term)) for term in TERMS])
    term = pl.coalesce(
        [pl.when(priced & (pl.col(_unlikely(term)) == least)).then(pl.lit(float(term))) for term in TERMS]
    )
    weights = {_weight(term): (least - pl.col(_unlikely(term))).exp() for term in TERMS}
    expected = {
        "expected_term": _weighted({term: pl.lit(float(term)) for term in TERMS}),
        "expected_rate": _weighted({term: pl.col(_log_rate(term)) for term in TERMS}).exp(),
    }
    return (
        Derive(log_rates),
        Derive(unlikely),
        Derive({"implied_term": term}),
        Derive({"implied_rate": monthly_rate(amount, annuity, pl.col("implied_term"))}),
        Derive(weights),
        Derive({name: pl.when(priced).then(value) for name, value in expected.items()}),
    )


def _weighted(values: Mapping[int, pl.Expr]) -> pl.Expr:
    """The mean of a value of each term, weighted; added up from the shortest term on, so the same bits everywhere."""
    weighted = reduce(add, (pl.col(_weight(term)) * value for term, value in values.items()))
    return weighted / reduce(add, (pl.col(_weight(term)) for term in values))


def _weight(term: int) -> str:
    return f"weight_{term}"


def _log_rate(term: int) -> str:
    return f"log_rate_{term}"


def _unlikely(term: int) -> str:
    return f"unlikely_{term}"


def _distance(log_rate: pl.Expr, amount: pl.Expr, term: int) -> pl.Expr:
    """How far the rate that a term implies is from the price list, and from what is typical of the amount."""
    typical = -0.733 - 0.0496 * math.log(term) - 0.2 * amount.log()  # least squares over earlier cash loans
    from_usual = pl.min_horizontal([(log_rate - math.log(rate)).abs() for rate in USUAL_RATES])
    return from_usual / RATE_TOLERANCE + (log_rate - typical).abs()
