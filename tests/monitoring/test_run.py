"""A monitoring of a store: what it counts, where it writes, and what it says when it cannot compare."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from conftest import (
    EngineAt,
    StoredLender,
    context_at,
    embedded,
    frame,
    on_both_engines,
    scored_and_published,
)
from credit_scoring.clients.cohort import known_at
from credit_scoring.clients.gather import vectors
from credit_scoring.commands import models, scores
from credit_scoring.engines.engine import Engine
from credit_scoring.errors import CreditScoringError
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.bins import Bins, FeatureBins, Group
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.monitoring.overrides import HUMAN
from credit_scoring.monitoring.run import NO_BINS, OTHER_FEATURES, Monitored, monitor
from credit_scoring.settings import GatherSettings, MonitoringSettings, TrainingSettings
from drawn_model import drawn_model

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
GATHER = GatherSettings(clients_per_slot=70)
CLIENTS, WITH_OUTCOME = range(9_410_000, 9_410_300), range(9_410_000, 9_410_200)


@dataclass
class Lender:
    """A store with a delivery `d1` of scored clients, and `d2` with outcomes of most of them."""

    engine: Engine
    root: Path
    texts: ModelTexts

    def look(self, texts: ModelTexts | None = None, run_id: str = "run-m", **wanted: object) -> Monitored:
        context = context_at(
            self.root, self.engine, run_id, AT + timedelta(days=40), gather=GATHER,
            monitoring=MonitoringSettings(min_clients=100), training=TrainingSettings(resamples=100),
        )  # fmt: skip
        return monitor(context, lambda version: texts or self.texts, **wanted)

    def rows(self, table: str) -> pl.DataFrame:
        return frame(self.engine, table)


def bins_of(texts: ModelTexts, features: np.ndarray) -> Bins:
    """Bins of clients half of whom stand for the training: deciles of every used feature."""
    ready = scorer(texts)
    scored = ready.score(features)
    found = []
    for name, position in zip(ready.features.used, ready.used.tolist(), strict=True):
        column = features[:, position].astype(float)
        known = column[~np.isnan(column)]
        edges = np.unique(np.quantile(known, [0.25, 0.5, 0.75], method="lower")) if len(known) else np.zeros(0)
        place = np.where(np.isnan(column), len(edges) + 1, np.searchsorted(edges, column))
        clients = np.bincount(place, minlength=len(edges) + 2)
        points = np.bincount(place, scored.contributions[:, position], minlength=len(edges) + 2)
        found.append(
            FeatureBins(
                name=name,
                edges=tuple(edges.tolist()),
                clients=tuple(clients.tolist()),
                points=tuple((points / np.maximum(clients, 1)).tolist()),
            )
        )
    seen, many = np.unique(scored.score, return_counts=True)
    return Bins(
        features=tuple(found),
        scores=tuple((int(s), int(n), 0) for s, n in zip(seen, many, strict=True)),
        groups={"gender": {"women": Group(clients=150, approved=100), "men": Group(clients=150, approved=100)}},
        vocabulary={"NAME_CONTRACT_TYPE": {"Cash loans": 10_000}},
        auc=0.7,
        calibration_error=0.01,
    )


def made(root: Path, stored: StoredLender, engine: Engine, drawn: Callable) -> Lender:
    """The store, scored."""
    ledger = Ledger(engine)
    ledger.create()
    rows = [drawn("application", client, 1) for client in CLIENTS]
    first = stored.deliver(1, {"application": rows})
    claim = ledger.claim("intake", lambda events: [first], "intake", AT, 60)
    ledger.record(claim, "accepted", first, AT, files=[])
    texts = drawn_model(1)
    context = context_at(root, engine, "run-s", AT + timedelta(hours=1), gather=GATHER)
    scored_and_published(context, lambda version: (texts, 1))
    known = [{"SK_ID_CURR": client, "TARGET": int(client % 4 == 0)} for client in WITH_OUTCOME]
    second = stored.deliver(2, {"outcomes": known})
    claim = ledger.claim("intake", lambda events: [second], "intake", AT + timedelta(days=35), 60)
    ledger.record(claim, "accepted", second, AT + timedelta(days=35), files=[])
    cases = pl.DataFrame({"client_id": list(CLIENTS), "as_of": [1] * len(CLIENTS)})
    told = vectors(known_at(engine, cases, ledger.accepted()), GATHER).collect().sort("client_id")
    features = told["features"].explode().to_numpy().reshape(told.height, -1)
    return Lender(engine, root, replace(texts, bins=bins_of(texts, features).to_json()))


@pytest.fixture(scope="module")
def lender(tmp_path_factory: pytest.TempPathFactory, lender_at: Callable, drawn: Callable) -> Lender:
    root = tmp_path_factory.mktemp("monitored")
    return made(root, lender_at(root / "tables"), embedded(root / "tables"), drawn)


@pytest.fixture(scope="module")
def seen(lender: Lender) -> Monitored:
    human = pl.DataFrame(
        [(9_410_000, "refuse", "approve", True), (9_410_001, "refer", "refuse", False)], HUMAN, orient="row"
    )
    return lender.look(human=human)


def test_it_looks_at_the_latest_month_in_which_somebody_was_scored(seen: Monitored) -> None:
    assert (seen.subject, seen.model_version, seen.clients, seen.note) == ("2026-11", 1, len(CLIENTS), "")


def test_clients_are_counted_in_the_bins_of_the_training_as_their_vectors_lie(lender: Lender, seen: Monitored) -> None:
    rows = lender.rows("monitor_profile")
    assert rows.filter(pl.col("clients_then") != pl.col("clients_now")).is_empty()
    counted = rows.group_by("feature").agg(pl.col("clients_now").sum())
    assert set(counted["clients_now"]) == {len(CLIENTS)}
    assert counted.height == len(scorer(lender.texts).features.used) + 1


def test_figures_are_those_of_the_scores_and_the_outcomes(lender: Lender, seen: Monitored) -> None:
    told = {(row["kind"], row["name"], row["figure"]): row for row in lender.rows("monitor_drift").to_dicts()}
    scores = lender.rows("score_history").sort("client_id")
    known = scores.filter(pl.col("client_id").is_in(list(WITH_OUTCOME)))
    target = known["client_id"].to_numpy() % 4 == 0
    rate = told["outcomes", "2026-11", "default_rate"]
    assert rate["value"] == pytest.approx(target.mean())
    assert rate["expected"] == pytest.approx(known["probability"].mean())
    assert told["score", "", "psi"]["value"] == 0
    assert told["overrides", "", "overrides"]["value"] == 1
    assert told["overrides", "", "defaulted"]["value"] == 1  # the first was approved against the score, and defaulted
    findings = [row for key, row in told.items() if key[0] == "finding"]
    assert {row["sentence"] for row in findings} == {each.sentence for each in seen.findings}


def test_a_value_that_the_training_never_saw_is_found(seen: Monitored) -> None:
    assert "application.NAME_CONTRACT_TYPE" in {each.subject for each in seen.findings if each.kind == "vocabulary"}


def test_the_page_begins_with_what_to_do_and_holds_no_client(seen: Monitored) -> None:
    text = Path(seen.page).read_text()
    assert text.index("Retrain because" if seen.verdict.advice == "retrain" else "Look at") < text.index("<h2")
    assert not [client for client in CLIENTS if str(client) in text.replace(",", "")]
    assert "refused, and without an outcome for that reason" in text


def test_inputs_are_ranked_on_the_page_and_in_the_table(lender: Lender, seen: Monitored) -> None:
    text = Path(seen.page).read_text()
    kept = lender.rows("monitor_drift").filter((pl.col("kind") == "column") & (pl.col("figure") == "psi"))
    assert kept.height > 0
    assert all(f"<td>{name}</td>" in text[text.index("<h2>Inputs") :] for name in kept["name"])


def test_a_model_of_an_earlier_release_has_no_bins_and_that_is_said(lender: Lender) -> None:
    found = lender.look(replace(lender.texts, bins=""), delivery="d1")
    assert (found.subject, found.note, found.psi) == ("d1", NO_BINS, None)
    assert NO_BINS.split(",")[0] in Path(found.page).read_text()
    assert found.calibration_error is not None
    assert {each.kind for each in found.findings} <= {"default rate", "order"}


def test_a_model_of_other_features_is_not_counted(lender: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credit_scoring.features.registry.fingerprint", lambda: "another")
    assert lender.look().note == OTHER_FEATURES


def test_an_interpreter_without_evidently_is_said_after_our_own_page(lender: Lender) -> None:
    before = set((lender.root / "reports").iterdir())
    with pytest.raises(CreditScoringError, match="ModuleNotFoundError"):
        lender.look(evidently=Path(sys.executable), run_id="run-e")
    assert {each.name for each in set((lender.root / "reports").iterdir()) - before} == {"monitor-run-e.html"}


@pytest.mark.parametrize("wanted", [{"delivery": "d2"}, {"delivery": "d9"}, {"month": "2026-10"}])
def test_a_subject_of_whom_nobody_was_scored_is_refused(lender: Lender, wanted: dict[str, str]) -> None:
    with pytest.raises(CreditScoringError, match=wanted.get("delivery") or "2026-10"):
        lender.look(**wanted)


@on_both_engines
def test_both_engines_count_the_same(engine_at: EngineAt, tmp_path: Path, lender_at: Callable, drawn: Callable) -> None:
    made_here = made(tmp_path, lender_at(tmp_path / "tables"), engine_at(tmp_path / "tables"), drawn)
    assert made_here.look().psi == 0
    rows = made_here.rows("monitor_profile")
    assert rows.filter(pl.col("clients_then") != pl.col("clients_now")).is_empty()


@pytest.mark.parametrize("wanted", [True, False])
def test_a_score_run_monitors_what_it_published_where_the_settings_say_so(
    wanted: bool, tmp_path: Path, lender_at: Callable, drawn: Callable, monkeypatch: pytest.MonkeyPatch, lender: Lender
) -> None:
    """With a delivery of two clients, too: few are said to be few, and the scores are out all the same."""
    stored, engine = lender_at(tmp_path / "tables"), embedded(tmp_path / "tables")
    ledger = Ledger(engine)
    ledger.create()
    for seq, clients in ((1, CLIENTS), (2, range(9_420_000, 9_420_002))):
        delivered = stored.deliver(seq, {"application": [drawn("application", client, 1) for client in clients]})
        claim = ledger.claim("intake", lambda events, one=delivered: [one], "intake", AT, 60)
        ledger.record(claim, "accepted", delivered, AT, files=[])
    for module in (scores, models):  # what the registry of MLflow holds is not what this is about
        monkeypatch.setattr(module, "load_version", lambda name, version: (lender.texts, 1))
    context = context_at(
        tmp_path, engine, "run-s", AT + timedelta(hours=1), gather=GATHER,
        monitoring=MonitoringSettings(after_delivery=wanted), training=TrainingSettings(resamples=100),
    )  # fmt: skip
    report = scores.score_and_publish(context)
    assert [each.delivery for each in report.published] == ["d1", "d2"]
    pages = [each.read_text() for each in (tmp_path / "reports").glob("monitor-*.html")]
    told = sorted(f"Monitoring of d{seq}" for seq in (1, 2) if wanted)
    assert sorted(page[page.index("<h1>") + 4 : page.index("</h1>")] for page in pages) == told
    if wanted:
        assert {row["subject"] for row in frame(engine, "monitor_drift").to_dicts()} == {"d1", "d2"}
        assert any("2 clients are too few to look for drift in" in page for page in pages)
