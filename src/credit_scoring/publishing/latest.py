"""scores: the latest score of each client, merged from what score_history has committed."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from credit_scoring.intake.events import Delivered
from credit_scoring.publishing import history
from credit_scoring.schema.stored import StoredTable
from credit_scoring.scoring.rows import SCORE_HISTORY
from credit_scoring.storage.tables import Tables, literal

TABLE = "scores"
SCORES = StoredTable(
    TABLE, "The latest score of each client", SCORE_HISTORY.without("contributions"), cluster_by=("client_id",)
)


def create(tables: Tables) -> None:
    """Creates the table unless it exists."""
    tables.create(SCORES)


def merge(tables: Tables, deliveries: Sequence[Delivered], model_version: int) -> None:
    """Brings the deliveries' scores in, whoever comes first: a higher (seq, model_version) is never replaced."""
    seqs = ", ".join(str(int(delivered.seq)) for delivered in deliveries)
    names = ", ".join(literal(delivered.name) for delivered in deliveries)
    kept = ", ".join(SCORES.names)
    tables.spark.sql(
        f"""
        MERGE INTO {tables.name(TABLE)} AS held
        USING (
            SELECT {kept} FROM (
                SELECT *, row_number() OVER (PARTITION BY client_id ORDER BY seq DESC) AS newest
                FROM {tables.name(history.TABLE)}
                WHERE seq IN ({seqs}) AND delivery IN ({names}) AND model_version = {int(model_version)}
            ) WHERE newest = 1
        ) AS new
        ON held.client_id = new.client_id
        WHEN MATCHED AND (
            new.seq > held.seq OR (new.seq = held.seq AND new.model_version > held.model_version)
        ) THEN UPDATE SET *
        WHEN NOT MATCHED THEN INSERT *
        """
    )


def restore(tables: Tables, clients: DataFrame, rows: DataFrame) -> None:
    """Gives each of `clients` (client_id) the latest of its `rows` of score_history; who has none leaves the table."""
    newest = Window.partitionBy("client_id").orderBy(F.desc("seq"), F.desc("model_version"))
    best = rows.select(*SCORES.names, F.row_number().over(newest).alias("newest")).where("newest = 1").drop("newest")
    clients.select("client_id").distinct().join(best, "client_id", "left").createOrReplaceTempView("scores_to_restore")
    tables.spark.sql(
        f"""
        MERGE INTO {tables.name(TABLE)} AS held USING scores_to_restore AS new ON held.client_id = new.client_id
        WHEN MATCHED AND new.seq IS NULL THEN DELETE
        WHEN MATCHED THEN UPDATE SET *
        WHEN NOT MATCHED AND new.seq IS NOT NULL THEN INSERT *
        """
    )
