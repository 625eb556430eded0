from credit_scoring.features.promises import PROMISES
from credit_scoring.features.registry import FEATURES, fingerprint
from credit_scoring.training.inputs import inputs


def test_a_feature_is_held_to_its_direction_where_a_promise_stands_on_it_and_nowhere_else():
    found = dict(zip((f.name for f in FEATURES), inputs(FEATURES, fingerprint()).constraints, strict=True))
    for feature in FEATURES:
        promised = any(promise.sign(feature) for promise in PROMISES)
        assert found[feature.name] == (feature.risk.constraint if promised else 0), feature.name
    # Income is promised; of the age and of the price of the loan only the direction is declared.
    assert found["income"] == -1
    assert (found["age"], found["implied_rate"], found["card_utilisation_latest"]) == (0, 0, 0)


def test_positions_are_those_of_the_names_in_a_vector():
    every = inputs(FEATURES, fingerprint())
    some = every.only([FEATURES[3].name, FEATURES[200].name])
    assert every.positions.tolist() == list(range(len(FEATURES)))
    assert some.positions.tolist() == [3, 200]
