from __future__ import annotations

import pytest

import served
from credit_scoring.online.cluster import Cluster


@pytest.fixture
def database(postgres: Cluster) -> served.Database:
    """A database of the test's own."""
    return served.new_database(postgres)


@pytest.fixture(scope="module")
def shared(postgres: Cluster) -> served.Database:
    """A database of the module, for tests that change nothing in it."""
    return served.new_database(postgres)
