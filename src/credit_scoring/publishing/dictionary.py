"""features and reasons: tables that make score_history readable in SQL, written again when the declarations change."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import functions as F

from credit_scoring.features import registry
from credit_scoring.features.reasons import Reason
from credit_scoring.features.statements import STATEMENTS
from credit_scoring.model.artifacts import Features
from credit_scoring.storage.tables import Tables

FEATURES = {
    "position": "INT",
    "name": "STRING",
    "meaning": "STRING",
    "meaning_fr": "STRING",
    "unit": "STRING",
    "reason": "STRING",
    "fingerprint": "STRING",
}
"""`position` counts from 0 and is the feature's place in `contributions`."""

REASONS = {
    "code": "STRING",
    "value_en": "STRING",
    "value_fr": "STRING",
    "absent_en": "STRING",
    "absent_fr": "STRING",
    "legal_review": "BOOLEAN",
    "fingerprint": "STRING",
}
"""A line a code that can be published: the reasons, then their findings, which have no sentence for an absence."""


def write(tables: Tables, features: Features) -> None:
    """Writes both tables unless they hold these declarations already."""
    print_ = features.fingerprint
    french = {f.name: f.meaning_fr for f in registry.FEATURES}
    described = [
        (i, f.name, f.meaning, french.get(f.name), f.unit, f.reason, print_) for i, f in enumerate(features.features)
    ]
    reasons = [(r.code, r.value_en, r.value_fr, r.absent_en, r.absent_fr, r.legal_review, print_) for r in Reason]
    findings = [
        (s.code, s.en, s.fr, None, None, s.reason.legal_review, print_) for s in STATEMENTS if s.code != s.reason.code
    ]
    _replace(tables, "features", FEATURES, described)
    _replace(tables, "reasons", REASONS, [*reasons, *findings])


def _replace(tables: Tables, table: str, columns: dict[str, str], lines: Sequence[tuple[object, ...]]) -> None:
    if tables.exists(table) and set(tables.read(table).columns) != set(columns):
        tables.drop(table)  # of an earlier release, which had other columns
    tables.create(table, columns)
    if {tuple(row) for row in tables.read(table).select(*columns).collect()} == set(lines):
        return
    schema = ", ".join(f"{name} {sql}" for name, sql in columns.items())
    tables.spark.createDataFrame(lines, schema).writeTo(tables.name(table)).overwrite(F.lit(True))
