"""The source tables, in the order in which they are documented, delivered and gathered.

This is the one list of them. What else belongs to a table stands under its name: its columns and rules in
`schema/<table>.py`, its features and what can be said of them in `features/<table>.py`, its generated rows in
`synthetic/<table>.py`. docs/how-to/new-source-table.md adds one.
"""

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.credit_card_balance import CREDIT_CARD_BALANCE
from credit_scoring.schema.installments_payments import INSTALLMENTS_PAYMENTS
from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.pos_cash_balance import POS_CASH_BALANCE
from credit_scoring.schema.previous_application import PREVIOUS_APPLICATION
from credit_scoring.schema.table import Table

TABLES: tuple[Table, ...] = (
    APPLICATION,
    BUREAU,
    BUREAU_BALANCE,
    PREVIOUS_APPLICATION,
    POS_CASH_BALANCE,
    INSTALLMENTS_PAYMENTS,
    CREDIT_CARD_BALANCE,
    OUTCOMES,
)

SOURCES = tuple(table for table in TABLES if table is not OUTCOMES)
"""The tables of a client's file: all but the outcomes, which are never an input."""

HISTORIES = tuple(table for table in SOURCES if table is not APPLICATION)
"""The tables of which a client may have any number of rows, or none."""

_BY_NAME = {table.name: table for table in TABLES}


def table(name: str) -> Table:
    """The table of that name; KeyError with the names that exist when there is none."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise KeyError(f"no table {name}; the tables are {', '.join(_BY_NAME)}") from None


def modules(package: str, tables: Iterable[Table]) -> list[ModuleType]:
    """The modules of a package (`features`, `synthetic`) that stand under the tables' names."""
    return [import_module(f"credit_scoring.{package}.{each.name}") for each in tables]
