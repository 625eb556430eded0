"""How many examples the properties of this folder try.

Usually a few, the same ones every time. For a deep search say how many, and each run draws others:

    DIRT_EXAMPLES=2000 .venv/bin/pytest tests/dirt/test_nobody_in.py tests/dirt/test_fuzz.py

What fails is shown as small as it gets, with the line that brings it back (`@reproduce_failure`).
"""

from __future__ import annotations

import os

from hypothesis import settings

DEEP = os.environ.get("DIRT_EXAMPLES")


def examples(usual: int) -> settings:
    """The settings of a property that usually tries so many examples."""
    if DEEP is None:
        return settings(max_examples=usual)
    return settings(max_examples=int(DEEP), derandomize=False, print_blob=True)
