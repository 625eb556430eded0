"""The loan applied for: its amounts, its implied term and price, and its weight on the income.

Income appears only as a divisor of what rises with risk, or alone: more income never makes a feature riskier.
"""

from __future__ import annotations

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
