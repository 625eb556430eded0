"""Numbers as a report writes them."""

from __future__ import annotations


def percent(part: float, whole: float) -> str:
    """A share with one decimal; a dash of nothing."""
    return f"{part / whole:.1%}" if whole else "–"


def count(number: int, one: str, several: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else several}"
