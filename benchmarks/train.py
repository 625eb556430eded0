"""What fitting a model takes, beside plain LightGBM with the same parameters, rows and number of fits.

    python benchmarks/train.py [--clients 50000]        # a generated lender
    python benchmarks/train.py --conf conf/local.yml    # the clients with an outcome in the lender's own tables

Ours: every fold's model with early stopping, the margins out of fold, the final model, as `credit-scoring train` does
it, from vectors that Spark keeps. Theirs: the same with lightgbm on a matrix in memory. Reading and features are on
neither side. CPU is that of all processes; the first fit of each side, on few clients, is not counted. Threads that
wait sleep on both sides, as in the product, so that on a busy machine the CPU says more than the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Before LightGBM is loaded, which reads it once.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import lightgbm as lgb
import numpy as np
import polars as pl
import psutil
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from sklearn.metrics import roc_auc_score

from credit_scoring.clients import cohort
from credit_scoring.clients.vectors import vectors
from credit_scoring.commands import open_store
from credit_scoring.features import registry
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.schema.table import CLIENT
from credit_scoring.session import session
from credit_scoring.settings import Settings, SparkSettings, TrainingSettings, load
from credit_scoring.synthetic.known import known
from credit_scoring.synthetic.lender import generate
from credit_scoring.training.fit import fit_rounds
from credit_scoring.training.folds import fit_folds
from credit_scoring.training.inputs import Inputs, inputs
from credit_scoring.training.split import HOLDOUT, Split
from credit_scoring.training.train import parted

AT_A_TIME = 5_000


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock and of all cores, rounds of the final model, and the AUC out of fold."""

    wall: float
    cpu: float
    rounds: int
    auc: float


def generated(clients: int, path: Path) -> None:
    """Writes client_id, target, features of a generated lender."""
    for first in range(0, clients, AT_A_TIME):
        few = range(first, min(clients, first + AT_A_TIME))
        frame, outcomes = feature_frame(known(few, 7)), generate(few, 7)["outcomes"]
        target = frame.select(CLIENT).join(outcomes, on=CLIENT, how="left", maintain_order="left")["TARGET"]
        rows = pl.DataFrame({"client_id": frame[CLIENT], "target": target.cast(pl.Int32)})
        rows.with_columns(features=pl.Series(matrix(frame)).cast(pl.List(pl.Float32))).write_parquet(
            path / f"{first:09d}.parquet"
        )


def stored(settings: Settings, path: Path) -> None:
    """Writes the same of the clients with an outcome in the lender's tables."""
    store = open_store(settings)
    accepted = store.ledger.accepted()
    learners = cohort.to_train(store.tables, accepted)
    seqs = cohort.seqs_of(store.tables, learners, accepted)
    found = vectors(store.tables, learners, learners.count(), seqs, settings.gather)
    found.select("client_id", "target", "features").write.mode("overwrite").parquet(str(path))


def ours(spark: SparkSession, path: Path, declared: Inputs, parameters: TrainingSettings) -> Measured:
    """The product's folds and final model."""
    with parted(spark.read.parquet(str(path)), parameters) as kept:
        kept.count()
        development = kept.where(F.col("part") != HOLDOUT)
        fit_rounds(development.limit(2_000), declared, parameters, 5)

        def fits() -> tuple[int, float]:
            folds = fit_folds(development, declared, parameters)
            rounds = round(float(np.mean(folds.rounds)))
            fit_rounds(development, declared, parameters, rounds)
            return rounds, float(roc_auc_score(folds.out_of_fold.target, folds.out_of_fold.margin))

        return measured(fits)


