import lightgbm as lgb
import numpy as np
import pytest
from pyspark.sql import functions as F

from credit_scoring.training.predict import margins, shares


@pytest.fixture(scope="module")
def boosters(lender):
    matrix, target = np.stack(lender.features), lender.target.to_numpy()
    return {
        part: lgb.train({"objective": "binary", "seed": part, "verbose": -1}, lgb.Dataset(matrix, target), part + 2)
        for part in range(3)
    }


def test_each_part_gets_its_own_booster_bit_for_bit(frame, lender, boosters):
    vectors = frame(lender).withColumn("part", (F.col("client_id") % 4).cast("int")).repartition(3)
    found = margins(vectors, {part: booster.model_to_string() for part, booster in boosters.items()})
    expected = lender[lender.client_id % 4 != 3].sort_values("client_id")
    assert found.client_id.tolist() == expected.client_id.tolist()
    assert found.target.tolist() == expected.target.tolist()
    assert found.part.tolist() == (expected.client_id % 4).tolist()
    for part, booster in boosters.items():
        rows = expected[expected.client_id % 4 == part]
        assert np.array_equal(
            found.margin[found.part == part], booster.predict(np.stack(rows.features), raw_score=True)
        )


def test_shares_are_those_of_the_chosen_clients_by_id(frame, lender, boosters):
    chosen = lender.sample(20, random_state=1)
    found = shares(frame(lender).repartition(3), boosters[1].model_to_string(), chosen.client_id.to_numpy())
    matrix = np.stack(chosen.sort_values("client_id").features)
    wanted = boosters[1].predict(matrix, pred_contrib=True)
    largest = np.abs(wanted).max(axis=1, keepdims=True)
    assert (np.abs(found - wanted[:, :-1]) <= 1e-9 * largest).all()
