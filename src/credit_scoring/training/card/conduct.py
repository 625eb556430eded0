"""How a model treats people: groups, age, reasons, promises; and whether it still meets those it was made for."""

from __future__ import annotations

from collections.abc import Sequence

from credit_scoring.features.promises import PROMISES
from credit_scoring.features.reasons import Reason
from credit_scoring.pages import charts
from credit_scoring.pages.page import Cell, Figure, Section, Table, Text
from credit_scoring.training.ageless import Ageless
from credit_scoring.training.audit import FEW_CLIENTS, FEW_DEFAULTS, GroupAudit
from credit_scoring.training.card.words import number, numbers, percent, percents, signed
from credit_scoring.training.examine import Examination
from credit_scoring.training.proxy import Proxy
from credit_scoring.training.stability import SHIFTED, SHIFTING, Comparison

Part = Text | Table | Figure

_SHOWN = 12

AGE_JUSTIFICATION = (
    "Age is an input. It says much about default at the start of a loan; it is used in one direction only, so that a "
    "higher age can never lower a score; and it has a reason of its own, so that a client is told when it weighs. "
    "Regulation B (12 CFR 1002.6) admits age in an empirically derived, statistically sound system when clients of 62 "
    "and over are not treated worse for it; other laws differ. Whether it may be used is for the lender's lawyers; the "
    "setting training.leave_out with DAYS_BIRTH takes it out, with every feature that reads it."
)

DECIDED = ("Group", "Clients", "Defaults", "Approved", "Defaulted: refused", "Good: refused")
JUDGED = ("Group", "Predicted", "Defaulted", "Calibration error")


def fairness(found: Examination) -> Section:
    """Each grouping, out of fold, and how well the inputs tell gender."""
    parts: list[Part] = [
        Text(
            "Out of fold: the approval rate, the share refused of those who defaulted (true positive rate) and of "
            "those who paid (false positive rate), the predicted and the observed default rate, and the expected "
            "calibration error; the interval of 95 % in brackets. A group of fewer than "
            f"{FEW_CLIENTS} clients has no figures, one of fewer than {FEW_DEFAULTS} defaults only an approval rate: "
            "what they would say is chance."
        )
    ]
    return Section("How it treats groups of clients", [*parts, *_groups(found.out_of_fold), Text(_proxy(found.proxy))])


def fairness_on_the_holdout(found: Examination) -> Section:
    """The same groups, on fewer clients, by the model itself."""
    return Section("The same groups on the holdout", _groups(found.holdout))


def age(found: Examination) -> Section:
    """Why age is used, what it does by band, and what leaving it out would do."""
    parts: list[Part] = [
        Text(AGE_JUSTIFICATION),
        Table(
            ("Age", "Mean points for age, on the holdout"),
            [(band, signed(points)) for band, points in found.age],
        ),
    ]
    older = found.older
    if older is None:
        parts.append(Text("There are too few clients of 62 and over on the holdout to say what age does to them."))
    elif older.value < 0:
        parts.append(Text(f"WARNING: clients of 62 and over lose {-older.value:.1f} points for their age on average."))
    else:
        parts.append(Text(f"Clients of 62 and over gain {older.value:.1f} points for their age on average."))
    return Section("Age", [*parts, *_without_age(found.ageless)])


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
    words = {promise.name: promise.words for promise in PROMISES}
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


def _groups(audits: Sequence[GroupAudit]) -> list[Part]:
    """For each grouping a sentence, how its groups are decided, and how true their probabilities are."""
    parts: list[Part] = []
    for audit in audits:
        decided: list[tuple[Cell, ...]] = [
            (
                group.label,
                group.clients,
                group.defaults,
                percents(group.approval),
                percents(group.caught),
                percents(group.turned_away),
            )
            for group in audit.groups
        ]
        if audit.unknown:
            decided.append(("not told", audit.unknown, None, None, None, None))
        judged = [
            (group.label, percent(group.predicted), percents(group.actual), numbers(group.calibration_error))
            for group in audit.groups
        ]
        parts += [Text(f"By {audit.grouping}. {_ratio(audit)}"), Table(DECIDED, decided), Table(JUDGED, judged)]
    return parts


def _ratio(audit: GroupAudit) -> str:
    if audit.approval_ratio is None:
        return "There are too few clients to compare approval rates."
    return (
        f"The lowest approval rate ({audit.lowest}) is {numbers(audit.approval_ratio, 2)} of the highest "
        f"({audit.highest})."
    )


def _proxy(found: Proxy | None) -> str:
    if found is None:
        return "There are too few clients of known gender to say how well the inputs tell it."
    strongest = ", ".join(f"{name} ({percent(share, 0)})" for name, share in found.strongest)
    return (
        "Gender is no input, but inputs may tell it: a model that tries to tell it from the same inputs reaches an "
        f"AUC of {numbers(found.auc)} (0.5: they say nothing; 1: they say it all), on {found.clients:,} clients. What "
        f"tells it most, by share of that model's gain: {strongest}."
    )


def _without_age(found: Ageless | None) -> list[Text | Table]:
    if found is None:
        return [
            Text(
                "What leaving age out would cost and do was not measured in this training: name without_age among "
                "training.compare."
            )
        ]
    rows = [(f"Approved, {label}", percents(of_ours), percents(without)) for label, of_ours, without in found.approvals]
    return [
        Text(
            "What leaving age out would cost and do, out of fold: the same model without every feature that reads the "
            f"age has an AUC that is lower by {numbers(found.auc_loss, 4)} and a cost a client that is higher by "
            f"{numbers(found.cost_rise)}."
        ),
        Table(("", "With age", "Without"), rows),
    ]


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
