"""Trees and codes -> the flat tables that the kernels walk, split after split, each in one straight pass.

docs/treeshap.md derives the numbers; the letters are the same here, there and in the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_scoring.explanation.codes import SplitCodes
from credit_scoring.explanation.trees import Tree, Unsupported

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int32]

ROWS = 256
"""Clients of a block: their codes stay in the processor's second cache. A multiple of every lane count."""

NODE = 9
"""Integers of a split in `Quadrature.nodes`, at these places:"""
CODES, LIMIT, KIND, FIRST, SECOND, SHARES, EARLIER, EARLIER_SIDE, EARLIER_REPEATS = range(NODE)

BOTH_SPLITS, SECOND_IS_LEAF, BOTH_LEAVES = range(3)
REPEATS = 3
"""Kinds of splits by their children; REPEATS is added where a split above asks for the same feature."""

CONSTANTS = 5
"""Numbers of a split in `Quadrature.constants` that come before its 3 Q ones, at these places:"""
RATIO, FIRST_VALUE, SECOND_VALUE, IF_AT_MOST, IF_ABOVE = range(CONSTANTS)

MOST_WORK = 2**27
"""Numbers of float64 that a kernel may hold for its largest tree (1 GiB)."""
MOST_POSITIONS = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Prediction:
    """All trees in their order, for predicting.

    `starts` [T + 1, 2]: first split and first leaf of each tree, and those behind the last.
    `nodes` [4 splits] int32: position of the column's codes, limit, left and right child (as in Tree) of each split.
    `leaf_value` [leaves]: log-odds.
    """

    starts: Integers
    nodes: Indices
    leaf_value: Floats


@dataclass(frozen=True, eq=False)
class Quadrature:
    """Trees whose contributions need the same number Q of quadrature points.

    `weights` [Q]: of the Gauss-Legendre points on [0, 1]. `starts` [trees + 1]: first split of each tree.
    `nodes` [NODE splits] int32. Children are called first and second, and where one is a leaf, it is the second:
        CODES, LIMIT              position of the column's codes in a block, and the limit
        KIND                      see above
        FIRST, SECOND             positions of the children's products in the kernel's memory; 0 for leaves
        SHARES                    position of the feature's shares in a block
        EARLIER                   the nearest split above on the same feature: its place in the tree times the lanes
        EARLIER_SIDE              1 when this split is below that one's first child
        EARLIER_REPEATS           1 when that one has one above, too
    `constants` [(CONSTANTS + 3 Q) splits]:
        RATIO                     r, the share of the training clients who went to the first child
        FIRST_VALUE, SECOND_VALUE values of the children that are leaves, log-odds
        IF_AT_MOST, IF_ABOVE      m for codes up to the limit, and above it: 1 goes to the first child, 0 to the second
        then, for Q points x each a_0, a_1 (so that a = a_0 + m a_1) and z / F^2. Above two leaves a_0 and a_1 make G,
        unless the feature repeats.
    """

    weights: Floats
    starts: Integers
    nodes: Indices
    constants: Floats


@dataclass(frozen=True, eq=False)
class _Path:
    """What the kernel asks of the splits above a split on the same feature.

    `cover`: z, the product of the shares of training clients along the edges below them; 1 where there is none.
    `earlier`: the nearest of them, -1: none. `first`: whether the way goes on to its left child.
    """

    cover: float = 1.0
    earlier: int = -1
    left: bool = False


def prediction(trees: Sequence[Tree], codes: Sequence[SplitCodes]) -> Prediction:
    """The tables for predicting. Unsupported when the model is too large for them."""
    sizes = [(len(tree.feature), len(tree.leaf_value)) for tree in trees]
    starts = np.cumsum([(0, 0), *sizes], axis=0)
    rows = [
        np.stack([split.column * ROWS, split.limit, tree.left, tree.right], axis=1)
        for tree, split in zip(trees, codes, strict=True)
    ]
    nodes = np.concatenate([np.zeros((0, 4), np.int64), *rows])
    leaf_value = np.concatenate([np.zeros(0), *(tree.leaf_value for tree in trees)])
    return Prediction(starts.astype(np.int64), _narrow(nodes), leaf_value)


def quadratures(trees: Sequence[Tree], codes: Sequence[SplitCodes], lanes: int) -> list[Quadrature]:
    """The tables for contributions, fewest points first. Unsupported when the model is too large for them.

    `lanes`: clients in a vector. Trees without a split have nothing to share and are left out.
    """
    groups: dict[int, list[tuple[Tree, SplitCodes, list[_Path]]]] = {}
    for tree, split in zip(trees, codes, strict=True):
        if len(tree.feature):
            paths, points = _paths(tree)
            groups.setdefault(points, []).append((tree, split, paths))
    return [_quadrature(points, groups[points], lanes) for points in sorted(groups)]


