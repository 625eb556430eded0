"""The rules by Prometheus' own tools: each alert fires in the case that is meant for it, and is silent in another."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "credit-scoring.rules.yml"
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
ALERTS = {
    rule["alert"]: rule
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
    if "alert" in rule
}
DAY = 24 * 60
REQUESTS = 'http_server_request_duration_seconds_count{http_route="/v1/scores",http_response_status_code="%s"}'
BUCKET = 'http_server_request_duration_seconds_bucket{http_route="/v1/scores",le="%s"}'
PEOPLE = 'credit_scoring_human_decisions_total{computed="refer",decision="approve",override="%s"}'
PUBLISHED = 'credit_scoring_published_clients{decision="approve"}'


@dataclass(frozen=True)
class Case:
    """Series in promtool's notation, a sample a minute (or `every`, which is also how often the rules are looked at:
    all of them in 3 ms), and when the alert is looked for, in minutes."""

    firing: dict[str, str]
    silent: dict[str, str]
    at: int = 60
    every: str = "1m"


CASES = {
    "ApiDown": Case({'up{job="credit-scoring-api"}': "0x90"}, {'up{job="credit-scoring-api"}': "1x90"}),
    "ApiErrors": Case(
        {REQUESTS % 200: "0+90x90", REQUESTS % 503: "0+10x90"}, {REQUESTS % 200: "0+99x90", REQUESTS % 503: "0+1x90"}
    ),
    "ApiSlow": Case(
        {BUCKET % "1": "0+80x90", BUCKET % "2.5": "0+100x90", BUCKET % "+Inf": "0+100x90"},
        {BUCKET % "1": "0+99x90", BUCKET % "2.5": "0+100x90", BUCKET % "+Inf": "0+100x90"},
    ),
    "JournalFailing": Case(
        {"credit_scoring_journal_failures_total": "0x57 1x30"}, {"credit_scoring_journal_failures_total": "3x90"}
    ),
    "ModelMissing": Case(
        {'credit_scoring_model_version{model="credit_default"}': "0x90"},
        {
            'credit_scoring_model_version{model="credit_default"}': "2x90",
            'credit_scoring_model_version{model="credit_estimate"}': "0x90",
        },
    ),
    "StoreStale": Case(
        {"credit_scoring_store_loaded_timestamp_seconds": "0x200"},
        {"credit_scoring_store_loaded_timestamp_seconds": "100000x200"},
        at=2 * DAY + 60,
        every="30m",
    ),
    "QueueLong": Case(
        {"credit_scoring_queue_clients": "300x200", PUBLISHED: "1000x200"},
        {"credit_scoring_queue_clients": "150x200", PUBLISHED: "1000x200"},
        at=120,
    ),
    "ScoreRunLate": Case(
        {"credit_scoring_run_success_timestamp_seconds": "0x200"},
        {"credit_scoring_run_success_timestamp_seconds": "100000x200"},
        at=2 * DAY,
        every="30m",
    ),
    "DeliveryHeld": Case(
        {'credit_scoring_run_deliveries{status="held"}': "1x90"},
        {'credit_scoring_run_deliveries{status="held"}': "0x90"},
    ),
    "DeliveryRefused": Case(
        {'credit_scoring_run_deliveries{status="refused"}': "2x90"},
        {
            'credit_scoring_run_deliveries{status="refused"}': "0x90",
            'credit_scoring_run_deliveries{status="held"}': "1x90",
        },
    ),
    "QuarantineHigh": Case(
        {
            'credit_scoring_run_rows{table="bureau",outcome="accepted"}': "90x90",
            'credit_scoring_run_rows{table="bureau",outcome="quarantined"}': "10x90",
        },
        {
            'credit_scoring_run_rows{table="bureau",outcome="accepted"}': "99x90",
            'credit_scoring_run_rows{table="bureau",outcome="quarantined"}': "1x90",
        },
    ),
    "RetrainAdvised": Case(
        {'credit_scoring_monitor_advice{advice="retrain"}': "1x90"},
        {
            'credit_scoring_monitor_advice{advice="retrain"}': "0x90",
            'credit_scoring_monitor_advice{advice="look"}': "1x90",
        },
    ),
    "DriftFound": Case(
        {'credit_scoring_monitor_findings{kind="feature"}': "2x90"},
        {
            'credit_scoring_monitor_findings{kind="feature"}': "0x90",
            'credit_scoring_monitor_findings{kind="default rate"}': "1x90",
        },
    ),
    "CalibrationOff": Case(
        {"credit_scoring_monitor_calibration_error": "0.08x90"}, {"credit_scoring_monitor_calibration_error": "0.01x90"}
    ),
    "MonitoringLate": Case(
        {"credit_scoring_monitor_success_timestamp_seconds": "0x100"},
        {"credit_scoring_monitor_success_timestamp_seconds": f"{20 * 86400}x100"},
        at=41 * DAY,
        every="12h",
    ),
    "ModelOld": Case(
        {'credit_scoring_model_champion_timestamp_seconds{model="credit_default"}': "0x400"},
        {'credit_scoring_model_champion_timestamp_seconds{model="credit_default"}': f"{100 * 86400}x400"},
        at=181 * DAY,
        every="12h",
    ),
    "OverridesFrequent": Case(
        {PEOPLE % "true": "0+1x200", PEOPLE % "false": "0+1x200"},
        {PEOPLE % "true": "0+1x200", PEOPLE % "false": "0+19x200"},
        at=100,
    ),
}


def promtool(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)


def test_the_rules_hold() -> None:
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case() -> None:
    assert set(CASES) == set(ALERTS)


def fires(name: str, series: dict[str, str], case: Case, folder: Path) -> bool:
    """Whether the alert fires at the case's minute, by promtool; it is asked whether it is silent."""
    asked = {
        "rule_files": [str(RULES)],
        "evaluation_interval": case.every,
        "tests": [
            {
                "interval": case.every,
                "input_series": [{"series": key, "values": values} for key, values in series.items()],
                "alert_rule_test": [{"eval_time": f"{case.at}m", "alertname": name, "exp_alerts": []}],
            }
        ],
    }
    path = folder / "case.yml"
    path.write_text(yaml.safe_dump(asked))
    done = promtool("test", "rules", path)
    told = done.stdout + done.stderr
    assert ("SUCCESS" in told) == (done.returncode == 0), told
    assert done.returncode == 0 or f"alertname:{name}" in told.replace(" ", ""), told
    return done.returncode != 0


@pytest.mark.parametrize("name", CASES)
def test_an_alert_fires_when_it_should_and_only_then(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    assert fires(name, case.firing, case, tmp_path)
    assert not fires(name, case.silent, case, tmp_path)


def test_each_alert_names_its_paragraph_of_the_runbook_and_each_paragraph_an_alert() -> None:
    section = RUNBOOK.split("## By alert", 1)[1].split("\n## ", 1)[0]
    told = re.findall(r"^### (\w+)$", section, flags=re.MULTILINE)
    assert sorted(told) == sorted(ALERTS)
    for name, rule in ALERTS.items():
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{name.lower()}"
