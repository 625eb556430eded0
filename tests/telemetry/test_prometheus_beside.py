"""Prometheus beside the API: it is there while it is wanted and no longer, and nothing fails where there is none."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from credit_scoring.telemetry import prometheus


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/-/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def test_it_ends_with_the_block(tmp_path: Path) -> None:
    with prometheus.running(tmp_path / "prometheus", ["127.0.0.1:1"]) as address:
        for _ in range(200):
            if answers(address):
                break
            time.sleep(0.1)
        assert answers(address)
    assert not answers(address)


def test_where_none_is_installed_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with prometheus.running(tmp_path / "prometheus", ["127.0.0.1:1"]) as address:
        assert address == ""
