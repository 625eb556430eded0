"""The figures of batch runs: what they say, where they go, and that no label holds a client or a value."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from credit_scoring.publishing.published import Report, gauges
from credit_scoring.settings import MetricsSettings
from credit_scoring.telemetry.gauges import Gauges, TextFiles, tell
from telemetry.runs_told import LENDERS_NAME, NOW, monitor_gauges, score_gauges, taken


@pytest.fixture
def score() -> Gauges:
    return score_gauges()


@pytest.fixture
def monitored() -> Gauges:
    return monitor_gauges()


def samples(registry: CollectorRegistry) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in family.samples
    }


def test_a_run_tells_clients_decisions_deliveries_and_seconds(score: Gauges) -> None:
    told = samples(score.registry)
    for name, label, value in (
        ("run_clients", ("status", "scored"), 10), ("run_clients", ("status", "with_outcome"), 6),
        ("run_decisions", ("decision", "refuse"), 3), ("run_deliveries", ("status", "held"), 1),
        ("run_step_seconds", ("step", "writing scores.csv"), 1.5),
    ):  # fmt: skip
        assert told[f"credit_scoring_{name}", (label,)] == value
    assert told["credit_scoring_run_success_timestamp_seconds", ()] == NOW.timestamp()


def test_rows_are_told_by_table_and_what_became_of_them() -> None:
    told = samples(gauges(taken(), Report("run", (), (), None, None), {}, NOW).registry)
    rows = {dict(labels)["outcome"]: value for (name, labels), value in told.items() if name.endswith("run_rows")}
    assert rows == {"accepted": 90, "duplicate": 7, "quarantined": 3}


def test_a_monitoring_tells_its_findings_and_its_advice(monitored: Gauges) -> None:
    told = samples(monitored.registry)
    assert told["credit_scoring_monitor_findings", (("kind", "feature"),)] == 1
    assert told["credit_scoring_monitor_findings", (("kind", "group"),)] == 0
    assert told["credit_scoring_monitor_advice", (("advice", "look"),)] == 1
    assert told["credit_scoring_monitor_score_psi", ()] == 0.12


def test_no_label_holds_a_name_of_the_lenders_nor_a_number(score: Gauges, monitored: Gauges) -> None:
    for each in (score, monitored):
        for _, labels in samples(each.registry):
            assert all(LENDERS_NAME not in value and not any(c.isdigit() for c in value) for _, value in labels)


def test_a_file_is_written_and_told_again_by_another_process(score: Gauges, tmp_path: Path) -> None:
    tell(score, MetricsSettings(folder=str(tmp_path / "metrics")), "score")
    registry = CollectorRegistry()
    registry.register(TextFiles(tmp_path / "metrics"))
    assert samples(registry) == samples(score.registry)
    (tmp_path / "metrics" / "broken.prom").write_text("{ no metric")
    assert samples(registry) == samples(score.registry)


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """What a push gateway is to its clients: it takes a PUT. Beside it the real one would be a package more."""
    taken_in: list[tuple[str, bytes]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            taken_in.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Takes) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}", taken_in
        server.shutdown()
        thread.join()


def test_a_gateway_is_given_the_figures(score: Gauges, gateway: tuple[str, list[tuple[str, bytes]]]) -> None:
    address, taken_in = gateway
    tell(score, MetricsSettings(folder="", push_gateway=address), "score")
    ((path, body),) = taken_in
    assert path == "/metrics/job/credit_scoring_score"
    assert b"credit_scoring_run_clients" in body


def test_what_cannot_be_told_is_a_warning(score: Gauges, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    tell(score, MetricsSettings(folder=str(tmp_path / "file" / "below"), push_gateway="127.0.0.1:1"), "score")
    assert len(caplog.records) == 2
