import sqlite3
import time
from pathlib import Path

import mlflow
import pytest
from mlflow.tracking import MlflowClient

from credit_scoring.errors import ModelError
from credit_scoring.settings import MlflowSettings
from credit_scoring.training.tracking import record_trial, tracked


def test_a_store_that_is_down_is_met_at_once():
    mlflow.set_tracking_uri("http://127.0.0.1:9")  # nothing listens there
    started = time.monotonic()
    try:
        with (
            pytest.raises(ModelError, match=r"could not .* Check that the tracking store") as refused,
            tracked(MlflowSettings()),
        ):
            pytest.fail("the training must not begin")
    finally:
        mlflow.set_tracking_uri(None)
    assert refused.value.exit_code == 4
    # Patience would take minutes; this is no measurement.
    assert time.monotonic() - started < 60


def test_a_run_that_fails_says_why(store):
    with pytest.raises(ModelError), tracked(store) as run_id:
        raise ModelError("There is nothing to learn from.")
    run = mlflow.get_run(run_id)
    assert (run.info.status, run.data.tags["failure"]) == ("FAILED", "There is nothing to learn from.")
    assert mlflow.active_run() is None


def test_trials_are_runs_below_the_training(store):
    with tracked(store) as run_id:
        record_trial(run_id, "trial 1", {"num_leaves": 16}, {"auc": 0.75})
    parent = mlflow.get_run(run_id)
    assert parent.info.status == "FINISHED"
    (trial,) = MlflowClient().search_runs(
        [parent.info.experiment_id], filter_string=f"tags.mlflow.parentRunId = '{run_id}'"
    )
    assert (trial.data.params, trial.data.metrics) == ({"num_leaves": "16"}, {"auc": 0.75})


def test_a_store_that_breaks_meanwhile_does_not_hide_what_failed(store, tmp_path: Path):
    def training():
        with tracked(store) as run_id:
            with sqlite3.connect(tmp_path / "mlflow.db") as database:
                database.execute("ALTER TABLE runs RENAME TO lost")
            record_trial(run_id, "trial 1", {}, {})

    with pytest.raises(ModelError, match="could not log trial 1"):
        training()
    assert mlflow.active_run() is None
