"""Does a file look like a table, though its name is not one that is read? By its name, or by its header.

What a person would take for a table is one under a table's name with anything around it: a browser's or an editor's
copy, an archive, another format, a download that is not done; and a text with most of a table's columns in one of its
first lines, whatever it is called.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from pathlib import Path

from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.table import Table
from credit_scoring.schema.tables import TABLES

_NEVER = frozenset((
    "md", "rst", "pdf", "doc", "docx", "odt", "rtf", "html", "htm", "png", "jpg", "jpeg", "gif", "svg", "log",
    "sql", "py", "r", "ipynb", "sh", "bat", "ps1", "yml", "yaml", "toml", "ini", "cfg", "sha256", "sha512",
    "sha1", "md5", "crc", "sig", "lnk", "url", "eml", "msg", "pptx", "css", "js",
))  # fmt: skip
"""Endings of what tells about tables and holds none."""
_DO = {
    "zip": "an archive: unpack it",
    "tar": "an archive: unpack it",
    "tgz": "an archive: unpack it",
    "7z": "an archive: unpack it",
    "rar": "an archive: unpack it",
    "bz2": "packed otherwise: unpack it, or pack it as .csv.gz",
    "xz": "packed otherwise: unpack it, or pack it as .csv.gz",
    "zst": "packed otherwise: unpack it, or pack it as .csv.gz",
    "lz4": "packed otherwise: unpack it, or pack it as .csv.gz",
    "z": "packed otherwise: unpack it, or pack it as .csv.gz",
    "gpg": "encrypted: decrypt it",
    "pgp": "encrypted: decrypt it",
    "part": "a download or copy that is not done",
    "partial": "a download or copy that is not done",
    "filepart": "a download or copy that is not done",
    "crdownload": "a download or copy that is not done",
    "download": "a download or copy that is not done",
}
_BINARY = frozenset((
    "xls", "xlsx", "xlsm", "xlsb", "ods", "parquet", "pq", "orc", "avro", "feather", "arrow", "json", "jsonl",
    "ndjson", "xml", "sas7bdat", "xpt", "dta", "sav", "rds", "rda", "rdata", "pkl", "pickle", "h5", "hdf5",
    "db", "sqlite", "sqlite3", "mdb", "accdb", "dbf",
))  # fmt: skip
_TEXT = frozenset((
    "txt", "tsv", "tab", "psv", "dat", "data", "asc", "prn", "out", "gz",
))  # fmt: skip
_HEAD = 1 << 16
_LINES = 12
_MOST_MEMBERS = 10_000


def why_a_table(path: Path, part_of: Table | None) -> str | None:
    """Why a file that is not read looks like a table, with what to do; None when it does not.

    `part_of`: the table of whose folder it is a part.
    """
    named = part_of.name if part_of is not None else _stem_in(path.name)
    ending = path.suffix[1:].lower()
    if named is None:
        if ending == "zip" and (inside := _in_zip(path)):
            return f"an archive with {inside}: unpack it"
        held = None if ending in _NEVER else _by_header(path)
        return f"it has the columns of {held}: rename it to {held}.csv" if held else None
    if ending in _NEVER:
        return None
    if not path.exists():
        return "a link that leads nowhere"
    if ending in _DO:
        return _DO[ending]
    if ending in _BINARY:
        return "not CSV: export it as .csv"
    if ending in _TEXT or not ending:
        return f"rename it to {named}.csv; where its format is another one, `credit-scoring inspect` says which"
    return f"rename it to {named}.csv if it is the one to deliver, else leave it out"


def _stem_in(name: str) -> str | None:
    """The table whose name stands in a file's name as a word: `Copy of bureau.csv`, `bureau (1).csv`, `hc-bureau`."""
    spoken = re.sub(r"[\W_]+", "_", name.lower())
    for table in sorted(TABLES, key=lambda each: -len(each.name)):
        if re.search(rf"(?<![^\W_]){re.escape(table.name)}(?![^\W\d_])", spoken):
            return table.name
    return None


def _in_zip(path: Path) -> str | None:
    """A file of a zip that looks like a table."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:_MOST_MEMBERS]
    except (OSError, zipfile.BadZipFile):
        return None
    told = (name for name in names if not name.startswith("__MACOSX") and not name.endswith("/"))
    return next((name for name in told if _stem_in(Path(name).name)), None)


def _by_header(path: Path) -> str | None:
    """The table most of whose columns stand in one of the first lines of a text. Outcomes have too few to tell."""
    try:
        text = _head(path)
    except (OSError, EOFError, zlib.error):
        return None
    for line in text.splitlines()[:_LINES]:
        cells = {cell.strip(" \"'\ufeff").upper() for cell in re.split(r"[,;\t|]", line)}
        for table in TABLES:
            columns = {column.name for column in table.columns}
            if table is not OUTCOMES and len(columns & cells) > len(columns) / 2:
                return table.name
    return None


def _head(path: Path) -> str:
    """The first characters of a text, gzipped or not, whatever its encoding: names of columns are plain letters."""
    with path.open("rb") as file:
        data = file.read(_HEAD)
    if data.startswith(b"\x1f\x8b"):
        with gzip.open(path, "rb") as packed:
            data = packed.read(_HEAD)
    return data.replace(b"\x00", b"").decode("latin-1")
