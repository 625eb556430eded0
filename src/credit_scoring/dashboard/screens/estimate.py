"""A person without a file: four inputs are enough for a range of points, six more narrow it. It is never a decision."""

from __future__ import annotations

import streamlit as st

from credit_scoring.dashboard import answers, show
from credit_scoring.dashboard.api import Refused
from credit_scoring.dashboard.charts.score import span
from credit_scoring.dashboard.session import Visit
from credit_scoring.dashboard.words import POINTS, REASON, measured, number
from credit_scoring.features.words import Words

TITLE = Words("A person without a file", "Une personne sans dossier")
_SAYS = Words(
    "Four inputs are needed, the other six make the range narrower. Amounts are in the lender's currency.",
    "Quatre données sont nécessaires, les six autres resserrent la fourchette. Montants dans la monnaie du prêteur.",
)
NEEDED = {
    "amount": Words("Amount of the loan", "Montant du prêt"),
    "annuity": Words("Its instalment, as in the lender's files", "Son échéance, comme dans les dossiers du prêteur"),
    "goods_price": Words("Price of what the loan is to pay", "Prix de ce que le prêt doit payer"),
    "income": Words("Yearly income", "Revenu annuel"),
}
_CHILDREN, _AGE = Words("Children (optional)", "Enfants (facultatif)"), Words("Age (optional)", "Âge (facultatif)")
_YEARS = Words("Years in the present employment (optional)", "Années dans l'emploi actuel (facultatif)")
_NONE = Words("Pensioner, or out of work", "À la retraite, ou sans emploi")
_CAR = Words("Owns a car (optional)", "Possède une voiture (facultatif)")
_REALTY = Words("Owns a home (optional)", "Possède un logement (facultatif)")
_EDUCATION = Words("Highest education (optional)", "Diplôme le plus élevé (facultatif)")
_FLAGS = {None: Words("not stated", "non précisé"), True: Words("yes", "oui"), False: Words("no", "non")}
_LEVELS = {
    "Lower secondary": Words("Lower secondary", "Collège"),
    "Secondary / secondary special": Words("Secondary", "Lycée"),
    "Incomplete higher": Words("Higher, not completed", "Supérieur inachevé"),
    "Higher education": Words("Higher", "Supérieur"),
    "Academic degree": Words("Academic degree", "Titre universitaire"),
}
_SEND = Words("Estimate", "Estimer")
_MISSING = Words("Still needed: {inputs}.", "Il manque encore : {inputs}.")
_RANGE = Words("Between {low} and {high} points", "Entre {low} et {high} points")
_REASONS = Words(
    "What moves the estimate, the heaviest against it first",
    "Ce qui pèse sur l'estimation, le plus défavorable d'abord",
)
_UNSTATED = Words(
    "Not stated, would narrow the range: {inputs}.", "Non précisé, resserrerait la fourchette : {inputs}."
)
_OUTSIDE = Words(
    "Unusual: {input}. Nearly all clients that the model knows had {low} to {high}; here the estimate is a guess.",
    "Inhabituel : {input}. Presque tous les clients connus du modèle avaient de {low} à {high} ; l'estimation est ici "
    "hasardeuse.",
)
NAMES = {
    **NEEDED,
    "children": Words("children", "enfants"),
    "age_years": Words("age", "âge"),
    "employment_years": Words("years in employment", "années d'emploi"),
    "car": Words("car", "voiture"),
    "realty": Words("home", "logement"),
    "education": Words("education", "diplôme"),
}


def page(visit: Visit) -> None:
    """The page."""
    st.title(visit.say(TITLE))
    st.write(visit.say(_SAYS))
    stated = _form(visit)
    if stated is None:
        return
    missing = [visit.say(words) for name, words in NEEDED.items() if stated.get(name) is None]
    if missing:
        show.refusal(Refused(visit.say(_MISSING, inputs=", ".join(missing))))
        return
    _result(visit, visit.api.estimate({name: value for name, value in stated.items() if value is not None}))


def _form(visit: Visit) -> dict[str, object] | None:
    """What was stated; None before it is sent."""
    stated: dict[str, object] = {}
    with st.form("estimate"):
        left, right = st.columns(2)
        with left:
            for name, words in NEEDED.items():
                stated[name] = st.number_input(visit.say(words), min_value=0.0, value=None, step=1000.0, format="%.0f")
        with right:
            stated["children"] = st.number_input(visit.say(_CHILDREN), min_value=0, max_value=100, value=None, step=1)
            stated["age_years"] = st.number_input(visit.say(_AGE), min_value=0.0, max_value=120.0, value=None, step=1.0)
            years = st.number_input(visit.say(_YEARS), min_value=0.0, max_value=120.0, value=None, step=1.0)
            stated["employment_years"] = "none" if st.checkbox(visit.say(_NONE)) else years
            for name, words in (("car", _CAR), ("realty", _REALTY)):
                stated[name] = st.radio(
                    visit.say(words), list(_FLAGS), format_func=lambda each: visit.say(_FLAGS[each]), horizontal=True
                )
            stated["education"] = st.selectbox(
                visit.say(_EDUCATION), [None, *_LEVELS],
                format_func=lambda each: visit.say(_FLAGS[None] if each is None else _LEVELS[each]),
            )  # fmt: skip
        sent = st.form_submit_button(visit.say(_SEND), type="primary")
    return stated if sent else None


def _result(visit: Visit, found: answers.EstimateAnswer) -> None:
    language = visit.language
    show.banner("note", visit.say(_RANGE, low=found.low, high=found.high), found.says)
    show.chart(span(found.low, found.high, language), "span")
    for each in found.outside:
        told = visit.say(
            _OUTSIDE,
            input=visit.say(NAMES[each.input]),
            low=measured(each.low, language),
            high=measured(each.high, language),
        )
        show.banner("note", told)
    if found.unstated:
        st.write(visit.say(_UNSTATED, inputs=", ".join(visit.say(NAMES[name]) for name in found.unstated)))
    rows = [(each.sentence, number(each.points, language, 1, signed=True)) for each in found.reasons]
    show.table(visit.say(_REASONS), [visit.say(REASON), visit.say(POINTS)], rows, figures=[1])
