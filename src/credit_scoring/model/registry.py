"""Which version of the registered model is the challenger, and which the champion that scores."""

from __future__ import annotations

from enum import StrEnum

from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from credit_scoring.errors.models import MODEL_NOT_THERE
from credit_scoring.model.store import asking_mlflow


class Alias(StrEnum):
    """The roles that a version can have."""

    CHALLENGER = "challenger"
    CHAMPION = "champion"


WAY_TO = {
    Alias.CHALLENGER: "Run `credit-scoring train`",
    Alias.CHAMPION: "Run `credit-scoring train` and `credit-scoring promote`",
}


def find(model_name: str, alias: Alias) -> int | None:
    """The version that has the alias, or None; ModelError when the store does not answer."""
    with asking_mlflow(f"find the {alias} of the model {model_name}"):
        try:
            # Asking for the alias itself fails with the same code as a wrong question would.
            aliases = MlflowClient().get_registered_model(model_name).aliases
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise
    return int(aliases[alias.value]) if alias.value in aliases else None


def version_of(model_name: str, alias: Alias) -> int:
    """The version that has the alias; ModelError with the command to type when none has."""
    version = find(model_name, alias)
    if version is None:
        raise MODEL_NOT_THERE(alias=alias, model=model_name, way=WAY_TO[alias])
    return version


def assign(model_name: str, alias: Alias, version: int) -> None:
    """Gives the alias to a version, taking it from the one that has it."""
    with asking_mlflow(f"make version {version} of the model {model_name} the {alias}"):
        MlflowClient().set_registered_model_alias(model_name, alias.value, str(version))
