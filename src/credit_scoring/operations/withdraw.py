"""Withdrawing a delivery: its rows vanish from what is known, and its clients are scored again without them.

Nothing is deleted: one `withdrawn` event makes the rows invisible to all readers. What was derived from them is decided
anew: whose the balances of its credits are, and which scores stand. The clients whom it touched become a delivery of
the operator's own, `withdrawal~<delivery>`, which the score run then scores and publishes as any other; so the scores
that replace the wrong ones have a CSV of their own, and come exactly once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from credit_scoring.errors.usage import NOT_ACCEPTED, WITHDRAWAL_OF_WITHDRAWAL
from credit_scoring.intake import balances
from credit_scoring.intake.appending import CLIENT_DELIVERIES, QUARANTINE
from credit_scoring.intake.events import Claim, Delivered, accepted, names_taken, next_seq, withdrawals
from credit_scoring.intake.own import origins, withdrawal_of, withdrawn_by
from credit_scoring.operations.working import Desk
from credit_scoring.publishing import history, latest
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, FILE, RECORD, SEQ
from credit_scoring.storage.frames import size, union
from credit_scoring.storage.tables import Tables
from credit_scoring.storage.upkeep import remove


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


def withdraw(desk: Desk, delivery: str, reason: str) -> Withdrawal:
    """Withdraws an accepted delivery; run again, it finishes what was begun and says the same.

    UsageError when there is no such delivery. RunActive while another run is at work.
    """
    if delivery != withdrawn_by(delivery):
        raise WITHDRAWAL_OF_WITHDRAWAL(delivery=delivery)

    def plan(events: Sequence[Row]) -> list[Delivered]:
        if delivery not in names_taken(events):
            raise NOT_ACCEPTED(delivery=delivery)
        gone = names_taken(events)[delivery] in withdrawals(events)
        return [] if gone else [Delivered(withdrawal_of(delivery), next_seq(events))]

    desk.ledger.create()
    finished = None
    while finished != withdrawal_of(delivery):
        with desk.claimed("withdraw", plan, reason) as claim:
            if claim is None:
                break
            _carry_out(desk, claim)
            finished = claim.deliveries[0].name
    return _told(desk, delivery)


def _carry_out(desk: Desk, claim: Claim) -> None:
    """The work of one claim; every step can be repeated."""
    tables, (again,) = desk.tables, claim.deliveries
    events = desk.ledger.events()
    gone = _with_it(events, withdrawn_by(again.name))
    seqs = [each.seq for each in gone]
    visible = [each.seq for each in accepted(events) if each not in gone]
    for table in (history, latest):
        table.create(tables)
    changes = balances.changes_without(tables, seqs, visible)
    bad = _adopted_quarantine(tables, seqs, visible)
    _touch(tables, changes, bad, seqs, again.seq, claim.claim_id)
    for each in gone:
        desk.ledger.record(claim, "withdrawn", each, desk.clock(), message=claim.detail)
    if not changes.isEmpty():
        balances.settle(tables, changes)
    remove(tables, QUARANTINE, bad, ["table", SEQ, FILE, RECORD])
    events = desk.ledger.events()
    published = [event.seq for event in events if event.event == "published"]
    rows = history.sound(tables, withdrawals(events)).where(F.col(SEQ).isin(published))
    latest.restore(tables, _touched(tables, again.seq), rows)
    desk.ledger.record(claim, "accepted", again, desk.clock())


def _with_it(events: Sequence[Row], delivery: str) -> list[Delivered]:
    """The delivery, and those of rows tried again that hold rows of one of them, by seq."""
    found: dict[int, Delivered] = {}
    for event in sorted((event for event in events if event.event == "accepted"), key=lambda event: event.seq):
        if event.delivery == delivery or origins(event.files or ()) & set(found):
            found[event.seq] = Delivered(event.delivery, event.seq, event.manifest_sha256)
    return list(found.values())


def _adopted_quarantine(tables: Tables, seqs: Sequence[int], visible: Sequence[int]) -> DataFrame:
    """Quarantined balances of these deliveries that a later one, which stays, quarantined again with its bureau row."""
    came_in = F.split(FILE, balances.ADOPTED)[0]
    rows = tables.read(QUARANTINE).where(F.col(SEQ).isin(list(visible)) & balances.brought_again())
    return rows.where(came_in.isin([str(seq) for seq in seqs]))


def _touch(tables: Tables, changes: DataFrame, bad: DataFrame, seqs: Sequence[int], again: int, claim_id: str) -> None:
    """Whom the withdrawal touches: everyone in the withdrawn deliveries, and whose balances change with them."""
    every = (
        tables.read(CLIENT_DELIVERIES).where(F.col(SEQ).isin(list(seqs))).select("client_id", "table"),
        changes.select(F.col(CLIENT).alias("client_id"), F.lit(BUREAU_BALANCE.name).alias("table")),
        bad.select("client_id", "table"),
    )
    rows = union(every).where(F.col("client_id").isNotNull()).distinct().withColumn(SEQ, F.lit(again).cast("bigint"))
    tables.append(CLIENT_DELIVERIES, rows, f"{CLIENT_DELIVERIES}/{claim_id}")


def _touched(tables: Tables, again: int) -> DataFrame:
    return tables.read(CLIENT_DELIVERIES).where(F.col(SEQ) == again).select("client_id").distinct()


def _told(desk: Desk, delivery: str) -> Withdrawal:
    events = desk.ledger.events()
    seq = names_taken(events)[delivery]
    again = withdrawals(events)[seq]
    gone = _with_it(events, delivery)
    clients = _touched(desk.tables, again)
    return Withdrawal(
        delivery,
        withdrawal_of(delivery),
        size(clients),
        tuple(each.name for each in gone if each.name != delivery),
        tuple(_copies(desk.tables, events, range(seq, again), clients)),
    )


def _copies(tables: Tables, events: Sequence[Row], between: range, clients: DataFrame) -> Iterator[Copy]:
    """The files of deliveries whose seq is `between` that hold, or may hold, what those clients were given.

    The ledger knows every file; score_history knows whose scores it holds, until they expire.
    """
    given = tables.read(history.TABLE).where((F.col(SEQ) >= between.start) & (F.col(SEQ) < between.stop))
    marked = given.join(clients.withColumn("touched", F.lit(True)), "client_id", "left")
    theirs = F.count_distinct(F.when(F.col("touched"), F.col("client_id")))
    counted = marked.groupBy("delivery").agg(theirs.alias("clients")).collect()
    of_delivery = {row["delivery"]: row["clients"] for row in counted}
    for event in events:
        if event.event in ("published", "rescored") and event.seq in between and event.rows:
            copy = Copy(event.delivery, event.path, of_delivery.get(event.delivery))
            if copy.clients != 0:
                yield copy
