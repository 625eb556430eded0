"""The whole job with landing, tables, published and reports in a container, while requests fail: as on a local disk."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from azurite.fault_proxy import Fault, FaultProxy
from conftest import frame, scored_and_published
from credit_scoring.commands import deliveries, starting
from credit_scoring.context import Context, Stopwatch
from credit_scoring.errors import StorageError
from credit_scoring.model.texts import ModelTexts
from credit_scoring.publishing.published import Report
from credit_scoring.schema.tables import TABLES
from credit_scoring.settings import Settings, StorageSettings
from credit_scoring.storage.files import Folder
from credit_scoring.storage.storage_errors import of_storage
from credit_scoring.synthetic.writing import write

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
MOST_TRIES = 16
"""Of Hadoop, for one file of a table: of its two tasks' files each `retries` again when it is written and when it is
closed."""
RUN_OWN = {
    "scored_at",
    "run_id",
    "at",
    "expires_at",
    "claim_id",
    "holder",
    "path",
    "started_at",
    "finished_at",
    "seconds",
}
"""Columns that tell when and where a run was."""


@dataclass(frozen=True)
class Ran:
    """A store after one delivery went the whole way."""

    store: Context
    report: Report

    def rows(self, table: str) -> list[str]:
        """All rows of a table, but for what tells of the run, in an order of their own."""
        rows = frame(self.store.engine, table)
        kept = [name for name in rows.columns if name not in RUN_OWN]
        return sorted(map(repr, rows.select(kept).iter_rows()))


@dataclass(frozen=True)
class Outage:
    """How many requests met an outage, and with what the run ended that it stopped."""

    met: int
    ended: BaseException


def run(settings: Settings, folder: Path, model: ModelTexts) -> Ran:
    deliveries.deliver(settings, folder, "may", lambda line: None)
    taken = deliveries.intake(settings)
    assert [accepted.delivery.name for accepted in taken.accepted] == ["may"]
    store = starting.start(settings)
    return Ran(store, score(store, model, "run-1"))


def run_through_outages(
    settings: Settings, folder: Path, model: ModelTexts, proxy: FaultProxy
) -> tuple[Ran, dict[str, Outage]]:
    """The same, where the service is away for longer than anybody tries again: once while a table is appended to, once
    while scores are. Each time the next run finishes. The outages by the table that they struck."""
    deliveries.deliver(settings, folder, "may", lambda line: None)
    store = starting.start(settings)
    outages = {}

    def struck(table: str, work: Callable[[], object]) -> None:
        with (
            proxy.spoiling(Fault.DROPPED, f"PUT .*/tables/{table}/part-", times=float("inf")) as outage,
            pytest.raises(Exception, match=r".") as failed,
        ):
            work()
        outages[table] = Outage(outage.met, failed.value)

    struck("bureau", lambda: deliveries.intake(settings))
    deliveries.intake(settings)
    struck("score_history", lambda: score(store, model, "run-1"))
    return Ran(store, score(store, model, "run-1")), outages


def score(store: Context, model: ModelTexts, run_id: str) -> Report:
    context = replace(store, run_id=run_id, watch=Stopwatch(lambda: NOW))
    return scored_and_published(context, lambda version: (model, 1))


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("lender")
    write(folder, range(12), 0, 11)
    return folder


@pytest.fixture(scope="module")
def local(delivered, model_of_seed, tmp_path_factory) -> Ran:
    return run(Settings(home=tmp_path_factory.mktemp("local")), delivered, model_of_seed(1))


@pytest.fixture(scope="module")
def by_spark(
    local: Ran,
    delivered: Path,
    model_of_seed,
    storage: StorageSettings,
    proxy: FaultProxy,
    spark_on_azurite,
    new_root,
    tmp_path_factory,
) -> tuple[Ran, dict[str, Outage]]:
    """Of every 200 requests one breaks off, one is answered 500, one 503, one late; of every 60 reads one is cut off.

    Nothing that is written of previous_application gets through until it was tried twice: an outage that ends.
    And there are two that last.
    """
    settings = in_container(new_root(), tmp_path_factory.mktemp("home"), storage, "spark")
    with ExitStack() as faults:
        met = [
            faults.enter_context(proxy.spoiling(fault, matching, times=float("inf"), every=every))
            for fault, matching, every in (
                (Fault.DROPPED, "", 191),
                (Fault.ERROR, "", 193),
                (Fault.BUSY, "", 197),
                (Fault.SLOW, "", 199),
                (Fault.CUT_OFF, "^GET", 61),
            )
        ]
        short = proxy.spoiling(Fault.DROPPED, "PUT .*/tables/previous_application/part-", times=2)
        ended = faults.enter_context(short)
        ran, outages = run_through_outages(settings, delivered, model_of_seed(1), proxy)
    assert all(rule.met > 3 for rule in met)
    assert ended.met == 2
    return ran, outages


@pytest.fixture(scope="module")
def on_azurite(by_spark: tuple[Ran, dict[str, Outage]]) -> Ran:
    return by_spark[0]


def in_container(root: str, home: Path, storage: StorageSettings, engine: str) -> Settings:
    roots = {name: f"{root}/{name}" for name in ("landing", "tables", "published", "reports")}
    return Settings(home=home, engine=engine, **roots, storage=storage)


def csv(ran: Ran) -> pl.DataFrame:
    return pl.read_csv(ran.store.published.read("may", "scores.csv")).drop("scored_at")


def test_the_csv_is_the_one_of_a_local_run(local, on_azurite) -> None:
    assert csv(on_azurite).height == 12
    assert csv(on_azurite).equals(csv(local))
    (published,) = on_azurite.report.published
    assert published.file.path == on_azurite.store.published.path("may", "scores.csv")


@pytest.mark.parametrize(
    "table", [*(table.name for table in TABLES), "client_deliveries", "quarantine", "score_history", "scores", "runs"]
)
def test_every_table_is_the_one_of_a_local_run(local, on_azurite, table) -> None:
    assert on_azurite.rows(table) == local.rows(table)


def test_the_report_is_there_and_staging_is_gone(on_azurite) -> None:
    assert on_azurite.store.reports.files() == ["run-1.html"]
    folders = Folder(on_azurite.store.engine.root, on_azurite.store.reports.storage).folders()
    assert [name for name in folders if name.startswith("staging")] == []


def test_a_second_run_does_nothing(on_azurite, model_of_seed) -> None:
    assert score(on_azurite.store, model_of_seed(1), "run-2").published == ()


def test_an_outage_inside_sparks_work_is_a_sentence(by_spark, storage) -> None:
    check(by_spark[1], storage)


def test_an_outage_inside_the_embedded_engines_work_is_a_sentence_and_the_next_run_finishes(
    local: Ran, delivered: Path, model_of_seed, storage, proxy: FaultProxy, new_root, tmp_path: Path
) -> None:
    settings = in_container(new_root(), tmp_path, storage, "local")
    ran, outages = run_through_outages(settings, delivered, model_of_seed(1), proxy)
    check(outages, storage)
    assert csv(ran).equals(csv(local))
    for table in ("application", "bureau", "score_history", "scores"):
        assert ran.rows(table) == local.rows(table), table


def check(outages: dict[str, Outage], storage: StorageSettings) -> None:
    assert outages.keys() == {"bureau", "score_history"}
    for outage in outages.values():
        assert storage.retries < outage.met <= MOST_TRIES
        assert isinstance(of_storage(outage.ended), StorageError)
