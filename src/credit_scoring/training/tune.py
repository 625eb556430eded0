"""Parameters from a search instead of from the settings: optuna's TPE on the folds, the holdout never touched.

Bergstra, Bardenet, Bengio, Kegl, "Algorithms for hyper-parameter optimization", 2011. Each trial fits a model a fold,
so N trials cost up to N times the folds of a training; one that falls behind the median of the others after a fold is
given up. The first trial has the parameters of the settings, so that the winner is not worse on the folds. Its AUC
there is the best of many and therefore flatters: the holdout tells what it is worth.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import optuna

from credit_scoring.settings import TrainingSettings
from credit_scoring.training.evaluate import discrimination
from credit_scoring.training.fit import Trainer, rounds_of, until_best
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.learners import Learners
from credit_scoring.training.predict import margins
from credit_scoring.training.sample import sample
from credit_scoring.training.selection import left_out, without

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Range:
    """The values of a parameter of the settings that are tried, both ends included; `log`: as likely by ratio."""

    low: float
    high: float
    log: bool = True

    def suggest(self, trial: optuna.Trial, name: str) -> float:
        """A value for a trial, whole where the ends are."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(name, self.low, self.high, log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)


SPACE: Mapping[str, Range] = {
    "learning_rate": Range(0.015, 0.08),
    "num_leaves": Range(6, 64),
    "min_data_in_leaf": Range(20, 500),
    "feature_fraction": Range(0.05, 0.6),
    "bagging_fraction": Range(0.5, 1.0, log=False),
    "lambda_l2": Range(0.1, 100.0),
}
"""What is searched: names of TrainingSettings; everything else stays as it is set."""


@dataclass(frozen=True)
class Trial:
    """One set of parameters: the mean AUC of the fitted folds, out of fold; not all were where it was given up."""

    number: int
    parameters: Mapping[str, float]
    auc: float
    rounds: float
    folds: int
    seconds: float
    given_up: bool


def tune(
    trainer: Trainer,
    learners: Learners,
    inputs: Inputs,
    parameters: TrainingSettings,
    trials: int,
    record: Callable[[Trial], None],
    clock: Callable[[], float] = time.monotonic,
) -> TrainingSettings:
    """The best parameters of `trials` trials on the folds of `learners`.

    `record` is told of each trial when it is over. The same clients, inputs, parameters and trials: the same winner.
    """
    sample(learners, len(inputs.declared.names), parameters)
    allowed = without(inputs, left_out(parameters.leave_out))
    development = learners.development
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=parameters.seed, n_startup_trials=8),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=0),
    )
    # Only what lies inside the space can be asked for.
    inside = {name: getattr(parameters, name) for name in SPACE}
    if all(SPACE[name].low <= value <= SPACE[name].high for name, value in inside.items()):
        study.enqueue_trial(inside)
    started = clock()
    for _ in range(trials):
        asked = study.ask()
        done = _run(asked, study, trainer, development, allowed, parameters, clock)
        record(done)
        spent = clock() - started
        log.info(
            "trial %d of %d: %s AUC %.4f, best %.4f; %.0f s, about %.0f min to go",
            done.number + 1, trials, "given up at" if done.given_up else "out of fold", done.auc,
            study.best_value, done.seconds, spent / (done.number + 1) * (trials - done.number - 1) / 60,
        )  # fmt: skip
    log.info("the best parameters: %s", ", ".join(f"{name} {value:.4g}" for name, value in study.best_params.items()))
    return parameters.model_copy(update=study.best_params)


def _run(
    trial: optuna.Trial,
    study: optuna.Study,
    trainer: Trainer,
    development: Learners,
    inputs: Inputs,
    parameters: TrainingSettings,
    clock: Callable[[], float],
) -> Trial:
    """Fits and judges the folds of one trial, and tells the study."""
    started = clock()
    suggested = {name: values.suggest(trial, name) for name, values in SPACE.items()}
    tried = parameters.model_copy(update=suggested)
    aucs: list[float] = []
    rounds: list[int] = []
    given_up = False
    for fold in range(parameters.folds):
        text = trainer.fit(until_best(development, development.part == fold, inputs, tried))
        clients = margins(development, inputs, {fold: text})
        aucs.append(discrimination(clients.target, clients.margin).auc)
        rounds.append(rounds_of(text))
        trial.report(float(np.mean(aucs)), fold)
        if trial.should_prune() and fold + 1 < parameters.folds:
            given_up = True
            break
    auc = float(np.mean(aucs))
    study.tell(trial, None if given_up else auc, optuna.trial.TrialState.PRUNED if given_up else None)
    return Trial(trial.number, suggested, auc, float(np.mean(rounds)), len(aucs), clock() - started, given_up)
