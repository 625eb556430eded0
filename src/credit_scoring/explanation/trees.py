"""LightGBM's model text -> trees, checked so that nothing behind this module has to doubt an index.

The text is what `Booster.save_model` writes: a header, blocks `Tree=0`, `Tree=1`, ..., and `end of trees`; each is made
of lines `key=value value ...`. A model that is not a plain sum of trees of one outcome, or whose numbers contradict
each other, is Unsupported: the caller has LightGBM explain it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)

MISSING_NONE, MISSING_ZERO, MISSING_NAN = 0, 1, 2
"""What a split takes for a missing value: nothing (NaN counts as 0), zero and NaN, or NaN."""

MOST_FEATURES = 100_000
MOST_CLIENTS = 2**52
"""Counts of clients stay whole numbers in float64."""


class Unsupported(Exception):
    """The kernel does not take this model; the message says why, as a sentence."""


@dataclass(frozen=True, eq=False)
class Tree:
    """A tree of m splits and m + 1 leaves, m >= 0; split 0 is the root, and parents come before their children.

    `feature` [m]: position of the feature that the split asks for.
    `threshold` [m]: a client goes left when its value is at most this; not read at splits on categories.
    `missing` [m]: one of MISSING_NONE, MISSING_ZERO, MISSING_NAN. `default_left` [m]: where missing values go.
    `categories` [m]: the categories that go left, as a bit set (category c is bit c % 8 of byte c // 8); None where the
    split is one on numbers.
    `left`, `right` [m]: the child: a split when >= 0, else the leaf ~child.
    `clients` [m], `leaf_clients` [m + 1]: training clients that came by. `leaf_value` [m + 1]: log-odds.
    """

    feature: Integers
    threshold: Floats
    missing: Integers
    default_left: npt.NDArray[np.bool_]
    categories: tuple[bytes | None, ...]
    left: Integers
    right: Integers
    clients: Floats
    leaf_clients: Floats
    leaf_value: Floats

    def share_left(self) -> Floats:
        """The share [m] of a split's training clients that went left."""
        left: Floats = self._clients_of(self.left) / self.clients
        return left

    def expectation(self) -> float:
        """The mean of the leaf values over the training clients, in log-odds."""
        if len(self.feature) == 0:
            return float(self.leaf_value[0])
        return float((self.leaf_clients / self.clients[0]) @ self.leaf_value)

    def _clients_of(self, child: Integers) -> Floats:
        # Leaf ~child = -1 - child: counted from the end of the reversed leaves, every child is one index.
        counts: Floats = np.concatenate([self.clients, self.leaf_clients[::-1]])[child]
        return counts

    def check(self, features: int) -> None:
        """Unsupported unless this is one tree over `features` features whose numbers fit together."""
        m = len(self.feature)
        children = np.concatenate([self.left, self.right])
        if not np.array_equal(np.sort(children), np.r_[-1 - m : 0, 1:m] if m else []):
            raise Unsupported("Its children do not make a tree.")
        splits = np.tile(np.arange(m), 2)
        if ((children >= 0) & (children <= splits)).any():
            raise Unsupported("A split comes before its parent.")
        if ((self.feature < 0) | (self.feature >= features)).any():
            raise Unsupported("A split asks for a feature that the model does not have.")
        if np.isnan(self.threshold).any() or not np.isfinite(self.leaf_value).all():
            raise Unsupported("A threshold or a leaf is not a number.")
        if (self.missing > MISSING_NAN).any():
            raise Unsupported("A split has an unknown way with missing values.")
        if m == 0:
            return
        counts = np.concatenate([self.clients, self.leaf_clients])
        if (counts < 0).any() or (counts > MOST_CLIENTS).any() or (self.clients <= 0).any():
            raise Unsupported("Client counts at its nodes are impossible.")
        if (self._clients_of(self.left) + self._clients_of(self.right) != self.clients).any():
            raise Unsupported("Client counts at its nodes are inconsistent: children do not add up to their parent.")


@dataclass(frozen=True, eq=False)
class Forest:
    """A model: its margin is the sum of what its trees say. `features`: F, the length of a client's vector."""

    features: int
    trees: tuple[Tree, ...]

    def expectation(self) -> float:
        """phi_0: the margin of the average training client, in log-odds."""
        return sum((tree.expectation() for tree in self.trees), 0.0)


def feature_names(text: str) -> tuple[str, ...]:
    """The names of the features in a vector's order, as the model text has them; none where it names none."""
    head, _, _ = text.partition("\nTree=")
    return tuple(_fields(head).get("feature_names", "").split())


def forest(text: str) -> Forest:
    """The trees of a model text. Raises Unsupported, never anything else."""
    head, *blocks = text.split("end of trees")[0].split("\nTree=")
    header = _fields(head)
    if "average_output" in header:
        raise Unsupported("Its margin is the mean of the trees, not their sum (random forest).")
    if header.get("num_tree_per_iteration") != "1":
        raise Unsupported("It has more than one outcome, or does not say how many.")
    try:
        features = int(header.get("max_feature_idx", "")) + 1
    except ValueError:
        raise Unsupported("It does not say how many features it has.") from None
    if not 1 <= features <= MOST_FEATURES:
        raise Unsupported(f"It has {features} features.")
    return Forest(features, tuple(_tree(block, features) for block in blocks))


def _fields(block: str) -> Mapping[str, str]:
    """Key and value of every line; a line without a value is a key alone."""
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in block.splitlines())}


