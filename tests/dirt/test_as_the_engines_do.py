"""What conftest.py does is what intake and gather do on either engine, where one delivery spoils another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from conftest import context_at
from credit_scoring.clients.cohort import touched
from credit_scoring.clients.gather import gather
from credit_scoring.clients.snapshot import Snapshot, case_matrix
from credit_scoring.features.vector import columns_read
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.run import intake
from credit_scoring.ledger.events import accepted
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.files import Folder
from dirt.conftest import not_among

CLIENT, CREDIT = b"100007", b"5000384"
"""A credit with balances in the first delivery, that stands without them in the second."""
JUDGED = "client_id BIGINT, as_of BIGINT, complete BOOLEAN, digest BINARY"


def test_balances_of_a_spoilt_credit_come_with_the_delivery_that_brings_it_again(
    take_in, files_of, engine, tmp_path: Path
) -> None:
    """Of one credit the row has no client, so that its balances wait, and one of these is unusable. With the second
    delivery they are the client's, whose file is incomplete for that one."""
    first, second = (
        {name: files[name] for name in ("application_test.csv", "bureau.csv", "bureau_balance.csv")}
        for files in (files_of(range(8), 3), files_of(range(4, 10), 4))
    )
    assert CREDIT + b",-1," in first["bureau_balance.csv"]
    assert CREDIT not in second["bureau_balance.csv"]
    bureau = first["bureau.csv"].replace(CLIENT + b"," + CREDIT, b"," + CREDIT)
    usable = {**first, "bureau.csv": bureau}
    balances = first["bureau_balance.csv"].replace(CREDIT + b",-1,", CREDIT + b",-1,?")
    spoilt = {**usable, "bureau_balance.csv": balances}

    landing = Folder(str(tmp_path / "landing"))
    ledger = Ledger(engine)
    for name, files in (("d1", spoilt), ("d2", second)):
        (tmp_path / name).mkdir()
        for file, data in files.items():
            (tmp_path / name / file).write_bytes(data)
        deliver(tmp_path / name, landing, name, 64_000_000, without=not_among(files))
    intake(context_at(tmp_path, engine, "run", datetime(2026, 1, 5, tzinfo=UTC)))
    deliveries = accepted(ledger.events())

    def judged(found: Snapshot) -> Iterator[pa.RecordBatch]:
        cases = found.cases.select("client_id", "as_of", complete="file_complete").to_dict(as_series=False)
        digests = [hashlib.sha256(vector).digest() for vector in case_matrix(found)]
        yield pa.RecordBatch.from_pydict({**cases, "digest": digests})

    cohort = touched(engine, deliveries, deliveries).with_eligibility().to_score(deliveries)
    by_engine = gather(cohort, GatherSettings(), judged, JUDGED, columns_read()).collect()

    def here(*deliveries: dict[str, bytes]) -> dict[tuple[int, int], tuple[bytes, str]]:
        return take_in(*deliveries).judged(lambda vectors, complete: [str(each) for each in complete])

    found = here(spoilt, second)
    assert {(client, seq): (digest, str(complete)) for client, seq, complete, digest in by_engine.iter_rows()} == found
    assert here(usable, second)[100007, 2] == here(first, second)[100007, 2], "the balances are the client's again"
    assert found[100007, 2][1] == "False"
