"""Earlier applications of the client at this lender; one row an application, granted or not."""

from collections.abc import Mapping

from polars import col

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.identity import CLIENT_ID
from credit_scoring.schema.table import Rule, Table
from credit_scoring.schema.units import (
    CENTURY,
    CURRENCY,
    DAYS_FROM_APPLICATION,
    FLAG,
    LARGEST_AMOUNT,
    MONTHS,
    MOST,
    NORMALISED,
    SHARE,
)
from credit_scoring.schema.vocabularies import CASH_PURPOSES, COMPANIONS, GOODS, PRODUCTS, WEEKDAYS

NEVER = 365243
"""A date that has not come; what that says differs from column to column."""

_UNKNOWN: Mapping[float | str, str] = {"XNA": "unknown"}
_NOT_APPLICABLE: Mapping[float | str, str] = {"XNA": "unknown", "XAP": "not applicable"}


def _amount(name: str, meaning: str, low: float = 0) -> Column:
    return Column(name, Kind.NUMBER, meaning, low=low, high=LARGEST_AMOUNT, unit=CURRENCY)


def _date(name: str, meaning: str, never: str, high: int = 0) -> Column:
    sentinels: Mapping[float | str, str] = {NEVER: never}
    return Column(name, Kind.WHOLE, meaning, low=-CENTURY, high=high, sentinels=sentinels, unit=DAYS_FROM_APPLICATION)


_ASKED = (
    Column(
        "NAME_CONTRACT_TYPE",
        Kind.CATEGORY,
        "Kind of loan that was asked for",
        vocabulary=("Consumer loans", "Cash loans", "Revolving loans"),
        sentinels=_UNKNOWN,
    ),
    _amount("AMT_ANNUITY", "Instalment of the earlier loan"),
    _amount("AMT_APPLICATION", "Amount that the client asked for"),
    _amount("AMT_CREDIT", "Amount that was granted in the end"),
    _amount("AMT_DOWN_PAYMENT", "Down payment (-1 to 0: rounding)", low=-1),
    _amount("AMT_GOODS_PRICE", "Price of the goods that the loan was to pay"),
    Column(
        "WEEKDAY_APPR_PROCESS_START",
        Kind.CATEGORY,
        "Day of the week of the earlier application",
        vocabulary=WEEKDAYS,
    ),
    Column(
        "HOUR_APPR_PROCESS_START", Kind.WHOLE, "Hour of the earlier application", low=0, high=23, unit="hour of the day"
    ),
    Column(
        "FLAG_LAST_APPL_PER_CONTRACT",
        Kind.CATEGORY,
        "Whether it was the last application for that contract",
        vocabulary=("N", "Y"),
    ),
    Column(
        "NFLAG_LAST_APPL_IN_DAY",
        Kind.WHOLE,
        "Whether it was the client's last application of that day",
        low=0,
        high=1,
        unit=FLAG,
    ),
    # The lender divides a down payment of less than nothing (rounding) as well.
    Column("RATE_DOWN_PAYMENT", Kind.NUMBER, "Down payment as a share of the price", low=-0.001, high=1, unit=SHARE),
    Column("RATE_INTEREST_PRIMARY", Kind.NUMBER, "Interest rate, normalised", low=0, high=1, unit=NORMALISED),
    Column(
        "RATE_INTEREST_PRIVILEGED",
        Kind.NUMBER,
        "Interest rate for privileged clients, normalised",
        low=0,
        high=1,
        unit=NORMALISED,
    ),
    Column(
        "NAME_CASH_LOAN_PURPOSE",
        Kind.CATEGORY,
        "Purpose of a cash loan",
        vocabulary=CASH_PURPOSES,
        sentinels=_NOT_APPLICABLE,
    ),
)

_DECIDED = (
    Column(
        "NAME_CONTRACT_STATUS",
        Kind.CATEGORY,
        "What became of the earlier application",
        vocabulary=("Approved", "Unused offer", "Canceled", "Refused"),
    ),
    Column(
        "DAYS_DECISION",
        Kind.WHOLE,
        "When the earlier application was decided",
        required=True,
        low=-CENTURY,
        high=0,
        unit=DAYS_FROM_APPLICATION,
    ),
    Column(
        "NAME_PAYMENT_TYPE",
        Kind.CATEGORY,
        "How the client chose to pay",
        vocabulary=(
            "Cashless from the account of the employer",
            "Non-cash from your account",
            "Cash through the bank",
        ),
        sentinels=_UNKNOWN,
    ),
    Column(
        "CODE_REJECT_REASON",
        Kind.CATEGORY,
        "Why the earlier application was refused",
        vocabulary=("CLIENT", "SYSTEM", "VERIF", "LIMIT", "HC", "SCO", "SCOFR"),
        sentinels={"XNA": "unknown", "XAP": "not refused"},
    ),
    Column(
        "NAME_TYPE_SUITE",
        Kind.CATEGORY,
        "Who came with the client to apply then",
        vocabulary=COMPANIONS,
        protected=True,
    ),
    Column(
        "NAME_CLIENT_TYPE",
        Kind.CATEGORY,
        "Whether the client was new then",
        vocabulary=("New", "Refreshed", "Repeater"),
        sentinels=_UNKNOWN,
    ),
)

