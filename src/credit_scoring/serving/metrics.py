"""What Prometheus reads, on a port of its own. Labels are routes, statuses and codes: nothing that names a client."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

from credit_scoring.serving.journal import Entry

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""OpenTelemetry's buckets for the duration of a request."""
FILES = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Metrics:
    """The figures of one API. `registry`: its own, so that two in a process are not in each other's way."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    durations: Histogram = field(init=False)
    batches: Histogram = field(init=False)
    decisions: Counter = field(init=False)
    unwritten: Counter = field(init=False)
    model_version: Gauge = field(init=False)
    model_since: Gauge = field(init=False)
    published: Gauge = field(init=False)
    queue: Gauge = field(init=False)
    store_seq: Gauge = field(init=False)
    store_loaded: Gauge = field(init=False)
    human_decisions: Counter = field(init=False)

    def __post_init__(self) -> None:
        def made(name: str, metric: Histogram | Counter | Gauge) -> None:
            object.__setattr__(self, name, metric)

        registry = self.registry
        labels = ("http_request_method", "http_route", "http_response_status_code")
        made(
            "durations",
            Histogram(
                "http_server_request_duration_seconds", "Duration of requests until they are recorded",
                labels, buckets=SECONDS, registry=registry,
            ),
        )  # fmt: skip
        made(
            "batches",
            Histogram(
                "credit_scoring_batch_files", "Files that were scored together", buckets=FILES, registry=registry
            ),
        )
        made(
            "decisions",
            Counter("credit_scoring_decisions", "Decisions answered", ("decision", "http_route"), registry=registry),
        )
        made(
            "unwritten",
            Counter("credit_scoring_journal_failures", "Requests that could not be recorded", registry=registry),
        )
        made(
            "model_version",
            Gauge(
                "credit_scoring_model_version", "Version that scores; 0: none is loaded", ("model",), registry=registry
            ),
        )
        made(
            "model_since",
            Gauge(
                "credit_scoring_model_champion_timestamp_seconds", "Since when the version that scores is the champion",
                ("model",), registry=registry,
            ),
        )  # fmt: skip
        made(
            "published",
            Gauge(
                "credit_scoring_published_clients", "Clients by their latest score", ("decision",), registry=registry
            ),
        )
        made("queue", Gauge("credit_scoring_queue_clients", "Referred clients whom nobody decided", registry=registry))
        made("store_seq", Gauge("credit_scoring_store_seq", "Highest delivery that is loaded", registry=registry))
        made(
            "store_loaded",
            Gauge("credit_scoring_store_loaded_timestamp_seconds", "When the store was loaded last", registry=registry),
        )
        made(
            "human_decisions",
            Counter(
                "credit_scoring_human_decisions", "Decisions of people; override: against the score",
                ("computed", "decision", "override"), registry=registry,
            ),
        )  # fmt: skip
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

    def answered(self, entry: Entry) -> None:
        """Counts a request and its duration."""
        self.durations.labels(entry.method, entry.route, str(entry.status)).observe(time.perf_counter() - entry.begun)

    def unrecorded(self) -> None:
        """Counts a request whose record could not be written."""
        self.unwritten.inc()
