"""The desk as a process: it comes and goes with the API, and says where it is."""

from __future__ import annotations

import os
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest

from credit_scoring.dashboard.running import Desk
from credit_scoring.errors import StorageError
from dashboard.served_desk import serving


def test_serve_starts_it_too_and_ends_it(tmp_path: Path, postgres: object) -> None:
    """Its PostgreSQL lies in a folder that the server's user reaches: it does not run as root."""
    place = Path(os.environ["PGPASSFILE"]).parent / "served"
    conf = tmp_path / "conf.yml"
    conf.write_text(f"home: {tmp_path / 'var'}\nonline:\n  cluster: {place}\n")
    with serving(["--conf", str(conf)]) as (process, said):
        found = re.search(r"^Desk: (http://127\.0\.0\.1:\d+) ", said, re.MULTILINE)
        assert found, said
        with urllib.request.urlopen(found[1], timeout=20) as page:
            assert b"<html" in page.read()
    assert process.returncode == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(found[1], timeout=5)


def test_a_desk_that_does_not_start_is_a_sentence() -> None:
    with pytest.raises(StorageError, match="did not start on port 9 of"):
        Desk(subprocess.Popen(["true"]), "127.0.0.1", 9).answers()
