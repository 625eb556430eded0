"""The loop that carries out a program (features/program.py): instruction after instruction, each over all rows.

Rows are sorted by client, and those of a client are a group. A register holds a number for each row, or for each
group; beside it stands where the number is known. Truth is 1 and 0. All is as polars defines it: NaN is equal to itself
and above every number, `and` and `or` know unknown operands, aggregates leave unknown values out, and sums are added up
in polars' own order (`_sum`), so that the bits are its.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, types

(
    PLUS, MINUS, TIMES, DIVIDE, POWER,
    EQUAL, ABOVE, AT_LEAST, BELOW, AND, OR,
    RAISE, LOWER, LEAST, GREATEST, FILL, ADD_KNOWN,
    NEGATE, NOT, IS_MISSING, IS_KNOWN, ABSOLUTE, EXP, LOG, LOOK_UP, CHOOSE,
    SPREAD, SUM, MEAN, MAX, MIN, LAST, COUNT, ANY,
) = range(34)  # fmt: skip
"""Operations. LOOK_UP: the number at a position of a table. CHOOSE(if, then, else). SPREAD: a group's number on each of
its rows; from SUM on: one number a group out of those of its rows. RAISE, LOWER: to a bound that is known."""

ROWS, GROUPS = 0, 1
"""What a register holds a number for."""

BLOCK, LANES = 128, 16
"""How polars adds up floats: blocks pairwise, a block in lanes."""


@njit(nogil=True, error_model="numpy")
def _above(a, b):  # type: ignore[no-untyped-def]
    return a > b or (a != a and b == b)


@njit(nogil=True, error_model="numpy")
def _block(values, start):  # type: ignore[no-untyped-def]
    lanes = np.zeros(LANES)
    for i in range(start, start + BLOCK, LANES):
        for j in range(LANES):
            lanes[j] += values[i + j]
    width = LANES
    while width > 4:
        width //= 2
        for j in range(width):
            lanes[j] += lanes[width + j]
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])


@njit(nogil=True, error_model="numpy")
def _pairwise(values, blocks):  # type: ignore[no-untyped-def]
    # A tree of halves, laid out from its root on; a recursive function does not survive numba's cache.
    first, size, left = np.zeros(2 * blocks, np.int64), np.zeros(2 * blocks, np.int64), np.zeros(2 * blocks, np.int64)
    total = np.zeros(2 * blocks)
    size[0] = blocks
    nodes, node = 1, 0
    while node < nodes:
        if size[node] > 1:
            half = size[node] // 2
            left[node] = nodes
            first[nodes], size[nodes] = first[node], half
            first[nodes + 1], size[nodes + 1] = first[node] + half, size[node] - half
            nodes += 2
        node += 1
    for node in range(nodes - 1, -1, -1):
        if size[node] == 1:
            total[node] = _block(values, first[node] * BLOCK)
        else:
            total[node] = total[left[node]] + total[left[node] + 1]
    return total[0]


@njit(nogil=True, error_model="numpy")
def _sum(values, known, start, end, work):  # type: ignore[no-untyped-def]
    n = end - start
    if n == 1 and known[start]:
        return values[start]  # be it -0.0
    rest = 0.0
    for i in range(start, start + n % BLOCK):
        if known[i]:
            rest += values[i]
    if n < BLOCK:
        return rest
    main = start + n % BLOCK
    for i in range(main, end):
        work[i - main] = values[i] if known[i] else 0.0
    return _pairwise(work, n // BLOCK) + rest


def carry_out(code, tables, starts, row_values, row_known, group_values, group_known):  # type: ignore[no-untyped-def]
    """Carries the instructions out.

    `code` [k, 6]: operation, ROWS or GROUPS, the register that is written, and up to three that are read. `tables`
    [t, size]: of LOOK_UP; NaN is missing. `starts` [groups + 1]: where the rows of each group begin. Then the registers
    [r, rows] and [g, groups], inputs and constants of which are there.
    """
    groups = starts.shape[0] - 1
    work = np.empty(row_values.shape[1])
    for step in range(code.shape[0]):
        op, level = code[step, 0], code[step, 1]
        if op >= SUM:
            to, to_known = group_values[code[step, 2]], group_known[code[step, 2]]
            x, known = row_values[code[step, 3]], row_known[code[step, 3]]
            for g in range(groups):
                start, end = starts[g], starts[g + 1]
                if op == COUNT:
                    to[g], to_known[g] = end - start, True
                elif op == ANY:
                    to[g], to_known[g] = 0.0, True
                    for i in range(start, end):
                        if known[i] and x[i] != 0.0:
                            to[g] = 1.0
                elif op == SUM:
                    to[g], to_known[g] = _sum(x, known, start, end, work), True
                elif op == MEAN:
                    count = 0
                    for i in range(start, end):
                        count += known[i]
                    to_known[g] = count > 0
                    to[g] = _sum(x, known, start, end, work) / count if count > 0 else 0.0
                else:
                    found, best = False, 0.0
                    for i in range(start, end):
                        if known[i]:
                            value = x[i]
                            if not found or op == LAST:
                                best = value
                            elif op == MAX:
                                if best != best or value > best:
                                    best = value
                            elif best != best or value < best:
                                best = value
                            found = True
                    to[g], to_known[g] = best, found
            continue
        if op == SPREAD:
            to, to_known = row_values[code[step, 2]], row_known[code[step, 2]]
            x, known = group_values[code[step, 3]], group_known[code[step, 3]]
            for g in range(groups):
                for i in range(starts[g], starts[g + 1]):
                    to[i], to_known[i] = x[g], known[g]
            continue
        if level == ROWS:
            values, knowns = row_values, row_known
        else:
            values, knowns = group_values, group_known
        to, to_known = values[code[step, 2]], knowns[code[step, 2]]
        x, x_known = values[code[step, 3]], knowns[code[step, 3]]
        n = to.shape[0]
        if op == LOOK_UP:
            table = tables[code[step, 4]]
            for i in range(n):
                value = table[int(x[i])] if x_known[i] and x[i] >= 0.0 else np.nan
                to[i], to_known[i] = value, value == value
            continue
        y, y_known = values[code[step, 4]], knowns[code[step, 4]]
        if op == PLUS:
            for i in range(n):
                to[i], to_known[i] = x[i] + y[i], x_known[i] & y_known[i]
        elif op == MINUS:
            for i in range(n):
                to[i], to_known[i] = x[i] - y[i], x_known[i] & y_known[i]
        elif op == TIMES:
            for i in range(n):
                to[i], to_known[i] = x[i] * y[i], x_known[i] & y_known[i]
        elif op == DIVIDE:
            for i in range(n):
                to[i], to_known[i] = x[i] / y[i], x_known[i] & y_known[i]
        elif op == POWER:
            for i in range(n):
                known = x_known[i] & y_known[i]
                to[i], to_known[i] = math.pow(x[i], y[i]) if known else 0.0, known
        elif op == EQUAL:
            for i in range(n):
                same = x[i] == y[i] or (x[i] != x[i] and y[i] != y[i])
                to[i], to_known[i] = same, x_known[i] & y_known[i]
        elif op == ABOVE:
            for i in range(n):
                to[i], to_known[i] = _above(x[i], y[i]), x_known[i] & y_known[i]
        elif op == AT_LEAST:
            for i in range(n):
                to[i], to_known[i] = not _above(y[i], x[i]), x_known[i] & y_known[i]
        elif op == BELOW:
            for i in range(n):
                to[i], to_known[i] = _above(y[i], x[i]), x_known[i] & y_known[i]
        elif op == AND:
            for i in range(n):
                no = (x_known[i] and x[i] == 0.0) or (y_known[i] and y[i] == 0.0)
                to[i], to_known[i] = not no, no or (x_known[i] and y_known[i])
        elif op == OR:
            for i in range(n):
                yes = (x_known[i] and x[i] != 0.0) or (y_known[i] and y[i] != 0.0)
                to[i], to_known[i] = yes, yes or (x_known[i] and y_known[i])
        elif op == RAISE:
            for i in range(n):
                to[i], to_known[i] = y[i] if x[i] < y[i] else x[i], x_known[i]
        elif op == LOWER:
            for i in range(n):
                to[i], to_known[i] = y[i] if x[i] > y[i] else x[i], x_known[i]
        elif op == LEAST:
            for i in range(n):
                first = not y_known[i] or (x_known[i] and _above(y[i], x[i]))
                to[i], to_known[i] = x[i] if first else y[i], x_known[i] or y_known[i]
        elif op == GREATEST:
            for i in range(n):
                first = not y_known[i] or (x_known[i] and _above(x[i], y[i]))
                to[i], to_known[i] = x[i] if first else y[i], x_known[i] or y_known[i]
        elif op == FILL:
            for i in range(n):
                to[i], to_known[i] = x[i] if x_known[i] else y[i], x_known[i] or y_known[i]
        elif op == ADD_KNOWN:
            for i in range(n):
                to[i] = (x[i] if x_known[i] else 0.0) + (y[i] if y_known[i] else 0.0)
                to_known[i] = True
        elif op == NEGATE:
            for i in range(n):
                to[i], to_known[i] = -x[i], x_known[i]
        elif op == NOT:
            for i in range(n):
                to[i], to_known[i] = x[i] == 0.0, x_known[i]
        elif op == IS_MISSING:
            for i in range(n):
                to[i], to_known[i] = not x_known[i], True
        elif op == IS_KNOWN:
            for i in range(n):
                to[i], to_known[i] = x_known[i], True
        elif op == ABSOLUTE:
            for i in range(n):
                to[i], to_known[i] = abs(x[i]), x_known[i]
        elif op == EXP:
            for i in range(n):
                to[i], to_known[i] = math.exp(x[i]) if x_known[i] else 0.0, x_known[i]
        elif op == LOG:
            for i in range(n):
                to[i], to_known[i] = np.log(x[i]) if x_known[i] else 0.0, x_known[i]
        elif op == CHOOSE:
            z, z_known = values[code[step, 5]], knowns[code[step, 5]]
            for i in range(n):
                if x_known[i] and x[i] != 0.0:
                    to[i], to_known[i] = y[i], y_known[i]
                else:
                    to[i], to_known[i] = z[i], z_known[i]


_VALUES, _KNOWN = types.float64[:, ::1], types.bool_[:, ::1]
SIGNATURE = types.void(types.int64[:, ::1], _VALUES, types.int64[::1], _VALUES, _KNOWN, _VALUES, _KNOWN)
