import json
from datetime import UTC, datetime

import mlflow
import pytest
from mlflow.tracking import MlflowClient

from credit_scoring.errors import ModelError
from credit_scoring.model.registry import Alias, find
from credit_scoring.training.promotion.contest import Contest
from credit_scoring.training.promotion.gates import Gate, Verdict
from credit_scoring.training.promotion.promote import BECAUSE, FAILED, FORCED, PREVIOUS, RECORD, WHEN, rollback, settle

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD = Gate("AUC", "0.7600", "at least 0.6000", Verdict.PASSED)
AGED = Gate("points for age, 62 and over", "-0.5", "at least 0 (a warning)", Verdict.WARNING)
BAD = Gate("promises", "3 of 9 improvements lowered a score", "0 lowered", Verdict.FAILED)
WON, LOST = Contest((GOOD, AGED), "it was better"), Contest((GOOD, BAD), "it broke promises")


def tags(store, version):
    return MlflowClient().get_model_version(store.model, str(version)).tags


def test_who_passes_becomes_the_champion_and_the_record_says_why(registered, store):
    first = registered()
    found = settle(store.model, first.version, None, WON, NOW)
    assert (found.version, found.previous, found.refused, found.forced) == (first.version, None, False, None)
    assert find(store.model, Alias.CHAMPION) == first.version
    written = tags(store, first.version)
    assert (written[BECAUSE], written[WHEN]) == ("it was better", "2026-11-21T12:00:00Z")
    assert {PREVIOUS, FORCED, FAILED}.isdisjoint(written)
    record = json.loads(mlflow.artifacts.load_text(f"runs:/{first.run_id}/{RECORD}"))
    assert [gate["verdict"] for gate in record["gates"]] == ["passed", "warning"]

    second = registered()
    found = settle(store.model, second.version, first.version, WON, NOW)
    assert (found.version, found.previous) == (second.version, first.version)
    assert tags(store, second.version)[PREVIOUS] == str(first.version)


def test_who_fails_moves_nothing(registered, store):
    first, second = registered().version, registered().version
    settle(store.model, first, None, WON, NOW)
    found = settle(store.model, second, first, LOST, NOW)
    assert (found.refused, found.failed, found.version) == (True, ("promises",), first)
    assert find(store.model, Alias.CHAMPION) == first
    assert tags(store, second) == {}


def test_force_is_recorded_with_the_gates_that_failed(registered, store):
    version = registered().version
    found = settle(store.model, version, None, LOST, NOW, "the committee's minutes of 20 November")
    assert (found.refused, found.version) == (False, version)
    written = tags(store, version)
    assert (written[FORCED], written[FAILED]) == ("the committee's minutes of 20 November", "promises")
    # Promoted again on its own merits: nothing was forced any more.
    settle(store.model, version, None, WON, NOW, "not needed")
    assert {FORCED, FAILED}.isdisjoint(tags(store, version))


def test_roll_back(registered, store):
    first, second = registered().version, registered().version
    settle(store.model, first, None, WON, NOW)
    with pytest.raises(ModelError, match="first champion"):
        rollback(store.model)
    settle(store.model, second, first, WON, NOW)
    back = rollback(store.model)
    assert (back.version, back.previous) == (first, second)
    assert find(store.model, Alias.CHAMPION) == first
    with pytest.raises(ModelError, match="first champion"):
        rollback(store.model)
