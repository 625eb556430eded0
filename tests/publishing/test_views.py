"""Views: the words are those of the dictionary, and each delivery shows what was known and said then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from conftest import embedded
from credit_scoring.ledger.events import DELIVERIES
from credit_scoring.publishing import dictionary
from credit_scoring.publishing.latest import SCORES
from credit_scoring.publishing.tables import STORED
from credit_scoring.publishing.views import VIEWS
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.schema.stored import StoredTable, StoredView
from credit_scoring.scoring.rows import SCORE_HISTORY

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from credit_scoring.engines.spark.tables import Tables

APPLIED = APPLICATION.stored()
AT = datetime(2026, 11, 24, tzinfo=UTC)


def insert(tables: Tables, table: StoredTable, *rows: dict[str, Any]) -> None:
    """Writes a table by the embedded engine: a Spark job for each would take most of the tests' time."""
    engine = embedded(Path(tables.root))
    engine.create(table)
    schema = polars_schema(table.types())
    lines = {name: [row.get(name) for row in rows] for name in table.names}
    engine.append(table.name, pl.DataFrame(lines, schema), "test")


def score(client: int, seq: int, points: float, version: int = 1, **more: Any) -> dict[str, Any]:
    said = [("LATE_PAYMENTS.MONTH_LATE", -9.0, False), ("BUREAU_DEBT", -2.5, True), ("INCOME", 1.5, False)]
    reasons = [{"code": code, "points": taken, "absent": absent} for code, taken, absent in said]
    decision = "approve" if points >= 550 else "refuse"
    given = {"client_id": client, "seq": seq, "points": points, "score": round(points), "cut_off": 550}
    return given | {"start_points": points + 10, "decision": decision, "reasons": reasons, "scored_at": AT} | {
        "model_version": version, "delivery": f"d{seq}", **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def stored(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Five deliveries: 1 and 3 bring client 7's application, 2 only its history; 4 is withdrawn, and 5 is held.

    At 2 the client was scored by two model versions. Client 8 has no score.
    """
    from credit_scoring.engines.spark.tables import Tables

    tables = Tables(spark, str(tmp_path_factory.mktemp("lender") / "tables"))
    happened = {
        "accepted": (1, 2, 3, 4, 5),
        "published": (1, 2, 3, 4),
        "withdrawn": (4,),
        "held": (5,),
        "claimed": (6,),
    }
    events = [{"event": event, "seq": seq, "delivery": f"d{seq}"} for event, seqs in happened.items() for seq in seqs]
    cause = {"table": "bureau", "column": "AMT_ANNUITY", "becomes": "made missing", "rule": "not_legitimate"}
    told = [{**cause, "text": "NULL", "cells": 9}, {**cause, "column": "DAYS_CREDIT", "text": None, "cells": 1}]
    events[0] |= {"unread": told, "referring": [{**cause, "clients": 3}]}
    events[3] |= {"unread": told}  # withdrawn
    insert(tables, DELIVERIES, *events)
    incomes = {(7, 1): 100.0, (7, 3): 300.0, (7, 4): 400.0, (8, 3): 50.0}
    applied = [
        {"SK_ID_CURR": client, "seq": seq, "AMT_INCOME_TOTAL": income} for (client, seq), income in incomes.items()
    ]
    insert(tables, APPLIED, *applied)
    given = [  # seq, points, model version
        score(7, 1, 540.0),
        score(7, 2, 545.0),
        score(7, 2, 549.0, 2),
        score(7, 3, 560.0, 2),
        score(7, 4, 500.0, 2),
        score(7, 5, 510.0, 2),
    ]
    insert(tables, SCORE_HISTORY, *given)
    insert(tables, SCORES, given[3])
    said = {
        "LATE_PAYMENTS.MONTH_LATE": ("paid late", "payé tard", None, None),
        "BUREAU_DEBT": ("debts", "dettes", "no record", "aucun dossier"),
        "INCOME": ("the income", "le revenu", "no income", "aucun revenu"),
    }
    names = ("value_en", "value_fr", "absent_en", "absent_fr")
    rows = [{"code": code, **dict(zip(names, words, strict=True))} for code, words in said.items()]
    insert(tables, dictionary.REASONS, *rows)
    return tables


@pytest.fixture(scope="module")
def session(stored: Tables) -> SparkSession:
    from credit_scoring.engines.spark.views import by_name

    by_name(stored, VIEWS, STORED)
    return stored.spark


def test_the_latest_score_in_words(session: SparkSession) -> None:
    (row,) = session.table("scores_explained").collect()
    assert (row.client_id, row.decision, row.score) == (7, "approve", 560)
    first = (row.reason_1_code, row.reason_1_points, row.reason_1_en, row.reason_1_fr)
    assert first == ("LATE_PAYMENTS.MONTH_LATE", -9.0, "paid late", "payé tard")
    assert (row.reason_2_en, row.reason_2_fr) == ("no record", "aucun dossier")
    assert (row.reason_3_code, row.reason_4_en) == (None, None)  # what adds points is no reason against
    assert row.start_points + row.reason_1_points + row.reason_2_points + row.other_points == row.points


def test_each_delivery_shows_what_was_known_and_said_then(session: SparkSession) -> None:
    found = session.sql(
        "SELECT as_of, scored_seq, score, model_version, application_seq, AMT_INCOME_TOTAL FROM client_as_of "
        "WHERE client_id = 7 ORDER BY as_of_seq"
    ).collect()
    assert [tuple(row) for row in found] == [
        ("d1", 1, 540, 1, 1, 100.0),
        ("d2", 2, 549, 2, 1, 100.0),
        ("d3", 3, 560, 2, 3, 300.0),
        ("d5", 3, 560, 2, 3, 300.0),
    ]


def test_a_client_without_a_score_has_its_application(session: SparkSession) -> None:
    found = session.sql(
        "SELECT as_of, score, AMT_INCOME_TOTAL FROM client_as_of WHERE client_id = 8 ORDER BY 1"
    ).collect()
    assert [tuple(row) for row in found] == [("d3", None, 50.0), ("d5", None, 50.0)]


def test_what_does_not_read_with_the_clients_who_are_referred_for_it(session: SparkSession) -> None:
    found = session.sql("SELECT delivery, column, text, cells, clients FROM not_read ORDER BY cells DESC").collect()
    assert [tuple(row) for row in found] == [("d1", "AMT_ANNUITY", "NULL", 9, 3), ("d1", "DAYS_CREDIT", None, 1, None)]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.declared.name)
def test_columns_are_as_declared_with_type_and_comment(session: SparkSession, view: StoredView) -> None:
    fields = session.table(view.declared.name).schema.fields
    empty = session.createDataFrame([], view.declared.ddl())
    assert [(f.name, f.dataType.simpleString()) for f in fields] == [
        (f.name, f.dataType.simpleString()) for f in empty.schema.fields
    ]
    assert [f.metadata.get("comment") for f in fields] == [column.meaning for column in view.declared.columns]


@pytest.fixture
def catalog(spark: SparkSession, stored: Tables) -> Iterator[Tables]:
    """A schema of the session's catalog that holds the same tables."""
    from credit_scoring.engines.spark.tables import Tables

    spark.sql("CREATE SCHEMA analysts")
    in_catalog = Tables(spark, "spark_catalog.analysts")
    for folder in Path(stored.root).iterdir():
        spark.sql(f"CREATE TABLE {in_catalog.name(folder.name)} USING DELTA LOCATION '{folder}'")
    yield in_catalog
    spark.sql("USE spark_catalog.default")
    spark.sql("DROP SCHEMA analysts CASCADE")


def test_in_a_catalog_they_are_views_with_comments_and_replaced_only_when_they_change(
    catalog: Tables, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.sql import SparkSession

    from credit_scoring.engines.spark import views

    views.create(catalog, VIEWS, STORED)
    views.by_name(catalog, VIEWS, STORED)
    name = catalog.name("scores_explained")
    assert spark.table(name).collect() == spark.sql("SELECT * FROM analysts.scores_explained").collect()
    assert spark.table(name).schema["reason_1_en"].metadata["comment"] == "Reason 1 against the client, in English"
    asked: list[str] = []
    real = SparkSession.sql
    monkeypatch.setattr(SparkSession, "sql", lambda self, text: asked.append(text) or real(self, text))
    views.create(catalog, VIEWS, STORED)
    assert not [text for text in asked if text.startswith("CREATE")]
    spark.sql(f"ALTER VIEW {name} SET TBLPROPERTIES ('credit_scoring.declaration' = 'of an earlier release')")
    views.create(catalog, VIEWS, STORED)
    assert len([text for text in asked if text.startswith("CREATE OR REPLACE VIEW")]) == 1
