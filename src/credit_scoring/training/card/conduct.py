"""How a model behaves: what weighs, whether promises hold, and whether it still meets those it was made for."""

from __future__ import annotations

from credit_scoring.features.promises import PROMISES
from credit_scoring.features.reasons import Reason
from credit_scoring.pages import charts
from credit_scoring.pages.page import Figure, Section, Table, Text
from credit_scoring.training.card.words import number, percent
from credit_scoring.training.examination.examine import Examination
from credit_scoring.training.examination.stability import SHIFTED, SHIFTING, Comparison

Part = Text | Table | Figure

_SHOWN = 12


def reasons(found: Examination) -> Section:
    """What weighs most, over all clients and on the refused."""
    heaviest = found.reasons[:_SHOWN]
    return Section(
        "What weighs",
        [
            Text(
                "Points of the reasons that clients are told, on the holdout, against clients who are only just "
                "approved. A client's points add up to the score exactly (Shapley values of the trees)."
            ),
            charts.bars(
                [_words(weight.code) for weight in heaviest],
                [weight.points for weight in heaviest],
                axis="mean absolute points",
                says=f"The {len(heaviest)} heaviest reasons: mean absolute points over the holdout.",
            ),
            Table(
                ("Reason", "Mean absolute points", "Mean of the refused", "Weighs most on"),
                [
                    (
                        _words(weight.code),
                        number(weight.points, 1),
                        number(weight.points_of_refused, 1),
                        percent(weight.worst_of_refused),
                    )
                    for weight in found.reasons
                ],
            ),
        ],
    )


def promises(found: Examination) -> Section:
    """Whether what clients are promised holds for this model."""
    words = {promise.name: promise.words.en for promise in PROMISES}
    moved = sum(kept.moved for kept in found.promises)
    lowered = sum(kept.lower or 0 for kept in found.promises)
    return Section(
        "What clients are promised",
        [
            Text(
                "When one of these raw values improves and nothing else changes, no score falls. Checked by changing "
                "the value in clients' own rows, building every feature again and scoring again: "
                f"{lowered:,} of {moved:,} improvements lowered a score."
            ),
            Table(
                ("Improvement", "Clients", "Whose features moved", "Scores lowered"),
                [(words[kept.promise].capitalize(), kept.clients, kept.moved, kept.lower) for kept in found.promises],
            ),
        ],
    )


def stability(found: Examination) -> Section:
    """The shift between folds, and from those it learned from to those who wait."""
    comparisons = [*found.folds, *([found.waiting] if found.waiting else [])]
    parts: list[Part] = [
        Text(
            "Population stability index: how far the distribution of the score, or of a feature, lies from the one "
            f"expected. By custom below {SHIFTING:g} is stable, from {SHIFTED:g} on it is another population. Each "
            "fold is held against the others, the holdout against the folds, and the clients who wait for a score "
            "against those with an outcome (their scores against the holdout's)."
        ),
        Table(
            (
                "Clients",
                "How many",
                "PSI of the score",
                "By chance",
                "Reading",
                "Features stable",
                "Shifting",
                "Shifted",
            ),
            [_compared(comparison) for comparison in comparisons],
        ),
    ]
    if found.waiting is None:
        parts.append(Text("No client waits for a score, so there is nobody to compare with."))
    else:
        moved = [shift for shift in found.waiting.features if shift.reading != "stable"][:_SHOWN]
        parts.append(
            Table(
                ("Feature that shifted most among the waiting", "PSI", "Reading"),
                [(shift.name, number(shift.psi), shift.reading) for shift in moved],
            )
            if moved
            else Text("No feature has shifted among the clients who wait.")
        )
    return Section("Whether clients are still those it was made for", parts)


def _compared(comparison: Comparison) -> tuple[str | int, ...]:
    counts = comparison.counts()
    return (
        comparison.who,
        comparison.clients,
        number(comparison.score.psi, 4),
        number(comparison.score.chance, 4),
        comparison.score.reading,
        counts["stable"],
        counts["shifting"],
        counts["shifted"],
    )


def _words(code: str) -> str:
    return Reason[code].value_en if code in Reason.__members__ else code
