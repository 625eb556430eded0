"""The Scorer: from the vectors of clients to margins, points, contributions and decisions.

Training's evaluation, the batch, the registered MLflow model and the service all call this one, so that a client has
the same numbers everywhere. They do not depend on which other clients are scored with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from credit_scoring.errors.faults import VECTORS_ODD
from credit_scoring.errors.models import (
    PARTS_OF_TWO_MODELS,
    PROBE_DIFFERS,
    PROBE_MISSING,
    PROBE_ODD,
    TREES_OF_OTHER_FEATURES,
    TREES_UNREADABLE,
)
from credit_scoring.explanation import by_lightgbm
from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.by_lightgbm import Proof
from credit_scoring.explanation.contributions import Explain, explaining
from credit_scoring.explanation.points import Integers, Scale, contributions, score
from credit_scoring.explanation.trees import feature_names
from credit_scoring.model.artifacts import Artifact, Decision, Features, Number
from credit_scoring.model.texts import ModelTexts

APPROVE, REFUSE, REFER = "approve", "refuse", "refer"


@dataclass(frozen=True, eq=False)
class Scored:
    """The numbers of n clients.

    `margin` [n]: raw log-odds of default. `probability` [n]: of default, calibrated. `points` [n]: higher is safer.
    `score` [n]: points as whole numbers. `contributions` [n, F]: points that each feature adds or takes, registry
    order, 0 for features that the model does not use. `start_points`: with the contributions it adds up to the points.
    """

    margin: Floats
    probability: Floats
    points: Floats
    score: Integers
    contributions: Floats
    start_points: float


@dataclass(frozen=True, eq=False)
class Scorer:
    """A model that is ready to score; build one with `scorer` (whole models) or `Scorer.unproven` (during training).

    `explain`: margins and contributions of clients. `used` [f]: positions, in a vector, of the features that the trees
    use. `reference` [f]: their mean raw points over the reference group.
    """

    explain: Explain
    decision: Decision
    features: Features
    scale: Scale
    used: npt.NDArray[np.intp]
    reference: Floats

    @classmethod
    def unproven(cls, booster_text: str, decision: Decision, features: Features, proof: Proof | None = None) -> Scorer:
        """A Scorer whose probe nobody has checked. ModelError when the parts do not belong together.

        `proof`: what LightGBM says of some clients, for our kernel to agree with; by default it is asked about two.
        """
        used = used_positions(booster_text, features)
        if decision.fingerprint != features.fingerprint:
            raise PARTS_OF_TWO_MODELS()
        explain = explaining(booster_text, proof)
        _, _, phi_0 = explain(np.zeros((0, len(used)), np.float32))
        decision.check(features.used, phi_0)
        reference = np.array([decision.reference[name] for name in features.used], np.float64)
        return cls(explain, decision, features, decision.scale.scale(), used, reference)

    def on(self, features: Features) -> Scorer:
        """The same model for vectors of other features, among which are those that it uses (see `Features.on`)."""
        place = {name: i for i, name in enumerate(features.names)}
        used = np.array([place[name] for name in self.features.used], np.intp)
        return replace(self, features=features, used=used)

    def score(self, vectors: Matrix) -> Scored:
        """Scores clients. `vectors` float32 [n, F], registry order, missing = NaN; n may be 0."""
        if vectors.ndim != 2 or vectors.shape[1] != len(self.features.features) or vectors.dtype != np.float32:
            raise VECTORS_ODD(features=len(self.features.features), kind=vectors.dtype, shape=vectors.shape)
        margin, phi, _ = self.explain(np.ascontiguousarray(vectors[:, self.used]))
        points = self.scale.points(margin)
        all_contributions = np.zeros(vectors.shape, np.float64)
        all_contributions[:, self.used] = contributions(self.scale.raw_points(phi), self.reference)
        return Scored(
            margin=margin,
            probability=self.scale.probability(margin),
            points=points,
            score=score(points),
            contributions=all_contributions,
            start_points=self.decision.start_points,
        )

    def decide(self, score: Integers, file_complete: npt.NDArray[np.bool_]) -> npt.NDArray[np.str_]:
        """The decisions [n] on scores [n]: refer, else refuse, else approve.

        A client is referred whose file is incomplete, or whose score is in the band of the settings.
        """
        refer = ~file_complete
        if self.decision.refer_band is not None:
            first, last = self.decision.refer_band
            refer |= (score >= first) & (score <= last)
        return np.where(refer, REFER, np.where(score < self.decision.cut_off, REFUSE, APPROVE))


class Probe(Artifact):
    """probe.json: generated clients whose points are known; what a loaded model must give again, exactly.

    `vectors`: a row a client, registry order, missing = null, values exactly those of float32. `points`: one a row.
    `margins`, one a row, and `contributions`, of the first rows, in the trees' order and phi_0 at their end: LightGBM's
    own, so that who scores need not ask it. A model that was saved without them is measured by LightGBM when loaded.
    """

    vectors: tuple[tuple[Number | None, ...], ...]
    points: tuple[Number, ...]
    margins: tuple[Number, ...] = ()
    contributions: tuple[tuple[Number, ...], ...] = ()

    @classmethod
    def of(cls, vectors: Matrix, points: Floats, proof: Proof) -> Probe:
        """`vectors` [k, F], registry order; `proof`: of the same clients."""
        # float32 -> float64 is exact, and so is its decimal text: the vectors come back bit for bit.
        rows = (
            tuple(None if np.isnan(value) else value for value in row) for row in vectors.astype(np.float64).tolist()
        )
        shares = ((*row, proof.phi_0) for row in proof.phi.tolist())
        return cls(
            vectors=tuple(rows),
            points=tuple(points.tolist()),
            margins=tuple(proof.margin.tolist()),
            contributions=tuple(shares),
        )

    def matrix(self, features: int) -> Matrix:
        """The vectors [k, F]; ModelError when they are not of `features` features, or have not one number each."""
        lengths = {len(vector) for vector in self.vectors}
        if lengths != {features} or len(self.points) != len(self.vectors):
            raise PROBE_ODD()
        return np.array(self.vectors, np.float32)  # None becomes NaN

    def proof(self, vectors: Matrix) -> Proof | None:
        """What LightGBM said of the clients, None where it was not asked. `vectors` [k, f]: the trees' features alone.

        ModelError when these are not the numbers of such clients.
        """
        if not self.margins:
            return None
        lengths = {len(shares) for shares in self.contributions}
        clients = len(vectors)
        if lengths != {vectors.shape[1] + 1} or len(self.margins) != clients or len(self.contributions) > clients:
            raise PROBE_ODD()
        shares = np.array(self.contributions, np.float64)
        return Proof(vectors, np.array(self.margins, np.float64), shares[:, :-1], float(shares[0, -1]))


def used_positions(booster_text: str, features: Features) -> npt.NDArray[np.intp]:
    """Where the features of the trees stand in a vector, in the trees' order; ModelError when they are others."""
    features.check()
    named = feature_names(booster_text)
    if not named:
        raise TREES_UNREADABLE(why="the text names no features")
    if named != features.used:
        raise TREES_OF_OTHER_FEATURES()
    position = {name: i for i, name in enumerate(features.names)}
    return np.array([position[name] for name in named], np.intp)


