"""The API's user, on a server that the settings name: made, and given another password, by a command."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

import served
from credit_scoring.commands import online
from credit_scoring.errors import UsageError
from credit_scoring.online.database import engine
from credit_scoring.secret_files import API_PASSWORD
from credit_scoring.settings import Settings

FIRST, SECOND = "first:%'word", "second"
"""Passwords of signs that an address, libpq's file or SQL would read as its own."""


def settings(database: served.Database, user: str) -> Settings:
    address = engine(database.settings.url).url.set(drivername="postgresql", username=user)
    return Settings(online=database.settings.model_copy(update={"api_url": str(address)}))


def logged_in(told: Settings, password: str, statement: str) -> object:
    with psycopg.connect(told.online.api_url, password=password) as connection:
        return connection.execute(statement).fetchone()[0]  # type: ignore[index,call-overload]


def test_the_user_is_made_with_the_apis_rights_and_no_other(
    database: served.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = settings(database, "api_of_a_container")
    for password in (FIRST, SECOND):
        monkeypatch.setenv(API_PASSWORD, password)
        assert online.grant_api(told).user == "api_of_a_container"
        assert logged_in(told, password, "SELECT count(*) FROM client_score") == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            logged_in(told, password, "DELETE FROM client_score RETURNING 1")
    with pytest.raises(psycopg.OperationalError):
        logged_in(told, FIRST, "SELECT 1")
    with database.transaction() as connection:
        connection.execute(text("DROP ROLE api_of_a_container"))


@pytest.mark.parametrize(
    ("user", "password", "lacking"),
    [("credit_scoring", SECOND, "no user beside"), ("", SECOND, "no user beside"), ("another", "", "is not set")],
)
def test_a_user_that_cannot_be_made_is_a_sentence(
    shared: served.Database, monkeypatch: pytest.MonkeyPatch, user: str, password: str, lacking: str
) -> None:
    monkeypatch.setenv(API_PASSWORD, password)
    told = settings(shared, user)
    if not user:
        told = Settings(online=shared.settings.model_copy(update={"api_url": ""}))
    with pytest.raises(UsageError, match="api-user-unknown") as refused:
        online.grant_api(told)
    assert lacking in str(refused.value)
