from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from credit_scoring.training.predict import margins, shares


@pytest.fixture(scope="module")
def boosters(lender):
    matrix, target = np.stack(lender.features), lender.target.to_numpy()
    return {
        part: lgb.train({"objective": "binary", "seed": part, "verbose": -1}, lgb.Dataset(matrix, target), part + 2)
        for part in range(3)
    }


def test_each_part_gets_its_own_booster_bit_for_bit(learners, lender, inputs, boosters):
    all_of_them = learners(lender)
    clients = replace(all_of_them, part=all_of_them.client_id % 4)
    found = margins(clients, inputs, {part: booster.model_to_string() for part, booster in boosters.items()})
    expected = lender[lender.client_id % 4 != 3].sort_values("client_id")
    assert found.client_id.tolist() == expected.client_id.tolist()
    assert found.target.tolist() == expected.target.tolist()
    assert found.part.tolist() == (expected.client_id % 4).tolist()
    for part, booster in boosters.items():
        rows = expected[expected.client_id % 4 == part]
        assert np.array_equal(
            found.margin[found.part == part], booster.predict(np.stack(rows.features), raw_score=True)
        )


def test_shares_are_those_of_the_chosen_clients_by_id(learners, lender, inputs, boosters):
    chosen = lender.sample(20, random_state=1)
    found = shares(learners(lender), inputs, boosters[1].model_to_string(), chosen.client_id.to_numpy())
    matrix = np.stack(chosen.sort_values("client_id").features)
    wanted = boosters[1].predict(matrix, pred_contrib=True)
    largest = np.abs(wanted).max(axis=1, keepdims=True)
    assert (np.abs(found - wanted[:, :-1]) <= 1e-9 * largest).all()
