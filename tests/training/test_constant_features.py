import numpy as np
import pytest

from credit_scoring.errors import ModelError
from credit_scoring.features.registry import FEATURES
from credit_scoring.training.selection import constant, remarks

NAN = np.nan


def rows(lender, columns):
    """The lender's first four clients with the eight features given by column."""
    return lender.head(4).assign(features=list(np.array(columns, np.float32).T))


def test_a_feature_varies_when_two_clients_differ_in_it_or_one_lacks_it(learners, lender, inputs):
    clients = learners(
        rows(
            lender,
            [
                [1, 2, 2, 2],  # varies
                [3, 3, 3, 3],
                [NAN, NAN, NAN, NAN],
                [5, NAN, 5, 5],  # known of some only
                [0, -1, 0, 0],  # varies
                [NAN, NAN, 7, 8],  # varies
                [0, 0, 0, 0],
                [NAN, 1, 1, 1],  # known of some only
            ],
        )
    )
    assert constant(clients, inputs) == {inputs.names[1], inputs.names[2], inputs.names[6]}


def test_only_the_features_that_the_model_may_use_are_judged(learners, lender, inputs):
    columns = [[1, 2, 3, 4], [3] * 4, *([[0] * 4] * 6)]
    some = inputs.only(inputs.names[:2])
    assert constant(learners(rows(lender, columns)), some) == {inputs.names[1]}


def test_nothing_but_constants_is_refused(learners, lender, inputs):
    with pytest.raises(ModelError, match="All 8 features are constant"):
        constant(learners(rows(lender, [[1] * 4, [NAN] * 4] * 4)), inputs)


def test_a_table_that_says_nothing_is_named_with_its_features():
    bureau = [feature.name for feature in FEATURES if feature.table == "bureau"]
    (sentence,) = remarks([*bureau, "age"])
    assert f"anything in bureau that tells clients apart, so the model knows nothing of its {len(bureau)}" in sentence
    assert remarks(bureau[1:]) == ()
