"""The vectors of clients as known: one row a case, in the order of the cases."""

from __future__ import annotations

from credit_scoring.clients.snapshot import CASE, Snapshot
from credit_scoring.errors.faults import CASES_WITHOUT_APPLICATION
from credit_scoring.explanation.arrays import Matrix
from credit_scoring.features.vector import client_vectors
from credit_scoring.schema.table import CLIENT


def case_matrix(snapshot: Snapshot) -> Matrix:
    """One vector a case, float32 [n, F] in the order of `known.cases`; Fault when a case has no application."""
    clients, vectors = client_vectors(snapshot.tables)
    if not clients.equals(snapshot.cases[CASE].rename(CLIENT)):
        raise CASES_WITHOUT_APPLICATION(clients=snapshot.cases.height - len(clients))
    return vectors
