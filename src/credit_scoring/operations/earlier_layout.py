"""Balances as an earlier release stored them: given the client of another delivery's bureau row, or stored again.

That release gave a balance its client by any bureau row that was visible at intake, and appended balances that waited
again under the delivery that brought the bureau row, as `3/bureau_balance.csv`. Today a stored balance has the client
that its own delivery tells, or none, and waits. When a delivery is withdrawn, what rests on it is brought into this
form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, FILE, RECORD, SEQ

ADOPTED = "/"
"""In FILE of an adopted row: `3/bureau_balance.csv` is a file of the delivery with seq 3. No file's name holds it."""
_PLACE = (SEQ, FILE, RECORD)


@dataclass(frozen=True)
class Stored:
    """Rows of visible deliveries that rest on withdrawn ones.

    `copies`: balances of withdrawn deliveries, stored again (SK_ID_CURR, seq, file, record); `bad_copies`: the same of
    the quarantine, with its `table`; `named`: balances whose client a withdrawn delivery tells (and SK_ID_BUREAU).
    """

    copies: pl.DataFrame
    bad_copies: pl.DataFrame
    named: pl.DataFrame

    def clients(self) -> pl.DataFrame:
        """SK_ID_CURR: whose the copies are."""
        return pl.concat([self.copies.select(CLIENT), self.bad_copies.select(CLIENT)])

    def settle(self, engine: Engine) -> None:
        """Removes the copies, and has the others wait; again, it finds nothing to do."""
        if self.copies.height:
            engine.remove(BUREAU_BALANCE.name, self.copies.select(_PLACE))
        if self.bad_copies.height:
            engine.remove(QUARANTINE, self.bad_copies.select("table", *_PLACE))
        if self.named.height:
            engine.remove(BUREAU_BALANCE.name, self.named.select(_PLACE), blank=[CLIENT])


def stored_by_earlier_release(engine: Engine, withdrawn: Sequence[int], visible: Sequence[int]) -> Stored:
    """What rests on the `withdrawn` deliveries among the rows of `visible` ones, which are later."""
    later = [seq for seq in visible if seq > min(withdrawn)]
    copies = engine.scan(
        Scan(BUREAU_BALANCE.name, (CLIENT, *_PLACE), {SEQ: later}, partial(_copies_of, tuple(withdrawn)))
    )
    bad = engine.scan(
        Scan(QUARANTINE, ("client_id", "table", *_PLACE), {SEQ: later}, partial(_copies_of, tuple(withdrawn)))
    )
    return Stored(copies, bad.rename({"client_id": CLIENT}), _named(engine, withdrawn, later))


def _named(engine: Engine, withdrawn: Sequence[int], later: Sequence[int]) -> pl.DataFrame:
    """SK_ID_BUREAU, SK_ID_CURR, place of balances whose client their own delivery does not tell, but one of these."""
    credits = engine.scan(Scan(BUREAU.name, (CREDIT,), {SEQ: withdrawn}))[CREDIT].unique() if later else pl.Series()
    if credits.is_empty():
        return pl.DataFrame(
            schema={CREDIT: pl.Int64, CLIENT: pl.Int64, SEQ: pl.Int64, FILE: pl.String, RECORD: pl.Int64}
        )
    told = engine.scan(Scan(BUREAU.name, (CREDIT, SEQ), {SEQ: later}, partial(_of, credits))).unique()
    rest = partial(_resting, credits, told)
    return engine.scan(Scan(BUREAU_BALANCE.name, (CREDIT, CLIENT, *_PLACE), {SEQ: later}, rest))


def _copies_of(seqs: Sequence[int], rows: pl.DataFrame) -> pl.DataFrame:
    copied = pl.col(FILE).str.contains(ADOPTED, literal=True)
    came_in = pl.col(FILE).str.split(ADOPTED).list.first()
    return rows.filter((copied & came_in.is_in([str(seq) for seq in seqs])).fill_null(False))


def _of(credits: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col(CREDIT).is_in(credits.implode())).unique()


def _resting(credits: pl.Series, told: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    named = rows.filter(
        pl.col(CLIENT).is_not_null()
        & pl.col(CREDIT).is_in(credits.implode())
        & ~pl.col(FILE).str.contains(ADOPTED, literal=True)
    )
    return named.join(told, on=[CREDIT, SEQ], how="anti")
