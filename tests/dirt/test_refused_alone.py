"""Faults that nobody foresaw, planted at every step that reads one of three deliveries: it is refused alone.

The sentence names the delivery, the kind of error and the place, and no cell. The others are what they would be had it
not come. Other code looks at it again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from types import SimpleNamespace

import polars as pl
import pyarrow as pa
import pytest
from polars.exceptions import PanicException

from credit_scoring.file_format import DEFAULT_FORMATS, LenderFormat
from credit_scoring.intake import casting, inspection, parsing, partitions, reading, staging
from credit_scoring.intake.judge import Judge, judge_of
from credit_scoring.ledger.events import verdicts

MARKED = 100_005
"""A client whose rows only the second delivery brings."""
CANARY = "CANARY-31415"
ERRORS: list[type[BaseException]] = [ZeroDivisionError, PanicException, pa.ArrowInvalid, RecursionError, KeyError]
STEPS = [
    (reading, "inspect"), (inspection, "_unpacked"), (inspection, "_decoded"),
    (reading, "parse"), (parsing, "_without_padding"), (parsing, "_header"), (parsing, "_read"),
    (parsing, "_blank"), (parsing, "_torn"), (parsing, "_by_name"), (parsing, "plain_cells"),
    (reading, "judged"), (reading, "cast"), (reading, "with_outcomes"), (reading, "_unusable"), (reading, "_misread"),
    (staging, "split"), (staging, "labelled_rows"),
    (partitions, "deduplicate"), (partitions, "with_clients"), (partitions, "_named"), (partitions, "conflicting"),
    (partitions, "rows_block"), (partitions, "_count"),
]  # fmt: skip
"""Where a fault is planted."""


def concerns(*arguments: object) -> bool:
    """Whether the marked client is among what a step is given."""
    for each in arguments:
        if isinstance(each, pl.DataFrame):
            if any(str(MARKED) in str(value) for row in each.iter_rows() for value in row):
                return True
        elif isinstance(each, bytes):
            if str(MARKED).encode() in each:
                return True
        elif isinstance(each, dict):
            if concerns(*each.values()):
                return True
        elif isinstance(each, parsing.Parsed):
            if concerns(each.cells):
                return True
        elif isinstance(each, tuple | list) and concerns(*each):
            return True
    return False


@pytest.fixture
def three(files_of) -> list[dict[str, bytes]]:
    """Three deliveries; in each a row is quarantined, one is repeated, one is torn, and two contradict each other."""

    def spoilt(files: dict[str, bytes]) -> dict[str, bytes]:
        lines = files["bureau.csv"].splitlines(keepends=True)
        again = lines[1].replace(b",currency 1,", b",currency 2,")
        bad = lines[2].replace(b"currency 1", b'"currency\n1"')
        wrong = lines[3].split(b",")
        lines += [lines[3], again, bad, b",".join([*wrong[:4], b"never", *wrong[5:]])]
        return {"bureau.csv": b"".join(lines), "bureau_balance.csv": files["bureau_balance.csv"]}

    return [spoilt(files_of(range(first, first + 3), 3)) for first in (0, 4, 8)]


def planted(error: type[BaseException], whole: Callable[..., object], everywhere: bool) -> Callable[..., object]:
    """The step, which fails when it works on the marked client."""
    state = SimpleNamespace(hit=0)

    def run(*given: object, **named: object) -> object:
        arguments = [list(each) if isinstance(each, Generator) else each for each in given]
        if everywhere or concerns(*arguments, *named.values()):
            state.hit += 1
            raise error(CANARY)
        return whole(*arguments, **named)

    run.state = state  # type: ignore[attr-defined]
    return run


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    from dirt.conftest import _read

    _read.cache_clear()
    yield
    _read.cache_clear()


@pytest.mark.parametrize(("where", "step"), STEPS, ids=[f"{where.__name__.split('.')[-1]}.{s}" for where, s in STEPS])
def test_a_fault_refuses_its_delivery_alone(
    where: object, step: str, three, take_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = take_in(*three)
    assert clean.refused == {}
    kinds = [error for error in ERRORS if step != "_read" or error is not pa.ArrowInvalid]  # which says: no CSV
    fault = planted(kinds[len(step) % len(kinds)], getattr(where, step), everywhere=False)
    from dirt.conftest import _read

    _read.cache_clear()
    monkeypatch.setattr(where, step, fault)
    taken = take_in(*three)
    assert fault.state.hit, "the step does not see its rows"  # type: ignore[attr-defined]
    assert set(taken.refused) == {2}
    sentence = taken.refused[2]
    assert sentence.startswith("Delivery ")
    assert sentence.endswith("[delivery-unreadable]")
    assert CANARY not in sentence
    assert str(MARKED) not in sentence
    assert type(error := taken.account.refusals()[2]).__name__ == "DeliveryUnreadable", error
    for seq in (1, 3):
        for (of, table), rows in clean.rows.items():
            if of == seq:
                assert taken.rows[of, table].equals(rows)
        bad = [frame.filter(pl.col("seq") == seq) for frame in (clean.quarantined(), taken.quarantined())]
        assert bad[0].equals(bad[1])
    assert not [place for place in taken.rows if place[0] == 2]


@pytest.mark.parametrize("error", [MemoryError, OSError])
def test_what_the_machine_lacks_is_no_verdict(error: type[Exception], three, take_in, monkeypatch) -> None:
    monkeypatch.setattr(parsing, "_read", planted(error, parsing._read, everywhere=False))
    taken = take_in(*three)
    assert set(taken.refused) == {2}
    assert type(taken.account.refusals()[2]).__name__ == "DeliveryIncomplete"


def test_a_run_that_is_stopped_is_stopped(three, take_in, monkeypatch) -> None:
    monkeypatch.setattr(casting, "cast", planted(KeyboardInterrupt, casting.cast, everywhere=True))
    monkeypatch.setattr(reading, "cast", casting.cast)
    with pytest.raises(KeyboardInterrupt):
        take_in(*three)


def test_a_refusal_stands_until_the_file_would_be_read_otherwise() -> None:
    now, other_code = judge_of(DEFAULT_FORMATS), Judge(judge_of(DEFAULT_FORMATS).formats, "0.1.0+src.other")
    other_format = judge_of(LenderFormat(delimiter=";"))
    assert (now.formats, other_format.code) == ("", now.code)

    def stands(judge: Judge, judged_with: str | None, event: str = "refused") -> bool:
        row = SimpleNamespace(event=event, delivery="d", manifest_sha256="x", judged_with=judged_with)
        return bool(verdicts([row], judge.stands))

    foreseen, unforeseen = now.told(False), now.told(True)
    assert [stands(judge, foreseen) for judge in (now, other_code, other_format)] == [True, True, False]
    assert [stands(judge, unforeseen) for judge in (now, other_code, other_format)] == [True, False, False]
    assert [stands(judge, None) for judge in (now, other_code, other_format)] == [True, True, False]
    assert stands(other_format, None, "accepted"), "what is accepted is never looked at again"
    assert not stands(now, other_format.told(False))
