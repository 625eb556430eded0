"""The three loops that work a block of clients: turn values into codes, predict, and share the margin out.

docs/treeshap.md derives `share`; explanation.layout says what the tables hold. A block has up to ROWS clients, LANES of
which go through a tree together. Lanes behind the last client compute on old codes, and nobody reads what they say.

A client's numbers come from its own lane, and every lane has the same operations in the same order: they do not depend
on the other clients. The loops hold no state and release Python's lock, so threads change nothing.
"""

from __future__ import annotations

import numpy as np

from credit_scoring.explanation.codes import WINDOW
from credit_scoring.explanation.lanes import (
    LANES,
    add,
    at,
    load,
    multiply,
    multiply_add,
    store,
    subtract,
    where_at_most,
)
from credit_scoring.explanation.layout import (
    CODES,
    CONSTANTS,
    EARLIER,
    EARLIER_REPEATS,
    EARLIER_SIDE,
    FIRST,
    FIRST_VALUE,
    IF_ABOVE,
    IF_AT_MOST,
    KIND,
    LIMIT,
    NODE,
    RATIO,
    REPEATS,
    ROWS,
    SECOND,
    SECOND_VALUE,
    SHARES,
)

ZERO = np.float32(1e-35)
"""LightGBM's kZeroThreshold: between minus and plus this, every value of a vector is zero for it."""
NO_CATEGORY = 2**31
COUNTED = 64
"""Thresholds up to which counting all of them is faster than searching."""


def quantise(values, thresholds, numbers, number_columns, categories, category_columns, sets, codes):  # type: ignore[no-untyped-def]
    """Writes the codes of a block: codes[column * ROWS + client].

    `values` [F, n] float32, n <= ROWS; the tables are those of CodeTables.
    """
    n = values.shape[1]
    x = np.zeros(ROWS, np.float32)
    rank = np.zeros(ROWS, np.int32)
    category = np.zeros(ROWS, np.int64)
    for u in range(numbers.shape[0]):
        start, size = numbers[u, 1], numbers[u, 2]
        for i in range(n):
            value = values[numbers[u, 0], i]
            x[i] = np.float32(0) if abs(value) <= ZERO else value
        # How many thresholds are below x. Few are counted one after the other, for many clients at once.
        for i in range(n):
            rank[i] = 0
        if size <= COUNTED:
            for k in range(start, start + size):
                threshold = thresholds[k]
                for i in range(n):
                    rank[i] += threshold < x[i]
        else:
            for i in range(n):
                # A search whose steps do not depend on the data but by a selection.
                low, length = start, size
                while length > 1:
                    half = length // 2
                    low += half if thresholds[low + half - 1] < x[i] else 0
                    length -= half
                rank[i] = low - start + (1 if thresholds[low] < x[i] else 0)
        for c in range(numbers[u, 3], numbers[u, 4]):
            to, base = number_columns[c, 0] * ROWS, number_columns[c, 1]
            nan, zero = number_columns[c, 2], number_columns[c, 3]
            for i in range(n):
                code = min(max(rank[i] - base, 0), WINDOW)
                codes[to + i] = nan if np.isnan(x[i]) else code
            if zero >= 0:
                for i in range(n):
                    if x[i] == 0:
                        codes[to + i] = zero
    for u in range(categories.shape[0]):
        for i in range(n):
            value = values[categories[u, 0], i]
            # As a C cast does it, towards zero; NaN, negative and huge values are no category.
            category[i] = np.int64(value) if -1 < value < NO_CATEGORY else NO_CATEGORY
        for c in range(categories[u, 1], categories[u, 2]):
            to, start, size = category_columns[c, 0] * ROWS, category_columns[c, 1], category_columns[c, 2]
            for i in range(n):
                codes[to + i] = sets[start + min(category[i], size)]


def predict(starts, nodes, leaf_value, codes, margin):  # type: ignore[no-untyped-def]
    """Adds the leaf values of each client to `margin` [n], tree after tree as LightGBM does, so that the bits are its.

    The leaf's number rises from the bottom: each split passes on the one of the child to which the client goes.
    """
    n = margin.shape[0]
    most = 1
    for t in range(starts.shape[0] - 1):
        most = max(most, starts[t + 1, 0] - starts[t, 0])
    leaf = np.empty(most * LANES, np.int32)
    for t in range(starts.shape[0] - 1):
        begin, end, leaves = starts[t, 0], starts[t + 1, 0], starts[t, 1]
        if begin == end:
            for i in range(n):
                margin[i] += leaf_value[leaves]
            continue
        for g in range(0, n, LANES):
            for i in range(end - 1, begin - 1, -1):
                code, limit = at(nodes, 4 * i) + g, at(nodes, 4 * i + 1)
                left, right = at(nodes, 4 * i + 2), at(nodes, 4 * i + 3)
                to = (i - begin) * LANES
                if left < 0 and right < 0:
                    store(leaf, to, where_at_most(codes, code, limit, np.int32(~left), np.int32(~right)))
                elif left < 0:
                    store(leaf, to, where_at_most(codes, code, limit, ~left, load(leaf, right * LANES)))
                elif right < 0:
                    store(leaf, to, where_at_most(codes, code, limit, load(leaf, left * LANES), ~right))
                else:
                    store(
                        leaf,
                        to,
                        where_at_most(codes, code, limit, load(leaf, left * LANES), load(leaf, right * LANES)),
                    )
            for i in range(min(LANES, n - g)):
                margin[g + i] += leaf_value[leaves + leaf[i]]


