"""The score run: what is accepted and not published yet is scored and published, exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from credit_scoring.clients import cohort
from credit_scoring.errors.faults import CLAIM_OF_NOTHING
from credit_scoring.errors.usage import NOT_ACCEPTED
from credit_scoring.ledger.events import Delivered, LedgerEvent, unpublished
from credit_scoring.publishing.pipeline import Report, ScoreRun


def score_and_publish(run: ScoreRun, only: str | None = None, model_version: int | None = None) -> Report:
    """Scores and publishes every accepted delivery without a published CSV (or `only` the one of that name), and writes
    the run's report.

    `model_version`: who scores; the champion without it. The model is asked for only when something waits. RunActive
    while another run is at it, ModelError without a fitting model, UsageError when no delivery of that name was
    accepted. A run that fails releases its claim.
    """
    ledger = run.places.ledger
    if only is not None:
        delivery_named(ledger.accepted(), only)
    plan = partial(_waiting, only=only)
    while plan(ledger.events()):
        claim = run.claim("score", plan, run.fitting(model_version))
        if claim is None:
            continue  # another run has published them meanwhile
        with run.working(claim):
            waiting = ledger.unpublished()
            deliveries = [delivered for delivered in claim.deliveries if delivered in waiting]
            if not deliveries:
                raise CLAIM_OF_NOTHING(claim=claim.claim_id)
            cases = cohort.touched(run.places.engine, deliveries, ledger.accepted())
            run.carry_out(claim, deliveries, cases, "published", run.limits)
    return run.report()


def delivery_named(deliveries: Sequence[Delivered], name: str) -> Delivered:
    """The accepted delivery of that name, or whose seq is that number; UsageError when there is none."""
    for delivered in deliveries:
        if delivered.name == name:
            return delivered
    for delivered in deliveries:
        if str(delivered.seq) == name:
            return delivered
    raise NOT_ACCEPTED(delivery=name)


def _waiting(events: Sequence[LedgerEvent], only: str | None) -> list[Delivered]:
    return [delivered for delivered in unpublished(events) if only in (None, delivered.name)]
