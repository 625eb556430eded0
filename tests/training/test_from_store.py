"""What a training is told of a store by its engine: who learns, as known when, and who waits."""

import numpy as np
import polars as pl
import pytest

from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.schema.application import APPLICATION
from credit_scoring.settings import GatherSettings
from credit_scoring.training.examination.groups import AGE_BAND, FAMILY_STATUS, GENDER, UNKNOWN, groups
from credit_scoring.training.from_store import StoreSource
from credit_scoring.training.split import HOLDOUT, Split

SPLIT = Split(3, 30)
YEAR = 365.25


@pytest.fixture
def source(stored_lender, engine, drawn):
    """Clients 1 to 30, of whom the first 20 have an outcome; 1 comes back as somebody else, 2 is contradicted later."""

    def applicant(client, **told):
        return {**drawn("application", client, 1), **told}

    first = [applicant(client) for client in range(3, 31)]
    first.append(applicant(2, CODE_GENDER="XNA", REGION_RATING_CLIENT=None))
    first.append(applicant(1, CODE_GENDER="F", DAYS_BIRTH=-int(24.9 * YEAR), NAME_FAMILY_STATUS="Married"))
    later = [applicant(1, CODE_GENDER="M", DAYS_BIRTH=-int(50 * YEAR), NAME_FAMILY_STATUS="Widow")]
    told = [{"SK_ID_CURR": client, "TARGET": client % 2} for client in range(1, 21)]
    deliveries = (
        stored_lender.deliver(1, {"application": first, "outcomes": told[:10]}),
        stored_lender.deliver(2, {"application": later, "outcomes": [*told[10:], {"SK_ID_CURR": 2, "TARGET": 1}]}),
    )
    return StoreSource(engine, deliveries, GatherSettings(clients_per_slot=7))


def test_clients_with_an_outcome_as_their_first_application_tells_them(source, drawn):
    found = source.outcomes(SPLIT)
    learners = found.learners
    assert learners.client_id.tolist() == list(range(1, 21))
    # The latest outcome counts.
    assert learners.target.tolist() == [1, 1, *(client % 2 for client in range(3, 21))]
    assert found.outcome_seq.tolist() == [1] * 10 + [2] * 10
    assert learners.part.tolist() == SPLIT.parts(learners.client_id).tolist()
    told = groups(found.application)
    assert told.client_id.tolist() == learners.client_id.tolist()
    assert told.members[GENDER][:2].tolist() == [0, UNKNOWN]
    assert AGE_BAND.labels[told.members[AGE_BAND][0]] == "under 25"
    assert FAMILY_STATUS.labels[told.members[FAMILY_STATUS][0]] == "Married"
    assert source.contradicted() == 1
    assert source.lineage()["last_seq"] == 2
    assert source.deliveries() == ("d1", "d2")
    source.close()


def test_vectors_are_those_of_the_clients_rows(source, drawn):
    rows = pl.DataFrame([drawn("application", client, 1) for client in range(3, 21)], infer_schema_length=None)
    types = {name: kind for name, kind in APPLICATION.polars_schema().items() if name in rows.columns}
    expected = matrix(feature_frame({"application": rows.cast({**types, "SK_ID_CURR": pl.Int64})}))
    np.testing.assert_array_equal(source.outcomes(SPLIT).learners.features[2:], expected)
    source.close()


def test_later_outcomes_and_the_holdout_are_what_no_model_has_seen(source):
    found = source.outcomes(SPLIT, later_than=1)
    unseen = (SPLIT.parts(np.arange(1, 21)) == HOLDOUT) | (np.arange(1, 21) > 10)
    assert found.learners.client_id.tolist() == np.arange(1, 21)[unseen].tolist()
    source.close()


def test_who_has_an_application_and_no_outcome_waits(source):
    assert source.waiting(100).client_id.tolist() == list(range(21, 31))
    assert 0 < len(source.waiting(5).client_id) < 10


def test_categories_are_counted_by_value_over_all_applications(source, drawn):
    rows = [drawn("application", client, 1)["NAME_CONTRACT_TYPE"] for client in range(1, 31)]
    counted = source.vocabulary()["NAME_CONTRACT_TYPE"]
    again = drawn("application", 1, 1)["NAME_CONTRACT_TYPE"]
    assert counted == {value: rows.count(value) + (value == again) for value in sorted({*rows} - {None})}
    assert "CODE_GENDER" not in source.vocabulary()


def test_nobody_waits_and_nobody_learns_from_a_store_of_nothing(stored_lender, engine):
    nothing = StoreSource(engine, (), GatherSettings())
    assert nothing.waiting(10) is None
    assert len(nothing.outcomes(SPLIT).learners.client_id) == 0
    nothing.close()
