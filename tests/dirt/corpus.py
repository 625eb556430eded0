"""The kinds of dirt, each with what has to become of it.

A case is a delivery of one file, of four records, that is spoilt in one way before the manifest is written (`rows`,
`file`) or afterwards (`folder`). Nobody brings an application, so nobody is decided yet.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from credit_scoring.errors import CreditScoringError, ErrorKind, deliveries
from credit_scoring.intake.manifest import NAME, sha256
from credit_scoring.intake.sources import table_of
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.table import Table

BUREAU_FILE, BALANCES, MONTHS = "bureau.csv", "bureau_balance.csv", "POS_CASH_balance.csv"
HEADER = [column.name for column in BUREAU.columns]
CLEAN = {
    "bureau": {"CREDIT_ACTIVE": "Active", "CREDIT_CURRENCY": "currency 1", "DAYS_CREDIT": "-100",
               "CREDIT_DAY_OVERDUE": "0", "AMT_CREDIT_SUM": "31415.9265", "CREDIT_TYPE": "Car loan"},
    "bureau_balance": {"MONTHS_BALANCE": "-1", "STATUS": "0"},
    "pos_cash_balance": {"MONTHS_BALANCE": "-1", "SK_DPD": "0", "SK_DPD_DEF": "0"},
}  # fmt: skip
"""Table -> what stands in every record but for the ids."""

RECORDS = 4
CANARIES = ("31415", "CANARY")
"""What stands in clients' cells, and may be found in tables only."""

Rows = list[dict[str, str]]
Reasons = tuple[tuple[str, str], ...]
"""(rule, column) of each reason for a quarantined row, sorted."""

WIDTH: Reasons = (("cell_count", ""),)
TORN: Reasons = (("line_end", ""),)
CONFLICT: Reasons = (("conflicting_key", "SK_ID_BUREAU"),)


@dataclass(frozen=True)
class Case:
    """One kind of dirt. `refused`: the delivery is, with this sentence, in which `says` stands beside the names of
    delivery and file; `left_alone`: it is not even looked at. Else, by record: why rows are quarantined, and the
    columns made missing of accepted ones. `nobodys`: quarantined records whose client nobody can tell; `waiting`:
    records, accepted or quarantined, whose client a later delivery may bring.

    `blank` records, `nameless` columns without a cell, and `padded` bytes at the end mean nothing and are passed over.

    `delivered`: the file's name in the manifest, where it is not `name`. `as_truth`: no reader of the file can tell it
    from the truth (docs/design.md), so that it may change a decision.
    """

    kind: str
    rows: Callable[[Rows], object] = lambda rows: None
    file: Callable[[bytes], bytes] = lambda data: data
    folder: Callable[[Path], object] = lambda path: None
    name: str = BUREAU_FILE
    delivered: str = ""
    refused: ErrorKind[CreditScoringError] | None = None
    says: tuple[str, ...] = ()
    left_alone: bool = False
    quarantined: Mapping[int, Reasons] = field(default_factory=dict)
    nobodys: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    missing: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    duplicates: int = 0
    records: int = RECORDS
    unknown: tuple[str, ...] = ()
    blank: int = 0
    nameless: int = 0
    padded: int = 0
    as_truth: bool = False

    @property
    def table(self) -> Table:
        """The table of the case's file."""
        table = table_of(self.name)
        assert table is not None
        return table

    def data(self, number: int) -> bytes:
        """The file's bytes; `number` keeps the clients, credits and loans of the cases apart."""
        first, header = 1000 * number, [column.name for column in self.table.columns]
        rows = []
        for i in range(first + 1, first + RECORDS + 1):
            ids = {"SK_ID_CURR": f"{i}", "SK_ID_BUREAU": f"{9_000_000 + i}", "SK_ID_PREV": f"{8_000_000 + i}"}
            rows.append({name: {**CLEAN[self.table.name], **ids}.get(name, "") for name in header})
        return self.spoilt(header, rows)

    def spoilt(self, header: list[str], rows: Rows) -> bytes:
        """The bytes of a file with these rows, spoilt; no cell holds a comma or a quote."""
        self.rows(rows)
        lines = [",".join(header), *(",".join(row.values()) for row in rows)]
        return self.file(("\n".join(lines) + "\n").encode())