def _paths(tree: Tree) -> tuple[list[_Path], int]:
    """The path of each split, and the points that make the integrals exact.

    With d different features on the longest path the integrand has degree d - 1, and Q points are exact to 2 Q - 1.
    """
    features, lefts, rights = tree.feature.tolist(), tree.left.tolist(), tree.right.tolist()
    shares = tree.share_left().tolist()
    above: dict[int, dict[int, _Path]] = {0: {}}
    paths, most = [], 0
    for i, feature in enumerate(features):  # parents come before their children
        known = above.pop(i)
        path = known.get(feature, _Path())
        paths.append(path)
        for child, share, left in ((lefts[i], shares[i], True), (rights[i], 1 - shares[i], False)):
            below = {**known, feature: _Path(path.cover * share, i, left)}
            if child >= 0:
                above[child] = below
            most = max(most, len(below))
    return paths, (most + 1) // 2


def _quadrature(points: int, group: list[tuple[Tree, SplitCodes, list[_Path]]], lanes: int) -> Quadrature:
    sizes = [len(tree.feature) for tree, _, _ in group]
    width = points * lanes
    if (max(sizes) + 2) * width > MOST_WORK or sum(sizes) * (CONSTANTS + 3 * points) > MOST_WORK:
        raise Unsupported("Its trees are too large for the kernel's memory.")
    nodes = np.concatenate([_nodes(tree, split, paths, width, lanes) for tree, split, paths in group])
    x, weights = np.polynomial.legendre.leggauss(points)  # type: ignore[no-untyped-call]
    x, weights = (x + 1) / 2, weights / 2  # from [-1, 1] to [0, 1]
    constants = np.concatenate([_constants(tree, paths, x) for tree, _, paths in group])
    return Quadrature(weights, np.cumsum([0, *sizes]).astype(np.int64), _narrow(nodes), constants.ravel())


def _turned(tree: Tree) -> npt.NDArray[np.bool_]:
    """Where [m] the right child is the first one: where it is a split, and the left one is a leaf."""
    return (tree.left < 0) & (tree.right >= 0)


def _nodes(tree: Tree, codes: SplitCodes, paths: list[_Path], width: int, lanes: int) -> Integers:
    """Rows of `Quadrature.nodes`; `width`: numbers of a split in the kernel's memory."""
    turned = _turned(tree)
    earlier = np.array([path.earlier for path in paths])
    left = np.array([path.left for path in paths])
    repeats = earlier >= 0
    first, second = np.where(turned, tree.right, tree.left), np.where(turned, tree.left, tree.right)
    nodes = np.zeros((len(paths), NODE), np.int64)
    nodes[:, CODES] = codes.column * ROWS
    nodes[:, LIMIT] = codes.limit
    nodes[:, KIND] = (first < 0).astype(int) + (second < 0) + REPEATS * repeats
    nodes[:, FIRST] = np.maximum(first, 0) * width
    nodes[:, SECOND] = np.maximum(second, 0) * width
    nodes[:, SHARES] = tree.feature * ROWS
    nodes[:, EARLIER] = np.maximum(earlier, 0) * lanes
    nodes[:, EARLIER_SIDE] = repeats & (left != turned[earlier])
    nodes[:, EARLIER_REPEATS] = repeats & repeats[earlier]
    return nodes


def _constants(tree: Tree, paths: list[_Path], x: Floats) -> Floats:
    """Rows of `Quadrature.constants` at the points `x` [Q]."""
    turned = _turned(tree)[:, np.newaxis]
    share = tree.share_left()[:, np.newaxis]
    # Only leaves have values; the index of a split is never used.
    left = np.where(tree.left < 0, tree.leaf_value[np.maximum(~tree.left, 0)], 0.0)[:, np.newaxis]
    right = np.where(tree.right < 0, tree.leaf_value[np.maximum(~tree.right, 0)], 0.0)[:, np.newaxis]
    z = np.array([path.cover for path in paths])[:, np.newaxis]

    r = np.where(turned, 1 - share, share)
    first, second = np.where(turned, right, left), np.where(turned, left, right)
    F = x + (1 - x) * z
    a_0, a_1 = (1 - x) * z * r / F, x / F
    once = np.array([path.earlier < 0 for path in paths])
    leaves = ((tree.left < 0) & (tree.right < 0) & once)[:, np.newaxis]
    # Above two leaves, G = second + a (first - second) is known beforehand; where the feature repeats, a is not.
    a_0 = np.where(leaves, second + a_0 * (first - second), a_0)
    a_1 = np.where(leaves, a_1 * (first - second), a_1)
    return np.hstack([r, first, second, ~turned, turned, a_0, a_1, z / F**2])


def _narrow(nodes: Integers) -> Indices:
    if nodes.size and nodes.max() > MOST_POSITIONS:
        raise Unsupported("It is too large for the kernel's tables.")
    return nodes.astype(np.int32).ravel()
