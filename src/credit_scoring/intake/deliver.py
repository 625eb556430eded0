"""Making a delivery from a folder of CSV files: find the tables, split what is large, write the manifest last."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from pydantic import ValidationError

from credit_scoring.errors.usage import (
    DELIVERY_NAME_WRONG,
    DELIVERY_THERE,
    SOURCE_DAMAGED,
    SOURCE_NOT_IN_ENCODING,
    TABLES_LACKING,
    WITHOUT_THERE,
    WITHOUT_UNKNOWN,
)
from credit_scoring.file_format import DEFAULT, DEFAULT_FORMATS, Format, LenderFormat
from credit_scoring.intake.expected import HISTORIES, lacking
from credit_scoring.intake.manifest import NAME, PLAIN_NAME, DeliveredFile, Manifest, sha256
from credit_scoring.intake.packing import NotOneFile, PackingError
from credit_scoring.intake.records import foot_of, parts
from credit_scoring.intake.source_text import packed, text_of
from credit_scoring.intake.sources import Source, find
from credit_scoring.storage.files import Folder

ALL_HISTORIES = "histories"
"""Names all of them in `without`."""
_COMPARED = 20
_LONGEST_STEM = 150


@dataclass(frozen=True)
class Delivery:
    """What was delivered, and what of the folder was left out because it holds no table."""

    manifest: Manifest
    left_out: tuple[str, ...]


def deliver(
    source: Path,
    landing: Folder,
    name: str,
    split_bytes: int,
    say: Callable[[str], None] = lambda line: None,
    ignored: Collection[str] = (),
    without: Collection[str] = (),
    formats: LenderFormat = DEFAULT_FORMATS,
) -> Delivery:
    """Uploads the tables of a folder as the delivery `name`; UsageError when that cannot be done.

    Files are split at records so that none is over `split_bytes` (before compression); a gzipped file stays gzipped.
    `ignored`: names or patterns of files to leave out (see `sources.find`). `without`: histories that the delivery
    lacks on purpose; a delivery of applications that lacks others, which the deliveries before it all brought, is an
    error. `formats`: how the files are written; the manifest says so of each that is not written as by default.
    """
    if not re.fullmatch(PLAIN_NAME, name):
        raise DELIVERY_NAME_WRONG(name=repr(name))
    declared = _declared(without)
    found = find(source, ignored)
    if landing.exists(name, NAME):
        raise DELIVERY_THERE(delivery=name, landing=landing.root)
    _check_histories(source, found.files, landing, declared)
    target = landing.below(name)
    files: list[DeliveredFile] = []
    for each in found.files:
        written = formats.of(each.table.name)
        for wanted, data, records in uploads(each, split_bytes, written):
            file_name = _free(wanted, {file.name for file in files})
            target.write(data, file_name)
            files.append(
                DeliveredFile(
                    name=file_name,
                    table=each.table.name,
                    records=records,
                    bytes=len(data),
                    sha256=sha256(data),
                    format=written if written != DEFAULT else None,
                )
            )
            say(f"  {file_name}: {records:,} records of {each.table.name}, {len(data) / 1e6:.1f} MB")
    manifest = Manifest(delivery=name, files=tuple(files), without=declared)
    target.write(manifest.to_json(), NAME)
    return Delivery(manifest, found.left_out)


def _declared(without: Collection[str]) -> tuple[str, ...]:
    """The histories that were named, in declared order; UsageError for a name that is none."""
    named = {name.strip().lower() for name in without}
    if unknown := sorted(named - {*HISTORIES, ALL_HISTORIES}):
        raise WITHOUT_UNKNOWN(name=repr(unknown[0]), tables=", ".join(HISTORIES))
    return HISTORIES if ALL_HISTORIES in named else tuple(name for name in HISTORIES if name in named)


def _check_histories(folder: Path, files: Sequence[Source], landing: Folder, without: Collection[str]) -> None:
    """UsageError where a history is missing that the latest deliveries in the landing root all brought, or where one
    is there that is said to be missing."""
    for each in files:
        if each.table.name in without:
            raise WITHOUT_THERE(table=each.table.name, file=each.said)
    brought = {each.table.name for each in files}
    if missing := lacking(brought, _earlier(landing), without):
        raise TABLES_LACKING(folder=folder, tables=", ".join(missing), named=",".join(missing))


def _earlier(landing: Folder) -> Iterator[set[str]]:
    """The tables of each of the latest deliveries in the landing root, with those that it said it lacks; one that
    cannot be read says nothing."""
    for name in landing.folders()[-_COMPARED:]:
        try:
            manifest = Manifest.model_validate_json(landing.read(name, NAME))
        except (FileNotFoundError, ValidationError):
            continue
        yield {file.table for file in manifest.files} | set(manifest.without)


def uploads(source: Source, split_bytes: int, written: Format) -> Iterator[tuple[str, bytes, int]]:
    """The parts of a file; UsageError when it does not unpack, or is no text of the declared encoding."""
    try:
        yield from _upload_parts(source, split_bytes, written)
    except (PackingError, NotOneFile, zipfile.BadZipFile, EOFError, zlib.error):
        raise SOURCE_DAMAGED(file=source.path) from None
    except UnicodeError:
        raise SOURCE_NOT_IN_ENCODING(file=source.path, encoding=written.encoding) from None


def _upload_parts(of: Source, split_bytes: int, written: Format) -> Iterator[tuple[str, bytes, int]]:
    """(file name, bytes, records) of each part; a file that needs no split keeps its name and its bytes."""
    path, zipped, suffix = of.path, of.zipped, ".csv.gz" if of.zipped else ".csv"
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", of.stem)[:_LONGEST_STEM]
    foot, length = b"", None
    if written.skip_foot:
        with text_of(path, written) as source:
            length, foot = foot_of(source, written.skip_foot)
    held: tuple[bytes, int] | None = None
    number = 0
    with text_of(path, written, length) as source:
        for part in parts(source, split_bytes, written, foot):
            if held is not None:
                number += 1
                yield f"{stem}-{number:04d}{suffix}", packed(held[0], zipped, written), held[1]
            held = part
    assert held is not None
    if number == 0:
        yield f"{stem}{suffix}", path.read_bytes(), held[1]
    else:
        yield f"{stem}-{number + 1:04d}{suffix}", packed(held[0], zipped, written), held[1]


def _free(name: str, taken: Collection[str]) -> str:
    """The name, or one like it that no file of the delivery has: `bureau-ä` and `bureau-ö` are both `bureau-_`."""
    stem, dot, suffix = name.partition(".csv")
    others = (f"{stem}_{number}{dot}{suffix}" for number in count(2))
    return next(each for each in chain([name], others) if each not in taken)
