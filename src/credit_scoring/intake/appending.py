"""The appends of an intake claim: staged rows to the source tables, the quarantine and client_deliveries, once each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from credit_scoring.intake.balances import CLIENT_SEQ, adopted, adopted_file, brought_again, clients_of, named, owners
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.parsing import CELL_COUNT, LINE_END
from credit_scoring.intake.reading import OWNER, READABLE_ID
from credit_scoring.intake.slots import ACCEPTED, BAD, TOUCHED, UNNAMED
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.stored import StoredColumn, StoredTable
from credit_scoring.schema.table import CLIENT, FILE, FILE_COLUMN, RECORD_COLUMN, SEQ, SEQ_COLUMN, Table
from credit_scoring.schema.tables import TABLES
from credit_scoring.storage.arrow import batches_of
from credit_scoring.storage.frames import union
from credit_scoring.storage.tables import Tables, literal
from credit_scoring.storage.tasks import Batches, without_values

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
    sought=("client_id", SEQ),
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
_DIGITS = f"regexp_extract(get_json_object(cells, '$.{CREDIT}'), {literal(READABLE_ID)}, 1)"
CELL_OF_CREDIT = f"nullif(CAST(nullif({_DIGITS}, '') AS BIGINT), 0)"
"""SQL of `cell_of_credit`, for statements that are no frames."""
STORED = (*(table.stored() for table in TABLES), QUARANTINED, TOUCHES)
"""All tables that intake appends to, but for the ledger."""
_CREATED_AT_ONCE = 4
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

    def rows(self, table: Table, unnamed: bool = False) -> None:
        """Appends a table's accepted rows. `unnamed`: there are balances, too, whose client staging could not tell."""
        rows = self._opened(ACCEPTED, table.name, table.stored_columns())
        self._append(table.name, rows.unionByName(self._unnamed()) if unnamed else rows, table.name)

    def adopted(self) -> bool:
        """Appends waiting bureau_balance rows again, with their client, under the delivery that brought their bureau
        row; whether any waited. A credit whose balances that delivery holds itself needs none."""
        balances = self.tables.read(BUREAU_BALANCE.name).where(F.col(SEQ).isin([*self.visible, *self.seqs]))
        bringing = owners(self.tables, self.seqs)
        # Delta skips the files in which every row has its client: without a balance that waits, few are read.
        waiting = balances.where(F.col(CLIENT).isNull()).select(CREDIT).join(bringing, CREDIT, "left_semi")
        if waiting.isEmpty():
            return False
        rows = adopted(balances, bringing)
        self._append(BUREAU_BALANCE.name, rows, f"{BUREAU_BALANCE.name} adopted")
        return True

    def quarantine(self, names: Mapping[int, str]) -> None:
        """Appends the quarantined rows; `names` are the deliveries by seq."""
        rows = self._opened(BAD, None, _STAGED_BAD)
        credit = F.when(F.col("table") == BUREAU_BALANCE.name, F.col(OWNER))
        rows = rows.withColumn(CREDIT, credit)
        rows = rows.join(clients_of(rows, self._owners()), [CREDIT, SEQ], "left")
        rows = rows.withColumn("client_id", F.coalesce("client_id", CLIENT)).withColumn("delivery", _name(SEQ, names))
        self._append(QUARANTINE, rows, QUARANTINE)

    def adopted_quarantine(self, names: Mapping[int, str]) -> bool:
        """Quarantines waiting bureau_balance rows again, as those of the client whose bureau row came now; whether any
        waited. The good rows of the credit are adopted, and must not count as the whole of it. Unless newer balances
        replace both."""
        every = F.col(SEQ).isin([*self.visible, *self.seqs])
        bad = self.tables.read(QUARANTINE).where(every & F.col("client_id").isNull()).drop("client_id")
        waiting = bad.withColumn(CREDIT, credit_in_cells()).where(F.col(CREDIT).isNotNull())
        if waiting.isEmpty():
            return False
        bringing = owners(self.tables, self.seqs)
        later = bringing.select(CREDIT, F.col(CLIENT).alias("client_id"), F.col(CLIENT_SEQ).alias("to"))
        balances = self.tables.read(BUREAU_BALANCE.name).where(every & ~brought_again())
        newer = balances.select(F.col(CREDIT).alias("of"), F.col(SEQ).alias("newer")).distinct()
        replaced = (F.col("of") == F.col(CREDIT)) & F.col("newer").between(F.col(SEQ) + 1, F.col("to"))
        rows = (
            waiting.join(later, CREDIT)
            .where(F.col("to") > F.col(SEQ))
            .join(newer, replaced, "left_anti")
            .withColumn(FILE, adopted_file())
            .withColumn(SEQ, F.col("to"))
            .withColumn("delivery", _name(SEQ, names))
        )
        self._append(QUARANTINE, rows, f"{QUARANTINE} adopted")
        return True

    def verify(self, expected: Mapping[str, Mapping[int, int]]) -> None:
        """Fault unless as many rows are there as were staged. `expected`: table -> seq -> rows, adopted ones aside."""
        self.tables.verify(SEQ, expected, where=~brought_again())

    def client_deliveries(self, unnamed: bool, adopted: bool, quarantined: bool) -> None:
        """Appends which clients these deliveries touch, by table.

        Staging tells, but for what is known of the store only: whose its `unnamed` balances are, those that were
        `adopted`, and those of the `quarantined` rows.
        """
        every = [self._opened(TOUCHED, None, {column.name: column.sql for column in TOUCHES.columns})]
        mine = F.col(SEQ).isin(list(self.seqs))
        if unnamed:
            every.append(_touched(self._unnamed()))
        if adopted:
            every.append(_touched(self.tables.read(BUREAU_BALANCE.name).where(mine & brought_again())))
        if quarantined:
            every.append(self.tables.read(QUARANTINE).where(mine).select("client_id", "table", SEQ))
        told = union(every).where(F.col("client_id").isNotNull())
        self._append(CLIENT_DELIVERIES, told.distinct(), CLIENT_DELIVERIES)

    def _append(self, table: str, rows: DataFrame, what: str) -> None:
        self.tables.append(table, rows, app_id=f"{what}/{self.claim_id}")

    def _opened(self, kind: str, table: str | None, columns: Mapping[str, str]) -> DataFrame:
        """The staged rows of a kind (and table) as rows again."""
        wanted = (F.col("kind") == kind) & F.col("seq").isin(list(self.seqs))
        if table is not None:
            wanted = wanted & (F.col("table") == table)
        schema = ", ".join(f"`{name}` {sql}" for name, sql in columns.items())
        return self.staged.where(wanted).select("block").mapInArrow(_opener(list(columns)), schema)

    def _unnamed(self) -> DataFrame:
        """Balances whose client staging could not tell, with that of the bureau rows of earlier deliveries."""
        rows = self._opened(UNNAMED, BUREAU_BALANCE.name, BUREAU_BALANCE.stored_columns())
        return named(rows.drop(CLIENT), self._owners())

    def _owners(self) -> DataFrame:
        return owners(self.tables, [*self.visible, *self.seqs])


