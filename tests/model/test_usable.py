"""Which models the running code can score with: those whose features it still computes, whatever else it computes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from credit_scoring.errors import ModelError
from credit_scoring.features import registry
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit, Value
from credit_scoring.features.words import Words
from credit_scoring.model import usable as module
from credit_scoring.model.artifacts import Features
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable
from drawn_model import drawn_model, of_an_earlier_release

USED, UNUSED = 3, 4
"""Places in the registry: the drawn model uses every third feature."""


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[tuple[Feature, ...]], None]]:
    """Features -> from then on they are those of the running code."""

    def declare(features: tuple[Feature, ...]) -> None:
        monkeypatch.setattr(registry, "FEATURES", features)
        registry.fingerprint.cache_clear()
        module.declared.cache_clear()

    yield declare
    monkeypatch.undo()
    registry.fingerprint.cache_clear()
    module.declared.cache_clear()


def another(name: str) -> Feature:
    value = Value(pl.col("AMT_CREDIT") * 2)
    return Feature(name, Words("Twice", "Double"), Unit.CURRENCY, Risk.UNKNOWN, Reason.AGE, "application", value)


def vectors(features: int) -> np.ndarray:
    drawn = np.random.default_rng(5).normal(size=(30, features)).astype(np.float32) * 100
    drawn[np.random.default_rng(6).random(drawn.shape) < 0.3] = np.nan
    return drawn


def test_a_feature_may_be_added_in_the_middle(release: Callable[[tuple[Feature, ...]], None]) -> None:
    texts, count = drawn_model(1), len(registry.FEATURES)
    before, rows = usable(texts).score(vectors(count)), vectors(count)
    release((*registry.FEATURES[:USED], another("added"), *registry.FEATURES[USED:]))
    now = usable(texts)
    scored = now.score(np.insert(rows, USED, 7.0, axis=1))
    np.testing.assert_array_equal(scored.points, before.points)
    np.testing.assert_array_equal(np.delete(scored.contributions, USED, axis=1), before.contributions)
    assert not scored.contributions[:, USED].any()
    assert now.features.names[USED] == "added"
    assert now.features.fingerprint == registry.fingerprint() != scorer(texts).features.fingerprint


def test_unused_features_may_change_and_go(release: Callable[[tuple[Feature, ...]], None]) -> None:
    texts, features = drawn_model(1), registry.FEATURES
    before = usable(texts).score(vectors(len(features)))
    release((*features[:UNUSED], replace(features[UNUSED], value=Value(pl.col("AMT_CREDIT"))), *features[UNUSED + 1 :]))
    np.testing.assert_array_equal(usable(texts).score(vectors(len(features))).points, before.points)
    release((*features[:UNUSED], *features[UNUSED + 1 :]))
    without = np.delete(vectors(len(features)), UNUSED, axis=1)
    np.testing.assert_array_equal(usable(texts).score(without).points, before.points)


@pytest.mark.parametrize(
    "change",
    [
        {"words": Words("Something else", "Autre chose")},
        {"risk": Risk.RISES},
        {"value": Value(pl.col("AMT_CREDIT") * 2)},
        {"name": "renamed"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_used_feature_that_changed_is_named(
    release: Callable[[tuple[Feature, ...]], None], change: dict[str, object]
) -> None:
    features = registry.FEATURES
    changed = replace(features[USED], **change)  # type: ignore[arg-type]
    release((*features[:USED], changed, *features[USED + 1 :]))
    with pytest.raises(ModelError, match=rf"they differ in: {features[USED].name}\.") as caught:
        usable(drawn_model(1))
    assert registry.fingerprint() in str(caught.value)


def test_of_many_that_changed_some_are_named(release: Callable[[tuple[Feature, ...]], None]) -> None:
    features = registry.FEATURES
    used = [f.name for f in features[::3]]
    release(tuple(f for f in features if f.name not in used[:8]))
    with pytest.raises(ModelError, match=f"{', '.join(used[:5])} and 3 more"):
        usable(drawn_model(1))


def test_a_model_of_one_fingerprint_needs_all_features_as_they_were(
    release: Callable[[tuple[Feature, ...]], None],
) -> None:
    """A release before kept no fingerprint of each: its models score until any feature changes."""
    texts = of_an_earlier_release(drawn_model(1))
    rows = vectors(len(registry.FEATURES))
    np.testing.assert_array_equal(usable(texts).score(rows).points, usable(drawn_model(1)).score(rows).points)
    release((*registry.FEATURES, another("added")))
    with pytest.raises(ModelError, match="an earlier release does not tell"):
        usable(texts)


def test_a_model_holds_the_fingerprint_of_each_feature() -> None:
    found = Features.from_json(drawn_model(1).features, "features.json")
    assert all(line.fingerprint for line in found.features)
    assert not any("fingerprint" in line for line in json.loads(_earlier().features)["features"])


def _earlier() -> ModelTexts:
    return of_an_earlier_release(drawn_model(1))
