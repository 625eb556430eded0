"""A population of clients as vectors, drawn anew each month, with a scorecard of known points: nothing else is needed
to see what a monitoring finds, and hundreds of months take seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from credit_scoring.explanation.points import Scale
from credit_scoring.ledger.events import FileAccount, LedgerEvent, Unread
from credit_scoring.model.artifacts import Costs
from credit_scoring.model.bins import Bins, FeatureBins, Group
from credit_scoring.monitoring.drift import feature_drifts, score_drift
from credit_scoring.monitoring.fairness import group_drifts, group_outcomes
from credit_scoring.monitoring.findings import Compared, Finding, findings
from credit_scoring.monitoring.outcomes import Judged, performance
from credit_scoring.monitoring.profile import as_profile, edges
from credit_scoring.monitoring.vocabulary import new_values, undeclared
from credit_scoring.settings import MonitoringSettings
from credit_scoring.training.bins import bin_edges, mean_points
from credit_scoring.training.examination.groups import groups
from credit_scoring.training.intervals import Resampling

Raw = dict[str, np.ndarray]
COSTS, SCALE = Costs(), Scale(1.0, 0.0)
CUT_OFF = 554
EDUCATION = ("Lower secondary", "Secondary / secondary special", "Incomplete higher", "Higher education")
INCOME, CREDIT, AGENCY = "AMT_INCOME_TOTAL", "AMT_CREDIT", "EXT_SOURCE_2"


def raw(random: np.random.Generator, n: int) -> Raw:
    """Raw columns of n clients."""
    agency = random.beta(3, 2, (3, n))
    agency[:, random.random(n) < 0.1] = np.nan
    return {
        INCOME: np.exp(random.normal(12, 0.5, n)),
        CREDIT: np.exp(random.normal(13, 0.6, n)),
        "AMT_ANNUITY": np.exp(random.normal(10, 0.4, n)),
        "EXT_SOURCE_1": agency[0],
        AGENCY: agency[1],
        "EXT_SOURCE_3": agency[2],
        "NAME_CONTRACT_TYPE": (random.random(n) < 0.1).astype(float),
        "NAME_EDUCATION_TYPE": random.choice(4, n, p=[0.05, 0.55, 0.1, 0.3]).astype(float),
        "DAYS_BIRTH": random.uniform(21, 68, n),
        "CNT_CHILDREN": random.poisson(0.4, n).astype(float),
        "woman": (random.random(n) < 0.6).astype(float),
        **{f"OTHER_{i}": random.normal(size=n) for i in range(20)},
    }


FEATURES: dict[str, tuple[tuple[str, ...], Callable[..., np.ndarray], float]] = {
    "income": ((INCOME,), np.log, 4.0),
    "credit_by_income": ((CREDIT, INCOME), lambda credit, income: credit / income, -1.0),
    "annuity_by_income": (("AMT_ANNUITY", INCOME), lambda annuity, income: annuity / income, -10.0),
    "credit": ((CREDIT,), np.log, -2.0),
    "annuity": (("AMT_ANNUITY",), np.log, 1.0),
    "agency_1": (("EXT_SOURCE_1",), lambda a: a, 30.0),
    "agency_2": ((AGENCY,), lambda a: a, 40.0),
    "agency_3": (("EXT_SOURCE_3",), lambda a: a, 40.0),
    "agency_mean": (
        ("EXT_SOURCE_1", AGENCY, "EXT_SOURCE_3"),
        lambda *agency: np.ma.masked_invalid(agency).mean(axis=0).filled(np.nan),
        40.0,
    ),
    "revolving": (("NAME_CONTRACT_TYPE",), lambda a: a, 10.0),
    "education": (("NAME_EDUCATION_TYPE",), lambda a: a, 5.0),
    "age": (("DAYS_BIRTH",), lambda a: a, 0.3),
    "children": (("CNT_CHILDREN",), lambda a: a, -1.0),
    **{f"other_{i}": ((f"OTHER_{i}",), lambda a: a, 0.5) for i in range(20)},
}
READS = {name: frozenset(("application", column) for column in read) for name, (read, _, _) in FEATURES.items()}


@dataclass(frozen=True)
class Month:
    """Clients of a month: raw columns, outcomes, and what intake said of their cells."""

    columns: Raw
    target: np.ndarray
    shift: np.ndarray
    """Points that their scores lie away from what the features give."""
    unread: tuple[Unread, ...] = ()
    categories: dict[str, dict[str, int]] = field(default_factory=dict)

    @cached_property
    def vectors(self) -> np.ndarray:
        """Float32 [n, f]."""
        values = [how(*(self.columns[column] for column in read)) for read, how, _ in FEATURES.values()]
        return np.column_stack(values).astype(np.float32)

    @cached_property
    def contributions(self) -> np.ndarray:
        """Points [n, f]; a missing value takes 10."""
        weights = np.array([weight for _, _, weight in FEATURES.values()])
        centred = (self.vectors - CENTRES) * weights
        return np.where(np.isnan(centred), -10.0, centred)

    @cached_property
    def points(self) -> np.ndarray:
        return 585 + self.contributions.sum(axis=1) + self.shift

    @cached_property
    def score(self) -> np.ndarray:
        return np.floor(self.points + 0.5).astype(int)

    @cached_property
    def probability(self) -> np.ndarray:
        odds = np.exp((self.points - SCALE.anchor_points) / SCALE.factor) * SCALE.anchor_odds
        return 1 / (1 + odds)

    @cached_property
    def application(self) -> pl.DataFrame:
        n = len(self.target)
        return pl.DataFrame(
            {
                "SK_ID_CURR": np.arange(n),
                "CODE_GENDER": np.where(self.columns["woman"] == 1, "F", "M"),
                "DAYS_BIRTH": -self.columns["DAYS_BIRTH"] * 365.25,
                "NAME_FAMILY_STATUS": ["Married"] * n,
                "REGION_RATING_CLIENT": np.full(n, 2),
            }
        )


CENTRES = np.nanmean(
    Month(raw(np.random.default_rng(0), 20_000), np.zeros(0), np.zeros(0)).vectors.astype(float), axis=0
)


def month(
    random: np.random.Generator,
    n: int,
    change: Callable[[Raw], Raw] = lambda columns: columns,
    shift: Callable[[Raw], np.ndarray] = lambda columns: np.zeros(len(columns["woman"])),
    default_rate: float = 1.0,
    outcomes: bool = True,
) -> Month:
    """A month of n clients; `change` changes raw columns, `shift` scores, `default_rate` how often they default;
    without `outcomes` none has come yet."""
    columns = change(raw(random, n))
    made = Month(columns, np.zeros(n, int), shift(columns))
    truth = Month(columns, made.target, np.zeros(n)).probability * default_rate
    made = replace(made, target=(random.random(n) < truth).astype(int))
    known = columns["NAME_EDUCATION_TYPE"][~np.isnan(columns["NAME_EDUCATION_TYPE"])].astype(int)
    values = {value: int((known == code).sum()) for code, value in enumerate(EDUCATION) if (known == code).any()}
    lost = n - len(known)
    unread = (Unread("application", "NAME_EDUCATION_TYPE", "made missing", "not_legitimate", None, lost),)
    if not outcomes:
        made = replace(made, target=np.full(n, -1))
    return replace(made, unread=unread if lost else (), categories={"NAME_EDUCATION_TYPE": values})


def bins_of(made: Month) -> Bins:
    """The bins of a training on these clients."""
    vectors = made.vectors
    limits = edges(
        Bins(
            features=tuple(
                FeatureBins(name=name, edges=tuple(found.tolist()), clients=(), points=())
                for name, found in zip(FEATURES, bin_edges(vectors), strict=True)
            ),
            scores=(), groups={}, vocabulary={}, auc=0.5, calibration_error=0.0,
        )
    )  # fmt: skip
    counted, points = limits.counted(vectors), mean_points(limits, vectors, made.contributions)
    seen, place = np.unique(made.score, return_inverse=True)
    told: dict[str, dict[str, Group]] = {}
    for grouping, codes in groups(made.application).members.items():
        for code, label in enumerate(grouping.labels):
            here = codes == code
            if here.any():
                group = Group(clients=int(here.sum()), approved=int((made.score[here] >= CUT_OFF).sum()))
                told.setdefault(grouping.name, {})[label] = group
    return Bins(
        features=tuple(
            FeatureBins(
                name=name,
                edges=tuple(limits.limits[i].tolist()),
                clients=tuple(limits.own(counted[i], i).tolist()),
                points=tuple(limits.own(points[i], i).tolist()),
            )
            for i, name in enumerate(FEATURES)
        ),
        scores=tuple(
            zip(
                seen.tolist(), np.bincount(place).tolist(),
                np.bincount(place, made.target).astype(int).tolist(), strict=True,
            )
        ),
        groups=told, vocabulary=made.categories, auc=0.7, calibration_error=0.01,
    )  # fmt: skip


def found_in(
    bins: Bins, training: Month, made: Month, limits: MonitoringSettings, resampling: Resampling
) -> tuple[Finding, ...]:
    """What a monitoring of a month finds."""
    compared = compared_to(bins, training, made, limits, resampling)
    return findings(compared, limits, READS)


def compared_to(
    bins: Bins, training: Month, made: Month, limits: MonitoringSettings, resampling: Resampling
) -> Compared:
    score, probability = made.score, made.probability
    scores = dict(zip(*(each.tolist() for each in np.unique(score, return_counts=True)), strict=True))
    learned_from, come = sum(defaults for _, _, defaults in bins.scores), made.target >= 0
    known = Judged(made.target[come], probability[come], score[come] >= CUT_OFF, COSTS, learned_from)
    judged = performance(known, resampling)
    events = [_accepted(1, training), _accepted(2, made)]
    return Compared(
        score=score_drift(bins, scores, float(probability.mean()), CUT_OFF, limits.max_score_psi),
        features=feature_drifts(
            bins, as_profile(edges(bins), edges(bins).counted(made.vectors)), limits.max_feature_psi
        ),
        vocabulary=(*new_values(bins.vocabulary, made.categories), *undeclared(events, [1], [2])),
        by_month={"2026-11": judged} if judged else {},
        groups=group_drifts(bins, made.application, score >= CUT_OFF),
        group_outcomes=group_outcomes(made.application.filter(come), known, resampling),
    )


def _accepted(seq: int, made: Month) -> LedgerEvent:
    n = len(made.target)
    file = FileAccount("application.csv", "application", 1, "", n, n, 0, 0, 0)
    return LedgerEvent("accepted", f"d{seq}", seq, None, "", "", 1, "intake", files=(file,), unread=made.unread)
