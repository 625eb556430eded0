"""The check of published sentences passes what is true, and convicts what is not."""

from __future__ import annotations

import pytest
from pyspark.sql import functions as F

from credit_scoring.errors import UsageError
from credit_scoring.features.reasons import Reason
from credit_scoring.publishing import history
from credit_scoring.publishing.truth import check
from credit_scoring.settings import GatherSettings

SETTINGS = GatherSettings(clients_per_slot=5)


def test_published_sentences_are_true_and_another_is_found_out(open_office, tmp_path) -> None:
    office = open_office(tmp_path)
    with pytest.raises(UsageError, match="Nobody has a score yet"):
        check(office.tables, office.ledger, SETTINGS)
    office.run("run-1")
    truth = check(office.tables, office.ledger, SETTINGS)
    assert (truth.clients, truth.said, truth.untrue) == (15, 15 * len(Reason), 0)

    scored = office.tables.read(history.TABLE)
    claims = F.expr("""array(named_struct('code', 'EMPLOYMENT.NONE', 'points', -1D, 'absent', false),
                             named_struct('code', 'OF_ANOTHER_RELEASE', 'points', -1D, 'absent', true))""")
    altered = scored.withColumn("reasons", claims).withColumn("model_version", F.lit(9))
    altered.writeTo(office.tables.name(history.TABLE)).append()
    found = {each.code: each for each in check(office.tables, office.ledger, SETTINGS).statements}
    applications = office.tables.read("application").where("DAYS_EMPLOYED = 365243").select("SK_ID_CURR")
    unemployed = (
        scored.where("model_version = 1")
        .join(applications.distinct(), F.col("client_id") == F.col("SK_ID_CURR"))
        .count()
    )
    assert found["EMPLOYMENT.NONE"].said == 15
    assert found["EMPLOYMENT.NONE"].untrue == 15 - unemployed > 0
    assert not found["OF_ANOTHER_RELEASE"].declared
