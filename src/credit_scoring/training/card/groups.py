"""How a model treats groups of clients: by gender, age, family status and region; and what age does."""

from __future__ import annotations

from collections.abc import Sequence

from credit_scoring.pages import charts
from credit_scoring.pages.charts import Line
from credit_scoring.pages.page import Cell, Figure, Section, Table, Text
from credit_scoring.training.card.words import numbers, percent, percents, signed
from credit_scoring.training.examination.ageless import Ageless
from credit_scoring.training.examination.audit import FEW_CLIENTS, FEW_DEFAULTS, GroupAudit
from credit_scoring.training.examination.examine import Examination
from credit_scoring.training.examination.groups import MIDDLES
from credit_scoring.training.examination.proxy import Proxy

Part = Text | Table | Figure

AGE_JUSTIFICATION = (
    "Age is an input, because it says much about default at the start of a loan. It is no promise, and held to no "
    "direction: the table and the curve show what it does. It has a reason of its own, so that a client is told when "
    "it weighs; the points below are that reason's. Other features set something against the age, such "
    "as the share of the life spent in the present employment; they stand with their own reasons. Some laws allow "
    "age in a scoring system on conditions: in the United States Regulation B (12 CFR 1002.6) has one on clients of 62 "
    "and over, for whom the table is evidence. Whether age may be used is for the "
    "lender's lawyers; the setting training.leave_out with DAYS_BIRTH takes it out, with every feature that reads it."
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
        *_curve(found),
    ]
    older = found.older
    if older is None:
        parts.append(Text("There are too few clients of 62 and over on the holdout to say what age does to them."))
    elif older.value < 0:
        parts.append(Text(f"WARNING: clients of 62 and over lose {-older.value:.1f} points for their age on average."))
    else:
        parts.append(Text(f"Clients of 62 and over gain {older.value:.1f} points for their age on average."))
    return Section("Age", [*parts, *_without_age(found.ageless)])


def _curve(found: Examination) -> list[Figure]:
    """The same points over the age; nothing where too few bands have any."""
    known = [(middle, points) for middle, (_, points) in zip(MIDDLES, found.age, strict=True) if points is not None]
    if len(known) < 2:
        return []
    line = Line(
        "age",
        [middle for middle, _ in known],
        [points.value for _, points in known],
        [points.low for _, points in known],
        [points.high for _, points in known],
    )
    says = "Mean points for age by the middle of each age band, with intervals, on the holdout."
    return [charts.lines([line], axes_names=("age, years", "mean points for age"), says=says)]


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
