"""The probe of a model: generated clients whose numbers are known, to be checked with wherever the model is loaded."""

from __future__ import annotations

import numpy as np

from credit_scoring.errors.models import PROBE_ODD
from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.by_lightgbm import Proof
from credit_scoring.model.artifacts import Artifact, Number


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
