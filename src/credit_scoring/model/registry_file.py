"""MLflow's registry in a file of SQLite, read without MLflow: which version has which alias, and where its files lie.

MLflow takes two seconds of a processor to be imported and to open its store, which is half of what a small run costs.
The file is only read here, and only where its schema is one that this was tried with (`SCHEMAS`); of anything else
nothing is said, and MLflow is asked.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from credit_scoring.places import sqlite_file

SCHEMAS = frozenset({"dc11669786a5"})
"""Alembic revisions of MLflow's database: of 3.17."""

_VERSION = "SELECT version_num FROM alembic_version"
_MODEL = "SELECT 1 FROM registered_models WHERE name = ? AND workspace = 'default'"
_ALIASES = "SELECT alias, version FROM registered_model_aliases WHERE name = ? AND workspace = 'default'"
_FILES = "SELECT storage_location FROM model_versions WHERE name = ? AND version = ? AND workspace = 'default'"


@dataclass(frozen=True)
class RegistryFile:
    """A database of MLflow's in a file of this machine."""

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
