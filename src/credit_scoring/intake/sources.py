"""What a folder holds that is to be delivered: the files of each table, and nothing that looks like one passed over.

A table is a file under its name, or a folder under its name with part files, as Spark writes it. Whatever looks like a
table otherwise, by its name or by its header, is an error that names it and says what to do: a history that is passed
over looks like a client who has none. So is a table that two files say, such as `x.csv` beside `x.csv.gz` or a backup
beside the present file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import combinations
from pathlib import Path

from credit_scoring.errors.usage import (
    LOOKS_LIKE_TABLES,
    NO_SOURCE_FOLDER,
    NO_TABLE_FILES,
    PARTS_UNFINISHED,
    TABLE_TWICE,
)
from credit_scoring.intake.lookalikes import why_a_table
from credit_scoring.intake.manifest import NAME as MANIFEST
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import Table
from credit_scoring.schema.tables import TABLES

SUFFIXES = (".csv.gz", ".csv")
_MOST_NAMED = 10
_TEMPORARY = "_temporary"
_MARKS = {_TEMPORARY, "_delta_log", "_metadata", "_common_metadata", "__MACOSX"}


@dataclass(frozen=True)
class Source:
    """A file of a table. `said`: its path below the folder that is delivered, as messages name it; `stem`: what the
    names of its parts begin with in the delivery."""

    path: Path
    table: Table
    said: str
    stem: str

    @property
    def zipped(self) -> bool:
        """Whether its name says that it is gzipped."""
        return self.path.name.lower().endswith(".gz")


@dataclass(frozen=True)
class Sources:
    """The files of the tables, and what else the folder holds and nobody would take for a table. `odd`: what looks
    like a table and is not read, each with what to do; `twice`: two files that say the same table, and that."""

    files: tuple[Source, ...]
    left_out: tuple[str, ...]
    odd: tuple[str, ...] = ()
    twice: tuple[tuple[str, str, str], ...] = ()


def table_of(file_name: str) -> Table | None:
    """The table that a file holds: its stem begins with the table's name (any case), longest name first, and ends
    there or goes on with `-`, `_` or a digit. None for any other file."""
    suffix = _suffix(file_name)
    return None if suffix is None else _named(file_name[: -len(suffix)])


def find(folder: Path, ignored: Collection[str] = ()) -> Sources:
    """The tables of a folder; UsageError when something that looks like a table would be passed over, when two files
    say the same table twice, or when there is no table at all. `ignored`: see `look`.
    """
    found = look(folder, ignored)
    if odd := found.odd:
        more = f" and {len(odd) - _MOST_NAMED} more" if len(odd) > _MOST_NAMED else ""
        raise LOOKS_LIKE_TABLES(folder=folder, files="; ".join(odd[:_MOST_NAMED]) + more)
    for one, other, table in found.twice:
        raise TABLE_TWICE(one=one, other=other, table=table)
    return found


def look(folder: Path, ignored: Collection[str] = ()) -> Sources:
    """What a folder holds; UsageError when there is no folder, or nothing in it looks like a table.

    `ignored`: names or patterns (`*.xlsx`) of files and folders to leave out, whatever they look like.
    """
    if not folder.is_dir():
        raise NO_SOURCE_FOLDER(folder=folder)
    files: list[Source] = []
    left_out: list[str] = []
    odd: list[str] = []
    for path in sorted(folder.iterdir()):
        if _is_ignored(path.name, ignored):
            left_out.append(path.name)
            continue
        found = list(_sources_of(path, ignored))
        files += found
        strange = [] if found and path.is_file() else list(_strange(path, folder, ignored))
        odd += strange
        if not found and not strange:
            left_out.append(path.name)
        if found and path.is_dir():
            left_out += [f"{path.name}/{part.name}" for part in sorted(path.iterdir()) if _is_empty_part(part)]
    if not files and not odd:
        raise NO_TABLE_FILES(folder=folder, stems=", ".join(sorted(table.name for table in TABLES)))
    return Sources(tuple(files), tuple(left_out), tuple(odd), tuple(_twice(files)))


def _sources_of(path: Path, ignored: Collection[str]) -> Iterator[Source]:
    """The files of a table that an entry of the folder is, or that it holds as part files."""
    if path.is_file():
        if (table := table_of(path.name)) is not None:
            yield Source(path, table, path.name, path.name[: -len(_suffix(path.name) or "")])
    elif path.is_dir() and (table := _table_of_folder(path.name)) is not None:
        if (path / _TEMPORARY).exists():
            raise PARTS_UNFINISHED(folder=path)
        suffix = _suffix(path.name)
        stem = path.name[: -len(suffix)] if suffix else path.name
        some = any(_suffix(part.name) and not _is_empty_part(part) for part in path.iterdir())
        for part in sorted(path.iterdir()):
            said = f"{path.name}/{part.name}"
            if _is_ignored(part.name, ignored) or _is_ignored(said, ignored):
                continue
            if part.is_file() and not _is_mark(part.name) and (ending := _suffix(part.name)):
                if some and _is_empty_part(part):
                    continue
                yield Source(part, table, said, f"{stem}-{part.name[: -len(ending)]}")


def _is_empty_part(part: Path) -> bool:
    """Whether it is what a task of Spark's without rows leaves."""
    return part.is_file() and _suffix(part.name) is not None and part.stat().st_size == 0


