"""The store as declared: every table and column says what it means, once."""

from __future__ import annotations

import pytest

from credit_scoring.publishing.tables import STORED
from credit_scoring.schema.stored import StoredTable


@pytest.mark.parametrize("table", STORED, ids=lambda table: table.name)
def test_a_table_and_its_columns_say_what_they_mean(table: StoredTable) -> None:
    assert table.meaning
    assert all(column.meaning and column.sql for column in table.columns)
    assert len(set(table.names)) == len(table.columns)
    assert set(table.cluster_by) <= set(table.names)


def test_no_table_is_declared_twice() -> None:
    assert len({table.name for table in STORED}) == len(STORED)
