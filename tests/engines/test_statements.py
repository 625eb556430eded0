"""How much a run asks of Spark: everything is planned, compiled and started anew, so that each statement costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pyspark.sql import SparkSession

from crash.lender import Lender, deliver_clients, prepare
from credit_scoring.commands import scores
from credit_scoring.settings_file import load

MOST = 20


@pytest.fixture(scope="module")
def lender(tmp_path_factory: pytest.TempPathFactory) -> Lender:
    return prepare(tmp_path_factory.mktemp("statements") / "lender", "spark")


@contextmanager
def statements(spark: SparkSession) -> Iterator[list[str]]:
    """What Spark is asked inside, each by its description; what Delta asks for a statement's own sake is part of it."""
    last = max((one.executionId() for one in executions(spark)), default=-1)
    found: list[str] = []
    yield found
    asked = [one for one in executions(spark) if one.executionId() > last]
    assert min(one.executionId() for one in asked) == last + 1, "Spark has let go of some"
    found += [one.description() for one in asked if one.rootExecutionId() == one.executionId()]


def executions(spark: SparkSession) -> list[Any]:
    """All that Spark still knows of; it lets go of the oldest when they are many."""
    spark._jsc.sc().listenerBus().waitUntilEmpty()
    known: Any = spark._jsparkSession.sharedState().statusStore().executionsList()
    return [known.apply(place) for place in range(known.size())]


def test_a_warm_score_run_of_one_delivery_asks_few_statements(lender: Lender, spark: SparkSession) -> None:
    conf = lender.conf(lender.root / "home")
    scores.score(load(conf))
    deliver_clients(lender, "thursday", range(40, 46), 0)
    with statements(spark) as found:
        report = scores.score(load(conf))
    assert [each.delivery for each in report.scores.published] == ["thursday"]
    assert len(found) <= MOST, "\n".join(found)


def test_what_is_asked_is_counted(spark: SparkSession) -> None:
    with statements(spark) as found:
        spark.range(3).count()
        spark.sql("SELECT 1").collect()
    assert len(found) == 2
