"""Exact path-dependent TreeSHAP of a LightGBM model, and its margin, without LightGBM (docs/treeshap.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.arrays import Floats, Matrix
from credit_scoring.explanation.codes import CodeTables, code_splits
from credit_scoring.explanation.compiling import compiled
from credit_scoring.explanation.lanes import LANES
from credit_scoring.explanation.layout import ROWS, Prediction, Quadrature, prediction, quadratures
from credit_scoring.explanation.trees import Unsupported, forest

Bytes = npt.NDArray[np.uint8]

MOST_CODES = 2**28
"""Bytes that the codes, or numbers that the contributions, of a block may take."""


@dataclass(frozen=True, eq=False)
class Explainer:
    """A model, laid out for the kernels; build one with `Explainer.of`.

    `features`: F, the length of a vector. `phi_0`: the margin of the average training client, in log-odds.
    It is never changed: threads may share one.
    """

    features: int
    phi_0: float
    codes: CodeTables
    prediction: Prediction
    quadratures: tuple[Quadrature, ...]

    @classmethod
    def of(cls, model_text: str) -> Explainer:
        """Raises Unsupported, with a sentence, for models that the kernel does not take."""
        model = forest(model_text)
        tables, codes = code_splits(model.trees)
        if max(tables.columns, model.features * 8) * ROWS > MOST_CODES:
            raise Unsupported("It has too many features or thresholds for the kernel's memory.")
        return cls(
            model.features,
            model.expectation(),
            tables,
            prediction(model.trees, codes),
            tuple(quadratures(model.trees, codes, LANES)),
        )

    def predict(self, matrix: Matrix) -> Floats:
        """The margins [n] in log-odds, bit for bit LightGBM's raw scores. `matrix` float32 [n, F], missing = NaN."""
        margin = np.zeros(len(matrix))
        for block, codes in self._blocks(matrix):
            self._predict(codes, margin[block])
        return margin

    def shap(self, matrix: Matrix) -> Floats:
        """The contributions phi [n, F] in log-odds: with phi_0 they add up to the margin."""
        return self.explain(matrix)[1]

    def explain(self, matrix: Matrix) -> tuple[Floats, Floats]:
        """Margins [n] and contributions [n, F] of the clients in `matrix` float32 [n, F], missing = NaN."""
        margin = np.zeros(len(matrix))
        phi = np.empty((len(matrix), self.features))
        shares = np.empty(self.features * ROWS)
        for block, codes in self._blocks(matrix):
            self._predict(codes, margin[block])
            shares.fill(0)
            n = len(margin[block])
            for each in self.quadratures:
                compiled().share(each.weights, each.starts, each.nodes, each.constants, codes, n, shares)
            phi[block] = shares.reshape(self.features, ROWS)[:, :n].T
        return margin, phi

    def _predict(self, codes: Bytes, margin: Floats) -> None:
        tables = self.prediction
        compiled().predict(tables.starts, tables.nodes, tables.leaf_value, codes, margin)

    def _blocks(self, matrix: Matrix) -> Iterator[tuple[slice, Bytes]]:
        """The codes of one block of clients after the other, in the same memory."""
        if matrix.dtype != np.float32 or matrix.ndim != 2 or matrix.shape[1] != self.features:
            raise ValueError(f"float32 [n, {self.features}] was expected, not {matrix.dtype} {matrix.shape}")
        tables = self.codes
        codes = np.zeros(tables.columns * ROWS, np.uint8)
        for start in range(0, len(matrix), ROWS):
            block = slice(start, min(start + ROWS, len(matrix)))
            compiled().quantise(
                np.ascontiguousarray(matrix[block].T),
                tables.thresholds,
                tables.numbers,
                tables.number_columns,
                tables.categories,
                tables.category_columns,
                tables.sets,
                codes,
            )
            yield block, codes
