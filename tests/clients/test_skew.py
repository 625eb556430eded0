"""What lenders' data is like: a client with very many rows, ids in strides, slots that nobody falls into."""

from __future__ import annotations

import numpy as np
import polars as pl

from conftest import on_both_engines
from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import vectors
from credit_scoring.engines.blocks import slot_of
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import table
from credit_scoring.settings import GatherSettings

STRIDE, ROWS = 4_096, 60_000
APPLICATION, HISTORY = table("application"), table("installments_payments")


@on_both_engines
def test_a_client_with_very_many_rows_is_computed_as_it_would_be_alone(stored_lender, engine, drawn) -> None:
    """All rows of a client meet in one of six slots, some of which are empty; the bits are those of plain polars."""
    clients = [STRIDE * number for number in range(1, 7)]
    paid = [drawn(HISTORY.name, client, seed) for client in clients for seed in range(5)]
    paid += [{**paid[0], "SK_ID_PREV": i // 12, "DAYS_INSTALMENT": -1 - i * 7919 % 2_900} for i in range(ROWS)]
    rows = {APPLICATION.name: [drawn(APPLICATION.name, client, 0) for client in clients], HISTORY.name: paid}
    accepted = [stored_lender.deliver(1, rows)]
    used = pl.DataFrame({"id": clients}).select(slot_of("id", len(clients)).n_unique()).item()
    assert 2 <= used < len(clients), "slots of several clients, and empty ones"

    cases = pl.DataFrame({"client_id": clients, "as_of": 1})
    cohort = Cohort(engine, cases.cast(pl.Int64), {each.seq: each.name for each in accepted}, (1,))
    found = vectors(cohort, GatherSettings(clients_per_slot=1)).collect().sort("client_id")

    frames = {name: pl.DataFrame(lines, table(name).polars_schema()) for name, lines in rows.items()}
    assert found["client_id"].to_list() == clients
    assert np.array(found["features"].to_list(), "f4").tobytes() == matrix(feature_frame(frames)).tobytes()
    assert len(frames[HISTORY.name].filter(pl.col(CLIENT) == clients[0])) == ROWS + 5
