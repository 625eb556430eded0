"""A registry in a file of SQLite says without MLflow what MLflow says, or nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import mlflow
import pytest

from credit_scoring.errors import ModelError
from credit_scoring.model import packaging
from credit_scoring.model.registry import Alias, RegistryFile, assign, load_version, registry_file, version_of
from credit_scoring.model.texts import ModelTexts

FRESH = """
import sys
from credit_scoring.model.registry import Alias, find, load_version
from credit_scoring.model.store import connect
from credit_scoring.settings import MlflowSettings
connect(MlflowSettings(tracking_uri=sys.argv[1]))
texts, version = load_version("credit_default", Alias.CHAMPION)
print(version, find("credit_default", Alias.CHALLENGER), texts.sha256(), "mlflow" in sys.modules)
"""


@pytest.fixture
def store(texts: ModelTexts, tracking: None, tmp_path: Path) -> Path:
    """The database of a registry with two versions of a model, of which the first is champion."""
    with mlflow.start_run():
        packaging.log(texts, "credit_default")
        packaging.log(texts, "credit_default")
    assign("credit_default", Alias.CHAMPION, 1)
    return tmp_path / "mlflow.db"


def changed(store: Path, statement: str) -> RegistryFile:
    """The registry of a copy in which a statement was carried out."""
    copy = store.with_name("changed.db")
    shutil.copy(store, copy)
    with closing(sqlite3.connect(copy)) as database, database:
        database.execute(statement)
    return RegistryFile(copy)


def test_it_says_what_mlflow_says(store: Path, texts: ModelTexts) -> None:
    """Of the MLflow that is installed: its schema is one of those that are known."""
    file = RegistryFile(store)
    assert file.aliases("credit_default") == {"champion": version_of("credit_default", Alias.CHAMPION)}
    for version in (1, 2):
        folder = file.files("credit_default", version)
        assert folder is not None
        assert ModelTexts.read(folder / "data" / "texts") == load_version("credit_default", version)[0] == texts


def test_a_fresh_process_reads_the_champion_without_mlflow(store: Path, texts: ModelTexts) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FRESH, f"sqlite:///{store}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["1", "None", texts.sha256(), "False"]


def test_a_changed_text_is_refused(store: Path) -> None:
    folder = RegistryFile(store).files("credit_default", 1)
    assert folder is not None
    (folder / "data" / "texts" / "booster.txt").write_text("x")
    with pytest.raises(ModelError, match=r"sha256 of booster\.txt differs"):
        ModelTexts.read(folder / "data" / "texts")


@pytest.mark.parametrize(
    "other",
    [
        lambda store: changed(store, "UPDATE alembic_version SET version_num = 'later'"),
        lambda store: changed(store, "DROP TABLE alembic_version"),
        lambda store: changed(store, "UPDATE registered_models SET workspace = 'another'"),
        lambda store: RegistryFile(store.with_name("nothing.db")),
        lambda store: RegistryFile(Path(__file__)),
        lambda store: RegistryFile(store.parent),
    ],
    ids=["another schema", "no schema", "another workspace", "no file", "no database", "a folder"],
)
def test_of_anything_else_mlflow_is_asked(store: Path, other: Callable[[Path], RegistryFile]) -> None:
    file = other(store)
    assert file.aliases("credit_default") is None


def test_what_is_not_there_is_mlflows_to_say(store: Path) -> None:
    file = RegistryFile(store)
    assert file.aliases("another") is None
    assert file.files("credit_default", 9) is None
    gone = changed(store, "UPDATE model_versions SET storage_location = 'wasb://models@account/m-1'")
    assert gone.files("credit_default", 1) is None
    assert gone.aliases("credit_default") == {"champion": 1}


def test_where_mlflow_is_here_already_it_answers_itself(store: Path) -> None:
    assert os.environ["MLFLOW_TRACKING_URI"] == f"sqlite:///{store}"
    assert registry_file() is None
