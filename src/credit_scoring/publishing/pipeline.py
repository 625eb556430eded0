"""What a run of scoring does under a claim: cases are scored, committed, merged, written as CSV, counted and recorded.

Every step can be repeated, so a run that was killed anywhere is finished by the next one: the claim is taken over with
its deliveries and its model, the appends land once, the merge never goes back, and a CSV that is there stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from credit_scoring.clients.cohort import Cohort, Count
from credit_scoring.code_version import code_version
from credit_scoring.engines.engine import Engine
from credit_scoring.errors.faults import CLAIM_WITHOUT_MODEL, FILE_NOT_THE_TABLE
from credit_scoring.ledger.events import Claim, Delivered, Event, Purpose, held, latest_accepted
from credit_scoring.ledger.ledger import Ledger, Plan
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import declared, usable
from credit_scoring.progress import counted
from credit_scoring.publishing import breaker, dictionary, history, latest, runs, scores_csv, views
from credit_scoring.publishing.history import Summary
from credit_scoring.publishing.report.writing import Scored, write
from credit_scoring.publishing.scores_csv import Written
from credit_scoring.publishing.stopwatch import Stopwatch
from credit_scoring.publishing.tables import STORED
from credit_scoring.scoring.batch import score
from credit_scoring.scoring.rows import RunMetadata
from credit_scoring.settings import BreakerSettings, GatherSettings
from credit_scoring.storage.files import Folder

log = logging.getLogger(__name__)
_FILES_AT_ONCE = 4

ModelOf = Callable[[int | None], tuple[ModelTexts, int]]
"""The texts and the number of a model version; None asks for the champion."""


@dataclass(frozen=True)
class Places:
    """Where a run works. `published`: each delivery has its folder below. `reports`: each run has its page there."""

    engine: Engine
    ledger: Ledger
    published: Folder
    reports: Folder


@dataclass(frozen=True)
class Published:
    """One delivery's part of a run, or a rescore."""

    delivery: str
    model_version: int
    count: Count
    summary: Summary
    file: Written


@dataclass(frozen=True)
class Held:
    """A delivery that the breaker holds: since when, and the limits that it passed. `nothing_to_score`: all of its
    applications are in quarantine."""

    delivery: str
    since: datetime
    why: str
    nothing_to_score: bool = False


@dataclass(frozen=True)
class Report:
    """What a score run did, by delivery; empty when nothing waited. `page`: its HTML report, where it has one.

    `held`: every delivery that is held now, by this run or one before. `latest`: the delivery that was taken in last,
    and when; None before the first.
    """

    run_id: str
    published: tuple[Published, ...]
    held: tuple[Held, ...]
    page: str | None
    latest: tuple[str, datetime] | None


@dataclass
class ScoreRun:
    """One run of scoring: where and how it works, and what it has done so far.

    `watch`: the clock; what it measured before is in the report, too. `limits`: what passes one of them is scored and
    held (see breaker); without them nothing is.
    """

    places: Places
    model_of: ModelOf
    gather: GatherSettings
    run_id: str
    watch: Stopwatch
    claim_minutes: int
    limits: BreakerSettings | None = None
    _models: dict[int, ModelTexts] = field(default_factory=dict)
    _done: list[Published] = field(default_factory=list)
    _told: list[Scored] = field(default_factory=list)
    _page: str | None = None

    def fitting(self, version: int | None) -> int:
        """The number of the version, or of the champion, which new work is claimed with; ModelError without one that
        fits this code's features."""
        return self._model(version)[1]

    def claim(self, purpose: Purpose, plan: Plan, version: int, detail: str | None = None) -> Claim | None:
        """Claims what `plan` finds to do, see `Ledger.claim`."""
        ledger, now = self.places.ledger, self.watch.now()
        claim = ledger.claim(purpose, plan, self.run_id, now, self.claim_minutes, version, detail)
        if claim is not None and claim.model_version != version:
            log.info("finishing what another run began with model version %s", claim.model_version)
        return claim

    def working(self, claim: Claim) -> AbstractContextManager[None]:
        """Work under a claim, which is released when it fails."""
        return self.places.ledger.working(claim, self.watch.now)

    def carry_out(
        self,
        claim: Claim,
        units: Sequence[Delivered],
        cases: Cohort,
        closing: Event,
        limits: BreakerSettings | None = None,
    ) -> None:
        """Scores the cases by the claim's model and publishes them, each unit in a folder of its name; writes the run's
        report so far.

        `units`: what is left of the claim's. `cases`: as_of is the seq of the case's unit; who of them is scored is
        decided here. `closing`: the event that is recorded of each unit at the end;
        `held` of those that pass one of the `limits`.
        """
        if claim.model_version is None:
            raise CLAIM_WITHOUT_MODEL(claim=claim.claim_id)
        texts, version = self._model(claim.model_version)
        run_metadata = RunMetadata(self.watch.now(), version, code_version(), self.run_id)
        work = _Work(self.places, claim, units, cases, texts, run_metadata)
        finished, stopped = work.finish(self.gather, limits, self.watch)
        places, ledger = self.places, self.places.ledger
        for unit, why in stopped.items():
            log.warning("delivery %s is held: %s", unit.name, why)
        ledger.record_all(claim, "held", {unit: {"message": why} for unit, why in stopped.items()}, self.watch.now())
        self._told += [Scored(unit, version, each.count, each.summary) for unit, each in finished.items()]
        if finished:
            self._page = write(places.engine, ledger, places.reports, self._told, declared(), run_metadata, self.watch)
        files = {
            unit: {"rows": each.file.clients, "path": each.file.path, "sha256": each.file.sha256}
            for unit, each in finished.items()
        }
        ledger.record_all(claim, closing, files, self.watch.now())
        self._done += finished.values()

    def report(self) -> Report:
        """What has been done so far, and what is held."""
        events = self.places.ledger.events()
        stopped = tuple(
            Held(each.delivery, each.at.astimezone(UTC), each.message or "", breaker.nothing_to_score(events, each.seq))
            for each in held(events)
        )
        return Report(self.run_id, tuple(self._done), stopped, self._page, latest_accepted(events))

    def _model(self, version: int | None) -> tuple[ModelTexts, int]:
        """The model, if it was trained with the features that this code computes; ModelError otherwise."""
        if version is not None and version in self._models:
            return self._models[version], version
        with self.watch.step("loading the model"):
            texts, number = self.model_of(version)
        usable(texts)
        self._models[number] = texts
        return texts, number


