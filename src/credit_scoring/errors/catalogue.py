"""Every kind of error that is declared, in the order in which docs/errors.md lists them."""

from __future__ import annotations

from credit_scoring.errors import CreditScoringError, ErrorKind, deliveries, faults, models, stores, usage

_MODULES = (faults, usage, deliveries, models, stores)


def kinds() -> tuple[ErrorKind[CreditScoringError], ...]:
    """All kinds. ValueError where a code is declared twice."""
    found = [kind for module in _MODULES for kind in vars(module).values() if isinstance(kind, ErrorKind)]
    codes = [kind.code for kind in found]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise ValueError(f"error codes declared twice: {', '.join(twice)}")
    return tuple(found)
