"""What a training and a promotion ask of the lender's store, and nothing else: the port that an engine fills.

All answers are arrays and frames in this process, by ascending client id, so that whoever learns from them, measures or
compares is one code for every engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from credit_scoring.explanation.points import Integers
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import TrainingSettings
from credit_scoring.training.fit import Trainer
from credit_scoring.training.learners import Learners, Vectors
from credit_scoring.training.promises import Kept
from credit_scoring.training.split import Split

Lineage = Mapping[str, str | int | float]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Clients with an outcome, as known when their application was first accepted.

    `outcome_seq` [n]: the seq of the delivery that brought the outcome first; of several outcomes the latest is the
    target. `application`: SK_ID_CURR and GROUPED_BY, a row a client in the same order, from that application.
    """

    learners: Learners
    outcome_seq: Integers
    application: pl.DataFrame


GROUPED_BY = ("CODE_GENDER", "DAYS_BIRTH", "NAME_FAMILY_STATUS", "REGION_RATING_CLIENT")
"""Columns of the application that tell an audit's groups; most of them are kept from the model."""


class Source(Protocol):
    """A store as it was at one moment: what comes meanwhile is not seen."""

    def deliveries(self) -> tuple[str, ...]:
        """The names of the accepted deliveries, oldest first."""

    def lineage(self) -> Lineage:
        """`last_seq` of the accepted deliveries, and the version of every table that is read."""

    def outcomes(self, split: Split, later_than: int | None = None) -> Outcomes:
        """Everybody with an outcome; with `later_than` the holdout, and whose first outcome has a higher seq."""

    def contradicted(self) -> int:
        """How many clients have outcomes of both kinds, by different deliveries."""

    def vocabulary(self) -> Mapping[str, Mapping[str, int]]:
        """Category of the application -> value -> how many of the store's rows hold it."""

    def waiting(self, most: int) -> Vectors | None:
        """Clients with an application and no outcome, at most about `most`, chosen by their ids; None: nobody waits."""

    def promises(self, model: ModelTexts | None, clients: int) -> tuple[Kept, ...]:
        """Checks every promise on so many clients of the store, chosen by their ids (see promises)."""

    def trainer(self, parameters: TrainingSettings, clients: int) -> Trainer:
        """What fits models on `clients` of the outcomes, as the settings have it."""
