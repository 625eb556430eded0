"""What the release before left: its database with journal and model. Its store is store.tar.gz."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from sqlalchemy import select

import served
from credit_scoring.model.texts import ModelTexts
from credit_scoring.online import cluster, database
from credit_scoring.online.cluster import Cluster
from credit_scoring.online.models import Model
from credit_scoring.online.service_user import grant
from credit_scoring.settings import OnlineSettings

HERE = Path(__file__).parent
RESTORE = HERE.parents[1] / "deploy" / "postgres" / "restore"
BEFORE = "0001"
"""The revision of the kept database."""


@pytest.fixture(scope="session")
def kept(postgres: Cluster) -> served.Database:
    """The kept database, restored as docs/deploy.md says, and not yet upgraded."""
    url, api_url = (each.rsplit("/", 1)[0] + "/kept" for each in (postgres.url, postgres.api_url))
    environment = served.libpq(url, postgres.passfile)
    subprocess.run([RESTORE, HERE / "database.dump"], env=environment, check=True, capture_output=True)
    return served.Database(OnlineSettings(url=url, api_url=api_url, answer_seconds=10))


@pytest.fixture(scope="session")
def upgraded(kept: served.Database, postgres: Cluster) -> served.Database:
    with kept.transaction() as connection:
        assert database.revision(connection) == BEFORE
    assert database.upgrade(kept.settings.url) == database.head() != BEFORE
    with kept.transaction() as connection:
        grant(connection, cluster.SERVICE, cluster.service_password(postgres.folder))
    return kept


@pytest.fixture(scope="session")
def kept_model(upgraded: served.Database) -> ModelTexts:
    """The champion of the release before."""
    with upgraded.transaction() as connection:
        return ModelTexts(**connection.execute(select(Model.texts)).scalar_one())
