"""A training that SIGKILL ends leaves nothing that could be taken for a model, and the next one is undisturbed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from multiprocessing import get_context

import mlflow
import pytest
from mlflow.tracking import MlflowClient

from credit_scoring.commands import deliveries, starting
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.registry import Alias, find, load_version
from credit_scoring.model.store import connect
from credit_scoring.settings import GateSettings, MlflowSettings, Settings, TrainingSettings
from credit_scoring.synthetic.writing import write
from credit_scoring.training.register import register
from credit_scoring.training.tracking import KILLED, held, tracked
from training import killing


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """One store for all deaths; this process is connected to it."""
    place = tmp_path_factory.mktemp("killed")
    mlflow.set_tracking_uri(f"sqlite:///{place / 'mlflow.db'}")
    yield MlflowSettings(artifacts=str(place / "artifacts"))
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="module")
def forks():
    """Processes that have imported all they need, and share nothing of this one's."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["training.killing"])
    return context


def versions(model):
    return {int(each.version) for each in MlflowClient().search_model_versions(f"name = '{model}'")}


def runs(settings):
    experiment = mlflow.get_experiment_by_name(settings.experiment)
    found = [] if experiment is None else MlflowClient().search_runs([experiment.experiment_id])
    return {run.info.run_id: run for run in found}


@pytest.mark.parametrize("moment", killing.AFTER)
def test_what_a_killed_registration_left_is_gone_when_the_next_training_begins(
    moment, forks, store, trained, texts, parameters, decision_settings
):
    known, before = (
        versions(store.model),
        set(runs(store)) if mlflow.get_experiment_by_name(store.experiment) else set(),
    )
    process = forks.Process(
        target=killing.registering, args=(moment, mlflow.get_tracking_uri(), store, (trained, texts, parameters))
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    (killed,) = set(runs(store)) - before
    named = find(store.model, Alias.CHALLENGER)

    with tracked(store) as run_id:
        left = runs(store)[killed]
        if moment == "its version is the challenger":
            # All was done: this model is whole.
            assert (versions(store.model), left.info.status) == (known | {named}, "FINISHED")
        else:
            assert (versions(store.model), left.info.status) == (known, "KILLED")
            assert left.data.tags["failure"] == KILLED
        found = register(trained, texts, parameters, decision_settings, store.model, run_id)
    assert load_version(store.model, Alias.CHALLENGER) == (texts, found.version)
    assert {run.info.status for run in runs(store).values()} <= {"FINISHED", "KILLED"}


def test_the_run_of_a_training_that_is_at_work_is_left_alone(store):
    client = MlflowClient()
    experiment = mlflow.get_experiment_by_name(store.experiment).experiment_id
    at_work, elsewhere = (client.create_run(experiment, tags=tags).info.run_id for tags in (held(), {}))
    with tracked(store):
        assert {runs(store)[each].info.status for each in (at_work, elsewhere)} == {"RUNNING"}
    for each in (at_work, elsewhere):
        client.set_terminated(each)


def at_home(home):
    """Settings of a small training at this home, and the file that says them."""
    settings = Settings(
        home=home,
        training=TrainingSettings(
            folds=2, max_rounds=8, learning_rate=0.1, min_data_in_leaf=20, min_clients=300, min_defaults=10,
            compare=("prior",), resamples=100,
        ),
        gates=GateSettings(promise_clients=20),
    )  # fmt: skip
    conf = home.with_suffix(".json")
    conf.write_text(settings.model_dump_json(exclude_unset=True))
    return settings, conf


def training(conf):
    """The command of a user, in a process group of its own."""
    command = [sys.executable, "-m", "credit_scoring.cli", "train", "--conf", str(conf), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def test_a_training_killed_at_any_time_leaves_no_claim_and_a_rerun_is_the_same_model(tmp_path):
    settings, conf = at_home(tmp_path / "undisturbed")
    write(tmp_path / "generated", range(500), 500, 11)
    deliveries.deliver(settings, tmp_path / "generated", "history", lambda line: None)
    deliveries.intake(settings)
    disturbed = shutil.copytree(settings.home, tmp_path / "disturbed")
    started = time.monotonic()
    out, err = training(conf).communicate()
    took = time.monotonic() - started
    assert json.loads(out), err
    connect(settings.mlflow)
    undisturbed, _ = load_version(settings.mlflow.model, Alias.CHALLENGER)

    settings, conf = at_home(disturbed)
    events = Ledger(starting.start(settings).engine).events()
    moments = random.Random(26)
    for _ in range(2):
        process = training(conf)
        time.sleep(moments.uniform(0.3, 0.95) * took)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    out, err = training(conf).communicate()
    assert json.loads(out), err
    connect(settings.mlflow)
    again, version = load_version(settings.mlflow.model, Alias.CHALLENGER)
    assert (again.booster, again.features, again.probe) == (
        undisturbed.booster,
        undisturbed.features,
        undisturbed.probe,
    )
    named = [run for run in runs(settings.mlflow).values() if run.info.status == "FINISHED"]
    assert versions(settings.mlflow.model) == set(range(version - len(named) + 1, version + 1))
    assert {run.info.status for run in runs(settings.mlflow).values()} <= {"FINISHED", "KILLED"}
    assert Ledger(starting.start(settings).engine).events() == events
