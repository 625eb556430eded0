from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from conftest import on_both_engines
from credit_scoring.clients import cohort as cohorts
from credit_scoring.clients.cohort import Cohort, to_train
from credit_scoring.clients.gather import gather, vectors
from credit_scoring.clients.snapshot import CASE, QUARANTINED, Snapshot, case_matrix, snapshot
from credit_scoring.engines.engine import Engine
from credit_scoring.errors import Fault
from credit_scoring.features import registry
from credit_scoring.ledger.events import Delivered
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import SOURCES
from credit_scoring.settings import GatherSettings
from credit_scoring.storage.arrow import record_batches

SIZES = [GatherSettings(clients_per_slot=1_000), GatherSettings(clients_per_slot=2)]


def of(engine: Engine, accepted: Sequence[Delivered], *cases: tuple[int, int]) -> Cohort:
    """Clients as known at deliveries: (client_id, as_of)."""
    frame = pl.DataFrame(list(cases), {"client_id": pl.Int64, "as_of": pl.Int64}, orient="row")
    return Cohort(engine, frame, {each.seq: each.name for each in accepted}, tuple(each.seq for each in accepted))


def counted(found: Snapshot) -> Iterator[pa.RecordBatch]:
    """Rows of each case by table."""
    cases = found.cases.select(CASE, "client_id", "as_of", "file_complete")
    for name in ("application", "bureau", "bureau_balance"):
        rows = found.tables[name].group_by(pl.col(CLIENT).alias(CASE)).agg(pl.len().cast(pl.Int64).alias(name))
        cases = cases.join(rows, on=CASE, how="left").with_columns(pl.col(name).fill_null(0))
    yield from record_batches(cases.drop(CASE))


COUNTED = (
    "client_id BIGINT, as_of BIGINT, file_complete BOOLEAN, application BIGINT, bureau BIGINT, bureau_balance BIGINT"
)


@pytest.mark.parametrize(
    ("engine_at", "settings", "most_ids"),
    [("local", SIZES[0], 10), ("local", SIZES[1], 10), ("local", SIZES[1], 1), ("spark", SIZES[1], 10)],
    indirect=["engine_at"],
)
def test_gathers_the_rows_of_each_case_as_known(stored_lender, engine, monkeypatch, settings, most_ids) -> None:
    """Client 1: two credits at d1, one of them again at d3. Client 2 is another's. Client 3 has a quarantined row.

    A balance that came without a client is that of whoever the bureau row of its credit names: of credit 12 client 3,
    from d3 on; of credit 13 nobody's yet.
    """
    credit = {CLIENT: 1, "SK_ID_BUREAU": 10}
    balance = {CLIENT: 1, "SK_ID_BUREAU": 10, "MONTHS_BALANCE": -1}
    first = stored_lender.deliver(
        1,
        {
            "application": [{CLIENT: client} for client in (1, 2, 3)],
            "bureau": [credit, {**credit, "SK_ID_BUREAU": 11}],
            "bureau_balance": [balance, {**balance, "MONTHS_BALANCE": -2}, {**balance, "SK_ID_BUREAU": 11}],
        },
    )
    waits = [{**balance, CLIENT: None, "SK_ID_BUREAU": unnamed} for unnamed in (12, 13)]
    second = stored_lender.deliver(2, {"bureau_balance": waits}, quarantined=[(3, "bureau")])
    third = {"bureau": [credit, {CLIENT: 3, "SK_ID_BUREAU": 12}], "bureau_balance": [balance]}
    accepted = [first, second, stored_lender.deliver(3, third)]
    monkeypatch.setattr(cohorts, "MOST_IDS", most_ids)
    cohort = of(engine, accepted, (1, 1), (1, 3), (3, 1), (3, 2), (3, 3))
    found = gather(cohort, settings, counted, COUNTED)
    assert sorted(found.collect().iter_rows()) == [
        (1, 1, True, 1, 2, 3),
        (1, 3, True, 1, 1, 2),  # credit 10 has one balance left, credit 11 keeps its own
        (3, 1, True, 1, 0, 0),
        (3, 2, False, 1, 0, 0),
        (3, 3, True, 1, 1, 1),  # the bureau of d3 is newer than what was quarantined of it
    ]


