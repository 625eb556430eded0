"""Which histories a delivery is expected to bring: those that all deliveries of applications before it brought.

A history that is left out by mistake looks like clients who have none, and they are scored so. Whoever means it says so
in the manifest (`without`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.tables import TABLES

HISTORIES = tuple(table.name for table in TABLES if table.name not in (APPLICATION.name, OUTCOMES.name))
"""The tables that tell what a client did before, in declared order."""


def lacking(
    brought: Collection[str], earlier: Iterable[Collection[str]], without: Collection[str] = ()
) -> tuple[str, ...]:
    """The histories that every one of the `earlier` deliveries brought and this one does not, `without` those that it
    says it lacks; each delivery is told by its tables. Deliveries without applications are expected to bring nothing,
    and say nothing of what is usual. What an earlier one said that it lacks is to be counted among its tables: a
    correction of one file must not make the next full delivery's gap a usual one.
    """
    if APPLICATION.name not in brought:
        return ()
    usual = [set(tables) for tables in earlier if APPLICATION.name in tables]
    if not usual:
        return ()
    always = set.intersection(*usual)
    return tuple(name for name in HISTORIES if name in always and name not in brought and name not in without)
