"""What a training, a promotion, a check of the promises and a monitoring found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credit_scoring.printing.table import table

if TYPE_CHECKING:
    from credit_scoring.commands.models import PromiseReport
    from credit_scoring.monitoring.run import Monitored
    from credit_scoring.training.promotion.promote import Promotion
    from credit_scoring.training.run import TrainingReport

_EXAMINED = {
    "promises_moved": "promised improvements that were tried",
    "promises_lowered": "promised improvements that lowered a score",
    "psi_score_folds": "largest PSI of the score between folds",
    "psi_score_waiting": "PSI of the score, clients waiting",
    "oof_approval_ratio_gender": "approval ratio by gender, out of fold",
    "holdout_approval_ratio_gender": "approval ratio by gender, holdout",
    "proxy_auc_gender": "AUC with which the inputs tell gender",
    "points_age_older": "points for age, clients of 62 and over",
}


def training(report: TrainingReport) -> str:
    """What the model is worth, out of fold and on the holdout, and beside others."""
    trained, metrics, intervals = report.trained, report.trained.metrics, report.trained.intervals

    def measured(key: str) -> str:
        return str(intervals[key]) if key in intervals else f"{metrics[key]:.4f}"

    rows = [
        [name, measured(f"oof_{key}"), measured(f"holdout_{key}")]
        for name, key in (
            ("AUC", "auc"), ("Gini", "gini"), ("Brier score", "brier"), ("calibration error", "ece"),
            ("cost a client", "cost_by_score"), ("cost, best in hindsight", "best_cost"),
            ("as decided, above the best in hindsight", "cost_above_best"),
            ("the same, if every probability were true", "cost_above_best_by_chance"),
            ("cost, all approved", "cost_approve_all"), ("share approved", "approval_rate"),
        )
    ]  # fmt: skip
    rows.insert(-2, ["cost, threshold searched on the other folds", measured("oof_cost_searched"), ""])
    beside = [[each.name, each.features, str(each.auc), str(each.cost)] for each in trained.comparison]
    return "\n".join(
        [
            f"Model version {report.registered.version} is the challenger: {trained.rounds} trees, "
            f"{trained.sample.clients:,} clients, {trained.sample.defaults:,} defaults.",
            table(["", "out of fold", "holdout"], rows),
            "",
            table(["out of fold", "features", "AUC", "cost a client"], beside),
            "",
            table(
                ["examined", "found"], [[_EXAMINED[name], value] for name, value in report.examined.metrics().items()]
            ),
            "",
            *trained.remarks,
            f"Make it the champion with `credit-scoring promote{' --estimate' if report.estimate else ''}`.",
        ]
    )


def promotion(done: Promotion) -> str:
    """The gates, who scores now, and who did before."""
    lines = [table(["gate", "value", "limit", "verdict"], [[g.name, g.value, g.limit, g.verdict] for g in done.gates])]
    lines += ["", done.says] if done.gates else []
    if done.forced is not None:
        lines.append(f"Forced past {', '.join(done.failed)}: {done.forced}")
    if done.refused:
        stays = f"version {done.version} stays the champion" if done.version is not None else "there is no champion"
        lines.append(f"Version {done.challenger} did not pass: {', '.join(done.failed)}. Nothing moved: {stays}.")
    else:
        before = f" (before: version {done.previous})" if done.previous not in (None, done.version) else ""
        lines.append(f"Version {done.version} is the champion{before}.")
    return "\n".join(lines).lstrip()


def promises(report: PromiseReport) -> str:
    """Each promise with the clients that it moved, the scores that fell, and the features that moved wrongly."""
    rows = [(k.promise, k.clients, k.moved, k.lower, ", ".join(k.features)) for k in report.kept]
    lower = sum(k.lower or 0 for k in report.kept)
    judged = sum(k.moved for k in report.kept)
    if report.model_version is None:
        end = "No model is registered yet: only the features were judged."
    else:
        end = f"{lower:,} of {judged:,} improvements lowered a score of model version {report.model_version}."
    return "\n".join([table(["promise", "clients", "moved", "scores lowered", "features wrong"], rows), "", end])


def monitored(found: Monitored) -> str:
    """What to do, what was found, and where the page is."""
    rows = [
        [each.kind, each.subject, each.value, each.limit, f"{each.chance:.4f}", each.points] for each in found.findings
    ]
    return "\n".join(
        [
            found.verdict.sentence,
            f"{found.subject}: {found.clients:,} clients scored by model version {found.model_version}.",
            *([found.note] if found.note else []),
            *([table(["kind", "subject", "value", "limit", "by chance", "points"], rows)] if rows else []),
            f"Page: {found.page}",
            *([f"Evidently's report of a sample: {found.evidently}"] if found.evidently else []),
        ]
    )
