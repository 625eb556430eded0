"""A whole model of the product's own features, fitted in seconds to drawn vectors and outcomes."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import lightgbm as lgb
import numpy as np

from credit_scoring.explanation.by_lightgbm import margins_and_contributions
from credit_scoring.explanation.points import Scale
from credit_scoring.features import registry
from credit_scoring.model.artifacts import Costs, Decision, Features
from credit_scoring.model.scorer import assemble
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import declared


@cache
def drawn_model(seed: int) -> ModelTexts:
    """A model on every third declared feature."""
    features = _declared_features()
    positions = list(range(0, len(features.names), 3))
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(2000, len(features.names))).astype(np.float32) * 100
    vectors[random.random(vectors.shape) < 0.3] = np.nan
    used = np.ascontiguousarray(vectors[:, positions])
    risk = np.nan_to_num(used[:, :20]).sum(axis=1) / 300 - 2
    outcome = (random.random(len(used)) < 1 / (1 + np.exp(-risk))).astype(float)
    parameters = {"objective": "binary", "num_leaves": 8, "num_threads": 1, "verbose": -1, "learning_rate": 0.1}
    data = lgb.Dataset(used, outcome, feature_name=list(features.used))
    booster = lgb.train(parameters, data, 40)
    scale = Scale(a=0.9, b=-0.1)
    _, phi, phi_0 = margins_and_contributions(booster, used)
    reference = dict(zip(features.used, scale.raw_points(phi).mean(axis=0).tolist(), strict=True))
    decision = Decision.of(
        scale=scale, costs=Costs(), reference=reference, phi_0=phi_0, fingerprint=features.fingerprint
    )
    return assemble(booster.model_to_string(), decision, features, vectors[:50], "<html></html>")


@cache
def _declared_features() -> Features:
    return declared().model_copy(update={"used": registry.names()[::3]})


def of_an_earlier_release(texts: ModelTexts) -> ModelTexts:
    """The model as a release wrote it that kept one fingerprint for all features."""
    features = json.loads(texts.features)
    for line in features["features"]:
        del line["fingerprint"]
    return replace(texts, features=json.dumps(features))


def without(texts: ModelTexts, name: str) -> ModelTexts:
    """The model as it would be of a code that does not declare the feature, which is none of the model's."""
    features, decision, probe = (json.loads(text) for text in (texts.features, texts.decision, texts.probe))
    place = [line["name"] for line in features["features"]].index(name)
    del features["features"][place]
    for vector in probe["vectors"]:
        del vector[place]
    features["fingerprint"] = decision["fingerprint"] = "another"
    return replace(texts, features=json.dumps(features), decision=json.dumps(decision), probe=json.dumps(probe))
