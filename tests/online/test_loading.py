"""The loader against a real PostgreSQL: afterwards the online store says of each client what `scores` says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

import served
from credit_scoring.features.registry import names
from credit_scoring.online.loading import Loaded, load
from published_lender import PublishedLender

MONDAY, TUESDAY = range(100, 140), range(130, 150)
OLD = range(1_000, 1_060)


@pytest.fixture(scope="module")
def first_delivery(tmp_path_factory: pytest.TempPathFactory, lender_at: Callable, drawn: Callable) -> PublishedLender:
    root = tmp_path_factory.mktemp("lender")
    made = PublishedLender(root, lender_at(root), drawn)
    made.deliver(1, MONDAY)
    made.score(1, MONDAY)
    made.publish("d1", 1)
    return made


@pytest.fixture
def lender(first_delivery: PublishedLender, tmp_path: Path) -> PublishedLender:
    """A copy of the lender after its first delivery."""
    return first_delivery.copy(tmp_path / "lender")


def loaded(database: served.Database, lender: PublishedLender, version: int = 1) -> Loaded:
    with database.transaction() as connection:
        return load(connection, lender.store, lender.champions(version), "run")


def online(database: served.Database) -> dict[int, dict[str, object]]:
    """Client -> what the online store says, in the shape of a row of `scores`."""
    with database.transaction() as connection:
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM client_score")).mappings()]
    for row in rows:
        parts = zip(row.pop("reason_codes"), row.pop("reason_points"), row.pop("reason_absent"), strict=True)
        row["reasons"] = [{"code": c, "points": p, "absent": bool(a)} for c, p, a in parts]
        heavy = zip(row.pop("driver_features"), row.pop("driver_values"), row.pop("driver_points"), strict=True)
        row["drivers"] = [{"feature": f, "value": single(v), "points": p} for f, v, p in heavy]
    return {row["client_id"]: row for row in rows}


def single(value: float | None) -> float | None:
    """psycopg reads a `real` as the shortest decimal of its bits."""
    return None if value is None else float(np.float32(value))


def one(database: served.Database, query: str) -> object:
    with database.transaction() as connection:
        return connection.execute(text(query)).scalar()


def test_every_number_is_that_of_scores_to_the_bit(database: served.Database, lender: PublishedLender) -> None:
    done = loaded(database, lender)
    assert (done.scores, done.files, done.removed) == (40, 40, 0)
    assert online(database) == lender.scores


def test_loading_again_does_nothing(database: served.Database, lender: PublishedLender) -> None:
    loaded(database, lender)
    assert loaded(database, lender) == Loaded(None)
    assert one(database, "SELECT count(*) FROM online_load") == 1


def test_files_of_an_earlier_release_come_anew_where_they_are_incomplete(
    database: served.Database, lender: PublishedLender
) -> None:
    """An earlier release did not say why."""
    loaded(database, lender)
    with database.transaction() as connection:
        connection.execute(text("UPDATE client_file SET flaws = NULL"))
    lender.deliver(2, [200])
    lender.score(2, [200])
    lender.publish("d2", 2)
    incomplete = sum(not row["file_complete"] for row in lender.scores.values())
    assert loaded(database, lender).files == incomplete + (200 % 5 != 0)
    unknown = "SELECT count(*) FROM client_file JOIN client_score USING (client_id) WHERE flaws IS NULL"
    assert one(database, f"{unknown} AND NOT file_complete") == 0


def test_a_later_delivery_takes_over(database: served.Database, lender: PublishedLender) -> None:
    loaded(database, lender)
    lender.deliver(2, TUESDAY)
    lender.score(2, TUESDAY)
    lender.publish("d2", 2)
    assert loaded(database, lender).scores == len(TUESDAY)
    assert online(database) == lender.scores
    assert one(database, "SELECT count(*) FROM score_history WHERE client_id = 135") == 2


def test_what_is_not_published_yet_is_not_shown(database: served.Database, lender: PublishedLender) -> None:
    before = lender.scores
    loaded(database, lender)
    lender.deliver(2, TUESDAY)
    lender.score(2, TUESDAY)
    lender.merge("d2")  # and the run is killed before it can say so
    loaded(database, lender)
    assert online(database) == before


def test_a_rescore_takes_over(database: served.Database, lender: PublishedLender) -> None:
    loaded(database, lender)
    lender.score(1, MONDAY, version=2, name="rescore-2-run")
    lender.publish("rescore-2-run", 1, "rescored")
    loaded(database, lender, version=2)
    assert {row["model_version"] for row in online(database).values()} == {2}
    assert online(database) == lender.scores


def test_a_withdrawal_brings_the_earlier_score_back(database: served.Database, lender: PublishedLender) -> None:
    lender.deliver(2, TUESDAY)
    lender.score(2, TUESDAY)
    lender.publish("d2", 2)
    loaded(database, lender)
    lender.note("withdrawn", "d2", 2)
    lender.restore(TUESDAY, without=[2])
    done = loaded(database, lender)
    assert done.removed == len(set(TUESDAY) - set(MONDAY))
    assert online(database) == lender.scores
    assert one(database, "SELECT count(*) FROM client_file WHERE seq = 2") == 0


def test_who_is_forgotten_leaves(database: served.Database, lender: PublishedLender) -> None:
    loaded(database, lender)
    lender.forget(101)
    loaded(database, lender)
    for table in ("client_score", "client_file", "score_history"):
        assert one(database, f"SELECT count(*) FROM {table} WHERE client_id = 101") == 0
    assert online(database) == lender.scores


def test_a_load_that_is_killed_shows_nothing(database: served.Database, lender: PublishedLender) -> None:
    loaded(database, lender)
    before = online(database)
    lender.deliver(2, TUESDAY)
    lender.score(2, TUESDAY)
    lender.publish("d2", 2)

    def killed() -> None:
        with database.transaction() as connection:
            load(connection, lender.store, lender.champions(), "run")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert online(database) == before
    loaded(database, lender)
    assert online(database) == lender.scores


def test_of_two_that_load_at_once_one_has_nothing_to_do(database: served.Database, lender: PublishedLender) -> None:
    done: list[Loaded] = []
    threads = [threading.Thread(target=lambda: done.append(loaded(database, lender))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.scores for each in done) == [0, 40]


def test_a_file_holds_the_rows_and_the_vector(database: served.Database, lender: PublishedLender) -> None:
    loaded(database, lender)
    with database.transaction() as connection:
        rows, vector = connection.execute(text("SELECT rows, vector FROM client_file WHERE client_id = 104")).one()
    drawn = lender.drawn("application", 104, 1)
    told = {name: value for name, value in rows["application"][0].items() if value is not None}
    assert told == {name: value for name, value in drawn.items() if value is not None and name != "TARGET"}
    assert len(rows["bureau"]) == 104 % 3
    drivers = {each["feature"]: each["value"] for each in lender.scores[104]["drivers"]}
    for feature, value in drivers.items():
        held = vector[names().index(feature)]
        assert np.isnan(held) if value is None else np.float32(held) == np.float32(value)


def test_a_file_holds_the_balances_that_waited_for_their_client(
    database: served.Database, lender: PublishedLender
) -> None:
    credit = 9_000_001
    balance = {"SK_ID_BUREAU": credit, "MONTHS_BALANCE": -1, "STATUS": "2"}
    lender.stored.deliver(2, {"bureau_balance": [{"SK_ID_CURR": None, **balance}]})
    lender.note("accepted", "d2", 2)
    bureau = lender.drawn("bureau", 104, 3) | {"SK_ID_BUREAU": credit}
    lender.stored.deliver(3, {"application": [lender.drawn("application", 104, 3)], "bureau": [bureau]})
    lender.note("accepted", "d3", 3)
    lender.score(3, [104])
    lender.publish("d3", 3)
    loaded(database, lender)
    rows = one(database, "SELECT rows FROM client_file WHERE client_id = 104")
    assert rows["bureau_balance"] == [{"SK_ID_CURR": 104, **balance}]


def test_the_champion_comes_with_the_load(database: served.Database, lender: PublishedLender) -> None:
    loaded(database, lender, 1)
    loaded(database, lender, 2)
    loaded(database, lender, 1)  # rolled back
    newest = "SELECT version FROM model ORDER BY champion_since DESC LIMIT 1"
    assert (one(database, newest), one(database, "SELECT count(*) FROM model")) == (1, 2)
    texts = one(database, "SELECT texts FROM model WHERE version = 1")
    assert json.loads(json.dumps(texts))["booster"] == lender.versions[1].booster


def test_no_group_and_no_bin_tells_of_fewer_than_ten(database: served.Database, lender: PublishedLender) -> None:
    lender.deliver(2, OLD, with_outcome=OLD)
    loaded(database, lender)
    with database.transaction() as connection:
        groups = connection.execute(text("SELECT clients FROM peer_group")).scalars().all()
        bins = connection.execute(text("SELECT repaid, defaulted FROM feature_distribution")).all()
    assert sum(groups) == len(MONDAY)
    assert min(groups) >= 10
    assert len(bins) > 50
    assert min(min(count) for pair in bins for count in pair) >= 10
