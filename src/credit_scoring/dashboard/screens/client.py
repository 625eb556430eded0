"""A client: the decision, its reasons, the client among others, what was decided, and the file it all rests on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st

from credit_scoring.dashboard import answers, show
from credit_scoring.dashboard.api import Refused
from credit_scoring.dashboard.charts import density, waterfall
from credit_scoring.dashboard.charts.score import gauge, history
from credit_scoring.dashboard.session import Visit, attempt
from credit_scoring.dashboard.show import client_searched
from credit_scoring.dashboard.words import (
    CUT_OFF,
    DECISION,
    NO_VALUE,
    POINTS,
    PROBABILITY,
    REASON,
    SCORE,
    WHEN,
    WHO,
    measured,
    moment,
    number,
    percent,
    verdict,
)
from credit_scoring.features.words import Language, Words

TITLE = Words("Client", "Client")
_OF = Words("Client {client}", "Client {client}")
_MORE = {
    "approve": Words("The score reaches the cut-off.", "Le score atteint le seuil."),
    "refuse": Words("The score is below the cut-off.", "Le score est sous le seuil."),
    "refer": Words(
        "A part of the file could not be used, so a person decides.",
        "Une partie du dossier est inutilisable : une personne décide.",
    ),
}
_DECIDED = Words("Decided by {actor}: {decision}", "Décidé par {actor} : {decision}")
_PERCENTILE = Words("Of the clients, score lower", "Clients dont le score est inférieur")
_WHY = Words("Why: from the start to the score", "Pourquoi : du départ au score")
_REASONS = Words(
    "All reasons, the heaviest against the client first", "Tous les motifs, du plus défavorable au plus favorable"
)
_FEATURES = Words("The ten strongest features", "Les dix variables les plus fortes")
_FEATURE, _VALUE, _MEANING = Words("Feature", "Variable"), Words("Value", "Valeur"), Words("Meaning", "Sens")
_REST = Words("all others together", "toutes les autres ensemble")
_AMONG = Words(
    "Among those who repaid and those who defaulted", "Parmi ceux qui ont remboursé et ceux qui ont fait défaut"
)
_CHOOSE = Words("Feature to look at", "Variable à regarder")
_OTHERS = Words("Beside clients of a similar income", "À côté de clients de revenu semblable")
_PEERS = Words(
    "{clients} clients have an income between {low} and {high}: their mean score is {score}, and {approved} were "
    "approved.",
    "{clients} clients ont un revenu compris entre {low} et {high} : leur score moyen est de {score}, et {approved} "
    "ont été acceptés.",
)
_NO_PEERS = Words(
    "No income is stated, so nobody is similar.", "Aucun revenu n'est déclaré : personne n'est semblable."
)
_MEAN = Words("Mean of the group", "Moyenne du groupe")
_HISTORY = Words("Earlier scores", "Scores antérieurs")
_DELIVERY, _MODEL = Words("Delivery", "Livraison"), Words("Model", "Modèle")
_HUMAN = Words("What people decided", "Ce que des personnes ont décidé")
_NOBODY = Words("Nobody has decided anything yet.", "Personne n'a encore rien décidé.")
_COMPUTED = Words("Computed", "Calculé")
_OVERRIDE = Words("Against the score", "Contre le score")
_YES, _NO = Words("yes", "oui"), Words("no", "non")
_FILE = Words("The file as delivered", "Le dossier tel que livré")
_TABLE, _ROW, _COLUMN = Words("Table", "Table"), Words("Row", "Ligne"), Words("Column", "Colonne")
_NO_ROWS = Words("The table has no rows of this client.", "La table n'a aucune ligne de ce client.")
_LINEAGE = Words("Where the score comes from", "D'où vient le score")
_SCORED = Words("Scored", "Calculé le")
_FINGERPRINT, _CODE, _RUN = Words("Fingerprint", "Empreinte"), Words("Code", "Code"), Words("Run", "Exécution")


@dataclass(frozen=True)
class Dossier:
    """All that a page shows of a client; a part that was refused says so in its place."""

    score: answers.ScoreAnswer
    history: answers.HistoryAnswer
    decisions: answers.DecisionsAnswer
    file: answers.FileAnswer
    contributions: answers.ContributionsAnswer | Refused
    comparisons: answers.ComparisonsAnswer | Refused


def dossier(visit: Visit, client: int) -> Dossier:
    """What the API knows of the client, asked for at once. Raises Refused where nothing is published of it."""
    api = visit.api
    with ThreadPoolExecutor() as pool:
        score, file = pool.submit(api.score, client), pool.submit(api.file, client)
        history, decisions = pool.submit(api.history, client), pool.submit(api.decisions, client)
        contributions = pool.submit(attempt, lambda: api.contributions(client))
        comparisons = pool.submit(attempt, lambda: api.comparisons(client))
        return Dossier(
            score=score.result(),
            history=history.result(),
            decisions=decisions.result(),
            file=file.result(),
            contributions=contributions.result(),
            comparisons=comparisons.result(),
        )


def page(visit: Visit) -> None:
    """The page."""
    title = st.empty()
    client = client_searched(visit)
    title.title(visit.say(TITLE) if client is None else visit.say(_OF, client=client))
    if client is None:
        return
    if visit.state.get("read") != client:  # another client: nothing of the one before is shown, or kept
        visit.forget("dossier")
        visit.state["read"] = client
    of = visit.kept("dossier", lambda: dossier(visit, client))
    _verdict(visit, of)
    _why(visit, of.score)
    _strongest(visit, of.contributions)
    _among(visit, of, client)
    _beside_others(visit, of.comparisons)
    _earlier(visit, of.history)
    decided(visit, of.decisions)
    with st.container(key="file"):  # not printed: it is many sheets
        _file(visit, of.file)
    _lineage(visit, of.score)


def _verdict(visit: Visit, of: Dossier) -> None:
    score, language = of.score, visit.language
    show.banner(score.decision, verdict(score.decision, language), visit.say(_MORE[score.decision]))
    replaced = {each.supersedes for each in of.decisions.decisions}
    for each in of.decisions.decisions:
        if (each.seq, each.model_version) == (score.seq, score.model_version) and each.id not in replaced:
            said = visit.say(_DECIDED, actor=each.actor, decision=verdict(each.decision, language))
            show.banner(each.decision, said, each.reason or "")
    left, right = st.columns([2, 3])
    with left:
        told = {
            visit.say(SCORE): score.score,
            visit.say(CUT_OFF): score.cut_off,
            visit.say(PROBABILITY): percent(score.probability, language),
        }
        if not isinstance(of.comparisons, Refused):
            told[visit.say(_PERCENTILE)] = percent(of.comparisons.percentile / 100, language, 0)
        show.facts(told)
    with right:
        show.chart(gauge(score.score, score.cut_off, language), "gauge")


def _why(visit: Visit, score: answers.ScoreAnswer) -> None:
    st.header(visit.say(_WHY))
    parts = [(each.sentence, each.points) for each in score.reasons]
    steps = waterfall.parts_shown(score.start_points, parts, score.score, score.cut_off, visit.language)
    show.chart(waterfall.waterfall(steps, visit.language), "waterfall")
    rows = [(each.sentence, number(each.points, visit.language, 1, signed=True)) for each in score.reasons]
    show.table(visit.say(_REASONS), [visit.say(REASON), visit.say(POINTS)], rows, figures=[1])


def _strongest(visit: Visit, found: answers.ContributionsAnswer | Refused) -> None:
    st.header(visit.say(_FEATURES))
    if isinstance(found, Refused):
        show.refusal(found)
        return
    rows = [
        (each.meaning, each.name, _with_unit(each.value, each.unit, visit.language),
         number(each.points, visit.language, 1, signed=True))
        for each in found.contributions
    ]  # fmt: skip
    rows.append((visit.say(_REST), "", "", number(found.rest_points, visit.language, 1, signed=True)))
    head = [visit.say(words) for words in (_MEANING, _FEATURE, _VALUE, POINTS)]
    show.table(visit.say(_FEATURES), head, rows, figures=[2, 3])


def _among(visit: Visit, of: Dossier, client: int) -> None:
    st.header(visit.say(_AMONG))
    features = visit.features()
    strongest = [] if isinstance(of.contributions, Refused) else [each.name for each in of.contributions.contributions]
    names = [*strongest, *(name for name in features if name not in strongest)]

    @st.fragment
    def one_feature() -> None:
        """Another feature asks for its density alone, and leaves the rest of the page as it is."""
        chosen = st.selectbox(
            visit.say(_CHOOSE), names, format_func=lambda name: f"{name}: {features[name][0]}", key="feature"
        )
        found = attempt(lambda: visit.api.distribution(chosen, client))
        if isinstance(found, Refused):
            show.refusal(found)
            return
        show.chart(density.density(found, *features[chosen], visit.language), "density")

    one_feature()


def _beside_others(visit: Visit, found: answers.ComparisonsAnswer | Refused) -> None:
    st.header(visit.say(_OTHERS))
    if isinstance(found, Refused):
        show.refusal(found)
        return
    if found.peers is None:
        st.write(visit.say(_NO_PEERS))
        return
    peers, language, features = found.peers, visit.language, visit.features()
    low, high = number(peers.income_from, language), number(peers.income_to, language)
    clients, score = number(peers.clients, language), number(peers.mean_score, language)
    st.write(
        visit.say(_PEERS, clients=clients, low=low, high=high, score=score, approved=percent(peers.approved, language))
    )
    rows = [
        (features[each.name][0], _with_unit(each.value, features[each.name][1], language),
         _with_unit(each.mean, features[each.name][1], language))
        for each in found.features if each.name in features
    ]  # fmt: skip
    head = [visit.say(words) for words in (_MEANING, TITLE, _MEAN)]
    show.table(visit.say(_OTHERS), head, rows, figures=[1, 2])


def _earlier(visit: Visit, found: answers.HistoryAnswer) -> None:
    st.header(visit.say(_HISTORY))
    language = visit.language
    if len(found.scores) > 1:
        show.chart(history(found.scores, language), "history")
    rows = [
        (moment(each.scored_at, language), each.delivery, each.model_version, each.score, each.cut_off,
         percent(each.probability, language), verdict(each.decision, language))
        for each in found.scores
    ]  # fmt: skip
    head = [visit.say(words) for words in (WHEN, _DELIVERY, _MODEL, SCORE, CUT_OFF, PROBABILITY, DECISION)]
    show.table(visit.say(_HISTORY), head, rows, figures=[2, 3, 4, 5])


def decided(visit: Visit, found: answers.DecisionsAnswer) -> None:
    """What people decided about a client."""
    st.header(visit.say(_HUMAN))
    if not found.decisions:
        st.write(visit.say(_NOBODY))
        return
    rows = [
        (moment(each.at, visit.language), each.actor, verdict(each.computed, visit.language),
         verdict(each.decision, visit.language), visit.say(_YES if each.override else _NO), each.reason or "–")
        for each in found.decisions
    ]  # fmt: skip
    head = [visit.say(words) for words in (WHEN, WHO, _COMPUTED, DECISION, _OVERRIDE, REASON)]
    show.table(visit.say(_HUMAN), head, rows)


def _file(visit: Visit, found: answers.FileAnswer) -> None:
    st.header(visit.say(_FILE))

    @st.fragment
    def one_table() -> None:
        """One table of the file; an application, whose single row is wide, stands upright."""
        chosen = st.selectbox(
            visit.say(_TABLE),
            list(found.rows),
            format_func=lambda name: f"{name} ({len(found.rows[name])})",
            key="table",
        )
        rows = found.rows[chosen]
        if not rows:
            st.write(visit.say(_NO_ROWS))
        elif len(rows) == 1:
            upright = [(name, _cell(value)) for name, value in rows[0].items()]
            show.table(chosen, [visit.say(_COLUMN), visit.say(_VALUE)], upright, figures=[1], tall=True)
        else:
            lines = [(place, *map(_cell, row.values())) for place, row in enumerate(rows, 1)]
            show.table(chosen, [visit.say(_ROW), *rows[0]], lines, figures=range(len(rows[0]) + 1), tall=True)

    one_table()


def _lineage(visit: Visit, score: answers.ScoreAnswer) -> None:
    st.header(visit.say(_LINEAGE))
    show.facts(
        {
            visit.say(_SCORED): moment(score.scored_at, visit.language),
            visit.say(_DELIVERY): f"{score.delivery} (seq {score.seq})",
            visit.say(_MODEL): score.model_version,
            visit.say(_FINGERPRINT): score.fingerprint,
            visit.say(_CODE): score.code_version,
            visit.say(_RUN): score.run_id,
        }
    )


def _with_unit(value: float | None, unit: str, language: Language) -> str:
    return NO_VALUE.to(language) if value is None else f"{measured(value, language)} {unit}".strip()


def _cell(value: object) -> str:
    return "–" if value is None else str(value)
