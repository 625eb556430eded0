"""What is declared about features and reasons: names, words, fingerprint, dictionary."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import polars as pl
import pytest

from credit_scoring.features import registry
from credit_scoring.features.dictionary import csv, entries, markdown
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit, Value
from credit_scoring.features.words import Words


def test_names_are_unique_and_safe_for_lightgbm() -> None:
    names = registry.names()
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in names)


def test_unsafe_name_is_refused() -> None:
    with pytest.raises(ValueError, match="Debt-to-income"):
        Feature(
            "Debt-to-income", Words("Debt", "Dette"), Unit.RATIO, Risk.RISES, Reason.AGE, "bureau", Value(pl.lit(1))
        )


def test_every_feature_has_a_meaning_of_its_own() -> None:
    meanings = [feature.meaning for feature in registry.FEATURES]
    assert len(set(meanings)) == len(meanings)
    assert all(meaning[0].isupper() and not meaning.endswith(".") for meaning in meanings)


ENGLISH = {"of", "the", "and", "with", "that", "were", "are", "last", "loan", "loans", "share", "since", "credits"}
FRENCH = {"de", "du", "des", "les", "et", "qui", "au", "ont", "sont", "crédit", "crédits", "depuis", "en"}


def test_every_feature_is_named_in_french_and_in_english() -> None:
    for feature in registry.FEATURES:
        en, fr = (set(re.findall(r"[a-zà-ÿ]+", words.lower())) for words in (feature.meaning, feature.meaning_fr))
        assert not fr & ENGLISH, (feature.name, feature.meaning_fr)
        assert not en & FRENCH, (feature.name, feature.meaning)
        assert feature.meaning_fr[0].isupper()
        assert not re.search(r"\b(de|le|la|que) [aeiouyéèêâîôûh]", feature.meaning_fr), feature.meaning_fr
    assert len({feature.meaning_fr for feature in registry.FEATURES}) == len(registry.FEATURES)
    assert all(unit.en and unit.fr for unit in Unit)
    assert {risk.words.fr for risk in Risk} == {"augmente", "diminue", "non déclaré"}


def test_every_reason_speaks_for_a_feature_and_says_all_four_sentences() -> None:
    assert {feature.reason for feature in registry.FEATURES} == set(Reason)
    sentences = [s for r in Reason for s in (r.value_en, r.value_fr, r.absent_en, r.absent_fr)]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence and len(sentence) <= 120 for sentence in sentences)
    assert all(re.fullmatch("[A-Z][A-Z0-9_]*", reason.code) for reason in Reason)


def test_age_is_a_reason_of_its_own_under_legal_review() -> None:
    assert [reason for reason in Reason if reason.legal_review] == [Reason.AGE]
    assert [feature.name for feature in registry.FEATURES if feature.reason is Reason.AGE] == ["age"]


def test_an_agency_has_a_reason_of_its_own() -> None:
    for number, reason in enumerate((Reason.AGENCY_SCORE_1, Reason.AGENCY_SCORE_2, Reason.AGENCY_SCORE_3), 1):
        assert [f.name for f in registry.FEATURES if f.reason is reason] == [f"agency_score_{number}"]


def test_constraints_are_those_of_lightgbm() -> None:
    assert (Risk.RISES.constraint, Risk.FALLS.constraint, Risk.UNKNOWN.constraint) == (1, -1, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"words": Words("Something else", "Autre chose")},
        {"risk": Risk.UNKNOWN},
        {"reason": Reason.AGE},
        {"value": Value(pl.col("EXT_SOURCE_1") + 0)},
    ],
    ids=["meaning", "risk", "reason", "expression"],
)
def test_fingerprint_follows_every_declaration(monkeypatch: pytest.MonkeyPatch, change: dict[str, object]) -> None:
    before = registry.fingerprint()
    first, *rest = registry.FEATURES
    monkeypatch.setattr(registry, "FEATURES", (dataclasses.replace(first, **change), *rest))
    registry.fingerprint.cache_clear()
    assert registry.fingerprint() != before
    monkeypatch.undo()
    registry.fingerprint.cache_clear()
    assert registry.fingerprint() == before
    assert re.fullmatch("[0-9a-f]{64}", before)


def test_fingerprint_follows_a_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    before = registry.fingerprint()
    first, *rest = registry.TABLES
    columns = tuple(
        dataclasses.replace(c, vocabulary=(*c.vocabulary, "Another")) if c.vocabulary else c for c in first.columns
    )
    monkeypatch.setattr(registry, "TABLES", (dataclasses.replace(first, columns=columns), *rest))
    registry.fingerprint.cache_clear()
    changed = registry.fingerprint()
    monkeypatch.undo()
    registry.fingerprint.cache_clear()
    assert changed != before


def test_aggregates_of_one_name_are_one_aggregate() -> None:
    found: dict[str, str] = {}
    for feature in registry.FEATURES:
        for aggregate in feature.value.aggregates:
            written = aggregate.expression.meta.serialize(format="json")
            assert found.setdefault(aggregate.name, written) == written, aggregate.name


def test_dictionary_has_every_feature_once() -> None:
    assert [entry.position for entry in entries()] == list(range(len(registry.FEATURES)))
    text = markdown()
    for entry in entries():
        assert text.count(f"| {entry.position} | `{entry.name}` |") == 1
    assert text.count("\n### ") == len({entry.table for entry in entries()})
    assert pl.read_csv(csv().encode())["name"].to_list() == list(registry.names())


def test_the_written_dictionary_is_that_of_the_declarations() -> None:
    written = Path(__file__).parents[2] / "docs" / "dictionary.md"
    assert written.read_text() == markdown(), "run: make docs"
