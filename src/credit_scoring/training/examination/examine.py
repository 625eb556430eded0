"""The examination itself: one model, the clients it learned from, and those who wait."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import Settings
from credit_scoring.training.examination.ageless import Ageless, ageless
from credit_scoring.training.examination.audit import Decided, GroupAudit, audit, named
from credit_scoring.training.examination.explained import Weight, age_points, explained, weights
from credit_scoring.training.examination.groups import AGE_BAND, GENDER, UNKNOWN, Groups, groups
from credit_scoring.training.examination.proxy import Proxy, proxy
from credit_scoring.training.examination.shifts import (
    MOST_SAMPLED,
    between_parts,
    count_parts,
    of_those_waiting,
    sample_of,
)
from credit_scoring.training.examination.stability import Comparison
from credit_scoring.training.intervals import Interval, Resampling
from credit_scoring.training.learners import Vectors
from credit_scoring.training.predict import Margins
from credit_scoring.training.promises import Kept
from credit_scoring.training.source import Outcomes, Source
from credit_scoring.training.threshold import approved_by_score
from credit_scoring.training.train import Trained

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Examination:
    """What was found.

    `out_of_fold`, `holdout`: each grouping of the clients of development, by models that have not seen them, and of
    the holdout. `proxy`: how well the inputs tell gender. `age`: band -> mean points for age on the holdout, None where
    they are few; `ageless`: what leaving age out would do, None where a training was not compared without it.
    `reasons`: what they weigh on the holdout. `folds`: each fold against the others, and the holdout
    against them all. `waiting`: the clients without an outcome against those with one, None where there are none.
    `promises`: the check of each on clients of the store.
    """

    out_of_fold: tuple[GroupAudit, ...]
    holdout: tuple[GroupAudit, ...]
    proxy: Proxy | None
    age: tuple[tuple[str, Interval | None], ...]
    ageless: Ageless | None
    reasons: tuple[Weight, ...]
    folds: tuple[Comparison, ...]
    waiting: Comparison | None
    promises: tuple[Kept, ...]

    @property
    def older(self) -> Interval | None:
        """The mean points for age of the clients of 62 and over."""
        return self.age[-1][1]

    def metrics(self) -> Mapping[str, float]:
        """The figures that a registry shows beside the others, by name."""
        found = {
            "promises_moved": float(sum(kept.moved for kept in self.promises)),
            "promises_lowered": float(sum(kept.lower or 0 for kept in self.promises)),
            "psi_score_folds": max(comparison.score.psi for comparison in self.folds),
        }
        for prefix, audits in (("oof", self.out_of_fold), ("holdout", self.holdout)):
            ratio = named(audits, GENDER).approval_ratio
            if ratio is not None:
                found[f"{prefix}_approval_ratio_gender"] = ratio.value
        if self.proxy is not None:
            found["proxy_auc_gender"] = self.proxy.auc.value
        if self.older is not None:
            found["points_age_older"] = self.older.value
        if self.waiting is not None:
            found["psi_score_waiting"] = self.waiting.score.psi
        return found


def examine(source: Source, outcomes: Outcomes, trained: Trained, texts: ModelTexts, settings: Settings) -> Examination:
    """Examines the model `texts` that a training on `outcomes` of `source` found."""
    resampling = Resampling(settings.training.resamples, settings.training.seed)
    learners = outcomes.learners
    log.info("auditing by gender, age, family status and region")
    told = groups(outcomes.application)
    found = explained(learners.holdout, scorer(texts))
    bands = told.of(found.client_id).members[AGE_BAND]
    positions = trained.inputs.positions
    sample = sample_of(learners, positions)
    by_age = tuple((label, age_points(found, bands, band, resampling)) for band, label in enumerate(AGE_BAND.labels))
    development, told_of_them = _decided(trained, trained.out_of_fold), told.of(trained.out_of_fold.client_id)
    out_of_fold = audit(development, told_of_them, resampling)
    holdout = audit(_decided(trained, trained.holdout), told.of(trained.holdout.client_id), resampling)
    without_age = ageless(trained.comparison, development, out_of_fold, told_of_them, resampling)
    telling = _proxy(trained, sample, told, resampling)
    log.info("comparing the clients of the folds and those who wait for a score")
    counted = count_parts(learners, sample, trained.inputs.names, positions, trained.out_of_fold)
    folds = between_parts(counted, trained.out_of_fold, found.margin)
    waiting = of_those_waiting(source.waiting(MOST_SAMPLED), texts, counted, found.margin)
    log.info("checking the promises on %s clients", f"{settings.gates.promise_clients:,}")
    promises = source.promises(texts, settings.gates.promise_clients)
    return Examination(
        out_of_fold=out_of_fold,
        holdout=holdout,
        proxy=telling,
        age=by_age,
        ageless=without_age,
        reasons=weights(found),
        folds=folds,
        waiting=waiting,
        promises=promises,
    )


def warnings(found: Examination) -> tuple[str, ...]:
    """What somebody should look at before the model is promoted, a sentence each."""
    said = []
    if found.older is not None and found.older.value < 0:
        said.append(f"Clients of 62 and over lose {-found.older.value:.1f} points for their age on average.")
    shifted = found.waiting is not None and found.waiting.score.reading != "stable"
    if shifted and found.waiting is not None:
        said.append(f"The scores of the waiting clients are {found.waiting.score.reading}.")
    return tuple(said)


def _decided(trained: Trained, clients: Margins) -> Decided:
    """The clients as the model's scale and cut-off decide them."""
    approved = approved_by_score(clients.margin, trained.scale, trained.costs.threshold())
    return Decided(clients.target, trained.scale.probability(clients.margin), approved)


def _proxy(trained: Trained, sample: Vectors, told: Groups, resampling: Resampling) -> Proxy | None:
    gender = told.of(sample.client_id).members[GENDER]
    known = gender != UNKNOWN
    return proxy(sample.features[known], trained.inputs.names, gender[known] == 1, resampling)
