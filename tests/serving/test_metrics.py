"""What Prometheus reads of the API: routes, decisions, the store and the model; no client, no value."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from prometheus_client import Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families

import served
from serving.conftest import Caller, until

CLIENT = 107


@pytest.fixture
def asked(api: served.Api, adviser: Caller, generated: list[int]) -> served.Api:
    """The API after a score, a refusal, and a decision of a person."""
    assert adviser.ask(f"/v1/clients/{CLIENT}/score").status == 200
    assert adviser.ask("/v1/clients/999999999/score").status == 404
    shown = adviser.ask(f"/v1/clients/{CLIENT}/score").body
    against = "refuse" if shown["score"] >= shown["cut_off"] else "approve"
    body = {name: shown[name] for name in ("client_id", "seq", "model_version")}
    done = adviser.ask("/v1/decisions", {**body, "decision": against, "reason": "seen the salary slips"})
    assert done.status in (201, 409)
    until(lambda: value(api, "credit_scoring_store_seq") > 0)
    return api


def families(api: served.Api) -> Iterator[Metric]:
    return text_string_to_metric_families(generate_latest(api.service.metrics.registry).decode())


def value(api: served.Api, name: str, **labels: str) -> float:
    found = [
        sample.value
        for family in families(api)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return sum(found)


def test_requests_are_counted_by_route_and_status(asked: served.Api) -> None:
    route = {"http_route": "/v1/clients/{client_id}/score", "http_request_method": "GET"}
    counted = "http_server_request_duration_seconds_count"
    assert value(asked, counted, **route, http_response_status_code="200") >= 2
    assert value(asked, counted, **route, http_response_status_code="404") >= 1


def test_decisions_of_the_model_and_of_people_are_counted(asked: served.Api) -> None:
    assert value(asked, "credit_scoring_decisions_total") >= 2
    assert value(asked, "credit_scoring_human_decisions_total", override="true") == 1


def test_the_store_and_the_model_are_told(asked: served.Api, generated: list[int]) -> None:
    until(lambda: value(asked, "credit_scoring_model_version", model="credit_default") == 1)
    until(lambda: value(asked, "credit_scoring_model_champion_timestamp_seconds") > 0)
    assert value(asked, "credit_scoring_store_loaded_timestamp_seconds") > 1.7e9
    assert value(asked, "credit_scoring_published_clients") >= 40
    assert value(asked, "process_resident_memory_bytes") > 0


def test_no_label_names_a_client_or_a_value(asked: served.Api) -> None:
    for family in families(asked):
        for sample in family.samples:
            for name, told in sample.labels.items():
                if name in ("le", "http_response_status_code", "version", "major", "minor", "patchlevel"):
                    continue
                assert not re.search(r"\d{2}", told.replace("/v1/", "")), (sample.name, name, told)
