"""The embedded engine needs nothing of Spark: a run where neither pyspark, nor a Java, nor its jars are installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from crash.lender import prepare

SCORE = """
import importlib.abc, json, sys

class NotInstalled(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("pyspark", "py4j", "delta", "synapse"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
from credit_scoring.cli import main
try:
    main(["score", "--conf", sys.argv[1], "--json", "--quiet"])
except SystemExit as ended:
    code = ended.code
print(json.dumps([code, sorted(name for name in sys.modules if name.startswith("credit_scoring"))]))
"""
"""MLflow tries to import pyspark, and goes on where there is none."""


def test_a_score_run_on_the_embedded_engine_needs_nothing_of_spark(tmp_path: Path) -> None:
    """From deliveries that wait to published files, in a process of its own; one of the deliveries is refused."""
    conf = prepare(tmp_path / "lender").conf(tmp_path / "home")
    nothing = {"JAVA_HOME": str(tmp_path), "CREDIT_SCORING_JARS": str(tmp_path), "PATH": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", SCORE, str(conf)],
        env={**os.environ, **nothing, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    code, ours = json.loads(run.stdout.splitlines()[-1])
    assert code == 3
    assert (tmp_path / "home" / "published" / "tuesday" / "scores.csv").exists()
    assert "credit_scoring.engines.local.engine" in ours
    assert [name for name in ours if name.startswith("credit_scoring.engines.spark")] == []
