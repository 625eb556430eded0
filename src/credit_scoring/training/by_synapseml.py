"""The trainer of a cluster: LightGBM by SynapseML, in Spark's tasks, from the frame of vectors that the gather made.

With one task (see fit) its data set takes 8 bytes a value while it is filled and 1 byte while it is fitted, outside the
JVM's heap. With N tasks each has a data set of an Nth of the clients, and they tell each other their histograms. On one
machine the tasks are numbered as they arrive, on several as their partitions lie; the number says which features a task
finds the bins of, from its own clients, so that bins and trees may differ from fit to fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pyspark import StorageLevel
from pyspark.ml.functions import array_to_vector
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf
from synapse.ml.lightgbm import LightGBMClassifier

from credit_scoring.training.fit import Fit, TrainerName, with_splits
from credit_scoring.training.inputs import Inputs

_LEARNT_FROM, _JUDGE, _NEITHER = 0, 1, -1


@dataclass
class SynapseMl:
    """Fits on the rows of `frame`: client_id BIGINT, target INT, features ARRAY<FLOAT> in registry order.

    A fit names its clients by their ids, so that vectors go from the gather to LightGBM and not by way of this process.
    SynapseML reads the rows of a fit several times (their width, their classes, the judges, the data set), so they are
    kept as it takes them, until `close` or a fit on other features.
    """

    frame: DataFrame
    tasks: int = 1
    name: TrainerName = "synapseml"
    _kept: tuple[tuple[str, ...], DataFrame] | None = field(default=None, init=False, repr=False)

    def fit(self, wanted: Fit) -> str:
        """The native text of the model."""
        rows = self._vectors(wanted.inputs).withColumn("role", _role(wanted)).where(F.col("role") != _NEITHER)
        rows = rows.select("target", "features", (F.col("role") == _JUDGE).alias("validation"))
        # A new one for every fit: it keeps the bins of its first fit, and would fit other rows with them.
        return with_splits(_classifier(wanted, self.tasks).fit(rows).getNativeModel())

    def fit_all(self, wanted: Sequence[Fit]) -> Iterator[str]:
        """One after the other: each fit takes all cores that its tasks have."""
        return map(self.fit, wanted)

    def close(self) -> None:
        """Lets the rows go that are kept."""
        if self._kept is not None:
            self._kept[1].unpersist()
            self._kept = None

    def _vectors(self, inputs: Inputs) -> DataFrame:
        """client_id, target and vector of all clients, sorted by client id, which no two rows share, in `tasks` parts.

        One partition is brought about by coalesce, which shuffles nothing; the sort makes the order independent of how
        the partitions happened to lie.
        """
        if self._kept is None or self._kept[0] != inputs.names:
            self.close()
            rows = self.frame.coalesce(1) if self.tasks == 1 else self.frame.repartition(self.tasks, "client_id")
            rows = rows.sortWithinPartitions("client_id").select(
                "client_id", F.col("target").cast("double"), array_to_vector(_narrowed(inputs)).alias("features")
            )
            self._kept = inputs.names, rows.persist(StorageLevel.MEMORY_AND_DISK)
        return self._kept[1]


def _role(wanted: Fit) -> Column:
    """What each client is to a fit; computed from its id alone, wherever it lies."""
    ids = wanted.clients.client_id
    roles = np.where(wanted.learns, _LEARNT_FROM, _NEITHER).astype(np.int8)
    if wanted.judges is not None:
        roles[wanted.judges] = _JUDGE

    def of(client_id: pd.Series) -> pd.Series:
        place = np.searchsorted(ids, client_id).clip(max=len(ids) - 1)
        return pd.Series(np.where(ids[place] == client_id, roles[place], _NEITHER).astype(np.int8))

    found: Column = pandas_udf(of, "tinyint")(F.col("client_id"))  # type: ignore[call-overload]
    return found


def _narrowed(inputs: Inputs) -> Column:
    """The features that are fitted on."""
    if inputs.names == inputs.declared.names:
        return F.col("features")
    positions = F.array(*(F.lit(int(place)) for place in inputs.positions))
    return F.transform(positions, lambda i: F.get("features", i))


def _classifier(wanted: Fit, tasks: int) -> LightGBMClassifier:
    parameters = wanted.parameters
    classifier = LightGBMClassifier(
        labelCol="target",
        featuresCol="features",
        slotNames=list(wanted.inputs.names),
        monotoneConstraints=list(wanted.inputs.constraints),
        numIterations=wanted.rounds,
        learningRate=parameters.learning_rate,
        numLeaves=parameters.num_leaves,
        minDataInLeaf=parameters.min_data_in_leaf,
        featureFraction=parameters.feature_fraction,
        baggingFraction=parameters.bagging_fraction,
        baggingFreq=parameters.bagging_freq,
        lambdaL2=float(parameters.lambda_l2),
        isUnbalance=wanted.balanced,
        seed=parameters.seed,
        deterministic=True,
        passThroughArgs="force_col_wise=true",
        numThreads=0,
        numTasks=tasks,
        # Else the tasks of an executor would share one data set, and on one machine nothing would be distributed.
        useSingleDatasetMode=tasks == 1,
        # "auto" decides by the first ten rows. NaN is missing either way (useMissing, not zeroAsMissing, by default).
        matrixType="dense",
        # One pass over the rows; "streaming" takes four and writes to standard output. Same text.
        dataTransferMode="bulk",
    )
    if wanted.judges is not None:
        classifier.setValidationIndicatorCol("validation").setEarlyStoppingRound(wanted.patience)
    if wanted.by_auc:
        classifier.setMetric("auc")
    return classifier
