"""A release that adds a feature goes on scoring with the champion of before."""

from __future__ import annotations

import pytest

from credit_scoring.errors import ModelError
from credit_scoring.features import registry
from credit_scoring.scoring import history
from drawn_model import of_an_earlier_release, without


def test_a_model_that_does_not_know_a_feature_yet_scores_as_before(open_office, tmp_path, stored) -> None:
    added = registry.names()[4]  # no feature of the model
    office = open_office(tmp_path)
    office.models[1] = without(office.models[1], added)
    office.run("run-1")
    numbers = ("client_id", "seq", "points", "score", "contributions", "reasons", "drivers", "fingerprint")
    order = ("client_id", "seq")
    found, expected = (
        sorted(({n: row[n] for n in numbers} for row in rows), key=lambda row: tuple(row[n] for n in order))
        for rows in (office.rows(history.TABLE), stored)
    )
    assert found == expected
    assert {row["name"] for row in office.rows("features")} == set(registry.names())


def test_a_model_that_needs_another_feature_scores_nobody_and_claims_nothing(open_office, tmp_path) -> None:
    office = open_office(tmp_path)
    office.models[1] = of_an_earlier_release(without(office.models[1], registry.names()[4]))
    before = office.ledger.events()
    with pytest.raises(ModelError, match="this code computes those of"):
        office.run("run-1")
    assert office.ledger.events() == before
