"""What a run left behind, without what must differ between two runs: moments, and the ids of runs and claims."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

RUN_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")
"""A rescore has its run's in its name."""
PASSING = {"at", "scored_at", "started_at", "finished_at", "expires_at", "run_id", "claim_id", "claim_number", "holder"}
"""Columns of moments and ids."""
_OF_CLAIMS = {"claimed", "released"}
"""Events that a run which was killed leaves, and the run which finishes its work adds."""

Contents = Mapping[str, list[str]]


def contents(home: Path) -> Contents:
    """By table and published file, the rows as sorted texts. Whatever else lies in these folders stands there, too."""
    found = {f"table {path.name}": _rows(path, home) for path in sorted((home / "tables").glob("*"))}
    for path in sorted((home / "published").rglob("*")):
        if path.is_file():
            found[RUN_ID.sub("...", f"file {path.relative_to(home)}")] = _lines(path)
    odd = [path.name for path in (home / "reports").glob("*") if path.suffix != ".html"]
    return {**found, "reports": ["odd: " + name for name in odd]}


def differences(undisturbed: Contents, found: Contents) -> list[str]:
    """Where what was found differs from an undisturbed run, a sentence each; empty when it does not."""
    said = [f"{name} is missing" for name in undisturbed.keys() - found.keys()]
    said += [f"{name} is left over" for name in found.keys() - undisturbed.keys()]
    for name in sorted(undisturbed.keys() & found.keys()):
        if undisturbed[name] != found[name]:
            lost = len(set(undisturbed[name]) - set(found[name]))
            said.append(
                f"{name}: {len(found[name])} rows instead of {len(undisturbed[name])}, of which {lost} are not there"
            )
    return sorted(said)


def _rows(path: Path, home: Path) -> list[str]:
    if not DeltaTable.is_deltatable(str(path)):
        return ["no Delta table"]
    rows = DeltaTable(path).to_pyarrow_table().to_pylist()
    if path.name == "deliveries":
        rows = [_event(row) for row in rows if row["event"] not in _OF_CLAIMS]
    return sorted(RUN_ID.sub("...", json.dumps(_lasting(row), default=str)).replace(str(home), "") for row in rows)


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    """An event of the ledger without the hash of a CSV, which holds the moment of its scores."""
    return {name: None if name == "sha256" else value for name, value in row.items()}


def _lasting(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in PASSING}


def _lines(path: Path) -> list[str]:
    if path.suffix != ".csv":
        return ["left over"]
    rows = csv.DictReader(io.StringIO(path.read_text(), newline=""))
    return [RUN_ID.sub("...", json.dumps(_lasting(row))) for row in rows]  # in the file's own order