@lru_cache(maxsize=2)
def scorer(texts: ModelTexts) -> Scorer:
    """The Scorer of a whole model, proven on its probe; ModelError when it is not the model that was saved.

    Kept for as long as the process lives: a Spark worker builds it once, however many tasks bring equal texts.
    """
    decision = Decision.from_json(texts.decision, "decision.json")
    features = Features.from_json(texts.features, "features.json")
    probe = Probe.from_json(texts.probe, "probe.json")
    used = used_positions(texts.booster, features)
    vectors = probe.matrix(len(features.features))
    proof = probe.proof(np.ascontiguousarray(vectors[:, used]))
    built = Scorer.unproven(texts.booster, decision, features, proof)
    points = built.score(vectors).points
    if wrong := int(np.count_nonzero(points != np.array(probe.points))):
        raise PROBE_DIFFERS(wrong=wrong, clients=len(points))
    return built


def assemble(
    booster_text: str, decision: Decision, features: Features, probe_vectors: Matrix, model_card: str
) -> ModelTexts:
    """What training found, as the texts of a model, with the probe that every later load must reproduce.

    `probe_vectors`: float32 [k, F], registry order, of generated clients, never of real ones: they stay in the model.
    ModelError when the parts do not belong together.
    """
    if len(probe_vectors) == 0:
        raise PROBE_MISSING()
    used = used_positions(booster_text, features)
    proof = by_lightgbm.proof(booster_text, np.ascontiguousarray(probe_vectors[:, used]))
    points = Scorer.unproven(booster_text, decision, features, proof).score(probe_vectors).points
    probe = Probe.of(probe_vectors, points, proof)
    return ModelTexts(booster_text, decision.to_json(), features.to_json(), probe.to_json(), model_card)
