"""A training's source on Spark: the one place where vectors of clients become arrays of this process.

The gather's frame is kept, on the executors' disks where memory is short, because every fit of SynapseML reads it; what
comes here are its blocks, a partition after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from credit_scoring.clients import cohort
from credit_scoring.clients.gather import gather
from credit_scoring.clients.vectors import vectors
from credit_scoring.errors.usage import NOBODY_APPLIED
from credit_scoring.explanation.arrays import Matrix
from credit_scoring.explanation.points import Integers
from credit_scoring.features import registry
from credit_scoring.intake import events
from credit_scoring.intake.appending import CLIENT_DELIVERIES, QUARANTINE
from credit_scoring.intake.events import Delivered
from credit_scoring.intake.ledger import Ledger
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT, SEQ
from credit_scoring.schema.tables import TABLES
from credit_scoring.settings import GatherSettings, TrainingSettings
from credit_scoring.storage.tables import Tables
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.fit import Trainer
from credit_scoring.training.learners import Learners, Vectors
from credit_scoring.training.promises import COUNTS, Kept, added_up, judge
from credit_scoring.training.source import GROUPED_BY, Lineage, Outcomes
from credit_scoring.training.split import Split

_PACKED = "client_id BINARY, target BINARY, features BINARY"


@contextmanager
def opened(tables: Tables, ledger: Ledger, settings: GatherSettings) -> Iterator[SparkSource]:
    """The store as it is now: later intake adds to no table that is read. Frames are kept while it is open."""
    ledger.create()
    # Before the rows that it makes visible.
    tables = tables.pinned([events.TABLE])
    accepted = tuple(Ledger(tables).accepted())
    if accepted:
        tables = tables.pinned([source.name for source in TABLES] + [QUARANTINE, CLIENT_DELIVERIES])
    source = SparkSource(tables, accepted, settings)
    try:
        yield source
    finally:
        source.close()


class SparkSource:
    """See `source.Source`."""

    def __init__(self, tables: Tables, accepted: tuple[Delivered, ...], settings: GatherSettings) -> None:
        self.tables, self.accepted, self.settings = tables, accepted, settings
        self.kept: DataFrame | None = None

    def deliveries(self) -> tuple[str, ...]:
        """The names of the accepted deliveries, oldest first."""
        return tuple(delivered.name for delivered in self.accepted)

    def lineage(self) -> Lineage:
        """`last_seq` of the accepted deliveries, and the version of every table that is read."""
        versions = {f"table_version_{table}": version for table, version in sorted(self.tables.versions.items())}
        return {"last_seq": self.accepted[-1].seq if self.accepted else 0, **versions}

    def outcomes(self, split: Split, later_than: int | None = None) -> Outcomes:
        """Everybody with an outcome; with `later_than` the holdout, and whose first outcome has a higher seq."""
        learners = cohort.to_train(self.tables, self.accepted)
        if later_than is not None:
            learners = learners.where(held_out(split) | (F.col("outcome_seq") > later_than))
        told = self.tables.read(APPLICATION.name).select(
            F.col(CLIENT).alias("client_id"), F.col(SEQ).alias("as_of"), *GROUPED_BY
        )
        facts = learners.select("client_id", "as_of", "outcome_seq").join(told, ["client_id", "as_of"], "left")
        # By way of Arrow a whole number that is missing would become a float, here it stays missing.
        types = APPLICATION.polars_schema()
        whole: dict[str, type[pl.DataType]] = {CLIENT: pl.Int64, "outcome_seq": pl.Int64}
        schema = {**whole, **{name: types[name] for name in GROUPED_BY}}
        rows = [tuple(row) for row in facts.select("client_id", "outcome_seq", *GROUPED_BY).toLocalIterator()]
        found = pl.DataFrame(rows, schema, orient="row").sort(CLIENT)
        self.close()
        frame = self._vectors(learners, found.height).select("client_id", "target", "features")
        self.kept = frame.persist(StorageLevel.MEMORY_AND_DISK)
        client_id, target, features = _arrays(self.kept)
        return Outcomes(
            Learners.of(client_id, target, features, split),
            found["outcome_seq"].to_numpy(),
            found.drop("outcome_seq"),
        )

    def contradicted(self) -> int:
        """How many clients have outcomes of both kinds, by different deliveries."""
        return cohort.contradicted(self.tables, self.accepted)

    def waiting(self, most: int) -> Vectors | None:
        """Clients with an application and no outcome, at most about `most`, chosen by their ids; None: nobody waits."""
        waiting = cohort.without_outcome(self.tables, self.accepted)
        count = waiting.count()
        if count == 0:
            return None
        parts = max(1, -(-count // most))
        chosen = waiting.where(F.pmod(F.xxhash64("client_id"), F.lit(parts)) == 0)
        frame = self._vectors(chosen, min(count, most)).withColumn("target", F.lit(0))
        client_id, _, features = _arrays(frame.select("client_id", "target", "features"))
        order = np.argsort(client_id)
        return Vectors(client_id[order], features[order])

    def promises(self, model: ModelTexts | None, clients: int) -> tuple[Kept, ...]:
        """Checks every promise on so many clients of the store, chosen by their ids (see promises)."""
        return check(self.tables, self.accepted, model, self.settings, clients)

    def trainer(self, parameters: TrainingSettings, clients: int) -> Trainer:
        """What fits models on `clients` of the outcomes, as the settings have it."""
        if parameters.trainer == "lightgbm":
            return LightGbm()
        # Here, because only this trainer needs SynapseML to be installed.
        from credit_scoring.training.by_synapseml import SynapseMl

        assert self.kept is not None
        return SynapseMl(self.kept, parameters.tasks if clients >= parameters.tasks_from_clients else 1)

    def close(self) -> None:
        """Lets the frame go that is kept."""
        if self.kept is not None:
            self.kept.unpersist()
            self.kept = None

    def _vectors(self, clients: DataFrame, count: int) -> DataFrame:
        seqs = cohort.seqs_of(self.tables, clients, self.accepted)
        return vectors(self.tables, clients, count, seqs, self.settings)


def check(
    tables: Tables,
    accepted: tuple[Delivered, ...],
    model: ModelTexts | None,
    settings: GatherSettings,
    clients: int,
) -> tuple[Kept, ...]:
    """Checks every promise on `clients` of the store, chosen by the hash of their id, as known now.

    Without a model only the features are judged. UsageError when no client has an accepted application; ModelError when
    the model was trained with other features than this code computes.
    """
    if model is not None:
        scorer(model).features.must_match(registry.names(), registry.fingerprint())
    if not accepted:
        raise NOBODY_APPLIED()
    everyone = cohort.touched(tables, accepted).groupBy("client_id").agg(F.max("as_of").alias("as_of"))
    seqs = cohort.seqs_of(tables, everyone, accepted)
    if not seqs.get("application"):
        raise NOBODY_APPLIED()
    able = cohort.standing(tables, everyone, seqs).where("has_application").select("client_id", "as_of")
    chosen = able.orderBy(F.xxhash64("client_id"), "client_id").limit(clients)
    judged = gather(tables, chosen, clients, seqs, settings, partial(judge, model), COUNTS)
    return added_up(pl.DataFrame([row.asDict() for row in judged.collect()]))


def held_out(split: Split) -> Column:
    """Whether the client of `client_id` is of the holdout, as `split.parts` has it."""
    found: Column = F.pmod(F.xxhash64(F.col("client_id").cast("bigint")), F.lit(100)) < split.holdout_percent
    return found


def _arrays(frame: DataFrame) -> tuple[Integers, Integers, Matrix]:
    """client_id, target, features of a frame, in no particular order; one partition at a time comes here."""
    blocks = list(frame.mapInArrow(_packed, _PACKED).toLocalIterator(prefetchPartitions=True))
    ids, targets = (
        np.concatenate([np.frombuffer(block[name], np.int64) for block in blocks] or [np.zeros(0, np.int64)])
        for name in ("client_id", "target")
    )
    values = [np.frombuffer(block["features"], np.float32) for block in blocks]
    return ids, targets, np.concatenate(values).reshape(len(ids), -1) if len(ids) else np.zeros((0, 0), np.float32)


def _packed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A batch as one row of bytes: Spark would make an object of every value."""
    for batch in batches:
        if batch.num_rows:
            columns = [
                batch["client_id"].to_numpy(zero_copy_only=False).astype(np.int64).tobytes(),
                batch["target"].to_numpy(zero_copy_only=False).astype(np.int64).tobytes(),
                batch["features"].flatten().to_numpy(zero_copy_only=False).astype(np.float32).tobytes(),
            ]
            yield pa.RecordBatch.from_arrays(
                [pa.array([column], pa.binary()) for column in columns], ["client_id", "target", "features"]
            )
