"""The appends of an intake claim: staged rows to the source tables, the quarantine and client_deliveries, once each."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

import polars as pl
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from credit_scoring.intake.owners import CLIENT_SEQ, CREDIT
from credit_scoring.intake.reading import OWNER
from credit_scoring.intake.staging import ACCEPTED, BAD
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.schema.table import CLIENT, FILE, FILE_COLUMN, RECORD_COLUMN, SEQ, SEQ_COLUMN, Table
from credit_scoring.schema.tables import TABLES
from credit_scoring.storage.arrow import record_batches
from credit_scoring.storage.blocks import Batches
from credit_scoring.storage.frames import union
from credit_scoring.storage.tables import Tables

QUARANTINE = "quarantine"
QUARANTINED = StoredTable(
    QUARANTINE,
    "Rows that could not be accepted, each with all its reasons",
    (
        StoredColumn("delivery", "STRING", "Name of the delivery"),
        SEQ_COLUMN,
        StoredColumn("table", "STRING", "The source table that the row is of"),
        FILE_COLUMN,
        RECORD_COLUMN,
        StoredColumn("client_id", "BIGINT", "The client, where the row tells it (SK_ID_CURR); else null"),
        StoredColumn(
            "reasons",
            "ARRAY<STRUCT<rule: STRING, column: STRING, sentence: STRING>>",
            "Why the row was not accepted: every rule that it breaks, with the column and a sentence",
        ),
        StoredColumn("cells", "STRING", "The row's cells as they came, as JSON by column name"),
    ),
)
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
_ADOPTED = "/"
"""In FILE of an adopted row: `3/bureau_balance.csv` is a file of the delivery with seq 3. No file's name holds it."""
_STAGED_BAD = {**{column.name: column.sql for column in QUARANTINED.without("delivery")}, OWNER: "BIGINT"}


def create(tables: Tables) -> None:
    """Creates the source tables, the quarantine and client_deliveries unless they exist."""
    with ThreadPoolExecutor(_CREATED_AT_ONCE) as pool:
        list(pool.map(tables.create, STORED))


