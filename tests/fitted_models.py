"""Whole models, fitted in seconds to generated clients, with the constraints that training would set."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import lightgbm as lgb
import numpy as np

from credit_scoring.explanation.by_lightgbm import margins_and_contributions
from credit_scoring.explanation.points import Scale
from credit_scoring.features.registry import FEATURES, fingerprint
from credit_scoring.features.vector import client_vectors
from credit_scoring.model.artifacts import Costs, Decision
from credit_scoring.model.scorer import assemble
from credit_scoring.model.texts import ModelTexts
from credit_scoring.synthetic.lender import generate, known
from credit_scoring.training.estimate import estimating, facts
from credit_scoring.training.inputs import Inputs, inputs
from credit_scoring.training.learners import Learners
from credit_scoring.training.split import Split
from drawn_model import drawn_model

CLIENTS, SEED = range(1_000), 3


@cache
def learners() -> Learners:
    """Generated clients with their outcomes."""
    ids, vectors = client_vectors(known(CLIENTS, SEED))
    outcomes = generate(CLIENTS, SEED)["outcomes"].sort("SK_ID_CURR")
    target = outcomes["TARGET"].to_numpy().astype(np.int64)
    return Learners.of(ids.to_numpy(), target, vectors, Split(5, 20))


@cache
def estimate_model() -> ModelTexts:
    """A model on the features that a person can state, which knows its range against a drawn champion."""
    made = _fitted(estimating(inputs(FEATURES, fingerprint())))
    return made(dict(facts(made({}), drawn_model(1), learners())))


@cache
def champion_model() -> ModelTexts:
    """A model on every feature: it approves most generated clients and refuses some."""
    return _fitted(inputs(FEATURES, fingerprint()))({})


def _fitted(wanted: Inputs) -> Callable[[dict[str, float]], ModelTexts]:
    """Lineage -> a model on these inputs."""
    clients = learners()
    used = np.ascontiguousarray(clients.development.features[:, wanted.positions])
    parameters = {
        "objective": "binary", "num_leaves": 8, "num_threads": 1, "verbose": -1, "learning_rate": 0.1,
        "monotone_constraints": list(wanted.constraints), "min_data_in_leaf": 20,
    }  # fmt: skip
    data = lgb.Dataset(used, clients.development.target, feature_name=list(wanted.names))
    booster = lgb.train(parameters, data, 40)
    scale = Scale(a=0.9, b=-0.1)
    _, phi, phi_0 = margins_and_contributions(booster, used)
    reference = dict(zip(wanted.names, scale.raw_points(phi).mean(axis=0).tolist(), strict=True))

    def made(lineage: dict[str, float]) -> ModelTexts:
        decision = Decision.of(
            scale=scale, costs=Costs(), reference=reference, phi_0=phi_0, fingerprint=fingerprint(), lineage=lineage
        )
        return assemble(booster.model_to_string(), decision, wanted.declared, clients.features[:20], "<html></html>")

    return made
