"""Which clients a model may learn from: a permanent holdout, and folds of the rest, by a hash of the client's id.

The hash is Spark's xxhash64 of a BIGINT, computed by numpy. A client's part depends on its id alone, never on the other
clients, so the holdout of one training is the holdout of every later one, and a larger holdout contains a smaller one.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

HOLDOUT = -1
"""The part of the clients that no fit, number of rounds, calibration or selection ever sees."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """A client's part: HOLDOUT, or its fold from 0 to `folds` - 1.

    `holdout_percent` of the clients are held out, as nearly as chance allows.
    """

    folds: int
    holdout_percent: int

    def parts(self, client_ids: Integers) -> Integers:
        """The parts [n] of the clients of ids [n]."""
        hashed = xxhash64(client_ids)
        held_out = hashed.view(np.int64) % 100 < self.holdout_percent
        # The upper half chooses the fold: given it, the lower half still makes the remainder by 100 uniform.
        fold = (hashed >> np.uint64(32)) % np.uint64(self.folds)
        return np.where(held_out, HOLDOUT, fold.astype(np.int64))


def places(client_ids: Integers, choice: str) -> npt.NDArray[np.float64]:
    """A number from 0 to below 1 [n] of each client, by its id alone, for one `choice`; another for another choice.

    The clients below a share s are s of all, as nearly as chance allows, and no other choice nor the parts tell which.
    """
    return (xxhash64(client_ids, zlib.crc32(choice.encode())) >> np.uint64(11)) / 2.0**53


def xxhash64(numbers: Integers, seed: int = 42) -> npt.NDArray[np.uint64]:
    """XXH64 of each 8-byte number [n], as Spark's xxhash64 with its seed 42 (which shows the same bits signed).

    Yann Collet, xxHash specification, the case of an input of 8 bytes; unsigned arithmetic wraps.
    """
    prime_1, prime_2, prime_3, prime_4, prime_5 = (
        np.uint64(prime)
        for prime in (
            0x9E3779B185EBCA87,
            0xC2B2AE3D27D4EB4F,
            0x165667B19E3779F9,
            0x85EBCA77C2B2AE63,
            0x27D4EB2F165667C5,
        )
    )
    lane = _rotated(numbers.astype(np.int64).view(np.uint64) * prime_2, 31) * prime_1
    # seed + prime_5 + length, as arrays: a scalar that wraps around would warn.
    start = np.full(len(numbers), seed + 8, np.uint64) + prime_5
    mixed = _rotated(start ^ lane, 27) * prime_1 + prime_4
    mixed = (mixed ^ (mixed >> np.uint64(33))) * prime_2
    mixed = (mixed ^ (mixed >> np.uint64(29))) * prime_3
    return mixed ^ (mixed >> np.uint64(32))


def _rotated(bits: npt.NDArray[np.uint64], by: int) -> npt.NDArray[np.uint64]:
    return (bits << np.uint64(by)) | (bits >> np.uint64(64 - by))
