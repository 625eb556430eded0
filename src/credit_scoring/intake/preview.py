"""What intake would say of a folder's files before anything is uploaded, and the format that would read them better.

`deliver` cuts the files in the same way, and intake reads them by the same `reading.read_file` and
`duplicates.deduplicate`: what is said here is what intake will say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import polars as pl

from credit_scoring.errors import UsageError
from credit_scoring.file_format import LenderFormat
from credit_scoring.intake.deliver import uploads
from credit_scoring.intake.duplicates import deduplicate
from credit_scoring.intake.guessing import guess
from credit_scoring.intake.guessing_cells import lost_texts
from credit_scoring.intake.guessing_formats import Known, formats_of
from credit_scoring.intake.inspection import Limits, inspect
from credit_scoring.intake.manifest import DeliveredFile, sha256
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.parsing import parse
from credit_scoring.intake.reading import OWNER, ReadFile, read_file
from credit_scoring.intake.sources import Source, Sources, look
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, RECORD, Table
from credit_scoring.schema.tables import TABLES
from credit_scoring.schema.tables import table as declared_table

QUARANTINED, MISSING = "quarantined", "made missing"
_TEXTS = 3
_LONGEST_TEXT = 40
_SHARED = 0.1
"""So large a part of a file's keys that stands in another one means that both say the same rows."""
_BEFORE_UPLOAD = "(not delivered yet)"


@dataclass(frozen=True)
class FileSeen:
    """What intake would say of one file. `refusal`: the sentence that would refuse the delivery, if any."""

    file: str
    table: str
    records: int = 0
    usable: int = 0
    duplicates: int = 0
    quarantined: int = 0
    cells_missing: int = 0
    refusal: str | None = None


@dataclass(frozen=True)
class Fault:
    """Cells of a column that do not read. `becomes`: their rows are quarantined, or they are made missing; `why`: what
    is expected; `texts`: the most frequent ones with how often they stand there."""

    table: str
    column: str
    becomes: str
    why: str
    cells: int
    texts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Seen:
    """What intake would say of all files together. `referred`: clients with an application who would be referred,
    because a row of theirs is incomplete, or may be."""

    files: tuple[FileSeen, ...] = ()
    faults: tuple[Fault, ...] = ()
    applications: int = 0
    referred: int = 0

    def total(self, what: str) -> int:
        """The sum of a number of the files."""
        return sum(getattr(each, what) for each in self.files)

    @property
    def refusals(self) -> tuple[FileSeen, ...]:
        """The files that would refuse the delivery."""
        return tuple(each for each in self.files if each.refusal is not None)

    @property
    def nothing_to_score(self) -> bool:
        """Whether there are applications, none of which is usable."""
        brought = [each for each in self.files if each.table == APPLICATION.name]
        return any(each.records for each in brought) and not any(each.usable for each in brought)

    @property
    def cost(self) -> tuple[int, int, int]:
        """What a better format makes smaller: refused files, quarantined records, cells made missing."""
        return len(self.refusals), self.total("quarantined"), self.total("cells_missing")


@dataclass(frozen=True)
class Preview:
    """`seen`: as the settings say now. `formats`: the formats that would read more, None where none was found;
    `guessed`: what intake would say then, `looks`: what the files look like. `lacking`: tables that no file holds.
    `problems`: what `deliver` would not pass over."""

    folder: str
    seen: Seen
    left_out: tuple[str, ...]
    lacking: tuple[str, ...]
    problems: tuple[str, ...] = ()
    formats: LenderFormat | None = None
    guessed: Seen | None = None
    looks: tuple[str, ...] = field(default=())

    @property
    def ready(self) -> bool:
        """Whether intake would take every file in, and there is something to score where applications are."""
        return not (self.problems or self.seen.refusals or self.seen.nothing_to_score)


def preview(
    folder: Path, formats: LenderFormat, limits: Limits, split_bytes: int, ignored: Collection[str] = ()
) -> Preview:
    """What intake would say of the folder's files, read as `formats` say; UsageError where there is no table."""
    sources = look(folder, ignored)
    seen, shared = see(sources.files, formats, limits, split_bytes)
    there = {each.table.name for each in sources.files}
    found = Preview(
        folder=str(folder),
        seen=seen,
        left_out=sources.left_out,
        lacking=tuple(table.name for table in TABLES if table.name not in there),
        problems=(*_problems(sources), *shared),
    )
    better, looks = _guessed(sources.files, seen, formats)
    if better is None or better == formats:
        return found
    guessed, shared = see(sources.files, better, limits, split_bytes)
    if guessed.cost >= seen.cost:
        return found
    problems = (*_problems(sources), *shared)
    return replace(found, formats=better, guessed=guessed, looks=tuple(looks), problems=problems)


