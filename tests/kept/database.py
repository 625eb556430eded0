"""`PYTHONPATH=tests python -m kept.database`: writes database.dump, by the release that runs.

The online store of the kept lender, with its model, as that release's API and loader wrote it: scores and files of
clients, requests under seals and one that none covers yet, an erased client, a key.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

import served
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.online import journal
from credit_scoring.online.loading import Champion, load
from credit_scoring.online.reader import PublishedStore
from credit_scoring.settings import GatherSettings
from drawn_model import drawn_model

HERE = Path(__file__).parent
STORE, DATABASE = HERE / "store.tar.gz", HERE / "database.dump"
BACKUP = HERE.parents[1] / "deploy" / "postgres" / "backup"


def main() -> None:
    """Makes it."""
    texts = drawn_model(1)
    with TemporaryDirectory() as name, served.server() as server:
        with tarfile.open(STORE) as packed:
            packed.extractall(Path(name) / "tables", filter="data")
        engine = LocalEngine(str(Path(name) / "tables"), Path(name) / "spill", memory=100_000_000, processes=1)
        database = served.new_database(server)
        with database.transaction() as connection:
            champions = [Champion("credit_default", 1, lambda: texts)]
            load(connection, lambda: PublishedStore.open(engine, GatherSettings()), champions, "kept")
        with served.listening(database.settings) as api:
            key = database.key("adviser")
            clients = [each["client_id"] for each in _asked(api.url, key, "clients")["clients"]]
            for client in clients:
                _asked(api.url, key, f"clients/{client}/score")
            _seal(database)
            _asked(api.url, key, f"clients/{clients[0]}/contributions")
            _seal(database)
            with database.transaction() as connection:
                journal.erase(connection, clients[-1])
            _asked(api.url, key, f"clients/{clients[0]}/score")
            told = served.libpq(database.settings.url, server.passfile)
            subprocess.run([BACKUP, DATABASE], check=True, env=told)


def _asked(url: str, key: str, path: str) -> dict[str, list[dict[str, int]]]:
    request = urllib.request.Request(f"{url}/v1/{path}", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return dict(json.load(answer))


def _seal(database: served.Database) -> None:
    """Makes links over what was asked, also where the API is about to."""
    time.sleep(0.2)
    with database.transaction() as connection:
        journal.seal(connection)


if __name__ == "__main__":
    main()
