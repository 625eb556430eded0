"""Monitoring: scored clients against those that their model learned from, and outcomes against scores."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from credit_scoring.commands.starting import clock, start
from credit_scoring.context import Context
from credit_scoring.errors import CreditScoringError
from credit_scoring.model.registry import load_version
from credit_scoring.model.store import connect
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import Settings
from credit_scoring.telemetry.gauges import tell

if TYPE_CHECKING:
    from credit_scoring.monitoring.run import Monitored

log = logging.getLogger(__name__)


def monitor(settings: Settings, delivery: str = "", month: str = "") -> Monitored:
    """Holds a delivery, or a month, against what its model learned from, and the outcomes so far against the scores."""
    connect(settings.mlflow)
    return monitor_run(start(settings), delivery, month)


def monitor_run(context: Context, delivery: str, month: str = "") -> Monitored:
    """The same in a run that is started already, with what people decided where the online store answers."""
    from credit_scoring.monitoring.metrics import JOB, gauges
    from credit_scoring.monitoring.overrides import human_decisions
    from credit_scoring.monitoring.run import monitor as look
    from credit_scoring.online import database
    from credit_scoring.online.place import owner_url

    settings = context.settings

    def texts_of(version: int) -> ModelTexts:
        return load_version(settings.mlflow.model, version)[0]

    human = None
    with owner_url(settings, start=False) as url:
        if url:
            try:
                with database.current(url) as connection:
                    human = human_decisions(connection)
            except CreditScoringError as error:
                log.warning("What people decided is left out: the online store does not answer: %s", error)
    found = look(context, texts_of, delivery, month, human)
    tell(gauges(found, clock()), settings.metrics, JOB)
    return found
