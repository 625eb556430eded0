"""Secrets as files, as containers hand them over: where NAME_FILE names a file, NAME is what stands in it.

Read once, before a command does anything, so that whatever reads a secret finds it where it always is: in NAME.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from credit_scoring.errors.usage import SECRET_FILE_WRONG

API_PASSWORD = "API_PGPASSWORD"  # nosec B105  # pragma: allowlist secret
"""Variable with the password that the API's database user is to have (see commands.online.grant_api)."""
SECRETS = (
    "PGPASSWORD",
    API_PASSWORD,
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_CLIENT_SECRET",
    "MLFLOW_TRACKING_PASSWORD",
    "DATABRICKS_CLIENT_SECRET",
)
"""Every secret that the product, or a library that it asks, reads from the environment."""


def read_secret_files(environment: MutableMapping[str, str] = os.environ) -> None:
    """Sets each secret whose file is named; UsageError, without a word of the file, where it cannot be."""
    for name in SECRETS:
        variable = f"{name}_FILE"
        file = environment.get(variable)
        if not file:
            continue
        if environment.get(name):
            raise SECRET_FILE_WRONG(variable=variable, why=f"{name} is set as well")
        environment[name] = _secret(variable, Path(file))
        del environment[variable]  # a command within a command finds it read


def _secret(variable: str, file: Path) -> str:
    try:
        secret = file.read_text("utf-8").strip("\r\n")
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, or a NUL in the path
        raise SECRET_FILE_WRONG(variable=variable, why=getattr(error, "strerror", None) or "it is no text") from None
    if not secret:
        raise SECRET_FILE_WRONG(variable=variable, why="it is empty")
    return secret
