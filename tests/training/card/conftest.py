"""An examination of the small training, as Spark would have found it, on drawn clients."""

import numpy as np
import pytest

from credit_scoring.features.promises import PROMISES
from credit_scoring.features.reasons import Reason
from credit_scoring.training.examination.ageless import ageless
from credit_scoring.training.examination.audit import Decided, audit
from credit_scoring.training.examination.examine import Examination
from credit_scoring.training.examination.explained import Explained, age_points, weights
from credit_scoring.training.examination.groups import AGE_BAND, GROUPINGS, Groups
from credit_scoring.training.examination.proxy import proxy
from credit_scoring.training.examination.stability import compare, edges_of, histogram
from credit_scoring.training.intervals import Resampling
from credit_scoring.training.promises import Kept
from credit_scoring.training.threshold import approved_by_score

FEW = Resampling(repeats=100)
OLDER = len(AGE_BAND.labels) - 1


def drawn(trained, clients, seed, resampling=FEW):
    """The clients' decisions and groups; nobody is 62, and few are widowed."""
    random = np.random.default_rng(seed)
    told = {grouping: random.integers(-1, len(grouping.labels) - 1, len(clients.target)) for grouping in GROUPINGS}
    approved = approved_by_score(clients.margin, trained.scale, trained.costs.threshold())
    decided = Decided(clients.target, trained.scale.probability(clients.margin), approved)
    groups = Groups(clients.client_id, told)
    return decided, groups, audit(decided, groups, resampling)


@pytest.fixture(scope="session")
def examined(trained) -> Examination:
    random = np.random.default_rng(1)
    _, _, holdout = drawn(trained, trained.holdout, 2)
    decided, groups, out_of_fold = drawn(trained, trained.out_of_fold, 3)
    points = random.normal(size=(600, len(Reason)))
    approved = random.random(600) < 0.7
    codes = tuple(reason.code for reason in Reason)
    found = Explained(np.arange(600), points[:, 0], random.random(600), approved, codes, points)
    bands = random.integers(0, OLDER, 600)
    vectors = random.normal(size=(1000, 3)).astype(np.float32)
    edges = edges_of(vectors)
    counts = [histogram(rows, edges) for rows in (vectors[:500], vectors[500:] + 0.4)]
    names = trained.inputs.names[:3]
    moved = compare("clients waiting", names, (counts[0], counts[1]), (counts[0][0], counts[1][0]))
    return Examination(
        out_of_fold=out_of_fold,
        holdout=holdout,
        proxy=proxy(vectors, names, random.random(1000) < 0.5, FEW),
        age=tuple((label, age_points(found, bands, band, FEW)) for band, label in enumerate(AGE_BAND.labels)),
        ageless=ageless(trained.comparison, decided, out_of_fold, groups, FEW),
        reasons=weights(found),
        folds=(compare("fold 1", names, (counts[0], counts[0]), (counts[0][0], counts[0][0])),),
        waiting=moved,
        promises=tuple(Kept(promise.name, 100, 60, 0, ()) for promise in PROMISES),
    )
