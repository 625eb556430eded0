"""What the model is worth beside simpler and other ones: same clients, same inputs, same folds, out of fold.

Everybody may calibrate: the margins of each rival get Platt's curve as ours do, so that costs compare orders of
clients and not how wrong a probability is that nobody calibrated; what it would cost as it comes stands beside. The
rivals against rare defaults choose their best round by the AUC, ours by the log-loss: what that favours is not ours.
"""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from credit_scoring.errors import ModelError
from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.points import Integers, Scale
from credit_scoring.features.registry import standing_on
from credit_scoring.model.artifacts import Costs
from credit_scoring.settings import Rival, TrainingSettings
from credit_scoring.training.calibrate import calibrate
from credit_scoring.training.evaluate import auc_of, calibration_error
from credit_scoring.training.fit import Rebalancing, Trainer
from credit_scoring.training.folds import fit_folds
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.intervals import Flags, Interval, Resampling, Statistic, difference, intervals
from credit_scoring.training.learners import Learners, columns
from credit_scoring.training.predict import Margins, margins_by
from credit_scoring.training.selection import without
from credit_scoring.training.split import places
from credit_scoring.training.threshold import approved_by_score, cost, cost_of

log = logging.getLogger(__name__)

OURS = "ours"
MEANINGS: Mapping[str, str] = {
    OURS: "this model",
    "prior": "the same probability for everybody: the default rate",
    "logistic_regression": "logistic regression, missing values imputed by the median, all scaled",
    "class_weights": "this model, defaulted clients weighing as much as all good ones",
    "undersampling": "this model, learning from as many good clients as defaulted ones",
    "without_age": "this model without the features that read the age",
}
AGE = "DAYS_BIRTH"
AS_IT_COMES = Scale(1.0, 0.0)
"""A margin taken for log-odds."""


@dataclass(frozen=True)
class Compared:
    """One line of the table, out of fold.

    `auc`, `cost` (calibrated, decided by the score) have intervals; so have the paired differences `auc_below_ours` and
    `cost_above_ours`, which are above 0 where ours is better. `cost_as_it_comes`, `ece_as_it_comes`: not calibrated.
    `approved` [n]: the decisions on the clients of development, by ascending id.
    """

    name: str
    meaning: str
    features: int
    auc: Interval
    auc_below_ours: Interval
    cost: Interval
    cost_above_ours: Interval
    cost_as_it_comes: float
    ece_as_it_comes: float
    approved: Flags = field(compare=False, repr=False)

    def row(self) -> dict[str, str | float]:
        """The line as a flat one: an interval is three columns, `auc`, `auc_low`, `auc_high`."""
        flat: dict[str, str | float] = {}
        for each in fields(self):
            if each.name == "approved":
                continue
            value = getattr(self, each.name)
            if isinstance(value, Interval):
                flat |= {each.name: value.value, f"{each.name}_low": value.low, f"{each.name}_high": value.high}
            else:
                flat[each.name] = value
        return flat

    def metrics(self) -> dict[str, float]:
        """Numbers by name, as they are logged: `logistic_regression_auc`, ..."""
        return {
            f"{self.name}_auc": self.auc.value,
            f"{self.name}_auc_below_ours": self.auc_below_ours.value,
            f"{self.name}_cost": self.cost.value,
            f"{self.name}_cost_above_ours": self.cost_above_ours.value,
        }


@dataclass(frozen=True, eq=False)
class _Entrant:
    name: str
    features: int
    clients: Margins
    scale: Scale


def compare(
    trainer: Trainer,
    development: Learners,
    inputs: Inputs,
    parameters: TrainingSettings,
    ours: Margins,
    costs: Costs,
    resampling: Resampling,
) -> tuple[Compared, ...]:
    """The rivals of `parameters.compare` and ours, by AUC and then by cost.

    `development`: the clients of all folds. `ours`: the out-of-fold margins of them.
    """
    entrants = [_Entrant(OURS, len(inputs.names), ours, _calibrated(ours))]
    for rival in parameters.compare:
        log.info("comparing with %s", MEANINGS[rival])
        entrants.append(_entrant(rival, trainer, development, inputs, parameters, ours))
    aucs = {e.name: auc_of(e.clients.target, e.clients.margin) for e in entrants}
    costs_of = {
        e.name: cost_of(e.clients.target, approved_by_score(e.clients.margin, e.scale, costs.threshold()), costs)
        for e in entrants
    }
    statistics: dict[str, Statistic] = {}
    for e in entrants:
        statistics |= {
            f"{e.name}_auc": aucs[e.name],
            f"{e.name}_auc_below_ours": difference(aucs[OURS], aucs[e.name]),
            f"{e.name}_cost": costs_of[e.name],
            f"{e.name}_cost_above_ours": difference(costs_of[e.name], costs_of[OURS]),
        }
    found = intervals(statistics, len(ours.target), resampling)
    lines = [_line(entrant, found, costs) for entrant in entrants]
    return tuple(sorted(lines, key=lambda line: (-line.auc.value, line.cost.value)))


