"""Everything that can be wrong with a client's file is said in French as well."""

from __future__ import annotations

import pytest

from credit_scoring.features.words import Words
from credit_scoring.schema.table import CLIENT, Rule
from credit_scoring.schema.tables import SOURCES
from credit_scoring.scoring.on_the_fly.client_file import example, misshapes
from credit_scoring.scoring.on_the_fly.judging import Problem, judge
from credit_scoring.scoring.on_the_fly.sentences import expected_in_french, sentence

FILE = example()
PERSON, LOAN = FILE["application"][0], FILE["bureau"][0]


@pytest.mark.parametrize(
    ("file", "rule", "french"),
    [
        (FILE | {"application": [PERSON | {"AMT_CREDIT": None}]}, "missing", "AMT_CREDIT ne doit pas être vide"),
        (
            FILE | {"application": [PERSON | {"DAYS_EMPLOYED": 5}]},
            "not_legitimate",
            "DAYS_EMPLOYED doit être un nombre entier de -36\u202f525 à 0 ou 365243 (sans emploi : à la retraite ou au "
            "chômage)",
        ),
        (
            FILE | {"application": [PERSON | {"DAYS_EMPLOYED": -20_000}]},
            "employed_before_birth",
            "le client ne peut avoir été employé avant sa naissance",
        ),
        (FILE | {"bureau": [LOAN, LOAN]}, "repeated", "la même ligne figure déjà dans la table"),
        (
            FILE | {"bureau": [LOAN, LOAN | {"AMT_CREDIT_SUM": 1}]},
            "conflicting_key",
            "des lignes de même SK_ID_BUREAU ne doivent pas différer : rien ne dit laquelle est juste",
        ),
        (
            FILE | {"bureau": [LOAN | {CLIENT: 7}]},
            "another_client",
            "un dossier est celui d'un seul client : ses lignes ont le SK_ID_CURR de sa demande",
        ),
        (
            FILE | {"bureau": []},
            "credit_unknown",
            "aucune ligne utilisable de bureau n'a ce SK_ID_BUREAU : ce solde n'est à personne",
        ),
        (
            FILE | {"bureau": [LOAN | {"CREDIT_TYPE": "a\nb"}]},
            "line_end",
            "une cellule passe à la ligne : les enregistrements qui suivent peuvent s'y perdre",
        ),
    ],
)
def test_what_is_wrong_is_said_in_both_languages(file: dict, rule: str, french: str) -> None:
    (judged,) = judge([file]).files
    found = {problem.rule: problem for problem in judged.problems}
    assert sentence(found[rule], "fr") == french
    assert sentence(found[rule], "en") == found[rule].sentence != french


@pytest.mark.parametrize(("table", "rule"), [(table.name, rule) for table in SOURCES for rule in table.rules])
def test_every_rule_between_columns_has_a_french_sentence(table: str, rule: Rule) -> None:
    assert sentence(Problem(table, 0, "", rule.code, rule.sentence, "left_out"), "fr") == rule.sentence_fr
    assert len(rule.sentence_fr) > 20


def test_every_column_says_in_french_what_it_expects() -> None:
    for table in SOURCES:
        for column in table.columns:
            told = expected_in_french(column)
            assert told.startswith("un")
            assert not {"between", "or", "(unknown)", "at", "values"} & set(told.split())


@pytest.mark.parametrize(
    "sent",
    [[], {}, {"loans": []}, {"bureau": 1}, {"application": [7]}, {"application": [{"X": 1, CLIENT: True}]},
     {"application": [{"OCCUPATION_TYPE": "\ud800"}]}],
)  # fmt: skip
def test_what_is_no_file_is_said_in_both_languages(sent: object) -> None:
    for each in misshapes(sent):
        assert isinstance(each.sentence, Words)
        assert each.sentence.fr
        assert each.sentence.fr != each.sentence.en
