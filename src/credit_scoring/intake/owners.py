"""bureau_balance gets its client: its files hold the credit only, and bureau says whose credit it is."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT

CREDIT = BUREAU_BALANCE.owner


def with_clients(balances: pl.DataFrame, bureau: pl.DataFrame | None, within: Sequence[str] = ()) -> pl.DataFrame:
    """A delivery's balances with CLIENT from its own bureau rows in the same slot, null where it brought none.

    What earlier deliveries brought is asked of the store, once it is known which of them are accepted.
    `within`: columns of both that tell apart what must not meet.
    """
    if bureau is None:
        return balances.with_columns(pl.lit(None, pl.Int64).alias(CLIENT))
    return balances.join(bureau.select(CREDIT, *within, CLIENT), on=[CREDIT, *within], how="left")
