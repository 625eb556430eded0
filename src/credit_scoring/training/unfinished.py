"""What a training leaves in MLflow that did not come to its end, and how it is taken back.

A version is registered before it can be named the challenger, and MLflow knows no step that does both. A training that
fails takes its version back itself. One that was killed cannot: its run stays open, with a version that nobody calls by
an alias. So every open run names its holder (see ledger.lease), and the next training takes back what a run left whose
holder is gone. Where a holder cannot be looked for (another machine) the run stays as it is; nothing uses a version
without an alias.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from mlflow.entities import Run, ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sqlalchemy.exc import SQLAlchemyError

from credit_scoring.ledger import lease

log = logging.getLogger(__name__)

HOLDER = "holder"
"""The tag of a run that names the processes it runs in."""

KILLED = "it was killed; what it had registered was taken back"


def held() -> dict[str, str]:
    """The tags of a run of this process."""
    holder = lease.present()
    return {} if holder is None else {HOLDER: holder}


def take_back_killed(experiment: str, models: Iterable[str]) -> None:
    """Ends the open runs of the experiment (its id) whose processes are gone, and removes the versions that they
    registered of `models` without having named them.

    MlflowException when the store does not answer.
    """
    client = MlflowClient()
    for run in client.search_runs([experiment], "attributes.status = 'RUNNING'", ViewType.ALL):
        if lease.is_gone(run.data.tags.get(HOLDER)):
            _end(client, run, [_withdrawn(client, model, run.info.run_id) for model in models])


def withdraw(model: str, run_id: str) -> None:
    """Removes the versions that a failed run registered, and the model if there is no other version of it."""
    client = MlflowClient()
    try:
        _withdrawn(client, model, run_id, even_named=True)
        if not client.search_model_versions(f"name = '{model}'"):
            client.delete_registered_model(model)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        # What failed first is what the user has to know; a version without an alias is never used.
        log.warning("could not remove what run %s had registered (%s)", run_id, type(error).__name__)


def _withdrawn(client: MlflowClient, model: str, run_id: str, even_named: bool = False) -> bool:
    """Removes the run's versions of the model; whether one is left, because it has an alias already."""
    # By name, because Unity Catalog finds no version by its run.
    versions = [each for each in client.search_model_versions(f"name = '{model}'") if each.run_id == run_id]
    if not versions:
        return False
    named = set() if even_named else set(map(str, client.get_registered_model(model).aliases.values()))
    for each in versions:
        if str(each.version) not in named:
            client.delete_model_version(model, str(each.version))
    return any(str(each.version) in named for each in versions)


def _end(client: MlflowClient, run: Run, named: list[bool]) -> None:
    """Ends a run that nobody will end; one whose version was named had nothing left to do."""
    run_id = run.info.run_id
    if any(named):
        client.set_terminated(run_id, "FINISHED")
        return
    log.warning("the training of run %s was killed; what it left is taken back", run_id)
    client.set_tag(run_id, "failure", KILLED)
    client.set_terminated(run_id, "KILLED")