def _entrant(
    rival: Rival,
    trainer: Trainer,
    development: Learners,
    inputs: Inputs,
    parameters: TrainingSettings,
    ours: Margins,
) -> _Entrant:
    match rival:
        case "prior":
            rate = float(ours.target.mean())
            everybody = np.full(len(ours.margin), math.log(rate / (1 - rate)))
            return _Entrant(rival, 0, replace(ours, margin=everybody), AS_IT_COMES)
        case "logistic_regression":
            found = _logistic_out_of_fold(development, inputs, parameters.folds)
        case "class_weights":
            found = fit_folds(trainer, development, inputs, parameters, Rebalancing(class_weights=True)).out_of_fold
        case "undersampling":
            defaults = np.count_nonzero(ours.target == 1)
            fewer = Rebalancing(good_share=min(1.0, defaults / (len(ours.target) - defaults)))
            found = fit_folds(trainer, development, inputs, parameters, fewer).out_of_fold
        case "without_age":
            inputs = without(inputs, standing_on(AGE))
            found = fit_folds(trainer, development, inputs, parameters).out_of_fold
    return _Entrant(rival, len(inputs.names), found, _calibrated(found))


def _calibrated(clients: Margins) -> Scale:
    """Platt's curve through the margins; where they order no better than chance, there is none, and they stay."""
    try:
        calibration = calibrate(clients.margin, clients.target)
    except ModelError:
        return AS_IT_COMES
    return Scale(calibration.a, calibration.b)


def _line(entrant: _Entrant, found: Mapping[str, Interval], costs: Costs) -> Compared:
    name, clients = entrant.name, entrant.clients
    plain = approved_by_score(clients.margin, AS_IT_COMES, costs.threshold())
    return Compared(
        name=name,
        meaning=MEANINGS[name],
        features=entrant.features,
        auc=found[f"{name}_auc"],
        auc_below_ours=found[f"{name}_auc_below_ours"],
        cost=found[f"{name}_cost"],
        cost_above_ours=found[f"{name}_cost_above_ours"],
        cost_as_it_comes=cost(clients.target, plain, costs),
        ece_as_it_comes=calibration_error(clients.target, AS_IT_COMES.probability(clients.margin)),
        approved=approved_by_score(clients.margin, entrant.scale, costs.threshold()),
    )


MOST_CLIENTS = 100_000
"""Clients that a regression learns from at most, chosen by a hash of the id; more would hardly move it."""


def _logistic_out_of_fold(development: Learners, inputs: Inputs, folds: int) -> Margins:
    """The margins of the clients of `development`, each by a logistic regression on the other folds.

    What a scorecard would reach without trees.
    """
    share = MOST_CLIENTS / len(development.client_id)
    learners = development.where(places(development.client_id, "logistic") < share)
    values, part, target = columns(learners.features, inputs.positions), learners.part, learners.target
    fitted = {fold: _fitted(values[part != fold], target[part != fold]) for fold in range(folds)}
    return margins_by(development, inputs, fitted)


def _fitted(values: Matrix, target: Integers) -> Callable[[Matrix], Floats]:
    """Missing values become the median; a feature that nobody has becomes 0; every feature has variance 1.

    numpy imputes: scikit-learn's imputer masks every value first, which takes five times longer than the rest.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a feature that nobody has
        medians = np.nan_to_num(np.nanmedian(values, axis=0))

    def known(some: Matrix) -> Matrix:
        return np.where(np.isnan(some), medians, some)

    regression = make_pipeline(
        FunctionTransformer(known), StandardScaler(), LogisticRegression(solver="newton-cholesky", max_iter=100)
    ).fit(values, target)
    margin_of: Callable[[Matrix], Floats] = regression.decision_function
    return margin_of
