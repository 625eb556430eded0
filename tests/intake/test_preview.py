"""`inspect`: whatever way a lender writes its files, the format that is guessed reads them as the clean ones are read.

Each kind spoils a whole delivery; what is pasted into the settings is what is printed. The rows are compared typed, by
`read_file`, which intake reads with.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import yaml

from credit_scoring.file_format import DEFAULT_FORMATS, LenderFormat
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.guessing_formats import yaml_lines
from credit_scoring.intake.inspection import Limits
from credit_scoring.intake.preview import preview, refused_because
from credit_scoring.intake.reading import read_file
from credit_scoring.intake.sources import table_of
from credit_scoring.schema.column import Kind
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.writing import NEW, write
from spelling import Rows, cells, grouped, lakhs, nothing, numbers, over, padded, text, truths, written

LIMITS = Limits(10_000_000, 1_000)
TABLES = ("bureau.csv", "bureau_balance.csv", "previous_application.csv", "installments_payments.csv")
"""What most kinds are tried on; application, which has far more columns, in WITH_APPLICATION."""


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """The header and the cells of a generated delivery of nine clients, five of its tables."""
    folder = tmp_path_factory.mktemp("clean")
    write(folder, range(30, 39), 0, 3)
    return {name: list(csv.reader(io.StringIO((folder / name).read_text()))) for name in (NEW, *TABLES)}


def total(label: str) -> Callable[[Rows, str], bytes]:
    def changed(rows: Rows, file: str) -> bytes:
        kinds = [table_of(file).column(name).kind for name in rows[0]]
        line = ["" if kind is not Kind.NUMBER else "123456.5" for kind in kinds]
        return text([*rows, [label, *line[1:]]]).encode()

    return changed


def archive(rows: Rows, file: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(file, text(rows))
    return sink.getvalue()


def after(change: Callable[[bytes], bytes]) -> Callable[[Rows, str], bytes]:
    return lambda rows, file: change(text(rows).encode())


COMMA = numbers(lambda cell: cell.replace(".", ","))
NBSP, NARROW = "\xa0", "\u202f"
MARKS = {"delimiter", "decimal", "thousands"}

READ_ANYWAY = {
    "a byte order mark": after(lambda data: b"\xef\xbb\xbf" + data),
    "a leading blank line": after(lambda data: b"\r\n" + data),
    "trailing commas": lambda rows, file: text([[*row, "", ""] for row in rows]).encode(),
    "an index": lambda rows, file: text([["", *rows[0]], *([str(i), *row] for i, row in enumerate(rows[1:]))]).encode(),
    "Ctrl-Z": after(lambda data: data + b"\x1a"),
    "NUL padding": after(lambda data: data + bytes(512)),
    "carriage returns alone end lines": after(lambda data: data.replace(b"\n", b"\r")),
    "the header in the middle, behind a byte order mark": lambda rows, file: b"\xef\xbb\xbf".join(
        [b"", text(rows[:3]).encode(), text([rows[0], *rows[3:]]).encode()]
    ),
    "the header twice": lambda rows, file: text([rows[0], *rows]).encode(),
    "a blank line at the end": after(lambda data: data + b"   \r\n"),
    "gzip under another name": after(gzip.compress),
    "gzip with zeros behind it": after(lambda data: gzip.compress(data) + bytes(700)),
    "floats for whole numbers": numbers(lambda cell: cell if "." in cell else f"{cell}.0"),
}
READ_ANYWAY["floats for whole numbers"] = over(READ_ANYWAY["floats for whole numbers"])
"""What needs no format: intake reads it as it is."""

DECLARED = {
    "semicolons": (written(delimiter=";"), {"delimiter"}),
    "semicolons, decimal commas": (over(COMMA, delimiter=";"), {"delimiter", "decimal"}),
    "decimal commas, all quoted": (over(COMMA, quoting=csv.QUOTE_ALL), {"decimal"}),
    "tabs": (written(delimiter="\t"), {"delimiter"}),
    "pipes": (written(delimiter="|"), {"delimiter"}),
    "carets": (written(delimiter="^"), {"delimiter"}),
    "a line sep=;": (lambda rows, file: ("sep=;\r\n" + text(rows, ";", "\r\n")).encode(), {"delimiter", "skip_head"}),
    "a line sep=, alone": (lambda rows, file: ("sep=,\n" + text(rows)).encode(), {"skip_head"}),
    "two lines of a title": (
        lambda rows, file: ("Export of the portfolio\n2026-11-30\n" + text(rows)).encode(),
        {"skip_head"},
    ),
    "UTF-16 with a mark": (lambda rows, file: text(rows).encode("utf-16"), {"encoding"}),
    "UTF-16 without": (lambda rows, file: text(rows).encode("utf-16-le"), {"encoding"}),
    "UTF-16, big end first": (lambda rows, file: text(rows).encode("utf-16-be"), {"encoding"}),
    "UTF-16, semicolons, decimal commas": (
        lambda rows, file: text(COMMA(rows, file), ";", "\r\n").encode("utf-16"),
        {"encoding", "delimiter", "decimal"},
    ),
    "Windows-1252": (
        lambda rows, file: text([[*rows[0], "note"], *([*row, "d\xe9j\xe0"] for row in rows[1:])]).encode("cp1252"),
        {"encoding"},
    ),
    "padded columns and a dashed line": (padded, {"delimiter", "trim", "skip_below_header", "skip_foot"}),
    "commas in padded columns that nothing quotes": (
        lambda rows, file: padded([[*r, "note" if r is rows[0] else "a, b"] for r in rows], file).replace(b"|", b","),
        {"columns", "skip_below_header", "skip_foot"},
    ),
    "padded columns with blanks between them": (
        lambda rows, file: padded([[cell or "NULL" for cell in row] for row in rows], file).replace(b"|", b" "),
        {"columns", "skip_below_header", "skip_foot", "nothing"},
    ),
    "a dashed line alone": (
        lambda rows, file: text([rows[0], ["-" * len(name) for name in rows[0]], *rows[1:]]).encode(),
        {"skip_below_header"},
    ),
    "blanks behind delimiters": (lambda rows, file: text([[f" {c}" for c in row] for row in rows]).encode(), {"trim"}),
    **{f"{word} for nothing": (nothing(word), {"nothing"})
       for word in ("NULL", "NA", "N/A", "\\N", ".", "#N/A", "NaN", "None", "-", "(null)", "n.v.")},
    "True and False": (truths("True", "False"), {"is_true", "is_false"}),
    "yes and no": (truths("yes", "no"), {"is_true", "is_false"}),
    "t and f": (truths("t", "f"), {"is_true", "is_false"}),
    "ids as floats": (
        over(cells(lambda cell, kind: f"{cell}.0" if kind is Kind.IDENTIFIER else cell)),
        {"float_ids"},
    ),
    "ids and states as floats": (
        over(cells(lambda cell, kind: f"{cell}.0" if cell.isdigit() else cell)),
        {"float_ids"},
    ),
    "trailing minus": (
        over(numbers(lambda cell: f"{cell[1:]}-" if cell.startswith("-") else cell)),
        {"minus_place"},
    ),
    "minus and blanks behind numbers, as SAP has it": (
        over(numbers(lambda cell: f"{cell[1:]}-" if cell.startswith("-") else f"{cell} "), delimiter="|"),
        {"delimiter", "minus_place", "trim"},
    ),
    "a typographic minus": (over(numbers(lambda cell: cell.replace("-", "\u2212"))), {"minus"}),
    "negative numbers in brackets": (
        over(numbers(lambda cell: f"({cell[1:]})" if cell.startswith("-") else cell)),
        {"minus_place"},
    ),
    "commas between thousands": (over(numbers(grouped(","))), {"thousands"}),
    "points between thousands": (over(numbers(grouped(".", ",")), delimiter=";"), MARKS),
    "blanks between thousands": (over(numbers(grouped(NBSP, ",")), delimiter=";"), MARKS),
    "narrow blanks between thousands": (over(numbers(grouped(NARROW))), {"thousands"}),
    "apostrophes between thousands": (over(numbers(grouped("'"))), {"thousands"}),
    "lakhs": (over(numbers(lambda cell: lakhs(cell))), {"thousands"}),
    "dollars, and commas between thousands": (
        over(numbers(lambda cell: "-$" * (cell[0] == "-") + "$" * (cell[0] != "-") + grouped(",")(cell.lstrip("-")))),
        {"thousands", "currency"},
    ),
    "euros": (
        over(numbers(lambda cell: grouped(".", ",")(cell) + "\xa0\u20ac"), delimiter=";"),
        {"delimiter", "decimal", "thousands", "currency"},
    ),
    "names in title case, with blanks": (
        lambda rows, file: text([[n.title().replace("_", " ") for n in rows[0]], *rows[1:]]).encode(),
        {"header"},
    ),
    "names with the table's before them": (
        lambda rows, file: text([[f"t.{n.lower()}" for n in rows[0]], *rows[1:]]).encode(),
        {"header"},
    ),
    "R's row names without a name": (
        lambda rows, file: text(
            [rows[0], *([str(i), *(c or "NA" for c in row)] for i, row in enumerate(rows[1:], 1))], " "
        ).encode(),
        {"delimiter", "row_names", "nothing"},
    ),
    "MySQL's nothing among quotes with backslashes": (
        lambda rows, file: text(
            [[*rows[0], "note"], *([*(c or "\\N" for c in row), "@"] for row in rows[1:])]
        ).replace("@", '"a \\"b\\", c"').encode(),
        {"escape", "nothing"},
    ),
    "EBCDIC": (lambda rows, file: text(rows).encode("cp037"), {"encoding"}),
    "a lower-case header": (lambda rows, file: text([[n.lower() for n in rows[0]], *rows[1:]]).encode(), {"header"}),
    "delimiters at the end of records": (
        lambda rows, file: (text(rows[:1]) + text([[*row, ""] for row in rows[1:]])).encode(),
        {"trailing_delimiter"},
    ),
    "a totals row": (total("TOTAL"), {"skip_foot"}),
    "a totals row without a name": (total(""), {"skip_foot"}),
    "a count of rows": (lambda rows, file: (text(rows) + f"({len(rows) - 1} rows)\n").encode(), {"skip_foot"}),
    "gzip twice": (after(lambda data: gzip.compress(gzip.compress(data))), {"packing"}),
    "zip under another name": (archive, {"packing"}),
    "lower case, semicolons, NULL, decimal commas": (
        lambda rows, file: text(
            [[n.lower() for n in rows[0]], *cells(lambda c, k: c or "NULL")(COMMA(rows, file), file)[1:]], ";"
        ).encode(),
        {"header", "delimiter", "decimal", "nothing"},
    ),
}  # fmt: skip
"""What needs a format, and the keys that may be guessed for it."""
WITH_APPLICATION = {"True and False", "lower case, semicolons, NULL, decimal commas", "floats for whole numbers"}


def put(folder: Path, clean: dict[str, Rows], change: Callable[[Rows, str], bytes], kind: str) -> Path:
    folder.mkdir()
    for name, rows in clean.items():
        if name != NEW or kind in WITH_APPLICATION:
            (folder / name).write_bytes(change(rows, name))
    return folder


def typed(folder: Path, landing: Path, formats: LenderFormat) -> dict[str, pl.DataFrame]:
    """The rows that intake would accept of the folder, delivered so, by table."""
    manifest = deliver(folder, Folder(str(landing)), "monday", 64_000_000, formats=formats).manifest
    found = {}
    for file in manifest.files:
        data = (landing / "monday" / file.name).read_bytes()
        read = read_file(data, file, "monday", 1, LIMITS, manifest.format_of(file, DEFAULT_FORMATS))
        assert (read.finding.refusal, read.finding.cells_missing) == (None, 0)
        assert read.quarantined.height == 0
        found[file.table] = {of.name: rows for of, rows in read.rows}[file.table]
    return found


@pytest.fixture(scope="module")
def clean_rows(clean, tmp_path_factory) -> dict[str, pl.DataFrame]:
    home = tmp_path_factory.mktemp("rows")
    source = put(home / "source", clean, written(), next(iter(WITH_APPLICATION)))
    return typed(source, home / "landing", DEFAULT_FORMATS)


def same(found: dict[str, pl.DataFrame], expected: dict[str, pl.DataFrame]) -> bool:
    return len(found) >= len(TABLES) and all(found[name].equals(expected[name]) for name in found)


@pytest.mark.parametrize("kind", DECLARED)
def test_the_format_that_is_guessed_reads_what_the_clean_delivery_holds(kind, clean, clean_rows, tmp_path) -> None:
    change, expected = DECLARED[kind]
    source = put(tmp_path / "source", clean, change, kind)
    found = preview(source, DEFAULT_FORMATS, LIMITS, 64_000_000)
    assert found.seen.cost != (0, 0, 0)
    assert found.formats is not None, found.seen
    pasted = LenderFormat.model_validate(yaml.safe_load(yaml_lines(found.formats))["intake"]["format"])
    assert pasted == found.formats
    keys = set(pasted.declared()) | {key for each in pasted.tables.values() for key in each.set_here()}
    assert keys - {"tables"} <= expected
    assert found.guessed.cost == (0, 0, 0), found.guessed
    assert same(typed(source, tmp_path / "landing", pasted), clean_rows)
    again = preview(source, pasted, LIMITS, 64_000_000)
    assert (again.seen, again.formats) == (found.guessed, None)


@pytest.mark.parametrize("kind", READ_ANYWAY)
def test_what_means_nothing_needs_no_format(kind, clean, clean_rows, tmp_path) -> None:
    source = put(tmp_path / "source", clean, READ_ANYWAY[kind], kind)
    found = preview(source, DEFAULT_FORMATS, LIMITS, 64_000_000)
    assert (found.seen.cost, found.formats) == ((0, 0, 0), None)
    assert same(typed(source, tmp_path / "landing", DEFAULT_FORMATS), clean_rows)


def lender(folder: Path, clean: dict[str, Rows], **files: bytes) -> Path:
    """A delivery with these files instead of clean ones."""
    folder.mkdir()
    for name, rows in clean.items():
        (folder / name).write_bytes(text(rows).encode())
    for name, data in files.items():
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def test_what_does_not_read_is_told_by_column_with_the_most_frequent_texts(clean, tmp_path) -> None:
    rows = [list(row) for row in clean["bureau.csv"]]
    places = {name: rows[0].index(name) for name in ("AMT_CREDIT_SUM", "DAYS_CREDIT", "SK_ID_CURR")}
    for row, amount in zip(rows[1:5], ("much", "much", "-7", "much"), strict=True):
        row[places["AMT_CREDIT_SUM"]] = amount
    rows[5][places["DAYS_CREDIT"]] = "5"
    found = preview(lender(tmp_path / "source", clean, bureau=text(rows).encode()), DEFAULT_FORMATS, LIMITS, 64_000_000)
    told = {(each.table, each.column): (each.becomes, each.cells, each.texts) for each in found.seen.faults}
    assert told == {
        ("bureau", "AMT_CREDIT_SUM"): ("made missing", 4, (("much", 3), ("-7", 1))),
        ("bureau", "DAYS_CREDIT"): ("quarantined", 1, (("5", 1),)),
    }
    clients = {row[places["SK_ID_CURR"]] for row in rows[1:6]}
    assert (found.seen.applications, found.seen.referred) == (9, len(clients))
    assert (found.seen.total("quarantined"), found.seen.total("cells_missing")) == (1, 4)
    assert found.ready, "a delivery with some bad rows is one"


def test_a_record_that_may_be_anybodys_refers_all(clean, tmp_path) -> None:
    data = text(clean["bureau.csv"]).encode() + b"1,2\n"
    found = preview(lender(tmp_path / "source", clean, bureau=data), DEFAULT_FORMATS, LIMITS, 64_000_000)
    assert [(each.column, each.cells) for each in found.seen.faults] == [("(the record)", 1)]
    assert found.seen.referred == found.seen.applications == 9


def test_files_that_hold_the_same_rows_are_named(clean, tmp_path) -> None:
    """By their keys, however they are called; parts of one table share none."""
    rows = clean["bureau.csv"]
    half = text([rows[0], *rows[len(rows) // 2 :]]).encode()
    source = lender(tmp_path / "source", clean, bureau_2=half)
    (problem,) = preview(source, DEFAULT_FORMATS, LIMITS, 64_000_000).problems
    assert problem.startswith("bureau.csv and bureau_2.csv hold the same rows: ")
    (source / "bureau.csv").write_bytes(text(rows[: len(rows) // 2]).encode())
    assert preview(source, DEFAULT_FORMATS, LIMITS, 64_000_000).problems == ()


def test_nothing_to_score_and_refusals_are_told_before_anything_is_uploaded(clean, tmp_path) -> None:
    rows = clean[NEW]
    place = rows[0].index("AMT_CREDIT")
    spoilt = text([rows[0], *([*row[:place], "lots", *row[place + 1 :]] for row in rows[1:])]).encode()
    source = lender(tmp_path / "source", clean, application_test=spoilt)
    found = preview(source, DEFAULT_FORMATS, LIMITS, 64_000_000)
    assert (found.seen.nothing_to_score, found.ready, found.formats) == (True, False, None)
    assert (
        refused_because(found) == "all of its applications would be quarantined, for AMT_CREDIT must be a number "
        "between 1 and 1e+10"
    )
    (source / "bureau.csv").write_bytes(b"{}")
    refused = preview(source, DEFAULT_FORMATS, LIMITS, 64_000_000)
    assert [each.file for each in refused.seen.refusals] == ["bureau.csv"]
    assert refused_because(refused).startswith("File bureau.csv of delivery (not delivered yet) is JSON")


def test_only_the_table_that_is_written_otherwise_gets_keys_of_its_own(clean, tmp_path) -> None:
    source = lender(tmp_path / "source", clean, bureau=text(clean["bureau.csv"], ";").encode())
    found = preview(source, DEFAULT_FORMATS, LIMITS, 64_000_000)
    assert yaml_lines(found.formats).split() == ["intake:", "format:", "tables:", "bureau:", "{delimiter:", ";}"]


def test_what_is_declared_already_is_kept(clean, tmp_path) -> None:
    """Semicolons are declared, and NULL comes now as well."""
    source = lender(tmp_path / "source", {name: clean[name] for name in TABLES})
    put_again = {
        name: nothing("NULL")(rows, name).replace(b",", b";") for name, rows in clean.items() if name in TABLES
    }
    for name, data in put_again.items():
        (source / name).write_bytes(data)
    declared = LenderFormat(delimiter=";", tables={"outcomes": {"encoding": "cp1252"}})
    found = preview(source, declared, LIMITS, 64_000_000)
    assert found.formats == LenderFormat(delimiter=";", nothing=("NULL",), tables=declared.tables)