def cell_of_credit() -> Column:
    """The credit that the cells of a quarantined row name, null where it cannot be read."""
    return F.expr(CELL_OF_CREDIT)


def credit_in_cells() -> Column:
    """The credit that a quarantined row of bureau_balance names, null where it cannot be read and in other tables."""
    return F.when(F.col("table") == BUREAU_BALANCE.name, cell_of_credit())


def waits_for_client() -> Column:
    """Whether a quarantined row is a balance whose credit could be read, so that it waits for nobody but its client.

    Its reasons say so when its cells are gone, as those of old rows are.
    """
    unread = F.exists("reasons", lambda each: (each["column"] == CREDIT) | each["rule"].isin(CELL_COUNT, LINE_END))
    told = F.col("cells").isNull() & ~F.coalesce(unread, F.lit(False))
    return (F.col("table") == BUREAU_BALANCE.name) & (credit_in_cells().isNotNull() | told)


def _name(seq: str, names: Mapping[int, str]) -> Column:
    """The delivery's name, from its seq."""
    # By function: where Spark Connect gives the columns, a map's brackets take no column.
    pairs = ((F.lit(number).cast("bigint"), F.lit(name)) for number, name in names.items())
    return F.try_element_at(F.create_map(*chain(*pairs)), F.col(seq))


def _touched(balances: DataFrame) -> DataFrame:
    """(client, table, seq) of balances."""
    return balances.select(F.col(CLIENT).alias("client_id"), F.lit(BUREAU_BALANCE.name).alias("table"), SEQ)


def _opener(columns: Sequence[str]) -> Callable[[Batches], Batches]:
    @without_values
    def run(batches: Batches) -> Batches:
        for batch in batches:
            for block in batch.column("block"):
                for rows in batches_of(block.as_buffer()):
                    yield rows.select(columns)

    return run
