"""Fitting LightGBM with SynapseML, so that the same rows give the same model text, byte for byte.

What that takes:
- One task, its rows sorted by client id. Several tasks build a data set each executor, in the order in which Spark
  happens to place them, and add their histograms up over the network. One data set takes 8 bytes a value while it is
  filled and 1 byte while it is fitted, outside the JVM's heap; LightGBM uses all cores of the machine.
- deterministic, a seed, and a fixed way to build histograms (force_col_wise; LightGBM would time both and choose).
- num_threads as a fixed number in the text: 0, all cores. The trees are the same for any number of cores.
- A new LightGBMClassifier for every fit: it keeps the bins of its first fit, and would fit other rows with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import lightgbm as lgb
from pyspark.ml.functions import array_to_vector
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from synapse.ml.lightgbm import LightGBMClassifier

from credit_scoring.errors.learning import NOTHING_TO_SPLIT
from credit_scoring.settings import TrainingSettings
from credit_scoring.training.inputs import Inputs


@dataclass(frozen=True)
class Rebalancing:
    """A remedy against defaults being rare, to compare with none: ours are calibrated, and costs decide.

    `class_weights`: defaulted clients weigh as much as all good ones. `good_share`: the share of good clients that is
    learnt from, chosen by a hash of the id. Either spoils the log-loss, so that the AUC tells the best round.
    """

    class_weights: bool = False
    good_share: float = 1.0

    def learns_from(self, client_id: Column, target: Column) -> Column:
        """Whether a client is learnt from."""
        # Salted: the plain hash of the id makes the folds.
        place = F.pmod(F.xxhash64(client_id, F.lit("good_share")), F.lit(1_000_000))
        return (target == 1) | (place < self.good_share * 1_000_000)


def fit_rounds(vectors: DataFrame, inputs: Inputs, parameters: TrainingSettings, rounds: int) -> str:
    """The native text of a model of `rounds` trees, fitted on all rows of `vectors`."""
    return _fit(_in_order(vectors), _classifier(inputs, parameters, rounds))


def fit_until_best(
    vectors: DataFrame,
    validation: Column,
    inputs: Inputs,
    parameters: TrainingSettings,
    rebalancing: Rebalancing | None = None,
) -> str:
    """The native text of a model with the trees up to its best round.

    It is fitted on the rows where `validation` is false; the best round is the one after which the log-loss on the
    other rows (their AUC, with a rebalancing) does not get better for `early_stopping_rounds` rounds, or the last of
    `max_rounds`.
    """
    classifier = _classifier(inputs, parameters, parameters.max_rounds)
    classifier.setValidationIndicatorCol("validation").setEarlyStoppingRound(parameters.early_stopping_rounds)
    if rebalancing is not None:
        vectors = vectors.where(validation | rebalancing.learns_from(F.col("client_id"), F.col("target")))
        classifier.setMetric("auc").setIsUnbalance(rebalancing.class_weights)
    return _fit(_in_order(vectors, validation.alias("validation")), classifier)


def rounds_of(booster_text: str) -> int:
    """The number of trees in a model text."""
    return int(lgb.Booster(model_str=booster_text).num_trees())


def _in_order(vectors: DataFrame, *more: Column) -> DataFrame:
    """The rows as SynapseML takes them, in one partition, sorted by client id, which no two rows share.

    coalesce shuffles nothing; the sort makes the order independent of how the partitions happened to lie.
    """
    return (
        vectors.coalesce(1)
        .sortWithinPartitions("client_id")
        .select(F.col("target").cast("double"), array_to_vector(F.col("features")).alias("features"), *more)
    )


def _classifier(inputs: Inputs, parameters: TrainingSettings, rounds: int) -> LightGBMClassifier:
    return LightGBMClassifier(
        labelCol="target",
        featuresCol="features",
        slotNames=list(inputs.names),
        monotoneConstraints=list(inputs.constraints),
        numIterations=rounds,
        learningRate=parameters.learning_rate,
        numLeaves=parameters.num_leaves,
        minDataInLeaf=parameters.min_data_in_leaf,
        featureFraction=parameters.feature_fraction,
        baggingFraction=parameters.bagging_fraction,
        baggingFreq=parameters.bagging_freq,
        lambdaL2=float(parameters.lambda_l2),
        seed=parameters.seed,
        deterministic=True,
        passThroughArgs="force_col_wise=true",
        numThreads=0,
        numTasks=1,
        # "auto" decides by the first ten rows. NaN is missing either way (useMissing, not zeroAsMissing, by default).
        matrixType="dense",
        # One pass over the rows; "streaming" takes four and writes to standard output. Same text.
        dataTransferMode="bulk",
    )


def _fit(rows: DataFrame, classifier: LightGBMClassifier) -> str:
    text: str = classifier.fit(rows).getNativeModel()
    if re.search(r"^split_feature=\d", text, re.MULTILINE) is None:
        raise NOTHING_TO_SPLIT()
    return text
