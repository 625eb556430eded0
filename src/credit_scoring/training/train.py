"""Training, from vectors with outcomes to everything that a model is made of; nothing is written.

folds      a model for each fold, fitted on the others, stopped where the fold's log-loss is best
margins    of every development client, from the fold model that has not seen it
calibrate  those margins to probabilities
select     the features that the fold models gained by; the final model has no others
fit        the final model on all development clients, as many rounds as the folds needed on average
reference  and evaluation on the holdout, which nothing before has seen
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import lightgbm as lgb
import numpy as np
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from credit_scoring.explanation.contributions import margins_and_contributions
from credit_scoring.explanation.points import Scale, cut_off, score
from credit_scoring.model.artifacts import Costs
from credit_scoring.settings import DecisionSettings, TrainingSettings
from credit_scoring.training.calibrate import calibrate
from credit_scoring.training.evaluate import discrimination, metrics, truth
from credit_scoring.training.fit import fit_rounds, fit_until_best, rounds_of
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.predict import Margins, margins, shares
from credit_scoring.training.reference import reference_group, reference_points
from credit_scoring.training.sample import Sample, sample
from credit_scoring.training.selection import carrying
from credit_scoring.training.split import HOLDOUT, Split
from credit_scoring.training.threshold import cost, cost_report

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """What a training found.

    `booster`: native model text. `scale`: calibration and points. `reference`: mean raw points of the reference group
    by feature name. `phi_0`: the margin of the average training client. `rounds`: trees of the model, the mean of
    `fold_rounds`, the best round of each fold's model. `metrics`: numbers by name; `oof_` out of fold, `holdout_` on
    clients that no model saw. `inputs`: with the features
    that the model was left with. `out_of_fold`, `holdout`: the margins that these numbers are of.
    """

    booster: str
    inputs: Inputs
    scale: Scale
    costs: Costs
    reference: Mapping[str, float]
    phi_0: float
    rounds: int
    fold_rounds: tuple[int, ...]
    sample: Sample
    metrics: Mapping[str, float]
    out_of_fold: Margins = field(compare=False)
    holdout: Margins = field(compare=False)


@contextmanager
def parted(vectors: DataFrame, parameters: TrainingSettings) -> Iterator[DataFrame]:
    """The vectors with the part of each client (see split), kept in memory and on disk: they are read many times.

    `vectors`: client_id BIGINT, target INT (1: defaulted), features ARRAY<FLOAT> [F], missing = NaN.
    """
    split = Split(parameters.folds, parameters.holdout_percent)
    rows = vectors.select("client_id", "target", split.part(F.col("client_id")).alias("part"), "features")
    kept = rows.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        yield kept
    finally:
        kept.unpersist()


def train(vectors: DataFrame, inputs: Inputs, parameters: TrainingSettings, decision: DecisionSettings) -> Trained:
    """Trains on `vectors`, from `parted`.

    Same vectors, inputs, parameters and costs: same result, byte for byte. ModelError when no model can be had from
    them (see sample, calibrate).
    """
    log.info("reading the vectors of the clients with an outcome")
    found = sample(vectors, len(inputs.names), parameters)
    log.info("%d clients to learn from, %d of them defaulted", found.clients, found.defaults)
    development = vectors.where(F.col("part") != HOLDOUT)

    fold_models = _fold_models(development, inputs, parameters)
    fold_rounds = tuple(rounds_of(text) for text in fold_models.values())
    out_of_fold = margins(development, fold_models)
    calibration = calibrate(out_of_fold.margin, out_of_fold.target)
    scale = Scale(calibration.a, calibration.b, decision.pdo, decision.anchor_points, decision.anchor_odds)
    costs = Costs(default=decision.cost_default, good=decision.gain_good, handling=decision.cost_handling)

    chosen = inputs.only(carrying(fold_models.values(), inputs, parameters.min_gain_share))
    log.info("%d of %d features carry something", len(chosen.names), len(inputs.names))
    vectors = _narrowed(vectors, inputs, chosen)
    development = _narrowed(development, inputs, chosen)
    inputs = chosen

    rounds = max(1, round(float(np.mean(fold_rounds))))
    log.info("fitting the final model, %d rounds", rounds)
    booster = fit_rounds(development, inputs, parameters, rounds)
    holdout = margins(vectors, {HOLDOUT: booster})
    group = reference_group(holdout, scale, costs.threshold())
    reference = reference_points(shares(vectors, booster, group), scale)
    no_client = np.zeros((0, len(inputs.names)), np.float32)
    _, _, phi_0 = margins_and_contributions(lgb.Booster(model_str=booster), no_client)
    return Trained(
        booster=booster,
        inputs=inputs,
        scale=scale,
        costs=costs,
        reference=dict(zip(inputs.names, reference, strict=True)),
        phi_0=phi_0,
        rounds=rounds,
        fold_rounds=fold_rounds,
        sample=found,
        metrics={
            **_by_fold(out_of_fold),
            **_measured("oof", out_of_fold, scale, costs),
            **_measured("holdout", holdout, scale, costs),
            "reference_clients": float(len(group)),
            "features": float(len(inputs.names)),
        },
        out_of_fold=out_of_fold,
        holdout=holdout,
    )


def _fold_models(development: DataFrame, inputs: Inputs, parameters: TrainingSettings) -> dict[int, str]:
    """The model text of each fold, which has not seen the fold but stopped where it served it best."""
    models = {}
    for fold in range(parameters.folds):
        models[fold] = fit_until_best(development, F.col("part") == fold, inputs, parameters)
        rounds = rounds_of(models[fold])
        log.info("fold %d of %d: best after %d rounds", fold + 1, parameters.folds, rounds)
        if rounds == parameters.max_rounds:
            log.warning("fold %d was still getting better: consider more training.max_rounds", fold + 1)
    return models


def _narrowed(vectors: DataFrame, inputs: Inputs, chosen: Inputs) -> DataFrame:
    """The vectors of `inputs`, with only the chosen features."""
    positions = F.array(*(F.lit(i) for i, name in enumerate(inputs.names) if name in set(chosen.names)))
    return vectors.withColumn("features", F.transform(positions, lambda i: F.get("features", i)))


def _by_fold(out_of_fold: Margins) -> dict[str, float]:
    folds = {int(fold): out_of_fold.of(out_of_fold.part == fold) for fold in np.unique(out_of_fold.part)}
    return {f"fold_{fold + 1}_auc": discrimination(each.target, each.margin).auc for fold, each in folds.items()}


def _measured(prefix: str, clients: Margins, scale: Scale, costs: Costs) -> dict[str, float]:
    """Order, truth before and after calibration, and costs of `clients`, by the prefixed name."""
    probability = scale.probability(clients.margin)
    uncalibrated = Scale(1.0, 0.0).probability(clients.margin)
    approved = score(scale.points(clients.margin)) >= cut_off(scale, costs.threshold())
    costs_of = asdict(cost_report(clients.target, probability, costs))
    return {
        **metrics(prefix, discrimination(clients.target, clients.margin), truth(clients.target, probability)),
        **metrics(f"{prefix}_uncalibrated", truth(clients.target, uncalibrated)),
        **{f"{prefix}_{name}": value for name, value in costs_of.items()},
        f"{prefix}_cost_by_score": cost(clients.target, approved, costs),
        f"{prefix}_approval_rate": float(approved.mean()),
    }
