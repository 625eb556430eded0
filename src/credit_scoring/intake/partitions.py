"""One slot of staging: rows whose ids meet in it, told apart, named and counted. What a reduce task of intake does."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping

import polars as pl
import pyarrow as pa

from credit_scoring.engines.engine import STAGED
from credit_scoring.intake.duplicates import deduplicate
from credit_scoring.intake.owners import with_clients
from credit_scoring.intake.reading import OWNER, QUARANTINED
from credit_scoring.intake.refused_alone import LEFT_TO_OTHERS, failure_of
from credit_scoring.schema.arrow_types import arrow_schema
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.table import CLIENT, FILE, RECORD, SEQ, Table
from credit_scoring.schema.tables import table as declared
from credit_scoring.storage.arrow import Frames, rows_block

ACCEPTED, UNNAMED, BAD = "accepted", "unnamed", "quarantined"
"""Kinds with rows in their block. UNNAMED: accepted balances whose client their own delivery does not tell."""
COUNTS, FINDING, TOUCHED, FAILED = "counts", "finding", "touched", "failed"
"""What became of the records by table and file, what was found in a file, which clients have rows in which table; and
how staging a delivery failed."""

_ARROW = arrow_schema(STAGED)
Accepted = dict[str, pl.DataFrame]
"""A delivery's rows by table."""
Counts = dict[str, dict[str, dict[str, int]]]
"""table -> file -> what became of its records -> how many."""


def label(kind: str, seq: int, table: str) -> str:
    """What blocks of rows of a kind are labelled with on their way into a slot."""
    return f"{kind}|{seq}|{table}"


def stage_slot(frames: Frames) -> Iterator[pa.RecordBatch]:
    """The reduce function: one slot's frames by label -> STAGED rows. What fails refuses its delivery, and no other."""
    by_seq: dict[int, dict[tuple[str, str], pl.DataFrame]] = defaultdict(dict)
    for text, frame in sorted(frames.items()):
        kind, number, name = text.split("|")
        by_seq[int(number)][kind, name] = frame
    for seq, labelled in by_seq.items():
        try:
            yield from list(_staged(seq, labelled))
        except LEFT_TO_OTHERS:
            raise
        except BaseException as error:  # a panic of polars is no Exception
            yield _row(FAILED, seq, detail=failure_of(error))


def _staged(seq: int, labelled: Mapping[tuple[str, str], pl.DataFrame]) -> Iterator[pa.RecordBatch]:
    """What becomes of one delivery's frames by kind and table."""
    accepted: Accepted = {}
    bad: list[pl.DataFrame] = []
    counts: Counts = {}
    for (kind, name), frame in labelled.items():
        if kind == FINDING:
            for detail in frame["detail"].sort():
                yield _row(FINDING, seq, detail=detail)
        elif kind == BAD:
            bad.append(frame)
            _count(counts, name, "quarantined", frame)
        else:
            told = deduplicate(frame, declared(name))
            accepted[name] = told.kept
            _count(counts, name, "accepted", told.kept)
            _count(counts, name, "duplicates", told.repeated)
            if told.conflicting.height:
                bad.append(conflicting(told.conflicting, declared(name)))
                _count(counts, name, "quarantined", told.conflicting)
    if counts:
        yield _row(COUNTS, seq, detail=json.dumps(counts))
    yield from _named(seq, accepted)
    if bad:
        rows = pl.concat(bad).sort(FILE, RECORD)
        unattributed = rows.filter(pl.col("client_id").is_null() & pl.col(OWNER).is_null()).height
        yield _row(BAD, seq, rows, detail=str(unattributed))


def _named(seq: int, accepted: Accepted) -> Iterator[pa.RecordBatch]:
    """The rows in their order, balances with their client or apart; and the clients of whom rows are among them."""
    touched: list[pl.DataFrame] = []
    for name, frame in accepted.items():
        table = declared(name)
        rows = frame if table.client_column else with_clients(frame, accepted.get(BUREAU.name))
        rows = rows.sort([*table.key, FILE, RECORD] if table.key else [CLIENT, FILE, RECORD])
        if rows[CLIENT].null_count():
            yield _row(UNNAMED, seq, rows.filter(pl.col(CLIENT).is_null()), name)
            rows = rows.filter(pl.col(CLIENT).is_not_null())
        if rows.height:
            yield _row(ACCEPTED, seq, rows, name)
            clients = pl.col(CLIENT).unique().sort().alias("client_id")
            touched.append(rows.select(clients, pl.lit(name).alias("table")))
    if touched:
        yield _row(TOUCHED, seq, pl.concat(touched))


def conflicting(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Conflicting rows as QUARANTINED; their text is gone, so the typed values stand as cells."""
    key = ", ".join(table.key)
    sentence = f"rows with the same {key} must not differ; which of them is right cannot be told"
    names = [column.name for column in table.columns if column.name in rows.columns]
    client = pl.col(CLIENT) if CLIENT in names else pl.lit(None, pl.Int64)
    reason = pl.struct(rule=pl.lit("conflicting_key"), column=pl.lit(key), sentence=pl.lit(sentence))
    return rows.select(
        pl.lit(table.name).alias("table"),
        FILE,
        RECORD,
        client.alias("client_id"),
        pl.col(table.owner).alias(OWNER),
        pl.concat_list(reason).alias("reasons"),
        pl.struct(names).struct.json_encode().alias("cells"),
    ).cast(QUARANTINED)


def _count(counts: Counts, table: str, what: str, rows: pl.DataFrame) -> None:
    for file, count in rows.group_by(FILE).len().sort(FILE).iter_rows():
        of_file = counts.setdefault(table, {}).setdefault(file, {})
        of_file[what] = of_file.get(what, 0) + count


def _row(
    kind: str, seq: int, rows: pl.DataFrame | None = None, table: str | None = None, detail: str | None = None
) -> pa.RecordBatch:
    height, block = 0, None
    if rows is not None:
        height, block = rows.height, rows_block(rows.with_columns(pl.lit(seq, pl.Int64).alias(SEQ)))
    values = {"kind": kind, "seq": seq, "table": table, "rows": height, "detail": detail, "block": block}
    return pa.RecordBatch.from_pylist([values], schema=_ARROW)
