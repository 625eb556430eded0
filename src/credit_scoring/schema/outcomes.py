"""Outcomes: what became of the loans, known long after the application and never an input."""

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.identity import CLIENT_ID
from credit_scoring.schema.table import CLIENT, Table

TARGET = Column(
    "TARGET",
    Kind.WHOLE,
    "Outcome of the loan: 1 = late by more than X days on one of the first Y instalments, 0 = all other cases",
    required=True,
    low=0,
    high=1,
    unit="1 = default, 0 = none",
)

OUTCOMES = Table(
    name="outcomes",
    meaning="Outcome of a client's loan; one row a client",
    title="outcomes of loans",
    title_fr="les issues des crédits",
    columns=(CLIENT_ID, TARGET),
    key=(CLIENT,),
)
