"""Withdrawing a delivery: its rows vanish from what is known, and its clients are scored again without them.

Nothing is deleted: one `withdrawn` event makes the rows invisible to all readers, and whose the balances that wait are
follows from what is left (clients.waiting_balances). Which scores stand is decided anew. The clients whom it touched
become a delivery of the operator's own, `withdrawal~<delivery>`, which the score run then scores and publishes as any
other; so the scores that replace the wrong ones have a CSV of their own, and come exactly once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from credit_scoring.clients.waiting_balances import FROM, waiting_of
from credit_scoring.context import Context
from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.errors.usage import NOT_ACCEPTED, WITHDRAWAL_OF_WITHDRAWAL
from credit_scoring.intake.appending import CLIENT_DELIVERIES, TOUCHES
from credit_scoring.intake.owners import CREDIT
from credit_scoring.ledger.events import Claim, Delivered, LedgerEvent, accepted, names_taken, next_seq, withdrawals
from credit_scoring.ledger.operator_deliveries import withdrawal_of
from credit_scoring.operations.claimed import claimed
from credit_scoring.operations.earlier_layout import Stored, stored_by_earlier_release
from credit_scoring.operations.quarantined import waiting_in_quarantine
from credit_scoring.publishing import latest
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, SEQ
from credit_scoring.scoring import history


@dataclass(frozen=True)
class Copy:
    """A published CSV with scores that rest on what was withdrawn: of which delivery, and of how many clients.

    `clients` is None where the scores of the delivery have expired: the file may hold such scores, or none.
    """

    delivery: str
    path: str
    clients: int | None


@dataclass(frozen=True)
class Withdrawal:
    """A withdrawn delivery. `again`: the name of the delivery under which its `clients` are scored again.

    `with_it`: deliveries of rows tried again that held rows of it, and went with it. `copies`: files that others may
    have read; they stay as they are.
    """

    delivery: str
    again: str
    clients: int
    with_it: tuple[str, ...]
    copies: tuple[Copy, ...]


def withdraw(context: Context, delivery: str, reason: str) -> Withdrawal:
    """Withdraws an accepted delivery; run again, it finishes what was begun and says the same.

    UsageError when there is no such delivery. RunActive while another run is at work.
    """

    def plan(events: Sequence[LedgerEvent]) -> list[Delivered]:
        if delivery not in names_taken(events):
            raise NOT_ACCEPTED(delivery=delivery)
        seq = names_taken(events)[delivery]
        if seq in withdrawals(events).values():
            raise WITHDRAWAL_OF_WITHDRAWAL(delivery=delivery)
        gone = seq in withdrawals(events)
        return [] if gone else [Delivered(withdrawal_of(delivery), next_seq(events), origins=(seq,))]

    finished = None
    while finished != withdrawal_of(delivery):
        with claimed(context, "withdraw", plan, reason) as claim:
            if claim is None:
                break
            _withdraw(context, claim)
            finished = claim.deliveries[0].name
    return _result(context, delivery)


def _withdraw(context: Context, claim: Claim) -> None:
    """The work of one claim; every step can be repeated."""
    engine, (again,) = context.engine, claim.deliveries
    events = context.ledger.events()
    gone = _withdrawn_together(events, again.origins[0])
    seqs = [each.seq for each in gone]
    visible = [each.seq for each in accepted(events) if each not in gone]
    for table in (history, latest):
        table.create(engine)
    stored = stored_by_earlier_release(engine, seqs, visible)
    _touch(engine, stored, seqs, visible, again.seq, claim.claim_id)
    for each in gone:
        context.ledger.record(claim, "withdrawn", each, context.now(), message=claim.detail)
    stored.settle(engine)
    events = context.ledger.events()
    published = [event.seq for event in events if event.event == "published"]
    latest.restore(engine, _touched(engine, again.seq), published, withdrawals(events))
    context.ledger.record(claim, "accepted", again, context.now())


def _withdrawn_together(events: Sequence[LedgerEvent], seq: int) -> list[Delivered]:
    """The delivery of that seq, and those of rows tried again that hold rows of one of them, by seq."""
    found: dict[int, Delivered] = {}
    for event in sorted((event for event in events if event.event == "accepted"), key=lambda event: event.seq):
        if event.seq == seq or (event.purpose == "requeue" and found.keys() & set(event.origins)):
            found[event.seq] = event.delivered
    return list(found.values())


def _touch(
    engine: Engine, stored: Stored, seqs: Sequence[int], visible: Sequence[int], again: int, claim_id: str
) -> None:
    """Whom the withdrawal touches: everyone in the withdrawn deliveries, and whose balances change with them."""
    mine = engine.scan(Scan(CLIENT_DELIVERIES, ("client_id", "table"), {SEQ: seqs}, pl.DataFrame.unique))
    clients = pl.concat([_changed(engine, stored, seqs, visible), stored.clients()]).unique()
    balances = clients.select(client_id=CLIENT, table=pl.lit(BUREAU_BALANCE.name))
    rows = pl.concat([mine, balances]).filter(pl.col("client_id").is_not_null()).unique().sort("client_id", "table")
    rows = rows.with_columns(pl.lit(again).alias(SEQ)).select(TOUCHES.names).cast(polars_schema(TOUCHES.types()))
    engine.append(CLIENT_DELIVERIES, rows, f"{CLIENT_DELIVERIES}/{claim_id}")


def _changed(engine: Engine, stored: Stored, seqs: Sequence[int], visible: Sequence[int]) -> pl.DataFrame:
    """SK_ID_CURR: whose waiting balances, accepted or quarantined, are others' or of another delivery without these."""
    every = [*visible, *seqs]
    waiting = waiting_in_quarantine(engine, every)
    named = stored.named.select(CREDIT, SEQ, CLIENT, pl.col(SEQ).alias(FROM))
    before = pl.concat([waiting_of(engine, every, waiting).owned, named])
    left = waiting.filter(pl.col(SEQ).is_in(visible))
    after = waiting_of(engine, visible, pl.concat([left, named.select(CREDIT, SEQ)])).owned
    columns = before.columns
    lost = before.join(after, on=columns, how="anti")
    return pl.concat([lost, after.join(before, on=columns, how="anti")]).select(CLIENT)


