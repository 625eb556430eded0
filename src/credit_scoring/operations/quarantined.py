"""Which quarantined rows may be tried again, and which accepted rows have to come with them.

A row is **open** when nothing became of it since: every row that is tried again names the file and delivery that it
came in (ledger.operator_deliveries.ORIGIN), whatever delivery it stands under. What is tried together is a client's
open rows of a table, because they make its file incomplete together; of each owner those of the latest delivery, and
only while no later one replaced them. A delivery's rows of an owner replace the owner's earlier ones, so the owner's
accepted rows of the same delivery are brought again beside them, or they would be lost.

Decided is by the places of rows, which are narrow; their cells are read where they are tried.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from credit_scoring.clients.cohort import MOST_IDS
from credit_scoring.engines.engine import Engine, Scan, Value
from credit_scoring.intake.casting import REASONS
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.quarantine import QUARANTINE, cell_of_credit, credit_in_cells, waits_for_client
from credit_scoring.intake.reading import OWNER
from credit_scoring.ledger.events import LedgerEvent, accepted
from credit_scoring.ledger.operator_deliveries import ORIGIN
from credit_scoring.operations.earlier_layout import ADOPTED
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, RECORD, SEQ, Table
from credit_scoring.schema.tables import TABLES

CAME_IN = "came_in"
"""Which file of which delivery a row came in, however often it was brought again: `3#bureau.csv`."""
_CAME_FROM = "came_from"
_FACTS = ("table", SEQ, FILE, RECORD, "client_id", REASONS, "cells")


@dataclass(frozen=True)
class Wanted:
    """Which quarantined rows are asked for: of a delivery (its seq), with a rule among their reasons; None: any."""

    seq: int | None
    rule: str | None

    def matches(self) -> pl.Expr:
        """Whether an open row is asked for."""
        of_delivery = pl.lit(True) if self.seq is None else origin_seq() == self.seq
        by_rule = pl.lit(True) if self.rule is None else pl.col("rules").list.contains(self.rule)
        return of_delivery & by_rule


@dataclass(frozen=True)
class Retried:
    """A table's quarantined rows to try again (`rows`: table, seq, file, record, came_in, client_id, owner_id), and
    whose accepted rows belong beside them (`beside`: owner_id, seq, came_from)."""

    table: Table
    rows: pl.DataFrame
    beside: pl.DataFrame

    def scan_beside(self, columns: Collection[str]) -> Scan:
        """The accepted rows beside; `columns` of them, as stored, and FILE says where a row came in."""
        owners = self.beside[OWNER].unique()
        among: dict[str, Collection[Value]] = {SEQ: self.beside[SEQ].unique().to_list()}
        if len(owners) <= MOST_IDS:
            among[self.table.owner] = owners.to_list()
        read = tuple(dict.fromkeys((*columns, self.table.owner, SEQ, FILE)))
        return Scan(self.table.name, read, among, partial(_beside, self.table.owner, self.beside, tuple(columns)))

    def columns_beside(self) -> list[str]:
        """The columns of the accepted rows that are brought again."""
        return [
            *(column.name for column in self.table.columns if not column.optional_column),
            RECORD,
            MADE_MISSING,
            FILE,
        ]


def open_rows(engine: Engine, events: Sequence[LedgerEvent]) -> pl.DataFrame:
    """The quarantine's open rows of visible deliveries: table, seq, file, record, came_in, client_id, credit, rules."""
    seqs = [delivered.seq for delivered in accepted(events)]
    rows = engine.scan(Scan(QUARANTINE, _FACTS, {SEQ: seqs}, _facts))
    place = ["table", CAME_IN, RECORD]
    rows = rows.sort(SEQ).unique(place, keep="last", maintain_order=True)
    again = [each.seq for each in accepted(events) if each.origins]
    if not again:
        return rows
    for table in TABLES:
        done = engine.scan(Scan(table.name, (SEQ, FILE, RECORD), {SEQ: again}, _brought_again))
        rows = rows.join(done.with_columns(table=pl.lit(table.name)), on=place, how="anti")
    return rows


