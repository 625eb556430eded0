"""The sections of a report on scores, decisions, reasons and features."""

from __future__ import annotations

from collections.abc import Sequence

from credit_scoring.features.statements import sentence
from credit_scoring.model.artifacts import FeatureLine
from credit_scoring.model.scorer import APPROVE, REFER, REFUSE
from credit_scoring.pages.charts import Mark, bars, histogram, shares
from credit_scoring.pages.page import Cell, Section, Table, Text
from credit_scoring.publishing.report.figures import BAND_POINTS, BANDS, Band, Figures

MOST_BINS, MOST_DRAWN, MOST_FEATURES = 40, 15, 25
_WIDTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_DECISIONS = {APPROVE: "approved", REFUSE: "refused", REFER: "referred"}


def sections(found: Figures, features: Sequence[FeatureLine]) -> list[Section]:
    """Scores, decisions, reasons by score, and what moves scores; `features` in registry order."""
    if not found.clients:
        return [Section("Scores", [Text("Nobody was to be scored.")])]
    return [_distribution(found), _decisions(found), _by_band(found), _weights(found, features)]


def _distribution(found: Figures) -> Section:
    """Columns of one width, of which one begins at the cut-off."""
    low, high, anchor = min(found.scores), max(found.scores), found.cut_offs[0]
    width = next((w for w in _WIDTHS if (high - low) / w < MOST_BINS - 1), (high - low) // MOST_BINS + 1)
    first, last = (low - anchor) // width, (high - anchor) // width
    counts = [0] * (last - first + 1)
    for score, clients in found.scores.items():
        counts[(score - anchor) // width - first] += clients
    edges = [anchor + (first + place) * width for place in range(len(counts) + 1)]
    cut_off = found.cut_offs[0] if len(found.cut_offs) == 1 else None
    below = sum(clients for score, clients in found.scores.items() if cut_off is not None and score < cut_off)
    says = f"Scores from {low} to {high}."
    if cut_off is not None:
        says += f" {below:,} of {count(found.clients, 'client', 'clients')} are below the cut-off of {cut_off}."
    mark = None if cut_off is None else Mark(cut_off, f"cut-off {cut_off}")
    return Section("Scores", [histogram(edges, counts, axis="score", count="clients", says=says, mark=mark)])


def _decisions(found: Figures) -> Section:
    total = {decision: sum(band.decisions.get(decision, 0) for band in found.bands) for decision in _DECISIONS}
    filled = [band for band in found.bands if band.clients]
    divided = {
        name: [band.decisions.get(decision, 0) / band.clients for band in filled]
        for decision, name in _DECISIONS.items()
        if total[decision]
    }
    rows: list[list[Cell]] = [
        [_name(band), band.clients, *(band.decisions.get(decision, 0) for decision in _DECISIONS)] for band in filled
    ]
    every: list[Cell] = ["all", found.clients, *total.values()]
    says = "Decisions by distance of the score from the cut-off. A client whose file is incomplete is referred."
    return Section(
        "Decisions",
        [
            Table(
                ("decision", "clients", "share"),
                [
                    (name, total[decision], percent(total[decision], found.clients))
                    for decision, name in _DECISIONS.items()
                ],
            ),
            shares([_name(band) for band in filled], divided, says=says),
            Table(("score", "clients", *_DECISIONS.values()), [*rows, every]),
        ],
    )


def _by_band(found: Figures) -> Section:
    filled = [band for band in found.bands if band.clients]
    rows: list[list[Cell]] = [
        [sentence(reason, False, "en"), *(percent(band.principal.get(reason, 0), band.clients) for band in filled)]
        for reason in sorted(found.by_reason, key=lambda reason: -sum(b.principal.get(reason, 0) for b in filled))
    ]
    return Section(
        "Reasons by score",
        [
            Text(
                "Of how many clients a reason is among the principal ones: the at most four that take most points from "
                "the score. Columns: distance of the score from the cut-off."
            ),
            Table(("reason", *(_name(band) for band in filled)), rows),
        ],
    )


def _weights(found: Figures, features: Sequence[FeatureLine]) -> Section:
    reasons = [(sentence(reason, False, "en"), points) for reason, points in found.by_reason.items()]
    drawn = reasons[:MOST_DRAWN]
    says = f"Points by which a reason moves a score, up or down, on average: {len(drawn)} of {len(reasons)} reasons."
    heaviest = list(found.by_feature.items())[:MOST_FEATURES]
    lines = [(features[position], points) for position, points in heaviest]
    return Section(
        "What moves scores",
        [
            bars([name for name, _ in drawn], [points for _, points in drawn], axis="mean absolute points", says=says),
            Table(("reason", "mean absolute points"), [(name, f"{points:.2f}") for name, points in reasons]),
            Text(f"The {len(lines)} heaviest of {len(found.by_feature)} features of the model:"),
            Table(
                ("feature", "meaning", "mean absolute points"),
                [(line.name, line.meaning, f"{points:.2f}") for line, points in lines],
                words=2,
            ),
        ],
    )


def _name(band: Band) -> str:
    """A band as a distance from the cut-off, in points."""
    first, last = band.number * BAND_POINTS, (band.number + 1) * BAND_POINTS - 1
    if band.number == BANDS[0]:
        return f"up to {last:+d}"
    if band.number == BANDS[-1]:
        return f"from {first:+d}"
    return f"{first:+d} to {last:+d}" if first else f"0 to {last:+d}"


def percent(part: float, whole: float) -> str:
    """A share with one decimal; a dash of nothing."""
    return f"{part / whole:.1%}" if whole else "–"


def count(number: int, one: str, several: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else several}"
