"""The score run: what is accepted and not published yet is scored, committed and published, exactly once.

Every step can be repeated, so a run that was killed anywhere is finished by the next one: the claim is taken over with
its deliveries and its model, the appends land once, the merge never goes back, and a CSV that is there stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import Row

from credit_scoring.clients import cohort
from credit_scoring.clients.cohort import Count
from credit_scoring.errors.faults import CLAIM_OF_NOTHING, FILE_NOT_THE_TABLE
from credit_scoring.features import registry
from credit_scoring.intake.events import Claim, Delivered, held, latest_accepted, unpublished
from credit_scoring.intake.ledger import Ledger
from credit_scoring.model.artifacts import Features
from credit_scoring.model.texts import ModelTexts
from credit_scoring.publishing import breaker, dictionary, history, latest, runs, scores_csv, views
from credit_scoring.publishing.history import Summary
from credit_scoring.publishing.report.writing import Scored, write
from credit_scoring.publishing.scores_csv import Written
from credit_scoring.publishing.stopwatch import Stopwatch
from credit_scoring.scoring.batch import score
from credit_scoring.scoring.code_version import code_version
from credit_scoring.scoring.rows import Stamp
from credit_scoring.settings import BreakerSettings, GatherSettings
from credit_scoring.storage.files import Folder
from credit_scoring.storage.tables import Tables

log = logging.getLogger(__name__)

ModelOf = Callable[[int | None], tuple[ModelTexts, int]]
"""The texts and the number of a model version; None asks for the champion."""


@dataclass(frozen=True)
class Places:
    """Where a run works. `published`: each delivery has its folder below. `reports`: each run has its page there."""

    tables: Tables
    ledger: Ledger
    published: Folder
    reports: Folder


@dataclass(frozen=True)
class Published:
    """One delivery's part of a run."""

    delivery: str
    model_version: int
    count: Count
    summary: Summary
    file: Written


@dataclass(frozen=True)
class Held:
    """A delivery that the breaker holds: since when, and the limits that it passed."""

    delivery: str
    since: datetime
    why: str


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


def score_and_publish(
    places: Places,
    model_of: ModelOf,
    settings: GatherSettings,
    run_id: str,
    watch: Stopwatch,
    claim_minutes: int,
    limits: BreakerSettings | None = None,
    only: str | None = None,
    model_version: int | None = None,
) -> Report:
    """Scores and publishes every accepted delivery without a published CSV, and writes the run's report.

    `watch`: the clock; what it measured before is in the report, too. The model is asked for only when something waits.
    What passes one of the `limits` is scored and held (see breaker); without them nothing is. `only`: the one delivery
    that is wanted. `model_version`: who scores; the champion without it. RunActive while another run is at it,
    ModelError without a fitting model. A run that fails releases its claim.
    """
    ledger = places.ledger
    done: list[Published] = []
    told: list[Scored] = []
    page = None

    def wanted(events: Sequence[Row]) -> list[Delivered]:
        return [delivered for delivered in unpublished(events) if only in (None, delivered.name)]

    while wanted(ledger.events()):
        with watch.step("loading the model"):
            texts, version = _fitting(*model_of(model_version))
        claim = ledger.claim("score", wanted, run_id, watch.now(), claim_minutes, version)
        if claim is None:
            continue  # another run has published them meanwhile
        try:
            if claim.model_version is not None and claim.model_version != version:
                log.info("finishing what another run began with model version %d", claim.model_version)
                texts, version = _fitting(*model_of(claim.model_version))
            waiting = ledger.unpublished()
            deliveries = [delivered for delivered in claim.deliveries if delivered in waiting]
            if not deliveries:
                raise CLAIM_OF_NOTHING(claim=claim.claim_id)
            stamp = Stamp(watch.now(), version, code_version(), run_id)
            finished, stopped = _finish(places, claim, deliveries, texts, stamp, settings, limits, watch)
            for delivered, why in stopped.items():
                log.warning("delivery %s is held: %s", delivered.name, why)
                ledger.record(claim, "held", delivered, watch.now(), message=why)
            told += [Scored(delivered, version, each.count, each.summary) for delivered, each in finished.items()]
            if finished:
                page = write(places.tables, ledger, places.reports, told, _declared(texts), stamp, watch)
            for delivered, each in finished.items():
                ledger.record(
                    claim, "published", delivered, watch.now(),
                    rows=each.file.clients, path=each.file.path, sha256=each.file.sha256,
                )  # fmt: skip
            done += finished.values()
        except BaseException:
            with suppress(Exception):  # the first error is the one to show, and a claim expires by itself
                ledger.release(claim, watch.now())
            raise
    return _report(run_id, done, page, ledger.events())


