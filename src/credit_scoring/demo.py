"""The embedded default of `make score`: a generated lender whose history is taken in, learned from and scored upon.

With a champion present it only scores what waits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from credit_scoring import commands
from credit_scoring.commands import ScoreReport
from credit_scoring.errors import ModelError
from credit_scoring.intake.manifest import NAME
from credit_scoring.settings import Settings
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.writing import write

HISTORY, NEW = "history", "new-clients"
CLIENTS_WITH_OUTCOME, NEW_CLIENTS, SEED = 20_000, 2_000, 7

Say = Callable[[str], None]


def demo(settings: Settings, say: Say) -> ScoreReport:
    """From nothing to published scores; every step that is done already is left out."""
    if commands.champion(settings) is None:
        every = range(CLIENTS_WITH_OUTCOME + NEW_CLIENTS)
        _deliver(settings, HISTORY, every[:CLIENTS_WITH_OUTCOME], CLIENTS_WITH_OUTCOME, say)
        _deliver(settings, NEW, every[CLIENTS_WITH_OUTCOME:], 0, say)
        say("Taking the deliveries in")
        commands.intake(settings)
        say("Training on the clients with an outcome")
        report = commands.train(settings)
        auc = report.trained.metrics["oof_auc"]
        say(f"Model version {report.registered.version}: AUC {auc:.3f} out of fold; promoting it")
        if (found := commands.promote(settings)).refused:
            raise ModelError(f"The model did not pass its gates ({', '.join(found.failed)}), so nothing is scored.")
    say("Scoring what waits")
    return commands.score(settings)


def _deliver(settings: Settings, name: str, clients: range, outcomes: int, say: Say) -> None:
    if Folder(settings.landing, settings.storage).exists(name, NAME):
        return
    source: Path = settings.home / "generated" / name
    say(f"Generating {len(clients):,} clients{' with their outcomes' if outcomes else ''}: {source}")
    write(source, clients, outcomes, SEED)
    commands.deliver(settings, source, name, lambda line: None)
