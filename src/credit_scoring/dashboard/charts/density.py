"""A feature among those who repaid and those who defaulted, and where the client stands between them."""

from __future__ import annotations

from itertools import pairwise

import altair as alt

from credit_scoring.dashboard.answers import DistributionAnswer
from credit_scoring.dashboard.charts.chart import Chart, configured, data
from credit_scoring.dashboard.words import measured, number, percent
from credit_scoring.features.words import Language, Words
from credit_scoring.pages.page import INK, PALETTE

_REPAID, _DEFAULTED = Words("repaid", "ont remboursé"), Words("defaulted", "ont fait défaut")
_DENSITY = Words("density", "densité")
_CLIENT = Words("client: {value}", "client : {value}")
_SAYS = Words(
    "{meaning}: the client has {value}. Of the clients who repaid, {lower_repaid} have less than the part of the scale "
    "that holds this value; of those who defaulted, {lower_defaulted}. {clients} clients in all.",
    "{meaning} : le client a {value}. Parmi les clients qui ont remboursé, {lower_repaid} ont moins que la tranche qui "
    "contient cette valeur ; parmi ceux qui ont fait défaut, {lower_defaulted}. {clients} clients en tout.",
)
_UNKNOWN = Words(
    "{meaning}: nothing is known of the client here, as of {missing_repaid} of those who repaid and "
    "{missing_defaulted} of those who defaulted. {clients} clients in all.",
    "{meaning} : inconnu pour ce client, comme pour {missing_repaid} de ceux qui ont remboursé et {missing_defaulted} "
    "de ceux qui ont fait défaut. {clients} clients en tout.",
)


def density(found: DistributionAnswer, meaning: str, unit: str, language: Language) -> Chart:
    """Two steps of equal area, one dashed, and a line at the client's value."""
    repaid, defaulted = _REPAID.to(language), _DEFAULTED.to(language)
    names = [repaid, defaulted]
    drawn = data(
        at=[*found.edges, *found.edges],
        density=[*_steps(found.edges, found.repaid), *_steps(found.edges, found.defaulted)],
        group=[name for name in names for _ in found.edges],
    )
    curves = alt.Chart(drawn).mark_line(interpolate="step-after", strokeWidth=2).encode(
        alt.X("at:Q", title=unit or None, scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(tickCount=5)),
        alt.Y("density:Q", title=_DENSITY.to(language), axis=alt.Axis(labels=False, ticks=False)),
        alt.Color("group:N", title=None, scale=alt.Scale(domain=names, range=[PALETTE[0], PALETTE[3]])),
        alt.StrokeDash("group:N", title=None, scale=alt.Scale(domain=names, range=[[1, 0], [6, 3]])),
    )  # fmt: skip
    layers = [curves]
    value = None if found.client is None else found.client.value
    if value is not None:
        shown = min(max(value, found.edges[0]), found.edges[-1])  # a value beyond the scale stands at its end
        text = _CLIENT.to(language).format(value=measured(value, language))
        line = alt.Chart(data(at=[shown], name=[text]))
        layers.append(line.mark_rule(strokeWidth=2, strokeDash=[2, 2], color=INK).encode(alt.X("at:Q")))
        right = shown > (found.edges[0] + found.edges[-1]) / 2
        words = line.mark_text(
            align="right" if right else "left", dx=-6 if right else 6, baseline="top", fontWeight="bold"
        )
        layers.append(words.encode(alt.X("at:Q"), alt.YValue(2), alt.Text("name:N")))
    return Chart(configured(layers, 240), _says(found, meaning, unit, language))


def _steps(edges: list[float], shares: list[float]) -> list[float]:
    """Share over width of each bin, so that both areas are what has a value; the last edge ends the last bin."""
    heights = [share / max(high - low, 1e-12) for (low, high), share in zip(pairwise(edges), shares, strict=True)]
    return [*heights, heights[-1]]


def _says(found: DistributionAnswer, meaning: str, unit: str, language: Language) -> str:
    at, clients = found.client, number(found.clients, language)
    if at is None or at.value is None or at.bin is None:
        return _UNKNOWN.to(language).format(
            meaning=meaning, clients=clients,
            missing_repaid=percent(found.missing_repaid, language, 0),
            missing_defaulted=percent(found.missing_defaulted, language, 0),
        )  # fmt: skip
    return _SAYS.to(language).format(
        meaning=meaning, value=f"{measured(at.value, language)} {unit}".strip(), clients=clients,
        lower_repaid=percent(sum(found.repaid[: at.bin]), language, 0),
        lower_defaulted=percent(sum(found.defaulted[: at.bin]), language, 0),
    )  # fmt: skip
