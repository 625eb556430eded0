import numpy as np
import pytest

from credit_scoring.errors import Fault, ModelError
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.train import train


@pytest.fixture
def refusal(learners, inputs, parameters, decision_settings):
    """The sentence with which a training on these rows is refused."""

    def sentence(rows, **changed) -> str:
        changed_parameters = parameters.model_copy(update=changed)
        with pytest.raises(ModelError) as refused:
            train(LightGbm(), learners(rows, changed_parameters), inputs, changed_parameters, decision_settings)
        assert refused.value.exit_code == 4
        return str(refused.value)

    return sentence


def test_no_outcomes(refusal, lender):
    assert "No client has an accepted application and an outcome yet" in refusal(lender.head(0))


def test_one_class(refusal, lender):
    assert "All 1500 clients with an outcome paid" in refusal(lender.assign(target=0))
    assert "All 1500 clients with an outcome defaulted" in refusal(lender.assign(target=1))


def test_labels(refusal, lender):
    assert "1 of 1500 outcomes are neither 0 nor 1" in refusal(lender.assign(target=[2, *lender.target[1:]]))


def test_a_client_twice(refusal, lender):
    first = lender.head(1)
    both = np.concatenate([lender.to_numpy(), first.assign(target=1 - first.target).to_numpy()])
    rows = lender.__class__(both, columns=lender.columns)
    assert "1 outcomes are of clients that have another one" in refusal(rows)


def test_too_few_clients_or_defaults(refusal, lender):
    assert "clients with an outcome to learn from" in refusal(lender.head(900))
    assert "a model needs 1000 and 5000" in refusal(lender, min_defaults=5000)


def test_a_part_with_one_class(refusal, lender):
    few = lender[(lender.target == 0) | (lender.target.cumsum() <= 3)]
    assert "Deliver more outcomes, or set fewer training.folds" in refusal(few, min_defaults=1, folds=20)


def test_vectors_of_another_length(learners, lender, inputs, parameters, decision_settings):
    shorter = lender.assign(features=[vector[:7] for vector in lender.features])
    with pytest.raises(Fault, match="another length"):
        train(LightGbm(), learners(shorter), inputs, parameters, decision_settings)


def test_outcomes_that_the_features_do_not_explain(learners, lender, inputs, parameters, decision_settings):
    # The development clients are told apart by age one way round, and each fold the other way round from the rest.
    from credit_scoring.training.split import Split

    part = Split(parameters.folds, parameters.holdout_percent).parts(lender.client_id.to_numpy())
    age = np.stack(lender.features)[:, 3]
    vectors = np.zeros((len(lender), 8), np.float32)
    vectors[:, 3] = np.where(part == 0, -age, age)
    random = np.random.default_rng(1).random(len(lender)) < 1 / (1 + np.exp(-np.nan_to_num(age)))
    target = np.where(part == 2, ~random, random).astype(int)
    rows = lender.assign(features=list(vectors), target=target)
    few = parameters.model_copy(update={"max_rounds": 3})
    with pytest.raises(ModelError, match="no better than chance"):
        train(LightGbm(), learners(rows), inputs, few, decision_settings)
