"""What can be said of the loan applied for, beside the income."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.findings.finding import (
    Absence,
    Finding,
    against,
    in_favour,
    none_of,
    of_application,
    stated,
)
from credit_scoring.features.reasons import Reason

_cash = pl.col("NAME_CONTRACT_TYPE") == "Cash loans"
_priced = _cash & (pl.col("AMT_CREDIT") > 0) & (pl.col("AMT_ANNUITY") > 0)
_AMOUNTS = ["AMT_ANNUITY", "AMT_CREDIT", "AMT_GOODS_PRICE"]
_income = (pl.col("AMT_INCOME_TOTAL") > 0).fill_null(False)

ABSENCES: dict[Reason, Absence] = {
    Reason.INCOME: none_of(["income"], ["AMT_INCOME_TOTAL"]),
    Reason.LOAN_BURDEN: Absence(
        pl.all_horizontal(pl.col("annuity_to_income", "credit_to_income", "goods_to_income").is_null()),
        of_application(~(_income & pl.any_horizontal([stated(column) for column in _AMOUNTS]))),
    ),
    Reason.LOAN_AMOUNT: none_of(
        ["credit", "annuity", "goods_price", "contract_type"], [*_AMOUNTS, "NAME_CONTRACT_TYPE"]
    ),
    Reason.LOAN_TERMS: Absence(pl.col("implied_term").is_null(), of_application(~_priced.fill_null(False))),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    Reason.INCOME: (
        against(
            "LOWER",
            "Stated yearly income below 150,000",
            "Revenu annuel déclaré inférieur à 150 000",
            pl.col("income") < 150_000,
            of_application(pl.col("AMT_INCOME_TOTAL") < 150_000),
        ),
        in_favour(
            "HIGHER",
            "Stated yearly income above 150,000",
            "Revenu annuel déclaré supérieur à 150 000",
            pl.col("income") > 150_000,
            of_application(pl.col("AMT_INCOME_TOTAL") > 150_000),
        ),
    ),
    Reason.LOAN_BURDEN: (
        against(
            "ANNUITY",
            "Annuity of the loan above a quarter of the stated income",
            "Annuité du crédit supérieure au quart du revenu déclaré",
            pl.col("annuity_to_income") > 0.25,
            of_application(pl.col("AMT_ANNUITY") > 0.25 * pl.col("AMT_INCOME_TOTAL")),
        ),
        against(
            "AMOUNT",
            "Loan above four times the stated yearly income",
            "Crédit supérieur à quatre fois le revenu annuel déclaré",
            pl.col("credit_to_income") > 4,
            of_application(pl.col("AMT_CREDIT") > 4 * pl.col("AMT_INCOME_TOTAL")),
        ),
    ),
    Reason.LOAN_AMOUNT: (
        against(
            "ABOVE_GOODS",
            "Loan above the price of the goods to be paid",
            "Crédit supérieur au prix des biens à payer",
            pl.col("credit_above_goods") > 0,
            of_application(pl.col("AMT_CREDIT") > pl.col("AMT_GOODS_PRICE")),
        ),
    ),
    Reason.LOAN_TERMS: (
        against(
            "LONG",
            "Loan applied for above 24 times its annuity",
            "Crédit demandé supérieur à 24 fois son annuité",
            pl.col("implied_term").is_not_null() & (pl.col("credit_to_annuity") > 24),
            of_application(pl.col("AMT_CREDIT") > 24 * pl.col("AMT_ANNUITY")),
        ),
        in_favour(
            "SHORT",
            "Loan applied for below 12 times its annuity",
            "Crédit demandé inférieur à 12 fois son annuité",
            pl.col("implied_term").is_not_null() & (pl.col("credit_to_annuity") < 12),
            of_application(pl.col("AMT_CREDIT") < 12 * pl.col("AMT_ANNUITY")),
        ),
    ),
}
