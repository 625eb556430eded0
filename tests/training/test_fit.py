import hashlib
import os
import subprocess
import sys

import lightgbm as lgb
import numpy as np
import pytest
from pyspark.sql import functions as F

from credit_scoring.errors import ModelError
from credit_scoring.training.fit import fit_rounds, fit_until_best, rounds_of

ALONE = """
import hashlib, sys
from pyspark.sql import functions as F
from credit_scoring.session import session
from credit_scoring.settings import SparkSettings, TrainingSettings
from credit_scoring.model.artifacts import Features
from credit_scoring.training.fit import fit_until_best
from credit_scoring.training.inputs import Inputs

master, path, features, parameters = sys.argv[1:]
spark = session(SparkSettings(master=master, driver_memory="1g"))
inputs = Inputs(Features.from_json(features, "features"), (1, -1, 0, 0, 0, 0, 0, 0))
vectors = spark.read.parquet(path)
text = fit_until_best(vectors, F.col("client_id") % 4 == 0, inputs, TrainingSettings.model_validate_json(parameters))
print("sha256", hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def booster(frame, lender, inputs, parameters):
    return lgb.Booster(model_str=fit_rounds(frame(lender), inputs, parameters, 40))


def test_python_reads_the_text_with_names_and_rounds(booster, inputs):
    assert booster.feature_name() == list(inputs.names)
    assert booster.num_trees() == 40


def test_the_order_and_the_partitions_of_the_rows_do_not_matter(frame, lender, inputs, parameters):
    rows = frame(lender)
    once = fit_rounds(rows.repartition(5, "target"), inputs, parameters, 20)
    again = fit_rounds(rows.orderBy(F.col("client_id").desc()).coalesce(1), inputs, parameters, 20)
    assert once == again


def test_one_core_or_two_give_the_same_bytes(frame, lender, inputs, parameters, tmp_path):
    path = str(tmp_path / "vectors")
    frame(lender).repartition(3).write.parquet(path)
    rows = frame(lender).sparkSession.read.parquet(path)
    here = fit_until_best(rows, F.col("client_id") % 4 == 0, inputs, parameters)
    arguments = ["local[1]", path, inputs.declared.to_json(), parameters.model_dump_json()]
    # LightGBM too gets one thread there, and a hash seed of its own.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "123"}
    alone = subprocess.run(
        [sys.executable, "-c", ALONE, *arguments], capture_output=True, text=True, check=True, env=environment
    )
    assert f"sha256 {hashlib.sha256(here.encode()).hexdigest()}" in alone.stdout


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


def test_fitting_stops_where_the_other_rows_are_served_best(frame, lender, inputs, parameters):
    validation = F.col("client_id") % 4 == 0
    text = fit_until_best(frame(lender), validation, inputs, parameters)
    best = rounds_of(text)
    assert 1 < best < parameters.max_rounds - parameters.early_stopping_rounds
    held = lender[lender.client_id % 4 == 0]
    booster = lgb.Booster(model_str=text)

    def log_loss(rounds: int) -> float:
        p = booster.predict(np.stack(held.features), num_iteration=rounds)
        return float(-np.mean(np.where(held.target == 1, np.log(p), np.log(1 - p))))

    assert min(range(1, best + 1), key=log_loss) == best


def test_constant_features_are_refused(frame, lender, inputs, parameters):
    same = lender.assign(features=[np.ones(8, np.float32)] * len(lender))
    with pytest.raises(ModelError, match="constant"):
        fit_rounds(frame(same), inputs, parameters, 5)
