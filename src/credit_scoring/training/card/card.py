"""The whole card, in the order in which a risk committee reads."""

from __future__ import annotations

from credit_scoring.model.artifacts import Decision
from credit_scoring.model.texts import ModelTexts
from credit_scoring.pages.page import Page, html
from credit_scoring.training.card import conduct, groups, origin, quality
from credit_scoring.training.card.words import number, numbers, percent
from credit_scoring.training.examination.audit import named
from credit_scoring.training.examination.examine import Examination
from credit_scoring.training.examination.groups import GENDER
from credit_scoring.training.train import Trained


def card(trained: Trained, examined: Examination, texts: ModelTexts) -> str:
    """The page, in English. `texts`: of the model, without its card. The same training gives the same bytes."""
    decision = Decision.from_json(texts.decision, "decision.json")
    ratio = named(examined.holdout, GENDER).approval_ratio or named(examined.out_of_fold, GENDER).approval_ratio
    metrics = trained.metrics
    return html(
        Page(
            title="Model card: probability of default",
            lead=(
                "What the model is, whom it learned from, how good it is, how it treats people, and what it cannot "
                "do. For the risk committee that decides whether it may score."
            ),
            facts=(
                ("Clients learned from", f"{trained.sample.clients:,}"),
                ("AUC on the holdout", number(metrics["holdout_auc"])),
                ("Cost a client, holdout", number(metrics["holdout_cost_by_score"], 2)),
                ("Cut-off, points", str(decision.cut_off)),
                ("Approved, holdout", percent(metrics["holdout_approval_rate"])),
                ("Approval ratio by gender", numbers(ratio, 2).split(" ")[0]),
                ("Broken promises", str(sum(kept.lower or 0 for kept in examined.promises))),
                ("Trees", f"{trained.rounds:,}"),
            ),
            sections=(
                origin.purpose(trained),
                quality.order(trained),
                quality.calibration(trained),
                quality.costs(trained, decision),
                groups.fairness(examined),
                groups.age(examined),
                conduct.reasons(examined),
                conduct.promises(examined),
                conduct.stability(examined),
                origin.limits(),
                origin.features(trained),
                origin.parameters(trained, decision),
                origin.lineage(decision),
                groups.fairness_on_the_holdout(examined),
                origin.all_features(trained),
            ),
        )
    )
