"""The queue: clients whom the model referred to a person, and the place where the person decides."""

from __future__ import annotations

import streamlit as st

from credit_scoring.dashboard import answers, show
from credit_scoring.dashboard.api import Refused
from credit_scoring.dashboard.session import Visit
from credit_scoring.dashboard.words import DECISION, SCORE, WHEN, moment, number, verdict
from credit_scoring.features.words import Words

TITLE = Words("Queue", "File d'attente")
_WAITING = Words("{count} clients wait for a person.", "{count} clients attendent une personne.")
_NOBODY = Words("Nobody waits.", "Personne n'attend.")
_CLIENT, _WHY = Words("Client", "Client"), Words("Why", "Pourquoi")
_OLDEST = Words("Who waits, the longest first", "Qui attend, depuis le plus longtemps d'abord")
_UNKNOWN = Words("A part of the file could not be used.", "Une partie du dossier est inutilisable.")
_MORE = Words("Show those who wait less long", "Afficher ceux qui attendent depuis moins longtemps")
_DECIDE = Words("Decide", "Décider")
_WHOM = Words("Client to decide about", "Client à propos duquel décider")
_BY_SCORE = Words(
    "By the score alone ({score}, cut-off {cut_off}) it would be: {verdict}.",
    "D'après le seul score ({score}, seuil {cut_off}), ce serait : {verdict}.",
)
_NEEDED = Words("Reason (needed when you decide against the score)", "Motif (nécessaire pour décider contre le score)")
_RECORD = Words("Record the decision", "Enregistrer la décision")
_CHOOSE = Words("Choose a decision first.", "Choisissez d'abord une décision.")
_DONE = Words("Recorded: client {client}, {verdict}.", "Enregistré : client {client}, {verdict}.")
_BEFORE_YOU = Words(
    "{actor} decided before you, at {at}: {verdict}. Reason: {reason}.",
    "{actor} a décidé avant vous, le {at} : {verdict}. Motif : {reason}.",
)
_REPLACE = Words(
    "Replace that decision by mine, with my reason", "Remplacer cette décision par la mienne, avec mon motif"
)


def page(visit: Visit) -> None:
    """The page."""
    st.title(visit.say(TITLE))
    if done := visit.state.pop("done", None):
        show.banner("note", str(done))
    found = visit.api.queue()
    lines, following = list(found.clients), found.next
    for _ in range(visit.state.get("more", 0)):
        if following:
            further = visit.api.queue(following)
            lines, following = [*lines, *further.clients], further.next
    st.write(visit.say(_WAITING, count=number(found.waiting, visit.language)) if lines else visit.say(_NOBODY))
    if lines:
        _list(visit, lines)
    if following and st.button(visit.say(_MORE)):
        visit.state["more"] = visit.state.get("more", 0) + 1
        st.rerun()
    _decide(visit, [line.client_id for line in lines])


def _list(visit: Visit, lines: list[answers.WaitingLine]) -> None:
    rows = [
        (line.client_id, moment(line.scored_at, visit.language), line.score,
         " ".join(part.sentence for part in line.unusable) or visit.say(_UNKNOWN))
        for line in lines
    ]  # fmt: skip
    show.table(visit.say(_OLDEST), [visit.say(words) for words in (_CLIENT, WHEN, SCORE, _WHY)], rows, figures=[2])


def _decide(visit: Visit, waiting: list[int]) -> None:
    """The score that is looked at is read when the client is chosen, and the decision is about that score alone."""
    chosen = visit.state.get("deciding")
    ids = [*([chosen] if chosen is not None and chosen not in waiting else []), *waiting]
    if not ids:
        return
    st.header(visit.say(_DECIDE))
    client = st.selectbox(visit.say(_WHOM), ids, index=ids.index(chosen) if chosen in ids else 0)
    if visit.state.get("deciding") != client:
        visit.state["deciding"] = client
        visit.state.pop("before", None)
        visit.forget("looked at")
    score = visit.kept("looked at", lambda: visit.api.score(client))
    by_score = "approve" if score.score >= score.cut_off else "refuse"
    st.write(visit.say(_BY_SCORE, score=score.score, cut_off=score.cut_off, verdict=verdict(by_score, visit.language)))
    before: answers.DecidedAnswer | None = visit.state.get("before")
    if before is not None:
        _tell(visit, before)
    with st.form("decision"):
        decision = st.radio(
            visit.say(DECISION), ["approve", "refuse"], index=None, horizontal=True,
            format_func=lambda each: verdict(each, visit.language), key=f"decision {client}",
        )  # fmt: skip
        reason = st.text_area(visit.say(_NEEDED), max_chars=2_000, key=f"reason {client}")
        replaces = before is not None and st.checkbox(visit.say(_REPLACE))
        sent = st.form_submit_button(visit.say(_RECORD), type="primary")
    if not sent:
        return
    if decision is None:
        show.refusal(Refused(visit.say(_CHOOSE)))
        return
    _record(visit, score, decision, reason.strip(), str(before.id) if before is not None and replaces else "")


def _record(visit: Visit, score: answers.ScoreAnswer, decision: str, reason: str, replaces: str) -> None:
    client = score.client_id
    try:
        visit.api.decide(score, decision, reason, replaces)
    except Refused as refused:
        if refused.signed_out:
            raise
        if refused.code == "decided-already":
            visit.state["before"] = _standing(visit, score)
            st.rerun()
        if refused.code == "score-changed":
            visit.forget("looked at")
        show.refusal(refused)
        return
    visit.state["done"] = visit.say(_DONE, client=client, verdict=verdict(decision, visit.language))
    for name in ("deciding", "before"):
        visit.state.pop(name, None)
    visit.forget("dossier")
    st.rerun()


def _standing(visit: Visit, score: answers.ScoreAnswer) -> answers.DecidedAnswer | None:
    """The decision about this score that none has replaced."""
    found = visit.api.decisions(score.client_id).decisions
    replaced = {each.supersedes for each in found}
    about = (each for each in found if (each.seq, each.model_version) == (score.seq, score.model_version))
    return next((each for each in about if each.id not in replaced), None)


def _tell(visit: Visit, before: answers.DecidedAnswer) -> None:
    told = visit.say(
        _BEFORE_YOU, actor=before.actor, at=moment(before.at, visit.language),
        verdict=verdict(before.decision, visit.language), reason=before.reason or "–",
    )  # fmt: skip
    show.refusal(Refused(told))
