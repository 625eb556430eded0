import numpy as np
import pytest

from credit_scoring.errors import ModelError
from credit_scoring.explanation.points import Scale
from credit_scoring.training.predict import Margins
from credit_scoring.training.threshold import reference_group, reference_points

SCALE = Scale(a=1.0, b=0.0)
THRESHOLD = 1 / 11  # log-odds -2.30: clients with lower margins are approved


def holdout(clients):
    ids, margin = (np.array(values) for values in zip(*clients, strict=True))
    zeros = np.zeros(len(ids), np.int64)
    return Margins(ids, zeros, zeros, margin)


def test_a_fifth_of_the_approved_nearest_the_cut_off():
    approved = [(id_, -3.0 - id_ / 10) for id_ in range(1, 11)]
    refused = [(11, -2.0), (12, 0.0)]
    assert reference_group(holdout(refused + approved), SCALE, THRESHOLD).tolist() == [1, 2]


def test_a_fifth_is_rounded_up_and_ties_go_to_the_lower_id():
    clients = [(9, -3.0), (4, -3.0), (7, -3.0), (1, -4.0), (2, -5.0), (3, -6.0)]
    assert reference_group(holdout(clients), SCALE, THRESHOLD).tolist() == [4, 7]


def test_nobody_approved_is_refused():
    with pytest.raises(ModelError, match="approve no client"):
        reference_group(holdout([(1, 0.0), (2, 1.0)]), SCALE, THRESHOLD)


def test_reference_points_are_means_of_points():
    scale = Scale(a=0.5, b=0.0, pdo=2 * np.log(2))  # a unit of margin is one point down
    assert reference_points(np.array([[1.0, -2.0], [3.0, -4.0]]), scale) == pytest.approx((-2.0, 3.0))
