"""The check of published sentences passes what is true, and convicts what is not."""

from __future__ import annotations

import polars as pl
import pytest

from conftest import frame
from credit_scoring.errors import UsageError
from credit_scoring.features.reasons import Reason
from credit_scoring.publishing.reason_audit import audit_reasons
from credit_scoring.scoring import history
from credit_scoring.settings import GatherSettings

SETTINGS = GatherSettings(clients_per_slot=5)


def test_published_sentences_are_true_and_another_is_found_out(open_office, tmp_path) -> None:
    office = open_office(tmp_path)
    with pytest.raises(UsageError, match="Nobody has a score yet"):
        audit_reasons(office.context("audit"))
    office.run("run-1")
    truth = audit_reasons(office.context("audit"))
    assert (truth.clients, truth.said, truth.untrue) == (15, 15 * len(Reason), 0)

    scored = frame(office.engine, history.TABLE)
    said = [{"code": "EMPLOYMENT.NONE", "absent": False}, {"code": "OF_ANOTHER_RELEASE", "absent": True}]
    claims = [[{**each, "points": -1.0} for each in said]] * scored.height
    altered = scored.with_columns(pl.Series("reasons", claims, scored.schema["reasons"]), model_version=9)
    office.engine.append(history.TABLE, altered, "altered")
    found = {each.code: each for each in audit_reasons(office.context("audit")).statements}
    unemployed = {row["SK_ID_CURR"] for row in office.rows("application") if row["DAYS_EMPLOYED"] == 365243}
    assert found["EMPLOYMENT.NONE"].said == 15
    assert found["EMPLOYMENT.NONE"].untrue == 15 - sum(client in unemployed for client in scored["client_id"]) > 0
    assert not found["OF_ANOTHER_RELEASE"].declared
