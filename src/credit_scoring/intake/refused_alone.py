"""A delivery whose reading fails in a way that nobody foresaw is refused alone; the others of its claim go on.

What kind of error it was, and where, is told; not its text, which may quote a cell.
"""

from __future__ import annotations

import json

from credit_scoring.errors import DeliveryIncomplete, DeliveryRefused
from credit_scoring.errors.deliveries import UNREADABLE
from credit_scoring.errors.faults import place_of

LEFT_TO_OTHERS = (KeyboardInterrupt, SystemExit, GeneratorExit)
"""What ends a run, whichever delivery it was at."""


def refused_alone(error: BaseException, delivery: str, what: str) -> DeliveryRefused:
    """The refusal of a delivery for an error at `what` of it ("file bureau.csv")."""
    return refused_for(failure_of(error), delivery, what)


def failure_of(error: BaseException) -> str:
    """What is told of an error, as text, where the delivery's name is not known.

    What the machine lacks for a moment (memory, a disk) is no verdict on the delivery: the next run looks again.
    """
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    passing = isinstance(error, MemoryError | OSError)
    return json.dumps({"kind": kind, "place": place_of(error), "passing": passing})


def refused_for(failure: str, delivery: str, what: str) -> DeliveryRefused:
    """The refusal of a delivery for what `failure_of` told."""
    told = json.loads(failure)
    why = UNREADABLE(delivery=delivery, kind=told["kind"], what=what, place=told["place"])
    return DeliveryIncomplete(str(why)) if told["passing"] else why
