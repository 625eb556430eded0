"""`PYTHONPATH=tests python -m kept`: writes store.tar.gz, with the layout of the code that runs. Keep the old one, too.

A generated lender of a few clients, of whom some rows are spoilt: its first delivery is taken in, scored and published,
the second only taken in. What the tables hold, and nothing else, is kept; no row is of a real client.
"""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from conftest import context_at, scored_and_published
from credit_scoring.engines.spark.engine import SparkEngine
from credit_scoring.engines.spark.session import session
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.run import intake
from credit_scoring.settings import SparkSettings
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.writing import write
from drawn_model import drawn_model

KEPT = Path(__file__).parent / "store.tar.gz"
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def main() -> None:
    """Makes the store and packs it."""
    with TemporaryDirectory() as name:
        home = Path(name)
        one_file = {"spark.sql.shuffle.partitions": "1"}
        engine = SparkEngine(Tables(session(SparkSettings(driver_memory="2g", config=one_file)), str(home / "tables")))
        for delivery, clients in (("first", range(6)), ("second", range(4, 8))):
            write(home / delivery, clients, 0, seed=3, dirt=0.02)
            deliver(home / delivery, Folder(str(home / "landing")), delivery, 64_000_000)
            intake(context_at(home, engine, delivery, NOW))
            if delivery == "first":
                scored_and_published(context_at(home, engine, "run-1", NOW), lambda version: (drawn_model(1), 1))
        with tarfile.open(KEPT, "w:gz", compresslevel=9) as packed:
            for path in sorted((home / "tables").rglob("*")):
                if path.is_file() and not path.name.endswith(".crc"):
                    packed.add(path, path.relative_to(home / "tables"), filter=_anonymous)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the name of whoever packed it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    main()
