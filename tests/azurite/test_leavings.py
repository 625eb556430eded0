"""What tools leave in a container beside the files that they were asked to write is harmless.

Marks of folders, snapshots, append and page blobs, stray blobs; and a blob that the service keeps back costs its own
delivery, no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient, BlobType, StandardBlobTier

from credit_scoring.commands import deliveries
from credit_scoring.errors import DeliveryIncomplete
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.inspection import Limits
from credit_scoring.intake.manifest import NAME, sha256
from credit_scoring.intake.waiting import manifest_of
from credit_scoring.ledger.events import Delivered
from credit_scoring.settings import Settings
from credit_scoring.storage.blob import blob_client
from credit_scoring.storage.files import Folder
from credit_scoring.storage.roots import blob_place

TEXT = b"SK_ID_CURR,TARGET\n1,0\n"


@pytest.fixture
def landing(storage, new_root) -> Folder:
    return Folder(new_root(), storage).below("landing")


def blob(folder: Folder, *names: str) -> BlobClient:
    place = blob_place(folder.path(*names))
    assert place is not None
    return blob_client(place, folder.storage)


def marked_by_a_slash(landing: Folder) -> None:
    """As storage explorers and s3-like tools do."""
    place = blob_place(landing.root)
    assert place is not None
    for name in ("", "z3/", "empty/"):
        blob_client(replace(place, path=f"{place.path}/{name}"), landing.storage).upload_blob(b"")


def marked_by_metadata(landing: Folder) -> None:
    """As Hadoop and Azure's own tools do."""
    blob(landing, "z3").upload_blob(b"", metadata={"hdi_isfolder": "true"}, overwrite=True)
    blob(landing, "empty").upload_blob(b"", metadata={"Hdi_isfolder": "true"}, overwrite=True)


def with_snapshots(landing: Folder) -> None:
    for name in ("outcomes.csv", NAME):
        blob(landing, "z3", name).create_snapshot()


def with_stray_blobs(landing: Folder) -> None:
    landing.write(b"x", "README.txt")
    landing.write(b"", "z3", "_SUCCESS")
    landing.write(b"x", "z3", ".outcomes.csv.crc")
    landing.write(b"x", "z3x", "outcomes.csv")
    landing.write(b"x", "z3", "sub", "bureau.csv")


def as_append_blobs(landing: Folder) -> None:
    """As tools write that stream, and log shippers."""
    for name in ("outcomes.csv", NAME):
        data = landing.read("z3", name)
        landing.remove("z3", name)
        blob(landing, "z3", name).upload_blob(data, blob_type=BlobType.APPENDBLOB)


LEAVINGS = [marked_by_a_slash, marked_by_metadata, with_snapshots, with_stray_blobs, as_append_blobs]


@pytest.fixture
def delivered(landing: Folder, tmp_path) -> Delivered:
    (tmp_path / "outcomes.csv").write_bytes(TEXT)
    deliver(tmp_path, landing, "z3", 1_000_000)
    return Delivered("z3", 1, sha256(landing.read("z3", NAME)))


@pytest.mark.parametrize("leave", [*LEAVINGS, None], ids=lambda leave: leave.__name__ if leave else "all")
def test_a_delivery_is_the_same_whatever_lies_beside_it(
    landing: Folder, delivered: Delivered, leave: Callable[[Folder], None] | None
) -> None:
    for each in [leave] if leave else LEAVINGS:
        each(landing)
    assert "z3" in landing.folders()
    assert landing.exists("z3", NAME)
    assert [name for name in landing.folders() if landing.exists(name, NAME)] == ["z3"]
    assert landing.below("z3").sizes()["outcomes.csv"] == len(TEXT)
    assert [file.name for file in manifest_of(landing, delivered, {}, Limits(10_000, 20)).files] == ["outcomes.csv"]
    assert landing.read("z3", "outcomes.csv") == TEXT
    with landing.reading("z3", "outcomes.csv") as source:
        assert source.read() == TEXT
    assert "" not in [*landing.folders(), *landing.files(), *landing.below("z3").files()]


def test_marks_are_no_files_and_go_with_their_folder(landing: Folder, delivered: Delivered) -> None:
    for each in LEAVINGS:
        each(landing)
    assert landing.files() == ["README.txt"]
    assert {"empty", "z3", "z3x"} == set(landing.folders())
    assert (landing.below("empty").files(), landing.below("empty").folders()) == ([], [])
    landing.remove("z3")
    assert not landing.exists("z3")
    assert landing.exists("z3x", "outcomes.csv")
    landing.below("empty").clear_unless(lambda name: name == "kept")
    assert not landing.exists("empty")


def test_a_blob_that_is_kept_back_is_an_error_of_its_own(landing: Folder, delivered: Delivered) -> None:
    """Archived: it is listed, and not given out before somebody has it rehydrated."""
    blob(landing, "z3", "outcomes.csv").set_standard_blob_tier(StandardBlobTier.ARCHIVE)
    with pytest.raises(OSError, match="BlobArchived") as kept:
        landing.read("z3", "outcomes.csv")
    assert not isinstance(kept.value, HttpResponseError | FileNotFoundError | DeliveryIncomplete)


def test_a_file_that_cannot_be_read_costs_its_own_delivery(
    landing: Folder, delivered: Delivered, tmp_path, storage
) -> None:
    """Three deliveries wait: one among all that tools leave, and of two a blob is archived."""
    for each in LEAVINGS:
        each(landing)
    for name, archived in (("file", "outcomes.csv"), ("manifest", NAME)):
        deliver(tmp_path, landing, name, 1_000_000)
        blob(landing, name, archived).set_standard_blob_tier(StandardBlobTier.ARCHIVE)
    root = landing.root.removesuffix("/landing")
    roots = {name: f"{root}/{name}" for name in ("landing", "tables", "published", "reports")}
    settings = Settings(home=tmp_path / "home", **roots, storage=storage, engine="local")
    taken = deliveries.intake(settings)
    assert [accepted.delivery.name for accepted in taken.accepted] == ["z3"]
    refused = dict(taken.refused)
    assert set(refused) == {"file", "manifest"}
    assert all("BlobArchived" in why and why.endswith("[file-unread]") for why in refused.values())
    for name, archived in (("file", "outcomes.csv"), ("manifest", NAME)):
        blob(landing, name, archived).set_standard_blob_tier(StandardBlobTier.HOT)
    again = deliveries.intake(settings)
    assert ([accepted.delivery.name for accepted in again.accepted], again.refused) == (["file", "manifest"], ())
