"""Bad input, kind by kind, each with what has to become of it; in memory, and all together as one intake by Spark.

Every case is a delivery of one file: four credits at other lenders, of four clients, spoilt in one way before the
manifest is written (`file`) or afterwards (`folder`). Whatever it is, read = accepted + duplicates + quarantined.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from credit_scoring.errors import CreditScoringError, ErrorKind, deliveries
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.ledger import Ledger
from credit_scoring.intake.manifest import NAME, sha256
from credit_scoring.intake.run import intake
from credit_scoring.schema.tables import table
from credit_scoring.settings import IntakeSettings
from credit_scoring.storage.files import Folder
from credit_scoring.storage.tables import Tables

HEADER = [column.name for column in table("bureau").columns]
ROW = {"CREDIT_ACTIVE": "Active", "CREDIT_CURRENCY": "currency 1", "DAYS_CREDIT": "-100", "CREDIT_DAY_OVERDUE": "0",
       "AMT_CREDIT_SUM": "31415.9265", "CREDIT_TYPE": "Car loan"}  # fmt: skip
RECORDS = 4
CANARIES = ("31415", "CANARY")
"""What stands in clients' cells, and may be found in tables only."""

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Case:
    """One kind of dirt. `refused`: the delivery is, with this sentence. Else, by record: the rules of quarantined
    rows, and the columns made missing of accepted ones. `nobodys`: quarantined records whose client nobody can tell."""

    kind: str
    rows: Callable[[Rows], object] = lambda rows: None
    file: Callable[[bytes], bytes] = lambda data: data
    folder: Callable[[Path], object] = lambda path: None
    name: str = "bureau.csv"
    refused: ErrorKind[CreditScoringError] | None = None
    quarantined: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    nobodys: tuple[int, ...] = ()
    missing: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    duplicates: int = 0
    records: int = RECORDS
    unknown: tuple[str, ...] = ()

    def data(self, number: int) -> bytes:
        """The file's bytes; `number` keeps the clients and credits of the cases apart."""
        first = 1000 * number
        ids = [{"SK_ID_CURR": f"{first + i}", "SK_ID_BUREAU": f"{9_000_000 + first + i}"} for i in range(1, 5)]
        rows = [{**dict.fromkeys(HEADER, ""), **ROW, **each} for each in ids]
        self.rows(rows)
        lines = [",".join(HEADER), *(",".join(row.values()) for row in rows)]
        return self.file(("\n".join(lines) + "\n").encode())


def cell(kind: str, column: str, text: str, **expected: object) -> Case:
    """A case that sets a cell of the second record."""
    return Case(kind, rows=lambda rows: rows[1].__setitem__(column, text), **expected)


def optional(kind: str, text: str, column: str = "AMT_CREDIT_SUM") -> Case:
    return cell(kind, column, text, missing={2: (column,)})


def required(kind: str, text: str, rule: str = "not_legitimate", column: str = "DAYS_CREDIT") -> Case:
    return cell(kind, column, text, quarantined={2: (rule,)})


def identity(kind: str, text: str, rule: str = "not_legitimate") -> Case:
    return cell(kind, "SK_ID_CURR", text, quarantined={2: (rule,)}, nobodys=(2,))


def bytewise(kind: str, change: Callable[[bytes], bytes], **expected: object) -> Case:
    return Case(kind, file=change, **expected)