def plain(path: Path, declared: Inputs, parameters: TrainingSettings) -> Measured:
    """The same by lightgbm alone."""
    rows = pl.read_parquet(path / "*.parquet").sort("client_id")
    part = Split(parameters.folds, parameters.holdout_percent).parts(rows["client_id"].to_numpy())
    known_to_fit = part != HOLDOUT
    part, target = part[known_to_fit], rows["target"].to_numpy()[known_to_fit]
    values = rows["features"].explode().to_numpy().reshape(len(known_to_fit), -1)[known_to_fit]
    given: dict[str, object] = {
        "objective": "binary", "verbose": -1, "seed": parameters.seed, "deterministic": True, "force_col_wise": True,
        "monotone_constraints": list(declared.constraints), "learning_rate": parameters.learning_rate,
        "num_leaves": parameters.num_leaves, "min_data_in_leaf": parameters.min_data_in_leaf,
        "feature_fraction": parameters.feature_fraction, "bagging_fraction": parameters.bagging_fraction,
        "bagging_freq": parameters.bagging_freq, "lambda_l2": parameters.lambda_l2,
    }  # fmt: skip
    lgb.train(given, lgb.Dataset(values[:2_000], target[:2_000], params=given), 5)

    def fits() -> tuple[int, float]:
        margin = np.zeros(len(target))
        rounds = []
        for fold in range(parameters.folds):
            seen = part != fold
            data = lgb.Dataset(values[seen], target[seen], params=given)
            held_out = lgb.Dataset(values[~seen], target[~seen], reference=data, params=given)
            stop = lgb.early_stopping(parameters.early_stopping_rounds, verbose=False)
            booster = lgb.train(given, data, parameters.max_rounds, valid_sets=[held_out], callbacks=[stop])
            margin[~seen] = booster.predict(values[~seen], raw_score=True)
            rounds.append(booster.best_iteration)
        mean = round(float(np.mean(rounds)))
        lgb.train(given, lgb.Dataset(values, target, params=given), mean)
        return mean, float(roc_auc_score(target, margin))

    return measured(fits)


def measured(fits: Callable[[], tuple[int, float]]) -> Measured:
    """Times `fits`, which gives rounds and AUC."""
    cpu, started = cpu_seconds(), time.perf_counter()
    rounds, auc = fits()
    return Measured(time.perf_counter() - started, cpu_seconds() - cpu, rounds, auc)


def cpu_seconds() -> float:
    """Of this process, the JVM and Spark's Python workers, those that ended included."""
    me = psutil.Process()
    times = [process.cpu_times() for process in (me, *me.children(recursive=True))]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def main() -> None:
    """Runs both sides, prints a table and, last, JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50_000)
    parser.add_argument("--conf", type=Path, help="settings of a lender, whose clients are taken")
    arguments = parser.parse_args()
    declared = inputs(registry.FEATURES, registry.fingerprint())
    parameters = TrainingSettings() if arguments.conf is None else load(arguments.conf).training
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        if arguments.conf is None:
            print(f"generating {arguments.clients:,} clients", flush=True)
            generated(arguments.clients, path)
            spark = session(SparkSettings())
        else:
            print("building the vectors of the clients with an outcome", flush=True)
            stored(load(arguments.conf), path)
            spark = session(load(arguments.conf).spark)
        spark.sparkContext.setLogLevel("ERROR")
        mine = ours(spark, path, declared, parameters)
        print("fitted ours; now plain LightGBM", flush=True)
        clients = spark.read.parquet(str(path)).count()
        spark.stop()
        theirs = plain(path, declared, parameters)
    print(f"\n{clients:,} clients, {len(declared.names)} features, {parameters.folds} folds and the final model")
    print(f"  {'':<16}{'wall s':>10}{'CPU s':>10}{'rounds':>10}{'AUC':>10}")
    for name, found in (("ours", mine), ("plain LightGBM", theirs)):
        print(f"  {name:<16}{found.wall:>10.1f}{found.cpu:>10.1f}{found.rounds:>10}{found.auc:>10.4f}")
    ratios = {"wall": round(mine.wall / theirs.wall, 2), "cpu": round(mine.cpu / theirs.cpu, 2)}
    print(json.dumps({"benchmark": "train", "ratios": ratios, "max_difference": abs(mine.auc - theirs.auc)}))


if __name__ == "__main__":
    main()