def cell(kind: str, column: str, text: str, **expected: object) -> Case:
    """A case that sets a cell of the second record."""
    return Case(kind, rows=lambda rows: rows[1].__setitem__(column, text), **expected)


def optional(kind: str, text: str, column: str = "AMT_CREDIT_SUM") -> Case:
    return cell(kind, column, text, missing={2: (column,)})


def required(kind: str, text: str, rule: str = "not_legitimate", column: str = "DAYS_CREDIT") -> Case:
    return cell(kind, column, text, quarantined={2: ((rule, column),)})


def identity(kind: str, text: str, rule: str = "not_legitimate") -> Case:
    return cell(kind, "SK_ID_CURR", text, quarantined={2: ((rule, "SK_ID_CURR"),)}, nobodys=(2,))


def dressed(kind: str, clothes: str) -> Case:
    """The client's id with something around it that leaves no doubt whose it is."""
    return Case(kind, rows=lambda rows: rows[1].update(SK_ID_CURR=clothes.format(rows[1]["SK_ID_CURR"])),
                quarantined={2: (("not_legitimate", "SK_ID_CURR"),)})  # fmt: skip


def bytewise(kind: str, change: Callable[[bytes], bytes], **expected: object) -> Case:
    return Case(kind, file=change, **expected)


def looks(kind: str, change: Callable[[bytes], bytes], *says: str) -> Case:
    """A file that is refused because it is written otherwise; the sentence says how, and the setting that reads it."""
    return Case(kind, file=change, refused=deliveries.WRITTEN_OTHERWISE, says=says)


def no_table(kind: str, data: bytes, what: str) -> Case:
    return Case(kind, file=lambda d: data, refused=deliveries.NO_TABLE, says=(f"is {what}, not a CSV file",))


def lacks(kind: str, change: Callable[[bytes], bytes], *columns: str) -> Case:
    """A file that is refused because it lacks columns."""
    return Case(kind, file=change, refused=deliveries.COLUMNS_MISSING, says=("table bureau must have: ", *columns))


def zipped(*files: bytes) -> bytes:
    """A zip archive of these files."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for number, data in enumerate(files):
            archive.writestr(f"bureau-{number}.csv", data)
    return sink.getvalue()


def not_utf8(kind: str, change: Callable[[bytes], bytes]) -> Case:
    return Case(kind, file=change, refused=deliveries.NOT_UTF8, says=("(line 2)",))


def line(number: int, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """A change of one line; the header is line 0."""

    def run(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        lines[number] = change(lines[number])
        return b"".join(lines)

    return run


def manifest(
    kind: str, change: Callable[[dict], object], refused: ErrorKind[CreditScoringError], *says: str, **expected: str
) -> Case:
    """A case whose manifest is edited, or another one where the change returns one."""

    def run(folder: Path) -> None:
        told = json.loads((folder / NAME).read_bytes())
        changed = change(told)
        (folder / NAME).write_text(json.dumps(told if changed is None else changed))

    return Case(kind, folder=run, refused=refused, says=says, **expected)


def entry(kind: str, refused: ErrorKind[CreditScoringError], *says: str, **lies: object) -> Case:
    """A case whose manifest lies about its first file."""
    return manifest(kind, lambda told: told["files"][0].update(lies), refused, *says)


def unusable(kind: str, **lie: object) -> Case:
    """A case whose manifest says of its first file what none may say; the sentence names the key."""
    return entry(kind, deliveries.MANIFEST_UNUSABLE, f": files.0.{next(iter(lie))}: ", **lie)


def called(kind: str, name: str) -> Case:
    """A delivery whose folder and manifest have a name that no delivery may have; `{}` in it is the number's name."""

    def run(folder: Path) -> None:
        told = json.loads((folder / NAME).read_bytes())
        told["delivery"] = name.format(folder.name)
        (folder / NAME).write_text(json.dumps(told))
        folder.rename(folder.with_name(told["delivery"]))

    return Case(kind, folder=run, refused=deliveries.MANIFEST_UNUSABLE, says=(name.format(""), ": delivery: "))


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


