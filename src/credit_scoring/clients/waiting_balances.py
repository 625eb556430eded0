"""Whose the balances are that came without a client: bureau_balance holds the credit only, and bureau says whose it is.

Intake gives a balance its client where its own delivery tells it. Others stay as they were delivered, and wait: their
client is found here, when they are read, by the bureau rows that are visible then. So nothing is appended again when
the bureau row comes, or when a delivery is withdrawn.

A delivery's balances of a credit belong, as of that delivery, to the client of the latest bureau row up to it. Where
none had come, they belong to the client of each later bureau row, from its delivery on, unless newer balances of the
credit have come by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.intake.owners import CREDIT
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, SEQ

FROM = "known_from"
_OWNED = pl.Schema({CREDIT: pl.Int64, SEQ: pl.Int64, CLIENT: pl.Int64, FROM: pl.Int64})


@dataclass(frozen=True)
class Waiting:
    """Balances without a client, by credit and delivery: `owned` says whose they are, and known from which delivery on.

    Columns SK_ID_BUREAU, seq (of the delivery that brought them), SK_ID_CURR, known_from.
    """

    owned: pl.DataFrame

    def named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows without a client (SK_ID_BUREAU, seq, ...) once for each client that they belong to, as of the delivery
        from which on it is known; those of nobody are left out."""
        columns = rows.columns
        found = rows.drop(CLIENT, strict=False).join(self.owned, on=[CREDIT, SEQ])
        return found.drop(SEQ).rename({FROM: SEQ}).select(columns)


def owned(waiting: pl.DataFrame, balances: pl.DataFrame, bureau: pl.DataFrame) -> Waiting:
    """Whose balances are. `waiting`: (SK_ID_BUREAU, seq) of those without a client; `balances`: the same of all stored
    balances of these credits; `bureau`: SK_ID_BUREAU, SK_ID_CURR, seq of the visible bureau rows of these credits."""
    waiting = waiting.select(CREDIT, SEQ).unique()
    told = bureau.select(CREDIT, CLIENT, pl.col(SEQ).alias("told")).unique([CREDIT, "told"], keep="any")
    pairs = waiting.join(told, on=CREDIT)
    earlier = pairs.filter(pl.col("told") <= pl.col(SEQ)).sort("told").unique([CREDIT, SEQ], keep="last")
    at_once = earlier.select(CREDIT, SEQ, CLIENT, pl.col(SEQ).alias(FROM))
    later = pairs.filter(pl.col("told") > pl.col(SEQ)).join(earlier, on=[CREDIT, SEQ], how="anti")
    newer = balances.select(CREDIT, pl.col(SEQ).alias("newer")).unique()
    overtaken = (
        later.join(newer, on=CREDIT)
        .filter((pl.col("newer") > pl.col(SEQ)) & (pl.col("newer") <= pl.col("told")))
        .select(CREDIT, SEQ, "told")
    )
    then = later.join(overtaken, on=[CREDIT, SEQ, "told"], how="anti")
    since = then.select(CREDIT, SEQ, CLIENT, pl.col("told").alias(FROM))
    return Waiting(pl.concat([at_once, since]).cast(_OWNED))


def waiting_of(engine: Engine, visible: Sequence[int], more: pl.DataFrame | None = None) -> Waiting:
    """Whose the stored balances without a client are, by the deliveries whose rows are `visible`.

    `more`: (SK_ID_BUREAU, seq) of other rows of balances that wait, the quarantined ones.
    """
    bare = Scan(BUREAU_BALANCE.name, (CREDIT, SEQ), {CLIENT: [None], SEQ: visible}, pl.DataFrame.unique)
    waiting = engine.scan(bare).unique()
    if more is not None:
        waiting = pl.concat([waiting, more.select(CREDIT, SEQ).cast(waiting.schema)]).unique()
    if waiting.is_empty():
        return Waiting(_OWNED.to_frame())
    credits = waiting[CREDIT].unique().to_list()
    among = {CREDIT: credits, SEQ: visible}
    balances = engine.scan(Scan(BUREAU_BALANCE.name, (CREDIT, SEQ), among, pl.DataFrame.unique))
    bureau = engine.scan(Scan(BUREAU.name, (CREDIT, CLIENT, SEQ), among))
    return owned(waiting, balances, bureau)


def named_here(waiting: Waiting) -> partial[pl.DataFrame]:
    """The `prepare` of a scan of balances without a client."""
    return partial(_named, waiting)


def _named(waiting: Waiting, rows: pl.DataFrame) -> pl.DataFrame:
    return waiting.named(rows)
