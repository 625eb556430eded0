"""The appends of an intake claim: staged rows to the source tables, the quarantine and client_deliveries, once each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import polars as pl

from credit_scoring.engines.engine import Engine, Prepare, Rows, Scan, Staged
from credit_scoring.errors.faults import APPEND_NOT_ONCE
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.partitions import ACCEPTED, BAD, TOUCHED, UNNAMED
from credit_scoring.intake.quarantine import QUARANTINE, QUARANTINED
from credit_scoring.intake.reading import OWNER
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.schema.table import CLIENT, SEQ, SEQ_COLUMN, Table
from credit_scoring.schema.tables import TABLES

CLIENT_DELIVERIES = "client_deliveries"
TOUCHES = StoredTable(
    CLIENT_DELIVERIES,
    "Which delivery holds rows, accepted or quarantined, of which client in which table",
    (
        StoredColumn("client_id", "BIGINT", "The client (SK_ID_CURR)"),
        StoredColumn("table", "STRING", "The source table"),
        SEQ_COLUMN,
    ),
)
STORED = (*(table.stored() for table in TABLES), QUARANTINED, TOUCHES)
"""All tables that intake appends to, but for the ledger."""
_CREATED_AT_ONCE = 4
_STAGED_BAD = {**{column.name: column.sql for column in QUARANTINED.without("delivery")}, OWNER: "BIGINT"}
_TOUCH = polars_schema(TOUCHES.types())


def create(engine: Engine) -> None:
    """Creates the source tables, the quarantine and client_deliveries unless they exist."""
    with ThreadPoolExecutor(_CREATED_AT_ONCE) as pool:
        list(pool.map(engine.create, STORED))


@dataclass(frozen=True)
class Appends:
    """What one claim appends. `seqs` are its deliveries that were not refused; `visible` the accepted ones before."""

    engine: Engine
    staged: Staged
    claim_id: str
    seqs: Sequence[int]
    visible: Sequence[int]

    def rows(self, table: Table, unnamed: bool = False) -> None:
        """Appends a table's accepted rows. `unnamed`: those of balances whose client their delivery does not tell."""
        kind, what = (UNNAMED, f"{table.name} unnamed") if unnamed else (ACCEPTED, table.name)
        self._append(table.name, self.staged.rows(kind, self.seqs, table.name, table.stored_columns()), what)

    def quarantine(self, names: Mapping[int, str]) -> pl.DataFrame:
        """Appends the quarantined rows, `names` are the deliveries by seq; whom they touch (client_id, table, seq)."""
        credits = self._credits(BAD, None, _credits_of_bad)
        told = self._owners(credits)
        prepare = partial(_named_bad, told, dict(names))
        self._append(QUARANTINE, self.staged.rows(BAD, self.seqs, None, QUARANTINED.types(), prepare), QUARANTINE)
        touch = partial(_touched_by_bad, told, dict(names))
        return self.staged.rows(BAD, self.seqs, None, TOUCHES.types(), touch).collect()

    def verify(self, expected: Mapping[str, Mapping[int, int]]) -> None:
        """Fault unless as many rows are there as were staged. `expected`: table -> seq -> rows."""
        for table, rows in expected.items():
            if not rows:
                continue
            scan = Scan(table, (SEQ,), {SEQ: list(rows)}, _counted)
            found = dict(self.engine.scan(scan).group_by(SEQ).agg(pl.col("rows").sum()).iter_rows())
            for seq, count in rows.items():
                if found.get(seq, 0) != count:
                    raise APPEND_NOT_ONCE(table=table, found=found.get(seq, 0), column=SEQ, value=seq, expected=count)

    def client_deliveries(self, unnamed: bool, by_bad: pl.DataFrame | None) -> None:
        """Appends which clients these deliveries touch, by table.

        Staging tells, but for what is known of the store only: whose its `unnamed` balances are; and `by_bad`: those
        whom quarantined rows touch.
        """
        every = [self.staged.rows(TOUCHED, self.seqs, None, TOUCHES.types()).collect()]
        if unnamed:
            credits = self._credits(UNNAMED, BUREAU_BALANCE.name, _credits_of_balances)
            told = credits.join(self._owners(credits), on=[CREDIT, SEQ])
            every.append(
                told.select(pl.col(CLIENT).alias("client_id"), pl.lit(BUREAU_BALANCE.name).alias("table"), SEQ)
            )
        if by_bad is not None:
            every.append(by_bad)
        rows = pl.concat([part.select(_TOUCH.names()).cast(_TOUCH) for part in every])
        rows = rows.filter(pl.col("client_id").is_not_null()).unique().sort(_TOUCH.names())
        self.engine.append(CLIENT_DELIVERIES, rows, app_id=f"{CLIENT_DELIVERIES}/{self.claim_id}")

    def _append(self, table: str, rows: Rows, what: str) -> None:
        self.engine.append(table, rows, app_id=f"{what}/{self.claim_id}")

    def _credits(self, kind: str, table: str | None, read: Prepare) -> pl.DataFrame:
        """(SK_ID_BUREAU, seq) of staged balances without a client."""
        schema = {CREDIT: "BIGINT", SEQ: "BIGINT"}
        return self.staged.rows(kind, self.seqs, table, schema, read).collect().unique()

    def _owners(self, credits: pl.DataFrame) -> pl.DataFrame:
        """SK_ID_BUREAU, seq, SK_ID_CURR: whose these balances are by the bureau rows up to their delivery."""
        if credits.is_empty():
            return credits.with_columns(pl.lit(None, pl.Int64).alias(CLIENT))
        among = {SEQ: [*self.visible, *self.seqs], CREDIT: credits[CREDIT].unique().to_list()}
        bureau = self.engine.scan(Scan(BUREAU.name, (CREDIT, CLIENT, SEQ), among))
        told = credits.join(bureau.rename({SEQ: "told"}), on=CREDIT).filter(pl.col("told") <= pl.col(SEQ))
        return told.sort("told").unique([CREDIT, SEQ], keep="last").select(CREDIT, SEQ, CLIENT)


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by(SEQ).agg(pl.len().cast(pl.Int64).alias("rows"))


def _credits_of_balances(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(CREDIT, SEQ).unique()


def _credits_of_bad(rows: pl.DataFrame) -> pl.DataFrame:
    of_balances = (pl.col("table") == BUREAU_BALANCE.name) & pl.col("client_id").is_null() & pl.col(OWNER).is_not_null()
    return rows.filter(of_balances).select(pl.col(OWNER).alias(CREDIT), SEQ).unique()


def _named_bad(told: pl.DataFrame, names: Mapping[int, str], rows: pl.DataFrame) -> pl.DataFrame:
    """Quarantined rows with their delivery's name, balances with the client that their credit tells."""
    credit = pl.when(pl.col("table") == BUREAU_BALANCE.name).then(pl.col(OWNER)).alias(CREDIT)
    named = rows.with_columns(credit).join(told, on=[CREDIT, SEQ], how="left", maintain_order="left")
    return named.with_columns(
        pl.coalesce("client_id", CLIENT).alias("client_id"),
        pl.col(SEQ).replace_strict(names, return_dtype=pl.String).alias("delivery"),
    ).select(QUARANTINED.names)


def _touched_by_bad(told: pl.DataFrame, names: Mapping[int, str], rows: pl.DataFrame) -> pl.DataFrame:
    touched = _named_bad(told, names, rows).select("client_id", "table", SEQ)
    return touched.filter(pl.col("client_id").is_not_null()).unique()
