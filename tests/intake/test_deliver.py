"""Making a delivery from a folder."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from credit_scoring.errors import UsageError
from credit_scoring.intake.deliver import deliver, table_of
from credit_scoring.storage.files import Folder


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("application_test.csv.gz", "application"),
        ("APPLICATION.CSV", "application"),
        ("bureau-0001.csv", "bureau"),
        ("bureau_balance.csv", "bureau_balance"),
        ("bureau2.csv", "bureau"),
        ("POS_CASH_balance.csv", "pos_cash_balance"),
        ("outcomes_2026.csv", "outcomes"),
        ("bureaucracy.csv", None),
        ("bureau.txt", None),
        ("columns_description.csv", None),
    ],
)
def test_a_file_belongs_to_the_table_its_name_begins_with(name: str, table: str | None) -> None:
    found = table_of(name)
    assert (found.name if found else None) == table


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


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_bytes(b"x\n")
    with pytest.raises(UsageError, match=r"No file of .* is a table"):
        deliver(tmp_path, Folder(str(tmp_path / "landing")), "monday", 2_000)


def test_files_whose_names_come_out_the_same_keep_their_rows_apart(tmp_path: Path) -> None:
    """Two whose letters a name may not hold, and a part of a large file that is named as another file is."""
    source = tmp_path / "source"
    source.mkdir()
    rows = {"outcomes-ä.csv": range(1, 3), "outcomes-ö.csv": range(3, 5), "outcomes-0001.csv": range(5, 7)}
    rows["outcomes.csv"] = range(1_000, 2_000)
    for name, clients in rows.items():
        (source / name).write_text("SK_ID_CURR,TARGET\n" + "".join(f"{client},0\n" for client in clients))
    landing = Folder(str(tmp_path / "landing"))
    files = deliver(source, landing, "monday", 4_000).manifest.files
    names = [file.name for file in files]
    assert {"outcomes-_.csv", "outcomes-__2.csv", "outcomes-0001.csv", "outcomes-0001_2.csv"} <= set(names)
    assert len(names) == len(set(names)) > 4
    found = [line for name in names for line in landing.read("monday", name).decode().splitlines()[1:]]
    assert sorted(found) == sorted(f"{client},0" for clients in rows.values() for client in clients)
