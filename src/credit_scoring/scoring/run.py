"""The score run: what is accepted and has no scores yet is scored under a claim, committed, and handed on.

Who publishes the scores is told by the caller, because publishing stands above scoring. Every step can be repeated, so
a run that was killed anywhere is finished by the next one: the claim is taken over with its deliveries and its model,
and the rows of a claim are appended once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa

from credit_scoring.clients import cohort
from credit_scoring.clients.cohort import Cohort, Count
from credit_scoring.clients.gather import gather
from credit_scoring.clients.snapshot import Snapshot, case_matrix
from credit_scoring.code_version import code_version
from credit_scoring.context import Context
from credit_scoring.engines.engine import Rows
from credit_scoring.errors.faults import CLAIM_OF_NOTHING, CLAIM_WITHOUT_MODEL
from credit_scoring.errors.usage import NOT_ACCEPTED
from credit_scoring.features.vector import columns_read
from credit_scoring.ledger.events import Claim, Delivered, LedgerEvent, Purpose, unpublished
from credit_scoring.ledger.ledger import Plan
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable
from credit_scoring.scoring import history
from credit_scoring.scoring.history import Summary
from credit_scoring.scoring.rows import SCORE_HISTORY, RunMetadata, score_rows
from credit_scoring.settings import GatherSettings

log = logging.getLogger(__name__)

ModelOf = Callable[[int | None], tuple[ModelTexts, int]]
"""The texts and the number of a model version; None asks for the champion."""


@dataclass(frozen=True)
class Scored:
    """What stands in score_history of a claim's deliveries (or of its rescore), by the claim's model.

    `counts`: by name, how many of a delivery's clients are scored, and why others are not; `summaries`: by name, what
    was decided of them.
    """

    claim: Claim
    deliveries: tuple[Delivered, ...]
    run_metadata: RunMetadata
    counts: Mapping[str, Count]
    summaries: Mapping[str, Summary]


@dataclass
class ScoreRun:
    """One run of scoring. `publish`: what is done with the scores of each claim, while the claim is held."""

    context: Context
    model_of: ModelOf
    publish: Callable[[Scored], None]
    _models: dict[int, ModelTexts] = field(default_factory=dict)

    def usable_version(self, version: int | None) -> int:
        """The number of the version, or of the champion, for new work; ModelError when this code cannot use it."""
        return self._model(version)[1]

    def claim(self, purpose: Purpose, plan: Plan, version: int, detail: str | None = None) -> Claim | None:
        """Claims what `plan` finds to do, see `Ledger.claim`."""
        claim = self.context.claim(purpose, plan, version, detail)
        if claim is not None and claim.model_version != version:
            log.info("finishing what another run began with model version %s", claim.model_version)
        return claim

    def score(self, claim: Claim, deliveries: Sequence[Delivered], cases: Cohort) -> None:
        """Scores the cases of the deliveries by the claim's model, commits the scores, and has them published.

        `deliveries`: what is left of the claim's, or the rescore. `cases`: each as known at the seq of its delivery.
        Those with an application and without an outcome by then are scored, unless the model version did so before.
        """
        if claim.model_version is None:
            raise CLAIM_WITHOUT_MODEL(claim=claim.claim_id)
        texts, version = self._model(claim.model_version)
        engine, watch = self.context.engine, self.context.watch
        run_metadata = RunMetadata(self.context.now(), version, code_version(), self.context.run_id)
        history.create(engine)
        with watch.step("finding the clients"):
            cases = cases.with_eligibility()
            counts = {delivered.name: Count(0, 0, 0, 0) for delivered in deliveries} | cases.counts()
            fresh = history.missing(engine, deliveries, version)
        expected = sum(counts[delivered.name].to_score for delivered in fresh)
        if expected:
            log.info("scoring %s clients of %d deliveries with model version %d", f"{expected:,}", len(fresh), version)
            with watch.step("features, scores and reasons of the clients"):
                rows = score_cohort(cases.to_score(fresh), self.context.settings.gather, texts, run_metadata)
                history.append(engine, rows, claim, version)
        with watch.step("checking what was committed"):
            summaries = history.summaries(engine, deliveries, version)
            history.verify(summaries, {name: count.to_score for name, count in counts.items()})
        self.publish(Scored(claim, tuple(deliveries), run_metadata, counts, summaries))

    def _model(self, version: int | None) -> tuple[ModelTexts, int]:
        """The model, if it was trained with the features that this code computes; ModelError otherwise."""
        if version is not None and version in self._models:
            return self._models[version], version
        with self.context.watch.step("loading the model"):
            texts, number = self.model_of(version)
        usable(texts)
        self._models[number] = texts
        return texts, number


def score_waiting(run: ScoreRun, only: str | None = None, model_version: int | None = None) -> None:
    """Scores every accepted delivery that is not published yet, or `only` the one of that name, and has it published.

    `model_version`: who scores; the champion without it. The model is asked for only when something waits. RunActive
    while another run is at it, ModelError without a usable model, UsageError when no delivery of that name was
    accepted. A run that fails releases its claim.
    """
    ledger = run.context.ledger
    if only is not None:
        delivery_named(ledger.accepted(), only)
    plan = partial(_waiting, only=only)
    while plan(ledger.events()):
        claim = run.claim("score", plan, run.usable_version(model_version))
        if claim is None:
            continue  # another run has published them meanwhile
        with run.context.working(claim):
            waiting = ledger.unpublished()
            deliveries = [delivered for delivered in claim.deliveries if delivered in waiting]
            if not deliveries:
                raise CLAIM_OF_NOTHING(claim=claim.claim_id)
            run.score(claim, deliveries, cohort.touched(run.context.engine, deliveries, ledger.accepted()))


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


def score_cohort(cohort: Cohort, settings: GatherSettings, texts: ModelTexts, run_metadata: RunMetadata) -> Rows:
    """The rows of score_history of a cohort, in no particular order; lazy. See `gather` for the arguments.

    The model travels to the tasks as texts; each worker builds its Scorer from them once.
    """
    return gather(cohort, settings, partial(_score, texts, run_metadata), SCORE_HISTORY.ddl(), columns_read())


def _score(texts: ModelTexts, run_metadata: RunMetadata, snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    yield score_rows(snapshot.cases, case_matrix(snapshot), usable(texts), run_metadata)
