"""The loan applied for: its amounts, its implied term and price, and its weight on the income.

Income appears only as a divisor of what rises with risk, or alone: more income never makes a feature riskier.
"""

from __future__ import annotations

import polars as pl

from credit_scoring.features.application import (
    ANNUITY,
    CREDIT,
    EXPECTED_RATE,
    EXPECTED_TERM,
    GOODS,
    INCOME,
    RATE,
    TERM,
    code,
    feature,
    raw,
)
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.findings.finding import (
    Absence,
    Finding,
    against,
    in_favour,
    none_of,
    of_application,
    stated,
)
from credit_scoring.features.group import FeatureGroup
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit
from credit_scoring.features.words import Words

FEATURES: tuple[Feature, ...] = (
    feature("income", INCOME, Words("Yearly income", "Revenu annuel"), Unit.CURRENCY, Risk.FALLS, Reason.INCOME),
    feature(
        "annuity_to_income",
        ANNUITY / INCOME,
        Words("Annuity of the loan as a share of the yearly income", "Annuité du crédit en part du revenu annuel"),
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_BURDEN,
    ),
    feature(
        "credit_to_income",
        CREDIT / INCOME,
        Words("Loan as a multiple of the yearly income", "Crédit en multiple du revenu annuel"),
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_BURDEN,
    ),
    feature(
        "goods_to_income",
        GOODS / INCOME,
        Words("Price of the goods as a multiple of the yearly income", "Prix des biens en multiple du revenu annuel"),
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_BURDEN,
    ),
    feature(
        "annuity_and_children_to_income",
        ANNUITY * (raw("CNT_CHILDREN") + 1.0) / INCOME,
        Words(
            "Annuity of the loan times one plus the number of children, as a share of the yearly income",
            "Annuité du crédit fois un plus le nombre d'enfants, en part du revenu annuel",
        ),
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_BURDEN,
    ),
    feature(
        "interest_to_income",
        RATE * CREDIT / INCOME,
        Words(
            "First month's implied interest as a share of the yearly income",
            "Intérêts implicites du premier mois en part du revenu annuel",
        ),
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_TERMS,
    ),
    feature(
        "credit",
        CREDIT,
        Words("Amount of the loan", "Montant du crédit"),
        Unit.CURRENCY,
        Risk.UNKNOWN,
        Reason.LOAN_AMOUNT,
    ),
    feature(
        "annuity",
        ANNUITY,
        Words("Annuity of the loan", "Annuité du crédit"),
        Unit.CURRENCY,
        Risk.UNKNOWN,
        Reason.LOAN_AMOUNT,
    ),
    feature(
        "goods_price",
        GOODS,
        Words("Price of the goods to be paid", "Prix des biens à payer"),
        Unit.CURRENCY,
        Risk.UNKNOWN,
        Reason.LOAN_AMOUNT,
    ),
    feature(
        "credit_to_goods",
        CREDIT / GOODS,
        Words("Loan as a multiple of the price of the goods", "Crédit en multiple du prix des biens"),
        Unit.RATIO,
        Risk.UNKNOWN,
        Reason.LOAN_AMOUNT,
    ),
    feature(
        "credit_above_goods",
        CREDIT - GOODS,
        Words("Part of the loan above the price of the goods", "Part du crédit au-dessus du prix des biens"),
        Unit.CURRENCY,
        Risk.UNKNOWN,
        Reason.LOAN_AMOUNT,
    ),
    feature(
        "contract_type",
        code("NAME_CONTRACT_TYPE"),
        Words("Kind of loan: cash, then revolving", "Type de crédit : en espèces, puis renouvelable"),
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.LOAN_AMOUNT,
    ),
    feature(
        "credit_to_annuity",
        CREDIT / ANNUITY,
        Words("Loan as a multiple of its annuity", "Crédit en multiple de son annuité"),
        Unit.RATIO,
        Risk.UNKNOWN,
        Reason.LOAN_TERMS,
    ),
    feature(
        "goods_to_annuity",
        GOODS / ANNUITY,
        Words("Price of the goods as a multiple of the annuity", "Prix des biens en multiple de l'annuité"),
        Unit.RATIO,
        Risk.UNKNOWN,
        Reason.LOAN_TERMS,
    ),
    feature(
        "implied_term",
        TERM,
        Words(
            "Term of the loan that its amount and annuity imply",
            "Durée du crédit que son montant et son annuité impliquent",
        ),
        Unit.MONTHS,
        Risk.UNKNOWN,
        Reason.LOAN_TERMS,
    ),
    feature(
        "implied_rate",
        RATE,
        Words(
            "Monthly interest of the loan that its amount and annuity imply",
            "Taux mensuel du crédit que son montant et son annuité impliquent",
        ),
        Unit.RATE,
        Risk.RISES,
        Reason.LOAN_TERMS,
    ),
    feature(
        "implied_cost",
        TERM * ANNUITY / CREDIT - 1.0,
        Words(
            "Interest over the implied term as a share of the loan", "Intérêts sur la durée implicite en part du crédit"
        ),
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_TERMS,
    ),
    feature(
        "expected_term",
        EXPECTED_TERM,
        Words(
            "Mean of the terms that amount and annuity of the loan may imply, by their likelihood",
            "Moyenne des durées que le montant et l'annuité du crédit peuvent impliquer, selon leur vraisemblance",
        ),
        Unit.MONTHS,
        Risk.UNKNOWN,
        Reason.LOAN_TERMS,
    ),
    feature(
        "expected_rate",
        EXPECTED_RATE,
        Words(
            "Mean of the monthly interest that amount and annuity of the loan may imply, by likelihood",
            "Moyenne du taux mensuel que le montant et l'annuité du crédit peuvent impliquer, selon la vraisemblance",
        ),
        Unit.RATE,
        Risk.RISES,
        Reason.LOAN_TERMS,
    ),
)


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

GROUP = FeatureGroup(FEATURES, ABSENCES, FINDINGS)
