"""A PostgreSQL server of our own: made once, found by other commands while it runs, and what stands in its way."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from credit_scoring.errors import StorageError, UsageError
from credit_scoring.online import cluster, database
from credit_scoring.online.place import owner_url, passwords
from credit_scoring.settings import Settings


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user reaches, too."""
    made = Path(tempfile.mkdtemp(prefix="credit-scoring-pg-"))
    made.chmod(0o755)
    yield made / "home" / "postgres"
    shutil.rmtree(made)


def test_it_keeps_what_it_holds_and_is_found_while_it_runs(folder: Path) -> None:
    settings = Settings(home=folder.parent)
    with owner_url(settings) as url:
        assert url == ""
    with cluster.running(folder) as first, passwords(first):
        assert database.create(first.url)
        assert (folder / "passwords").stat().st_mode & 0o077 == 0
        with owner_url(settings, start=False) as url:
            assert url == first.url
        with pytest.raises(UsageError, match="cluster-served"), cluster.running(folder):
            pass
    with owner_url(settings, start=False) as url:
        assert url == ""
    with owner_url(settings) as url:
        assert not database.create(url)


def test_one_that_does_not_start_is_a_sentence(folder: Path) -> None:
    with pytest.raises(StorageError, match="cluster-not-started"), cluster.running(folder, ["no_such_setting=1"]):
        pass


def test_without_its_programs_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "_INSTALLED", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UsageError, match="no-postgresql"):
        cluster.programs()


@pytest.mark.skipif(os.geteuid() != 0, reason="as root PostgreSQL runs as another user, who may not reach our folder")
def test_a_folder_that_its_user_does_not_reach_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(UsageError, match="cluster-unreached"), cluster.running(tmp_path / "postgres"):
        pass
