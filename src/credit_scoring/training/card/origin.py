"""Where a model comes from: what its outcome means, clients, features, parameters, lineage; and what it cannot do."""

from __future__ import annotations

from collections import Counter

from credit_scoring.features.reasons import Reason
from credit_scoring.model.artifacts import Decision
from credit_scoring.pages.page import Section, Table, Text
from credit_scoring.schema.outcomes import TARGET
from credit_scoring.settings import TrainingSettings
from credit_scoring.training.card.words import percent
from credit_scoring.training.train import Trained

DIRECTIONS = {1: "risk rises with it", -1: "risk falls with it", 0: "free"}

TRAINERS = {"lightgbm": "in one process", "synapseml": "by SynapseML on Spark"}


def purpose(trained: Trained) -> Section:
    """What is predicted, of whom, and from whom it was learned."""
    found = trained.sample
    rows = [
        ("Development", found.clients, found.defaults, percent(found.defaults / found.clients)),
        (
            "Holdout",
            found.holdout_clients,
            found.holdout_defaults,
            percent(found.holdout_defaults / found.holdout_clients),
        ),
    ]
    return Section(
        "What it predicts, and from whom it learned",
        [
            Text(
                f"The outcome is {TARGET.name} as the lender delivers it ({TARGET.meaning}): 1 for a client who paid "
                "late by more than the lender's limit on one of the first instalments, 0 for everybody else. Only "
                "approved applications have an outcome, so of clients whom the lender always refused nothing is known."
            ),
            Text(
                "A client is one application. Everything is taken as it was known when the application was first "
                "accepted. A holdout of clients, chosen by a hash of their number, is never used to fit or to choose "
                "anything, in this training or in any other; out of fold means judged by a model that has not seen "
                "the client."
            ),
            Table(("Clients with an outcome", "Clients", "Defaults", "Default rate"), rows),
            *(Text(remark) for remark in trained.remarks),
        ],
    )


def features(trained: Trained) -> Section:
    """How many features of each family there are, and how many are held to one direction."""
    lines = {line.name: line for line in trained.inputs.declared.features}
    used = [lines[name] for name in trained.inputs.names]
    families = Counter(line.reason for line in used)
    held = Counter(line.reason for line, held in zip(used, trained.inputs.constraints, strict=True) if held)
    rows = [(_family(code), number, held[code]) for code, number in families.most_common()]
    return Section(
        "What it looks at",
        [
            Text(
                f"{_share(len(used), len(lines))} Gender, marital status and what tells them are no inputs, nor is the "
                "client's social circle. On a feature that moves with what clients are promised the model is held to "
                "one direction: there it may move the risk that way only."
            ),
            Table(("Family", "Features", "Held to a direction"), rows),
        ],
    )


def all_features(trained: Trained) -> Section:
    """Every feature that is used, with its meaning."""
    lines = {line.name: line for line in trained.inputs.declared.features}
    used = [lines[name] for name in trained.inputs.names]
    held = trained.inputs.constraints
    rows = [(line.meaning, line.unit, DIRECTIONS[to]) for line, to in zip(used, held, strict=True)]
    return Section("Every feature that is used", [Table(("Meaning", "Unit", "Direction"), rows, words=3)])


def parameters(trained: Trained, decision: Decision) -> Section:
    """How it was fitted, and how a probability becomes points."""
    scale = decision.scale
    rows = [
        ("Trees", f"{trained.rounds:,}"),
        ("Best rounds of the folds", ", ".join(map(str, trained.fold_rounds))),
        *(
            (name.replace("_", " "), _plain(value))
            for name, value in decision.lineage.items()
            if name in TrainingSettings.model_fields
        ),
        ("calibration, log-odds of default", f"{scale.a:.4f} × margin {scale.b:+.4f}"),
        ("points", f"{scale.anchor_points:g} at odds of {scale.anchor_odds:g} : 1, {scale.pdo:g} more double the odds"),
        ("start points of everybody", f"{decision.start_points:.1f}"),
    ]
    return Section(
        "Parameters",
        [
            Text(
                f"Gradient-boosted trees (LightGBM, fitted {TRAINERS[trained.trainer]}), calibrated by Platt's curve "
                "on margins out of fold, scaled to points. Everybody starts where clients stand who are only just "
                f"approved. {_reproducible(trained)}"
            ),
            Table(("Parameter", "Value"), rows),
        ],
    )


def lineage(decision: Decision) -> Section:
    """What it was made of and by."""
    rows = [
        (name.replace("_", " "), _plain(value))
        for name, value in decision.lineage.items()
        if name not in TrainingSettings.model_fields
    ]
    return Section(
        "Lineage",
        [Table(("", ""), [*rows, ("fingerprint of the features", decision.fingerprint)], words=2)],
    )


def limits() -> Section:
    """What nobody should use it for."""
    said = (
        "It orders clients like those of the past and says how many of a kind default. It knows nothing of what is not "
        "in the tables, and nothing of why.",
        "It learned from approved applications only. Where a lender's rules refused everybody of a kind, its "
        "probabilities for that kind are guesses, and no figure of this page tests them.",
        "The outcome is early lateness, not the loss of the whole loan; the costs of the decision are those of the "
        "settings and do not depend on the amount.",
        "A missing value may move a score either way: promises hold between values, not to or from missing.",
        "Intervals tell how far a figure could be off because other clients might have come. They do not tell what a "
        "change of economy, of products or of the way to the client does: the section on stability watches that.",
        "A client whose file is incomplete, or whose score lies in the band of the settings, is referred to a person, "
        "whatever the model says. The shares approved on this page take every file for complete.",
        "Figures by group are evidence for a review, not a statement that any law is met.",
    )
    return Section("What it cannot do", [Text(words) for words in said])


def _share(used: int, declared: int) -> str:
    if used == declared:
        return f"All {declared} declared features are used."
    return f"{used} of {declared} declared features are used; the others were left out or brought nothing."


def _reproducible(trained: Trained) -> str:
    if trained.tasks == 1:
        return "The same clients, settings and versions give the same model, byte for byte."
    return (
        f"It was fitted in {trained.tasks} tasks at once, whose shares of the work are not the same each time: the "
        "same clients give a model that is as good, but not the same text to the byte."
    )


def _family(code: str) -> str:
    return Reason[code].value_en if code in Reason.__members__ else code


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
