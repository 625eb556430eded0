"""Payments of the instalments of the client's earlier loans and cards at this lender.

One row a payment. There is no key: an instalment paid in parts has several rows, each with the whole amount due. Sum
the payments of an instalment before judging what is missing or late.
"""

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.identity import CLIENT_ID
from credit_scoring.schema.table import Table
from credit_scoring.schema.units import CENTURY, COUNT, CURRENCY, DAYS_FROM_APPLICATION, LARGEST_AMOUNT, MOST

INSTALLMENTS_PAYMENTS = Table(
    name="installments_payments",
    meaning="Payments of the instalments of a client's earlier loans at this lender; one row a payment",
    title="payments of instalments",
    title_fr="les paiements d'échéances",
    columns=(
        Column("SK_ID_PREV", Kind.IDENTIFIER, "Earlier loan at this lender", required=True, low=1),
        CLIENT_ID,
        Column(
            "NUM_INSTALMENT_VERSION",
            Kind.WHOLE,
            "Version of the calendar of instalments (0: card); a new one when the terms change",
            required=True,
            low=0,
            high=MOST,
            unit=COUNT,
        ),
        Column(
            "NUM_INSTALMENT_NUMBER",
            Kind.WHOLE,
            "Number of the instalment",
            required=True,
            low=1,
            high=MOST,
            unit=COUNT,
        ),
        Column(
            "DAYS_INSTALMENT",
            Kind.WHOLE,
            "When the instalment was due",
            required=True,
            low=-CENTURY,
            high=0,
            unit=DAYS_FROM_APPLICATION,
        ),
        Column(
            "DAYS_ENTRY_PAYMENT",
            Kind.WHOLE,
            "When the payment came in (missing: not paid)",
            low=-CENTURY,
            high=0,
            unit=DAYS_FROM_APPLICATION,
        ),
        Column(
            "AMT_INSTALMENT",
            Kind.NUMBER,
            "Amount due on the instalment",
            required=True,
            low=0,
            high=LARGEST_AMOUNT,
            unit=CURRENCY,
        ),
        Column(
            "AMT_PAYMENT",
            Kind.NUMBER,
            "Amount of this payment (missing: not paid)",
            low=0,
            high=LARGEST_AMOUNT,
            unit=CURRENCY,
        ),
    ),
)
