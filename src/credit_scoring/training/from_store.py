"""A training's source: the one place where vectors of a store's clients become arrays of this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import polars as pl

from credit_scoring.clients import cohort
from credit_scoring.clients.categories import values_held
from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import gather, vectors
from credit_scoring.engines.engine import Engine, Rows, Scan
from credit_scoring.errors.models import TRAINER_NEEDS_SPARK
from credit_scoring.errors.usage import NOBODY_APPLIED
from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.intake.quarantine import QUARANTINE
from credit_scoring.ledger import events
from credit_scoring.ledger.events import Delivered
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT, SEQ
from credit_scoring.schema.tables import TABLES
from credit_scoring.settings import GatherSettings, TrainingSettings
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.fit import Trainer
from credit_scoring.training.learners import Learners, Vectors
from credit_scoring.training.promises import COUNTS, Kept, added_up, judge
from credit_scoring.training.source import GROUPED_BY, Lineage, Outcomes
from credit_scoring.training.split import HOLDOUT, Split, xxhash64

_READ = (*(source.name for source in TABLES), QUARANTINE, CLIENT_DELIVERIES)


@contextmanager
def opened(engine: Engine, ledger: Ledger, settings: GatherSettings) -> Iterator[StoreSource]:
    """The store as it is now: later intake adds to no table that is read. Vectors are kept while it is open."""
    ledger.create()
    # Before the rows that it makes visible.
    at = engine.pinned([events.TABLE])
    accepted = Ledger(at).accepted()
    if accepted:
        at = at.pinned(_READ)
    source = StoreSource(at, accepted, settings)
    try:
        yield source
    finally:
        source.close()


@dataclass
class StoreSource:
    """See `source.Source`. `kept`: the vectors of the outcomes where Spark has them, for SynapseML; `held`: what lets
    go of what is kept."""

    engine: Engine
    accepted: tuple[Delivered, ...]
    settings: GatherSettings
    kept: Rows | None = field(default=None, init=False)
    held: ExitStack = field(default_factory=ExitStack, init=False, repr=False)

    def deliveries(self) -> tuple[str, ...]:
        """The names of the accepted deliveries, oldest first."""
        return tuple(delivered.name for delivered in self.accepted)

    def lineage(self) -> Lineage:
        """`last_seq` of the accepted deliveries, and the version of every table that is read."""
        versions = {f"table_version_{table}": self.engine.version(table) for table in sorted(_READ)}
        return {"last_seq": self.accepted[-1].seq if self.accepted else 0, **versions}

    def outcomes(self, split: Split, later_than: int | None = None) -> Outcomes:
        """Everybody with an outcome; with `later_than` the holdout, and whose first outcome has a higher seq."""
        learners = cohort.to_train(self.engine, self.accepted)
        if later_than is not None:
            held_out = pl.Series(split.parts(learners.cases["client_id"].to_numpy()) == HOLDOUT)
            later = learners.cases["outcome_seq"] > later_than
            learners = replace(learners, cases=learners.cases.filter(held_out | later))
        cases = learners.cases.sort("client_id")
        self.close()
        rows = vectors(replace(learners, cases=cases.select("client_id", "as_of", "target")), self.settings)
        if self.engine.name == "spark":
            from credit_scoring.engines.spark.keeping import frame_of, kept

            rows = self.kept = kept(rows)
            self.held.callback(frame_of(rows).unpersist)
        found = _arrays(rows, cases.height)
        target = cases["target"].to_numpy().astype(np.int64)
        return Outcomes(
            Learners.of(found.client_id, target, found.features, split),
            cases["outcome_seq"].to_numpy(),
            self._applications(cases),
        )

    def _applications(self, cases: pl.DataFrame) -> pl.DataFrame:
        """SK_ID_CURR and GROUPED_BY of the cases, in their order, from the application of the delivery `as_of`."""
        seqs = cases["as_of"].unique().to_list()
        told = self.engine.scan(Scan(APPLICATION.name, (CLIENT, SEQ, *GROUPED_BY), {SEQ: seqs}))
        asked = cases.select(pl.col("client_id").alias(CLIENT), pl.col("as_of").alias(SEQ))
        return asked.join(told, on=[CLIENT, SEQ], how="left", maintain_order="left").drop(SEQ)

    def contradicted(self) -> int:
        """How many clients have outcomes of both kinds, by different deliveries."""
        return cohort.contradicted(self.engine, self.accepted)

    def vocabulary(self) -> Mapping[str, Mapping[str, int]]:
        """Category of the application -> value -> how many of the visible rows hold it."""
        return values_held(self.engine, [delivered.seq for delivered in self.accepted])

    def waiting(self, most: int) -> Vectors | None:
        """Clients with an application and no outcome, at most about `most`, chosen by their ids; None: nobody waits."""
        waiting = cohort.without_outcome(self.engine, self.accepted)
        if waiting.size == 0:
            return None
        parts = max(1, -(-waiting.size // most))
        hashed = xxhash64(waiting.cases["client_id"].to_numpy())
        chosen = replace(waiting, cases=waiting.cases.filter(pl.Series(hashed % np.uint64(parts) == 0)))
        return _arrays(vectors(chosen, self.settings), chosen.size)

    def promises(self, model: ModelTexts | None, clients: int) -> tuple[Kept, ...]:
        """Checks every promise on so many clients of the store, chosen by the hash of their ids, as known now.

        Without a model only the features are judged. UsageError when no client has an accepted application; ModelError
        when the model was trained with other features than this code computes.
        """
        if model is not None:
            usable(model)
        everyone = cohort.as_of_latest(self.engine, self.accepted) if self.accepted else None
        able = everyone.with_eligibility().where(pl.col("has_application")) if everyone is not None else None
        if able is None or able.size == 0:
            raise NOBODY_APPLIED()
        chosen = _by_hash(able, clients)
        return added_up(gather(chosen, self.settings, partial(judge, model), COUNTS).collect())

    def trainer(self, parameters: TrainingSettings, clients: int) -> Trainer:
        """What fits models on `clients` of the outcomes, as the settings have it; by itself SynapseML on Spark, and
        LightGBM in this process on the embedded engine."""
        on_spark = self.engine.name == "spark"
        if parameters.trainer == "synapseml" and not on_spark:
            raise TRAINER_NEEDS_SPARK()
        if parameters.trainer == "lightgbm" or not on_spark:
            return LightGbm()
        # Here, because only this trainer needs SynapseML to be installed.
        from credit_scoring.engines.spark.keeping import frame_of
        from credit_scoring.training.by_synapseml import SynapseMl

        assert self.kept is not None
        trainer = SynapseMl(frame_of(self.kept), parameters.tasks if clients >= parameters.tasks_from_clients else 1)
        self.held.callback(trainer.close)
        return trainer

    def close(self) -> None:
        """Lets the vectors go that are kept."""
        self.held.close()
        self.kept = None


def _by_hash(able: Cohort, clients: int) -> Cohort:
    """So many cases, those whose ids hash lowest."""
    signed = xxhash64(able.cases["client_id"].to_numpy()).view(np.int64)
    order = able.cases.select("client_id", "as_of").with_columns(pl.Series("hash", signed))
    return replace(able, cases=order.sort("hash", "client_id").head(clients).drop("hash"))


def _arrays(rows: Rows, clients: int) -> Vectors:
    """Vectors as arrays, by ascending client id."""
    found = rows.collect().sort("client_id")
    if found.is_empty():
        return Vectors(np.zeros(0, np.int64), np.zeros((0, 0), np.float32))
    values = found["features"].explode().to_numpy().astype(np.float32, copy=False)
    assert found.height == clients
    return Vectors(found["client_id"].to_numpy(), values.reshape(clients, -1))
