import mlflow
import numpy as np
import pytest
from mlflow.tracking import MlflowClient

from credit_scoring.errors import ModelError
from credit_scoring.model.artifacts import Decision
from credit_scoring.model.registry import Alias, find, load_version
from credit_scoring.model.scorer import scorer
from credit_scoring.training import register as module


def test_a_registered_model_scores_as_it_was_trained(registered, store, trained, texts, probe):
    found = registered()
    again, version = load_version(store.model, Alias.CHALLENGER)
    assert (version, again) == (found.version, texts)
    margin = scorer(again).score(probe).margin
    assert np.isfinite(margin).all()
    run = mlflow.get_run(found.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["holdout_auc"] == trained.metrics["holdout_auc"]
    assert run.data.params["num_leaves"] == "8"
    assert run.info.artifact_uri.startswith("file:")


def test_the_decision_tells_where_the_model_comes_from(texts, trained, parameters):
    lineage = Decision.from_json(texts.decision, "decision.json").lineage
    assert lineage["table_version_application"] == 3
    assert lineage["seed"] == parameters.seed
    assert lineage["clients"] == trained.sample.clients


def test_nothing_is_registered_by_halves(registered, store, monkeypatch):
    first = registered()

    def broken(*_):
        raise ModelError("the store went away")

    # What fails last: the version exists already.
    monkeypatch.setattr(module, "assign", broken)
    with pytest.raises(ModelError, match="went away"):
        registered()
    client = MlflowClient()
    assert [int(each.version) for each in client.search_model_versions(f"name = '{store.model}'")] == [first.version]
    assert find(store.model, Alias.CHALLENGER) == first.version
    experiment = mlflow.get_experiment_by_name(store.experiment).experiment_id
    states = {run.info.run_id: run.info.status for run in client.search_runs([experiment])}
    assert states.pop(first.run_id) == "FINISHED"
    assert list(states.values()) == ["FAILED"]