def _tree(block: str, features: int) -> Tree:
    name, _, lines = block.partition("\n")
    try:
        tree = _read(_fields(lines))
        tree.check(features)
    except Unsupported as error:
        raise Unsupported(f"Tree {name[:20].strip()}: {error}") from error
    return tree


def _read(fields: Mapping[str, str]) -> Tree:
    if fields.get("is_linear", "0") != "0":
        raise Unsupported("Its leaves are linear models.")
    leaf_value = _floats(fields, "leaf_value")
    m = len(leaf_value) - 1
    if m < 0:
        raise Unsupported("It has no leaf.")
    if m == 0:
        none = np.zeros(0, np.int64)
        zero = np.zeros(0)
        return Tree(none, zero, none, none.astype(bool), (), none, none, zero, np.zeros(1), leaf_value)
    decision = _integers(fields, "decision_type", m)
    threshold = _floats(fields, "threshold", m)
    return Tree(
        feature=_integers(fields, "split_feature", m),
        threshold=threshold,
        missing=(decision >> 2) & 3,
        default_left=(decision & 2) != 0,
        categories=_categories(fields, (decision & 1) != 0, threshold),
        left=_integers(fields, "left_child", m),
        right=_integers(fields, "right_child", m),
        clients=_integers(fields, "internal_count", m).astype(np.float64),
        leaf_clients=_integers(fields, "leaf_count", m + 1).astype(np.float64),
        leaf_value=leaf_value,
    )


def _categories(
    fields: Mapping[str, str], is_categorical: npt.NDArray[np.bool_], threshold: Floats
) -> tuple[bytes | None, ...]:
    """The set of each split: its threshold is a number i, and its words of 32 bits begin at cat_boundaries[i]."""
    if not is_categorical.any():
        return (None,) * len(threshold)
    bounds = _integers(fields, "cat_boundaries")
    words = _integers(fields, "cat_threshold")
    if ((words < 0) | (words >= 2**32)).any():
        raise Unsupported("Its sets of categories are not sets of bits.")
    sets: list[bytes | None] = []
    for i, categorical in zip(threshold.tolist(), is_categorical.tolist(), strict=True):
        if not categorical:
            sets.append(None)
            continue
        if not (0 <= i < len(bounds) - 1 and 0 <= bounds[int(i)] <= bounds[int(i) + 1] <= len(words)):
            raise Unsupported("A split on categories names a set that is not there.")
        sets.append(words[bounds[int(i)] : bounds[int(i) + 1]].astype("<u4").tobytes())
    return tuple(sets)


def _floats(fields: Mapping[str, str], key: str, length: int | None = None) -> Floats:
    try:
        values = np.array([float(x) for x in fields.get(key, "").split()], np.float64)
    except ValueError:
        raise Unsupported(f"{key} is not a list of numbers.") from None
    return _of_length(values, key, length)


def _integers(fields: Mapping[str, str], key: str, length: int | None = None) -> Integers:
    try:
        values = np.array([int(x) for x in fields.get(key, "").split()], np.int64)
    except (ValueError, OverflowError):
        raise Unsupported(f"{key} is not a list of whole numbers.") from None
    return _of_length(values, key, length)


def _of_length(values: npt.NDArray[Number], key: str, length: int | None) -> npt.NDArray[Number]:
    if length is not None and len(values) != length:
        raise Unsupported(f"{key} has {len(values)} numbers where the leaves ask for {length}.")
    return values
