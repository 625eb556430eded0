"""Gauges of one run, in a registry of their own: what a run did stands until the next one says otherwise.

Labels are words of ours: names of tables, steps, decisions, kinds. No client, no value, nor a name that a lender gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Gauge

PREFIX = "credit_scoring_"


@dataclass(frozen=True)
class Gauges:
    """Gauges by name, without the prefix."""

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
