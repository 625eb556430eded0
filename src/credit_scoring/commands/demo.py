"""The embedded default of `make score`: a generated lender whose history is taken in, learned from and scored upon.

With a champion present it only scores what waits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from credit_scoring.commands import deliveries, models, scores
from credit_scoring.commands.scores import ScoreReport
from credit_scoring.errors.models import GATES_NOT_PASSED
from credit_scoring.intake.manifest import NAME
from credit_scoring.settings import Settings
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.later import write_later
from credit_scoring.synthetic.writing import write

KNOWN, NEW, LATER, SEED = range(8_000, 20_000), range(20_000, 22_000), range(22_000, 22_300), 7
"""The clients of the three deliveries: with an outcome, new, and new a week later."""
RETURNING, SETTLED = NEW[:150], NEW[-600:]
"""Of the new clients, those who come back a week later, and those whose outcome is known by then."""

Say = Callable[[str], None]


def demo(settings: Settings, say: Say) -> ScoreReport:
    """From nothing to published scores; every step that is done already is left out."""
    if models.champion(settings) is None:
        _deliver(settings, "history", lambda folder: write(folder, KNOWN, len(KNOWN), SEED), say)
        _deliver(settings, "new-clients", lambda folder: write(folder, NEW, 0, SEED), say)
        say("Taking the deliveries in")
        deliveries.intake(settings)
        say("Training on the clients with an outcome")
        report = models.train(settings)
        auc = report.trained.metrics["oof_auc"]
        say(f"Model version {report.registered.version}: AUC {auc:.3f} out of fold; promoting it")
        if (found := models.promote(settings)).refused:
            raise GATES_NOT_PASSED(gates=", ".join(found.failed))
        _deliver(settings, "week-later", lambda folder: write_later(folder, LATER, RETURNING, SETTLED, SEED), say)
    say("Scoring what waits")
    return scores.score(settings)


def _deliver(settings: Settings, name: str, generate: Callable[[Path], object], say: Say) -> None:
    if Folder(settings.landing, settings.storage).exists(name, NAME):
        return
    source: Path = settings.home / "generated" / name
    say(f"Generating the delivery {name}: {source}")
    generate(source)
    deliveries.deliver(settings, source, name, lambda line: None)
