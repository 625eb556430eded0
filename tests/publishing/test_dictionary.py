"""The tables that say what features and reasons mean: as declared, and written only when that changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from credit_scoring.features.statements import STATEMENTS
from credit_scoring.model.artifacts import Features
from credit_scoring.model.texts import ModelTexts
from credit_scoring.publishing.dictionary import FEATURES, REASONS, write
from credit_scoring.storage.tables import Tables


@pytest.fixture
def features(model_of_seed: Callable[[int], ModelTexts]) -> Features:
    return Features.from_json(model_of_seed(1).features, "features.json")


def names(tables: Tables) -> list[str]:
    return [row["name"] for row in tables.read(FEATURES.name).orderBy("position").collect()]


def test_what_is_declared_is_written_once_and_again_when_it_changes(tables: Tables, features: Features) -> None:
    write(tables, features)
    assert names(tables) == [feature.name for feature in features.features]
    assert {row["code"] for row in tables.read(REASONS.name).collect()} == {each.code for each in STATEMENTS}

    commits = [tables.newest_commit(table.name) for table in (FEATURES, REASONS)]
    write(tables, features)
    assert [tables.newest_commit(table.name) for table in (FEATURES, REASONS)] == commits

    fewer = features.model_copy(update={"features": features.features[:3]})
    write(tables, fewer)
    assert names(tables) == [feature.name for feature in fewer.features]
    assert tables.newest_commit(REASONS.name) == commits[1]


def test_lines_that_are_gone_are_written_again(tables: Tables, features: Features) -> None:
    write(tables, features)
    tables.spark.sql(f"DELETE FROM {tables.name(FEATURES.name)} WHERE position > 0")
    write(tables, features)
    assert names(tables) == [feature.name for feature in features.features]
