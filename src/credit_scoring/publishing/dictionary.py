"""features and reasons: tables that make score_history readable in SQL, written again when the declarations change."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.features import registry
from credit_scoring.features.reasons import Reason
from credit_scoring.features.statements import STATEMENTS
from credit_scoring.model.artifacts import Features
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.schema.stored import StoredColumn, StoredTable

_FINGERPRINT = StoredColumn("fingerprint", "STRING", "Identifies the declarations that the line is of")
FEATURES = StoredTable(
    "features",
    "What every feature means, by its place in score_history.contributions",
    (
        StoredColumn("position", "INT", "Place in contributions, from 0"),
        StoredColumn("name", "STRING", "Name of the feature, as in score_history.drivers"),
        StoredColumn("meaning", "STRING", "What it is, in English"),
        StoredColumn("meaning_fr", "STRING", "What it is, in French"),
        StoredColumn("unit", "STRING", "Unit of its values"),
        StoredColumn("reason", "STRING", "Code of the reason that its points are added to"),
        _FINGERPRINT,
    ),
)
REASONS = StoredTable(
    "reasons",
    "What every code in score_history.reasons says: the reasons, then their findings",
    (
        StoredColumn("code", "STRING", "The code"),
        StoredColumn("value_en", "STRING", "What it says, in English"),
        StoredColumn("value_fr", "STRING", "What it says, in French"),
        StoredColumn("absent_en", "STRING", "What it says of an absence, in English; null: a finding has none"),
        StoredColumn("absent_fr", "STRING", "What it says of an absence, in French; null: a finding has none"),
        StoredColumn("legal_review", "BOOLEAN", "Whether a lawyer should look at its use"),
        _FINGERPRINT,
    ),
)


def write(engine: Engine, features: Features) -> None:
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
    _replace(engine, FEATURES, described)
    _replace(engine, REASONS, [*reasons, *findings])


def _replace(engine: Engine, table: StoredTable, lines: Sequence[tuple[object, ...]]) -> None:
    if engine.exists(table.name) and set(engine.columns(table.name)) != set(table.names):
        engine.drop(table.name)  # of an earlier release, which had other columns
    engine.create(table)
    if set(engine.scan(Scan(table.name, table.names)).iter_rows()) == set(lines):
        return
    engine.overwrite(table.name, pl.DataFrame(lines, polars_schema(table.types()), orient="row"))
