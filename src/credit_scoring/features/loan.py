"""The loan applied for: its amounts, its implied term and price, and its weight on the income.

Income appears only as a divisor of what rises with risk, or alone: more income never makes a feature riskier.
"""

from __future__ import annotations

from credit_scoring.features.application import ANNUITY, CREDIT, GOODS, INCOME, RATE, TERM, code, feature, raw
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit

FEATURES: tuple[Feature, ...] = (
    feature("income", INCOME, "Yearly income", Unit.CURRENCY, Risk.FALLS, Reason.INCOME),
    feature(
        "annuity_to_income",
        ANNUITY / INCOME,
        "Annuity of the loan as a share of the yearly income",
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_BURDEN,
    ),
    feature(
        "credit_to_income",
        CREDIT / INCOME,
        "Loan as a multiple of the yearly income",
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_BURDEN,
    ),
    feature(
        "goods_to_income",
        GOODS / INCOME,
        "Price of the goods as a multiple of the yearly income",
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_BURDEN,
    ),
    feature(
        "annuity_and_children_to_income",
        ANNUITY * (raw("CNT_CHILDREN") + 1.0) / INCOME,
        "Annuity of the loan times one plus the number of children, as a share of the yearly income",
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_BURDEN,
    ),
    feature(
        "interest_to_income",
        RATE * CREDIT / INCOME,
        "First month's implied interest as a share of the yearly income",
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_TERMS,
    ),
    feature("credit", CREDIT, "Amount of the loan", Unit.CURRENCY, Risk.UNKNOWN, Reason.LOAN_AMOUNT),
    feature("annuity", ANNUITY, "Annuity of the loan", Unit.CURRENCY, Risk.UNKNOWN, Reason.LOAN_AMOUNT),
    feature("goods_price", GOODS, "Price of the goods to be paid", Unit.CURRENCY, Risk.UNKNOWN, Reason.LOAN_AMOUNT),
    feature(
        "credit_to_goods",
        CREDIT / GOODS,
        "Loan as a multiple of the price of the goods",
        Unit.RATIO,
        Risk.UNKNOWN,
        Reason.LOAN_AMOUNT,
    ),
    feature(
        "credit_above_goods",
        CREDIT - GOODS,
        "Part of the loan above the price of the goods",
        Unit.CURRENCY,
        Risk.UNKNOWN,
        Reason.LOAN_AMOUNT,
    ),
    feature(
        "contract_type",
        code("NAME_CONTRACT_TYPE"),
        "Kind of loan: cash, then revolving",
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.LOAN_AMOUNT,
    ),
    feature(
        "credit_to_annuity",
        CREDIT / ANNUITY,
        "Loan as a multiple of its annuity",
        Unit.RATIO,
        Risk.UNKNOWN,
        Reason.LOAN_TERMS,
    ),
    feature(
        "goods_to_annuity",
        GOODS / ANNUITY,
        "Price of the goods as a multiple of the annuity",
        Unit.RATIO,
        Risk.UNKNOWN,
        Reason.LOAN_TERMS,
    ),
    feature(
        "implied_term",
        TERM,
        "Term of the loan that its amount and annuity imply",
        Unit.MONTHS,
        Risk.UNKNOWN,
        Reason.LOAN_TERMS,
    ),
    feature(
        "implied_rate",
        RATE,
        "Monthly interest of the loan that its amount and annuity imply",
        Unit.RATE,
        Risk.RISES,
        Reason.LOAN_TERMS,
    ),
    feature(
        "implied_cost",
        TERM * ANNUITY / CREDIT - 1.0,
        "Interest over the implied term as a share of the loan",
        Unit.RATIO,
        Risk.RISES,
        Reason.LOAN_TERMS,
    ),
)
