"""What lenders' data is like: a client with very many rows, ids in strides, slots that nobody falls into."""

from __future__ import annotations

import numpy as np
import polars as pl

from credit_scoring.clients.cohort import seqs_of
from credit_scoring.clients.vectors import vectors
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import table
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.blocks import slot_of

STRIDE, ROWS = 4_096, 60_000
APPLICATION, HISTORY = table("application"), table("installments_payments")


def test_a_client_with_very_many_rows_is_computed_as_it_would_be_alone(stored_lender, tables, drawn) -> None:
    """60 blocks of one client meet in one of 40 slots, most of which are empty; the bits are those of plain polars."""
    clients = [STRIDE * number for number in range(1, 7)]
    paid = [drawn(HISTORY.name, client, seed) for client in clients for seed in range(5)]
    paid += [{**paid[0], "SK_ID_PREV": i // 12, "DAYS_INSTALMENT": -1 - i * 7919 % 2_900} for i in range(ROWS)]
    rows = {APPLICATION.name: [drawn(APPLICATION.name, client, 0) for client in clients], HISTORY.name: paid}
    accepted = [stored_lender.deliver(1, rows)]
    used = pl.DataFrame({"id": clients}).select(slot_of("id", 40).n_unique()).item()
    assert 3 <= used <= 6

    cohort = tables.spark.createDataFrame(
        [(c, 1, "d1") for c in clients], "client_id BIGINT, as_of BIGINT, delivery STRING"
    )
    settings = GatherSettings(clients_per_slot=1, rows_per_block=1_000)
    found = vectors(tables, cohort, 40, seqs_of(tables, cohort, accepted), settings).orderBy("client_id").collect()

    frames = {name: pl.DataFrame(lines, table(name).polars_schema()) for name, lines in rows.items()}
    assert [row["client_id"] for row in found] == clients
    assert np.array([row["features"] for row in found], "f4").tobytes() == matrix(feature_frame(frames)).tobytes()
    assert len(frames[HISTORY.name].filter(pl.col(CLIENT) == clients[0])) == ROWS + 5