_SOLD = (
    Column(
        "NAME_GOODS_CATEGORY",
        Kind.CATEGORY,
        "Kind of goods that the loan was to pay",
        vocabulary=GOODS,
        sentinels=_UNKNOWN,
    ),
    Column(
        "NAME_PORTFOLIO",
        Kind.CATEGORY,
        "Portfolio of the earlier loan",
        vocabulary=("Cars", "POS", "Cash", "Cards"),
        sentinels=_UNKNOWN,
    ),
    Column(
        "NAME_PRODUCT_TYPE",
        Kind.CATEGORY,
        "Whether the loan was offered to a known client or asked for at the counter",
        vocabulary=("x-sell", "walk-in"),
        sentinels=_UNKNOWN,
    ),
    Column(
        "CHANNEL_TYPE",
        Kind.CATEGORY,
        "Channel through which the client came",
        vocabulary=(
            "Car dealer",
            "Channel of corporate sales",
            "Regional / Local",
            "Stone",
            "Country-wide",
            "Contact center",
            "Credit and cash offices",
            "AP+ (Cash loan)",
        ),
    ),
    Column(
        "SELLERPLACE_AREA",
        Kind.WHOLE,
        "Selling area of the place of sale",
        low=0,
        high=10_000_000,
        sentinels={-1: "no place of sale"},
    ),
    Column(
        "NAME_SELLER_INDUSTRY",
        Kind.CATEGORY,
        "Industry of the seller",
        vocabulary=(
            "Construction",
            "Furniture",
            "Industry",
            "Auto technology",
            "Consumer electronics",
            "Clothing",
            "Jewelry",
            "Tourism",
            "MLM partners",
            "Connectivity",
        ),
        sentinels=_UNKNOWN,
    ),
    Column("CNT_PAYMENT", Kind.WHOLE, "Term of the earlier loan (0: revolving)", low=0, high=MOST, unit=MONTHS),
    Column(
        "NAME_YIELD_GROUP",
        Kind.CATEGORY,
        "Interest rate of the earlier loan, in groups",
        vocabulary=("low_action", "low_normal", "middle", "high"),
        sentinels=_UNKNOWN,
    ),
    Column(
        "PRODUCT_COMBINATION",
        Kind.CATEGORY,
        "Product of the earlier loan, in detail",
        vocabulary=PRODUCTS,
    ),
)

_RUN = (
    _date("DAYS_FIRST_DRAWING", "First drawing", "no drawing: never used, or not a card"),
    _date("DAYS_FIRST_DUE", "First instalment due", "no instalment due so far"),
    # A plan, not a fact: it may lie ahead.
    _date("DAYS_LAST_DUE_1ST_VERSION", "Last instalment due as first agreed", "no end agreed: revolving", CENTURY),
    _date("DAYS_LAST_DUE", "Last instalment due", "still running"),
    _date("DAYS_TERMINATION", "End of the earlier loan", "still running"),
    Column(
        "NFLAG_INSURED_ON_APPROVAL",
        Kind.WHOLE,
        "Whether the client asked for insurance",
        low=0,
        high=1,
        unit=FLAG,
    ),
)

PREVIOUS_APPLICATION = Table(
    name="previous_application",
    meaning="Earlier applications of a client at this lender; one row an application, granted or not",
    title="earlier applications",
    title_fr="les demandes antérieures",
    columns=(
        Column("SK_ID_PREV", Kind.IDENTIFIER, "Earlier application at this lender", required=True, low=1),
        CLIENT_ID,
        *_ASKED,
        *_DECIDED,
        *_SOLD,
        *_RUN,
    ),
    key=("SK_ID_PREV",),
    rules=(
        Rule(
            "due_before_decision",
            "no instalment can be due before the loan was decided",
            "aucune échéance ne peut précéder la décision du prêt",
            ("DAYS_FIRST_DUE", "DAYS_DECISION"),
            col("DAYS_FIRST_DUE") < col("DAYS_DECISION"),
        ),
        Rule(
            "ended_before_decision",
            "the loan cannot have ended before it was decided",
            "le prêt ne peut avoir pris fin avant d'être décidé",
            ("DAYS_TERMINATION", "DAYS_DECISION"),
            col("DAYS_TERMINATION") < col("DAYS_DECISION"),
        ),
        Rule(
            "last_due_before_first",
            "the last instalment cannot be due before the first",
            "la dernière échéance ne peut précéder la première",
            ("DAYS_LAST_DUE", "DAYS_FIRST_DUE"),
            (col("DAYS_LAST_DUE") < col("DAYS_FIRST_DUE")) & (col("DAYS_FIRST_DUE") != NEVER),
        ),
    ),
)
