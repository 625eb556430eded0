"""A feature's own fingerprint follows what it reads, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest

from credit_scoring.features import fingerprint as module
from credit_scoring.features import registry
from credit_scoring.features.feature import Feature
from credit_scoring.features.fingerprint import of_feature, raw_columns
from credit_scoring.features.rows import Rows
from credit_scoring.features.steps import Derive, Merge
from credit_scoring.features.value import Aggregate, Value
from credit_scoring.features.vector import aggregates
from credit_scoring.schema.tables import TABLES

STEPPED = next(f for f in registry.FEATURES if f.value.aggregates and f.value.aggregates[0].rows.steps)


def prints() -> dict[str, str]:
    return {feature.name: of_feature(feature) for feature in registry.FEATURES}


def with_rows(feature: Feature, rows: Rows) -> Feature:
    (aggregate, *others) = feature.value.aggregates
    changed = (Aggregate(rows, aggregate.name, aggregate.expression), *others)
    return replace(feature, value=Value(feature.value.expression, changed))


def test_each_feature_has_its_own() -> None:
    found = prints()
    assert len(set(found.values())) == len(registry.FEATURES)
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in found.values())


@pytest.mark.parametrize("column", ["NAME_EDUCATION_TYPE", "CREDIT_ACTIVE", "NAME_CONTRACT_STATUS"])
def test_a_vocabulary_changes_those_that_read_it_alone(monkeypatch: pytest.MonkeyPatch, column: str) -> None:
    before = prints()
    (table, *_) = (table for table in TABLES if column in (c.name for c in table.columns))
    columns = tuple(replace(c, vocabulary=(*c.vocabulary, "Another")) if c.name == column else c for c in table.columns)
    tables = tuple(replace(table, columns=columns) if t is table else t for t in TABLES)
    monkeypatch.setattr(module, "TABLES", tables)
    changed = {name for name, each in prints().items() if each != before[name]}
    reading = {f.name for f in registry.FEATURES if (table.name, column) in raw_columns(f)}
    assert changed == reading != set()


def test_another_step_of_the_history_changes_nothing() -> None:
    """A new feature may need another column made ready: the others stay what they are."""
    rows = STEPPED.value.aggregates[0].rows
    more = replace(rows, steps=(*rows.steps, Derive({"twice": pl.col("AMT_CREDIT") * 2})))
    assert of_feature(with_rows(STEPPED, more)) == of_feature(STEPPED)


def test_a_step_that_is_read_and_one_that_merges_change_it() -> None:
    rows = STEPPED.value.aggregates[0].rows
    read = STEPPED.value.aggregates[0].expression.meta.root_names()[0]
    for step in (Derive({read: pl.col("AMT_ANNUITY")}), Merge((rows.order[0],), {})):
        changed = replace(rows, steps=(*rows.steps, step))
        assert of_feature(with_rows(STEPPED, changed)) != of_feature(STEPPED)
    assert of_feature(with_rows(STEPPED, replace(rows, order=rows.order[::-1]))) != of_feature(STEPPED)


def test_what_else_is_read_of_a_history_cannot_move_a_feature() -> None:
    """Rows are sorted by all that is read of them. A feature that reads one column more would move sums of the others
    in their last bit, if rows stood alike in what leads the order, and a column were still to be read."""
    for rows, expressions in aggregates().items():
        unread = {c.name for c in rows.table.columns} - set(rows.needs(expressions.values()))
        assert not unread or set(rows.table.key) <= set(rows.order), rows.name
        assert not unread or rows.table.key, rows.name
