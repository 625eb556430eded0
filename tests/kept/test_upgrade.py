"""What the release before left is taken over by this one: its database with journal and model, and its store."""

from __future__ import annotations

import json
import tarfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import served
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable
from credit_scoring.online import journal
from credit_scoring.online.loading import Champion, load
from credit_scoring.online.reader import PublishedStore
from credit_scoring.settings import GatherSettings

HERE = Path(__file__).parent
CLIENTS = 6
"""Of the kept store; one of them was erased from the database."""


def asked(url: str, path: str, key: str = "") -> Any:
    request = urllib.request.Request(url + path, headers={"Authorization": f"Bearer {key}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


def test_the_journal_is_as_it_was_and_goes_on(upgraded: served.Database) -> None:
    with upgraded.transaction() as connection:
        before = journal.verify(connection)
    assert before.problems == ()
    assert (before.erased > 0, before.seals > 0, before.unsealed > 0) == (True, True, True)
    served.record(upgraded, client_id=1)
    with upgraded.transaction() as connection:
        journal.seal(connection)
    with upgraded.transaction() as connection:
        after = journal.verify(connection)
    assert (after.requests, after.unsealed, after.problems) == (before.requests + 1, 0, ())
    assert after.seals > before.seals


def test_the_model_is_usable(kept_model: ModelTexts) -> None:
    """When a release changes a feature that it uses, it is trained again (docs/runbook.md), and so is what is kept."""
    assert usable(kept_model).features.used  # it scores the 50 clients of its probe


def test_the_api_answers_from_it(upgraded: served.Database) -> None:
    with served.listening(upgraded.settings) as api:
        key = upgraded.key("adviser")
        for _ in range(1000):
            if api.service.champion.current or api.service.champion.problem:
                break
            time.sleep(0.02)
        assert asked(api.url, "/ready") | {"loaded_seq": 0} == {
            "ready": True, "scores_on_the_fly": True, "model_version": 1, "loaded_seq": 0, "problems": [],
        }  # fmt: skip
        clients = [each["client_id"] for each in asked(api.url, "/v1/clients", key)["clients"]]
        assert len(clients) == CLIENTS - 1
        for client in clients:
            assert asked(api.url, f"/v1/clients/{client}/score", key)["decision"] in ("approve", "refuse", "refer")


def test_the_store_is_loaded_into_it(upgraded: served.Database, kept_model: ModelTexts, tmp_path: Path) -> None:
    with tarfile.open(HERE / "store.tar.gz") as packed:
        packed.extractall(tmp_path / "tables", filter="data")
    engine = LocalEngine(str(tmp_path / "tables"), tmp_path / "spill", memory=100_000_000, processes=1)
    with upgraded.transaction() as connection:
        champions = [Champion("credit_default", 2, lambda: kept_model)]
        done = load(connection, lambda: PublishedStore.open(engine, GatherSettings()), champions, "upgraded")
    assert done.load is not None
    # Whoever was erased from the database and not forgotten in the store comes back: `forget` does both.
    assert done.scores == 1
    assert done.files >= 1
