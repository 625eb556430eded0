"""Clients of blob containers: azure-storage-blob, and adlfs to read piece by piece; retries and waits have bounds.

The defaults of the libraries wait minutes for an answer, and neither keeps to a Retry-After.

A container has no folders: what stands between slashes in a blob's name is one. Tools leave marks of folders, which are
blobs without bytes: `name/`, or `name` with hdi_isfolder among its metadata. Here they are no files.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from adlfs import AzureBlobFileSystem
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError, ServiceResponseError
from azure.core.pipeline import PipelineResponse
from azure.identity import ClientSecretCredential, ManagedIdentityCredential
from azure.identity.aio import ClientSecretCredential as AsyncClientSecretCredential
from azure.identity.aio import ManagedIdentityCredential as AsyncManagedIdentityCredential
from azure.storage.blob import BlobBlock, BlobClient, BlobPrefix, BlobServiceClient, ContainerClient, ExponentialRetry
from azure.storage.blob.aio import BlobServiceClient as AsyncBlobServiceClient
from azure.storage.blob.aio import ExponentialRetry as AsyncExponentialRetry

from credit_scoring.settings import StorageSettings
from credit_scoring.storage.files import Content
from credit_scoring.storage.roots import BlobPlace, Variable, value_of


class _Bounded:
    """Doubles the wait up to a longest one, and waits as long as the service asks for within that."""

    def __init__(self, storage: StorageSettings) -> None:
        tries = ("retry_total", "retry_connect", "retry_read", "retry_status")
        super().__init__(**dict.fromkeys(tries, storage.retries))
        self._first, self._longest = storage.first_wait_seconds, storage.longest_wait_seconds

    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        """Seconds before the next try; `settings` hold the number of tries so far and what came of them."""
        history = settings["history"]  # which an answer that breaks off is not put into
        response = history[-1].http_response if history else None
        asked = response.headers.get("Retry-After", "0") if response is not None else "0"
        wait: float = self._first * 2.0 ** (settings["count"] - 1)
        return min(max(wait, float(asked) if asked.isdecimal() else 0.0), self._longest)


class _Retry(_Bounded, ExponentialRetry):
    """For the synchronous client."""


class _AsyncRetry(_Bounded, AsyncExponentialRetry):
    """For the client that adlfs works with."""


def blob_client(place: BlobPlace, storage: StorageSettings) -> BlobClient:
    """A client of one blob, in a process that has the credential in its environment."""
    _ensure_container(place, storage)
    return _service(place.of_account, storage).get_blob_client(place.container, place.path)


_OF_ONE_BLOB = {409, 412, 416, 451}
"""Answers that are about the blob that was asked for (it is archived, leased, held), not about the storage."""


def read(place: BlobPlace, storage: StorageSettings) -> bytes:
    """The bytes of a blob of any type; FileNotFoundError when there is none.

    BlobUnreadable when the service keeps this one back, which says nothing of others.
    """
    try:
        return bytes(blob_client(place, storage).download_blob().readall())
    except ResourceNotFoundError:
        raise FileNotFoundError(place.fsspec_path) from None
    except HttpResponseError as error:
        if error.status_code not in _OF_ONE_BLOB:
            raise
        raise BlobUnreadable(
            f"the storage does not give it out ({getattr(error, 'error_code', None) or error.status_code})"
        ) from None


class BlobUnreadable(OSError):
    """One blob cannot be read, as it is archived, leased or held; its text says why."""


def listed(place: BlobPlace, storage: StorageSettings) -> tuple[set[str], dict[str, int]]:
    """The names of the folders, and the bytes of the files by name, directly below a place; none when nothing is."""
    start = f"{place.path}/" if place.path else ""
    folders: set[str] = set()
    files: dict[str, int] = {}
    for found in _walked(_container(place, storage), start):
        name = found.name[len(start) :].rstrip("/")
        if isinstance(found, BlobPrefix) or _marks_a_folder(found.name, found.metadata):
            folders.add(name)
        else:
            files[name] = int(found.size)
    return folders - {""}, files


def _walked(container: ContainerClient, start: str) -> Iterator[Any]:
    with _nothing_without_a_container():
        yield from container.walk_blobs(name_starts_with=start, include=["metadata"], delimiter="/")


def exists(place: BlobPlace, storage: StorageSettings) -> bool:
    """Whether there is such a blob, or one below."""
    return any(True for _ in _with_all_below(place, storage))


def below(place: BlobPlace, storage: StorageSettings) -> list[str]:
    """The names in the container of the blob itself and of all below, marks of folders too."""
    return list(_with_all_below(place, storage))


def _with_all_below(place: BlobPlace, storage: StorageSettings) -> Iterator[str]:
    start = f"{place.path}/" if place.path else ""
    with _nothing_without_a_container():
        for name in _container(place, storage).list_blob_names(name_starts_with=place.path):
            if name == place.path or name.startswith(start):
                yield name


def remove(place: BlobPlace, storage: StorageSettings, names: Iterable[str]) -> None:
    """Removes blobs by their names in the container, with their snapshots; what a folder holds goes before it."""
    container = _container(place, storage)
    for name in sorted(names, reverse=True):
        with suppress(ResourceNotFoundError):
            container.delete_blob(name, delete_snapshots="include")


def _marks_a_folder(name: str, metadata: Mapping[str, str] | None) -> bool:
    marks = {key.lower(): value for key, value in (metadata or {}).items()}
    return name.endswith("/") or "true" in (marks.get("hdi_isfolder"), marks.get("is_directory"))


def _container(place: BlobPlace, storage: StorageSettings) -> ContainerClient:
    _ensure_container(place, storage)
    return _service(place.of_account, storage).get_container_client(place.container)


@contextmanager
def _nothing_without_a_container() -> Iterator[None]:
    with suppress(ResourceNotFoundError):
        yield


def file_system(place: BlobPlace, storage: StorageSettings) -> BlobFileSystem:
    """The file system of a place's account; paths begin with the container."""
    _ensure_container(place, storage)
    return BlobFileSystem(account=place.of_account, storage=storage)


