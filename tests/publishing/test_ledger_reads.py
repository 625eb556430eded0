"""In a catalog nobody can see without a statement whether the ledger has changed: it is not read after every step."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path

from conftest import embedded
from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.ledger.events import DELIVERIES, unpublished

READS: Counter[str] = Counter()


class AsInCatalog(LocalEngine):
    """An engine that cannot tell a table's newest commit, and counts what is read."""

    def newest_commit(self, table: str) -> str | None:
        return None

    def exists(self, table: str) -> bool:
        return super().newest_commit(table) is not None

    def scan(self, scan: Scan):  # type: ignore[no-untyped-def]  # as in LocalEngine
        READS[scan.table] += 1
        return super().scan(scan)


def in_catalog(tables: Path) -> Engine:
    engine = embedded(tables)
    return AsInCatalog(*(getattr(engine, each.name) for each in fields(LocalEngine) if each.init))


def test_a_score_run_reads_the_ledger_for_its_claim_and_at_its_end(open_office, tmp_path, office) -> None:
    """Before and after the claim of what waits, before the claim of more, which there is not, and for the report."""
    opened = open_office(tmp_path, in_catalog)
    READS.clear()
    report = opened.run("run-1")
    assert READS[DELIVERIES.name] <= 5
    assert [each.delivery for each in report.published] == ["d1", "d2"]
    assert {d: opened.csv(d) for d in ("d1", "d2")} == {d: office.csv(d) for d in ("d1", "d2")}


def test_what_was_recorded_is_known_under_a_claim_and_what_others_did_after_it(open_office, tmp_path) -> None:
    opened = open_office(tmp_path, in_catalog)
    ledger, others = opened.ledger, opened.ledger
    claim = ledger.claim("score", unpublished, "mine", opened.now, 60, model_version=1)
    assert claim is not None
    with ledger.working(claim, lambda: opened.now):
        before = ledger.events()
        ledger.record(claim, "published", claim.deliveries[0], opened.now, path="p")
        ledger.record(claim, "published", claim.deliveries[0], opened.now, path="p")
        (published,) = [event for event in ledger.events() if event not in before]
        assert (published.event, published.delivery, published.path) == ("published", "d1", "p")
        others.note("cleared", claim.deliveries[1], "other", opened.now, "let through")
    assert {event.event for event in ledger.events()} >= {"published", "cleared"}
    assert ledger.events() == others.events()