@dataclass(frozen=True)
class _Work:
    """Units of a claim, their cases, and the model that scores them."""

    places: Places
    claim: Claim
    units: Sequence[Delivered]
    cases: Cohort
    texts: ModelTexts
    run_metadata: RunMetadata

    def finish(
        self, settings: GatherSettings, limits: BreakerSettings | None, watch: Stopwatch
    ) -> tuple[dict[Delivered, Published], dict[Delivered, str]]:
        """From a claim to its published files, and to what is held instead and why: that is in score_history only."""
        engine, version = self.places.engine, self.run_metadata.model_version
        for table in (history, latest, runs):
            table.create(engine)
        counts = self._score(settings, watch)
        with watch.step("checking what was committed"):
            summaries = history.summaries(engine, self.units, version)
            history.verify(summaries, {name: count.to_score for name, count in counts.items()})
            events = self.places.ledger.events()
            stopped = breaker.judge(engine, events, self.units, version, limits) if limits is not None else {}
            units = [unit for unit in self.units if unit not in stopped]
        if units:
            with watch.step("merging into the table of latest scores"):
                latest.merge(engine, units, version)
        dictionary.write(engine, declared())
        engine.create_views(views.VIEWS, STORED)
        with watch.step("writing scores.csv"):
            files = self._files(units)
        _verify_files(files, summaries)
        fingerprint, now = declared().fingerprint, watch.now()
        runs.append(engine, self.claim, units, self.run_metadata, fingerprint, counts, summaries, now)
        published = {u: Published(u.name, version, counts[u.name], summaries[u.name], files[u.name]) for u in units}
        return published, stopped

    def _files(self, units: Sequence[Delivered]) -> dict[str, Written]:
        """The units' CSV files by name, several at once: most of a small one is waiting for storage."""

        def written(unit: Delivered) -> Written:
            log.info("writing scores.csv of %s", unit.name)
            rows = history.of([unit], self.run_metadata.model_version, scores_csv.READS)
            return scores_csv.write(
                self.places.engine, rows, self.places.published.below(unit.name), self.run_metadata.run_id
            )

        with ThreadPoolExecutor(_FILES_AT_ONCE) as pool:
            files = counted(pool.map(written, units), len(units))
            return dict(zip((unit.name for unit in units), files, strict=True))

    def _score(self, settings: GatherSettings, watch: Stopwatch) -> Mapping[str, Count]:
        """Scores and commits what this model version has not scored yet; who the units' clients are, in numbers."""
        engine, version = self.places.engine, self.run_metadata.model_version
        with watch.step("finding the clients"):
            standing = self.cases.standing()
            none = {unit.name: Count(0, 0, 0, 0) for unit in self.units}
            counts = none | standing.counts()
            fresh = history.missing(engine, self.units, version)
        expected = sum(counts[unit.name].to_score for unit in fresh)
        if expected:
            log.info("scoring %s clients of %d deliveries with model version %d", f"{expected:,}", len(fresh), version)
            with watch.step("features, scores and reasons of the clients"):
                rows = score(standing.to_score(fresh), settings, self.texts, self.run_metadata)
                history.append(engine, rows, self.claim, version)
        return counts


def _verify_files(files: Mapping[str, Written], summaries: Mapping[str, Summary]) -> None:
    for name, file in files.items():
        if file.clients != summaries[name].scored:
            raise FILE_NOT_THE_TABLE(
                file=file.path,
                clients=file.clients,
                table=history.TABLE,
                expected=summaries[name].scored,
                delivery=name,
            )