def _report(run_id: str, done: Sequence[Published], page: str | None, events: Sequence[Row]) -> Report:
    stopped = tuple(Held(event.delivery, event.at.astimezone(UTC), event.message) for event in held(events))
    return Report(run_id, tuple(done), stopped, page, latest_accepted(events))


def _fitting(texts: ModelTexts, version: int) -> tuple[ModelTexts, int]:
    """The model, if it was trained with the features that this code computes; ModelError otherwise."""
    _declared(texts).must_match(registry.names(), registry.fingerprint())
    return texts, version


def _declared(texts: ModelTexts) -> Features:
    return Features.from_json(texts.features, "features.json")


def _finish(
    places: Places,
    claim: Claim,
    deliveries: Sequence[Delivered],
    texts: ModelTexts,
    stamp: Stamp,
    settings: GatherSettings,
    limits: BreakerSettings | None,
    watch: Stopwatch,
) -> tuple[dict[Delivered, Published], dict[Delivered, str]]:
    """From a claim to its published files, and to what is held instead and why: that is in score_history only."""
    tables, version = places.tables, stamp.model_version
    for table in (history, latest, runs):
        table.create(tables)
    counts = _score(places, claim, deliveries, texts, stamp, settings, watch)
    with watch.step("checking what was committed"):
        summaries = history.summaries(tables, deliveries, version)
        history.verify(summaries, {name: count.to_score for name, count in counts.items()})
        events = places.ledger.events()
        stopped = breaker.judge(tables, events, deliveries, version, limits) if limits is not None else {}
        deliveries = [delivered for delivered in deliveries if delivered not in stopped]
    if deliveries:
        with watch.step("merging into the table of latest scores"):
            latest.merge(tables, deliveries, version)
    features = _declared(texts)
    dictionary.write(tables, features)
    views.create(tables)
    files: dict[str, Written] = {}
    for delivered in deliveries:
        log.info("writing scores.csv of delivery %s", delivered.name)
        with watch.step("writing scores.csv"):
            rows = history.rows(tables, delivered, version, scores_csv.READS)
            files[delivered.name] = scores_csv.write(rows, places.published.below(delivered.name), stamp.run_id)
    _verify_files(files, summaries)
    runs.append(tables, claim, deliveries, stamp, features.fingerprint, counts, summaries, watch.now())
    published = {d: Published(d.name, version, counts[d.name], summaries[d.name], files[d.name]) for d in deliveries}
    return published, stopped


def _score(
    places: Places,
    claim: Claim,
    deliveries: Sequence[Delivered],
    texts: ModelTexts,
    stamp: Stamp,
    settings: GatherSettings,
    watch: Stopwatch,
) -> Mapping[str, Count]:
    """Scores and commits what this model version has not scored yet; who the deliveries' clients are, in numbers."""
    tables = places.tables
    with watch.step("finding the clients"):
        clients = cohort.touched(tables, deliveries)
        seqs = cohort.seqs_of(tables, clients, places.ledger.accepted())
        standing = cohort.standing(tables, clients, seqs)
        none = {delivered.name: Count(0, 0, 0, 0) for delivered in deliveries}
        counts = none | cohort.count_by_delivery(standing)
        fresh = history.missing(tables, deliveries, stamp.model_version)
    expected = sum(counts[delivered.name].to_score for delivered in fresh)
    if expected:
        log.info(
            "scoring %s clients of %d deliveries with model version %d",
            f"{expected:,}", len(fresh), stamp.model_version,
        )  # fmt: skip
        with watch.step("features, scores and reasons of the clients"):
            chosen = cohort.to_score(standing, fresh)
            rows = score(tables, chosen, expected, seqs, settings, texts, stamp)
            history.append(tables, rows, claim, stamp.model_version)
    return counts


def _verify_files(files: Mapping[str, Written], summaries: Mapping[str, Summary]) -> None:
    for delivery, file in files.items():
        if file.clients != summaries[delivery].scored:
            raise FILE_NOT_THE_TABLE(
                file=file.path,
                clients=file.clients,
                table=history.TABLE,
                expected=summaries[delivery].scored,
                delivery=delivery,
            )
