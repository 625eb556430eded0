"""What a client's raw rows show: the conditions that make published sentences true.

Evidence reads source rows and nothing that features compute, so that it can convict a sentence that features chose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.schema.table import CLIENT


@dataclass(frozen=True, eq=False)
class RowPredicate:
    """A condition on a client's rows of one table: `holds` is met by some row, or, `negated`, by none.

    `each`: columns that tell apart what is judged as one (an instalment paid in parts); `holds` then aggregates the
    rows that agree in them. A condition that is unknown on a row is not met by it.
    """

    table: str
    holds: pl.Expr
    each: tuple[str, ...] = ()
    negated: bool = False

    def __invert__(self) -> RowPredicate:
        return replace(self, negated=not self.negated)


def some(table: str, holds: pl.Expr, each: tuple[str, ...] = ()) -> RowPredicate:
    """Some row (or each group of rows) of the client meets the condition."""
    return RowPredicate(table, holds, each)


def no_rows(table: str) -> RowPredicate:
    """The client has no row in the table."""
    return ~some(table, pl.lit(True))


def holding(
    evidence: Sequence[RowPredicate], tables: Mapping[str, pl.DataFrame], clients: pl.Series
) -> NDArray[np.bool_]:
    """Whether each evidence holds of each client: [clients, evidence].

    `tables`: typed rows by table name, each with SK_ID_CURR; a table that is absent has no rows.
    """
    found = np.zeros((len(clients), len(evidence)), np.bool_)
    for table, each in dict.fromkeys((e.table, e.each) for e in evidence):
        asked = {i: e.holds for i, e in enumerate(evidence) if (e.table, e.each) == (table, each)}
        if table not in tables or tables[table].is_empty():
            continue
        rows = tables[table].lazy()
        conditions = {str(i): holds.fill_null(False) for i, holds in asked.items()}
        # with_columns, unlike select, gives a literal the height of the rows
        judged = rows.group_by(CLIENT, *each).agg(**conditions) if each else rows.with_columns(**conditions)
        of_client = judged.group_by(CLIENT).agg(pl.col(name).any() for name in conditions)
        beside = clients.alias(CLIENT).to_frame().lazy().join(of_client, on=CLIENT, how="left", maintain_order="left")
        answers = beside.select(pl.col(list(conditions)).fill_null(False)).collect()
        found[:, list(asked)] = answers.to_numpy()
    return found ^ np.array([e.negated for e in evidence], np.bool_)