def _strange(path: Path, folder: Path, ignored: Collection[str]) -> Iterator[str]:
    """What looks like a table in an entry and is none, each with what to do."""
    if _is_mark(path.name):
        return
    if not path.is_dir():
        if (why := why_a_table(path, None)) is not None:
            yield f"{path.relative_to(folder)} ({why})"
        return
    table = _table_of_folder(path.name)
    inner = [each for each in sorted(path.iterdir()) if not _is_mark(each.name)]
    inner = [
        each
        for each in inner
        if not _is_ignored(each.name, ignored) and not _is_ignored(f"{path.name}/{each.name}", ignored)
    ]
    if table is not None and not inner:
        yield f"{path.relative_to(folder)} (a folder of {table.name} without part files: write them, or remove it)"
    if table is None:
        yield from _strange_below(inner, folder)
        return
    for each in inner:
        if each.is_dir():
            yield f"{each.relative_to(folder)} (a folder of a folder: write {table.name} without partitions)"
        elif _suffix(each.name) is None:
            why = why_a_table(each, table) or f"a part of {table.name} whose name does not end with .csv"
            yield f"{each.relative_to(folder)} ({why})"


def _strange_below(inner: Sequence[Path], folder: Path) -> Iterator[str]:
    """Tables further down, but for those that are deliveries already."""
    if any(each.name == MANIFEST for each in inner):
        return
    for each in inner:
        if each.is_dir():
            yield from _strange_below([below for below in sorted(each.iterdir()) if not _is_mark(below.name)], folder)
        elif table_of(each.name) or why_a_table(each, None):
            yield f"{each.relative_to(folder)} (in a folder: deliver that folder, or move the file up)"


def _is_ignored(name: str, ignored: Collection[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in ignored)


def _is_mark(name: str) -> bool:
    """What Spark, Databricks, macOS and editors put beside files and in folders."""
    return name.startswith((".", "~$", "_SUCCESS", "_committed_", "_started_")) or name in _MARKS


def _suffix(name: str) -> str | None:
    return next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), None)


def _table_of_folder(name: str) -> Table | None:
    return table_of(name) if _suffix(name) else _named(name)


_COPY = re.compile(r"\(\d+\)\s*$|\s-\s*(copy|kopie|copie|copia)\b", re.IGNORECASE)
"""How browsers and file managers name another copy of a file."""


def _named(stem: str) -> Table | None:
    if _COPY.search(stem):
        return None
    for table in sorted(TABLES, key=lambda each: -len(each.name)):
        if re.match(re.escape(table.name) + r"($|[-_0-9])", stem.lower()):
            return table
    return None


_EDITION = re.compile(
    r"old|alt|ancien|bak|backup|back|sicherung|sauvegarde|copy|kopie|copie|copia|orig|original|prev|previous|new|neu|"
    r"nouveau|latest|last|final|fixed|corrected|correct|corr|tmp|temp|draft|archive|archived|save|saved|before|after|"
    r"yesterday|today|dup|duplicate|broken|edited|modified|updated|update|rev|ver|version|v"
)
_PART = re.compile(r"[0-9]+|part|parts|chunk|teil|split|batch|block|page|sheet|nr|no|of")
_NUMBERED = {"v", "ver", "version", "rev"}
"""Words behind which a number tells editions apart, not parts."""
_SETS = {APPLICATION.name: {"train", "test"}}
"""Words that tell different clients apart, in tables that come in several files of their own."""


def _twice(files: Sequence[Source]) -> Iterator[tuple[str, str, str]]:
    for one, other in combinations(files, 2):
        parts = one.path.parent == other.path.parent and _nested(one) and _nested(other)
        if one.table is other.table and not parts and _same(one, other):
            yield one.said, other.said, one.table.name


def _nested(source: Source) -> bool:
    return "/" in source.said


def _same(one: Source, other: Source) -> bool:
    """Whether two files of a table are two editions of the same rows, by their names.

    Numbers tell parts apart, and other words sets of clients. What a name adds to another's that says neither, or that
    says which edition it is, does not.
    """
    words, others = _words(one), _words(other)
    if words == others:
        return True
    plain, others_plain = ([word for word in each if not _PART.fullmatch(word)] for each in (words, others))
    if plain == others_plain:
        return not _NUMBERED.isdisjoint(plain)
    rest, others_rest = ([word for word in each if not _EDITION.fullmatch(word)] for each in (plain, others_plain))
    if rest == others_rest:
        return True
    shorter, longer = sorted((words, others), key=len)
    added = {word for word in longer[len(shorter) :] if not _PART.fullmatch(word)}
    return longer[: len(shorter)] == shorter and not added <= _SETS.get(one.table.name, set())


def _words(source: Source) -> list[str]:
    """The words and numbers of a name behind the table's: ["test", "old"], ["0001"]."""
    stem = source.said.split("/")[0].lower()
    if suffix := _suffix(stem):
        stem = stem[: -len(suffix)]
    return re.findall(r"[0-9]+|[^\W\d_]+", stem[len(source.table.name) :])
