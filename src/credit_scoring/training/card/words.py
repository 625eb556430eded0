"""Numbers as a credit officer reads them."""

from __future__ import annotations

from credit_scoring.training.intervals import Interval


def number(value: float | None, digits: int = 3) -> str:
    """A plain number; a dash where there is none."""
    # Adding 0.0 takes the sign from a rounded zero.
    return "–" if value is None else f"{round(value, digits) + 0.0:,.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share in percent; a dash where there is none."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def percents(interval: Interval | None) -> str:
    """A share in percent with its interval; a dash where there is none."""
    if interval is None:
        return "–"
    return f"{100 * interval.value:.1f} % ({100 * interval.low:.0f} to {100 * interval.high:.0f})"


def numbers(interval: Interval | None, digits: int = 3) -> str:
    """A number with its interval; a dash where there is none."""
    if interval is None:
        return "–"
    return f"{interval.value:.{digits}f} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"


def signed(interval: Interval | None) -> str:
    """Points with a sign and their interval; a dash where there are none."""
    if interval is None:
        return "–"
    return f"{interval.value:+.1f} ({interval.low:+.1f} to {interval.high:+.1f})"
