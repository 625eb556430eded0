"""Whether every sentence that was published is true of its client: score_history against the raw rows behind it.

Each score is judged by the rows that were known at its delivery, and by what these rows show alone: what was said is
read from score_history, nothing is computed again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.snapshot import CASE, Snapshot
from credit_scoring.context import Context
from credit_scoring.engines.engine import Scan
from credit_scoring.errors.usage import NOBODY_SCORED
from credit_scoring.features.findings.finding import holding
from credit_scoring.features.statements import STATEMENTS, by_code
from credit_scoring.ledger.events import accepted, withdrawals
from credit_scoring.scoring import history

_GIVEN = ("client_id", "seq", "model_version")
_SCHEMA = "code STRING, absent BOOLEAN, said BIGINT, untrue BIGINT"


@dataclass(frozen=True)
class AuditedStatement:
    """One statement: of how many clients it was made, and of how many of them it is not true.

    `declared`: False when this release no longer declares it, so that nothing can prove it.
    """

    code: str
    absent: bool
    said: int
    untrue: int
    declared: bool


@dataclass(frozen=True)
class ReasonAudit:
    """What was said of `clients` scores by one model version."""

    model_version: int
    clients: int
    statements: tuple[AuditedStatement, ...]

    @property
    def said(self) -> int:
        """How many sentences were judged."""
        return sum(each.said for each in self.statements if each.declared)

    @property
    def untrue(self) -> int:
        """How many of them are not true."""
        return sum(each.untrue for each in self.statements if each.declared)


def audit_reasons(context: Context) -> ReasonAudit:
    """Judges every sentence of the latest model version's scores. UsageError when nobody has a score."""
    engine = context.engine
    if not engine.exists(history.TABLE):
        raise NOBODY_SCORED()
    events = context.ledger.events()
    given = history.not_withdrawn(engine, engine.scan(Scan(history.TABLE, _GIVEN)), withdrawals(events))
    if given.is_empty():
        raise NOBODY_SCORED()
    version = given["model_version"].max()
    assert isinstance(version, int)
    cases = engine.scan(
        Scan(history.TABLE, (*_GIVEN, "delivery", "reasons"), {"model_version": [version]}, _said)
    ).join(given.filter(pl.col("model_version") == version), on=list(_GIVEN), how="semi")
    deliveries = accepted(events)
    cases = cases.select("client_id", pl.col("seq").alias("as_of"), "said").unique(["client_id", "as_of"], keep="any")
    names = {delivered.seq: delivered.name for delivered in deliveries}
    chosen = Cohort(engine, cases.sort("client_id", "as_of"), names, tuple(sorted(names)))
    counted = gather(chosen, context.settings.gather, _judge, _SCHEMA).collect()
    totals = counted.group_by("code", "absent").agg(pl.col("said", "untrue").sum()).sort("code", "absent")
    return ReasonAudit(
        version,
        cases.height,
        tuple(
            AuditedStatement(code, absent, said, untrue, (code, absent) in by_code())
            for code, absent, said, untrue in totals.iter_rows()
        ),
    )


def _said(rows: pl.DataFrame) -> pl.DataFrame:
    """What was said of each client: code and absent of every reason."""
    named = pl.element().struct
    said = pl.col("reasons").list.eval(pl.struct(named.field("code"), named.field("absent"))).alias("said")
    return rows.select(*_GIVEN, "delivery", said)


def _judge(snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    """One slot's clients: how often each statement was made, and how often in vain."""
    proofs = holding([s.evidence for s in STATEMENTS], snapshot.tables, snapshot.cases[CASE])
    place = {key: i for i, key in enumerate(by_code())}
    assert list(by_code().values()) == list(STATEMENTS)
    said = (
        snapshot.cases.with_row_index("row")
        .select("row", "said")
        .explode("said")
        .unnest("said")
        .with_columns(row=pl.col("row").cast(pl.Int64))
    )
    columns: dict[str, list[object]] = {"code": [], "absent": [], "said": [], "untrue": []}
    for (code, absent), group in said.group_by("code", "absent", maintain_order=True):
        proven = place.get((str(code), bool(absent)))
        true = int(np.sum(proofs[group["row"].to_numpy(), proven])) if proven is not None else 0
        for name, value in (
            ("code", code),
            ("absent", absent),
            ("said", group.height),
            ("untrue", group.height - true),
        ):
            columns[name].append(value)
    types = (pa.string(), pa.bool_(), pa.int64(), pa.int64())
    yield pa.RecordBatch.from_pydict(
        {name: pa.array(values, kind) for (name, values), kind in zip(columns.items(), types, strict=True)}
    )
