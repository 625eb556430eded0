"""Term and interest of a loan: against the exact annuity, and against loans whose term is known."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.features import loan_price
from credit_scoring.features.application import STEPS


def annuity(amount: float, rate: float, term: int) -> float:
    return amount * rate / (1 - (1 + rate) ** -term)


@given(
    rate=st.floats(0.005, 0.06),
    term=st.sampled_from([3, 6, 10, *loan_price.TERMS]),
    amount=st.floats(10_000, 3_000_000),
)
def test_rate_is_that_of_the_annuity(rate: float, term: int, amount: float) -> None:
    row = pl.DataFrame({"c": [amount], "a": [annuity(amount, rate, term)]})
    found = row.select(loan_price.monthly_rate(pl.col("c"), pl.col("a"), float(term))).item()
    assert found == pytest.approx(rate, rel=0.012)


def _priced(kind: str, amount: float | None, paid: float | None) -> tuple[float | None, ...]:
    frame = pl.LazyFrame(
        {"NAME_CONTRACT_TYPE": [kind], "AMT_CREDIT": [amount], "AMT_ANNUITY": [paid]},
        schema={"NAME_CONTRACT_TYPE": pl.String, "AMT_CREDIT": pl.Float64, "AMT_ANNUITY": pl.Float64},
    )
    for step in STEPS:
        frame = frame.with_columns(**step.columns)
    return frame.select("implied_term", "implied_rate", "expected_term", "expected_rate").collect().row(0)


@pytest.mark.parametrize(
    ("rate", "term", "amount"), [(0.0249, 36, 500_000), (0.0333, 24, 300_000), (0.0591, 12, 150_000)]
)
def test_term_of_a_loan_at_a_usual_rate(rate: float, term: int, amount: float) -> None:
    found_term, found_rate, *_ = _priced("Cash loans", amount, annuity(amount, rate, term))
    assert found_term == term
    assert found_rate == pytest.approx(rate, rel=0.012)


def test_expected_term_and_rate_follow_the_loan() -> None:
    loans = [(12, 0.0249), (24, 0.0333), (60, 0.0207)]
    expected = [_priced("Cash loans", 500_000, annuity(500_000, rate, term))[2:] for term, rate in loans]
    terms, rates = zip(*expected, strict=True)
    assert list(terms) == sorted(terms)
    assert 6 < terms[0] < 24 < terms[2] < 60
    assert all(0.01 < rate < 0.07 for rate in rates)


def test_expected_term_is_the_mean_of_equally_likely_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loan_price, "_distance", lambda log_rate, amount, term: pl.lit(0.0 if term < 18 else 1e3))
    frame = pl.LazyFrame({"c": [300_000.0], "a": [30_000.0]})
    for step in loan_price.steps(pl.col("c"), pl.col("a"), pl.lit(True)):
        frame = frame.with_columns(**step.columns)
    assert frame.select("expected_term").collect().item() == 9  # 6 and 12


@pytest.mark.parametrize(
    ("kind", "amount", "paid"),
    [("Revolving loans", 180_000.0, 9_000.0), ("Cash loans", 180_000.0, None), ("Cash loans", 180_000.0, 0.0)],
    ids=["revolving", "annuity missing", "annuity zero"],
)
def test_no_term_where_there_is_none(kind: str, amount: float, paid: float | None) -> None:
    assert _priced(kind, amount, paid) == (None,) * 4
