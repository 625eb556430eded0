import numpy as np
import pytest

from credit_scoring.model.artifacts import Costs
from credit_scoring.settings import GateSettings
from credit_scoring.training.evaluate import calibration_chance, calibration_error
from credit_scoring.training.intervals import Interval, Resampling
from credit_scoring.training.promotion.gates import (
    Clients,
    Figures,
    Judged,
    PromiseRecord,
    Verdict,
    absolute,
    against_champion,
    against_record,
    age_of_older,
    not_judged_later,
    promises_kept,
)

RESAMPLING, LIMITS, COSTS = Resampling(repeats=300), GateSettings(), Costs()


def world(clients: int = 4000, seed: int = 1) -> tuple[Clients, np.ndarray]:
    """Clients and their true log-odds of default."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-2.5, 1.3, clients)
    target = (random.random(clients) < 1 / (1 + np.exp(-log_odds))).astype(int)
    return Clients(target, random.integers(0, 2, clients)), log_odds


def view(log_odds: np.ndarray) -> Judged:
    probability = 1 / (1 + np.exp(-log_odds))
    return Judged(log_odds, probability, probability < COSTS.threshold())


def verdicts(gates) -> dict[str, Verdict]:
    return {gate.name: gate.verdict for gate in gates}


def test_a_good_model_passes_every_gate():
    clients, log_odds = world()
    found = absolute(clients, view(log_odds), COSTS, LIMITS, RESAMPLING)
    assert set(verdicts(found).values()) == {Verdict.PASSED}
    assert [gate.name for gate in found] == [
        "defaults in the holdout",
        "AUC",
        "cost against approving all",
        "calibration error",
        "approval ratio by gender",
    ]


def test_each_fault_fails_its_own_gate():
    clients, log_odds = world()

    def failed(clients: Clients, judged: Judged) -> set[str]:
        found = verdicts(absolute(clients, judged, COSTS, LIMITS, RESAMPLING))
        return {name for name, verdict in found.items() if verdict is Verdict.FAILED}

    noise = np.random.default_rng(2).normal(-2.5, 0.1, len(log_odds))
    assert {"AUC", "cost against approving all"} <= failed(clients, view(noise))
    # Twice as many defaults foretold: the order is as good as before.
    assert failed(clients, Judged(log_odds, view(log_odds + 0.8).probability, view(log_odds).approved)) == {
        "calibration error"
    }
    unfair = view(log_odds).approved & ((clients.gender == 0) | (np.arange(len(log_odds)) % 3 > 0))
    assert "approval ratio by gender" in failed(clients, Judged(log_odds, view(log_odds).probability, unfair))
    few = clients.of(np.arange(len(log_odds)) < 200)
    assert "defaults in the holdout" in failed(few, view(log_odds[:200]))


def test_gender_that_nobody_knows_is_not_judged():
    clients, log_odds = world()
    unknown = Clients(clients.target, np.full(len(log_odds), -1))
    found = verdicts(absolute(unknown, view(log_odds), COSTS, LIMITS, RESAMPLING))
    assert found["approval ratio by gender"] is Verdict.NOT_JUDGED


def test_a_challenger_equal_to_the_champion_passes_and_a_worse_one_does_not():
    clients, log_odds = world()
    same = against_champion(clients, view(log_odds), view(log_odds), COSTS, LIMITS, RESAMPLING)
    assert set(verdicts(same).values()) == {Verdict.PASSED}
    assert same[0].value == "0.0000 (0.0000 to 0.0000)"
    worse = view(log_odds + np.random.default_rng(3).normal(0, 1.5, len(log_odds)))
    found = verdicts(against_champion(clients, worse, view(log_odds), COSTS, LIMITS, RESAMPLING))
    assert found["AUC against the champion"] is Verdict.FAILED
    assert found["cost against the champion"] is Verdict.FAILED


def test_a_difference_is_judged_by_its_unfavourable_end():
    """On few clients a challenger that seems as good has not shown it."""
    clients, log_odds = world(400)
    random = np.random.default_rng(4)
    one, other = (view(log_odds + random.normal(0, 1, len(log_odds))) for _ in range(2))
    lenient = LIMITS.model_copy(update={"max_auc_loss": 0.5})
    strict = LIMITS.model_copy(update={"max_auc_loss": 0.0})
    assert against_champion(clients, one, other, COSTS, lenient, RESAMPLING)[0].verdict is Verdict.PASSED
    assert against_champion(clients, one, other, COSTS, strict, RESAMPLING)[0].verdict is Verdict.FAILED
    assert against_champion(clients, other, one, COSTS, strict, RESAMPLING)[0].verdict is Verdict.FAILED


def test_against_a_champion_that_cannot_be_rebuilt_its_record_counts():
    clients, log_odds = world()
    low, high = Figures(auc=0.6, cost=5.0), Figures(auc=0.99, cost=-9.0)
    for record, verdict in ((low, Verdict.PASSED), (high, Verdict.FAILED)):
        found = against_record(clients, view(log_odds), record, COSTS, LIMITS, RESAMPLING)
        assert [gate.verdict for gate in found] == [verdict, verdict]
        assert all("record" in gate.name for gate in found)


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (PromiseRecord(1000, 0), Verdict.PASSED),
        (PromiseRecord(1000, 1), Verdict.FAILED),
        (PromiseRecord(0, 0), Verdict.FAILED),
        (None, Verdict.FAILED),
    ],
)
def test_promises(record, verdict):
    assert promises_kept(record).verdict is verdict


def test_age_warns_and_never_stops():
    assert age_of_older(Interval(1, 0.5, 1.5)).verdict is Verdict.PASSED
    assert age_of_older(Interval(-1, -1.5, -0.5)).verdict is Verdict.WARNING
    assert age_of_older(None).verdict is Verdict.NOT_JUDGED


def test_later_outcomes_that_are_too_few_say_so():
    gate = not_judged_later(Clients(np.array([0, 1]), np.array([0, 1])), LIMITS)
    assert (gate.value, gate.verdict) == ("1 defaults of 2 clients that neither model has seen", Verdict.NOT_JUDGED)


def test_chance_alone_brings_about_as_much_calibration_error_as_it_says():
    random = np.random.default_rng(5)
    probability = random.uniform(0.02, 0.3, 2000)
    errors = [calibration_error((random.random(2000) < probability).astype(int), probability) for _ in range(200)]
    assert np.mean(errors) == pytest.approx(calibration_chance(probability), rel=0.05)