def first_column(name: bytes, value: bytes) -> Callable[[bytes], bytes]:
    def run(data: bytes) -> bytes:
        head, *lines = data.splitlines()
        return b"".join(each + b"\n" for each in (name + b"," + head, *(value + b"," + record for record in lines)))

    return run


def replaced(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Other bytes, of which the manifest says the truth."""

    def run(folder: Path) -> None:
        told = json.loads((folder / NAME).read_bytes())
        file = next(each for each in told["files"] if each["table"] == BUREAU.name)
        data = change((folder / file["name"]).read_bytes())
        (folder / file["name"]).write_bytes(data)
        file.update(bytes=len(data), sha256=sha256(data))
        (folder / NAME).write_text(json.dumps(told))

    return run


def longer(folder: Path) -> None:
    (folder / BUREAU_FILE).write_bytes((folder / BUREAU_FILE).read_bytes() + b"\n")


def swallow(data: bytes) -> bytes:
    """A quote before a cell of record 2, another behind the same cell of record 3."""
    lines = data.splitlines(keepends=True)
    lines[2] = lines[2].replace(b"Active", b'"Active')
    lines[3] = lines[3].replace(b"Active", b'Active"')
    return b"".join(lines)


ESCAPES = "\x1b[31mCANARY"
CASES = (
    # Text and packing
    bytewise("BOM", lambda d: b"\xef\xbb\xbf" + d),
    bytewise("CRLF", lambda d: d.replace(b"\n", b"\r\n")),
    bytewise("no newline at the end", lambda d: d[:-1]),
    bytewise("blank lines between the records", lambda d: d.replace(b"\n", b"\n\n")),
    Case("gzip", file=gzip.compress, name="bureau.csv.gz"),
    Case("gzip in two members", file=lambda d: gzip.compress(d[:99]) + gzip.compress(d[99:]), name="bureau.csv.gz"),
    bytewise("UTF-16", lambda d: d.decode().encode("utf-16"), refused=deliveries.WIDE_TEXT,
             says=("intake.format.encoding: utf-16,",)),
    bytewise("UTF-32", lambda d: d.decode().encode("utf-32"), refused=deliveries.WIDE_TEXT,
             says=("intake.format.encoding: utf-32,",)),
    not_utf8("Latin-1", lambda d: d.replace(b"Active", b"Activ\xe9", 1)),
    not_utf8("half a surrogate", lambda d: d.replace(b"Active", b"\xed\xa0\x80", 1)),
    not_utf8("an overlong slash", lambda d: d.replace(b"Active", b"\xc0\xaf", 1)),
    bytewise("a zip archive", lambda d: b"PK\x03\x04\x14\x00" + bytes(30), refused=deliveries.PACKED_OTHERWISE,
             says=("is a zip archive that does not unpack",)),
    bytewise("zip", lambda d: zipped(d), refused=deliveries.PACKED_OTHERWISE,
             says=("is a zip archive", "intake.format.packing: zip")),
    bytewise("zip of two files", lambda d: zipped(d, d), refused=deliveries.ARCHIVE_OF_ONE, says=("of 2 files",)),
    bytewise("zip of gzip", lambda d: zipped(gzip.compress(d)), refused=deliveries.PACKED_OTHERWISE,
             says=("a zip archive of a file that is packed, too",)),
    Case("zip in gzip", file=lambda d: gzip.compress(zipped(d)), name="bureau.csv.gz",
         refused=deliveries.PACKED_OTHERWISE, says=("is a zip archive inside gzip",)),
    Case("gzip three times", file=lambda d: gzip.compress(gzip.compress(gzip.compress(d))), name="bureau.csv.gz",
         refused=deliveries.PACKED_OTHERWISE, says=("is packed more than twice",)),
    no_table("an OpenDocument spreadsheet", b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument",
             "a spreadsheet of OpenDocument"),
    bytewise("a pointer of Git LFS", lambda d: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
             refused=deliveries.NO_TABLE, says=("is a pointer of Git LFS, without the file itself",)),
    bytewise("a text of a word processor", lambda d: b"{\\rtf1\\ansi SK_ID_CURR}\n", refused=deliveries.NO_TABLE,
             says=("is a text of a word processor",)),
    bytewise("UTF-16 without a mark", lambda d: d.decode().encode("utf-16-le"), refused=deliveries.WIDE_TEXT,
             says=("intake.format.encoding: utf-16-le",)),
    bytewise("UTF-16, the other end first", lambda d: d.decode().encode("utf-16-be"), refused=deliveries.WIDE_TEXT,
             says=("intake.format.encoding: utf-16-be",)),
    bytewise("UTF-32 without a mark", lambda d: d.decode().encode("utf-32-le"), refused=deliveries.WIDE_TEXT,
             says=("intake.format.encoding: utf-32-le",)),
    Case("gzip twice", file=lambda d: gzip.compress(gzip.compress(d)), name="bureau.csv.gz",
         refused=deliveries.PACKED_OTHERWISE, says=("is gzip inside gzip", "intake.format.packing: gzip-twice")),
    bytewise("gzip under another name", gzip.compress),
    no_table("an Excel workbook", b"PK\x03\x04\x14\x00" + bytes(24) + b"xl/workbook.xml", "an Excel workbook"),
    no_table("an old Excel workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(30), "an Excel workbook"),
    no_table("a Parquet file", b"PAR1" + bytes(30), "a Parquet file"),
    Case("gzip cut short", folder=replaced(lambda d: d[:-12]), file=gzip.compress, name="bureau.csv.gz",
         refused=deliveries.GZIP_CUT),
    Case("gzip damaged", folder=replaced(lambda d: d[:20] + b"\xff" * 40 + d[60:]), file=gzip.compress,
         name="bureau.csv.gz", refused=deliveries.GZIP_DAMAGED),
    Case("inflates a thousandfold", folder=replaced(lambda d: gzip.compress(bytes(900_000))),
         refused=deliveries.INFLATES_TOO_FAR, says=("unpacks to more than",)),
    Case("larger than the limit", folder=replaced(lambda d: d + bytes(1_000_000)),
         refused=deliveries.FILE_TOO_LARGE, says=("has 1 MB, more than the limit of 1 MB",)),
    # Shape
    bytewise("an empty file", lambda d: b"", refused=deliveries.NO_HEADER),
    bytewise("a lone newline", lambda d: b"\n", refused=deliveries.NO_HEADER),
    Case("no record", rows=lambda rows: rows.clear(), records=0, as_truth=True),
    bytewise("no header", lambda d: d.split(b"\n", 1)[1], refused=deliveries.HEADERLESS,
             says=("as many cells as table bureau has columns",)),
    bytewise("columns in another order", swap),
    lacks("a column gone", lambda d: d.replace(b"AMT_ANNUITY", b""), ": AMT_ANNUITY."),
    lacks("a column renamed", lambda d: d.replace(b"AMT_ANNUITY", b"annuity"), ": AMT_ANNUITY."),
    bytewise("a column twice", with_column(b"AMT_ANNUITY", b"1"), refused=deliveries.COLUMN_TWICE,
             says=("the column 'AMT_ANNUITY'",)),
    bytewise("a new column", with_column(b"NEW_COLUMN", b"7"), unknown=("NEW_COLUMN",)),
    bytewise("a new column that colours a terminal", with_column(b"\x1b[31mRED", b"7"), unknown=("\x1b[31mRED",)),
    bytewise("a new column, empty", with_column(b"NEW_COLUMN", b""), unknown=("NEW_COLUMN",)),
    bytewise("a comment over two lines", with_column(b"NOTE", b'"a\nb"'), unknown=("NOTE",)),
    looks("header in lower case", lambda d: d.lower(), "lower case", "{format: {header: any_case}}"),
    looks("a blank in the header", lambda d: d.replace(b",SK_ID", b", SK_ID"), "padded", "{format: {trim: true}}"),
    lacks("a null byte in the header", lambda d: b"\x00" + d, ": SK_ID_CURR."),
    lacks("a line's end in the header", lambda d: d.replace(b"AMT_ANNUITY", b'"AMT_\nANNUITY"'), ": AMT_ANNUITY."),
    bytewise("a line's end in the name of a new column", with_column(b'"NE\nW"', b"1"), refused=deliveries.NOT_CSV),
    looks("semicolons", lambda d: d.replace(b",", b";"), "separated by semicolons", '{format: {delimiter: ";"}}'),
    looks("tabs", lambda d: d.replace(b",", b"\t"), "separated by tabs", '{format: {delimiter: "\\t"}}'),
    looks("vertical bars", lambda d: d.replace(b",", b"|"), "vertical bars", '{format: {delimiter: "|"}}'),
    looks("control characters for delimiters", lambda d: d.replace(b",", b"\x01"), 'delimiter: "\\u0001"'),
    looks("a line that names the delimiter", lambda d: b"sep=;\r\n" + d.replace(b",", b";"), "a line `sep=`",
          '{delimiter: ";", skip_head: 1}'),
    looks("a title before the header", lambda d: b"Bureau\n\n" + d, "header is in line 3", "{skip_head: 2}"),
    looks("padded columns and a line of dashes",
          lambda d: line(0, lambda h: h.replace(b",", b"   ,") + b"----,-------,-----\n")(d),
          "padded with blanks", "a line of dashes is below", "{trim: true, skip_below_header: 1}"),
    looks("a header in single quotes", lambda d: line(0, lambda h: b"'" + h[:-1].replace(b",", b"','") + b"'\n")(d),
          'quote: "\'"'),
    looks("semicolons and lower case, quoted",
          lambda d: line(0, lambda h: b'"' + h[:-1].lower().replace(b",", b'";"') + b'"\n')(d),
          "semicolons", "lower case", '{delimiter: ";", header: any_case}'),
    bytewise("carriage returns for lines", lambda d: d.replace(b"\n", b"\r")),
    bytewise("a carriage return in the header", lambda d: d.replace(b",", b"\r,", 1), refused=deliveries.NOT_CSV),
    bytewise("fixed widths", lambda d: d.replace(b",", b"    "), refused=deliveries.FIXED_WIDTH,
             says=("the columns of table bureau at fixed widths",)),
    bytewise("quotes around whole lines", lambda d: b"".join(b'"%b"\n' % line for line in d.splitlines()),
             refused=deliveries.LINES_QUOTED),
    looks("names written otherwise", lambda d: line(0, lambda h: h.title().replace(b"_", b" "))(d),
          "writes the names otherwise", "{format: {header: letters}}"),
    looks("names with their table's", lambda d: line(0, lambda h: b"bureau." + h.replace(b",", b",bureau."))(d),
          "writes the names otherwise", "{format: {header: letters}}"),
    looks("blanks for delimiters", lambda d: d.replace(b"currency 1", b"currency").replace(b"Car loan", b"Car")
          .replace(b",", b" "), "separated by blanks", 'delimiter: " "'),
    no_table("JSON", b'[{"SK_ID_CURR": 1}]', "JSON"),
    no_table("an error page", b"<html><body>503</body></html>\n", "an HTML or XML page"),
    bytewise("a quote never closed", line(2, lambda r: b'"' + r), refused=deliveries.QUOTE_OPEN),
    bytewise("a carriage return in a cell", line(2, lambda r: r.replace(b"Active", b"Act\rive")),
             refused=deliveries.RECORDS_DIFFER, says=("has 5 records, the manifest says 4",)),
    # Records
    bytewise("a cell too few", line(2, lambda r: r[: r.rindex(b",")] + b"\n"), quarantined={2: WIDTH}, nobodys=(2,)),
    bytewise("a cell too many", line(2, lambda r: r[:-1] + b",7\n"), quarantined={2: WIDTH}, nobodys=(2,)),
    bytewise("the first cell gone", line(2, lambda r: r.split(b",", 1)[1]), quarantined={2: WIDTH}, nobodys=(2,)),
    bytewise("two records in one line", line(2, lambda r: r[:-1]), quarantined={2: WIDTH}, nobodys=(2,), records=3),
    bytewise("a total at the end", lambda d: d + b"TOTAL,4\n", quarantined={5: WIDTH}, nobodys=(5,), records=5),
    bytewise("a comment line", lambda d: d + b"# end of file\n", quarantined={5: WIDTH}, nobodys=(5,), records=5),
    bytewise("all of the header but a name again", lambda d: d + d.split(b"\n", 1)[0].replace(b"DAY", b"day") + b"\n",
             records=5, nobodys=(5,), quarantined={5: tuple(sorted(("not_legitimate", name) for name in HEADER))}),
    bytewise("a record of zeros", lambda d: d + b"0" + b",0" * 16 + b"\n", nobodys=(5,), records=5,
             quarantined={5: tuple(
                 ("not_legitimate", name)
                 for name in ("CREDIT_ACTIVE", "CREDIT_CURRENCY", "CREDIT_TYPE", "SK_ID_BUREAU", "SK_ID_CURR")
             )}),
    # What means nothing
    bytewise("the header again", lambda d: d + d.split(b"\n", 1)[0] + b"\n", blank=1),
    bytewise("the header twice, then quoted", lambda d: line(0, lambda h: h + h + b'"' + h[:-1].replace(b",", b'","')
             + b'"\n')(d), blank=2),
    bytewise("files that were joined", lambda d: b"\xef\xbb\xbf" + d + b"\xef\xbb\xbf" + d.split(b"\n", 1)[0] + b"\n",
             blank=1, padded=3),
    bytewise("a byte order mark twice, and before records", padded=9,
             change=lambda d: b"\xef\xbb\xbf" * 3 + line(2, lambda r: b"\xef\xbb\xbf" + r)(d)),
    bytewise("records of commas", lambda d: d + b"," * 16 + b"\n" + b"," * 16 + b"\n", blank=2),
    bytewise("a record of commas in the middle", line(1, lambda r: b" ," * 16 + b"\r\n" + r), blank=1),
    bytewise("a record of fewer commas", lambda d: d + b",,,\n", blank=1),
    bytewise("a line of blanks", lambda d: d + b" \t \n", blank=1),
    bytewise("a line of no-break spaces without its end", lambda d: d + b"\xc2\xa0", blank=1),
    bytewise("a blank line before the header", lambda d: b"\r\n" + d, blank=1),
    bytewise("a quoted nothing is a record", lambda d: d + b'""\n', quarantined={5: WIDTH}, nobodys=(5,), records=5),
    bytewise("Ctrl-Z", lambda d: d + b"\x1a", padded=1),
    bytewise("Ctrl-Z right behind the last cell", lambda d: d[:-1] + b"\x1a", padded=1),
    bytewise("Ctrl-Z on a line of its own", lambda d: d + b"\x1a\r\n", padded=3),
    bytewise("Ctrl-Z and zeros", lambda d: d + b"\x1a" + bytes(99), padded=100),
    bytewise("Ctrl-Z right behind a cell, and a line's end", lambda d: d[:-1] + b"5\x1a\n",
             missing={4: ("AMT_ANNUITY",)}),
    bytewise("zeros at the end", lambda d: d + bytes(512), padded=512),
    bytewise("zeros and blank lines at the end", lambda d: d + b"\n \0\n\0\n", padded=4, blank=1),
    bytewise("zeros right behind the last cell", lambda d: d[:-1] + bytes(512), missing={4: ("AMT_ANNUITY",)}),
    bytewise("zeros from the middle of a record", lambda d: d[:-30] + bytes(30), quarantined={4: WIDTH}, nobodys=(4,)),
    Case("zeros behind gzip", file=lambda d: gzip.compress(d) + bytes(512), name="bureau.csv.gz", padded=512),
    Case("zeros between two members of gzip", name="bureau.csv.gz", padded=9,
         file=lambda d: gzip.compress(d[:99]) + bytes(9) + gzip.compress(d[99:])),
    Case("Ctrl-Z behind gzip", file=gzip.compress, folder=replaced(lambda d: d + b"\x1a\r\n"), name="bureau.csv.gz",
         padded=3),
    Case("text behind gzip", file=gzip.compress, folder=replaced(lambda d: d + b"nonsense" * 9), name="bureau.csv.gz",
         refused=deliveries.GZIP_DAMAGED),
    # Names of columns
    bytewise("commas at the end of every line", lambda d: d.replace(b"\n", b",,,\n"), nameless=3),
    bytewise("an unnamed column of blanks", first_column(b" ", b" "), nameless=1),
    bytewise("an unnamed index", first_column(b"", b"7"), unknown=("(unnamed column 1)",)),
    bytewise("an unnamed index and a quoted cell",
             lambda d: first_column(b"", b'"7"')(d.replace(b"Active", b'"Active"')), unknown=("(unnamed column 1)",)),
    bytewise("two unnamed indices", lambda d: first_column(b'""', b"7")(first_column(b"", b"8")(d)),
             unknown=("(unnamed column 1)", "(unnamed column 2)")),
    bytewise("an unnamed column with one cell", lambda d: line(2, lambda r: b"x" + r)(first_column(b"", b"")(d)),
             unknown=("(unnamed column 1)",)),
    bytewise("names that are patterns", with_column(b"^.*$,*", b'"7",8'), unknown=("^.*$", "*")),
    bytewise("an unknown column twice", with_column(b"NEW,NEW", b'"7",8'), unknown=("NEW", "NEW")),
    bytewise("names that we use", with_column(b"file,cell 0,record", b'"7",8,9'), unknown=("file", "cell 0", "record")),
    bytewise("a very long name", with_column(b"N" * 70_000, b"7"), unknown=("N" * 100 + "...",)),
    bytewise("very many columns", lambda d: d.replace(b"\n", b",X" * 3_000 + b"\n"),
             unknown=(*["X"] * 200, "and 2,800 more")),
    bytewise("a line's end in a cell", line(2, lambda r: r.replace(b"Active", b'"Act\nive"')), quarantined={2: TORN},
             nobodys=(2,)),
    bytewise("two quotes that swallow a record", swallow, quarantined={2: TORN}, nobodys=(2,), records=3),
    bytewise("a cell of a megabyte less", line(2, lambda r: r.replace(b"Active", b"x" * 900_000)),
             missing={2: ("CREDIT_ACTIVE",)}),
    bytewise("a very long record of one cell", lambda d: d + b"y" * 500_000 + b"\n", quarantined={5: WIDTH},
             nobodys=(5,), records=5),
    bytewise("quotes around every cell", line(2, lambda r: b'"' + r[:-1].replace(b",", b'","') + b'"\n')),
    Case("the same record again", rows=again(1), duplicates=1, records=5),
    Case("the same key, other content", rows=again(1, DAYS_CREDIT="-99"), records=5,
         quarantined={2: CONFLICT, 5: CONFLICT}),
    Case("the same key, another client", rows=again(1, SK_ID_CURR="7"), records=5,
         quarantined={2: CONFLICT, 5: CONFLICT}),
    Case("columns that contradict each other", rows=lambda rows: rows[1].update(SK_DPD="1", SK_DPD_DEF="2"),
         name=MONTHS, quarantined={2: (("tolerant_delay_longer", "SK_DPD_DEF, SK_DPD"),)}),
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
    cell("a declared special value", "CREDIT_TYPE", "Unknown type of loan", as_truth=True),
    cell("nothing where nothing may be", "AMT_CREDIT_SUM", "", as_truth=True),
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
    dressed("an id with decimals", "{}.0"),
    dressed("a padded id", " {} "),
    required("no id of the credit", "", "missing", column="SK_ID_BUREAU"),
    # Orphans
    Case("balances whose credit nobody brings", name=BALANCES, waiting=(1, 2, 3, 4), as_truth=True),
    Case("an unusable balance whose credit nobody brings", rows=lambda rows: rows[1].update(STATUS="9"), name=BALANCES,
         quarantined={2: (("not_legitimate", "STATUS"),)}, waiting=(1, 2, 3, 4)),
    Case("a balance whose credit nobody can read", rows=lambda rows: rows[1].update(SK_ID_BUREAU="?"), name=BALANCES,
         quarantined={2: (("not_legitimate", "SK_ID_BUREAU"),)}, nobodys=(2,), waiting=(1, 3, 4)),
    Case("a history whose client and loan nobody brings", name=MONTHS, as_truth=True),
    # Manifest and names
    entry("the manifest's records lie", deliveries.RECORDS_DIFFER, "has 4 records, the manifest says 3", records=3),
    entry("the manifest's bytes lie", deliveries.FILE_CUT, "bytes, the manifest says 3:", bytes=3),
    entry("the manifest's sha256 lies", deliveries.FILE_CHANGED, "says 000000000000...", sha256="0" * 64),
    unusable("a sha256 that is none", sha256="x"),
    unusable("records below 0", records=-1),
    unusable("records that are no number", records="many"),
    unusable("an unknown table", table="secrets"),
    unusable("a file of another delivery", name="../d1/bureau.csv"),
    unusable("a file of the machine", name="/etc/passwd"),
    unusable("a file with a blank in its name", name="bureau 1.csv"),
    unusable("a file with a newline in its name", name="bureau.csv\n"),
    unusable("a file with a star in its name", name="bureau*.csv"),
    unusable("a file with a foreign letter in its name", name="bürö.csv"),
    manifest("a file that is not there", lambda told: told["files"][0].update(name="bureau-2.csv"),
             deliveries.FILE_MISSING, delivered="bureau-2.csv"),
    manifest("a manifest of another delivery", lambda told: told.update(delivery="other"),
             deliveries.MANIFEST_OF_ANOTHER, "belongs to delivery other."),
    manifest("a file named twice", lambda told: told["files"].append(told["files"][0]),
             deliveries.MANIFEST_NAMES_TWICE),
    manifest("a manifest without files", lambda told: told["files"].clear(), deliveries.MANIFEST_EMPTY),
    manifest("a manifest that is a list", lambda told: [1, 2], deliveries.MANIFEST_UNUSABLE, ": the file: "),
    manifest("a manifest without its keys", lambda told: {}, deliveries.MANIFEST_UNUSABLE, ": delivery: "),
    Case("a manifest that is no JSON", folder=lambda p: (p / NAME).write_bytes(b"{"),
         refused=deliveries.MANIFEST_UNUSABLE, says=(": the file: ",)),
    Case("a manifest that is no text", folder=lambda p: (p / NAME).write_bytes(b"\xff\xfe{\x00}"),
         refused=deliveries.MANIFEST_UNUSABLE, says=(": the file: ",)),
    Case("a manifest of ten thousand brackets", folder=lambda p: (p / NAME).write_bytes(b"[" * 10_000),
         refused=deliveries.MANIFEST_UNUSABLE, says=(": the file: ",)),
    Case("a manifest that has not come", folder=lambda p: (p / NAME).unlink(), left_alone=True),
    Case("a file changed afterwards", folder=longer, refused=deliveries.FILE_CUT, says=("bytes, the manifest says",)),
    Case("a file removed afterwards", folder=lambda p: (p / BUREAU_FILE).unlink(), refused=deliveries.FILE_MISSING),
    Case("a source file with foreign letters and blanks in its name", name="bureau-März 2024.csv",
         delivered="bureau-M_rz_2024.csv"),
    called("a folder with a blank in its name", "{} 5th"),
    called("a folder with a foreign letter in its name", "{}-März"),
    called("a folder with a newline in its name", "{}\n"),
    called("a folder with a star in its name", "{}*"),
    called("a folder named as an operator's own delivery", "{}~1"),
)  # fmt: skip
