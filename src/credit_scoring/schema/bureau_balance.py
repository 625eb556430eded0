"""Monthly states of the credits at other lenders; one row a credit and month. The files do not hold the client."""

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.identity import MONTH
from credit_scoring.schema.table import Table

BUREAU_BALANCE = Table(
    name="bureau_balance",
    meaning="Monthly state of each credit at another lender; one row a credit and month",
    title="monthly states of credits at other lenders",
    title_fr="l'état mensuel des crédits d'autres prêteurs",
    columns=(
        Column("SK_ID_BUREAU", Kind.IDENTIFIER, "Credit at another lender", required=True, low=1),
        MONTH,
        Column(
            "STATUS",
            Kind.CATEGORY,
            "State in the month: C closed, 0 on time, 1 to 5 days past due (1: 1-30, 2: 31-60, 3: 61-90, 4: 91-120, "
            "5: more, sold or written off)",
            required=True,
            vocabulary=("C", "0", "1", "2", "3", "4", "5"),
            sentinels={"X": "unknown"},
        ),
    ),
    key=("SK_ID_BUREAU", "MONTHS_BALANCE"),
    owner="SK_ID_BUREAU",
    client_column=False,
)
