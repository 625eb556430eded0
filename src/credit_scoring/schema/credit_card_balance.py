"""Monthly states of the client's credit cards at this lender; one row a card and month."""

from polars import col

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.identity import CLIENT_ID, MONTH
from credit_scoring.schema.table import Rule, Table
from credit_scoring.schema.units import (
    CENTURY,
    COUNT,
    CURRENCY,
    DAYS,
    LARGEST_AMOUNT,
    MOST,
)


def _paid(name: str, meaning: str) -> Column:
    return Column(name, Kind.NUMBER, meaning, low=0, high=LARGEST_AMOUNT, unit=CURRENCY)


def _balance(name: str, meaning: str) -> Column:
    """An amount that is below nothing now and then: paid too much, or a drawing taken back."""
    return Column(name, Kind.NUMBER, meaning, low=-LARGEST_AMOUNT, high=LARGEST_AMOUNT, unit=CURRENCY)


def _count(name: str, meaning: str) -> Column:
    return Column(name, Kind.WHOLE, meaning, low=0, high=MOST, unit=COUNT)


CREDIT_CARD_BALANCE = Table(
    name="credit_card_balance",
    meaning="Monthly state of each credit card of a client at this lender; one row a card and month",
    title="monthly states of credit cards",
    title_fr="l'état mensuel des cartes de crédit",
    columns=(
        Column("SK_ID_PREV", Kind.IDENTIFIER, "Card of this lender", required=True, low=1),
        CLIENT_ID,
        MONTH,
        _balance("AMT_BALANCE", "Balance of the card"),
        _paid("AMT_CREDIT_LIMIT_ACTUAL", "Limit of the card"),
        _balance("AMT_DRAWINGS_ATM_CURRENT", "Drawn at cash machines in the month"),
        _balance("AMT_DRAWINGS_CURRENT", "Drawn in the month"),
        _balance("AMT_DRAWINGS_OTHER_CURRENT", "Drawn in other ways in the month"),
        _balance("AMT_DRAWINGS_POS_CURRENT", "Drawn to buy goods in the month"),
        _paid("AMT_INST_MIN_REGULARITY", "Least instalment of the month"),
        _paid("AMT_PAYMENT_CURRENT", "Paid in the month"),
        _paid("AMT_PAYMENT_TOTAL_CURRENT", "Paid in the month, in total"),
        _balance("AMT_RECEIVABLE_PRINCIPAL", "Principal that the client owes"),
        _balance("AMT_RECIVABLE", "Amount that the client owes"),
        _balance("AMT_TOTAL_RECEIVABLE", "Amount that the client owes, in total"),
        _count("CNT_DRAWINGS_ATM_CURRENT", "Drawings at cash machines in the month"),
        _count("CNT_DRAWINGS_CURRENT", "Drawings in the month"),
        _count("CNT_DRAWINGS_OTHER_CURRENT", "Other drawings in the month"),
        _count("CNT_DRAWINGS_POS_CURRENT", "Drawings for goods in the month"),
        _count("CNT_INSTALMENT_MATURE_CUM", "Instalments paid so far"),
        Column(
            "NAME_CONTRACT_STATUS",
            Kind.CATEGORY,
            "State of the contract",
            vocabulary=("Completed", "Refused", "Sent proposal", "Approved", "Signed", "Active", "Demand"),
        ),
        Column("SK_DPD", Kind.WHOLE, "Days past due", low=0, high=CENTURY, unit=DAYS),
        Column("SK_DPD_DEF", Kind.WHOLE, "Days past due, small debts left out", low=0, high=CENTURY, unit=DAYS),
    ),
    key=("SK_ID_PREV", "MONTHS_BALANCE"),
    rules=(
        Rule(
            "tolerant_delay_longer",
            "the delay without small debts cannot be longer than the whole delay",
            "le retard sans les petites dettes ne peut dépasser le retard entier",
            ("SK_DPD_DEF", "SK_DPD"),
            col("SK_DPD_DEF") > col("SK_DPD"),
        ),
    ),
)
