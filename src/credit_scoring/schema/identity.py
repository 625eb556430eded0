"""Columns that say whose a row is and of when, the same in every table that has them."""

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.units import LONGEST_HISTORY, MONTHS_FROM_APPLICATION

CLIENT_ID = Column(CLIENT, Kind.IDENTIFIER, "Client (= one application)", required=True, low=1)

MONTH = Column(
    "MONTHS_BALANCE",
    Kind.WHOLE,
    "Month of the state",
    required=True,
    low=-LONGEST_HISTORY,
    high=0,
    unit=MONTHS_FROM_APPLICATION,
)
