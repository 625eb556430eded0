import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import functions as F

from credit_scoring.training.split import HOLDOUT, Split, places, xxhash64

IDS = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=50).map(lambda ids: np.array(ids, np.int64))
SPLITS = st.builds(Split, folds=st.integers(2, 20), holdout_percent=st.integers(1, 50))


def test_spark_and_numpy_agree(spark):
    random = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 2000)
    ids = np.concatenate([random, np.arange(100_000, 102_000), [0, -1, 2**63 - 1, -(2**63)]])
    clients = spark.createDataFrame([(int(i),) for i in ids], "client_id BIGINT")
    hashed = [row[0] for row in clients.select(F.xxhash64("client_id")).collect()]
    assert hashed == xxhash64(ids).view(np.int64).tolist()


def test_places_of_one_choice_tell_nothing_of_another_or_of_the_parts():
    ids = np.arange(100_000, 150_000)
    first, second = places(ids, "first"), places(ids, "second")
    assert 0 <= first.min() <= first.max() < 1
    # Four standard errors of a share of 50,000 clients: sqrt(.25 * .75 / 50,000) = .0019.
    assert abs(((first < 0.5) & (second < 0.5)).mean() - 0.25) < 0.008
    assert abs((first[Split(5, 10).parts(ids) == HOLDOUT] < 0.5).mean() - 0.5) < 0.03


@given(IDS, SPLITS)
def test_a_part_is_the_holdout_or_a_fold(ids, split):
    assert set(split.parts(ids)) <= {HOLDOUT, *range(split.folds)}


@given(IDS, SPLITS, st.randoms())
def test_a_part_depends_on_the_id_alone(ids, split, random):
    order = list(range(len(ids)))
    random.shuffle(order)
    kept = order[: random.randint(1, len(order))]
    assert split.parts(ids[kept]).tolist() == split.parts(ids)[kept].tolist()


@given(IDS, SPLITS, st.integers(2, 20))
def test_a_larger_holdout_contains_the_smaller_whatever_the_folds(ids, split, folds):
    larger = Split(folds, min(50, split.holdout_percent + 7))
    assert set(ids[split.parts(ids) == HOLDOUT]) <= set(ids[larger.parts(ids) == HOLDOUT])


def test_strided_ids_spread_evenly():
    for stride in (1, 10, 100, 128, 1_000):
        parts = Split(5, 10).parts(np.arange(0, 50_000 * stride, stride))
        # Ten standard deviations of a share: sqrt(.1 * .9 / 50,000) = .0013; of a fold .0017.
        assert abs((parts == HOLDOUT).mean() - 0.1) < 0.013
        for fold in range(5):
            assert abs((parts == fold).mean() - 0.18) < 0.017
