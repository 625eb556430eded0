"""The CSV in a container: pieces are staged where they are made, one request shows all; readers see none or all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from threading import Thread

import polars as pl
import pytest

from azurite.fault_proxy import Fault
from credit_scoring.engines.local.rows import LocalPieces
from credit_scoring.engines.spark.rows import SparkPieces
from credit_scoring.errors import Fault as OurFault
from credit_scoring.publishing import atomic_write
from credit_scoring.storage.files import Content, Folder
from credit_scoring.storage.storage_errors import of_storage

HEAD = b"line\n"
LINES, LENGTH = 4_000, 5_000
WHOLE = HEAD + b"".join(b"%0*d\n" % (LENGTH - 1, i) for i in range(LINES))
"""20 MB: some blocks, and the head."""


Contents = Callable[[bytes], Content]
"""A digit -> the file in which it stands in place of each 0."""


@pytest.fixture(scope="module", params=["local", "spark"])
def contents(request: pytest.FixtureRequest) -> Contents:
    """The file in pieces that this process makes, or tasks of Spark's."""
    length, head = LENGTH, HEAD

    def content(zero: bytes) -> Content:
        def lines(
            rows: pl.DataFrame,
        ) -> bytes:  # in here: by value to Spark's workers, which do not know this module
            return b"".join(b"%0*d\n" % (length - 1, i) for i in rows["id"]).replace(b"0", zero)

        if request.param == "local":
            return Content(head, LocalPieces(lambda: pl.DataFrame({"id": range(LINES)}), lines, piece=1_000))
        spark = request.getfixturevalue("spark_on_azurite")
        return Content(head, SparkPieces(spark.range(0, LINES, 1, 2), lines))

    return content


@pytest.fixture
def parts(contents: Contents) -> Content:
    return contents(b"0")


@pytest.fixture
def folder(new_root, storage) -> Folder:
    made = Folder(new_root() + "/published/may", storage)
    assert made.files() == []
    return made


def test_what_tasks_staged_becomes_one_file_in_order(parts, folder, proxy) -> None:
    before = len(proxy.requests)
    assert atomic_write.place(parts, folder, "scores.csv", "run-1") == LINES
    asked = [request for request in proxy.requests[before:] if "comp=block" in request]
    assert [request.split("comp=")[1].split("&")[0] for request in asked] == ["block"] * (len(asked) - 1) + [
        "blocklist"
    ]
    assert len(asked) > 3
    assert hashlib.sha256(folder.read("scores.csv")).digest() == hashlib.sha256(WHOLE).digest()
    assert atomic_write.sha256(folder, "scores.csv") == parts.digest()[1] == hashlib.sha256(WHOLE).hexdigest()
    with pytest.raises(FileExistsError):
        atomic_write.place(parts, folder, "scores.csv", "run-2")


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.ANSWER_LOST, Fault.ERROR])
def test_blocks_whose_upload_fails_are_uploaded_again(parts, folder, proxy, fault) -> None:
    with proxy.spoiling(fault, "PUT .*comp=block&", times=2):
        atomic_write.place(parts, folder, "scores.csv", "run-1")
    assert folder.read("scores.csv") == WHOLE


def test_a_commit_whose_answer_got_lost_is_told_from_anothers_by_its_content(parts, folder, proxy) -> None:
    """Asked again, the service says that the file is there: `scores_csv.write` then compares what it would write."""
    with proxy.spoiling(Fault.ANSWER_LOST, "PUT .*comp=blocklist"), pytest.raises(FileExistsError):
        atomic_write.place(parts, folder, "scores.csv", "run-1")
    assert atomic_write.sha256(folder, "scores.csv") == parts.digest()[1]


@pytest.mark.parametrize("request_", ["PUT .*comp=block&", "PUT .*comp=blocklist"])
def test_an_outage_leaves_nothing_visible_and_the_next_run_publishes(parts, folder, proxy, request_) -> None:
    with proxy.spoiling(Fault.DROPPED, request_, times=99), pytest.raises(Exception, match=r".") as raised:
        atomic_write.place(parts, folder, "scores.csv", "run-1")
    assert of_storage(raised.value) is not None
    assert not folder.exists("scores.csv")
    atomic_write.place(parts, folder, "scores.csv", "run-2")
    assert folder.read("scores.csv") == WHOLE


def test_readers_see_none_of_it_or_all_of_it(contents, parts, folder, storage, azurite) -> None:
    """Published, moved away, published again, while somebody reads as fast as he can."""
    direct = Folder(folder.root, storage.model_copy(update={"emulator": f"http://127.0.0.1:{azurite}"}))
    seen: set[bytes] = set()
    ended: list[bool] = []

    def read() -> None:
        while not ended:
            try:
                seen.add(hashlib.sha256(direct.read("scores.csv")).digest())
            except FileNotFoundError:
                seen.add(b"none")

    reader = Thread(target=read)
    reader.start()
    atomic_write.place(parts, folder, "scores.csv", "run-1")
    other = contents(b"1")
    folder.remove("scores.csv")
    atomic_write.place(other, folder, "scores.csv", "run-2")
    direct.read("scores.csv")
    ended.append(True)
    reader.join()
    second = HEAD + WHOLE[len(HEAD) :].replace(b"0", b"1")
    assert b"none" in seen
    whole = {hashlib.sha256(each).digest() for each in (WHOLE, second)}
    assert set() < seen - {b"none"} <= whole
    assert folder.read("scores.csv") == second


def test_two_runs_that_publish_the_same_file_leave_one(parts, folder) -> None:
    def publish(run: str) -> None:
        try:
            atomic_write.place(parts, folder, "scores.csv", run)
            outcome.append(run)
        except FileExistsError:
            outcome.append("there already")

    outcome: list[str] = []
    runs = [Thread(target=publish, args=(run,)) for run in ("run-1", "run-2")]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(outcome)[-1] == "there already"
    assert folder.read("scores.csv") == WHOLE


def test_our_fault_is_not_the_storages() -> None:
    assert of_storage(OurFault("x")) is None
