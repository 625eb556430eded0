"""The challenger and the champion on the same clients, as of today: on the holdout, and on outcomes that came later.

Both models score the vectors that this code builds from the store. A champion of older features cannot be rebuilt by
it; then the challenger is held against the figures that were recorded when the champion was trained.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from credit_scoring.errors import ModelError
from credit_scoring.errors.models import NOBODY_HELD_OUT
from credit_scoring.explanation.points import Integers
from credit_scoring.features.reasons import Reason
from credit_scoring.model.artifacts import Decision
from credit_scoring.model.scorer import Scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable
from credit_scoring.settings import Settings
from credit_scoring.training.examination.explained import Explained, explained, points_of_older
from credit_scoring.training.examination.groups import AGE_BAND, GENDER, groups
from credit_scoring.training.intervals import Flags, Resampling
from credit_scoring.training.promotion import gates
from credit_scoring.training.promotion.gates import Clients, Figures, Gate, Judged, PromiseRecord
from credit_scoring.training.source import Source
from credit_scoring.training.split import HOLDOUT, Split

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Contender:
    """A registered version: its texts, the figures that its training recorded, and its check of the promises."""

    version: int
    texts: ModelTexts
    recorded: Figures
    promises: PromiseRecord | None

    @property
    def decision(self) -> Decision:
        """Its decision.json."""
        return Decision.from_json(self.texts.decision, "decision.json")

    def recorded_number(self, name: str, otherwise: int) -> int:
        """A whole number of its lineage."""
        return int(self.decision.lineage.get(name, otherwise))


@dataclass(frozen=True, eq=False)
class Seen:
    """Clients with an outcome whom no model has learned from.

    `bands` [n]: their age bands. `held_out` [n]: whether they are of the holdout; the others came after all that any of
    the models knew. `outcome_seq` [n]: the seq of the delivery that brought the outcome first.
    """

    clients: Clients
    bands: Integers
    held_out: Flags
    outcome_seq: Integers


@dataclass(frozen=True)
class Contest:
    """What came of it: the gates, and in a sentence who was set against whom and what was found."""

    gates: tuple[Gate, ...]
    says: str


def contest(source: Source, challenger: Contender, champion: Contender | None, settings: Settings) -> Contest:
    """Measures both on clients with an outcome whom neither has learned from.

    ModelError when the challenger cannot be used by this code, or when no client of the holdout has an outcome.
    """
    ready = usable(challenger.texts)
    contenders = [challenger, *([champion] if champion else [])]
    # A larger holdout contains a smaller one: the smallest is unseen by both.
    percent = min(c.recorded_number("holdout_percent", settings.training.holdout_percent) for c in contenders)
    known_to = max(c.recorded_number("last_seq", 0) for c in contenders)
    outcomes = source.outcomes(Split(settings.training.folds, percent), known_to)
    learners = outcomes.learners
    held_out = learners.part == HOLDOUT
    if not held_out.any():
        raise NOBODY_HELD_OUT()
    log.info("scoring %s clients whom no model has learned from", f"{len(held_out):,}")
    told = groups(outcomes.application)
    found = explained(learners, ready)
    before = _usable(champion) if champion else None
    rival = explained(learners, before) if before else None
    seen = Seen(Clients(learners.target, told.members[GENDER]), told.members[AGE_BAND], held_out, outcomes.outcome_seq)
    return judge(seen, (challenger, found), (champion, rival) if champion else None, settings)


def judge(
    seen: Seen,
    challenger: tuple[Contender, Explained],
    champion: tuple[Contender, Explained | None] | None,
    settings: Settings,
) -> Contest:
    """The gates, from what both models say of the clients `seen`, in the same order.

    The champion comes without it when it cannot be scored by this code.
    """
    resampling = Resampling(settings.training.resamples, settings.training.seed)
    limits, costs = settings.gates, challenger[0].decision.costs
    (contender, found), here = challenger, seen.clients.of(seen.held_out)
    held_out = found.of(seen.held_out)
    judged = _view(held_out)
    said = list(gates.absolute(here, judged, costs, limits, resampling))
    said.append(gates.promises_kept(contender.promises))
    if Reason.AGE.code in found.reasons:
        said.append(gates.age_of_older(points_of_older(held_out, seen.bands[seen.held_out], resampling)))
    says = f"Version {contender.version} on {len(here.target):,} clients of the holdout"
    if champion is None:
        return Contest(tuple(said), f"{says}: {_line(said, 'AUC')}. There was no champion.")
    before, rival = champion
    if rival is None:
        said += gates.against_record(here, judged, before.recorded, costs, limits, resampling)
        return Contest(
            tuple(said),
            f"{says}: {_line(said, gates.AUC_AGAINST_RECORD)}. Champion version {before.version} was trained with "
            "other features than this code computes, so it could not be scored on the same clients: its figures are "
            "those of its training.",
        )
    said += gates.against_champion(here, judged, _view(rival.of(seen.held_out)), costs, limits, resampling)
    later = seen.outcome_seq > before.recorded_number("last_seq", 0)
    if later.any():
        since = seen.clients.of(later)
        if since.defaults >= limits.min_defaults:
            views = _view(found.of(later)), _view(rival.of(later))
            said += gates.against_champion(since, *views, costs, limits, resampling, ", later outcomes")
        else:
            said.append(gates.not_judged_later(since, limits))
    against = "; ".join(_line(said, name) for name in (gates.AUC_AGAINST_CHAMPION, gates.COST_AGAINST_CHAMPION))
    return Contest(tuple(said), f"{says}, and champion version {before.version} on the same clients: {against}.")


def _line(found: Sequence[Gate], name: str) -> str:
    return next(f"{gate.name} {gate.value}" for gate in found if gate.name == name)


def _view(found: Explained) -> Judged:
    return Judged(found.margin, found.probability, found.approved)


def _usable(champion: Contender) -> Scorer | None:
    try:
        return usable(champion.texts)
    except ModelError as error:
        log.warning("champion version %d cannot be scored by this code: %s", champion.version, error)
        return None