class BlobFileSystem(AzureBlobFileSystem):  # type: ignore[misc]
    """adlfs with a client of our own: its own knows no bounds, and no address but https."""

    def __init__(self, account: BlobPlace, storage: StorageSettings) -> None:
        self._account, self._bounds = account, storage
        super().__init__(account_name=account.account, anon=True, assume_container_exists=True)

    def do_connect(self) -> None:
        """Makes the client."""
        account, storage = self._account, self._bounds
        self.service_client = AsyncBlobServiceClient(
            account.account_url(storage.emulator),
            credential=_credential(account, storage, AsyncClientSecretCredential, AsyncManagedIdentityCredential),
            retry_policy=_AsyncRetry(storage),
            **_answers(storage),
        )


@lru_cache(maxsize=8)
def _service(account: BlobPlace, storage: StorageSettings) -> BlobServiceClient:
    return BlobServiceClient(
        account.account_url(storage.emulator),
        credential=_credential(account, storage, ClientSecretCredential, ManagedIdentityCredential),
        retry_policy=_Retry(storage),
        **_answers(storage),
    )


def _ensure_container(place: BlobPlace, storage: StorageSettings) -> None:
    """Azurite starts without any container; those of a lender are made by who gives access to them."""
    if place.emulated:
        _make_container(place.container, place.of_account, storage)


@lru_cache(maxsize=8)
def _make_container(container: str, account: BlobPlace, storage: StorageSettings) -> None:
    with suppress(ResourceExistsError):
        _service(account, storage).create_container(container)


def _answers(storage: StorageSettings) -> dict[str, Any]:
    """How long a client waits for an answer, and which answers it takes."""
    seconds = storage.timeout_seconds
    return {"connection_timeout": seconds, "read_timeout": seconds, "raw_response_hook": _check_whole}


_TELLS_ITS_END = {"content-length", "transfer-encoding"}


def _check_whole(answer: PipelineResponse[Any, Any]) -> None:
    """An answer whose head breaks off passes for a whole one without a body: it is an error, so that it is asked again.

    Every answer of the service that brings what GET or HEAD asked for says in its head where its body ends.
    """
    http = answer.http_response
    asked = http.request.method in ("GET", "HEAD") and http.status_code < 300
    if asked and not _TELLS_ITS_END & {name.lower() for name in http.headers}:
        raise ServiceResponseError("the answer broke off in its head")


def _credential(account: BlobPlace, storage: StorageSettings, by_secret: Any, by_identity: Any) -> Any:
    """What proves who we are; the two classes are those of the synchronous or the asynchronous client."""
    if account.emulated:
        return BlobServiceClient.from_connection_string("UseDevelopmentStorage=true").credential.account_key
    if storage.credential == "account_key":
        return value_of(Variable.ACCOUNT_KEY)
    if storage.credential == "service_principal":
        named = (Variable.TENANT_ID, Variable.CLIENT_ID, Variable.CLIENT_SECRET)
        return by_secret(*(value_of(variable) for variable in named))
    return by_identity(client_id=os.environ.get(Variable.CLIENT_ID))


@dataclass(frozen=True)
class Upload:
    """A blob, written in blocks where its pieces are made; the driver commits the list of blocks.

    Nobody sees a block until the list that names it is committed, which is one request: readers get no blob, then all
    of it. Blocks that were staged and never committed are removed by the service (Azure: after a week). `run_id` is in
    the name of every block, so that runs never mix theirs.
    """

    place: BlobPlace
    storage: StorageSettings
    run_id: str

    def write(self, content: Content) -> int:
        """Writes the blob; returns the rows. FileExistsError when it is there already: it stays as it is."""
        head = self._stage(0, 0, content.head)
        staged = [said.rsplit(" ", 1) for said in content.pieces.each(self._sent)]
        self._commit([head, *(block for block, _ in staged)])
        return sum(int(rows) for _, rows in staged)

    def _sent(self, part: int, number: int, rows: int, data: bytes) -> str:
        """Stages a piece; its block and rows."""
        return f"{self._stage(part, number, data)} {rows}"

    def _stage(self, part: int, number: int, data: bytes) -> str:
        """Uploads one block, checked by its MD5 where it arrives; its name, of the same length for all blocks.

        The content is in the name: a task that ran twice, and did not make the same bytes, cannot replace a block.
        """
        block = f"{_digest(self.run_id.encode())}-{part:06d}-{number:06d}-{_digest(data)}"
        blob_client(self.place, self.storage).stage_block(block, data, validate_content=True)
        return block

    def _commit(self, blocks: Sequence[str]) -> None:
        try:
            blob_client(self.place, self.storage).commit_block_list(
                [BlobBlock(block_id=block) for block in blocks], match_condition=MatchConditions.IfMissing
            )
        except ResourceExistsError:
            raise FileExistsError(self.place.fsspec_path) from None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
