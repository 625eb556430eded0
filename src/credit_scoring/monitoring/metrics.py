"""The figures of a monitoring for Prometheus."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import get_args

from credit_scoring.monitoring.findings import Kind
from credit_scoring.monitoring.run import Monitored
from credit_scoring.monitoring.verdict import Advice
from credit_scoring.telemetry.gauges import Gauges

JOB = "monitor"


def gauges(done: Monitored, now: datetime) -> Gauges:
    """What a monitoring found; of a model without bins there is no PSI."""
    found = Gauges()
    found.set("monitor_success_timestamp_seconds", "When the last monitoring ended", now.timestamp())
    found.set("monitor_clients", "Clients that the last monitoring looked at", done.clients)
    found.set("monitor_model_version", "Version of the model that it looked at", done.model_version)
    if done.psi is not None:
        found.set("monitor_score_psi", "PSI of the scores against the training's", done.psi)
    if done.calibration_error is not None:
        found.set("monitor_calibration_error", "Calibration error by the outcomes so far", done.calibration_error)
    kinds = Counter(each.kind for each in done.findings)
    found.by("monitor_findings", "Findings by kind", "kind", {kind: kinds[kind] for kind in get_args(Kind)})
    told = {advice: float(advice == done.verdict.advice) for advice in get_args(Advice)}
    found.by("monitor_advice", "1: what the last monitoring advises", "advice", told)
    return found
