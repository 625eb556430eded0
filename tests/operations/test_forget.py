"""Erasure and upkeep of a store: nothing of the client is left, nothing that somebody needs has gone."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from credit_scoring.file_format import Format, LenderFormat
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.operations.files_with_client import files_with_client, number_pattern
from credit_scoring.operations.forget import forget
from credit_scoring.operations.maintain import maintain
from credit_scoring.printing.operations import forgotten, maintained
from credit_scoring.publishing.latest import SCORES
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.scoring.rows import SCORE_HISTORY
from credit_scoring.settings import RetentionSettings
from credit_scoring.storage.files import Folder
from operations.conftest import frame, naming, rows


def test_a_number_is_found_as_files_write_it_and_not_inside_another() -> None:
    found = re.compile(number_pattern([12, 345]))
    assert all(found.search(text) for text in ("12", "x,012,y", '"12.0"', "12.", "345\n", " 12 "))
    assert not any(found.search(text) for text in ("112", "123", "1.12", "12.5", "3450", "34"))


def test_nothing_of_a_forgotten_client_is_left(lender, context_of) -> None:
    source = lender.source("look", range(6))
    credits = pl.read_csv(source / "bureau.csv", columns=["SK_ID_CURR", "SK_ID_BUREAU"])
    balances = pl.read_csv(source / "bureau_balance.csv", columns=["SK_ID_BUREAU"])
    # Neither the smallest nor the largest number: Delta's log keeps those of every file.
    gone, other, *_ = credits.join(balances, "SK_ID_BUREAU", "semi")["SK_ID_CURR"].unique().sort()[1:].to_list()

    def spoilt(frame: pl.DataFrame) -> pl.DataFrame:
        """`other` lacks its income; a row has lost its client, and says elsewhere that it was `gone`."""
        of = pl.col("SK_ID_CURR")
        lost = frame.filter(of == str(gone)).with_columns(SK_ID_CURR=pl.lit(None, pl.String), NAME_TYPE_SUITE=of)
        missing = pl.when(of != str(other)).then("AMT_INCOME_TOTAL").alias("AMT_INCOME_TOTAL")
        return pl.concat([frame.with_columns(missing), lost])

    lender.deliver("monday", range(6), application_test=spoilt)
    lender.deliver("tuesday", range(6), only="bureau_balance")
    lender.intake()
    engine, context = lender.engine, context_of(lender)
    for table in (SCORE_HISTORY, SCORES):
        engine.create(table)
        given = pl.DataFrame({"client_id": [gone, other], "seq": 1, "model_version": 1})
        nothing = pl.DataFrame(schema=polars_schema(table.types()))
        given = pl.concat([nothing, given.cast({"model_version": pl.Int32, "seq": pl.Int64})], how="diagonal")
        engine.append(table.name, given.select(table.names), app_id="given")
    write_deltalake(f"{engine.root}/staging_left", pa.table({"row": [1]}))
    Folder(engine.root).write(b"rows", "staging_half_removed", "part-0.parquet")
    Folder(engine.root).write(b"rows", "bureau", "part-of-a-killed-append.parquet")
    (lender.home / "published" / "monday").mkdir(parents=True)
    (lender.home / "published" / "monday" / "scores.csv").write_text(f"client_id,score\n{other},5\n{gone},6\n")
    before = {name: frame(engine, name).height for name in engine.names()}

    done = forget(context, gone)
    after = {name: frame(engine, name).height for name in engine.names()}
    assert "staging_left" not in after
    assert not list(Path(engine.root).glob("staging_*"))
    assert {n for n, count in done.rows.items() if count} == {n for n in done.rows if before[n] != after[n]}
    assert all(before[name] - after[name] == count for name, count in done.rows.items())
    assert {"application", "bureau_balance", "quarantine", "client_deliveries", "score_history", "scores"} <= {
        name for name, count in done.rows.items() if count
    }
    lines = {Path(each.path).relative_to(lender.home).as_posix(): each.lines for each in done.files}
    assert lines["published/monday/scores.csv"] == 1
    assert lines["landing/monday/application_test.csv"] == 2
    assert "landing/tuesday/bureau_balance.csv" in lines
    token = re.compile(number_pattern([gone]))
    assert naming(Path(engine.root), gone) == []
    (event,) = [event for event in lender.ledger.events() if event.event == "erased"]
    assert not token.search(str(event))
    assert not token.search(forgotten(done).split("These files")[0])
    assert done.erasure in event.message

    # Upkeep: the cells of old quarantined rows go, the rows stay; every table is one file.
    write_deltalake(f"{engine.root}/staging_left", pa.table({"row": [1]}))
    lender.now += timedelta(days=4)
    upkept = maintain(context_of(lender, retention=RetentionSettings(quarantine_days=3)))
    assert (upkept.expired, upkept.dropped) == ({QUARANTINE: 1}, ("staging_left",))
    (row,) = rows(engine, QUARANTINE)
    assert (row["client_id"], row["cells"]) == (other, None)
    assert {each.files for each in upkept.compacted} <= {0, 1}
    assert {name: frame(engine, name).height for name in engine.names() if name != "deliveries"} == {
        name: count for name, count in after.items() if name != "deliveries"
    }
    assert "1 of quarantine" in maintained(upkept)


DECLARED = LenderFormat(
    thousands=",",
    nothing=("NULL",),
    tables={"bureau": Format(encoding="cp037"), "previous_application": Format(encoding="utf-16-le")},
)


def archived(*files: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(files):
            archive.writestr(f"folder/{number}.csv", data)
    return sink.getvalue()


TEXT = "SK_ID_CURR,X\r\n100001,1\r\n100002,2\r\n100003,3\r\n1100002,4\r\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", TEXT.encode()),
        ("a.csv.gz", gzip.compress(TEXT.encode()) + bytes(512)),
        ("a.csv", gzip.compress(gzip.compress(TEXT.encode()))),
        ("a.csv", gzip.compress(archived(TEXT.encode("utf-16")))),
        ("a.csv", archived(gzip.compress(TEXT.encode()))),
        ("a.csv.zip", archived(b"another", TEXT.encode())),
        ("a.csv", TEXT.encode("utf-16")),
        ("a.csv", TEXT.encode("utf-16-be")),
        ("a.csv.gz", gzip.compress(TEXT.encode("utf-32-le"))),
        ("a.csv", TEXT.replace("\n", "").encode()),
        ("a.csv", TEXT.replace("\n100002,", '\n"100,002",').encode()),
        ("previous_application.csv", ("SK_ID_CURR\n100002\n" + "\u4e00" * 9_000).encode("utf-16-le")),
        ("bureau.csv", TEXT.encode("cp037")),
        ("bureau-scores.csv", TEXT.encode()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # what is compressed says when
)
def test_files_are_read_as_intake_reads_them_and_searched(name: str, data: bytes, tmp_path: Path) -> None:
    """However often packed, in whatever encoding, and with the marks that the lender declares."""
    landing = Folder(str(tmp_path))
    landing.write(data, "monday", name)
    landing.write(TEXT.replace("100002", "100004").encode(), "monday", "other.csv")
    (found,) = files_with_client([landing], 100002, [], DECLARED)
    assert (Path(found.path).name, found.lines) == (name, 1)


def test_a_manifest_says_how_its_files_are_written(tmp_path: Path) -> None:
    landing = Folder(str(tmp_path))
    told = {"name": "a.csv", "table": "bureau", "records": 1, "bytes": 1, "sha256": "0" * 64}
    manifest = {"delivery": "monday", "files": [{**told, "format": {"encoding": "cp037"}}]}
    landing.write(TEXT.encode("cp037"), "monday", "a.csv")
    assert files_with_client([landing], 100002, []) == ()
    landing.write(json.dumps(manifest).encode(), "monday", "manifest.json")
    assert [each.lines for each in files_with_client([landing], 100002, [])] == [1]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(TEXT.encode())[:-9], archived(TEXT.encode())[:-30], gzip.compress(TEXT.encode()) + b"rest" * 9],
    ids=["cut", "cut archive", "with a rest"],
)
def test_a_file_that_does_not_unpack_is_named_because_nobody_knows(data: bytes, tmp_path: Path) -> None:
    landing = Folder(str(tmp_path))
    landing.write(data, "monday", "a.csv")
    assert [each.lines for each in files_with_client([landing], 100009, [])] == [None]
