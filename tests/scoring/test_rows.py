from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from credit_scoring.features import registry
from credit_scoring.model.scorer import Scorer, scorer
from credit_scoring.scoring.rows import SCORE_HISTORY, RunMetadata, score_rows

STAMP = RunMetadata(datetime(2024, 5, 1, 10, 30, tzinfo=UTC), 3, "0.1.0+src.abc", "run-1")
CLIENTS = 40
CASES = pl.DataFrame(
    {
        "case": range(CLIENTS),
        "client_id": range(100, 100 + CLIENTS),
        "as_of": [7] * CLIENTS,
        "delivery": ["d7"] * CLIENTS,
        "file_complete": [i % 4 != 0 for i in range(CLIENTS)],
    }
)


@pytest.fixture(scope="module")
def model(model_of_seed) -> Scorer:
    return scorer(model_of_seed(1))


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    random = np.random.default_rng(5)
    drawn = (random.normal(size=(CLIENTS, len(registry.FEATURES))) * 100).astype(np.float32)
    drawn[random.random(drawn.shape) < 0.3] = np.nan
    return drawn


@pytest.fixture(scope="module")
def batch(model: Scorer, vectors: np.ndarray) -> pa.RecordBatch:
    return score_rows(CASES, vectors, model, STAMP)


def test_every_column_of_the_contract_is_there(batch: pa.RecordBatch) -> None:
    assert batch.schema.names == list(SCORE_HISTORY.names)
    row = batch.to_pylist()[1]
    told = {name: row[name] for name in ("client_id", "delivery", "seq", "scored_at", "model_version", "run_id")}
    assert told == {
        "client_id": 101,
        "delivery": "d7",
        "seq": 7,
        "scored_at": STAMP.scored_at,
        "model_version": 3,
        "run_id": "run-1",
    }
    assert row["code_version"] == "0.1.0+src.abc"
    assert row["fingerprint"] == registry.fingerprint()


def test_points_add_up_for_every_client(batch: pa.RecordBatch) -> None:
    for row in batch.to_pylist():
        assert row["start_points"] + math.fsum(row["contributions"]) == pytest.approx(row["points"], abs=1e-9)
        by_reason = math.fsum(reason["points"] for reason in row["reasons"])
        assert by_reason == pytest.approx(math.fsum(row["contributions"]), abs=1e-9)


def test_score_probability_and_decision_agree(batch: pa.RecordBatch, model: Scorer) -> None:
    scale = model.scale
    decisions = set()
    for i, row in enumerate(batch.to_pylist()):
        assert row["score"] == math.floor(row["points"] + 0.5)
        assert scale.points_at(row["probability"]) == pytest.approx(row["points"], abs=1e-9)
        expected = "refer" if i % 4 == 0 else "refuse" if row["score"] < row["cut_off"] else "approve"
        assert (row["decision"], row["file_complete"]) == (expected, i % 4 != 0)
        decisions.add(expected)
    assert decisions == {"approve", "refuse", "refer"}


def test_reasons_are_all_those_judged_worst_first(batch: pa.RecordBatch) -> None:
    judged = {feature.reason.code for feature in registry.FEATURES}
    for row in batch.to_pylist():
        points = [reason["points"] for reason in row["reasons"]]
        assert points == sorted(points)
        assert {reason["code"].split(".")[0] for reason in row["reasons"]} == judged
        assert len(row["reasons"]) == len(judged)


def test_what_is_said_follows_from_values_and_points(model_of_seed, vectors: np.ndarray) -> None:
    score = registry.names().index("agency_score_1")
    seen = set()
    for seed in (1, 2, 3):  # whether a drawn model weighs this feature is chance
        rows = score_rows(CASES, vectors, scorer(model_of_seed(seed)), STAMP).to_pylist()
        for row, vector in zip(rows, vectors, strict=True):
            (said,) = (reason for reason in row["reasons"] if reason["code"].startswith("AGENCY_SCORE_1"))
            low, high = vector[score] < 0.5 and said["points"] < 0, vector[score] > 0.5 and said["points"] > 0
            code = "AGENCY_SCORE_1.LOW" if low else "AGENCY_SCORE_1.HIGH" if high else "AGENCY_SCORE_1"
            assert (said["code"], said["absent"]) == (code, bool(np.isnan(vector[score])))
            seen.add((code, said["absent"]))
    assert len(seen) >= 3


def test_drivers_are_the_ten_heaviest_features_with_their_values(batch: pa.RecordBatch, vectors: np.ndarray) -> None:
    names = registry.names()
    for row, vector in zip(batch.to_pylist(), vectors, strict=True):
        heaviest = sorted(range(len(names)), key=lambda i: -abs(row["contributions"][i]))[:10]
        assert [driver["feature"] for driver in row["drivers"]] == [names[i] for i in heaviest]
        for driver, i in zip(row["drivers"], heaviest, strict=True):
            assert driver["points"] == row["contributions"][i]
            assert driver["value"] == (None if np.isnan(vector[i]) else vector[i])


def test_a_clients_row_does_not_depend_on_its_company(
    batch: pa.RecordBatch, model: Scorer, vectors: np.ndarray
) -> None:
    cases = pl.DataFrame({"case": [0], "client_id": [117], "as_of": [7], "delivery": ["d7"], "file_complete": [True]})
    assert score_rows(cases, vectors[17:18], model, STAMP).to_pylist() == [batch.to_pylist()[17]]


def test_nobody_is_scored_as_nobody(model: Scorer, vectors: np.ndarray, batch: pa.RecordBatch) -> None:
    cases = pl.DataFrame(
        schema={
            "case": pl.Int64, "client_id": pl.Int64, "as_of": pl.Int64, "delivery": pl.String,
            "file_complete": pl.Boolean,
        }
    )  # fmt: skip
    nobody = score_rows(cases, vectors[:0], model, STAMP)
    assert (nobody.num_rows, nobody.schema) == (0, batch.schema)
