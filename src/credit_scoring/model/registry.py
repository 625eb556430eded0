"""Which version of the registered model is the challenger, which the champion that scores, and their texts.

MLflow takes two seconds of a processor to be imported and to open its store, which is half of what a small run costs.
So a registry in a file of this machine is read without it (`RegistryFile`), where its schema is one that this was tried
with (`SCHEMAS`); in every other case MLflow is asked.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from credit_scoring.errors.models import MODEL_NOT_THERE
from credit_scoring.model.store import asking_mlflow
from credit_scoring.model.texts import ModelTexts
from credit_scoring.places import sqlite_file

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


SCHEMAS = frozenset({"dc11669786a5"})
"""Alembic revisions of MLflow's database: of 3.17."""

_VERSION = "SELECT version_num FROM alembic_version"
_MODEL = "SELECT 1 FROM registered_models WHERE name = ? AND workspace = 'default'"
_ALIASES = "SELECT alias, version FROM registered_model_aliases WHERE name = ? AND workspace = 'default'"
_FILES = "SELECT storage_location FROM model_versions WHERE name = ? AND version = ? AND workspace = 'default'"


@dataclass(frozen=True)
class RegistryFile:
    """MLflow's database in a file of SQLite, read only: which version has which alias, and where its files lie."""

    path: Path

    def aliases(self, model: str) -> Mapping[str, int] | None:
        """Alias -> version of a model that is registered there; None: ask MLflow."""
        if not self._asked(_MODEL, (model,)):
            return None
        found = self._asked(_ALIASES, (model,))
        return None if found is None else {str(alias): int(str(version)) for alias, version in found}

    def files(self, model: str, version: int) -> Path | None:
        """The folder of a version's files; None: ask MLflow."""
        found = self._asked(_FILES, (model, version))
        folder = _folder(str(found[0][0])) if found and found[0][0] else None
        return folder if folder is not None and folder.is_dir() else None

    def _asked(self, query: str, values: tuple[str | int, ...]) -> list[tuple[object, ...]] | None:
        """The rows; None where the file cannot be read, or its schema is another."""
        try:
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as database:
                if not {schema for (schema,) in database.execute(_VERSION)} <= SCHEMAS:
                    return None
                return database.execute(query, values).fetchall()
        except sqlite3.Error:
            return None


def registry_file() -> RegistryFile | None:
    """The registry that this process was connected to, where it is such a file and MLflow is not here already."""
    address = os.environ.get("MLFLOW_TRACKING_URI", "")
    if "mlflow" in sys.modules or "MLFLOW_REGISTRY_URI" in os.environ or "?" in address:
        return None
    file = sqlite_file(address)
    return RegistryFile(file) if file is not None and file.is_file() else None


def _folder(location: str) -> Path | None:
    """The folder of an address: a path, or one with file: before it."""
    parts = urlsplit(location)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    return Path(location) if location.startswith("/") else None
