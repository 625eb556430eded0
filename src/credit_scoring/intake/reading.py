"""One delivered file -> typed rows, quarantined rows and what was found: what a map task of intake does."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

import polars as pl

from credit_scoring.errors import DeliveryIncomplete, DeliveryRefused, DeliveryUnreadable
from credit_scoring.errors.deliveries import FILE_UNREAD, RECORDS_DIFFER, SKIPPED_RECORD
from credit_scoring.file_format import DEFAULT, Format
from credit_scoring.intake.casting import REASON, REASONS, cast
from credit_scoring.intake.inspection import Limits, inspect
from credit_scoring.intake.manifest import DeliveredFile
from credit_scoring.intake.parsing import Parsed, parse
from credit_scoring.intake.refused_alone import LEFT_TO_OTHERS, refused_alone
from credit_scoring.intake.unread import unread_in
from credit_scoring.ledger.events import Unread
from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.outcomes import TARGET as TARGET_COLUMN
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, RECORD, Table
from credit_scoring.schema.tables import table

TARGET = TARGET_COLUMN.name
OWNER = "owner_id"
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "table": pl.String,
    FILE: pl.String,
    RECORD: pl.Int64,
    "client_id": pl.Int64,
    OWNER: pl.Int64,
    REASONS: pl.List(REASON),
    "cells": pl.String,
}
QUARANTINED = pl.Schema(_COLUMNS)
_NOTHING_BAD = QUARANTINED.to_frame()

READABLE_ID = r"""^[\s'"\x{a0}\x{feff}]*\+?0*([0-9]{1,18})(?:\.0*)?[\s'"\x{a0}\x{feff}]*$"""
"""A whole number, and what may stand around it without a doubt about which number it is."""


@dataclass(frozen=True)
class Finding:
    """What was found in one file. `refusal` is the sentence that refuses the whole delivery, if any; `incomplete`:
    because the file is not there as it was promised; `unforeseen`: because it could not be read in a way that nobody
    foresaw. `format`: the keys in which the format that it was read by differs from the default, as JSON.

    Passed over because they mean nothing: `blank_records`, `empty_columns`, bytes of `padding`.
    """

    seq: int
    file: str
    table: str
    bytes: int
    sha256: str
    records: int = 0
    cells_missing: int = 0
    unknown_columns: tuple[str, ...] = ()
    bad_records: int = 0
    unread: tuple[Unread, ...] = ()
    refusal: str | None = None
    incomplete: bool = False
    unforeseen: bool = False
    format: str = ""
    blank_records: int = 0
    empty_columns: int = 0
    padding: int = 0

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)

    def refused(self, why: DeliveryRefused) -> Finding:
        """The finding of a file that refuses its delivery."""
        return replace(
            self,
            refusal=str(why),
            incomplete=isinstance(why, DeliveryIncomplete),
            unforeseen=isinstance(why, DeliveryUnreadable),
        )


@dataclass(frozen=True)
class ReadFile:
    """`rows`: by table, typed columns with FILE, RECORD and MADE_MISSING; `quarantined`: QUARANTINED."""

    finding: Finding
    rows: tuple[tuple[Table, pl.DataFrame], ...]
    quarantined: pl.DataFrame


def read_file(
    data: bytes, promised: DeliveredFile, delivery: str, seq: int, limits: Limits, written: Format = DEFAULT
) -> ReadFile:
    """Inspects, parses and casts a file. Never raises, whatever is in the file and whatever fails: the finding says
    it."""
    declared = json.dumps(written.declared()) if written != DEFAULT else ""
    finding = Finding(seq, promised.name, promised.table, len(data), promised.sha256, format=declared)
    try:
        return _read(data, promised, delivery, finding, limits, written)
    except DeliveryRefused as why:
        return refused(finding, why)
    except LEFT_TO_OTHERS:
        raise
    except BaseException as error:  # a panic of polars is no Exception
        return refused(finding, refused_alone(error, delivery, f"file {promised.name}"))


def refused(finding: Finding, why: DeliveryRefused) -> ReadFile:
    """A file that refuses its delivery; nothing of it is a row."""
    return ReadFile(finding.refused(why), (), QUARANTINED.to_frame())


