"""A score run that does not know that another one has taken its work over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from credit_scoring.context import Stopwatch
from credit_scoring.publishing import latest, runs
from credit_scoring.scoring import history


def state(office) -> dict[str, list[str]]:
    """All that a run leaves but its report."""
    of_tables = {name: office.rows(name) for name in (history.TABLE, latest.TABLE, runs.TABLE)}
    published = [event for event in office.ledger.events() if event.event == "published"]
    files = [office.csv(delivery) for delivery in ("d1", "d2")]
    return {name: sorted(map(str, rows)) for name, rows in {**of_tables, "events": published, "files": files}.items()}


@pytest.mark.parametrize("at", ["features, scores and reasons of the clients", "writing scores.csv"])
def test_a_run_that_outlives_its_claim_changes_nothing_more(
    open_office, tmp_path, stored, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """It sleeps at a step until another run has taken its claim over and published; then it goes on to its end."""
    opened = open_office(tmp_path)
    stepping = Stopwatch.step
    after_the_other: list[dict[str, list[str]]] = []
    asleep = False

    @contextmanager
    def step(watch: Stopwatch, name: str) -> Iterator[None]:
        nonlocal asleep
        if name == at and not asleep:
            asleep = True
            opened.run("run-2", after_minutes=90)
            after_the_other.append(state(opened))
        with stepping(watch, name):
            yield

    monkeypatch.setattr(Stopwatch, "step", step)
    opened.run("run-1")
    assert after_the_other == [state(opened)]
    assert len(opened.rows(history.TABLE)) == len(stored)
    assert len(opened.rows(runs.TABLE)) == 2
