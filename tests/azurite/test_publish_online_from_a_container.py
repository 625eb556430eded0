"""The online store loaded from tables in a container, by the embedded engine: every score as in a folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import text

import served
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.online.cluster import Cluster
from credit_scoring.online.loading import load
from credit_scoring.online.reader import PublishedStore
from credit_scoring.settings import GatherSettings, StorageSettings
from credit_scoring.storage.files import Folder
from published_lender import PublishedLender

MONDAY, TUESDAY = range(100, 120), range(115, 125)


def test_what_is_published_in_a_container_is_loaded(
    postgres: Cluster,
    storage: StorageSettings,
    new_root: Callable,
    tmp_path: Path,
    lender_at: Callable,
    drawn: Callable,
) -> None:
    local = tmp_path / "tables"
    local.mkdir()
    lender = PublishedLender(local, lender_at(local), drawn)
    database, root = served.new_database(postgres), new_root() + "/tables"
    for seq, clients in ((1, MONDAY), (2, TUESDAY)):
        lender.deliver(seq, clients)
        lender.score(seq, clients)
        lender.publish(f"d{seq}", seq)
        _bring(local, Folder(root, storage))
        engine = LocalEngine(root, tmp_path / "spill", memory=100_000_000, processes=1, storage=storage)
        with database.transaction() as connection:
            done = load(connection, partial(PublishedStore.open, engine, GatherSettings()), lender.champions(), "run")
        assert done.scores == done.files == len(clients)
    with database.transaction() as connection:
        rows = connection.execute(text("SELECT client_id, seq, points, probability, contributions FROM client_score"))
        held = {row.client_id: tuple(row) for row in rows}
    expected = ("client_id", "seq", "points", "probability", "contributions")
    assert held == {client: tuple(row[name] for name in expected) for client, row in lender.scores.items()}


def _bring(local: Path, container: Folder) -> None:
    """Every file that the container lacks, commits last, as another tool would bring a store."""
    files = [path.relative_to(local).parts for path in sorted(local.rglob("*")) if path.is_file()]
    for parts in sorted(files, key=lambda each: "_delta_log" in each):
        if not container.exists(*parts):
            container.write(local.joinpath(*parts).read_bytes(), *parts)
