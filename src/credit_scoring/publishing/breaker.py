"""The breaker: what looks wrong is scored but not published, until somebody has looked at it.

A delivery is held by table, by client and as a whole: the share of a history's records in quarantine; the share of
applications in quarantine, whose clients get no decision; a history that all deliveries before it brought and it lacks
without saying so; its records against the median of the deliveries before it; and how far its scores have shifted from
those that the same model version gave before. One whose applications are all in quarantine is held whatever the limits
are: nothing of it can be scored. A delivery that a command of an operator made is not judged, nor one that somebody
has let through (`clear`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np

from credit_scoring.context import Context
from credit_scoring.engines.engine import Engine
from credit_scoring.errors.deliveries import NOTHING_TO_SCORE
from credit_scoring.errors.usage import NOT_HELD
from credit_scoring.explanation.points import Integers
from credit_scoring.intake.expected import lacking
from credit_scoring.ledger.events import Delivered, FileAccount, LedgerEvent, cleared, held, unpublished
from credit_scoring.schema.application import APPLICATION
from credit_scoring.scoring import history
from credit_scoring.settings import BreakerSettings
from credit_scoring.training.examination.stability import BINS, Shift, shift

COMPARED = 20
"""How many deliveries before it a delivery is compared with, the latest ones."""


def judge(
    engine: Engine,
    events: Sequence[LedgerEvent],
    deliveries: Sequence[Delivered],
    model_version: int,
    limits: BreakerSettings,
) -> dict[Delivered, str]:
    """The deliveries that are to be held, each with every limit that it passes: which, the value, the limit.

    Their scores must be committed. One action for each delivery whose scores can be compared.
    """
    through = cleared(events)
    found = {}
    for delivered in deliveries:
        if delivered.origins or delivered.seq in through:
            continue
        passed = [
            sentence
            for sentence in (
                _undecided(events, delivered, limits),
                _quarantined(events, delivered, limits),
                _lacking(events, delivered, limits),
                _records(events, delivered, limits),
                _scores(engine, events, delivered, model_version, limits),
            )
            if sentence is not None
        ]
        if passed:
            found[delivered] = "; ".join(passed)
    return found


def clear(context: Context, delivery: str, reason: str) -> int:
    """Records that a held delivery may be published, and why, once; the model version whose scores were held.

    UsageError when it was never held, or is published or withdrawn already.
    """
    ledger = context.ledger
    ledger.create()
    events = ledger.events()
    stopped = [event for event in events if event.event == "held" and event.delivery == delivery]
    waiting = {delivered.seq for delivered in unpublished(events)} | {event.seq for event in held(events)}
    if not stopped or stopped[-1].seq not in waiting:
        names = ", ".join(event.delivery for event in held(events)) or "none"
        raise NOT_HELD(delivery=delivery, held=names)
    latest = stopped[-1]
    ledger.note("cleared", latest.delivered, context.run_id, context.now(), reason)
    return int(latest.model_version or 0)


def nothing_to_score(events: Sequence[LedgerEvent], seq: int) -> bool:
    """Whether a delivery brought applications, all of which are in quarantine."""
    records, quarantined = _of_tables(events, seq).get(APPLICATION.name, (0, 0))
    return 0 < records == quarantined


def _undecided(events: Sequence[LedgerEvent], delivered: Delivered, limits: BreakerSettings) -> str | None:
    records, quarantined = _of_tables(events, delivered.seq).get(APPLICATION.name, (0, 0))
    if nothing_to_score(events, delivered.seq):
        return str(NOTHING_TO_SCORE(records=records))
    share = quarantined / records if records else 0.0
    if share <= limits.max_undecided_share:
        return None
    return (
        f"{share:.1%} of its {records:,} applications are in quarantine, so that their clients get no decision, the "
        f"limit is {limits.max_undecided_share:.1%} (breaker.max_undecided_share)"
    )


def _quarantined(events: Sequence[LedgerEvent], delivered: Delivered, limits: BreakerSettings) -> str | None:
    passed = [
        f"{quarantined / records:.1%} of its {records:,} records of {table}"
        for table, (records, quarantined) in _of_tables(events, delivered.seq).items()
        if table != APPLICATION.name and records and quarantined / records > limits.max_quarantined_share
    ]
    if not passed:
        return None
    return (
        f"{' and '.join(passed)} are in quarantine, the limit is {limits.max_quarantined_share:.1%} "
        "(breaker.max_quarantined_share)"
    )


def _lacking(events: Sequence[LedgerEvent], delivered: Delivered, limits: BreakerSettings) -> str | None:
    if not limits.expect_histories:
        return None
    told = {event.seq: _without(event) for event in events if event.event == "accepted"}
    gone = {event.seq for event in events if event.event == "withdrawn"}
    brought = {seq: {file.table for file in files} for seq, files in _files(events).items() if seq not in gone}
    earlier = [tables | told[seq] for seq, tables in brought.items() if seq < delivered.seq]
    missing = lacking(brought.get(delivered.seq, ()), earlier, told.get(delivered.seq, ()))
    if not missing:
        return None
    return (
        f"it brings applications and no {', '.join(missing)}, which all deliveries before it brought, and its manifest "
        "does not say so, as `credit-scoring deliver --without` has it (breaker.expect_histories)"
    )


def _without(event: LedgerEvent) -> set[str]:
    """What an accepted delivery says that it lacks; a ledger of an earlier release holds none of it."""
    return set(event.without)


def _records(events: Sequence[LedgerEvent], delivered: Delivered, limits: BreakerSettings) -> str | None:
    counted = {seq: sum(file.records for file in files) for seq, files in _files(events).items()}
    before = [counted[seq] for seq in sorted(counted) if seq < delivered.seq][-COMPARED:]
    if len(before) < limits.min_deliveries or delivered.seq not in counted:
        return None
    usual, records = median(before), counted[delivered.seq]
    ratio = records / usual if usual else 1.0
    if limits.min_records_ratio <= ratio <= limits.max_records_ratio:
        return None
    name, limit = ("max_records_ratio", limits.max_records_ratio)
    if ratio < limits.min_records_ratio:
        name, limit = ("min_records_ratio", limits.min_records_ratio)
    return (
        f"it has {records:,} records, {ratio:.2f} times the median of the {len(before)} deliveries before it, "
        f"the limit is {limit:g} (breaker.{name})"
    )


def _scores(
    engine: Engine, events: Sequence[LedgerEvent], delivered: Delivered, model_version: int, limits: BreakerSettings
) -> str | None:
    published = {
        event.seq: event.delivery
        for event in events
        if event.event == "published" and event.model_version == model_version and event.seq < delivered.seq
    }
    before = [Delivered(published[seq], seq) for seq in sorted(published)][-COMPARED:]
    if not before:
        return None
    counted = history.clients_by_score(engine, [*before, delivered], model_version)
    actual = counted.get(delivered.seq, {})
    expected: dict[int, int] = {}
    for each in before:
        for score, clients in counted.get(each.seq, {}).items():
            expected[score] = expected.get(score, 0) + clients
    if min(sum(actual.values()), sum(expected.values())) < limits.min_clients:
        return None
    moved = score_shift(expected, actual)
    if moved.psi <= limits.max_score_psi + moved.chance:
        return None
    return (
        f"the PSI of its scores against those of the {len(before)} deliveries before it is {moved.psi:.2f}, the limit "
        f"is {limits.max_score_psi:g} above the {moved.chance:.2f} that chance brings about (breaker.max_score_psi)"
    )


def score_shift(expected: Mapping[int, int], actual: Mapping[int, int]) -> Shift:
    """The PSI of scores from how many clients have each; the bins are the deciles of the expected ones."""
    scores = np.array(sorted(expected))
    reached = np.cumsum([expected[score] for score in scores.tolist()])
    deciles = np.ceil(reached[-1] * np.arange(1, BINS) / BINS)
    limits = np.unique(scores[np.searchsorted(reached, deciles)])

    def binned(clients: Mapping[int, int]) -> Integers:
        bins = np.searchsorted(limits, np.array(list(clients)), side="left")
        return np.bincount(bins, list(clients.values()), minlength=len(limits) + 1).astype(np.int64)

    return shift("score", binned(expected), binned(actual))


def _of_tables(events: Sequence[LedgerEvent], seq: int) -> dict[str, tuple[int, int]]:
    """Records of a delivery and those of them in quarantine, by table."""
    found: dict[str, tuple[int, int]] = {}
    for file in _files(events).get(seq, ()):
        records, quarantined = found.get(file.table, (0, 0))
        found[file.table] = (records + file.records, quarantined + file.quarantined)
    return found


def _files(events: Sequence[LedgerEvent]) -> dict[int, Sequence[FileAccount]]:
    """Seq -> the account of its files, of the lender's deliveries."""
    return {event.seq: event.files for event in events if event.event == "accepted" and not event.origins}
