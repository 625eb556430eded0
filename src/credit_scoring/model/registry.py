"""Which version of the registered model is the challenger, which the champion that scores, and their texts.

MLflow is imported where it is asked: a registry in a file of this machine answers without it (registry_file).
"""

from __future__ import annotations

from enum import StrEnum

from credit_scoring.errors.models import MODEL_NOT_THERE
from credit_scoring.model.registry_file import registry_file
from credit_scoring.model.store import asking_mlflow
from credit_scoring.model.texts import ModelTexts

TEXTS = "texts"
"""The folder of a model's texts, below `data` among the files of a version."""


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
    file = registry_file()
    known = file.aliases(model_name) if file else None
    if known is not None:
        return known.get(alias.value)
    with asking_mlflow(f"find the {alias} of the model {model_name}"):
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

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


def load_version(model_name: str, version_or_alias: int | Alias) -> tuple[ModelTexts, int]:
    """The texts of a registered model and the number of its version.

    The texts can be shipped to Spark tasks, which build the Scorer from them. An alias is resolved first, so that the
    number returned is that of the texts even when the alias moves meanwhile. ModelError when there is none.
    """
    number = version_of(model_name, version_or_alias) if isinstance(version_or_alias, Alias) else version_or_alias
    file = registry_file()
    files = file.files(model_name, number) if file else None
    if files is not None:
        return ModelTexts.read(files / "data" / TEXTS), number
    from credit_scoring.model.packaging import download

    return download(model_name, number), number


def assign(model_name: str, alias: Alias, version: int) -> None:
    """Gives the alias to a version, taking it from the one that has it."""
    with asking_mlflow(f"make version {version} of the model {model_name} the {alias}"):
        from mlflow.tracking import MlflowClient

        MlflowClient().set_registered_model_alias(model_name, alias.value, str(version))