@dataclass(frozen=True)
class Appends:
    """What one claim appends. `seqs` are its deliveries that were not refused; `visible` the accepted ones before."""

    tables: Tables
    staged: DataFrame
    claim_id: str
    seqs: Sequence[int]
    visible: Sequence[int]

    def rows(self, table: Table, expected: Mapping[int, int], clients_known: bool) -> None:
        """Appends a table's accepted rows and verifies that as many are there as were counted, by seq.

        `clients_known`: staging could name the client of every row, so that the stored bureau need not be asked.
        """
        if table.client_column:
            rows = self._opened(ACCEPTED, table.name, table.stored_columns())
        else:
            rows = self._opened(ACCEPTED, table.name, {**table.stored_columns(), CLIENT_SEQ: "BIGINT"})
            rows = rows if clients_known else self._client_from_store(rows)
        self._append(table.name, rows, table.name)
        self.tables.verify(table.name, SEQ, expected, where=~F.col(FILE).contains(_ADOPTED))

    def adopted(self) -> None:
        """Appends waiting bureau_balance rows again, with their client, under the delivery that brought their bureau
        row. A credit whose balances that delivery holds itself needs none."""
        owners = self._owners(self.seqs)
        balances = self.tables.read(BUREAU_BALANCE.name)
        known = balances.where(F.col(SEQ).isin([*self.visible, *self.seqs]))
        adopted = f"{BUREAU_BALANCE.name} adopted"
        waiting = known.where(F.col(CLIENT).isNull()).drop(CLIENT)
        later = owners.withColumnRenamed(CLIENT_SEQ, "adopting_seq")
        candidates = waiting.join(later, CREDIT).where(F.col("adopting_seq") > F.col(SEQ))
        own = known.select(CREDIT, F.col(SEQ).alias("adopting_seq")).distinct()
        latest = Window.partitionBy(CREDIT, "adopting_seq")
        rows = (
            candidates.join(own, [CREDIT, "adopting_seq"], "left_anti")
            .withColumn("latest", F.max(SEQ).over(latest))
            .where(F.col(SEQ) == F.col("latest"))
            .withColumn(FILE, F.concat(F.col(SEQ).cast("string"), F.lit(_ADOPTED), F.col(FILE)))
            .withColumn(SEQ, F.col("adopting_seq"))
        )
        self._append(BUREAU_BALANCE.name, rows, adopted)

    def quarantine(self, names: Mapping[int, str], expected: Mapping[int, int]) -> None:
        """Appends the quarantined rows; `names` are the deliveries by seq."""
        rows = self._opened(BAD, None, _STAGED_BAD)
        credits = self._owners([*self.visible, *self.seqs])
        latest = credits.groupBy(CREDIT).agg(F.max_by(CLIENT, CLIENT_SEQ).alias("owner_client"))
        of_balance = F.col("table") == BUREAU_BALANCE.name
        rows = (
            rows.join(latest, of_balance & (F.col(OWNER) == F.col(CREDIT)), "left")
            .withColumn("client_id", F.coalesce("client_id", "owner_client"))
            .withColumn("delivery", F.create_map(*chain(*((F.lit(k), F.lit(v)) for k, v in names.items())))[F.col(SEQ)])
        )
        self._append(QUARANTINE, rows, QUARANTINE)
        self.tables.verify(QUARANTINE, SEQ, expected)

    def client_deliveries(self) -> None:
        """Appends which clients these deliveries touch, by table."""
        of_tables = [
            self.tables.read(table.name)
            .where(F.col(SEQ).isin(list(self.seqs)) & F.col(CLIENT).isNotNull())
            .select(F.col(CLIENT).alias("client_id"), F.lit(table.name).alias("table"), SEQ)
            for table in TABLES
        ]
        bad = self.tables.read(QUARANTINE).where(F.col(SEQ).isin(list(self.seqs)) & F.col("client_id").isNotNull())
        every = [*of_tables, bad.select("client_id", "table", SEQ)]
        self._append(CLIENT_DELIVERIES, union(every).distinct(), CLIENT_DELIVERIES)

    def _append(self, table: str, rows: DataFrame, what: str) -> None:
        self.tables.append(table, rows, app_id=f"{what}/{self.claim_id}")

    def _opened(self, kind: str, table: str | None, columns: Mapping[str, str]) -> DataFrame:
        """The staged rows of a kind (and table) as rows again."""
        wanted = (F.col("kind") == kind) & F.col("seq").isin(list(self.seqs))
        if table is not None:
            wanted = wanted & (F.col("table") == table)
        schema = ", ".join(f"`{name}` {sql}" for name, sql in columns.items())
        return self.staged.where(wanted).select("seq", "block").mapInArrow(_opener(list(columns)), schema)

    def _client_from_store(self, balances: DataFrame) -> DataFrame:
        """Balances whose client staging could not tell get it from bureau rows of earlier deliveries."""
        told = F.col(CLIENT_SEQ).isin(list(self.seqs))
        balances = balances.withColumn(CLIENT, F.when(told, F.col(CLIENT)))
        owners = self._owners([*self.visible, *self.seqs])
        named = balances.where(F.col(CLIENT).isNotNull()).drop(CLIENT_SEQ)
        unnamed = balances.where(F.col(CLIENT).isNull()).drop(CLIENT, CLIENT_SEQ)
        earlier = unnamed.select(CREDIT, SEQ).distinct().join(owners, CREDIT).where(F.col(CLIENT_SEQ) <= F.col(SEQ))
        latest = earlier.groupBy(CREDIT, SEQ).agg(F.max_by(CLIENT, CLIENT_SEQ).alias(CLIENT))
        return named.unionByName(unnamed.join(latest, [CREDIT, SEQ], "left"))

    def _owners(self, seqs: Sequence[int]) -> DataFrame:
        """(credit, client, client_seq) of the stored bureau rows of these deliveries."""
        bureau = self.tables.read(BUREAU.name).where(F.col(SEQ).isin(list(seqs)))
        return bureau.select(CREDIT, CLIENT, F.col(SEQ).alias(CLIENT_SEQ))


def _opener(columns: Sequence[str]) -> Callable[[Batches], Batches]:
    def run(batches: Batches) -> Batches:
        for batch in batches:
            for seq, block in zip(batch.column("seq").to_pylist(), batch.column("block"), strict=True):
                frame = pl.read_ipc(io.BytesIO(block.as_buffer())).with_columns(pl.lit(seq, pl.Int64).alias(SEQ))
                yield from record_batches(frame.select(columns))

    return run
