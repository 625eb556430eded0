"""Evidently's drift report of a sample of clients, beside our own page: off unless it is asked for.

Evidently brings some eighty packages that nothing else here needs, and takes long over many clients. So it runs in an
environment of its own (`make evidently`), on at most `monitoring.evidently_clients` clients of either side.
The sampled vectors lie in a temporary folder while it works; they hold no client's number.
"""

from __future__ import annotations

import os
import subprocess  # nosec B404: the interpreter that the settings name, with our own script
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl

from credit_scoring.clients.cohort import Cohort
from credit_scoring.clients.gather import vectors
from credit_scoring.errors.usage import EVIDENTLY_FAILED, EVIDENTLY_MISSING
from credit_scoring.settings import GatherSettings
from credit_scoring.training.split import places

ENVIRONMENT = ".venv-evidently"
"""What `make evidently` makes, beside the environment that we run in."""
_SCRIPT = Path(__file__).with_name("evidently_script.py")
_SILENT = {"DO_NOT_TRACK": "1", "EVIDENTLY_DISABLE_TELEMETRY": "1", "ITERATIVE_DO_NOT_TRACK": "1"}
"""No telemetry: of Evidently, of the legacy part that it rests on, and of the library that they send it by."""


def interpreter(setting: str) -> Path:
    """The interpreter that has Evidently; UsageError with how to install it where it is not."""
    found = Path(setting) if setting else Path(sys.prefix).parent / ENVIRONMENT / "bin" / "python"
    if not found.is_file():
        raise EVIDENTLY_MISSING(python=found)
    return found


def evidently(
    python: Path,
    then: Cohort,
    now: Cohort,
    names: tuple[str, ...],
    used: tuple[str, ...],
    limits: tuple[int, GatherSettings],
) -> bytes:
    """Evidently's page of a sample of the clients of a training, `then`, and of the scored ones.

    `names`: of all features of a vector; `used`: those that are compared, as far as both sides have a value of them.
    `limits`: clients of either side, chosen by their ids; how their rows are gathered. Fault when Evidently ends with
    an error.
    """
    most, gather = limits
    frames = [_frame(_sampled(each, most), gather, names, used) for each in (then, now)]
    shown = [name for name in used if all(frame[name].count() for frame in frames)]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{side}.parquet" for side in ("then", "now")]
        page = Path(folder) / "page.html"
        for file, frame in zip(files, frames, strict=True):
            frame.select(shown).write_parquet(file)
        # Isolated: modules of ours that lie beside the script must not hide others of the same name.
        done = subprocess.run(  # nosec B603: no shell, and no argument from outside
            [str(python), "-I", str(_SCRIPT), *map(str, files), str(page)],
            env={**os.environ, **_SILENT},
            capture_output=True,
            text=True,
        )
        if done.returncode or not page.is_file():
            raise EVIDENTLY_FAILED(python=python, kind=done.stderr.strip().rpartition("\n")[2].partition(":")[0])
        return page.read_bytes()


def _sampled(cohort: Cohort, most: int) -> Cohort:
    place = pl.Series("place", places(cohort.cases["client_id"].to_numpy(), "evidently"))
    return replace(cohort, cases=cohort.cases[place.arg_sort()[:most]].sort("client_id"))


def _frame(cohort: Cohort, gather: GatherSettings, names: tuple[str, ...], used: tuple[str, ...]) -> pl.DataFrame:
    """The features of the clients, a column each, null where missing; in an order that ids do not tell."""
    rows = vectors(replace(cohort, cases=cohort.cases.select("client_id", "as_of")), gather).collect()
    ordered = rows[pl.Series(places(rows["client_id"].to_numpy(), "evidently")).arg_sort()]
    wide = ordered["features"].list.to_struct(fields=list(names)).struct.unnest()
    return wide.select(pl.col(list(used)).fill_nan(None))
