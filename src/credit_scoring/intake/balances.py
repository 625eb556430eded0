"""Whose the stored balances are, when the deliveries that are visible have changed.

Intake gives a balance its client by the bureau rows that are visible at that time, and appends balances that wait for
their credit again under the delivery that brings it. When a delivery is withdrawn, both are decided anew for its
credits, by what is left: what intake would have stored without it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from credit_scoring.intake.owners import CREDIT
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, FILE, RECORD, SEQ
from credit_scoring.storage.frames import union
from credit_scoring.storage.tables import Tables

ADOPTED = "/"
"""In FILE of an adopted row: `3/bureau_balance.csv` is a file of the delivery with seq 3. No file's name holds it."""
CLIENT_SEQ = "client_seq"
"""The delivery whose bureau row names the client."""
_PLACE = (SEQ, FILE, RECORD)
_GONE = "gone"


def brought_again() -> Column:
    """Whether a row stands under a delivery other than the one that it came with."""
    return F.col(FILE).contains(ADOPTED)


def adopted_file() -> Column:
    """The FILE of a row that is appended again under the delivery that brings its credit."""
    return F.concat(F.col(SEQ).cast("string"), F.lit(ADOPTED), F.col(FILE))


def owners(tables: Tables, seqs: Sequence[int]) -> DataFrame:
    """(credit, client, client_seq) of the stored bureau rows of these deliveries."""
    bureau = tables.read(BUREAU.name).where(F.col(SEQ).isin(list(seqs)))
    return bureau.select(CREDIT, CLIENT, F.col(SEQ).alias(CLIENT_SEQ))


def clients_of(rows: DataFrame, known: DataFrame) -> DataFrame:
    """(credit, seq, client) of rows with a credit and a seq: whose credit it was, as known (owners) at that seq."""
    earlier = rows.select(CREDIT, SEQ).distinct().join(known, CREDIT).where(F.col(CLIENT_SEQ) <= F.col(SEQ))
    return earlier.groupBy(CREDIT, SEQ).agg(F.max_by(CLIENT, CLIENT_SEQ).alias(CLIENT))


def named(balances: DataFrame, known: DataFrame) -> DataFrame:
    """Balances (without client) with that of the latest bureau row up to their delivery; null where there is none."""
    return balances.join(clients_of(balances, known), [CREDIT, SEQ], "left")


def adopted(balances: DataFrame, bringing: DataFrame) -> DataFrame:
    """The balances that wait for their credit, again under each delivery that brings it (`bringing`: owners).

    A delivery that holds balances of the credit itself adopts none, nor one whose latest ones do not wait.
    """
    later = bringing.select(CREDIT, F.col(CLIENT).alias("adopting"), F.col(CLIENT_SEQ).alias("adopting_seq"))
    own = balances.select(CREDIT, F.col(SEQ).alias("adopting_seq")).distinct()
    latest = F.max(SEQ).over(Window.partitionBy(CREDIT, "adopting_seq"))
    return (
        balances.where(~brought_again())
        .join(later, CREDIT)
        .where(F.col("adopting_seq") > F.col(SEQ))
        .join(own, [CREDIT, "adopting_seq"], "left_anti")
        .withColumn("latest", latest)
        .where((F.col(SEQ) == F.col("latest")) & F.col(CLIENT).isNull())
        .withColumn(CLIENT, F.col("adopting"))
        .withColumn(FILE, adopted_file())
        .withColumn(SEQ, F.col("adopting_seq"))
        .drop("latest", "adopting", "adopting_seq")
    )


def changes_without(tables: Tables, withdrawn: Sequence[int], visible: Sequence[int]) -> DataFrame:
    """The balances of `visible` deliveries that are not as they would be without the deliveries `withdrawn`.

    Columns of bureau_balance and `gone`: true for a row to remove, false for one to add or to give this client.
    """
    stored = tables.read(BUREAU_BALANCE.name)
    sources = (BUREAU.name, BUREAU_BALANCE.name)
    credits = union(tables.read(table).where(F.col(SEQ).isin(list(withdrawn))).select(CREDIT) for table in sources)
    credits = credits.distinct()
    held = stored.where(F.col(SEQ).isin(list(visible))).join(credits, CREDIT, "left_semi")
    known = owners(tables, visible).join(credits, CREDIT, "left_semi")
    delivered = named(held.where(~brought_again()).drop(CLIENT), known).select(*stored.columns)
    wanted = delivered.unionByName(adopted(delivered, known).select(*stored.columns))
    place = [*_PLACE, CLIENT]
    gone = held.join(wanted, list(_PLACE), "left_anti").withColumn(_GONE, F.lit(True))
    # Null-safe: a balance may lose its client.
    same = [F.col(f"new.{name}").eqNullSafe(F.col(f"old.{name}")) for name in place]
    new = wanted.alias("new").join(held.alias("old"), same, "left_anti").withColumn(_GONE, F.lit(False))
    return gone.unionByName(new)


def settle(tables: Tables, changes: DataFrame) -> None:
    """Brings `changes_without` about in one commit; again, it finds nothing to do."""
    changes.createOrReplaceTempView("balances_to_settle")
    on = " AND ".join(f"held.`{name}` = new.`{name}`" for name in _PLACE)
    columns = [name for name in changes.columns if name != _GONE]
    inserted = f"({', '.join(columns)}) VALUES ({', '.join(f'new.{name}' for name in columns)})"
    tables.spark.sql(
        f"MERGE INTO {tables.name(BUREAU_BALANCE.name)} AS held USING balances_to_settle AS new ON {on} "
        f"WHEN MATCHED AND new.{_GONE} THEN DELETE "
        f"WHEN MATCHED THEN UPDATE SET held.{CLIENT} = new.{CLIENT} "
        f"WHEN NOT MATCHED AND NOT new.{_GONE} THEN INSERT {inserted}"
    )
