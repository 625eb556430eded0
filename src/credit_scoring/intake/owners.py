"""bureau_balance gets its client: its files hold the credit only, and bureau says whose credit it is."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT

CREDIT = BUREAU_BALANCE.owner
CLIENT_SEQ = "client_seq"
"""The delivery whose bureau row named the client: should that one be refused, the client is not known from it."""

Place = tuple[int, str]
"""(seq, table) of rows in staging."""


def with_clients(accepted: Mapping[Place, pl.DataFrame]) -> dict[Place, pl.DataFrame]:
    """The rows by place; bureau_balance with CLIENT and CLIENT_SEQ from the latest bureau row of its delivery or an
    earlier one in the same slot, null where there is none."""
    owners = [
        frame.select(CREDIT, CLIENT, pl.lit(seq, pl.Int64).alias(CLIENT_SEQ))
        for (seq, name), frame in accepted.items()
        if name == BUREAU.name
    ]
    nobody = pl.DataFrame(schema={CREDIT: pl.Int64, CLIENT: pl.Int64, CLIENT_SEQ: pl.Int64})
    known = pl.concat([nobody, *owners])
    done = dict(accepted)
    for (seq, name), frame in accepted.items():
        if name == BUREAU_BALANCE.name:
            latest = (
                known.filter(pl.col(CLIENT_SEQ) <= seq)
                .sort(CLIENT_SEQ)
                .unique(CREDIT, keep="last", maintain_order=True)
            )
            done[seq, name] = frame.join(latest, on=CREDIT, how="left")
    return done
