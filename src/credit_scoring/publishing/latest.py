"""scores: the latest score of each client, merged from what score_history has committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.ledger.events import Delivered
from credit_scoring.schema.stored import StoredTable
from credit_scoring.scoring import history
from credit_scoring.scoring.rows import SCORE_HISTORY

TABLE = "scores"
SCORES = StoredTable(
    TABLE, "The latest score of each client", SCORE_HISTORY.without("contributions"), cluster_by=("client_id",)
)
NEWER = ("seq", "model_version")
"""Of two scores of a client the one that is higher by these counts."""


def create(engine: Engine) -> None:
    """Creates the table unless it exists."""
    engine.create(SCORES)


def merge(engine: Engine, deliveries: Sequence[Delivered], model_version: int) -> None:
    """Brings the deliveries' scores in, whoever comes first: a higher (seq, model_version) is never replaced."""
    engine.merge(TABLE, history.of(deliveries, model_version, SCORES.names), "client_id", NEWER)


def restore(engine: Engine, clients: pl.DataFrame, seqs: Sequence[int], withdrawals: Mapping[int, int]) -> None:
    """Gives each of `clients` (client_id) its latest score among the deliveries `seqs` behind which there is no
    withdrawn one; who has none leaves the table."""
    ids = clients["client_id"].unique()
    given = engine.scan(Scan(history.TABLE, SCORES.names, {"client_id": ids.to_list(), "seq": seqs}))
    remaining = history.not_withdrawn(engine, given, withdrawals)
    best = remaining.sort(*NEWER, descending=True).unique("client_id", keep="first", maintain_order=True)
    gone = ids.to_frame().join(best.select("client_id"), on="client_id", how="anti")
    engine.replace_rows(TABLE, best, gone, "client_id")
