import mlflow
import numpy as np
import pytest
from mlflow.tracking import MlflowClient

from credit_scoring.errors import ModelError
from credit_scoring.model.artifacts import Decision
from credit_scoring.model.packaging import load_version
from credit_scoring.model.registry import Alias, assign, find
from credit_scoring.model.scorer import scorer
from credit_scoring.training import register as module
from credit_scoring.training.promote import promote, rollback
from credit_scoring.training.register import register, texts_of
from credit_scoring.training.tracking import tracked


@pytest.fixture(scope="module")
def probe():
    random = np.random.default_rng(9)
    vectors = random.normal(size=(50, 8)).astype(np.float32)
    vectors[random.random(vectors.shape) < 0.2] = np.nan
    return vectors


@pytest.fixture(scope="module")
def texts(trained, probe, parameters, decision_settings):
    return texts_of(trained, probe, {"table_version_application": 3}, parameters, decision_settings)


@pytest.fixture
def registered(trained, texts, parameters, decision_settings, store):
    """Registers the model once more, in the test's own store."""

    def once_more():
        with tracked(store) as run_id:
            return register(trained, texts, parameters, decision_settings, store.model, run_id)

    return once_more


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


def test_the_card_is_one_page_without_anything_from_elsewhere(texts, trained):
    page = texts.model_card
    assert f"{trained.metrics['holdout_auc']:.4f}" in page
    assert "http" not in page
    assert "$" not in page


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


def test_promote_and_roll_back(registered, store):
    with pytest.raises(ModelError, match="There is no challenger"):
        promote(store.model)
    first = registered().version
    found = promote(store.model)
    assert (found.version, found.previous) == (first, None)
    assert [contender.alias for contender in found.contenders] == [Alias.CHALLENGER]
    assert str(found.contenders[0]).startswith(f"challenger version {first}: AUC 0.")
    with pytest.raises(ModelError, match="first champion"):
        rollback(store.model)

    second = registered().version
    found = promote(store.model)
    assert (found.version, found.previous) == (second, first)
    assert [contender.version for contender in found.contenders] == [second, first]
    assert find(store.model, Alias.CHAMPION) == second
    again = promote(store.model)
    assert (again.version, again.previous) == (second, second)

    back = rollback(store.model)
    assert (back.version, back.previous) == (first, second)
    assert find(store.model, Alias.CHAMPION) == first
    with pytest.raises(ModelError, match="first champion"):
        rollback(store.model)


def test_a_challenger_without_a_record_is_not_promoted(registered, store):
    registered()
    client = MlflowClient()
    foreign = client.create_model_version(store.model, source="file:///nowhere")
    assign(store.model, Alias.CHALLENGER, int(foreign.version))
    with pytest.raises(ModelError, match="no record"):
        promote(store.model)
    assert find(store.model, Alias.CHAMPION) is None
