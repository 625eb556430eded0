"""What a folder to be delivered holds: nothing that looks like a table is passed over, and no table is said twice."""

import gzip
import zipfile
from pathlib import Path

import pytest

from credit_scoring.errors import UsageError
from credit_scoring.intake.sources import find, table_of
from credit_scoring.schema.bureau import BUREAU

CLIENTS = b"SK_ID_CURR,TARGET\n1,0\n"
HEADER = ",".join(column.name for column in BUREAU.columns).encode() + b"\n"


def put(folder: Path, *names: str, data: bytes = CLIENTS) -> Path:
    """Files below the folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def found(folder: Path, *ignored: str) -> list[tuple[str, str]]:
    return [(each.said, each.table.name) for each in find(folder, ignored).files]


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
    of = table_of(name)
    assert (of.name if of else None) == table


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("bureau (1).csv", "rename it to bureau.csv if it is the one to deliver"),
        ("Copy of installments_payments.csv", "rename it to installments_payments.csv"),
        ("Kopie von Bureau_Balance.csv", "rename it to bureau_balance.csv"),
        ("bureau - Copy.csv", "rename it to bureau.csv"),
        ("POS CASH balance.csv", "rename it to pos_cash_balance.csv"),
        ("_bureau.csv", "rename it to bureau.csv"),
        ("hc-bureau.csv", "rename it to bureau.csv"),
        ("bureau.csv.1", "rename it to bureau.csv"),
        ("bureau.csv.bak", "rename it to bureau.csv"),
        ("bureau", "rename it to bureau.csv"),
        ("bureau.txt", "rename it to bureau.csv; where its format is another one"),
        ("bureau.TSV", "rename it to bureau.csv; where its format is another one"),
        ("bureau.csv.gz.gz", "rename it to bureau.csv"),
        ("credit_card_balance.csv.zip", "an archive: unpack it"),
        ("credit_card_balance.zip", "an archive: unpack it"),
        ("bureau.csv.xz", "pack it as .csv.gz"),
        ("bureau.csv.gpg", "decrypt it"),
        ("bureau.csv.gz.crdownload", "not done"),
        ("previous_application.xlsx", "export it as .csv"),
        ("previous_application.parquet", "export it as .csv"),
        ("sub/bureau.csv", "in a folder"),
        ("sub/deeper/bureau (1).csv", "in a folder"),
    ],
)
def test_what_looks_like_a_table_is_named_and_said_what_to_do_with(tmp_path: Path, name: str, advice: str) -> None:
    put(tmp_path, "application_test.csv", name)
    with pytest.raises(UsageError) as error:
        find(tmp_path)
    assert f"{name} (" in str(error.value)
    assert advice in str(error.value)
    assert found(tmp_path, name.split("/")[0]) == [("application_test.csv", "application")]


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "columns_description.csv", "bureau.md", "bureau.csv.sha256", ".~lock.bureau.csv#", "._bureau.csv",
     "~$bureau.xlsx", ".ipynb_checkpoints/bureau.csv", "__MACOSX/bureau.csv", "sample_submission.csv"],
)  # fmt: skip
def test_what_is_no_table_is_left_out_and_listed(tmp_path: Path, name: str) -> None:
    put(tmp_path, "application_test.csv", name)
    assert find(tmp_path).left_out == (name.split("/")[0],)


@pytest.mark.parametrize("change", [bytes, bytes.lower, gzip.compress, lambda data: data.decode().encode("utf-16"),
                                    lambda data: b"sep=;\n" + data.replace(b",", b";")])  # fmt: skip
def test_a_table_is_known_by_its_header_whatever_its_name_is(tmp_path: Path, change) -> None:
    put(tmp_path, "export.dat", data=change(HEADER))
    with pytest.raises(UsageError, match=r"export.dat \(it has the columns of bureau: rename it to bureau.csv\)"):
        find(put(tmp_path, "application_test.csv"))


def test_an_archive_is_looked_into(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("data/bureau.csv", HEADER)
    with pytest.raises(UsageError, match=r"all.zip \(an archive with data/bureau.csv: unpack it\)"):
        find(put(tmp_path, "application_test.csv"))


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "bureau.csv").symlink_to(tmp_path / "gone.csv")
    with pytest.raises(UsageError, match=r"bureau.csv \(a link that leads nowhere\)"):
        find(put(tmp_path, "application_test.csv"))


def test_ten_are_named_and_the_others_counted(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"bureau \(19\).csv \([^)]*\) and 2 more"):
        find(put(tmp_path, *(f"bureau ({number}).csv" for number in range(10, 22))))


def test_part_files_in_a_folder_are_the_table(tmp_path: Path) -> None:
    """As Spark, Databricks and Dask write them."""
    put(tmp_path, "bureau.csv/part-00000-0a1b-c000.csv", "bureau.csv/part-00001-0a1b-c000.csv")
    put(tmp_path, "installments_payments/part-00000.csv.gz", "Previous_Application/0.part.csv")
    put(tmp_path, "bureau.csv/_SUCCESS", "bureau.csv/.part-00000-0a1b-c000.csv.crc", "bureau.csv/_committed_12")
    assert found(tmp_path) == [
        ("Previous_Application/0.part.csv", "previous_application"),
        ("bureau.csv/part-00000-0a1b-c000.csv", "bureau"),
        ("bureau.csv/part-00001-0a1b-c000.csv", "bureau"),
        ("installments_payments/part-00000.csv.gz", "installments_payments"),
    ]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("bureau/part-00000.snappy.parquet", "not CSV"),
        ("bureau/part-00000", "rename it to bureau.csv"),
        ("bureau/year=2026/part-00000.csv", "without partitions"),
        ("bureau/_SUCCESS", "a folder of bureau without part files"),
    ],
)
def test_what_a_tables_folder_holds_otherwise_is_named(tmp_path: Path, name: str, advice: str) -> None:
    put(tmp_path, "application_test.csv", name)
    with pytest.raises(UsageError, match=advice):
        find(tmp_path)


def test_part_files_that_are_still_being_written_are_not_delivered(tmp_path: Path) -> None:
    put(tmp_path, "bureau.csv/part-00000.csv", "bureau.csv/_temporary/0/part-00001.csv")
    with pytest.raises(UsageError, match="still writing"):
        find(tmp_path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bureau.csv", "bureau.csv.gz"),
        ("bureau.csv", "BUREAU.csv"),
        ("bureau.csv", "bureau_old.csv"),
        ("bureau.csv", "bureau-backup-2026.csv"),
        ("bureau_v1.csv", "bureau_v2.csv"),
        ("bureau.csv", "bureau_corrected.csv"),
        ("bureau.csv", "bureau_before_the_move.csv"),
        ("bureau.csv", "bureau/part-00000.csv"),
        ("bureau/part-00000.csv", "bureau.csv/part-00000.csv"),
        ("application_test.csv", "application_test_old.csv"),
        ("application_test.csv", "application_test-2_old.csv"),
        ("application_test.csv", "application_test_20261130_bak.csv"),
        ("outcomes_final.csv", "outcomes.csv"),
    ],
)
def test_a_table_that_two_files_say_is_an_error_that_names_both(tmp_path: Path, one: str, other: str) -> None:
    put(tmp_path, one, other)
    with pytest.raises(UsageError) as error:
        find(tmp_path)
    assert {one, other} <= set(str(error.value).replace(" and", "").split())
    assert found(tmp_path, other.split("/")[0])[0][0] == one


@pytest.mark.parametrize(
    "names",
    [
        ("application_train.csv", "application_test.csv"),
        ("application.csv", "application_train.csv"),
        ("bureau-0001.csv", "bureau-0002.csv"),
        ("bureau_0001.csv", "bureau_0002.csv.gz"),
        ("bureau.csv", "bureau2.csv"),
        ("bureau_part1.csv", "bureau_part2.csv", "bureau_part10.csv"),
        ("bureau_north.csv", "bureau_south.csv"),
        ("bureau_2026-11-30.csv", "bureau_2026-12-01.csv"),
        ("bureau_old.csv", "bureau_balance.csv"),
    ],
)
def test_parts_and_sets_of_clients_are_told_apart(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert {said for said, _ in found(put(tmp_path, *names))} == set(names)


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_bytes(b"x\n")
    with pytest.raises(UsageError, match=r"No file of .* is a table"):
        find(tmp_path)
