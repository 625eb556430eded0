import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest

from credit_scoring import training
from credit_scoring.errors import ModelError
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.fit import Rebalancing, fit_rounds, rounds_of, until_best

ROOT = Path(training.__file__).parent

ALONE = """
import hashlib, sys
import numpy as np
from credit_scoring.settings import TrainingSettings
from credit_scoring.model.artifacts import Features
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.fit import until_best
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.learners import Learners

assert "pyspark" not in sys.modules
path, features, parameters = sys.argv[1:]
inputs = Inputs(Features.from_json(features, "features"), (1, -1, 0, 0, 0, 0, 0, 0))
clients = Learners(**np.load(path))
parameters = TrainingSettings.model_validate_json(parameters)
text = LightGbm().fit(until_best(clients, clients.client_id % 4 == 0, inputs, parameters))
print("sha256", hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def booster(learners, lender, inputs, parameters):
    return lgb.Booster(model_str=fit_rounds(LightGbm(), learners(lender), inputs, parameters, 40))


def test_python_reads_the_text_with_names_and_rounds(booster, inputs):
    assert booster.feature_name() == list(inputs.names)
    assert booster.num_trees() == 40


def test_the_order_of_the_rows_does_not_matter(learners, lender, inputs, parameters):
    once = fit_rounds(LightGbm(), learners(lender), inputs, parameters, 20)
    again = fit_rounds(LightGbm(), learners(lender.sample(frac=1, random_state=1)), inputs, parameters, 20)
    assert once == again


def test_one_core_or_two_give_the_same_bytes_and_pyspark_is_not_needed(learners, lender, inputs, parameters, tmp_path):
    clients = learners(lender)
    np.savez(tmp_path / "clients.npz", **vars(clients))
    here = LightGbm().fit(until_best(clients, clients.client_id % 4 == 0, inputs, parameters))
    arguments = [str(tmp_path / "clients.npz"), inputs.declared.to_json(), parameters.model_dump_json()]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "123"}
    alone = subprocess.run(
        [sys.executable, "-c", ALONE, *arguments], capture_output=True, text=True, check=True, env=environment
    )
    assert f"sha256 {hashlib.sha256(here.encode()).hexdigest()}" in alone.stdout


@pytest.mark.parametrize("cores", [1, 2, 4])
def test_models_that_are_asked_for_together_are_those_that_are_asked_for_alone(
    learners, lender, inputs, parameters, cores
):
    clients = learners(lender)
    wanted = [
        until_best(clients, clients.part == fold, inputs, parameters, rebalancing)
        for rebalancing in (None, Rebalancing(class_weights=True), Rebalancing(good_share=0.3))
        for fold in range(3)
    ]
    together = list(LightGbm(cores=cores).fit_all(wanted))
    assert together == [LightGbm().fit(each) for each in wanted]
    assert len(set(together)) == len(wanted)


def test_where_one_of_several_cannot_be_fitted_the_others_end_soon(learners, lender, inputs, parameters):
    clients = learners(lender)
    endless = parameters.model_copy(update={"max_rounds": 1_000_000, "early_stopping_rounds": 1_000_000})
    nobody = np.zeros(len(clients.target), bool)
    nobody[:30] = True  # too few for two leaves
    cannot = replace(until_best(clients, clients.part == 0, inputs, parameters), learns=nobody)
    with pytest.raises(ModelError, match="constant"):
        list(LightGbm(cores=2).fit_all([cannot, until_best(clients, clients.part == 1, inputs, endless)]))


def test_constraints_hold(booster):
    grid = np.linspace(-3, 3, 200)
    for seed in range(20):
        client = np.random.default_rng(seed).normal(size=(1, 8)).repeat(len(grid), axis=0)
        for feature, sign in ((0, 1), (1, -1)):
            moved = client.copy()
            moved[:, feature] = grid
            assert (sign * np.diff(booster.predict(moved, raw_score=True)) >= 0).all()


def test_nan_is_missing_and_zero_is_a_value(booster):
    # A missing third feature raises the log-odds of default by 2.5; a zero is the middle of those that are there.
    missing, zero = np.zeros((1, 8)), np.zeros((1, 8))
    missing[0, 2] = np.nan
    assert booster.predict(missing, raw_score=True)[0] > booster.predict(zero, raw_score=True)[0] + 1


def test_fitting_stops_where_the_other_rows_are_served_best(learners, lender, inputs, parameters):
    clients = learners(lender)
    judges = clients.client_id % 4 == 0
    text = LightGbm().fit(until_best(clients, judges, inputs, parameters))
    best = rounds_of(text)
    assert 1 < best < parameters.max_rounds - parameters.early_stopping_rounds
    held = clients.where(judges)
    booster = lgb.Booster(model_str=text)

    def log_loss(rounds: int) -> float:
        p = booster.predict(held.features, num_iteration=rounds)
        return float(-np.mean(np.where(held.target == 1, np.log(p), np.log(1 - p))))

    assert min(range(1, best + 1), key=log_loss) == best


def test_a_model_of_some_features_is_fitted_on_their_columns(learners, lender, inputs, parameters):
    clients = learners(lender)
    few = inputs.only(("income", "noise_2"))
    text = fit_rounds(LightGbm(), clients, few, parameters, 5)
    columns = np.ascontiguousarray(clients.features[:, [1, 5]])
    assert lgb.Booster(model_str=text).feature_name() == ["income", "noise_2"]
    # What the first feature holds, which is left out, changes nothing.
    other = clients.features.copy()
    other[:, 0] = 0
    assert fit_rounds(LightGbm(), replace(clients, features=other), few, parameters, 5) == text
    assert np.ptp(lgb.Booster(model_str=text).predict(columns)) > 0


def test_constant_features_are_refused(learners, lender, inputs, parameters):
    same = lender.assign(features=[np.ones(8, np.float32)] * len(lender))
    with pytest.raises(ModelError, match="constant"):
        fit_rounds(LightGbm(), learners(same), inputs, parameters, 5)


def test_only_what_is_about_spark_needs_pyspark():
    about_spark = {"by_synapseml", "spark_submit_exit"}
    modules = [
        f"credit_scoring.training.{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}"
        for path in sorted(ROOT.rglob("*.py"))
        if path.stem not in about_spark and path.stem != "__init__"
    ]
    assert len(modules) > 30
    # None in its place: as if it were not installed. MLflow takes it where it finds it.
    code = f"import sys; sys.modules['pyspark'] = None; {'; '.join(f'import {module}' for module in modules)}"
    subprocess.run([sys.executable, "-c", code], check=True)
