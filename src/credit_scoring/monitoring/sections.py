"""The sections of a monitoring's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from credit_scoring.model.artifacts import FeatureLine
from credit_scoring.model.bins import Bins
from credit_scoring.monitoring.columns import ColumnDrift
from credit_scoring.monitoring.drift import FeatureDrift, ScoreDrift
from credit_scoring.monitoring.findings import FAMILIES, Finding
from credit_scoring.monitoring.profile import Profile
from credit_scoring.monitoring.vocabulary import NewValues
from credit_scoring.pages.charts import Line, Mark, bars, lines
from credit_scoring.pages.page import Cell, Section, Table, Text
from credit_scoring.settings import MonitoringSettings
from credit_scoring.training.examination.stability import SHIFTING

MOST_COLUMNS, MOST_FEATURES, MOST_DRAWN, MOST_OPENED, BAND = 15, 25, 15, 5, 10


def chance(probability: float | None) -> str:
    """A probability as people read it."""
    if probability is None:
        return "–"
    return "under 0.0001" if probability < 0.0001 else f"{probability:.4f}"


def found(findings: Sequence[Finding]) -> Section:
    """What to look at, and how surely it is no accident."""
    if not findings:
        return Section("Findings", [Text("None. What is below kept its limits, or chance explains it.")])
    rows: list[list[Cell]] = [
        [each.kind, each.sentence, f"{each.value:.3f}", f"{each.limit:.3f}", chance(each.chance), _points(each.points)]
        for each in findings
    ]
    return Section(
        "Findings",
        [
            Text(
                "Each passed its limit, and undisturbed clients would hardly show it: the probability of that, with "
                "all counted that was looked at, is under `by chance`. Points are what it did to the mean score."
            ),
            Table(("kind", "what", "value", "limit", "by chance", "points"), rows, words=2),
        ],
    )


def scores(score: ScoreDrift | None, bins: Bins | None, now: Mapping[int, int], cut_off: int) -> list[Section]:
    """The distribution then and now."""
    if score is None or bins is None or not now:
        return []
    then = {each: clients for each, clients, _ in bins.scores}
    first, last = min(*then, *now) // BAND, max(*then, *now) // BAND
    middles = [(band + 0.5) * BAND for band in range(first, last + 1)]
    curves = [
        Line(name, middles, _shares(clients, first, last))
        for name, clients in (("the training's clients", then), ("now", now))
    ]
    says = (
        f"Share of the clients by score, in bands of {BAND} points. Mean {score.mean_now:.1f} after "
        f"{score.mean_then:.1f}; {score.approved_now:.1%} reach the cut-off after {score.approved_then:.1%}."
    )
    return [
        Section(
            "Scores",
            [
                lines(
                    curves, axes_names=("score", "% of clients"), says=says, mark=Mark(cut_off, f"cut-off {cut_off}")
                ),
                Text(
                    f"The PSI is {score.psi:.3f}; chance alone shows scores as far apart with a probability of "
                    f"{chance(score.chance)}. The model expects {score.expected_now:.2%} of these clients to default; "
                    f"of those it learned from {score.defaults_then:.2%} did."
                ),
            ],
        )
    ]


def inputs(columns: Sequence[ColumnDrift]) -> list[Section]:
    """The raw columns whose values moved most."""
    if not columns:
        return []
    return [
        Section(
            "Inputs",
            [
                Text(
                    "Raw columns, the one whose values moved most first: PSI over their values, where missing ones are "
                    "a value, too. Alone: what the features that read no other column did to the mean score, in "
                    "points. With others: what all features that read it did; one that reads two columns counts for "
                    f"both, so these do not add up. {_many(columns)}"
                ),
                _columns(columns[:MOST_COLUMNS]),
            ],
        )
    ]


def all_inputs(columns: Sequence[ColumnDrift]) -> list[Section]:
    """The raw columns that `inputs` does not show."""
    rest = columns[MOST_COLUMNS:]
    return [Section("Further inputs", [_columns(rest, MOST_COLUMNS)])] if rest else []


def features(drifts: Sequence[FeatureDrift], declared: Sequence[FeatureLine]) -> list[Section]:
    """The features that moved most points."""
    if not drifts:
        return []
    meaning = {line.name: line.meaning for line in declared}
    total = sum(abs(each.points) for each in drifts) or 1.0
    most = drifts[:MOST_FEATURES]
    rows: list[list[Cell]] = [
        [
            f"{meaning.get(each.name, '')} ({each.name})", f"{each.points:+.2f}", f"{abs(each.points) / total:.1%}",
            f"{each.clients_moved:.1%}", f"{each.psi:.3f}",
            f"{each.missing_now:.1%} after {each.missing_then:.1%}", chance(min(each.chance, each.missing_chance)),
        ]
        for each in most
    ]  # fmt: skip
    drawn = drifts[:MOST_DRAWN]
    says = f"What the shift of a feature did to the mean score, in points: {len(drawn)} of {len(drifts)} features."
    head = ("feature", "points", "of all points", "clients moved", "PSI", "missing", "by chance")
    return [
        Section(
            "What moved",
            [
                bars([each.name for each in drawn], [e.points for e in drawn], axis="points", says=says, signed=True),
                Text(
                    "Points: shares of the clients in the feature's bins, now less then, times the mean contribution "
                    "of the bin. By chance: the probability for this feature alone; the findings count that many were "
                    "looked at."
                ),
                Table(head, rows),
            ],
        )
    ]


def moved(
    findings: Sequence[Finding], drifts: Sequence[FeatureDrift], bins: Bins | None, counted: Profile | None
) -> list[Section]:
    """The bins of the features that findings name first, else of those that moved most."""
    if bins is None or counted is None:
        return []
    named = [each.features[0] for each in findings if each.features]
    wanted = list(dict.fromkeys([*named, *(each.name for each in drifts)]))[:MOST_OPENED]
    place = {feature.name: i for i, feature in enumerate(bins.features)}
    parts: list[Text | Table] = []
    for name in wanted:
        feature, now = bins.features[place[name]], counted.features[place[name]]
        then_all, now_all = sum(feature.clients) or 1, int(now.sum()) or 1
        rows: list[list[Cell]] = [
            [label, f"{then / then_all:.1%}", f"{int(n) / now_all:.1%}", f"{points:+.1f}"]
            for label, then, n, points in zip(_labels(feature.edges), feature.clients, now, feature.points, strict=True)
            if then or n
        ]
        parts += [Text(name), Table(("value", "then", "now", "points there"), rows)]
    return [Section("Where it moved", parts)]


def vocabulary(new: Sequence[NewValues]) -> list[Section]:
    """Cells of categories that the training had none of, or fewer."""
    if not new:
        return []
    rows: list[list[Cell]] = [
        [f"{each.table}.{each.column}", each.value or "none of the declared ones", f"{each.share:.2%}",
         f"{each.before:.2%}", chance(each.chance)]
        for each in sorted(new, key=lambda each: -each.share)
    ]  # fmt: skip
    return [Section("New values", [Table(("column", "value", "of the cells", "then", "by chance"), rows, words=2)])]


def limits(given: MonitoringSettings, score: ScoreDrift | None, drifts: Sequence[FeatureDrift]) -> Section:
    """The limits, and how likely chance passes each with as many clients as these."""
    least = max((each.limit_chance for each in drifts), default=None)
    rows: list[list[Cell]] = [
        ["PSI of the score (monitoring.max_score_psi)", f"{given.max_score_psi:g}",
         chance(score.limit_chance if score else None)],
        ["PSI of a feature (max_feature_psi)", f"{given.max_feature_psi:g}", chance(least)],
        ["points of a feature (max_feature_points)", f"{given.max_feature_points:g}", None],
        ["missing share of a feature (max_missing)", f"{given.max_missing:g}", None],
        ["new values of a category (max_new_values)", f"{given.max_new_values:g}", None],
        ["defaults beside the expected (max_default_ratio)", f"{given.max_default_ratio:g}", None],
        ["AUC below what is claimed (max_auc_loss)", f"{given.max_auc_loss:g}", None],
        ["approvals of a group beside others (max_group_approval)", f"{given.max_group_approval:g}", None],
    ]  # fmt: skip
    return Section(
        "Limits",
        [
            Text(
                f"A finding has to pass its limit and to be less likely by chance than {given.false_alarms:g} / "
                f"{FAMILIES} for all of its kind together. So clients to whom nothing happened show any finding at all "
                f"in at most {given.false_alarms:.0%} of such pages (monitoring.false_alarms). The last column: how "
                "likely as many clients pass the limit itself by chance; of features the one of most bins."
            ),
            Table(("limit", "value", "passed by chance"), rows),
        ],
    )


def _many(columns: Sequence[ColumnDrift]) -> str:
    shifted = sum(each.psi >= SHIFTING for each in columns)
    return f"{shifted} of {len(columns)} have a PSI of {SHIFTING:g} or more; the others are at the end of the page."


def _columns(columns: Sequence[ColumnDrift], after: int = 0) -> Table:
    rows: list[list[Cell]] = [
        [
            str(place), each.name, f"{each.psi:.3f}", chance(each.chance),
            f"{each.missing_now:.1%} after {each.missing_then:.1%}", f"{each.points:+.2f}",
            f"{each.points_with_others:+.2f}", each.readers,
        ]
        for place, each in enumerate(columns, after + 1)
    ]  # fmt: skip
    head = ("place", "column", "PSI", "by chance", "missing", "points alone", "points with others", "features")
    return Table(head, rows, words=2)


def _points(points: float | None) -> str | None:
    return None if points is None else f"{points:+.1f}"


def _shares(clients: Mapping[int, int], first: int, last: int) -> list[float]:
    counts = [0] * (last - first + 1)
    for score, many in clients.items():
        counts[score // BAND - first] += many
    total = sum(counts) or 1
    return [100 * each / total for each in counts]


def _labels(edges: Sequence[float]) -> list[str]:
    if not edges:
        return ["any value", "missing"]
    between = [f"above {low:.6g}, up to {high:.6g}" for low, high in pairwise(edges)]
    return [f"up to {edges[0]:.6g}", *between, f"above {edges[-1]:.6g}", "missing"]
