"""What an operator looks at first: runs, deliveries, and what is in quarantine and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.intake.unread import sentences, whom
from credit_scoring.ledger import events
from credit_scoring.ledger.events import FileAccount
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.publishing import runs

What = Literal["runs", "deliveries", "quarantine"]


_DELIVERIES: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType(
    {
        "at": pl.Datetime("us", "UTC"),
        "delivery": pl.String,
        "seq": pl.Int64,
        "event": pl.String,
        "records": pl.Int64,
        "quarantined": pl.Int64,
        "made_missing": pl.Int64,
        "message": pl.String,
    }
)


@dataclass(frozen=True)
class Listing:
    """A head and rows, ready to print."""

    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def show(engine: Engine, what: What, most: int = 20) -> Listing:
    """The latest runs or deliveries' events, or the most frequent reasons in quarantine; at most `most` rows."""
    source = {"runs": runs.TABLE, "deliveries": events.TABLE, "quarantine": QUARANTINE}[what]
    if not engine.exists(source):
        return Listing((), ())
    frame = {"runs": _runs, "deliveries": _deliveries, "quarantine": _quarantine}[what](engine).head(most)
    return Listing(tuple(frame.columns), tuple(frame.iter_rows()))


def _runs(engine: Engine) -> pl.DataFrame:
    columns = ("started_at", "run_id", "delivery", "model_version", "scored", "approved", "refused", "referred")
    return engine.scan(Scan(runs.TABLE, columns)).sort("started_at", "delivery", descending=[True, False])


def _deliveries(engine: Engine) -> pl.DataFrame:
    """What happened, the latest first; of an accepted delivery also what of it does not read, the cause first."""
    listed = [event for event in Ledger(engine).events() if event.event != "released"]
    rows = [
        (
            event.at, event.delivery, event.seq, event.event, *_summed(event.files),
            "; ".join([*sentences(event.unread), *filter(None, [whom(event.referring)])]) or event.message,
        )
        for event in listed
    ]  # fmt: skip
    return pl.DataFrame(rows, pl.Schema(_DELIVERIES), orient="row").sort("at", "seq", descending=[True, False])


def _summed(files: Sequence[FileAccount]) -> tuple[int | None, int | None, int | None]:
    """Records, those in quarantine and cells made missing of a delivery; None of what brought no files."""
    if not files:
        return None, None, None
    return sum(f.records for f in files), sum(f.quarantined for f in files), sum(f.cells_missing for f in files)


def _quarantine(engine: Engine) -> pl.DataFrame:
    seqs = [delivered.seq for delivered in Ledger(engine).accepted()]
    counted = engine.scan(Scan(QUARANTINE, ("delivery", "table", "reasons"), {"seq": seqs}, counted_reasons))
    by = ["delivery", "table", "column", "rule", "sentence"]
    rows = counted.group_by(by).agg(pl.col("rows").sum())
    return rows.sort("rows", "delivery", "table", "column", descending=[True, False, False, False]).select(
        "delivery", "table", "column", "rule", "rows", "sentence"
    )


def counted_reasons(rows: pl.DataFrame) -> pl.DataFrame:
    """delivery, table, rule, column, sentence, rows: how many quarantined rows have each reason, where they lie."""
    each = rows.select("delivery", "table", "reasons").explode("reasons").unnest("reasons")
    by = ["delivery", "table", "rule", "column", "sentence"]
    return each.group_by(by).agg(pl.len().cast(pl.Int64).alias("rows"))
