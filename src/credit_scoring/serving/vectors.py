"""A client's stored vector as it is answered: features by name, and only those of this release."""

from __future__ import annotations

from credit_scoring.features.registry import fingerprint, names
from credit_scoring.serving.problems import FEATURES_OF_OTHERS

_POSITION = {name: place for place, name in enumerate(names())}


def position(name: str) -> int | None:
    """The place of a feature in a vector; None where there is none of that name."""
    return _POSITION.get(name)


def number(value: float | None) -> float | None:
    """A value as JSON has it: NaN, which JSON has not, is a value that is missing."""
    return None if value is None or value != value else float(value)


def of_this_release(*fingerprints: str) -> None:
    """Refuses what was computed with the features of another release: its places mean other features."""
    if any(each != fingerprint() for each in fingerprints):
        raise FEATURES_OF_OTHERS()
