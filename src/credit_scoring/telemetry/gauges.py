"""The figures of a batch run, for Prometheus: gauges that stand until the next run sets them, in a file or pushed.

Labels are words of ours: names of tables, steps, decisions, kinds. No client, no value, nor a name that a lender gave.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, Metric, push_to_gateway, write_to_textfile
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from credit_scoring.settings import MetricsSettings

log = logging.getLogger(__name__)
PREFIX = "credit_scoring_"
_PUSH_SECONDS = 5


@dataclass(frozen=True)
class Gauges:
    """Gauges in a registry of their own, by name without the prefix."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def set(self, name: str, meaning: str, value: float) -> None:
        """A number."""
        Gauge(PREFIX + name, meaning, registry=self.registry).set(value)

    def by(self, name: str, meaning: str, label: str, values: Mapping[str, float]) -> None:
        """Numbers by one label."""
        gauge = Gauge(PREFIX + name, meaning, (label,), registry=self.registry)
        for key, value in values.items():
            gauge.labels(key).set(value)

    def by_two(self, name: str, meaning: str, labels: tuple[str, str], values: Mapping[tuple[str, str], float]) -> None:
        """Numbers by two labels."""
        gauge = Gauge(PREFIX + name, meaning, labels, registry=self.registry)
        for keys, value in values.items():
            gauge.labels(*keys).set(value)


def tell(gauges: Gauges, settings: MetricsSettings, job: str) -> None:
    """Writes `credit_scoring_<job>.prom`, and pushes as the job `credit_scoring_<job>`, in place of what was there.

    What cannot be told is a warning: a run's work is not lost for its figures.
    """
    name = PREFIX + job
    if settings.folder:
        try:
            Path(settings.folder).mkdir(parents=True, exist_ok=True)
            write_to_textfile(str(Path(settings.folder) / f"{name}.prom"), gauges.registry)
        except OSError as error:
            log.warning("the figures of this run are not in %s (%s)", settings.folder, error.strerror)
    if settings.push_gateway:
        try:
            push_to_gateway(settings.push_gateway, name, gauges.registry, timeout=_PUSH_SECONDS)
        except OSError as error:  # of urllib: it does not answer, or refuses
            log.warning("the figures of this run were not pushed (%s)", type(error).__name__)


@dataclass(frozen=True)
class TextFiles(Collector):
    """A folder of `.prom` files, told by another process: what a node exporter does, where none runs.

    A file that cannot be read is passed over, and the log says so.
    """

    folder: Path

    def collect(self) -> Iterator[Metric]:
        """What the files say now."""
        for path in sorted(self.folder.glob("*.prom")):
            try:
                yield from list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
            except (OSError, ValueError) as error:
                log.warning("the figures in %s cannot be read (%s)", path.name, type(error).__name__)
