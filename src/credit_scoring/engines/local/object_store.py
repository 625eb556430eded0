"""How delta-rs reaches a root: a path, or an address in a container with what proves who we are."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from deltalake.exceptions import DeltaError

from credit_scoring.errors.usage import PATH_NOT_TAKEN
from credit_scoring.settings import StorageSettings
from credit_scoring.storage.roots import BlobPlace, Variable, blob_place, value_of
from credit_scoring.storage.storage_errors import kind_of

T = TypeVar("T")


@dataclass(frozen=True)
class ObjectStore:
    """A root as delta-rs takes it: its address, and options for the client of a container (none for a folder)."""

    uri: str
    options: dict[str, str] | None = field(default=None, hash=False, repr=False)

    def table(self, name: str) -> str:
        """The address of a table."""
        return f"{self.uri.rstrip('/')}/{name}"


_ODD = re.compile(r"[%\[\]^|\\\x00-\x1f\x7f]")
"""delta-rs makes an address of a path: it takes a percent sign for a code, and cannot write some characters at all."""


def not_taken(root: str) -> list[str]:
    """The characters of a folder's path with which delta-rs keeps no tables there."""
    return sorted(set(_ODD.findall(os.path.abspath(root))))


def object_store(root: str, storage: StorageSettings) -> ObjectStore:
    """The store of a root; UsageError where a variable that proves who we are is missing."""
    place = blob_place(root)
    if place is None:
        if odd := not_taken(root):
            raise PATH_NOT_TAKEN(place=ascii(root), odd=" ".join(map(ascii, odd)))
        return ObjectStore(os.path.abspath(root))
    return ObjectStore(
        f"az://{place.container}/{place.path}".rstrip("/"), {**_bounds(storage), **_access(place, storage)}
    )


def asked_again(ask: Callable[[], T], times: int) -> T:
    """What a question that changes nothing is answered. delta-rs tries requests again, but not the answer to a listing
    that breaks off half-way: that is asked for anew, so many times at the most."""
    for _ in range(times):
        try:
            return ask()
        except (DeltaError, OSError) as error:
            if kind_of(error) is None:
                raise
    return ask()


def _bounds(storage: StorageSettings) -> dict[str, str]:
    longest = storage.retries * storage.longest_wait_seconds
    return {
        "max_retries": str(storage.retries),
        "retry_timeout": f"{max(1, int(longest))}s",
        "backoff_config.init_backoff": f"{int(storage.first_wait_seconds * 1000)}ms",
        "backoff_config.max_backoff": f"{int(storage.longest_wait_seconds * 1000)}ms",
        "timeout": f"{storage.timeout_seconds}s",
    }


def _access(place: BlobPlace, storage: StorageSettings) -> dict[str, str]:
    named = {"azure_storage_account_name": place.account}
    if place.emulated:
        from azure.storage.blob import BlobServiceClient  # a second that only containers cost

        key = BlobServiceClient.from_connection_string("UseDevelopmentStorage=true").credential.account_key
        # Azurite passes over where a listing is to begin. delta-rs knows that of an emulator, and takes its address
        # from the environment.
        os.environ["AZURITE_BLOB_STORAGE_URL"] = storage.emulator.rstrip("/")
        return {**named, "azure_storage_account_key": key, "azure_storage_use_emulator": "true", "allow_http": "true"}
    if storage.credential == "account_key":
        return {**named, "azure_storage_account_key": value_of(Variable.ACCOUNT_KEY)}
    if storage.credential == "service_principal":
        return {
            **named,
            "azure_storage_client_id": value_of(Variable.CLIENT_ID),
            "azure_storage_client_secret": value_of(Variable.CLIENT_SECRET),
            "azure_storage_tenant_id": value_of(Variable.TENANT_ID),
        }
    identity = os.environ.get(Variable.CLIENT_ID)  # one of several identities of the machine
    return {**named, **({"azure_storage_client_id": identity} if identity else {})}
