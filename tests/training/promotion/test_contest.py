from dataclasses import replace

import numpy as np
import pytest

from credit_scoring.model.artifacts import Decision
from credit_scoring.settings import GateSettings, Settings, TrainingSettings
from credit_scoring.training.examination.explained import Explained
from credit_scoring.training.promotion.contest import Contender, Seen, judge
from credit_scoring.training.promotion.gates import Clients, Figures, PromiseRecord, Verdict

KEPT = PromiseRecord(100, 0)
FEW_RESAMPLES = TrainingSettings(resamples=200)


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, training=FEW_RESAMPLES, gates=GateSettings(min_defaults=40))


@pytest.fixture(scope="module")
def contender(model_of_seed):
    """Version and last seq -> a contender with a record."""

    def make(version: int, last_seq: int, promises: PromiseRecord = KEPT) -> Contender:
        texts = model_of_seed(1)
        decision = Decision.from_json(texts.decision, "decision.json")
        lineage = {"last_seq": last_seq, "holdout_percent": 10}
        decision = decision.model_copy(update={"lineage": lineage})
        return Contender(version, replace(texts, decision=decision.to_json()), Figures(0.7, 0.0), promises)

    return make


def seen(clients: int = 3000) -> tuple[Seen, np.ndarray]:
    """Clients, half of them from a second delivery, a third of whom are held out; and their log-odds."""
    random = np.random.default_rng(1)
    log_odds = random.normal(-2.5, 1.3, clients)
    target = (random.random(clients) < 1 / (1 + np.exp(-log_odds))).astype(int)
    gender, bands = random.integers(0, 2, clients), random.integers(0, 6, clients)
    seq = 1 + np.arange(clients) % 2
    return Seen(Clients(target, gender), bands, (seq == 1) | (np.arange(clients) % 3 == 0), seq), log_odds


def view(log_odds: np.ndarray, age: float = 1.0) -> Explained:
    probability = 1 / (1 + np.exp(-log_odds))
    points = np.full((len(log_odds), 1), age)
    return Explained(np.arange(len(log_odds)), log_odds, probability, probability < 1 / 11, ("AGE",), points)


def verdicts(contest) -> dict[str, Verdict]:
    return {gate.name: gate.verdict for gate in contest.gates}


def test_the_first_champion_has_only_to_be_good(contender, settings):
    clients, log_odds = seen()
    found = judge(clients, (contender(1, 1), view(log_odds)), None, settings)
    assert set(verdicts(found).values()) == {Verdict.PASSED}
    assert not any("champion" in name for name in verdicts(found))
    assert "There was no champion" in found.says


def test_a_challenger_is_held_against_the_champion_on_the_holdout_and_on_later_outcomes(contender, settings):
    clients, log_odds = seen()
    challenger, champion = (contender(2, 2), view(log_odds)), (contender(1, 1), view(log_odds))
    found = verdicts(judge(clients, challenger, champion, settings))
    assert found["AUC against the champion"] is Verdict.PASSED
    assert found["AUC against the champion, later outcomes"] is Verdict.PASSED
    noisy = view(log_odds + np.random.default_rng(2).normal(0, 2, len(log_odds)))
    later = np.where(clients.outcome_seq == 2, noisy.margin, log_odds)
    found = verdicts(judge(clients, (contender(2, 2), view(later)), champion, settings))
    assert found["AUC against the champion, later outcomes"] is Verdict.FAILED


def test_later_outcomes_that_are_few_are_said_and_stop_nothing(contender, settings):
    clients, log_odds = seen()
    few = replace(clients, outcome_seq=np.where(np.arange(len(log_odds)) < 20, 2, 1))
    found = judge(few, (contender(2, 2), view(log_odds)), (contender(1, 1), view(log_odds)), settings)
    assert verdicts(found)["AUC and cost on later outcomes"] is Verdict.NOT_JUDGED
    none = replace(clients, outcome_seq=np.ones_like(clients.outcome_seq))
    found = judge(none, (contender(2, 2), view(log_odds)), (contender(1, 1), view(log_odds)), settings)
    assert not any("later" in name for name in verdicts(found))


def test_a_champion_of_older_features_is_met_by_its_record(contender, settings):
    clients, log_odds = seen()
    found = judge(clients, (contender(2, 2), view(log_odds)), (contender(1, 1), None), settings)
    assert verdicts(found)["AUC against the champion's record"] is Verdict.PASSED
    assert "could not be scored on the same clients" in found.says


def test_broken_promises_and_age_stand_in_the_gates(contender, settings):
    clients, log_odds = seen()
    broken = contender(1, 1, PromiseRecord(100, 2))
    found = verdicts(judge(clients, (broken, view(log_odds, age=-1.0)), None, settings))
    assert found["promises"] is Verdict.FAILED
    assert found["points for age, 62 and over"] is Verdict.WARNING
