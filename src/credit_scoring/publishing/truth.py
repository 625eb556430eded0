"""Whether every sentence that was published is true of its client: score_history against the raw rows behind it.

Each score is judged by the rows that were known at its delivery, and by evidence in these rows alone: what was said is
read from score_history, nothing is computed again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from pyspark.sql import functions as F

from credit_scoring.clients import cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.known import CASE, Known
from credit_scoring.errors.usage import NOBODY_SCORED
from credit_scoring.features.evidence import holding
from credit_scoring.features.statements import STATEMENTS, by_code
from credit_scoring.intake.events import accepted, withdrawals
from credit_scoring.intake.ledger import Ledger
from credit_scoring.publishing import history
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.frames import size
from credit_scoring.storage.tables import Tables

_SCHEMA = "code STRING, absent BOOLEAN, said BIGINT, untrue BIGINT"


@dataclass(frozen=True)
class Said:
    """One statement: of how many clients it was made, and of how many of them it is not true.

    `declared`: False when this release no longer declares it, so that nothing can prove it.
    """

    code: str
    absent: bool
    said: int
    untrue: int
    declared: bool


@dataclass(frozen=True)
class Truth:
    """What was said of `clients` scores by one model version."""

    model_version: int
    clients: int
    statements: tuple[Said, ...]

    @property
    def said(self) -> int:
        """How many sentences were judged."""
        return sum(each.said for each in self.statements if each.declared)

    @property
    def untrue(self) -> int:
        """How many of them are not true."""
        return sum(each.untrue for each in self.statements if each.declared)


def check(tables: Tables, ledger: Ledger, settings: GatherSettings) -> Truth:
    """Judges every sentence of the latest model version's scores. UsageError when nobody has a score."""
    events = ledger.events() if tables.exists(history.TABLE) else []
    scored = history.sound(tables, withdrawals(events)) if tables.exists(history.TABLE) else None
    version = scored.agg(F.max("model_version")).head()[0] if scored is not None else None  # type: ignore[index]
    if scored is None or version is None:
        raise NOBODY_SCORED()
    said = F.transform(
        "reasons", lambda reason: F.struct(reason["code"].alias("code"), reason["absent"].alias("absent"))
    )
    cases = scored.where(F.col("model_version") == version).select(
        "client_id", F.col("seq").alias("as_of"), "delivery", said.alias("reasons")
    )
    clients = size(cases)
    seqs = cohort.seqs_of(tables, cases, accepted(events))
    judged = gather(tables, cases, clients, seqs, settings, _judge, _SCHEMA)
    counted = judged.groupBy("code", "absent").agg(F.sum("said").alias("said"), F.sum("untrue").alias("untrue"))
    return Truth(
        int(version),
        clients,
        tuple(
            Said(row["code"], row["absent"], row["said"], row["untrue"], (row["code"], row["absent"]) in by_code())
            for row in counted.orderBy("code", "absent").collect()
        ),
    )


def _judge(known: Known) -> Iterator[pa.RecordBatch]:
    """One slot's clients: how often each statement was made, and how often in vain."""
    proofs = holding([s.evidence for s in STATEMENTS], known.tables, known.cases[CASE])
    place = {key: i for i, key in enumerate(by_code())}
    assert list(by_code().values()) == list(STATEMENTS)
    said = (
        known.cases.with_row_index("row")
        .select("row", "reasons")
        .explode("reasons")
        .unnest("reasons")
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
