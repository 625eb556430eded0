"""How good a model is: order, gains, calibration, cost, and what other models would have been worth."""

from __future__ import annotations

from credit_scoring.model.artifacts import Decision
from credit_scoring.pages import charts
from credit_scoring.pages.charts import Line, Mark
from credit_scoring.pages.page import Section, Table, Text
from credit_scoring.training.card.words import number, numbers, percent
from credit_scoring.training.measures import gains, reliability
from credit_scoring.training.predict import Margins
from credit_scoring.training.train import Trained

ORDER = {
    "auc": "AUC: how often a defaulted client is ranked riskier than a good one",
    "gini": "Gini: twice the AUC less one",
    "ks": "KS: largest distance between defaulted and good clients",
    "brier": "Brier score: mean squared error of the probability",
    "ece": "Expected calibration error",
    "approval_rate": "Share approved",
}

COSTS = {
    "cost_by_score": "As decided, by the score",
    "best_cost": "At the threshold that was best in hindsight",
    "cost_at_half": "At a probability of one half",
    "cost_approve_all": "Approving all",
}


def order(trained: Trained) -> Section:
    """AUC and its neighbours, the gains by tenth of the clients, and the rivals."""
    rows = [(words, _figure(trained, "oof", name), _figure(trained, "holdout", name)) for name, words in ORDER.items()]
    probability = trained.scale.probability(trained.out_of_fold.margin)
    tenths = gains(trained.out_of_fold.target, probability)
    parts: list[Text | Table] = [
        Text("In brackets: the interval of 95 % by bootstrap of the clients."),
        Table(("", "Out of fold", "Holdout"), rows),
        Text(
            "The clients of development in ten parts, the riskiest first. A model that knew nothing would find a tenth "
            "of the defaults in each."
        ),
        Table(
            ("Tenth", "Clients", "Defaults", "Default rate", "Probability from", "Found so far"),
            [
                (
                    str(i),
                    tenth.clients,
                    tenth.defaults,
                    percent(tenth.rate),
                    percent(tenth.lowest),
                    percent(tenth.caught),
                )
                for i, tenth in enumerate(tenths, 1)
            ],
        ),
    ]
    if len(trained.comparison) > 1:
        parts += [
            Text("Other models on the same clients and folds, each calibrated like ours; cost a client, out of fold."),
            Table(
                ("Model", "AUC", "AUC below ours", "Cost", "Cost above ours"),
                [
                    (
                        rival.meaning,
                        number(rival.auc.value, 4),
                        numbers(rival.auc_below_ours, 4),
                        number(rival.cost.value),
                        numbers(rival.cost_above_ours),
                    )
                    for rival in trained.comparison
                ],
            ),
        ]
    return Section("How well it orders clients", parts)


def calibration(trained: Trained) -> Section:
    """Whether what it predicts comes true."""

    def curve(name: str, clients: Margins) -> Line:
        bins = reliability(clients.target, trained.scale.probability(clients.margin))
        return Line(
            name,
            [100 * b.predicted for b in bins],
            [100 * b.actual.value for b in bins],
            [100 * b.actual.low for b in bins],
            [100 * b.actual.high for b in bins],
        )

    metrics = trained.metrics
    return Section(
        "How true its probabilities are",
        [
            Text(
                "Clients in twenty parts of equal size by predicted probability: each point stands on the dotted line "
                "where as many defaulted as predicted. Bars: the interval of 95 %."
            ),
            charts.lines(
                [curve("out of fold", trained.out_of_fold), curve("holdout", trained.holdout)],
                axes_names=("predicted probability of default, %", "defaulted, %"),
                says="Predicted and observed default rates of twentieths of the clients.",
                diagonal=True,
            ),
            Text(
                f"The mean distance from the line (expected calibration error) is {_figure(trained, 'oof', 'ece')} out "
                f"of fold and {_figure(trained, 'holdout', 'ece')} on the holdout; before calibration it was "
                f"{number(metrics['oof_uncalibrated_ece'], 4)} out of fold. Chance alone keeps it above zero, and the "
                "interval corrects for that, so that the value may lie above it."
            ),
        ],
    )


def costs(trained: Trained, decision: Decision) -> Section:
    """What decisions cost, and where the threshold lies."""
    paid = decision.costs
    curve = trained.cost_curve
    rows = [(words, _figure(trained, "oof", name), _figure(trained, "holdout", name)) for name, words in COSTS.items()]
    rows.append(("At a threshold searched on the other folds", numbers(trained.intervals["oof_cost_searched"]), "–"))
    rows.append(
        (
            "As decided, less the best in hindsight",
            numbers(trained.intervals["oof_cost_above_best"]),
            numbers(trained.intervals["holdout_cost_above_best"]),
        )
    )
    rows.append(
        (
            "The same, if every probability were true",
            number(trained.metrics["oof_cost_above_best_by_chance"]),
            number(trained.metrics["holdout_cost_above_best_by_chance"]),
        )
    )
    rows.append(
        (
            "As decided, less approving all",
            numbers(trained.intervals["oof_cost_above_approve_all"]),
            numbers(trained.intervals["holdout_cost_above_approve_all"]),
        )
    )
    return Section(
        "What decisions cost",
        [
            Text(
                f"A default that is approved costs {paid.default:g}, a good client who is approved brings "
                f"{paid.good:g}, handling a client costs {paid.handling:g}. These costs alone give the threshold, "
                f"a probability of default of {percent(decision.threshold)}, which is a cut-off of {decision.cut_off} "
                "points: a client below it is refused. A cost below zero is a gain. The threshold that was best for "
                "these clients in hindsight, and the one searched on other clients, are checks; they are not used. "
                "Hindsight finds a cheaper threshold even where every probability is true: by how much, the table says."
            ),
            charts.lines(
                [Line("cost", [100 * point.approved for point in curve], [point.cost for point in curve])],
                axes_names=("approved, % of clients, the safest first", "cost a client"),
                says="Cost a client by the share approved, out of fold; the dotted line is the decision's threshold.",
                mark=Mark(100 * trained.metrics["oof_approval_rate"], "as decided"),
            ),
            Table(("Cost a client", "Out of fold", "Holdout"), rows),
        ],
    )


def _figure(trained: Trained, prefix: str, name: str) -> str:
    """A metric, with its interval where it has one."""
    key = f"{prefix}_{name}"
    if name == "approval_rate":
        return percent(trained.metrics[key])
    interval = trained.intervals.get(key)
    digits = 3 if "cost" in name else 4
    return numbers(interval, digits) if interval is not None else number(trained.metrics[key], digits)
