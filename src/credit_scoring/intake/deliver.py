"""Making a delivery from a folder of CSV files: find the tables, split what is large, write the manifest last."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import IO

from credit_scoring.errors.usage import (
    DELIVERY_NAME_WRONG,
    DELIVERY_THERE,
    NO_SOURCE_FOLDER,
    NO_TABLE_FILES,
    SOURCE_DAMAGED,
)
from credit_scoring.intake.manifest import NAME, PLAIN_NAME, DeliveredFile, Manifest, sha256
from credit_scoring.intake.records import parts
from credit_scoring.schema.table import Table
from credit_scoring.schema.tables import TABLES
from credit_scoring.storage.files import Folder

_SUFFIXES = (".csv.gz", ".csv")


@dataclass(frozen=True)
class Delivery:
    """What was delivered, and which files of the folder were left out because they hold no table."""

    manifest: Manifest
    left_out: tuple[str, ...]


def table_of(file_name: str) -> Table | None:
    """The table that a file holds: its stem begins with the table's name (any case), longest name first, and ends
    there or goes on with `-`, `_` or a digit. None for any other file."""
    suffix = next((suffix for suffix in _SUFFIXES if file_name.lower().endswith(suffix)), None)
    if suffix is None:
        return None
    stem = file_name[: -len(suffix)].lower()
    candidates = [(name, table) for table in TABLES for name in table.stems]
    for name, table in sorted(candidates, key=lambda candidate: -len(candidate[0])):
        if re.match(re.escape(name) + r"($|[-_0-9])", stem):
            return table
    return None


def deliver(
    source: Path, landing: Folder, name: str, split_bytes: int, say: Callable[[str], None] = lambda line: None
) -> Delivery:
    """Uploads the table files of a folder as the delivery `name`; UsageError when that cannot be done.

    Files are split at records so that none is over `split_bytes` (before compression); a gzipped file stays gzipped.
    """
    if not re.fullmatch(PLAIN_NAME, name):
        raise DELIVERY_NAME_WRONG(name=repr(name))
    if not source.is_dir():
        raise NO_SOURCE_FOLDER(folder=source)
    if landing.exists(name, NAME):
        raise DELIVERY_THERE(delivery=name, landing=landing.root)
    found = {path: table_of(path.name) for path in sorted(source.iterdir()) if path.is_file()}
    tables = {path: table for path, table in found.items() if table is not None}
    if not tables:
        stems = ", ".join(sorted(table.stems[0] for table in TABLES))
        raise NO_TABLE_FILES(folder=source, stems=stems)
    target = landing.below(name)
    files: list[DeliveredFile] = []
    for path, table in tables.items():
        for wanted, data, records in _unpacked(path, split_bytes):
            file_name = _free(wanted, {file.name for file in files})
            target.write(data, file_name)
            files.append(
                DeliveredFile(name=file_name, table=table.name, records=records, bytes=len(data), sha256=sha256(data))
            )
            say(f"  {file_name}: {records:,} records of {table.name}, {len(data) / 1e6:.1f} MB")
    manifest = Manifest(delivery=name, files=tuple(files))
    target.write(manifest.to_json(), NAME)
    return Delivery(manifest, tuple(sorted(path.name for path, table in found.items() if table is None)))


def _unpacked(path: Path, split_bytes: int) -> Iterator[tuple[str, bytes, int]]:
    """The parts of a file; UsageError when it is not the gzip data that its name says."""
    try:
        yield from _upload_parts(path, split_bytes)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SOURCE_DAMAGED(file=path) from None


def _upload_parts(path: Path, split_bytes: int) -> Iterator[tuple[str, bytes, int]]:
    """(file name, bytes, records) of each part; a file that needs no split keeps its name and its bytes."""
    zipped = path.name.lower().endswith(".gz")
    stem, suffix = re.sub(r"(?i)\.csv(\.gz)?$", "", path.name), ".csv.gz" if zipped else ".csv"
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", stem)
    held: tuple[bytes, int] | None = None
    number = 0
    with _open(path, zipped) as source:
        for part in parts(source, split_bytes):
            if held is not None:
                number += 1
                yield f"{stem}-{number:04d}{suffix}", _packed(held[0], zipped), held[1]
            held = part
    assert held is not None
    if number == 0:
        yield f"{stem}{suffix}", path.read_bytes(), held[1]
    else:
        yield f"{stem}-{number + 1:04d}{suffix}", _packed(held[0], zipped), held[1]


def _free(name: str, taken: Collection[str]) -> str:
    """The name, or one like it that no file of the delivery has: `bureau-ä` and `bureau-ö` are both `bureau-_`."""
    stem, dot, suffix = name.partition(".csv")
    others = (f"{stem}_{number}{dot}{suffix}" for number in count(2))
    return next(each for each in chain([name], others) if each not in taken)


def _open(path: Path, zipped: bool) -> IO[bytes]:
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value]


def _packed(data: bytes, zipped: bool) -> bytes:
    # No time in the header: the same part has the same bytes and the same sha256.
    return gzip.compress(data, compresslevel=4, mtime=0) if zipped else data