def refused_because(found: Preview) -> str:
    """Why the files must not be delivered as they are, in a sentence."""
    refusals = [each.refusal for each in found.seen.refusals if each.refusal is not None]
    if refusals:
        more = f" (and {len(refusals) - 1} more of its files)" if len(refusals) > 1 else ""
        return refusals[0] + more
    if found.problems:
        return "; ".join(found.problems[:_TEXTS])
    first = next((each for each in found.seen.faults if each.table == APPLICATION.name), None)
    return f"all of its applications would be quarantined{f', for {first.why}' if first else ''}"


def _problems(sources: Sources) -> list[str]:
    return [
        *(f"looks like a table, and would not be delivered: {each}" for each in sources.odd),
        *(f"{one} and {other} both say the table {table}" for one, other, table in sources.twice),
    ]


def _guessed(files: Sequence[Source], seen: Seen, formats: LenderFormat) -> tuple[LenderFormat | None, list[str]]:
    """The formats that the files look like, and what they look like in words, most files first."""
    imperfect = {each.file for each in seen.files if each.refusal is not None or each.quarantined or each.cells_missing}
    known: list[Known] = []
    said: dict[str, list[str]] = defaultdict(list)
    for source in files:
        base = formats.of(source.table.name)
        found = guess(source.path, source.table, base) if source.said in imperfect else None
        known.append(Known(source.path, source.table, found.written if found else base, found is not None))
        for look_ in found.looks if found else ():
            said[look_].append(source.said)
    if not said:
        return None, []
    every = sum(each.guessed for each in known)
    looks = [
        f"{', '.join(names[:3]) + (f' and {len(names) - 3} more' if len(names) > 3 else '')}: {what}"
        if len(names) < every
        else f"every file that does not read: {what}"
        for what, names in said.items()
    ]
    return formats_of(known, formats), looks


