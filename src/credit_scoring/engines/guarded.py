"""Errors of tasks without values: what fails where rows are computed is told by its kind and place alone."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from credit_scoring.errors import CreditScoringError


class TaskFailed(Exception):
    """What kind of error it was in a task, and where; its text is left out, because it may quote a client's cell."""


@contextmanager
def without_values() -> Iterator[None]:
    """Errors raised inside are TaskFailed, but those of ours, which name no value."""
    try:
        yield
    except (CreditScoringError, GeneratorExit, KeyboardInterrupt, SystemExit, TaskFailed):
        raise
    except BaseException as error:  # a panic of polars is no Exception
        _, guard, *places = traceback.extract_tb(error.__traceback__)
        where = ", ".join(f"{PurePath(each.filename).name}:{each.lineno}" for each in (places or [guard])[-5:])
        raise TaskFailed(f"{type(error).__module__}.{type(error).__qualname__} at {where}") from None
