"""What a person reads of a folder's files before they are uploaded: the cause first, then the numbers, then what to
paste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from credit_scoring.intake.guessing_formats import settings_of, yaml_lines
from credit_scoring.intake.preview import Fault, Preview, Seen
from credit_scoring.printing.table import plain, printable, table

_MOST_FAULTS, _MOST_REFUSALS = 30, 3


def preview(found: Preview) -> str:
    """All that was found."""
    seen = found.seen
    parts = [headline(found), _files(seen)]
    parts += [f"Before it can be delivered:\n{_listed(found.problems)}"] if found.problems else []
    parts += [f"No file of: {', '.join(found.lacking)}."] if found.lacking else []
    parts += [f"Left out, because they hold no table: {', '.join(found.left_out)}."] if found.left_out else []
    if seen.refusals:
        parts.append("Intake would refuse the delivery:\n" + _refusals(seen))
    if seen.faults:
        parts.append("What does not read:\n" + _faults(seen.faults))
    if found.formats is not None and found.guessed is not None:
        parts += [
            "This is what the files look like. Nobody but you can know: check it, then paste these lines into the "
            "settings.\n" + _listed(found.looks),
            yaml_lines(found.formats).rstrip(),
            f"Intake would then say:\n{_files(found.guessed)}",
        ]
        if found.guessed.refusals:
            parts.append("Still refused:\n" + _refusals(found.guessed))
        if found.guessed.faults:
            parts.append("Still not read:\n" + _faults(found.guessed.faults))
    return "\n\n".join(parts)


def document(found: Preview) -> dict[str, Any]:
    """All of it for JSON. `formats`: what is to stand under `intake.format`, null where no other format reads more."""
    shown: dict[str, Any] = {**plain(replace(found, formats=None)), "ready": found.ready, "headline": headline(found)}
    return {**shown, "formats": settings_of(found.formats) if found.formats is not None else None}


def headline(found: Preview) -> str:
    """The one sentence: whether intake would take the files in, what it would cost whom, and what would mend it."""
    what = _verdict(found)
    if found.guessed is None:
        return what
    left = found.guessed
    looks = "; ".join(look[:1].upper() + look[1:] for look in found.looks[:3])
    if left.cost == (0, 0, 0):
        return f"{what} {looks}. A format that says so would read all of it: {left.total('records'):,} records."
    return (
        f"{what} {looks}. With a format that says so it would be {len(left.refusals):,} files, "
        f"{left.total('quarantined'):,} records and {left.total('cells_missing'):,} cells that do not read, and "
        f"{left.referred:,} of {left.applications:,} clients referred for it."
    )


def _verdict(found: Preview) -> str:
    seen = found.seen
    files = f"{len(seen.files):,} files with {seen.total('records'):,} records"
    if found.problems:
        return f"{found.folder} cannot be delivered as it is: {len(found.problems):,} things are to be settled."
    if seen.refusals:
        refused = f"{len(seen.refusals):,} of {len(seen.files):,} files do not read"
        return f"Intake would refuse a delivery of {found.folder}: {refused}."
    if seen.nothing_to_score:
        return f"Of {found.folder} nothing could be scored: all of its applications would be quarantined."
    if seen.cost == (0, 0, 0):
        return f"Intake would take in {found.folder} as it is: {files}, all usable."
    return (
        f"Intake would take in {found.folder}: {files}, of which {seen.total('quarantined'):,} would be quarantined, "
        f"and {seen.total('cells_missing'):,} cells made missing. For this {seen.referred:,} of {seen.applications:,} "
        "clients would be referred, whatever they score."
    )


def _files(seen: Seen) -> str:
    head = ["file", "table", "records", "usable", "duplicates", "quarantined", "cells made missing"]
    rows = [
        [each.file, each.table, *(["refused"] + [""] * 4 if each.refusal is not None else
         [each.records, each.usable, each.duplicates, each.quarantined, each.cells_missing])]
        for each in seen.files
    ]  # fmt: skip
    return table(head, rows)


def _refusals(seen: Seen) -> str:
    said = [each.refusal or "" for each in seen.refusals]
    more = [f"and {len(said) - _MOST_REFUSALS:,} more"] if len(said) > _MOST_REFUSALS else []
    return _listed([*said[:_MOST_REFUSALS], *more])


def _faults(faults: Sequence[Fault]) -> str:
    head = ["table", "column", "cells", "become", "most frequent texts", "expected"]
    rows = [
        [each.table, each.column, each.cells, each.becomes, _texts(each), each.why] for each in faults[:_MOST_FAULTS]
    ]
    more = f"\nand {len(faults) - _MOST_FAULTS:,} more columns" if len(faults) > _MOST_FAULTS else ""
    return table(head, rows) + more


def _texts(fault: Fault) -> str:
    """The most frequent texts of a column, in quotes."""
    shown = ((repr(text) if text.isprintable() else ascii(text), count) for text, count in fault.texts)
    return ", ".join(f"{text} x{count:,}" for text, count in shown)


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {printable(line)}" for line in lines)