@dataclass
class _Rows:
    """What the files of all tables hold, as far as it is needed to tell of them together."""

    good: dict[str, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))
    quarantined: list[pl.DataFrame] = field(default_factory=list)
    source_of: dict[str, str] = field(default_factory=dict)
    faults: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    texts: dict[tuple[str, str, str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def see(files: Sequence[Source], formats: LenderFormat, limits: Limits, split_bytes: int) -> tuple[Seen, list[str]]:
    """What intake would say of the files, and which of them hold the same rows."""
    rows = _Rows()
    counted = {source.said: _file_seen(source, formats, limits, split_bytes, rows) for source in files}
    shared: list[str] = []
    conflicting: list[pl.DataFrame] = []
    for name, frames in rows.good.items():
        told = deduplicate(pl.concat(frames), declared_table(name))
        shared += _shared(frames, declared_table(name), rows)
        conflicting.append(told.conflicting)
        for what, frame in (("duplicates", told.repeated), (QUARANTINED, told.conflicting)):
            for file, count in frame.group_by(FILE).len().iter_rows():
                seen = counted[rows.source_of[file]]
                more = {what: getattr(seen, what) + count, "usable": seen.usable - count}
                counted[rows.source_of[file]] = replace(seen, **more)
        if told.conflicting.height:
            key = ", ".join(declared_table(name).key)
            rows.faults[name, key, QUARANTINED, f"rows with the same {key} must not differ"] += told.conflicting.height
    faults = [
        Fault(*key, cells, tuple(rows.texts[key].most_common(_TEXTS)) if key in rows.texts else ())
        for key, cells in sorted(rows.faults.items(), key=lambda item: (-item[1], item[0]))
    ]
    applications, referred = _referred(rows, conflicting)
    return Seen(tuple(counted.values()), tuple(faults), applications, referred), shared


def _file_seen(source: Source, formats: LenderFormat, limits: Limits, split_bytes: int, rows: _Rows) -> FileSeen:
    """What intake would say of one file by itself; its rows go to `rows`."""
    written = formats.of(source.table.name)
    seen = FileSeen(source.said, source.table.name)
    try:
        for number, (_, data, records) in enumerate(uploads(source, split_bytes, written)):
            # Two folders may hold parts of one name; what intake calls them is of no interest before it does.
            name = source.said if number == 0 else f"{source.said}, part {number + 1}"
            promised = DeliveredFile.model_construct(
                name=name, table=source.table.name, records=records, bytes=len(data), sha256=sha256(data)
            )
            read = read_file(data, promised, _BEFORE_UPLOAD, 0, limits, written)
            if read.finding.refusal is not None:
                return replace(seen, refusal=read.finding.refusal)
            rows.source_of[name] = source.said
            _take(read, source.table, rows)
            if read.finding.cells_missing:
                text = inspect(data, promised, _BEFORE_UPLOAD, limits, written).text
                _take_missing(parse(text, source.table, name, _BEFORE_UPLOAD, written).cells, read, source.table, rows)
            bad = read.quarantined.height
            seen = replace(
                seen,
                records=seen.records + read.finding.records,
                usable=seen.usable + read.finding.records - bad,
                quarantined=seen.quarantined + bad,
                cells_missing=seen.cells_missing + read.finding.cells_missing,
            )
    except UsageError as error:
        return replace(seen, refusal=str(error))
    return seen


def _take(read: ReadFile, table: Table, rows: _Rows) -> None:
    """The rows of a file, and why those in quarantine are there."""
    for of, frame in read.rows:
        if of is table:
            rows.good[table.name].append(frame)
    if not read.quarantined.height:
        return
    rows.quarantined.append(read.quarantined.select("table", FILE, "client_id", OWNER))
    reasons = read.quarantined.select("reasons", "cells").explode("reasons").unnest("reasons")
    for (column, sentence), group in reasons.group_by("column", "sentence"):
        key = (table.name, str(column) or "(the record)", QUARANTINED, str(sentence))
        rows.faults[key] += group.height
        if column in {each.name for each in table.columns}:
            texts = group["cells"].str.json_path_match(f"$.{column}").drop_nulls()
            rows.texts[key].update(_counted(texts))


def _take_missing(cells: pl.DataFrame, read: ReadFile, table: Table, rows: _Rows) -> None:
    """Which cells of a file were made missing, and what stands there."""
    good = next(frame for of, frame in read.rows if of is table)
    with_missing = good.filter(pl.col(MADE_MISSING).is_not_null())[RECORD]
    lost = lost_texts(cells.filter(pl.col(RECORD).is_in(with_missing.implode())), table)
    for column, text, count in lost.iter_rows():
        key = (table.name, column, MISSING, f"{column} must be {table.column(column).expectation()}")
        rows.faults[key] += count
        rows.texts[key][_cut(text)] += count


def _counted(texts: pl.Series) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for text, count in texts.value_counts().iter_rows():
        counts[_cut(text)] += count
    return counts


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "..."


def _shared(frames: Sequence[pl.DataFrame], table: Table, rows: _Rows) -> list[str]:
    """Which files of a table hold the same keys (the same rows, where it has none)."""
    names = [column.name for column in table.columns if column.name in frames[0].columns]
    by_source: dict[str, list[pl.DataFrame]] = defaultdict(list)
    for frame in frames:
        if frame.height:
            by_source[rows.source_of[frame[FILE][0]]].append(frame.select(list(table.key) or names))
    keys = {source: pl.concat(parts).unique() for source, parts in by_source.items()}
    said = []
    for (one, ones), (other, others) in combinations(keys.items(), 2):
        both = ones.join(others, on=ones.columns, how="semi", nulls_equal=True).height
        if both > _SHARED * min(ones.height, others.height):
            said.append(f"{one} and {other} hold the same rows: {both:,} keys of {table.name} stand in both")
    return said


def _referred(rows: _Rows, conflicting: Iterable[pl.DataFrame]) -> tuple[int, int]:
    """Clients with a usable application, and those of them with a row that is incomplete or may be theirs."""
    applied = _clients(rows.good.get(APPLICATION.name, []))
    spoilt: set[int] = set()
    credits: set[int] = set()
    for name, frames in rows.good.items():
        owner = declared_table(name).owner
        for frame in frames:
            found = frame.filter(pl.col(MADE_MISSING).is_not_null())[owner]
            (credits if owner == CREDIT else spoilt).update(found.drop_nulls().to_list())
    for frame in conflicting:
        if frame.height and CLIENT in frame.columns:
            spoilt.update(frame[CLIENT].drop_nulls().to_list())
        elif frame.height:
            credits.update(frame[CREDIT].drop_nulls().to_list())
    for frame in rows.quarantined:
        unattributed = frame.filter(pl.col("client_id").is_null() & pl.col(OWNER).is_null())
        if unattributed.height:
            return len(applied), len(applied)
        spoilt.update(frame["client_id"].drop_nulls().to_list())
        credits.update(frame.filter(pl.col("client_id").is_null())[OWNER].drop_nulls().to_list())
    for frame in rows.good.get(BUREAU.name, []):
        if credits:
            spoilt.update(frame.filter(pl.col(CREDIT).is_in(list(credits)))[CLIENT].drop_nulls().to_list())
    return len(applied), len(applied & spoilt)


def _clients(frames: Iterable[pl.DataFrame]) -> set[int]:
    return {client for frame in frames for client in frame[CLIENT].drop_nulls().to_list()}
