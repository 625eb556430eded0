"""Folders in a container, through adlfs and azure-storage-blob, and what becomes of them when requests fail."""

from __future__ import annotations

import time
from contextlib import ExitStack
from threading import Thread

import pytest

from azurite.fault_proxy import Fault
from credit_scoring.errors import StorageError, UsageError
from credit_scoring.storage.files import Folder
from credit_scoring.storage.storage_errors import of_storage
from credit_scoring.storage.store import write_probe

WHOLE = b"so long that half of an answer holds a part of it " * 100


@pytest.fixture(scope="module")
def folder(storage, new_root) -> Folder:
    return Folder(new_root(), storage)


def test_what_is_written_is_read_and_listed(folder) -> None:
    here = folder.below("listed")
    assert (here.folders(), here.files(), here.exists("a")) == ([], [], False)
    here.write(b"1", "b", "x.csv")
    here.write(b"2", "a", "y.csv")
    here.write(b"3", "z.csv")
    folder.write(b"4", "listed-too", "w.csv")
    assert (here.folders(), here.files(), here.below("a").files()) == (["a", "b"], ["z.csv"], ["y.csv"])
    assert here.read("b", "x.csv") == b"1"
    with pytest.raises(FileNotFoundError):
        here.read("b", "y.csv")
    here.remove("b")
    here.remove("b")
    assert (here.folders(), folder.exists("listed-too", "w.csv")) == (["a"], True)


@pytest.mark.parametrize("fault", Fault)
def test_a_request_that_fails_is_tried_again(folder, proxy, fault) -> None:
    name = f"{fault.name}.bin"
    requests = (rf"PUT .*{name}", rf"GET .*{name}", "GET .*comp=list")
    with ExitStack() as faults:
        met = [faults.enter_context(proxy.spoiling(fault, matching)) for matching in requests]
        folder.write(WHOLE, name)
        assert folder.read(name) == WHOLE
        assert name in folder.files()
    assert [rule.met for rule in met] == [1, 1, 1]


def test_the_service_says_how_long_to_wait(folder, proxy) -> None:
    """The first wait would be 0.1 s; Retry-After asks for 1 s."""
    before = time.monotonic()
    with proxy.spoiling(Fault.BUSY, "PUT .*busy"):
        folder.write(b"", "busy")
    assert time.monotonic() - before >= 1


def test_an_outage_that_ends_is_waited_out(folder, proxy) -> None:
    def write() -> None:
        folder.write(b"at last", "outage")

    with proxy.outage():
        writer = Thread(target=write)
        writer.start()
        time.sleep(0.3)
    writer.join()
    assert folder.read("outage") == b"at last"


@pytest.mark.parametrize("act", ["write", "read", "files"])
def test_a_lasting_outage_is_a_sentence(folder, proxy, act) -> None:
    folder.write(b"old", "kept")
    before = time.monotonic()
    with proxy.outage(), pytest.raises(Exception, match=r".") as raised:
        {"write": lambda: folder.write(b"new", "kept"), "read": lambda: folder.read("kept"), "files": folder.files}[
            act
        ]()
    assert time.monotonic() - before < 10
    told = of_storage(raised.value)
    assert isinstance(told, StorageError)
    assert "did not answer in time" in str(told)
    assert folder.read("kept") == b"old"


def test_no_answer_is_waited_for_no_longer_than_the_timeout(folder, storage, proxy, monkeypatch) -> None:
    monkeypatch.setattr(proxy, "slowness", 20)
    hasty = Folder(folder.root, storage.model_copy(update={"retries": 1, "timeout_seconds": 1}))
    before = time.monotonic()
    with proxy.spoiling(Fault.SLOW, "PUT .*never", times=9), pytest.raises(Exception, match=r"(?i)time") as raised:
        hasty.write(b"", "never")
    assert time.monotonic() - before < 8
    assert of_storage(raised.value) is not None


def test_readers_of_a_file_that_is_replaced_see_the_old_one_or_the_new_one(folder, storage, azurite) -> None:
    old, new = b"o" * 6_000_000, b"n" * 9_000_000
    folder.write(old, "report")
    direct = Folder(folder.root, storage.model_copy(update={"emulator": f"http://127.0.0.1:{azurite}"}))
    writer = Thread(target=lambda: folder.write(new, "report"))
    seen = [direct.read("report")]
    writer.start()
    while writer.is_alive():
        seen.append(direct.read("report"))
    writer.join()
    seen.append(direct.read("report"))
    assert set(seen) <= {old, new}
    assert (seen[0], seen[-1]) == (old, new)


def test_a_root_is_reached_or_it_is_said_why_not(folder, proxy) -> None:
    assert write_probe(folder) is None
    assert [name for name in folder.files() if name.startswith(".reached")] == []
    with proxy.outage():
        assert "ServiceRe" in (write_probe(folder) or "")


def test_a_missing_key_is_a_sentence_with_the_variable(storage, monkeypatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_KEY", raising=False)
    production = Folder(
        "abfss://c@lender.dfs.core.windows.net/x", storage.model_copy(update={"credential": "account_key"})
    )
    with pytest.raises(UsageError, match="AZURE_STORAGE_ACCOUNT_KEY is not set"):
        production.write(b"", "f")
