"""Cross-validation: a model for each fold, fitted on the others, and the margins of every client from the one model
that has not seen it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from credit_scoring.progress import counted
from credit_scoring.settings import TrainingSettings
from credit_scoring.training.fit import Rebalancing, Trainer, rounds_of, until_best
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.learners import Learners
from credit_scoring.training.predict import Margins, margins

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class FoldModels:
    """`texts`: the native model text by fold. `out_of_fold`: margins of the clients of all folds."""

    texts: Mapping[int, str]
    out_of_fold: Margins

    @property
    def rounds(self) -> tuple[int, ...]:
        """The best round of each fold's model."""
        return tuple(rounds_of(text) for text in self.texts.values())


def fit_folds(
    trainer: Trainer,
    development: Learners,
    inputs: Inputs,
    parameters: TrainingSettings,
    rebalancing: Rebalancing | None = None,
) -> FoldModels:
    """Fits a model for each fold of `development`."""
    wanted = [
        until_best(development, development.part == fold, inputs, parameters, rebalancing)
        for fold in range(parameters.folds)
    ]
    texts = {}
    for fold, text in enumerate(counted(trainer.fit_all(wanted), parameters.folds, "folds")):
        texts[fold] = text
        rounds = rounds_of(text)
        log.info("fold %d of %d: best after %d rounds", fold + 1, parameters.folds, rounds)
        if rounds == parameters.max_rounds:
            log.warning("fold %d was still getting better: consider more training.max_rounds", fold + 1)
    return FoldModels(texts, margins(development, inputs, texts))