def _read(
    data: bytes, promised: DeliveredFile, delivery: str, finding: Finding, limits: Limits, written: Format
) -> ReadFile:
    declared, where = table(promised.table), {"file": promised.name, "delivery": delivery}
    inspected = inspect(data, promised, delivery, limits, written)
    parsed = parse(inspected.text, declared, promised.name, delivery, written)
    for key, lines in parsed.skipped:
        # A record whose line end is lost stands in one line with what is skipped: it has more cells, or shows its id.
        if (
            key in parsed.joined
            or lines[declared.owner].str.contains(READABLE_ID).any()
            or cast(lines, declared).good.height
        ):
            raise SKIPPED_RECORD(**where, key=key)
    padding = inspected.padding + parsed.padding
    # Whoever counted the records may have counted lines that are none.
    if not 0 <= promised.records - parsed.records <= parsed.other_lines:
        raise RECORDS_DIFFER(**where, found=parsed.records, promised=promised.records)
    good, quarantined = judged(parsed, declared, promised.name)
    found = replace(
        finding,
        records=parsed.records,
        cells_missing=int(good[MADE_MISSING].list.len().sum() or 0),
        unknown_columns=parsed.unknown_columns,
        blank_records=parsed.blank_records,
        empty_columns=parsed.empty_columns,
        padding=padding,
        bad_records=quarantined.height,
        unread=unread_in(parsed.cells, good, quarantined, declared),
    )
    return ReadFile(found, tuple(with_outcomes(declared, good)), quarantined)


def judged(parsed: Parsed, declared: Table, file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The usable rows of a file, typed, with FILE, RECORD and MADE_MISSING; and the others, as QUARANTINED."""
    typed = cast(parsed.cells, declared)
    good = typed.good.with_columns(pl.lit(file).alias(FILE))
    if typed.bad.is_empty() and not parsed.misread:
        return good, _NOTHING_BAD
    return good, pl.concat([_unusable(parsed, typed.bad, declared, file), _misread(parsed, declared, file)])


def unread(promised: DeliveredFile, delivery: str, seq: int, problem: str) -> ReadFile:
    """What is found in a file that cannot be read: its delivery is refused, alone, and looked at again."""
    why = FILE_UNREAD(file=promised.name, delivery=delivery, why=problem)
    finding = Finding(seq, promised.name, table(promised.table).name, 0, promised.sha256, refusal=str(why))
    return ReadFile(replace(finding, incomplete=True), (), QUARANTINED.to_frame())


def with_outcomes(declared: Table, good: pl.DataFrame) -> list[tuple[Table, pl.DataFrame]]:
    """An application's TARGET is an outcome: it goes to that table, and never near the features."""
    if declared.name == OUTCOMES.name or TARGET not in good.columns:
        return [(declared, good)]
    outcomes = good.filter(pl.col(TARGET).is_not_null()).select(
        CLIENT, TARGET, RECORD, pl.lit(None, pl.List(pl.String)).alias(MADE_MISSING), FILE
    )
    return [(declared, good.drop(TARGET)), (OUTCOMES, outcomes)]


def _unusable(parsed: Parsed, bad: pl.DataFrame, declared: Table, file: str) -> pl.DataFrame:
    """Rows that casting found unusable, with their text cells as JSON by name."""
    cells = bad.join(parsed.cells, on=RECORD, how="left", maintain_order="left")
    names = [column.name for column in declared.columns]
    return cells.select(
        pl.lit(declared.name).alias("table"),
        pl.lit(file).alias(FILE),
        RECORD,
        _id(CLIENT, names).alias("client_id"),
        _id(declared.owner, names).alias(OWNER),
        REASONS,
        pl.struct(names).struct.json_encode().alias("cells"),
    )


def _misread(parsed: Parsed, declared: Table, file: str) -> pl.DataFrame:
    """Records whose cells may stand under any column: they have no client, and their cells go by position."""
    rows = [
        {
            "table": declared.name,
            FILE: file,
            RECORD: row.record,
            "client_id": None,
            OWNER: None,
            REASONS: [{"rule": row.rule, "column": "", "sentence": row.sentence}],
            "cells": json.dumps({f"cell {n}": cell for n, cell in enumerate(row.cells, 1)}, ensure_ascii=False),
        }
        for row in parsed.misread
    ]
    return pl.DataFrame(rows, schema=QUARANTINED)


def _id(column: str, names: list[str]) -> pl.Expr:
    """The id in a text cell, as far as it is beyond doubt: a row that is unusable should still be its client's.

    What a spreadsheet puts around a whole number is passed over; `1E+05` is not, because it has lost digits.
    """
    if column not in names:
        return pl.lit(None, pl.Int64)
    number = pl.col(column).str.extract(READABLE_ID, 1).cast(pl.Int64, strict=False)
    return pl.when(number >= 1).then(number)