def share(weights, starts, nodes, constants, codes, n, phi):  # type: ignore[no-untyped-def]
    """Adds the contributions of the trees of a Quadrature: phi[feature * ROWS + client], n clients, log-odds.

    Down the tree go the products P, and in the same memory, up the tree, the sums G that lie below.
    """
    Q = weights.shape[0]
    width = Q * LANES
    stride = CONSTANTS + 3 * Q
    most = 1
    for t in range(starts.shape[0] - 1):
        most = max(most, starts[t + 1] - starts[t])
    work = np.empty((most + 2) * width)  # [split, point, lane]: P on the way down, G on the way up
    goes = np.empty(most * LANES)  # [split, lane]: m, 1 where the client goes to the first child
    stays = np.empty(most * LANES)  # [split, lane]: o, 1 where it followed all splits above on the same feature
    leaf_1, leaf_2 = most * width, (most + 1) * width  # stand for children that are leaves, below splits that repeat
    for t in range(starts.shape[0] - 1):
        begin, end = starts[t], starts[t + 1]
        for g in range(0, n, LANES):
            for q in range(Q):
                store(work, q * LANES, at(weights, q))

            for i in range(begin, end):
                node, c = i * NODE, i * stride
                kind, here = at(nodes, node + KIND), (i - begin) * width
                first, second = at(nodes, node + FIRST), at(nodes, node + SECOND)
                m = where_at_most(
                    codes,
                    at(nodes, node + CODES) + g,
                    at(nodes, node + LIMIT),
                    at(constants, c + IF_AT_MOST),
                    at(constants, c + IF_ABOVE),
                )
                store(goes, (i - begin) * LANES, m)
                a_0 = c + CONSTANTS
                a_1 = a_0 + Q
                if kind == 0:
                    for q in range(Q):
                        P = load(work, here + q * LANES)
                        P_first = multiply(P, multiply_add(m, at(constants, a_1 + q), at(constants, a_0 + q)))
                        store(work, first + q * LANES, P_first)
                        store(work, second + q * LANES, subtract(P, P_first))
                elif kind == 1:
                    for q in range(Q):
                        a = multiply_add(m, at(constants, a_1 + q), at(constants, a_0 + q))
                        store(work, first + q * LANES, multiply(load(work, here + q * LANES), a))
                elif kind >= REPEATS:
                    above, r = at(nodes, node + EARLIER), at(constants, c + RATIO)
                    o = load(goes, above)
                    if at(nodes, node + EARLIER_SIDE) == 0:
                        o = subtract(1.0, o)
                    if at(nodes, node + EARLIER_REPEATS) != 0:
                        o = multiply(o, load(stays, above))
                    store(stays, (i - begin) * LANES, o)
                    om = multiply(o, m)
                    if kind < REPEATS + 2:
                        if kind == REPEATS + 1:
                            second = leaf_2
                        for q in range(Q):
                            P = load(work, here + q * LANES)
                            a = multiply_add(om, at(constants, a_1 + q), multiply_add(o, at(constants, a_0 + q) - r, r))
                            P_first = multiply(P, a)
                            store(work, first + q * LANES, P_first)
                            store(work, second + q * LANES, subtract(P, P_first))

            for i in range(end - 1, begin - 1, -1):
                node, c = i * NODE, i * stride
                kind, here = at(nodes, node + KIND), (i - begin) * width
                first, second = at(nodes, node + FIRST), at(nodes, node + SECOND)
                r = at(constants, c + RATIO)
                value_1, value_2 = at(constants, c + FIRST_VALUE), at(constants, c + SECOND_VALUE)
                m = load(goes, (i - begin) * LANES)
                a_0 = c + CONSTANTS
                a_1 = a_0 + Q
                total = multiply(m, 0.0)  # the sum over the points of P D
                if kind == 0:
                    for q in range(Q):
                        G_second = load(work, second + q * LANES)
                        D = subtract(load(work, first + q * LANES), G_second)
                        total = multiply_add(load(work, here + q * LANES), D, total)
                        a = multiply_add(m, at(constants, a_1 + q), at(constants, a_0 + q))
                        store(work, here + q * LANES, multiply_add(D, a, G_second))
                elif kind == 1:
                    for q in range(Q):
                        D = subtract(load(work, first + q * LANES), value_2)
                        total = multiply_add(load(work, here + q * LANES), D, total)
                        a = multiply_add(m, at(constants, a_1 + q), at(constants, a_0 + q))
                        store(work, here + q * LANES, multiply_add(D, a, value_2))
                elif kind == 2:
                    for q in range(Q):
                        total = multiply_add(load(work, here + q * LANES), value_1 - value_2, total)
                        G = multiply_add(m, at(constants, a_1 + q), at(constants, a_0 + q))
                        store(work, here + q * LANES, G)
                else:
                    o = load(stays, (i - begin) * LANES)
                    om = multiply(o, m)
                    if kind > REPEATS:
                        second = leaf_2
                        for q in range(Q):
                            store(work, second + q * LANES, value_2)
                    if kind > REPEATS + 1:
                        first = leaf_1
                        for q in range(Q):
                            store(work, first + q * LANES, value_1)
                    for q in range(Q):
                        G_second = load(work, second + q * LANES)
                        D = subtract(load(work, first + q * LANES), G_second)
                        P = load(work, here + q * LANES)
                        total = multiply_add(multiply(P, at(constants, a_1 + Q + q)), D, total)
                        a = multiply_add(om, at(constants, a_1 + q), multiply_add(o, at(constants, a_0 + q) - r, r))
                        store(work, here + q * LANES, multiply_add(D, a, G_second))
                    total = multiply(total, o)
                to = at(nodes, node + SHARES) + g
                store(phi, to, add(multiply(subtract(m, r), total), load(phi, to)))