def to_retry(
    engine: Engine, table: Table, rows: pl.DataFrame, wanted: Wanted, events: Sequence[LedgerEvent]
) -> Retried:
    """What is tried again of a table. `rows`: the open ones."""
    owner = pl.col("client_id") if table.owner == CLIENT else pl.col("credit")
    mine = rows.filter(pl.col("table") == table.name).with_columns(owner.alias(OWNER), wanted.matches().alias("asked"))
    together = pl.coalesce(
        pl.format("client {}", "client_id"), pl.format("owner {}", OWNER), pl.format("{} {}", CAME_IN, RECORD)
    )
    asked = mine.filter(pl.col("asked").any().over(together))
    seqs = [delivered.seq for delivered in accepted(events)]
    latest = _latest(engine, table, asked[OWNER].drop_nulls().unique(), seqs)
    tried = asked.join(latest, on=OWNER, how="left", maintain_order="left")
    tried = tried.filter(pl.col("latest").is_null() | (pl.col("latest") <= pl.col(SEQ)))
    tried = tried.filter(pl.col(OWNER).is_null() | (pl.col(SEQ) == pl.col(SEQ).max().over(OWNER)))
    # Balances that waited stand, in the layout of an earlier release, under the delivery that adopted them; beside a
    # bad one belong those that came with it.
    beside = tried.filter(pl.col(OWNER).is_not_null()).select(OWNER, SEQ, origin_seq().alias(_CAME_FROM)).unique()
    return Retried(table, tried.select("table", SEQ, FILE, RECORD, CAME_IN, "client_id", OWNER), beside)


def waiting_in_quarantine(engine: Engine, seqs: Sequence[int]) -> pl.DataFrame:
    """(SK_ID_BUREAU, seq) of the quarantined balances of these deliveries that wait for their client."""
    columns = ("client_id", "table", SEQ, REASONS, "cells")
    return engine.scan(Scan(QUARANTINE, columns, {SEQ: seqs, "client_id": [None]}, _waiting)).unique()


def origin() -> pl.Expr:
    """CAME_IN, of rows with SEQ and FILE."""
    tried_again = pl.col(FILE).str.replace("^[0-9]+/", "")
    adopted = pl.col(FILE).str.replace(ADOPTED, ORIGIN, literal=True)
    return (
        pl.when(pl.col(FILE).str.contains(ORIGIN, literal=True))
        .then(tried_again)
        .when(pl.col(FILE).str.contains(ADOPTED, literal=True))
        .then(adopted)
        .otherwise(pl.format(f"{{}}{ORIGIN}{{}}", SEQ, FILE))
        .alias(CAME_IN)
    )


def origin_seq() -> pl.Expr:
    """The seq of the delivery in CAME_IN."""
    return pl.col(CAME_IN).str.split(ORIGIN).list.first().cast(pl.Int64)


def _facts(rows: pl.DataFrame) -> pl.DataFrame:
    rules = pl.col(REASONS).list.eval(pl.element().struct.field("rule")).alias("rules")
    credit = cell_of_credit().alias("credit")
    return rows.select("table", SEQ, FILE, RECORD, origin(), "client_id", credit, rules)


def _waiting(rows: pl.DataFrame) -> pl.DataFrame:
    credit = credit_in_cells().alias(CREDIT)
    return rows.filter(waits_for_client()).select(credit, SEQ).drop_nulls().unique()


def _brought_again(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col(FILE).str.contains(ORIGIN, literal=True)).select(pl.col(FILE).alias(CAME_IN), RECORD)


def _latest(engine: Engine, table: Table, owners: pl.Series, seqs: Sequence[int]) -> pl.DataFrame:
    """owner_id, latest: the last delivery with accepted rows of an owner."""
    among: dict[str, Collection[Value]] = {SEQ: seqs}
    if len(owners) <= MOST_IDS:
        among[table.owner] = owners.to_list()
    rows = engine.scan(Scan(table.name, (table.owner, SEQ), among, partial(_owned, table.owner, owners)))
    return rows.group_by(OWNER).agg(pl.col(SEQ).max().alias("latest"))


def _owned(owner: str, owners: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col(owner).is_in(owners.implode())).select(pl.col(owner).alias(OWNER), SEQ).unique()


def _beside(owner: str, groups: pl.DataFrame, columns: Sequence[str], rows: pl.DataFrame) -> pl.DataFrame:
    placed = rows.with_columns(origin()).with_columns(origin_seq().alias(_CAME_FROM), pl.col(owner).alias(OWNER))
    found = placed.join(groups, on=[OWNER, SEQ, _CAME_FROM], how="semi", maintain_order="left")
    return found.with_columns(pl.col(CAME_IN).alias(FILE)).select(columns)
