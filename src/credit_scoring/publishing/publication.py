"""What leaves of a claim's scores: the breaker's verdict, latest scores, scores.csv, runs, the report, the ledger.

Every step can be repeated: the merge never goes back, a CSV that is there stays, and rows are appended once. So what a
killed run left is finished by the next one, which takes its claim over.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC

from credit_scoring.context import Context
from credit_scoring.errors.faults import FILE_NOT_THE_TABLE
from credit_scoring.ledger.events import Delivered, Event, held, latest_accepted
from credit_scoring.model.usable import declared
from credit_scoring.progress import counted
from credit_scoring.publishing import breaker, dictionary, latest, runs, scores_csv, views
from credit_scoring.publishing.published import Held, Published, Report
from credit_scoring.publishing.report.page import write_report
from credit_scoring.publishing.scores_csv import Written
from credit_scoring.publishing.tables import STORED
from credit_scoring.scoring import history
from credit_scoring.scoring.history import Summary
from credit_scoring.scoring.run import Scored

log = logging.getLogger(__name__)
_FILES_AT_ONCE = 4


@dataclass
class Publication:
    """What one run publishes, claim after claim, and its report so far."""

    context: Context
    _published: dict[Delivered, Published] = field(default_factory=dict)
    _page: str | None = None

    def publish(self, scored: Scored) -> None:
        """Publishes the deliveries of a claim, each in a folder of its name, and writes the run's report so far.

        What the breaker holds stands in score_history only. A rescore is asked for by a person, and never held.
        """
        context, claim = self.context, scored.claim
        latest.create(context.engine)
        runs.create(context.engine)
        stopped = self._stopped(scored) if claim.purpose == "score" else {}
        published = self._leave(scored, [each for each in scored.deliveries if each not in stopped])
        for delivered, why in stopped.items():
            log.warning("delivery %s is held: %s", delivered.name, why)
        messages = {delivered: {"message": why} for delivered, why in stopped.items()}
        context.ledger.record_all(claim, "held", messages, context.now())
        self._published |= published
        if published:
            self._page = write_report(context, self._published, scored.run_metadata)
        files = {
            delivered: {"rows": each.file.clients, "path": each.file.path, "sha256": each.file.sha256}
            for delivered, each in published.items()
        }
        closing: Event = "rescored" if claim.purpose == "rescore" else "published"
        context.ledger.record_all(claim, closing, files, context.now())

    def report(self) -> Report:
        """What has been done so far, and what is held."""
        events = self.context.ledger.events()
        stopped = tuple(
            Held(each.delivery, each.at.astimezone(UTC), each.message or "", breaker.nothing_to_score(events, each.seq))
            for each in held(events)
        )
        published = tuple(self._published.values())
        return Report(self.context.run_id, published, stopped, self._page, latest_accepted(events))

    def _stopped(self, scored: Scored) -> dict[Delivered, str]:
        """What the breaker holds of the deliveries, and why."""
        engine, limits = self.context.engine, self.context.settings.breaker
        with self.context.watch.step("checking what was committed"):
            events = self.context.ledger.events()
            return breaker.judge(engine, events, scored.deliveries, scored.run_metadata.model_version, limits)

    def _leave(self, scored: Scored, deliveries: Sequence[Delivered]) -> dict[Delivered, Published]:
        """Brings the deliveries' scores to where others read them."""
        engine, watch, version = self.context.engine, self.context.watch, scored.run_metadata.model_version
        if deliveries:
            with watch.step("merging into the table of latest scores"):
                latest.merge(engine, deliveries, version)
        dictionary.write(engine, declared())
        engine.create_views(views.VIEWS, STORED)
        with watch.step("writing scores.csv"):
            files = self._files(deliveries, version)
        verify_files(files, scored.summaries)
        runs.append(engine, scored, deliveries, watch.now())
        return {
            each: Published(each.name, version, scored.counts[each.name], scored.summaries[each.name], files[each.name])
            for each in deliveries
        }

    def _files(self, deliveries: Sequence[Delivered], version: int) -> dict[str, Written]:
        """The deliveries' CSV files by name, several at once: most of a small one is waiting for storage."""

        def written(delivered: Delivered) -> Written:
            log.info("writing scores.csv of %s", delivered.name)
            rows = history.of([delivered], version, scores_csv.READS)
            folder = self.context.published.below(delivered.name)
            return scores_csv.write(self.context.engine, rows, folder, self.context.run_id)

        with ThreadPoolExecutor(_FILES_AT_ONCE) as pool:
            files = counted(pool.map(written, deliveries), len(deliveries))
            return dict(zip((delivered.name for delivered in deliveries), files, strict=True))


def verify_files(files: Mapping[str, Written], summaries: Mapping[str, Summary]) -> None:
    """Fault unless each file holds as many clients as were scored of its delivery."""
    for name, file in files.items():
        if file.clients != summaries[name].scored:
            raise FILE_NOT_THE_TABLE(
                file=file.path,
                clients=file.clients,
                table=history.TABLE,
                expected=summaries[name].scored,
                delivery=name,
            )
