"""The arrays of numbers that a model takes and gives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]
"""Vectors of clients, one a row, missing = NaN."""
