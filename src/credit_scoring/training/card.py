"""The model card: one self-contained HTML page on what the model is, what it was trained on and how good it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from string import Template

from credit_scoring.model.artifacts import Decision
from credit_scoring.training.train import Trained

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Model card: probability of default</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere }
td.number { text-align: right; font-variant-numeric: tabular-nums }
</style>
</head>
<body>
<h1>Model card: probability of default</h1>
<p>Gradient-boosted trees ($rounds of them, LightGBM) of $features features, $constrained of which may move the risk in
one direction only. The outcome (TARGET 1) is a client who paid late by more than the lender's limit on one of the first
instalments; only approved applications have one.</p>
<h2>Clients</h2>
$clients
<h2>Decision</h2>
<p>A client is refused whose score is below the cut-off. Points start at $start for everybody: where clients stand on
average who are only just approved.</p>
$decision
<h2>How good it is</h2>
<p>Out of fold: clients of development, by a model that has not seen them. Holdout: clients that no model sees, in this
training or any other. Costs are per client.</p>
$measures
<h2>Parameters and lineage</h2>
$lineage
</body>
</html>
""")

MEASURES = {
    "auc": "AUC",
    "gini": "Gini",
    "ks": "KS",
    "brier": "Brier score",
    "ece": "Expected calibration error",
    "approval_rate": "Share approved",
    "cost_by_score": "Cost as decided, by the score",
    "best_cost": "Cost at the best threshold in hindsight",
    "best_threshold": "Best threshold in hindsight",
    "cost_at_half": "Cost at a threshold of 0.5",
    "cost_approve_all": "Cost of approving all",
}


def card(trained: Trained, decision: Decision) -> str:
    """The page, in English; the same training gives the same page."""
    found = trained.sample
    measures = [
        [words, *(_number(trained.metrics[f"{prefix}_{name}"]) for prefix in ("oof", "holdout"))]
        for name, words in MEASURES.items()
    ]
    return PAGE.substitute(
        rounds=trained.rounds,
        features=len(trained.inputs.names),
        constrained=sum(1 for constraint in trained.inputs.constraints if constraint),
        clients=_table(
            [
                ["Development", found.clients, _number(found.defaults / found.clients)],
                ["Holdout", found.holdout_clients, _number(found.holdout_defaults / found.holdout_clients)],
            ],
            head=["", "Clients", "Default rate"],
        ),
        start=_number(decision.start_points),
        decision=_table(
            [
                ["Cut-off", decision.cut_off],
                ["Threshold, probability of default", _number(decision.threshold)],
                ["Cost of a default that is approved", decision.costs.default],
                ["Gain of a good client who is approved", decision.costs.good],
                ["Cost of handling a client", decision.costs.handling],
            ]
        ),
        measures=_table(measures, head=["", "Out of fold", "Holdout"]),
        lineage=_table(_pairs(decision.lineage)),
    )


def _pairs(values: Mapping[str, object]) -> list[list[object]]:
    return [[name, value] for name, value in sorted(values.items())]


def _number(value: float) -> str:
    return f"{value:.4f}"


def _table(rows: Iterable[Iterable[object]], head: Iterable[str] = ()) -> str:
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    return "\n".join(
        [
            "<table>",
            *([f"<tr>{titles}</tr>"] if titles else []),
            *(f"<tr>{_cells(row)}</tr>" for row in rows),
            "</table>",
        ]
    )


def _cells(row: Iterable[object]) -> str:
    first, *others = row
    return f"<td>{escape(str(first))}</td>" + "".join(f'<td class="number">{escape(str(each))}</td>' for each in others)
