"""What is wrong with a cell or a row, in English as intake says it, or in French."""

from __future__ import annotations

from collections.abc import Mapping

from credit_scoring.features.words import Language
from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.tables import table
from credit_scoring.scoring.on_the_fly.judging import Problem

_FRENCH: Mapping[str, str] = {
    "missing": "{column} ne doit pas être vide",
    "not_legitimate": "{column} doit être {expected}",
    "line_end": "une cellule passe à la ligne : les enregistrements qui suivent peuvent s'y perdre",
    "conflicting_key": "des lignes de même {column} ne doivent pas différer : rien ne dit laquelle est juste",
    "repeated": "la même ligne figure déjà dans la table",
    "credit_unknown": "aucune ligne utilisable de bureau n'a ce {column} : ce solde n'est à personne",
    "another_client": "un dossier est celui d'un seul client : ses lignes ont le {column} de sa demande",
}
"""Rule -> its sentence. A rule between columns declares its own."""

_MEANINGS: Mapping[str, str] = {
    "unknown": "inconnu",
    "not applicable": "sans objet",
    "not refused": "non refusé",
    "not rated": "sans note",
    "still running": "toujours en cours",
    "no place of sale": "aucun lieu de vente",
    "no end agreed: revolving": "sans terme convenu : renouvelable",
    "no instalment due so far": "aucune échéance à ce jour",
    "no drawing: never used, or not a card": "aucun tirage : jamais utilisée, ou pas une carte",
    "no employment: pensioner or out of work": "sans emploi : à la retraite ou au chômage",
    "no employer: pensioner or out of work": "sans employeur : à la retraite ou au chômage",
}
"""What special values say."""

_KINDS: Mapping[Kind, str] = {
    Kind.IDENTIFIER: "un identifiant (un nombre entier)",
    Kind.WHOLE: "un nombre entier",
    Kind.NUMBER: "un nombre",
}


def sentence(problem: Problem, language: Language) -> str:
    """The problem in a language."""
    if language == "en":
        return problem.sentence
    if problem.rule not in _FRENCH:
        of_table = {rule.code: rule.sentence_fr for rule in table(problem.table).rules}
        return of_table.get(problem.rule, problem.sentence)
    expected = ""
    if problem.rule == "not_legitimate":
        expected = expected_in_french(table(problem.table).column(problem.column))
    return _FRENCH[problem.rule].format(column=problem.column, expected=expected)


def expected_in_french(column: Column) -> str:
    """`Column.expectation` in French."""
    if column.kind is Kind.CATEGORY:
        what = f"une des {len(column.vocabulary)} valeurs déclarées" if column.vocabulary else "un texte"
    else:
        what = _KINDS[column.kind]
    if column.low is not None and column.high is not None:
        what += f" de {_number(column.low)} à {_number(column.high)}"
    elif column.low is not None:
        what += f" d'au moins {_number(column.low)}"
    elif column.high is not None:
        what += f" d'au plus {_number(column.high)}"
    return what + "".join(f" ou {value} ({_MEANINGS[meaning]})" for value, meaning in column.sentinels.items())


def _number(value: float) -> str:
    return f"{value:,.10g}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
