"""Deliveries that a command of an operator makes, not the lender: what was withdrawn, what was tried again.

They have a seq, clients and a CSV as every delivery has. The ledger tells them by `origins`: the deliveries that they
withdraw, or whose rows they try again. Their names are for people, and hold a tilde, which no delivered folder may (see
manifest.PLAIN_NAME), so that none can be mistaken for one. A row that is tried again says in FILE in which file of
which delivery it came: `3#bureau.csv`, because places of rows (seq, file, record) are unique and seq is the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

ORIGIN = "#"
"""In FILE of a row that was tried again: `3#bureau.csv` is a file of the delivery with seq 3. No file's name has it."""
_WITHDRAWAL, _REQUEUE = "withdrawal~", "requeue~"


def withdrawal_of(delivery: str) -> str:
    """The name under which the clients of a withdrawn delivery are scored again."""
    return _WITHDRAWAL + delivery


def requeue(seq: int) -> str:
    """The name of a delivery of quarantined rows that were tried again."""
    return f"{_REQUEUE}{seq}"


def origins(files: Iterable[str]) -> tuple[int, ...]:
    """The seqs of the deliveries whose rows were tried again in these files, ascending."""
    return tuple(sorted({int(file.split(ORIGIN)[0]) for file in files if ORIGIN in file}))


def of_earlier_release(delivery: str, files: Iterable[str], seqs: Mapping[str, int]) -> tuple[int, ...]:
    """The origins of a delivery whose ledger has no such column: by its name and those of its files.

    `seqs`: of the deliveries that were accepted, by name.
    """
    if delivery.startswith(_WITHDRAWAL) and (withdrawn := delivery.removeprefix(_WITHDRAWAL)) in seqs:
        return (seqs[withdrawn],)
    return origins(files) if delivery.startswith(_REQUEUE) else ()
