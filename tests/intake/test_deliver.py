"""Making a delivery from a folder."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from credit_scoring.errors import UsageError
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.manifest import Manifest, read
from credit_scoring.storage.files import Folder


def test_a_delivery_lists_its_files_and_leaves_the_rest_out(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "outcomes.csv").write_bytes(b"SK_ID_CURR,TARGET\n1,0\n2,1\n")
    (tmp_path / "source" / "notes.txt").write_bytes(b"hello")
    done = deliver(tmp_path / "source", Folder(str(tmp_path / "landing")), "monday", 1_000_000)
    assert done.left_out == ("notes.txt",)
    manifest = json.loads((tmp_path / "landing" / "monday" / "manifest.json").read_text())
    assert manifest == {
        "delivery": "monday",
        "files": [
            {
                "name": "outcomes.csv",
                "table": "outcomes",
                "records": 2,
                "bytes": 26,
                "sha256": hashlib.sha256(b"SK_ID_CURR,TARGET\n1,0\n2,1\n").hexdigest(),
            }
        ],
    }
    assert sorted(p.name for p in (tmp_path / "landing" / "monday").iterdir()) == ["manifest.json", "outcomes.csv"]


def test_a_large_gzipped_file_is_split_at_records_and_stays_gzipped(tmp_path: Path) -> None:
    rows = b"".join(b"%d,%d\n" % (client, client % 2) for client in range(1, 1001))
    (tmp_path / "outcomes.csv.gz").write_bytes(gzip.compress(b"SK_ID_CURR,TARGET\n" + rows))
    landing = Folder(str(tmp_path / "landing"))
    done = deliver(tmp_path, landing, "monday", 2_000)
    assert [file.name for file in done.manifest.files][:2] == ["outcomes-0001.csv.gz", "outcomes-0002.csv.gz"]
    assert sum(file.records for file in done.manifest.files) == 1000
    parts = [gzip.decompress(landing.read("monday", file.name)) for file in done.manifest.files]
    assert b"".join(part.split(b"\n", 1)[1] for part in parts) == rows


def test_a_name_is_used_once(tmp_path: Path) -> None:
    (tmp_path / "outcomes.csv").write_bytes(b"SK_ID_CURR,TARGET\n")
    landing = Folder(str(tmp_path / "landing"))
    deliver(tmp_path, landing, "monday", 2_000)
    with pytest.raises(UsageError, match="There is a delivery monday"):
        deliver(tmp_path, landing, "monday", 2_000)


@pytest.mark.parametrize("name", ["../up", "a b", "", "a/b", ".hidden"])
def test_a_name_that_a_path_could_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a delivery"):
        deliver(tmp_path, Folder(str(tmp_path / "landing")), name, 2_000)


def test_files_whose_names_come_out_the_same_keep_their_rows_apart(tmp_path: Path) -> None:
    """Two whose letters a name may not hold, and a part of a large file that is named as another file is."""
    source = tmp_path / "source"
    source.mkdir()
    rows = {"outcomes-ä.csv": range(1, 3), "outcomes-ö.csv": range(3, 5), "outcomes-x-0001.csv": range(5, 7)}
    rows["outcomes-x.csv"] = range(1_000, 2_000)
    for name, clients in rows.items():
        (source / name).write_text("SK_ID_CURR,TARGET\n" + "".join(f"{client},0\n" for client in clients))
    landing = Folder(str(tmp_path / "landing"))
    files = deliver(source, landing, "monday", 4_000).manifest.files
    names = [file.name for file in files]
    assert {"outcomes-_.csv", "outcomes-__2.csv", "outcomes-x-0001.csv", "outcomes-x-0001_2.csv"} <= set(names)
    assert len(names) == len(set(names)) > 4
    found = [line for name in names for line in landing.read("monday", name).decode().splitlines()[1:]]
    assert sorted(found) == sorted(f"{client},0" for clients in rows.values() for client in clients)


APPLICATION, BUREAU = b"SK_ID_CURR\n1\n", b"SK_ID_BUREAU\n1\n"


@pytest.fixture
def office(tmp_path: Path):
    """Delivers files by name; the histories of the lender's earlier deliveries are bureau and its balances."""
    landing = Folder(str(tmp_path / "landing"))

    def run(name: str, *files: str, without: tuple[str, ...] = (), ignored: tuple[str, ...] = ()) -> Manifest:
        source = tmp_path / name
        source.mkdir()
        for file in files:
            (source / file).parent.mkdir(exist_ok=True)
            (source / file).write_bytes(APPLICATION)
        return deliver(source, landing, name, 64_000_000, ignored=ignored, without=without).manifest

    run("a", "application_train.csv", "bureau.csv", "bureau_balance.csv")
    run("b", "application_test.csv", "bureau.csv", "bureau_balance.csv", "POS_CASH_balance.csv")
    run("c", "outcomes.csv")
    run("corrected", "application_test.csv", without=("histories",))
    return run


def test_a_history_that_all_earlier_deliveries_brought_is_missed(office) -> None:
    with pytest.raises(UsageError, match=r"no bureau, bureau_balance, which all .* --without bureau,bureau_balance"):
        office("d", "application_test.csv")
    with pytest.raises(UsageError, match="brings applications and no bureau_balance, which"):
        office("e", "application_test.csv", without=("Bureau",))


@pytest.mark.parametrize("without", [("bureau", "bureau_balance"), ("histories",)])
def test_a_history_that_is_left_out_on_purpose_is_told_in_the_manifest(office, tmp_path: Path, without) -> None:
    assert set(office("d", "application_test.csv", without=without).without) >= {"bureau", "bureau_balance"}
    told = json.loads((tmp_path / "landing" / "d" / "manifest.json").read_text())
    assert told["without"][:2] == ["bureau", "bureau_balance"]
    assert read((tmp_path / "landing" / "d" / "manifest.json").read_bytes(), "d").without == tuple(told["without"])


def test_without_applications_no_history_is_missed(office) -> None:
    assert office("d", "outcomes.csv").without == ()


def test_without_names_a_history_that_is_not_there(office) -> None:
    with pytest.raises(UsageError, match="--without 'outcomes' names no history"):
        office("d", "application_test.csv", without=("outcomes",))
    with pytest.raises(UsageError, match=r"bureau\.csv is one of its files"):
        office("e", "application_test.csv", "bureau.csv", without=("bureau",))


def test_part_files_are_delivered_under_the_name_of_their_folder(office) -> None:
    files = office("d", "application_test.csv", "bureau.csv/part-0.csv", "bureau.csv/part-1.csv",
                   without=("bureau_balance",)).files  # fmt: skip
    assert [(file.name, file.table) for file in files] == [
        ("application_test.csv", "application"), ("bureau-part-0.csv", "bureau"), ("bureau-part-1.csv", "bureau"),
    ]  # fmt: skip


def test_a_delivery_is_not_delivered_again_with_the_folder_around_it(office, tmp_path: Path) -> None:
    """Who works in the project's folder has the landing root below it."""
    (tmp_path / "outcomes.csv").write_bytes(b"SK_ID_CURR,TARGET\n1,0\n")
    done = deliver(tmp_path, Folder(str(tmp_path / "landing")), "all", 64_000_000, ignored=("[a-c]*",))
    assert [file.name for file in done.manifest.files] == ["outcomes.csv"]
