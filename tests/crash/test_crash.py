"""The short form of `make crash`: a run that others meet at work, copied at two moments and killed at a third."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from deltalake import DeltaTable

from crash.contents import Contents, contents, differences
from crash.job import engine_class
from crash.lender import prepare
from crash.plan import Moment, at_random, bounds, while_claimed
from crash.trial import Harness
from credit_scoring.commands import scores
from credit_scoring.engines.engine import Engine, Rows
from credit_scoring.errors import RunActive
from credit_scoring.ledger.events import DELIVERIES
from credit_scoring.settings_file import load

MOMENTS = (
    Moment("committing append tables/application"),
    Moment("committing append tables/score_history"),
    Moment("before append tables/deliveries 5"),
)
"""While a table is taken in; while scores are committed; when the files are there and not yet recorded as published.

Before the last there are a claim, the refusal, the acceptances, and a claim."""


@dataclass(frozen=True)
class Killed:
    """A run killed at the last of the moments: what it left at each, and what it told another run there."""

    harness: Harness
    copies: dict[Moment, Path]
    answers: list[str]


@pytest.fixture(scope="module")
def harness(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Harness:
    """Runs on the embedded engine, or on the one that `pytest --engine` names."""
    engine, root = request.config.getoption("engine"), tmp_path_factory.mktemp("crash")
    if engine == "spark":
        request.getfixturevalue("spark")
    return Harness(prepare(root / "lender", engine), root / "homes")


@pytest.fixture(scope="module")
def undisturbed(harness: Harness) -> Contents:
    return harness.here(harness.root / "undisturbed")


@pytest.fixture(scope="module")
def killed(harness: Harness) -> Killed:
    """The run is another process; while it stands still, it is alive, and a second run comes to the same store."""
    killed = Killed(harness, {}, [])
    with closing(harness.freeze(MOMENTS)) as frozen:
        for moment, copy in frozen:
            killed.copies[moment] = copy
            with pytest.raises(RunActive) as active:
                scores.score(load(harness.lender.conf(harness.root / "frozen")))
            killed.answers.append(str(active.value))
            if moment == MOMENTS[-1]:
                break
    return killed


def test_a_second_run_is_told_that_another_is_at_work(killed: Killed) -> None:
    works = ["monday, tuesday, wednesday", "monday, tuesday", "monday, tuesday"]
    assert len(killed.answers) == len(MOMENTS)
    for answer, deliveries in zip(killed.answers, works, strict=True):
        assert f"is at work on {deliveries}; its claim ends at" in answer


def test_every_commit_and_every_step_is_told_of(killed: Killed) -> None:
    """So that `make crash` misses none: as many commits were told of as there are in the tables' logs."""
    copy = killed.copies[MOMENTS[-1]]
    passed = [line.split("\t")[1] for line in (copy / "record").read_text().splitlines()]
    after = [name.split()[1:3] for name in passed if name.startswith("after ")]
    told = Counter(place for what, place in after if what not in ("write", "remove"))
    logged = {f"tables/{log.parent.name}": len(list(log.glob("*.json"))) for log in copy.glob("tables/*/_delta_log")}
    assert {place: commits for place, commits in told.items() if place in logged} == logged
    files = [["write", f"published/{name}/scores.csv"] for name in ("monday", "tuesday")]
    assert all(file in after for file in files)
    assert {name.removeprefix("end ") for name in passed if name.startswith("end ")} >= {
        "step starting the engine",
        "step taking in what waited",
        "step finding the clients",
        "step writing scores.csv",
    }


def test_what_a_killed_run_left_is_finished_by_the_next(killed: Killed, undisturbed: Contents) -> None:
    """At once: its claim is not waited for, because its processes are gone. Then there is nothing left to do."""
    home = killed.harness.root / "frozen"
    assert killed.harness.finish(home, undisturbed) == []
    assert scores.score(load(killed.harness.lender.conf(home))).scores.published == ()
    assert contents(home) == undisturbed
    assert list((home / "spill").glob("*")) == []
    DeltaTable(home / "tables" / "scores").update({"fingerprint": "'another'"})
    (found,) = differences(undisturbed, contents(home))
    assert found.startswith("table scores: ")


@pytest.mark.parametrize("moment", MOMENTS[:2], ids=str)
def test_what_a_run_would_have_left_at_a_moment_is_finished_by_the_next(
    killed: Killed, undisturbed: Contents, moment: Moment
) -> None:
    assert killed.harness.thaw(moment, killed.copies[moment], undisturbed).wrong == ()


def test_what_a_run_left_is_finished_by_the_other_engine(killed: Killed, undisturbed: Contents, spark: object) -> None:
    """Its claim, its transactions and its files are the same by either."""
    other = {"local": "spark", "spark": "local"}[killed.harness.lender.engine]
    assert killed.harness.thaw(MOMENTS[1], killed.copies[MOMENTS[1]], undisturbed, other).wrong == ()


def test_a_product_that_appended_twice_would_be_found_out(
    killed: Killed, undisturbed: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the identity of its transaction, what landed before the run died lands again."""
    engine = engine_class(killed.harness.lender.engine)
    append = engine.append

    def anonymous(self: Engine, table: str, rows: Rows, app_id: str, version: int = 0) -> None:
        append(self, table, rows, app_id if table == DELIVERIES.name else f"{app_id}/{uuid4()}", version)

    monkeypatch.setattr(engine, "append", anonymous)
    (wrong,) = killed.harness.thaw(MOMENTS[0], killed.copies[MOMENTS[0]], undisturbed).wrong
    assert wrong.endswith("[append-not-once]")


def test_what_differs_is_said() -> None:
    whole = {"table scores": ["a", "b"], "file published/monday/scores.csv": ["x"]}
    assert differences(whole, whole) == []
    assert differences(whole, {"table scores": ["a", "a"], "table staging": []}) == [
        "file published/monday/scores.csv is missing",
        "table scores: 2 rows instead of 2, of which 1 are not there",
        "table staging is left over",
    ]


PASSED = [
    (1.0, "begin step one"),
    (1.1, "before create tables/a"),
    (2.0, "after create tables/a"),
    (2.1, "before append tables/a"),
    (2.2, "before append tables/b"),
    (3.0, "after append tables/a"),
    (3.5, "after append tables/b"),
    (4.0, "end step one"),
]


def test_the_moments_of_a_run_are_the_states_that_it_can_leave() -> None:
    assert [str(moment) for moment in bounds(PASSED)] == [
        "before create tables/a",
        "committing create tables/a",
        "writing append tables/a",
        "committing append tables/a",
        "before append tables/b",
        "writing append tables/b",
        "committing append tables/b",
        "after append tables/a",
        "end step one",
    ]


def test_a_rescore_is_stopped_until_it_gives_its_claim_back() -> None:
    append = "append tables/deliveries"
    ends = [
        (5.0, f"before {append}"),
        (5.1, f"after {append}"),
        (6.0, f"before {append} 2"),
        (6.1, f"after {append} 2"),
    ]
    assert while_claimed([*PASSED, *ends, (7.0, "end step two")]) == [*PASSED, *ends[:3]]


def test_random_moments_are_spread_over_the_run_and_come_again_with_their_seed() -> None:
    drawn = at_random(PASSED, 30, seed=3)
    assert drawn == at_random(PASSED, 30, seed=3) != at_random(PASSED, 30, seed=4)
    told = {name: seconds for seconds, name in PASSED}
    at = [told[moment.name] + moment.seconds_later for moment in drawn]
    assert at == sorted(at)
    assert 1.0 <= at[0] < 1.1
    assert 3.9 <= at[-1] <= 4.0