def test_a_quarantined_row_without_a_client_may_be_that_of_any_client_of_its_delivery(stored_lender, engine) -> None:
    """d2 touches clients 1 and 2, and holds a bureau row that could not be read. d3 brings client 2's bureau anew.

    d4 quarantines a balance of credit 30, which is nobody's yet: it waits, and is nobody's fault.
    """
    accepted = [
        stored_lender.deliver(1, {"application": [{CLIENT: client} for client in (1, 2, 3)]}),
        stored_lender.deliver(2, {"previous_application": [{CLIENT: 1}, {CLIENT: 2}]}, quarantined=[(None, "bureau")]),
        stored_lender.deliver(3, {"bureau": [{CLIENT: 2, "SK_ID_BUREAU": 10}]}),
        stored_lender.deliver(4, {"previous_application": [{CLIENT: 2}]}, waiting=[30]),
    ]
    cohort = of(engine, accepted, (1, 1), (1, 2), (1, 4), (2, 2), (2, 3), (2, 4), (3, 4))
    found = gather(cohort, SIZES[1], counted, COUNTED).collect()
    assert sorted(found.select("client_id", "as_of", "file_complete").iter_rows()) == [
        (1, 1, True), (1, 2, False), (1, 4, False), (2, 2, False), (2, 3, True), (2, 4, True), (3, 4, True),
    ]  # fmt: skip


@on_both_engines
def test_a_cohort_of_nobody_gives_nothing(stored_lender, engine) -> None:
    found = gather(of(engine, []), SIZES[0], counted, COUNTED).collect()
    assert found.is_empty()
    assert found.columns[:3] == ["client_id", "as_of", "file_complete"]


def test_training_vectors_do_not_depend_on_slots_nor_on_later_facts(stored_lender, engine, drawn) -> None:
    histories = ("bureau", "previous_application", "installments_payments")
    clients = range(1, 13)
    first = {name: [drawn(name, client, seed) for client in clients for seed in range(4)] for name in histories}
    first["application"] = [drawn("application", client, 0) for client in clients]
    first["outcomes"] = [{CLIENT: client, "TARGET": client % 2} for client in clients]
    accepted = [stored_lender.deliver(1, first)]

    def trained_on(settings: GatherSettings) -> list[tuple[object, ...]]:
        found = vectors(to_train(engine, accepted), settings).collect()
        return sorted(
            (client, as_of, target, np.array(features, "f4").tobytes())
            for client, as_of, target, features in found.iter_rows()
        )

    before = trained_on(SIZES[0])
    assert [(client, target) for client, _, target, _ in before] == [(client, client % 2) for client in clients]
    assert {len(features) for *_, features in before} == {4 * len(registry.FEATURES)}
    assert trained_on(SIZES[1]) == before
    later = {"bureau": [drawn("bureau", 1, 9)], "application": [drawn("application", 2, 9)]}
    accepted.append(stored_lender.deliver(2, later))
    assert trained_on(SIZES[0]) == before


def frames(drawn, application: list[tuple[int, int]], bureau: list[tuple[int, int]]) -> dict[str, pl.DataFrame]:
    """Stored rows, with the drawn row of (client, seq) at that seq."""
    stored = {}
    for source in SOURCES:
        places = {"application": application, "bureau": bureau}.get(source.name, [])
        kinds = {
            name: kind
            for name, kind in source.stored_schema().items()
            if name not in ("file", "record", "made_missing")
        }
        rows = [{**drawn(source.name, client, seq), "seq": seq, "incomplete": False} for client, seq in places]
        stored[source.name] = pl.DataFrame(rows, {**kinds, "incomplete": pl.Boolean})
    return stored


NOBODY = QUARANTINED.to_frame()


def test_two_cases_of_a_client_are_computed_apart(drawn) -> None:
    """Together in one slot, or each alone: the same vectors, bit for bit."""
    stored = frames(drawn, application=[(1, 1), (2, 1), (1, 3)], bureau=[(1, 1), (1, 2), (2, 1)])
    cases = [(1, 1), (1, 2), (1, 3), (2, 3)]

    def computed(wanted: list[tuple[int, int]]) -> np.ndarray:
        cohort = pl.DataFrame(wanted, {"client_id": pl.Int64, "as_of": pl.Int64}, orient="row")
        return case_matrix(snapshot(stored, NOBODY, cohort, SOURCES))

    together = computed(cases)
    assert together.shape == (4, len(registry.FEATURES))
    assert together.tobytes() == b"".join(computed([case]).tobytes() for case in cases)
    assert len({together[i].tobytes() for i in range(4)}) == 4


def test_a_case_without_an_application_is_a_fault_of_the_cohort(drawn) -> None:
    cohort = pl.DataFrame({"client_id": [1, 2], "as_of": [1, 1]})
    with pytest.raises(Fault, match="1 clients"):
        case_matrix(snapshot(frames(drawn, [(1, 1)], []), NOBODY, cohort, SOURCES))
