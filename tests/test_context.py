from datetime import UTC, datetime, timedelta

import pytest

from credit_scoring.context import Stopwatch


def test_steps_are_timed_added_up_and_kept_when_they_fail() -> None:
    times = iter([0, 2, 10, 13, 20, 24])
    watch = Stopwatch(lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=next(times)))
    for _ in range(2):
        with watch.step("writing"):
            pass
    with pytest.raises(OSError, match="full"), watch.step("merging"):
        raise OSError("full")
    assert watch.seconds == {"writing": 5.0, "merging": 4.0}
