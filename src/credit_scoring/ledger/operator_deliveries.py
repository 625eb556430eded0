"""Deliveries that a command of an operator makes, not the lender: what was withdrawn, what was tried again.

Their names hold a tilde, which no delivered folder may (see manifest.PLAIN_NAME), so that none can be mistaken for
one. They have a seq, clients and a CSV as every delivery has.
"""

from __future__ import annotations

from collections.abc import Iterable

_MARK = "~"
ORIGIN = "#"
"""In FILE of a row that was tried again: `3#bureau.csv` is a file of the delivery with seq 3. No file's name has it."""
_WITHDRAWAL, _REQUEUE = f"withdrawal{_MARK}", f"requeue{_MARK}"


def is_own(delivery: str) -> bool:
    """Whether a command made the delivery."""
    return _MARK in delivery


def withdrawal_of(delivery: str) -> str:
    """The name under which the clients of a withdrawn delivery are scored again."""
    return _WITHDRAWAL + delivery


def withdrawn_by(delivery: str) -> str:
    """The delivery that a withdrawal withdraws."""
    return delivery.removeprefix(_WITHDRAWAL)


def requeue(seq: int) -> str:
    """The name of a delivery of quarantined rows that were tried again."""
    return f"{_REQUEUE}{seq}"


def origins(files: Iterable[str]) -> set[int]:
    """The seqs of the deliveries whose rows were tried again in these files of the ledger."""
    return {int(file.split(ORIGIN)[0]) for file in files if ORIGIN in file}
