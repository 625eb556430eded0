"""The boards: as declared, and every query of every panel has an answer of a Prometheus that scraped the real API."""

from __future__ import annotations

import json
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import start_http_server

import served
from credit_scoring.settings import MetricsSettings
from credit_scoring.telemetry import prometheus
from credit_scoring.telemetry.gauges import TextFiles, tell
from serving.conftest import Caller
from telemetry.runs_told import monitor_gauges, score_gauges

ROOT = Path(__file__).parents[2]
BOARDS = sorted((ROOT / "deploy" / "grafana" / "boards").glob("*.json"))
QUERIES = [
    pytest.param(target["expr"], id=f"{board.stem}: {panel['title']} {target['refId']}")
    for board in BOARDS
    for panel in json.loads(board.read_text(encoding="utf-8"))["panels"]
    for target in panel["targets"]
]


def asked(address: str, path: str, **query: str) -> Any:
    with urllib.request.urlopen(f"{address}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=10) as answer:
        return json.load(answer)["data"]


@pytest.fixture(scope="module")
def watching(
    api: served.Api, adviser: Caller, generated: list[int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A Prometheus that scraped the API, beside it the figures of batch runs, while somebody asked and decided."""
    folder = tmp_path_factory.mktemp("metrics")
    tell(score_gauges(), MetricsSettings(folder=str(folder)), "score")
    tell(monitor_gauges(), MetricsSettings(folder=str(folder)), "monitor")
    told = TextFiles(folder)
    api.service.metrics.registry.register(told)
    server, thread = start_http_server(0, "127.0.0.1", api.service.metrics.registry)
    target = f"127.0.0.1:{server.server_port}"
    with prometheus.running(tmp_path_factory.mktemp("prometheus"), [target], every="1s") as address:
        for _ in range(60):
            if not address:
                break
            shown = adviser.ask(f"/v1/clients/{generated[0]}/score").body
            body = {name: shown[name] for name in ("client_id", "seq", "model_version")}
            adviser.ask("/v1/decisions", {**body, "decision": "approve", "reason": "seen the salary slips"})
            adviser.ask("/v1/clients/999999999/score")
            time.sleep(0.5)
            if _ready(address):
                break
        yield address
    api.service.metrics.registry.unregister(told)
    server.shutdown()
    thread.join(5)


def _ready(address: str) -> bool:
    """Whether the slowest of what is recorded has been: it stands on two scrapes and an evaluation."""
    try:
        return bool(asked(address, "query", query="credit_scoring:overrides:ratio7d")["result"]) and bool(
            asked(address, "query", query="credit_scoring:duration_seconds:p95_5m")["result"]
        )
    except OSError:
        return False  # it is starting


@pytest.mark.parametrize("query", QUERIES)
def test_a_panels_query_has_an_answer(watching: str, query: str) -> None:
    assert asked(watching, "query", query=query)["result"], query


def test_prometheus_reads_our_rules_and_listens_on_loopback_alone(watching: str) -> None:
    groups = asked(watching, "rules")["groups"]
    assert {group["name"] for group in groups} >= {"credit-scoring-recorded", "credit-scoring-model"}
    assert all(rule["health"] == "ok" for group in groups for rule in group["rules"])
    assert watching.startswith("http://127.0.0.1:")


def test_the_boards_are_as_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import boards

    try:
        assert boards.main(check=True) == 0
        assert {path.stem for path in BOARDS} == {board.name for board in boards.BOARDS}
    finally:
        sys.modules.pop("boards")


def test_every_panel_asks_the_data_source_that_is_chosen() -> None:
    for board in BOARDS:
        told = json.loads(board.read_text(encoding="utf-8"))
        assert [each["name"] for each in told["templating"]["list"]] == ["datasource"]
        assert "__inputs" not in told
        for panel in told["panels"]:
            assert {each["datasource"]["uid"] for each in (panel, *panel["targets"])} == {"${datasource}"}
