"""From the formats that single files look like to the lender's, with what is different in a table: as few lines as
read all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from credit_scoring.file_format import DEFAULT, Format, LenderFormat
from credit_scoring.intake.guessing import CELL_KEYS, lost
from credit_scoring.schema.table import Table

_LISTS = ("nothing", "is_true", "is_false", "currency")


@dataclass(frozen=True)
class Known:
    """A file, the format that reads it best, and whether that is a guess: the declared one reads it otherwise."""

    path: Path
    table: Table
    written: Format
    guessed: bool


def formats_of(files: Sequence[Known], declared: LenderFormat) -> LenderFormat:
    """The lender's format that reads all files as well as their own does; a table's own keys where it does not."""
    by_table: dict[str, list[Known]] = {}
    for each in files:
        by_table.setdefault(each.table.name, []).append(each)
    own = {name: _shared([each.written for each in of_table]) for name, of_table in by_table.items()}
    bases = [_shared(list(own.values())), _shared(list(own.values()), most=True)]
    return min((_over(base, own, by_table, declared) for base in bases), key=lambda found: len(found.tables))


def _over(
    base: Format, own: Mapping[str, Format], by_table: Mapping[str, Sequence[Known]], declared: LenderFormat
) -> LenderFormat:
    """All files' format on a common base, each table with what is different in it."""
    tables = {name: told for name, told in declared.tables.items() if name not in own}
    for name, found in own.items():
        if found == base:
            continue
        keys = [key for key in Format.model_fields if getattr(found, key) != getattr(base, key)]
        layout = {key: getattr(found, key) for key in keys if key not in CELL_KEYS}
        # A table may hold no cell that shows how the others' are written, and is read as well as they are.
        over = Format.model_validate({**base.declared(), **layout})
        cells = {} if _reads_as_well(by_table[name], over, found) else {k: getattr(found, k) for k in keys}
        if told := {**layout, **cells}:
            tables[name] = Format.model_validate(told)
    return LenderFormat.model_validate({**base.declared(), "tables": tables})


def settings_of(formats: LenderFormat) -> dict[str, Any]:
    """What is to stand in the settings under `intake.format`."""
    told = {key: value for key, value in formats.declared().items() if key in Format.model_fields}
    tables = {name: each.set_here() for name, each in formats.tables.items()}
    return {**told, "tables": tables} if tables else told


def yaml_lines(formats: LenderFormat) -> str:
    """The formats as lines of a settings file, in plain letters."""
    told = {"intake": {"format": settings_of(formats)}}
    return yaml.safe_dump(told, sort_keys=False, default_flow_style=None, width=100)


def _shared(formats: Sequence[Format], most: bool = False) -> Format:
    """What most formats say; of how cells are written, what any says that has such cells, unless only `most` count."""
    keys: dict[str, Any] = {}
    for key in Format.model_fields:
        values = [getattr(each, key) for each in formats]
        if key in _LISTS:
            keys[key] = list(dict.fromkeys(text for value in values for text in value))
            continue
        told = [value for value in values if value != getattr(DEFAULT, key)] if key in CELL_KEYS and not most else []
        keys[key] = Counter(told or values).most_common(1)[0][0]
    try:
        return Format.model_validate({key: value for key, value in keys.items() if value != getattr(DEFAULT, key)})
    except ValidationError:  # what is nothing in one table is true in another
        return formats[0]


def _reads_as_well(files: Sequence[Known], over: Format, own: Format) -> bool:
    return all(lost(each.path, each.table, over) <= lost(each.path, each.table, own) for each in files)
