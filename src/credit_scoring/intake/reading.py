"""One delivered file -> typed rows, quarantined rows and what was found: what a map task of intake does."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

import polars as pl

from credit_scoring.errors import DeliveryRefused
from credit_scoring.intake.casting import REASON, REASONS, cast
from credit_scoring.intake.inspection import Limits, inspect
from credit_scoring.intake.manifest import DeliveredFile
from credit_scoring.intake.parsing import Parsed, parse
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


@dataclass(frozen=True)
class Finding:
    """What was found in one file. `refusal` is the sentence that refuses the whole delivery, if any."""

    seq: int
    file: str
    table: str
    bytes: int
    sha256: str
    records: int = 0
    cells_missing: int = 0
    unknown_columns: tuple[str, ...] = ()
    refusal: str | None = None

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class ReadFile:
    """`rows`: by table, typed columns with FILE, RECORD and MADE_MISSING; `quarantined`: QUARANTINED."""

    finding: Finding
    rows: tuple[tuple[Table, pl.DataFrame], ...]
    quarantined: pl.DataFrame


def read_file(data: bytes, promised: DeliveredFile, delivery: str, seq: int, limits: Limits) -> ReadFile:
    """Inspects, parses and casts a file. Never raises for what is in the file: the finding says it."""
    declared = table(promised.table)
    finding = Finding(seq, promised.name, declared.name, len(data), promised.sha256)
    where = f"File {promised.name} of delivery {delivery}"
    try:
        parsed = parse(inspect(data, promised, delivery, limits), declared, where)
        if parsed.records != promised.records:
            raise DeliveryRefused(
                f"{where} has {parsed.records:,} records, the manifest says {promised.records:,}: "
                "the file was cut or changed. Deliver it again."
            )
    except DeliveryRefused as refused:
        return ReadFile(replace(finding, refusal=str(refused)), (), QUARANTINED.to_frame())
    typed = cast(parsed.cells, declared)
    good = typed.good.with_columns(pl.lit(promised.name).alias(FILE))
    quarantined = pl.concat(
        [_unusable(parsed, typed.bad, declared, promised.name), _ragged(parsed, declared, promised.name)]
    )
    cells_missing = int(good[MADE_MISSING].list.len().sum() or 0)
    found = replace(
        finding, records=parsed.records, cells_missing=cells_missing, unknown_columns=parsed.unknown_columns
    )
    return ReadFile(found, tuple(with_outcomes(declared, good)), quarantined)


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


def _ragged(parsed: Parsed, declared: Table, file: str) -> pl.DataFrame:
    """Records with too few or too many cells. Their ids are read where the header puts them, as far as that goes."""
    if not parsed.ragged:
        return QUARANTINED.to_frame()
    width = len(parsed.header)
    rows = []
    for record, cells in parsed.ragged:
        named = dict(zip(parsed.header, cells, strict=False))
        extra = {f"cell {number}": cell for number, cell in enumerate(cells[width:], width + 1)}
        sentence = f"a record must have {width} cells as the header does, this one has {len(cells)}"
        rows.append(
            {
                "table": declared.name,
                FILE: file,
                RECORD: record,
                "client_id": named.get(CLIENT),
                OWNER: named.get(declared.owner),
                REASONS: [{"rule": "cell_count", "column": "", "sentence": sentence}],
                "cells": json.dumps({**named, **extra}, ensure_ascii=False),
            }
        )
    frame = pl.DataFrame(rows, schema={**QUARANTINED, "client_id": pl.String, OWNER: pl.String})
    return frame.with_columns(pl.col("client_id", OWNER).cast(pl.Int64, strict=False)).select(QUARANTINED.names())


def _id(column: str, names: list[str]) -> pl.Expr:
    return (pl.col(column) if column in names else pl.lit(None)).cast(pl.Int64, strict=False)
