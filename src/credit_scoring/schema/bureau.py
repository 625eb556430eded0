"""Credits of the client at other lenders, as the credit bureau reports them; one row a credit."""

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.identity import CLIENT_ID
from credit_scoring.schema.table import Table
from credit_scoring.schema.units import CENTURY, COUNT, CURRENCY, DAYS, DAYS_FROM_APPLICATION, LARGEST_AMOUNT, MOST

FAR_AWAY = 50_000
"""Days: the bureau knows end dates more than a century back and many decades ahead; they are no error of the row."""

UPDATED_LATER = 731
"""Days: the bureau's extract may be drawn after the application. The competition's own file holds up to 372, so that
two years leave room; no feature reads when a report came, and what it tells of the credit is bounded by itself."""


def _amount(name: str, meaning: str, low: float = 0) -> Column:
    return Column(name, Kind.NUMBER, meaning, low=low, high=LARGEST_AMOUNT, unit=CURRENCY)


BUREAU = Table(
    name="bureau",
    meaning="Credits of a client at other lenders, reported by the credit bureau; one row a credit",
    title="credits at other lenders",
    title_fr="les crédits auprès d'autres prêteurs",
    columns=(
        CLIENT_ID,
        Column("SK_ID_BUREAU", Kind.IDENTIFIER, "Credit at another lender", required=True, low=1),
        Column(
            "CREDIT_ACTIVE",
            Kind.CATEGORY,
            "State of the credit",
            vocabulary=("Closed", "Active", "Sold", "Bad debt"),
        ),
        Column(
            "CREDIT_CURRENCY",
            Kind.CATEGORY,
            "Currency of the credit, recoded",
            vocabulary=("currency 1", "currency 2", "currency 3", "currency 4"),
        ),
        Column(
            "DAYS_CREDIT",
            Kind.WHOLE,
            "When the client applied for the credit",
            required=True,
            low=-CENTURY,
            high=0,
            unit=DAYS_FROM_APPLICATION,
        ),
        Column("CREDIT_DAY_OVERDUE", Kind.WHOLE, "Days past due on the credit", low=0, high=CENTURY, unit=DAYS),
        Column(
            "DAYS_CREDIT_ENDDATE",
            Kind.WHOLE,
            "Agreed end of the credit",
            low=-FAR_AWAY,
            high=FAR_AWAY,
            unit=DAYS_FROM_APPLICATION,
        ),
        Column(
            "DAYS_ENDDATE_FACT",
            Kind.WHOLE,
            "When the credit really ended (closed credits)",
            low=-FAR_AWAY,
            high=0,
            unit=DAYS_FROM_APPLICATION,
        ),
        _amount("AMT_CREDIT_MAX_OVERDUE", "Largest amount overdue on the credit so far"),
        Column("CNT_CREDIT_PROLONG", Kind.WHOLE, "How often the credit was prolonged", low=0, high=MOST, unit=COUNT),
        _amount("AMT_CREDIT_SUM", "Amount of the credit"),
        _amount("AMT_CREDIT_SUM_DEBT", "Present debt on the credit (negative: paid too much)", low=-LARGEST_AMOUNT),
        _amount("AMT_CREDIT_SUM_LIMIT", "Present limit of the credit card", low=-LARGEST_AMOUNT),
        _amount("AMT_CREDIT_SUM_OVERDUE", "Amount overdue on the credit"),
        Column(
            "CREDIT_TYPE",
            Kind.CATEGORY,
            "Type of the credit",
            vocabulary=(  # from the best secured to the least
                "Mortgage",
                "Real estate loan",
                "Interbank credit",
                "Loan for purchase of shares (margin lending)",
                "Loan for the purchase of equipment",
                "Loan for business development",
                "Loan for working capital replenishment",
                "Car loan",
                "Consumer credit",
                "Credit card",
                "Cash loan (non-earmarked)",
                "Mobile operator loan",
                "Another type of loan",
                "Microloan",
            ),
            sentinels={"Unknown type of loan": "unknown"},
        ),
        Column(
            "DAYS_CREDIT_UPDATE",
            Kind.WHOLE,
            "When the bureau last heard of the credit",
            low=-FAR_AWAY,
            high=UPDATED_LATER,
            unit=DAYS_FROM_APPLICATION,
        ),
        _amount("AMT_ANNUITY", "Instalment of the credit"),
    ),
    key=("SK_ID_BUREAU",),
)
