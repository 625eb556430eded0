"""The credentials of blob containers: named variables of the environment, which hold the only copy of any secret.

On a cluster a secret scope fills them, on every node.
"""

from __future__ import annotations

import os
from enum import StrEnum

from credit_scoring.errors.storage import CREDENTIAL_MISSING


class Variable(StrEnum):
    """Variables of the environment, named as Azure's own tools name them."""

    ACCOUNT_KEY = "AZURE_STORAGE_ACCOUNT_KEY"  # pragma: allowlist secret
    TENANT_ID = "AZURE_TENANT_ID"
    CLIENT_ID = "AZURE_CLIENT_ID"
    CLIENT_SECRET = "AZURE_CLIENT_SECRET"  # nosec B105  # pragma: allowlist secret


def value_of(variable: Variable) -> str:
    """The value of a variable; UsageError where it is not set."""
    value = os.environ.get(variable)
    if not value:
        raise CREDENTIAL_MISSING(variable=variable)
    return value
