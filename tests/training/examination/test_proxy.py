import numpy as np

from credit_scoring.training.examination.proxy import FEW, proxy
from credit_scoring.training.intervals import Resampling

NAMES = ("telling", "noise", "other")


def draw(clients: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(clients, 3)).astype(np.float32)
    return vectors, random.random(clients) < 1 / (1 + np.exp(-3 * vectors[:, 0]))


def test_it_finds_what_tells():
    vectors, men = draw(1500)
    found = proxy(vectors, NAMES, men, Resampling(repeats=100))
    assert 0.8 < found.auc.low < found.auc.value < found.auc.high < 1
    assert found.strongest[0][0] == "telling"
    assert sum(share for _, share in found.strongest) <= 1 + 1e-9
    assert proxy(vectors, NAMES, men, Resampling(repeats=100)) == found


def test_where_nothing_tells_it_is_a_coin():
    vectors, men = draw(1500)
    found = proxy(vectors[:, 1:], NAMES[1:], men, Resampling(repeats=100))
    assert found.auc.low < 0.55


def test_too_few_of_a_kind():
    vectors, _ = draw(500)
    assert proxy(vectors, NAMES, np.arange(500) < FEW - 1, Resampling(repeats=100)) is None
