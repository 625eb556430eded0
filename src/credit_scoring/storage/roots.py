"""What a root is, told from its text: a folder, a Unity Catalog volume or a path in a container; and its credentials.

The one place that knows how Spark and fsspec name the same root. Spark takes it as it stands in the settings; fsspec
takes `container/path` of an account, which the URI names too.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import StrEnum

from credit_scoring.errors.stores import CREDENTIAL_MISSING, ROOT_UNKNOWN

VOLUMES = "/Volumes/"
"""Where Databricks mounts the volumes of Unity Catalog."""

EMULATOR_ACCOUNT = "devstoreaccount1"
"""The account of Azurite, which `wasb://container@devstoreaccount1/path` names."""

_BLOB = re.compile(r"(?P<scheme>wasbs?|abfss?)://(?P<container>[^@/]+)@(?P<host>[^@/]+)(?:/(?P<path>.*))?")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")


@dataclass(frozen=True)
class BlobPlace:
    """A path in a container. `host`: as in the URI, `account.blob.core.windows.net` or `account.dfs...`, or Azurite's
    account alone."""

    scheme: str
    container: str
    host: str
    path: str

    @property
    def account(self) -> str:
        """The storage account's name."""
        return self.host.partition(".")[0]

    @property
    def of_account(self) -> BlobPlace:
        """The account that it is in."""
        return BlobPlace(self.scheme, "", self.host, "")

    @property
    def emulated(self) -> bool:
        """Whether Azurite holds it."""
        return self.host == EMULATOR_ACCOUNT

    @property
    def fsspec_path(self) -> str:
        """The path by which fsspec knows it, within its account."""
        return f"{self.container}/{self.path}".rstrip("/")

    def account_url(self, emulator: str) -> str:
        """Where the account's blobs are served; `emulator`: where Azurite listens."""
        if self.emulated:
            return f"{emulator.rstrip('/')}/{EMULATOR_ACCOUNT}"
        return f"https://{self.host.replace('.dfs.', '.blob.', 1)}"


def blob_place(root: str) -> BlobPlace | None:
    """The place in a container that a root or path names; None for folders, volumes and catalogs.

    UsageError for a URI that Spark and fsspec do not both reach.
    """
    if found := _BLOB.fullmatch(root):
        return BlobPlace(found["scheme"], found["container"], found["host"], (found["path"] or "").strip("/"))
    scheme = _SCHEME.match(root)
    if scheme and scheme[1] != "file":
        raise ROOT_UNKNOWN(root=root)
    return None


def is_volume(root: str) -> bool:
    """Whether a root lies in a volume of Unity Catalog."""
    return root.startswith(VOLUMES)


class Variable(StrEnum):
    """Variables of the environment with the only copy of a secret, named as Azure's own tools name them.

    On a cluster a secret scope fills them, on every node.
    """

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
