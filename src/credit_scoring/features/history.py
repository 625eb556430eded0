"""A history: the rows of one source table about a client, prepared, sorted and brought to one row a client.

Rows are sorted by every column that
is used before anything is added up: same rows, same bits, in whatever order and company they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.measure import ANY, Condition, Measure, Statistic, all_of
from credit_scoring.features.reasons import Reason
from credit_scoring.features.steps import Step
from credit_scoring.features.value import Aggregate, Unit, Value
from credit_scoring.schema.table import CLIENT, Table


@dataclass(frozen=True, eq=False)
class History:
    """The rows of a source table, and how they are made ready to be measured.

    `things`: what a row is, in the plural: "credits at other lenders"; `joint`: how a measure is joined to it ("debt of
    credits", "days past due in months").
    `order`: the columns that lead the sort within a client; time first where the latest row matters.
    `only_with`: (table, key): keep the rows whose client and key are among that table's.
    `prefix`: how the names of its features begin.
    """

    name: str
    table: Table
    prefix: str
    things: str
    order: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    only_with: tuple[str, str] | None = None
    joint: str = "of"
    made: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "made", frozenset(column for step in self.steps for column in step.makes))

    # Composing ---------------------------------------------------------------------------------------------------

    def of(self, condition: Condition) -> str:
        """The rows that meet a condition, in words."""
        return f"{self.things} that {condition.words}" if condition.words else self.things

    def column(self, column: str) -> pl.Expr:
        """A number of the source table, its sentinels missing."""
        return cleaned.number(self.table, column)

    def condition(self, name: str, words: str, column: str, *levels: str) -> Condition:
        """The rows whose category is one of the declared levels; `words` complete "... that"."""
        return Condition(name, words, cleaned.is_one_of(self.table, column, *levels))

    def measure(self, name: str, words: str, unit: Unit, expression: pl.Expr) -> Measure:
        """A number on each row."""
        return Measure(self, name, words, unit, expression)

    def value(self, name: str, aggregate: pl.Expr, words: str, unit: Unit) -> Value:
        """One number a client, by an aggregating expression over its rows."""
        column = f"{self.name}.{name}"
        return Value(pl.col(column), (Aggregate(self, column, aggregate),), f"{self.prefix}_{name}", words, unit)

    def count(self, *conditions: Condition) -> Value:
        """How many rows meet all of the conditions; zero without one, missing without a history."""
        on = all_of(*conditions)
        counted = pl.len() if on is ANY else on.holds.fill_null(False).sum()
        name = f"{on.name}_count" if on.name else "count"
        return self.value(name, counted.cast(pl.Float64), f"Number of {self.of(on)}", Unit.COUNT)

    def share(self, condition: Condition, among: Condition = ANY) -> Value:
        """Which share of the rows `among` meets the condition; missing when there are none among."""
        met = condition.holds.fill_null(False).cast(pl.Float64)
        name = "_".join(part for part in (condition.name, among.name, "share") if part)
        words = f"Share of {self.of(among)}: those that {condition.words}"
        return self.value(name, (met if among is ANY else pl.when(among.holds).then(met)).mean(), words, Unit.SHARE)

    def feature(
        self,
        name: str,
        value: Value,
        *,
        risk: Risk,
        reason: Reason,
        meaning: str = "",
        unit: Unit | None = None,
    ) -> Feature:
        """A feature of this history under a name of its own; meaning and unit default to those of the parts."""
        return Feature(name, meaning or value.words, unit or value.unit, risk, reason, self.table.name, value)

    def composed(self, value: Value, *, risk: Risk, reason: Reason, meaning: str = "") -> Feature:
        """A feature of this history under the name that its parts compose."""
        return self.feature(value.name, value, risk=risk, reason=reason, meaning=meaning)

    def family(
        self,
        measures: Iterable[Measure],
        statistics: Iterable[Statistic],
        windows: Iterable[Condition] = (ANY,),
        *,
        risk: Risk,
        reason: Reason,
    ) -> tuple[Feature, ...]:
        """Every measure in every window by every statistic: a feature each."""
        return tuple(
            self.composed(measure.where(window).statistic(statistic), risk=risk, reason=reason)
            for measure, window, statistic in product(measures, tuple(windows), tuple(statistics))
        )

    # Computing ---------------------------------------------------------------------------------------------------

    def needs(self, aggregates: Sequence[Aggregate]) -> list[str]:
        """The source columns that the aggregates stand on, in the order by which rows are sorted."""
        used = {root for a in aggregates for root in a.expression.meta.root_names()}
        used |= {column for step in self.steps for column in step.reads}
        leading = [CLIENT, *self.order]
        return leading + sorted(used - self.made - set(leading))

    def per_client(self, tables: Mapping[str, pl.DataFrame], aggregates: Sequence[Aggregate]) -> pl.DataFrame:
        """One row a client that has rows: SK_ID_CURR and the aggregates under their names."""
        columns = self.needs(aggregates)
        rows = tables[self.table.name].lazy().select(columns)
        if self.only_with is not None:
            other, key = self.only_with
            known = tables[other].lazy().select(CLIENT, key).unique()
            rows = rows.join(known, on=[CLIENT, key], how="semi")
        rows = rows.sort(columns, nulls_last=True)
        for step in self.steps:
            rows = step.apply(rows)
        grouped = rows.group_by(CLIENT, maintain_order=True)
        return grouped.agg(**{a.name: a.expression for a in aggregates}).collect(engine="in-memory")

    def declaration(self) -> list[object]:
        """Table, order and preparation as plain JSON values."""
        return [
            self.name,
            self.table.name,
            list(self.order),
            list(self.only_with or ()),
            [s.declaration() for s in self.steps],
        ]
