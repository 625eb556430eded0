"""Training, from vectors with outcomes to everything that a model is made of; nothing is written.

folds      a model for each fold, fitted on the others, stopped where the fold's log-loss is best; the margins of every
           development client, from the fold model that has not seen it
calibrate  those margins to probabilities
select     where the settings ask for it, the features that the fold models gained by
fit        the final model on all development clients, as many rounds as the folds needed on average
reference  and evaluation on the holdout, which nothing before has seen
compare    with other models, out of fold
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import lightgbm as lgb
import numpy as np

from credit_scoring.explanation.by_lightgbm import margins_and_contributions
from credit_scoring.explanation.points import Scale
from credit_scoring.model.artifacts import Costs
from credit_scoring.progress import doing
from credit_scoring.settings import DecisionSettings, TrainingSettings
from credit_scoring.training.calibrate import calibrate
from credit_scoring.training.comparison import OURS, Compared, compare
from credit_scoring.training.evaluate import discrimination
from credit_scoring.training.fit import Trainer, TrainerName, fit_rounds
from credit_scoring.training.folds import fit_folds
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.intervals import Interval, Resampling
from credit_scoring.training.learners import Learners
from credit_scoring.training.measures import measures
from credit_scoring.training.predict import Margins, margins, shares
from credit_scoring.training.sample import Sample, sample
from credit_scoring.training.selection import carrying, constant, left_out, remarks, without
from credit_scoring.training.split import HOLDOUT
from credit_scoring.training.threshold import CostPoint, cost_curve, reference_group, reference_points

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """What a training found.

    `booster`: native model text, by `trainer` in so many `tasks`: from 2 on another training on the same clients gives
    another text. `scale`: calibration and points. `reference`: mean raw points of the reference group
    by feature name. `phi_0`: the margin of the average training client. `rounds`: trees of the model, the mean of
    `fold_rounds`, the best round of each fold's model. `metrics`: numbers by name; `oof_` out of fold, `holdout_` on
    clients that no model saw. `intervals`: of some of them, by the same names (see measures). `cost_curve`: out of
    fold. `comparison`: with other models, by AUC and then by cost. `remarks`: sentences on what was learned from, for
    whoever trains. `inputs`: with the features that the model was left with. `out_of_fold`, `holdout`: the margins
    that the numbers are of.
    """

    booster: str
    trainer: TrainerName
    tasks: int
    inputs: Inputs
    scale: Scale
    costs: Costs
    reference: Mapping[str, float]
    phi_0: float
    rounds: int
    fold_rounds: tuple[int, ...]
    sample: Sample
    metrics: Mapping[str, float]
    intervals: Mapping[str, Interval]
    cost_curve: tuple[CostPoint, ...]
    comparison: tuple[Compared, ...]
    remarks: tuple[str, ...]
    out_of_fold: Margins = field(compare=False)
    holdout: Margins = field(compare=False)


def train(
    trainer: Trainer, learners: Learners, inputs: Inputs, parameters: TrainingSettings, decision: DecisionSettings
) -> Trained:
    """Trains on `learners`.

    Same clients, inputs, parameters and costs: same result, byte for byte, by a trainer of one task. ModelError when no
    model can be had from them (see sample, calibrate).
    """
    found = sample(learners, len(inputs.declared.names), parameters)
    log.info("%d clients to learn from, %d of them defaulted", found.clients, found.defaults)
    remarked = remarks(constant(learners, inputs))
    for remark in remarked:
        log.warning(remark)
    costs = Costs(default=decision.cost_default, good=decision.gain_good, handling=decision.cost_handling)
    resampling = Resampling(parameters.resamples, parameters.seed)

    allowed = without(inputs, left_out(parameters.leave_out))
    development, held_out = learners.development, learners.holdout
    with doing("fitting the folds"):
        folds = fit_folds(trainer, development, allowed, parameters)
    out_of_fold = folds.out_of_fold
    calibration = calibrate(out_of_fold.margin, out_of_fold.target)
    scale = Scale(calibration.a, calibration.b, decision.pdo, decision.anchor_points, decision.anchor_odds)

    chosen = allowed.only(carrying(folds.texts.values(), allowed, parameters.min_gain_share))
    if len(chosen.names) < len(allowed.names):
        log.info("%d of %d features carry something", len(chosen.names), len(allowed.names))
    rounds = max(1, round(float(np.mean(folds.rounds))))
    log.info("fitting the final model, %d rounds", rounds)
    with doing("fitting the final model"):
        booster = fit_rounds(trainer, development, chosen, parameters, rounds)
    holdout = margins(held_out, chosen, {HOLDOUT: booster})
    group = reference_group(holdout, scale, costs.threshold())
    reference = reference_points(shares(held_out, chosen, booster, group), scale)
    no_client = np.zeros((0, len(chosen.names)), np.float32)
    _, _, phi_0 = margins_and_contributions(lgb.Booster(model_str=booster), no_client)

    worth = [
        measures("oof", out_of_fold, scale, costs, resampling),
        measures("holdout", holdout, scale, costs, resampling),
    ]
    with doing("comparing with other models"):
        comparison = compare(trainer, development, allowed, parameters, out_of_fold, costs, resampling)
    return Trained(
        booster=booster,
        trainer=trainer.name,
        tasks=trainer.tasks,
        inputs=chosen,
        scale=scale,
        costs=costs,
        reference=dict(zip(chosen.names, reference, strict=True)),
        phi_0=phi_0,
        rounds=rounds,
        fold_rounds=folds.rounds,
        sample=found,
        metrics={
            **_by_fold(out_of_fold),
            **{name: value for measured in worth for name, value in measured.metrics.items()},
            **{name: value for rival in comparison if rival.name != OURS for name, value in rival.metrics().items()},
            "reference_clients": float(len(group)),
            "features": float(len(chosen.names)),
        },
        intervals={name: interval for measured in worth for name, interval in measured.intervals.items()},
        cost_curve=cost_curve(out_of_fold.target, scale.probability(out_of_fold.margin), costs),
        comparison=comparison,
        remarks=remarked,
        out_of_fold=out_of_fold,
        holdout=holdout,
    )


def _by_fold(out_of_fold: Margins) -> dict[str, float]:
    folds = {int(fold): out_of_fold.of(out_of_fold.part == fold) for fold in np.unique(out_of_fold.part)}
    return {f"fold_{fold + 1}_auc": discrimination(each.target, each.margin).auc for fold, each in folds.items()}
