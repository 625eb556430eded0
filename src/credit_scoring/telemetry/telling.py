"""Where the figures of a run go: a file that comes to its place whole, and a push gateway where one is named."""

from __future__ import annotations

import logging
from pathlib import Path

from prometheus_client import push_to_gateway, write_to_textfile

from credit_scoring.settings import MetricsSettings
from credit_scoring.telemetry.gauges import Gauges

log = logging.getLogger(__name__)
_SECONDS = 5


def tell(gauges: Gauges, settings: MetricsSettings, job: str) -> None:
    """Writes `credit_scoring_<job>.prom`, and pushes as the job `credit_scoring_<job>`, in place of what was there.

    What cannot be told is a warning: a run's work is not lost for its figures.
    """
    name = f"credit_scoring_{job}"
    if settings.folder:
        try:
            Path(settings.folder).mkdir(parents=True, exist_ok=True)
            write_to_textfile(str(Path(settings.folder) / f"{name}.prom"), gauges.registry)
        except OSError as error:
            log.warning("the figures of this run are not in %s (%s)", settings.folder, error.strerror)
    if settings.push_gateway:
        try:
            push_to_gateway(settings.push_gateway, name, gauges.registry, timeout=_SECONDS)
        except OSError as error:  # of urllib: it does not answer, or refuses
            log.warning("the figures of this run were not pushed (%s)", type(error).__name__)
