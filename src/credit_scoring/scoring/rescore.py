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
from credit_scoring.scoring.run import ScoreRun, delivery_named


def rescore(run: ScoreRun, clients_of: str | None = None, as_of: str | None = None) -> None:
    """Scores every client (or those with rows in the delivery `clients_of`) again, as known at the delivery `as_of`.

    Both are the name or the number of an accepted delivery; by default clients are known as at `clients_of`, or as at
    the latest delivery. As ever, clients without an application or with an outcome by then are counted, not scored.

    A rescore that was killed is finished first, with its own clients, delivery and model; when that is what is asked
    for now, nothing is left to do. RunActive while another run scores, ModelError without a usable model.
    """
    accepted = run.context.ledger.accepted()
    if not accepted:
        raise NOBODY_TO_RESCORE()
    of = delivery_named(accepted, clients_of) if clients_of else None
    known_at = delivery_named(accepted, as_of) if as_of else of or accepted[-1]
    asked = of.name if of else None
    while True:
        version = run.usable_version(None)
        again = Delivered(f"rescore-{version}-{run.context.run_id}", known_at.seq)
        claim = run.claim("rescore", lambda events, again=again: [again], version, asked)  # type: ignore[misc]
        if claim is None:
            raise CLAIM_OF_NOTHING(claim=again.name)
        with run.context.working(claim):
            _score(run, claim)
        # A claim that was taken over may have been for something else.
        if (claim.deliveries[0].seq, claim.model_version, claim.detail) == (known_at.seq, version, asked):
            return


def _score(run: ScoreRun, claim: Claim) -> None:
    (again,) = claim.deliveries
    accepted = run.context.ledger.accepted()
    if claim.detail is not None:
        chosen = [delivery_named(accepted, claim.detail)]
    else:
        chosen = [delivered for delivered in accepted if delivered.seq <= again.seq]
    run.score(claim, [again], cohort.rows_in(run.context.engine, chosen, again, accepted))
