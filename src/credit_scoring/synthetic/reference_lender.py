"""Generated rows as features see them: what intake would know of these clients, without the outcomes."""

from __future__ import annotations

import polars as pl

from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.table import CLIENT
from credit_scoring.synthetic.lender import generate


def known(clients: range, seed: int) -> dict[str, pl.DataFrame]:
    """The tables of these clients by name; bureau_balance has the client of its credit, as intake attaches it."""
    tables = {name: rows for name, rows in generate(clients, seed).items() if name != OUTCOMES.name}
    credit = BUREAU_BALANCE.owner
    owners = tables[BUREAU.name].select(credit, CLIENT)
    balances = tables[BUREAU_BALANCE.name].join(owners, on=credit, how="inner", maintain_order="left")
    return {**tables, BUREAU_BALANCE.name: balances}