def _touched(engine: Engine, again: int) -> pl.DataFrame:
    return engine.scan(Scan(CLIENT_DELIVERIES, ("client_id",), {SEQ: [again]})).unique()


def _result(context: Context, delivery: str) -> Withdrawal:
    events = context.ledger.events()
    seq = names_taken(events)[delivery]
    again = withdrawals(events)[seq]
    gone = _withdrawn_together(events, seq)
    clients = _touched(context.engine, again)
    return Withdrawal(
        delivery,
        withdrawal_of(delivery),
        clients.height,
        tuple(each.name for each in gone if each.name != delivery),
        tuple(_copies(context.engine, events, range(seq, again), clients)),
    )


def _copies(engine: Engine, events: Sequence[LedgerEvent], between: range, clients: pl.DataFrame) -> Iterator[Copy]:
    """The files of deliveries whose seq is `between` that hold, or may hold, what those clients were given.

    The ledger knows every file; score_history knows whose scores it holds, until they expire.
    """
    scan = Scan(history.TABLE, ("delivery", "client_id"), {SEQ: list(between)}, partial(_given, clients["client_id"]))
    counted = engine.scan(scan).group_by("delivery").agg(pl.col("client_id").drop_nulls().n_unique())
    of_delivery = dict(counted.iter_rows())
    for event in events:
        if event.event in ("published", "rescored") and event.seq in between and event.rows:
            copy = Copy(event.delivery, event.path or "", of_delivery.get(event.delivery))
            if copy.clients != 0:
                yield copy


def _given(clients: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """delivery, client_id: who of `clients` was given a score in it; null stands for all others."""
    theirs = pl.when(pl.col("client_id").is_in(clients.implode())).then("client_id").alias("client_id")
    return rows.select("delivery", theirs).unique()
