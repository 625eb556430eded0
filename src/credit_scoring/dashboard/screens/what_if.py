"""What other values would score: both waterfalls side by side, what moved, and what would be enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from credit_scoring.dashboard import answers, show
from credit_scoring.dashboard.charts import waterfall
from credit_scoring.dashboard.session import Visit
from credit_scoring.dashboard.show import client_searched
from credit_scoring.dashboard.words import POINTS, SCORE, measured, number, percent, verdict
from credit_scoring.explanation.waterfall import Waterfall
from credit_scoring.features.words import Language, Words

TITLE = Words("What if", "Et si")
_SAYS = Words(
    "Other values in the client's file, as the model would judge them. It is no advice, and no decision.",
    "D'autres valeurs dans le dossier du client, telles que le modèle les jugerait. Ni conseil, ni décision.",
)
COMMON = {
    "AMT_CREDIT": Words("Amount of the loan", "Montant du prêt"),
    "AMT_ANNUITY": Words("Its instalment", "Son échéance"),
    "AMT_GOODS_PRICE": Words("Price of what the loan is to pay", "Prix de ce que le prêt doit payer"),
    "AMT_INCOME_TOTAL": Words("Income", "Revenu"),
    "CNT_CHILDREN": Words("Children", "Enfants"),
    "DAYS_EMPLOYED": Words(
        "Start of the employment, days from the application (-365: a year before)",
        "Début de l'emploi, en jours depuis la demande (-365 : un an avant)",
    ),
}
"""Columns of the application that are asked about most. Any other cell can be chosen below them."""
_OTHER = Words("Another value of the file", "Une autre valeur du dossier")
_NONE = Words("none", "aucune")
_TABLE, _ROW, _COLUMN = Words("Table", "Table"), Words("Row", "Ligne"), Words("Column", "Colonne")
_VALUE = Words("Value in its place (empty: nothing)", "Valeur à sa place (vide : rien)")
_TRY = Words("Score these values", "Noter ces valeurs")
_NOW, _THEN = Words("As it is", "Tel quel"), Words("With these values", "Avec ces valeurs")
_HEADLINE = Words(
    "Score {score}, probability of default {probability}", "Score {score}, probabilité de défaut {probability}"
)
_MOVED = Words("What moved most", "Ce qui a le plus bougé")
_MEANING = Words("Meaning", "Sens")
_BEFORE, _AFTER = Words("before", "avant"), Words("after", "après")
_ENOUGH = Words("What would be enough", "Ce qui suffirait")
_LEAST = Words("The least improvement of each kind", "La moindre amélioration de chaque sorte")
_BETTER, _CHANGES = Words("What would be better", "Ce qui serait meilleur"), Words("Changes", "Changements")
_ROWS_OF = Words("{column} in {rows} of {of} rows of {table}", "{column} dans {rows} lignes sur {of} de {table}")
_NOTHING = Words("No improvement by itself would be enough.", "Aucune amélioration ne suffirait à elle seule.")
_APPROVED = Words("Nothing is lacking: the score reaches the cut-off.", "Rien ne manque : le score atteint le seuil.")
_REFERRED = Words(
    "The file is incomplete, so a person decides whatever its values are.",
    "Le dossier est incomplet : une personne décide, quelles que soient ses valeurs.",
)


def page(visit: Visit) -> None:
    """The page."""
    st.title(visit.say(TITLE))
    st.write(visit.say(_SAYS))
    client = client_searched(visit)
    if client is None:
        return
    if visit.state.get("asked") != client:
        visit.forget("file")
        visit.state["asked"] = client
    rows = visit.kept("file", lambda: visit.api.file(client)).rows
    changes = _form(visit, client, rows)
    _results(visit, visit.api.what_if(client, changes))


def _form(visit: Visit, client: int, rows: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, object]]:
    """The cells that are to hold another value; what was not touched is none."""
    application = rows["application"][0]
    changes: list[dict[str, object]] = []
    table, place, column = _another(visit, client, rows)
    with st.form("what-if"):
        sides = st.columns(2)
        for number_of, (name, words) in enumerate(COMMON.items()):
            now = application.get(name)
            with sides[number_of % 2]:
                value = st.number_input(
                    visit.say(words), value=None if now is None else float(now), step=1.0, format="%.0f",
                    key=f"{name} {client}",
                )  # fmt: skip
            if value != now:
                whole = value is not None and value.is_integer()
                changes.append({"table": "application", "column": name, "value": int(value or 0) if whole else value})
        if column:
            held = rows[table][place].get(column)
            text = st.text_input(
                f"{table} {place + 1}, {column}: {visit.say(_VALUE)}", "" if held is None else str(held),
                key=f"{table} {place} {column} {client}",
            )  # fmt: skip
            if text != ("" if held is None else str(held)):
                changes.append({"table": table, "row": place, "column": column, "value": _typed(text)})
        st.form_submit_button(visit.say(_TRY), type="primary")
    return changes


def _another(visit: Visit, client: int, rows: Mapping[str, list[dict[str, Any]]]) -> tuple[str, int, str]:
    """Any cell of the file: its table, row and column; an empty column: none was chosen."""
    with st.expander(visit.say(_OTHER)):
        tables = [name for name, lines in rows.items() if lines]
        table = st.selectbox(visit.say(_TABLE), tables, key=f"table {client}")
        last = len(rows[table])
        place = st.number_input(visit.say(_ROW), 1, last, 1, key=f"row {table} {client}") - 1 if last > 1 else 0
        columns = [name for name in rows[table][0] if not name.startswith("SK_ID") and name not in COMMON]
        column = st.selectbox(visit.say(_COLUMN), ["", *columns], format_func=lambda name: name or visit.say(_NONE))
    return table, int(place), str(column)


def _typed(text: str) -> object:
    """A number where it reads as one, nothing where it is empty, else the text."""
    if not text.strip():
        return None
    try:
        number_typed = float(text.replace(",", ".").replace(" ", ""))
    except ValueError:
        return text.strip()
    return int(number_typed) if number_typed.is_integer() else number_typed


def _results(visit: Visit, found: answers.WhatIfAnswer) -> None:
    sides = st.columns(2)
    both = [_steps(outcome, found.cut_off, visit.language) for outcome in (found.before, found.after)]
    for place, (words, outcome) in enumerate(((_NOW, found.before), (_THEN, found.after))):
        with sides[place]:
            st.header(visit.say(words))
            chance = percent(outcome.probability, visit.language)
            told = visit.say(_HEADLINE, score=outcome.score, probability=chance)
            show.banner(outcome.decision, verdict(outcome.decision, visit.language), told)
            show.chart(waterfall.waterfall(both[place], visit.language, both[1 - place]), f"waterfall {place}")
    if found.moved:
        _moved(visit, found.moved)
    _enough(visit, found)


def _steps(outcome: answers.Outcome, cut_off: int, language: Language) -> Waterfall:
    parts = [(each.sentence, each.points) for each in outcome.reasons]
    return waterfall.parts_shown(outcome.start_points, parts, outcome.score, cut_off, language)


def _moved(visit: Visit, moved: list[answers.MovedFeature]) -> None:
    st.header(visit.say(_MOVED))
    language = visit.language
    rows = [
        (each.meaning, measured(each.before, language), measured(each.after, language),
         number(each.points_before, language, 1, signed=True), number(each.points_after, language, 1, signed=True))
        for each in moved
    ]  # fmt: skip
    points, before, after = visit.say(POINTS), visit.say(_BEFORE), visit.say(_AFTER)
    head = [visit.say(_MEANING), before, after, f"{points} {before}", f"{points} {after}"]
    show.table(visit.say(_MOVED), head, rows, figures=[1, 2, 3, 4])


def _enough(visit: Visit, found: answers.WhatIfAnswer) -> None:
    st.header(visit.say(_ENOUGH))
    if not found.improvements:
        if found.before.decision == "approve":
            st.write(visit.say(_APPROVED))
        else:
            st.write(visit.say(_NOTHING if found.file_complete else _REFERRED))
        return
    rows = [
        (each.improvement, "; ".join(_change(visit, change) for change in each.changes), each.score)
        for each in found.improvements
    ]
    show.table(visit.say(_LEAST), [visit.say(words) for words in (_BETTER, _CHANGES, SCORE)], rows, figures=[2])


def _change(visit: Visit, change: answers.ChangeTold) -> str:
    if change.before is None and change.after is None:
        return visit.say(_ROWS_OF, column=change.column, rows=change.rows, of=change.of_rows, table=change.table)

    def shown(value: float | str | None) -> str:
        return value if isinstance(value, str) else measured(value, visit.language)

    return f"{change.column}: {shown(change.before)} → {shown(change.after)}"
