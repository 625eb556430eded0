"""The rescore: clients who have scores get new ones, by the present champion, as known at a delivery.

A rescore is a unit of work like a delivery: it has a name of its own, `rescore-<model version>-<run>`, under which its
rows stand in score_history and its CSV below the published root, and the seq at which its clients are known. So it adds
to what was said before and changes none of it. The table of latest scores takes a row of it where its (seq, model
version) is higher than the client's: a look back at an old delivery replaces no newer score.
"""

from __future__ import annotations

from credit_scoring.clients import cohort
from credit_scoring.errors.faults import CLAIM_OF_NOTHING
from credit_scoring.errors.usage import NOBODY_TO_RESCORE
from credit_scoring.ledger.events import Claim, Delivered
from credit_scoring.ledger.ledger import Plan
from credit_scoring.publishing.pipeline import Report, ScoreRun
from credit_scoring.publishing.run import delivery_named


def rescore(run: ScoreRun, clients_of: str | None = None, as_of: str | None = None) -> Report:
    """Scores every client (or those with rows in the delivery `clients_of`) again, as known at the delivery `as_of`.

    Both are the name or the number of an accepted delivery; by default clients are known as at `clients_of`, or as at
    the latest delivery. As ever, clients without an application or with an outcome by then are counted, not scored.

    A rescore that was killed is finished first, with its own clients, delivery and model; when that is what is asked
    for now, nothing is left to do. RunActive while another run scores, ModelError without a fitting model.
    """
    ledger = run.places.ledger
    accepted = ledger.accepted()
    if not accepted:
        raise NOBODY_TO_RESCORE()
    of = delivery_named(accepted, clients_of) if clients_of else None
    known_at = delivery_named(accepted, as_of) if as_of else of or accepted[-1]
    while True:
        version = run.fitting(None)
        unit = Delivered(f"rescore-{version}-{run.run_id}", known_at.seq)
        claim = run.claim("rescore", _always(unit), version, of.name if of else None)
        if claim is None:
            raise CLAIM_OF_NOTHING(claim=unit.name)
        with run.working(claim):
            _carry_out(run, claim)
        if _same(claim, unit, version, of):
            return run.report()


def _always(unit: Delivered) -> Plan:
    return lambda events: [unit]


def _carry_out(run: ScoreRun, claim: Claim) -> None:
    (unit,) = claim.deliveries
    accepted = run.places.ledger.accepted()
    if claim.detail is not None:
        chosen = [delivery_named(accepted, claim.detail)]
    else:
        chosen = [delivered for delivered in accepted if delivered.seq <= unit.seq]
    run.carry_out(claim, [unit], cohort.rows_in(run.places.engine, chosen, unit, accepted), "rescored")


def _same(claim: Claim, unit: Delivered, version: int, of: Delivered | None) -> bool:
    """Whether a claim did what is asked for, be it this run's or one that it took over."""
    asked = (unit.seq, version, of.name if of else None)
    return (claim.deliveries[0].seq, claim.model_version, claim.detail) == asked