def line(number: int, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """A change of one line; the header is line 0."""

    def run(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        lines[number] = change(lines[number])
        return b"".join(lines)

    return run


def manifest(kind: str, change: Callable[[dict], object], refused: ErrorKind[CreditScoringError]) -> Case:
    """A case whose manifest is edited: the first file's entry, or the whole by the key `files`."""

    def run(folder: Path) -> None:
        told = json.loads((folder / NAME).read_bytes())
        changed = change(told)
        (folder / NAME).write_text(json.dumps(told if changed is None else changed))

    return Case(kind, folder=run, refused=refused)


def entry(kind: str, refused: ErrorKind[CreditScoringError], **lies: object) -> Case:
    return manifest(kind, lambda told: told["files"][0].update(lies), refused)


def again(row: int, **changed: str) -> Callable[[Rows], object]:
    return lambda rows: rows.append({**rows[row], **changed})


def swap(data: bytes) -> bytes:
    """The columns in another order."""
    return b"".join(b",".join(reversed(line.split(b","))) + b"\n" for line in data.splitlines())


def with_column(name: bytes, value: bytes) -> Callable[[bytes], bytes]:
    def run(data: bytes) -> bytes:
        head, *lines = data.splitlines()
        return b"".join(line + b"\n" for line in (head + b"," + name, *(line + b"," + value for line in lines)))

    return run


ESCAPES = "\x1b[31mCANARY"
CASES = (
    # Text and packing
    bytewise("BOM", lambda d: b"\xef\xbb\xbf" + d),
    bytewise("CRLF", lambda d: d.replace(b"\n", b"\r\n")),
    bytewise("no newline at the end", lambda d: d[:-1]),
    bytewise("blank lines between the records", lambda d: d.replace(b"\n", b"\n\n")),
    Case("gzip", file=gzip.compress, name="bureau.csv.gz"),
    Case("gzip in two members", file=lambda d: gzip.compress(d[:99]) + gzip.compress(d[99:]), name="bureau.csv.gz"),
    bytewise("UTF-16", lambda d: d.decode().encode("utf-16"), refused=deliveries.WIDE_TEXT),
    bytewise("UTF-32", lambda d: d.decode().encode("utf-32"), refused=deliveries.WIDE_TEXT),
    bytewise("Latin-1", lambda d: d.replace(b"Active", b"Activ\xe9", 1), refused=deliveries.NOT_UTF8),
    bytewise("half a surrogate", lambda d: d.replace(b"Active", b"\xed\xa0\x80", 1), refused=deliveries.NOT_UTF8),
    bytewise("an overlong slash", lambda d: d.replace(b"Active", b"\xc0\xaf", 1), refused=deliveries.NOT_UTF8),
    bytewise("a zip archive", lambda d: b"PK\x03\x04\x14\x00" + bytes(30), refused=deliveries.COLUMNS_MISSING),
    Case("gzip cut short", folder=lambda p: _replaced(p, lambda d: d[:-12]), file=gzip.compress, name="bureau.csv.gz",
         refused=deliveries.GZIP_CUT),
    Case("gzip damaged", folder=lambda p: _replaced(p, lambda d: d[:20] + b"\xff" * 40 + d[60:]), file=gzip.compress,
         name="bureau.csv.gz", refused=deliveries.GZIP_DAMAGED),
    Case("inflates a thousandfold", folder=lambda p: _replaced(p, lambda d: gzip.compress(bytes(900_000))),
         refused=deliveries.INFLATES_TOO_FAR),
    Case("larger than the limit", folder=lambda p: _replaced(p, lambda d: d + bytes(1_000_000)),
         refused=deliveries.FILE_TOO_LARGE),
    # Shape
    bytewise("an empty file", lambda d: b"", refused=deliveries.NO_HEADER),
    bytewise("a lone newline", lambda d: b"\n", refused=deliveries.NO_HEADER),
    Case("no record", rows=lambda rows: rows.clear(), records=0),
    bytewise("no header", lambda d: d.split(b"\n", 1)[1], refused=deliveries.COLUMNS_MISSING),
    bytewise("columns in another order", swap),
    bytewise("a column gone", lambda d: d.replace(b"AMT_ANNUITY", b""), refused=deliveries.COLUMNS_MISSING),
    bytewise("a column renamed", lambda d: d.replace(b"AMT_ANNUITY", b"annuity"), refused=deliveries.COLUMNS_MISSING),
    bytewise("a column twice", with_column(b"AMT_ANNUITY", b"1"), refused=deliveries.COLUMN_TWICE),
    bytewise("a new column", with_column(b"NEW_COLUMN", b"7"), unknown=("NEW_COLUMN",)),
    bytewise("a new column, empty", with_column(b"NEW_COLUMN", b""), unknown=("NEW_COLUMN",)),
    bytewise("a comment over two lines", with_column(b"NOTE", b'"a\nb"'), unknown=("NOTE",)),
    bytewise("header in lower case", lambda d: d.lower(), refused=deliveries.COLUMNS_MISSING),
    bytewise("a blank in the header", lambda d: d.replace(b",SK_ID", b", SK_ID"), refused=deliveries.COLUMNS_MISSING),
    bytewise("a null byte in the header", lambda d: b"\x00" + d, refused=deliveries.COLUMNS_MISSING),
    bytewise("a line's end in the header", lambda d: d.replace(b"AMT_ANNUITY", b'"AMT_\nANNUITY"'),
             refused=deliveries.COLUMNS_MISSING),
    bytewise("a line's end in the name of a new column", with_column(b'"NE\nW"', b"1"), refused=deliveries.NOT_CSV),
    bytewise("semicolons", lambda d: d.replace(b",", b";"), refused=deliveries.COLUMNS_MISSING),
    bytewise("tabs", lambda d: d.replace(b",", b"\t"), refused=deliveries.COLUMNS_MISSING),
    bytewise("carriage returns for lines", lambda d: d.replace(b"\n", b"\r"), refused=deliveries.NOT_CSV),
    bytewise("JSON", lambda d: b'[{"SK_ID_CURR": 1}]', refused=deliveries.COLUMNS_MISSING),
    bytewise("an error page", lambda d: b"<html><body>503</body></html>\n", refused=deliveries.COLUMNS_MISSING),
    bytewise("a quote never closed", line(2, lambda r: b'"' + r), refused=deliveries.QUOTE_OPEN),
    bytewise("a carriage return in a cell", line(2, lambda r: r.replace(b"-100", b"-1\r0")),
             refused=deliveries.RECORDS_DIFFER),
    # Records
    bytewise("a cell too few", line(2, lambda r: r[: r.rindex(b",")] + b"\n"), quarantined={2: ("cell_count",)},
             nobodys=(2,)),
    bytewise("a cell too many", line(2, lambda r: r[:-1] + b",7\n"), quarantined={2: ("cell_count",)}, nobodys=(2,)),
    bytewise("the first cell gone", line(2, lambda r: r.split(b",", 1)[1]), quarantined={2: ("cell_count",)},
             nobodys=(2,)),
    bytewise("two records in one line", line(2, lambda r: r[:-1]), quarantined={2: ("cell_count",)}, nobodys=(2,),
             records=3),
    bytewise("a total at the end", lambda d: d + b"TOTAL,4\n", quarantined={5: ("cell_count",)}, nobodys=(5,),
             records=5),
    bytewise("a comment line", lambda d: d + b"# end of file\n", quarantined={5: ("cell_count",)}, nobodys=(5,),
             records=5),
    bytewise("the header again", lambda d: d + d.split(b"\n", 1)[0] + b"\n", records=5, nobodys=(5,),
             quarantined={5: ("not_legitimate",)}),
    bytewise("a record of commas", lambda d: d + b"," * 16 + b"\n", quarantined={5: ("missing",)}, nobodys=(5,),
             records=5),
    bytewise("a line's end in a cell", line(2, lambda r: r.replace(b"Active", b'"Act\nive"')),
             quarantined={2: ("line_end",)}, nobodys=(2,)),
    bytewise("two quotes that swallow a record", lambda d: _swallow(d), quarantined={2: ("line_end",)}, nobodys=(2,),
             records=3),
    bytewise("a cell of a megabyte less", line(2, lambda r: r.replace(b"Active", b"x" * 900_000)),
             missing={2: ("CREDIT_ACTIVE",)}),
    bytewise("a very long record of one cell", lambda d: d + b"y" * 500_000 + b"\n", quarantined={5: ("cell_count",)},
             nobodys=(5,), records=5),
    bytewise("quotes around every cell", line(2, lambda r: b'"' + r[:-1].replace(b",", b'","') + b'"\n')),
    Case("the same record again", rows=again(1), duplicates=1, records=5),
    Case("the same key, other content", rows=again(1, DAYS_CREDIT="-99"), records=5,
         quarantined={2: ("conflicting_key",), 5: ("conflicting_key",)}),
    Case("the same key, another client", rows=again(1, SK_ID_CURR="7"), records=5,
         quarantined={2: ("conflicting_key",), 5: ("conflicting_key",)}),
    # Numbers
    optional("text in an optional number", "n/a"),
    optional("1e400", "1e400"),
    optional("NaN", "NaN"),
    optional("inf", "-inf"),
    optional("hexadecimal", "0x1p3"),
    optional("a padded number", " 1000"),
    optional("underscores", "1_000"),
    optional("a decimal comma", '"1,5"'),
    optional("Arabic digits", "١٢"),
    optional("a currency sign", "€5"),
    optional("a formula", "=1+1"),
    optional("a formula that calls out", "=cmd|' /C calc'!A0"),
    optional("a null byte in a cell", "1\x00"),
    optional("terminal escapes", ESCAPES),
    optional("an amount below 0", "-1"),
    optional("an amount beyond all", "1e300"),
    optional("a fraction of a day", "0.5", "CREDIT_DAY_OVERDUE"),
    optional("more days than an integer holds", "9999999999", "CREDIT_DAY_OVERDUE"),
    optional("a date", "2024-01-31", "DAYS_CREDIT_ENDDATE"),
    optional("a fact from after the application", "1", "DAYS_ENDDATE_FACT"),
    optional("a vocabulary's new value", "Written off", "CREDIT_ACTIVE"),
    optional("a value in other letters", "active", "CREDIT_ACTIVE"),
    optional("the text null", "NULL", "CREDIT_ACTIVE"),
    cell("a declared special value", "CREDIT_TYPE", "Unknown type of loan"),
    cell("nothing where nothing may be", "AMT_CREDIT_SUM", ""),
    required("text in a required number", "yesterday"),
    required("nothing in a required number", "", "missing"),
    required("an application from the future", "1"),
    required("a credit of before all memory", "-99999"),
    # Identity
    identity("a negative id", "-5"),
    identity("id zero", "0"),
    identity("an id that overflows", "99999999999999999999"),
    identity("no id", "", "missing"),
    identity("an id in scientific notation", "1.0E+05"),
    identity("an id with a letter", "10O002"),
    required("an id with decimals", "1002.0", column="SK_ID_CURR"),
    required("a padded id", " 1002 ", column="SK_ID_CURR"),
    required("no id of the credit", "", "missing", column="SK_ID_BUREAU"),
    # Manifest and names
    entry("the manifest's records lie", deliveries.RECORDS_DIFFER, records=3),
    entry("the manifest's bytes lie", deliveries.FILE_CUT, bytes=3),
    entry("the manifest's sha256 lies", deliveries.FILE_CHANGED, sha256="0" * 64),
    entry("a sha256 that is none", deliveries.MANIFEST_UNUSABLE, sha256="x"),
    entry("records below 0", deliveries.MANIFEST_UNUSABLE, records=-1),
    entry("records that are no number", deliveries.MANIFEST_UNUSABLE, records="many"),
    entry("an unknown table", deliveries.MANIFEST_UNUSABLE, table="secrets"),
    entry("a file of another delivery", deliveries.MANIFEST_UNUSABLE, name="../d1/bureau.csv"),
    entry("a file of the machine", deliveries.MANIFEST_UNUSABLE, name="/etc/passwd"),
    entry("a file with a blank in its name", deliveries.MANIFEST_UNUSABLE, name="bureau 1.csv"),
    entry("a file with a newline in its name", deliveries.MANIFEST_UNUSABLE, name="bureau.csv\n"),
    entry("a file with a star in its name", deliveries.MANIFEST_UNUSABLE, name="bureau*.csv"),
    entry("a file with a foreign letter in its name", deliveries.MANIFEST_UNUSABLE, name="bürö.csv"),
    entry("a file that is not there", deliveries.FILE_MISSING, name="bureau-2.csv"),
    manifest("a manifest of another delivery", lambda m: m.update(delivery="other"), deliveries.MANIFEST_OF_ANOTHER),
    manifest("a file named twice", lambda m: m["files"].append(m["files"][0]), deliveries.MANIFEST_NAMES_TWICE),
    manifest("a manifest without files", lambda m: m["files"].clear(), deliveries.MANIFEST_EMPTY),
    manifest("a manifest that is a list", lambda m: [1, 2], deliveries.MANIFEST_UNUSABLE),
    manifest("a manifest without its keys", lambda m: {}, deliveries.MANIFEST_UNUSABLE),
    Case("a manifest that is no JSON", folder=lambda p: (p / NAME).write_bytes(b"{"),
         refused=deliveries.MANIFEST_UNUSABLE),
    Case("a manifest that is no text", folder=lambda p: (p / NAME).write_bytes(b"\xff\xfe{\x00}"),
         refused=deliveries.MANIFEST_UNUSABLE),
    Case("a manifest of ten thousand brackets", folder=lambda p: (p / NAME).write_bytes(b"[" * 10_000),
         refused=deliveries.MANIFEST_UNUSABLE),
    Case("a file changed afterwards", folder=lambda p: _longer(p), refused=deliveries.FILE_CUT),
    Case("a file removed afterwards", folder=lambda p: (p / "bureau.csv").unlink(), refused=deliveries.FILE_MISSING),
)  # fmt: skip


def _replaced(folder: Path, change: Callable[[bytes], bytes]) -> None:
    """Other bytes, of which the manifest says the truth."""
    told = json.loads((folder / NAME).read_bytes())
    (file,) = told["files"]
    data = change((folder / file["name"]).read_bytes())
    (folder / file["name"]).write_bytes(data)
    file.update(bytes=len(data), sha256=sha256(data))
    (folder / NAME).write_text(json.dumps(told))


def _longer(folder: Path) -> None:
    (folder / "bureau.csv").write_bytes((folder / "bureau.csv").read_bytes() + b"\n")


def _swallow(data: bytes) -> bytes:
    """A quote before a cell of record 2, another behind the same cell of record 3."""
    lines = data.splitlines(keepends=True)
    lines[2] = lines[2].replace(b"Active", b'"Active')
    lines[3] = lines[3].replace(b"Active", b'Active"')
    return b"".join(lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_in_memory(case: Case, take_in) -> None:
    taken = take_in({case.name: case.data(1)}, after={1: case.folder})
    said = f"{taken.refused} {[counts.finding for counts in taken.account.files]}"
    assert not [canary for canary in CANARIES if canary in said]
    if case.refused is not None:
        assert taken.refused[1].endswith(f"[{case.refused.code}]"), taken.refused
        assert not taken.rows
        return
    assert taken.refused == {}
    (counts,) = taken.account.files
    counts.check()
    assert taken.account.nobodys.get(1, 0) == len(case.nobodys)
    rows = taken.rows.get((1, "bureau"), pl.DataFrame({"record": [], "made_missing": []}))
    assert (counts.finding.records, counts.accepted, counts.duplicates) == (case.records, rows.height, case.duplicates)
    assert tuple(counts.finding.unknown_columns) == case.unknown
    assert _missing(rows.iter_rows(named=True)) == dict(case.missing)
    _check_quarantined(case, taken.quarantined().iter_rows(named=True))


def test_all_together_by_spark(spark, tmp_path: Path, caplog, capfd) -> None:
    """One intake of all the cases: the refused stop nobody, every file's account adds up, and nothing tells a cell."""
    caplog.set_level("DEBUG", "credit_scoring")
    landing = Folder(str(tmp_path / "landing"))
    for number, case in enumerate(CASES, 1):
        source = tmp_path / "source" / name_of(number)
        source.mkdir(parents=True)
        (source / case.name).write_bytes(case.data(number))
        deliver(source, landing, name_of(number), 64_000_000)
        case.folder(tmp_path / "landing" / name_of(number))
    tables = Tables(spark, str(tmp_path / "tables"))
    settings = IntakeSettings(max_file_mb=1, slot_mb=8)
    report = intake(tables, Ledger(tables), landing, settings, "run", lambda: datetime(2026, 1, 5, tzinfo=UTC))
    refused = {name: sentence.rsplit("[", 1)[1].rstrip("]") for name, sentence in report.refused}
    assert refused == {name_of(n): case.refused.code for n, case in enumerate(CASES, 1) if case.refused}
    accepted = tables.read("bureau").collect()
    quarantined = tables.read("quarantine").collect()
    for done in report.accepted:
        case = CASES[int(done.delivery.name[1:]) - 1]
        (counts,) = done.files
        assert counts.finding.records == counts.accepted + counts.duplicates + counts.quarantined == case.records
        mine = [row.asDict(recursive=True) for row in accepted if row.seq == done.delivery.seq]
        assert len(mine) == counts.accepted
        assert _missing(mine) == dict(case.missing), case.kind
        _check_quarantined(case, [row.asDict(recursive=True) for row in quarantined if row.seq == done.delivery.seq])

    commits = [
        line for log in tmp_path.glob("tables/*/_delta_log/*.json") for line in log.open() if "commitInfo" in line
    ]
    assert len(commits) > 10
    left_behind = f"{caplog.text} {capfd.readouterr()} {commits} {report} {tables.read('deliveries').collect()}"
    assert not [canary for canary in CANARIES if canary in left_behind]


def name_of(number: int) -> str:
    return f"c{number:03d}"


def _missing(rows: Iterable[Mapping[str, Any]]) -> dict[int, tuple[str, ...]]:
    return {row["record"]: tuple(row["made_missing"]) for row in rows if row["made_missing"]}


def _check_quarantined(case: Case, rows: Iterable[Mapping[str, Any]]) -> None:
    found = {row["record"]: row for row in rows}
    rules = {record: tuple(sorted({reason["rule"] for reason in row["reasons"]})) for record, row in found.items()}
    assert rules == dict(case.quarantined), case.kind
    assert {record for record, row in found.items() if row["client_id"] is None} == set(case.nobodys), case.kind
    assert all(reason["sentence"] for row in found.values() for reason in row["reasons"])
    assert all(isinstance(json.loads(row["cells"]), dict) for row in found.values())
