"""Monthly states of the client's earlier consumer and cash loans at this lender; one row a loan and month."""

from polars import col

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.identity import CLIENT_ID, MONTH
from credit_scoring.schema.table import Rule, Table
from credit_scoring.schema.units import (
    CENTURY,
    COUNT,
    DAYS,
    MOST,
)

POS_CASH_BALANCE = Table(
    name="pos_cash_balance",
    meaning="Monthly state of each earlier consumer or cash loan at this lender; one row a loan and month",
    title="monthly states of earlier loans",
    title_fr="l'état mensuel des prêts antérieurs",
    columns=(
        Column("SK_ID_PREV", Kind.IDENTIFIER, "Earlier loan at this lender", required=True, low=1),
        CLIENT_ID,
        MONTH,
        Column("CNT_INSTALMENT", Kind.WHOLE, "Term of the loan in instalments", low=0, high=MOST, unit=COUNT),
        Column("CNT_INSTALMENT_FUTURE", Kind.WHOLE, "Instalments still to pay", low=0, high=MOST, unit=COUNT),
        Column(
            "NAME_CONTRACT_STATUS",
            Kind.CATEGORY,
            "State of the contract",
            vocabulary=(
                "Completed",
                "Returned to the store",
                "Canceled",
                "Approved",
                "Signed",
                "Active",
                "Demand",
                "Amortized debt",
            ),
            sentinels={"XNA": "unknown"},
        ),
        Column("SK_DPD", Kind.WHOLE, "Days past due", low=0, high=CENTURY, unit=DAYS),
        Column("SK_DPD_DEF", Kind.WHOLE, "Days past due, small debts left out", low=0, high=CENTURY, unit=DAYS),
    ),
    key=("SK_ID_PREV", "MONTHS_BALANCE"),
    file="POS_CASH_balance.csv",
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
