"""The rows of a history brought to one row a client: sorted, made ready, and measured by programs.

Rows are sorted by every column that is used before anything is added up: same rows, same bits, in whatever order and
company they arrive. A block of clients is worked at a time, so that what is being computed stays near the processor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.features.kernel import GROUPS
from credit_scoring.features.program import Columns, Program, Writer, numbers
from credit_scoring.features.rows import Rows
from credit_scoring.features.steps import Merge
from credit_scoring.schema.table import CLIENT

BLOCK_ROWS = 2048
"""About so many rows are worked at a time."""

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PerClient:
    """`told`: aggregates of the history, of `clients` [n], ascending; who has no rows is not among them."""

    clients: Places
    told: Columns

    def frame(self) -> pl.DataFrame:
        """SK_ID_CURR and the aggregates; null where missing."""
        values = np.where(self.told.known, self.told.values, np.nan)
        found = [pl.Series(name, of) for name, of in zip(self.told.names, values, strict=True)]
        return pl.DataFrame([pl.Series(CLIENT, self.clients), *found]).fill_nan(None)


@dataclass(frozen=True, eq=False)
class Stage:
    """A program over rows, and the columns that tell its groups of one client apart."""

    keys: tuple[str, ...]
    program: Program


@dataclass(frozen=True, eq=False)
class HistoryProgram:
    """What is taken of some rows. `columns`: those that are read, in the order by which rows are sorted. `stages`: what
    merges rows, and last what gives the aggregates."""

    rows: Rows
    columns: tuple[str, ...]
    stages: tuple[Stage, ...]

    @classmethod
    def of(cls, rows: Rows, aggregates: Mapping[str, pl.Expr]) -> HistoryProgram:
        """The programs of aggregates by name."""
        columns = rows.needs(aggregates.values())
        writer, stages = Writer(columns), list[Stage]()
        for step in rows.steps:
            if isinstance(step, Merge):
                keys = {key: pl.col(key).drop_nulls().last() for key in step.keys}
                stages.append(Stage(step.keys, writer.program(GROUPS, {**keys, **step.columns})))
                writer = Writer((*step.keys, *step.columns))
            else:
                writer.name(step.columns)
        stages.append(Stage((), writer.program(GROUPS, aggregates)))
        return cls(rows, tuple(columns), tuple(stages))

    def nobody(self) -> PerClient:
        """What there is without any rows."""
        names = tuple(self.stages[-1].program.outputs)
        nothing = np.empty((len(names), 0))
        return PerClient(np.empty(0, np.int64), Columns(names, nothing, nothing > 0))

    def per_client(self, tables: Mapping[str, pl.DataFrame]) -> PerClient:
        """The aggregates of every client that has such rows."""
        rows = self._sorted(tables)
        clients = rows.get_column(CLIENT).to_numpy()
        begins = _changes(clients)
        merging = [_merging(rows, stage.keys) | begins for stage in self.stages[:-1]]
        read = numbers(rows, self.columns)
        found = [self._block(read, begins, merging, block) for block in _blocks(begins)]
        return PerClient(
            clients[begins].astype(np.int64),
            Columns(
                found[0].names,
                np.concatenate([each.values for each in found], axis=1),
                np.concatenate([each.known for each in found], axis=1),
            ),
        )

    def _sorted(self, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        rows = tables[self.rows.table.name][list(self.columns)]
        if self.rows.only_with is not None:
            other, key = self.rows.only_with
            rows = rows.join(tables[other].select(CLIENT, key), on=[CLIENT, key], how="semi")
        return rows.sort(self.columns, nulls_last=True)

    def _block(self, read: Columns, begins: Flags, merging: Sequence[Flags], block: slice) -> Columns:
        """The aggregates of the clients of a block; each flag says where a client, or a group of a stage, begins."""
        columns = Columns(read.names, read.values[:, block], read.known[:, block])
        of_clients, of_stages = begins[block], [flags[block] for flags in merging]
        for i, stage in enumerate(self.stages[:-1]):
            starts = np.flatnonzero(of_stages[i])
            columns = stage.program.run(columns, _ends(starts, len(of_clients)))
            of_clients, of_stages = of_clients[starts], [flags[starts] for flags in of_stages]
        return self.stages[-1].program.run(columns, _ends(np.flatnonzero(of_clients), len(of_clients)))


def _blocks(begins: Flags) -> Iterator[slice]:
    """Blocks of whole clients, at least one."""
    starts = _ends(np.flatnonzero(begins), len(begins))
    first = 0
    while True:
        last = max(
            int(np.searchsorted(starts, starts[first] + BLOCK_ROWS, "right")) - 1, min(first + 1, len(starts) - 1)
        )
        yield slice(int(starts[first]), int(starts[last]))
        if last == len(starts) - 1:
            return
        first = last


def _ends(starts: Places, end: int) -> Places:
    return np.append(starts, end)


def _changes(values: NDArray[np.generic]) -> Flags:
    """Where a value is another than the one before."""
    changes = np.ones(len(values), np.bool_)
    changes[1:] = values[1:] != values[:-1]
    return changes


def _merging(rows: pl.DataFrame, keys: Sequence[str]) -> Flags:
    """Where keys change; missing ones are alike."""
    return _changes(rows.select(pl.struct(keys).rle_id()).to_series().to_numpy())
