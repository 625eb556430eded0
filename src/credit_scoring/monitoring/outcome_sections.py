"""The sections of a monitoring's page that rest on outcomes, on groups of clients, and on decisions of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from credit_scoring.monitoring.fairness import GroupDrift, GroupOutcomes
from credit_scoring.monitoring.outcomes import Performance
from credit_scoring.monitoring.overrides import Overrides
from credit_scoring.monitoring.sections import chance
from credit_scoring.pages.page import Cell, Section, Table, Text
from credit_scoring.training.intervals import Interval

_WORTH = (
    "clients", "defaulted", "expected", "ratio", "by chance", "AUC", "AUC to be expected", "KS", "Brier",
    "calibration error", "by chance", "cost a client",
)  # fmt: skip


def outcomes(by_month: Mapping[str, Performance], overall: Performance | None) -> list[Section]:
    """Expected against observed, by month of application."""
    if overall is None:
        return [Section("Outcomes", [Text("Too few outcomes have come yet to say how true the probabilities are.")])]
    rows = [[month, *_worth(each)] for month, each in sorted(by_month.items())]
    return [
        Section(
            "Outcomes",
            [
                Text(
                    "Clients whose outcome has come, by the latest score that they were given before. The AUC to be "
                    "expected is what these clients' own probabilities claim: of approved clients it is lower than a "
                    "training's, because those of low score are not among them. A month of application is the month in "
                    "which the delivery that first brought it was taken in."
                ),
                Table(("applied in", *_WORTH), [*rows, ["all", *_worth(overall)]]),
            ],
        )
    ]


def groups(
    drifts: Sequence[GroupDrift], ratios: Mapping[str, Interval], judged: Sequence[GroupOutcomes], least_ratio: float
) -> list[Section]:
    """Whom the score would approve, by group, and what scores of each group were worth."""
    parts: list[Text | Table] = []
    if drifts:
        rows: list[list[Cell]] = [
            [
                each.grouping, each.label, each.clients, f"{each.approved_now:.1%}", f"{each.approved_then:.1%}",
                f"{each.beside:+.1%}", chance(each.chance),
            ]
            for each in drifts
        ]  # fmt: skip
        head = ("grouping", "group", "clients", "approved", "then", "beside others", "by chance")
        parts += [
            Text(
                "Shares that the score alone would approve. Beside others: how much more it moved than that of all the "
                "others."
            ),
            Table(head, rows, words=2),
        ]
    if ratios:
        parts += [
            Text(
                "The lowest approval rate of a group by the highest, with its interval of 95 %. By gender a model has "
                f"to show at least {least_ratio:g} to become champion (gates.min_approval_ratio)."
            ),
            Table(("grouping", "lowest by highest"), [[name, _interval(ratio, 2)] for name, ratio in ratios.items()]),
        ]
    if judged:
        worth: list[list[Cell]] = [
            [each.grouping, each.label, f"{each.beside:.2f}", chance(each.chance), *_worth(each.performance)]
            for each in judged
        ]
        parts += [
            Text(
                "By the outcomes so far, of all months. Beside all: the group's defaults by the expected ones, set "
                "against the same ratio of all clients; by chance: how likely one as far from 1 is."
            ),
            Table(("grouping", "group", "beside all", "by chance", *_WORTH), worth, words=2),
        ]
    return [Section("Groups", parts)] if parts else []


def people(found_people: Overrides | None) -> list[Section]:
    """What people decided, and who was right."""
    if found_people is None:
        return []
    each = found_people
    rows: list[list[Cell]] = [
        ["decisions of people", each.decisions],
        ["against the score", each.overrides],
        ["approved though the score refused", each.approved],
        ["refused though the score approved", each.refused],
        ["approved against the score, and paid: the adviser was right", each.paid],
        ["approved against the score, and defaulted: the model was right", each.defaulted],
    ]
    text = (
        f"Of the {each.paid + each.defaulted:,} whom people approved against the score and whose outcome has come, the "
        f"model expected {each.expected:.1f} to default. Who was refused has no outcome: nobody can tell who was right."
    )
    return [Section("Decisions of people", [Text(text), Table(("decision", "clients"), rows)])]


def left_out(refused: int, waiting: int, by_others: int) -> Section:
    """Whom the outcomes say nothing of."""
    rows: list[list[Cell]] = [
        ["refused, and without an outcome for that reason", refused],
        ["not refused, and without an outcome yet", waiting],
        ["scores of another model version, left out above", by_others],
    ]
    return Section("Who is not in the outcomes", [Table(("clients", "how many"), rows)])


def _worth(each: Performance) -> list[Cell]:
    """The cells under _WORTH."""
    return [
        each.clients, each.defaults, f"{each.expected:,.0f}", f"{each.ratio:.2f}", chance(each.ratio_chance),
        _interval(each.auc, 3), None if each.auc_expected is None else f"{each.auc_expected:.3f}",
        None if each.ks is None else f"{each.ks:.3f}", f"{each.brier:.4f}", _interval(each.calibration_error, 3),
        f"{each.calibration_by_chance:.3f}", _interval(each.cost, 2),
    ]  # fmt: skip


def _interval(found_interval: Interval | None, digits: int) -> str | None:
    if found_interval is None:
        return None
    value, low, high = (f"{x:.{digits}f}" for x in (found_interval.value, found_interval.low, found_interval.high))
    return f"{value} ({low} to {high})"
