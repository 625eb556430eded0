"""The tables that say what features and reasons mean: as declared, and written only when that changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conftest import frame
from credit_scoring.engines.engine import Engine
from credit_scoring.features.statements import STATEMENTS
from credit_scoring.model.artifacts import Features
from credit_scoring.model.texts import ModelTexts
from credit_scoring.publishing.dictionary import FEATURES, REASONS, write


@pytest.fixture
def features(model_of_seed: Callable[[int], ModelTexts]) -> Features:
    return Features.from_json(model_of_seed(1).features, "features.json")


def names(engine: Engine) -> list[str]:
    return frame(engine, FEATURES.name).sort("position")["name"].to_list()


def test_what_is_declared_is_written_once_and_again_when_it_changes(engine: Engine, features: Features) -> None:
    write(engine, features)
    assert names(engine) == [feature.name for feature in features.features]
    assert set(frame(engine, REASONS.name)["code"]) == {each.code for each in STATEMENTS}

    commits = [engine.newest_commit(table.name) for table in (FEATURES, REASONS)]
    write(engine, features)
    assert [engine.newest_commit(table.name) for table in (FEATURES, REASONS)] == commits

    fewer = features.model_copy(update={"features": features.features[:3]})
    write(engine, fewer)
    assert names(engine) == [feature.name for feature in fewer.features]
    assert engine.newest_commit(REASONS.name) == commits[1]


def test_lines_that_are_gone_are_written_again(engine: Engine, features: Features) -> None:
    write(engine, features)
    engine.delete(FEATURES.name, "position > 0")
    write(engine, features)
    assert names(engine) == [feature.name for feature in features.features]
