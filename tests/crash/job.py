"""`credit-scoring score`, disturbed: `python -m crash.job [--how kill|freeze --plan MOMENTS] CONF RECORD -- OPTIONS`.

The job is the product as it is, its own command in a process of its own, which only tells every commit and step that
it comes to. MOMENTS is a JSON file: name -> delays in seconds. At each, the process group (this process and what
it started: the JVM of Spark) is killed by SIGKILL, or stands still by SIGSTOP until somebody continues it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from crash.moments import Moments, install
from credit_scoring.cli import main
from credit_scoring.engines.choice import chosen
from credit_scoring.engines.engine import Engine
from credit_scoring.settings_file import load

Disturb = Callable[[str, float], None]


def kill(moment: str, delay: float) -> None:
    """What a machine that loses its power does, as far as processes go."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def freezing(record: Path) -> Disturb:
    """A standstill that writes into `record` which moment it is, for whoever waits for the group to stop."""
    one_at_a_time = threading.Lock()

    def freeze(moment: str, delay: float) -> None:
        with one_at_a_time:
            record.write_text(json.dumps([moment, delay]))
            os.killpg(os.getpgrp(), signal.SIGSTOP)
            time.sleep(0.001)  # until the signal has been delivered

    return freeze


def engine_class(name: str) -> type[Engine]:
    """What is imported of an engine before it is told to tell: Spark only where it works."""
    if name == "spark":
        from credit_scoring.engines.spark.engine import SparkEngine

        return SparkEngine
    from credit_scoring.engines.local.engine import LocalEngine

    return LocalEngine


def run(conf: Path, record: Path, how: str, plan: str, options: list[str]) -> None:
    settings = load(conf)
    disturb = kill if how == "kill" else freezing(record.with_suffix(".frozen"))
    plans = json.loads(Path(plan).read_text()) if plan else {}
    install(Moments(settings.home, record, plans, disturb), engine_class(chosen(settings)))
    main(["score", "--conf", str(conf), "--json", *options])


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("conf", type=Path)
    arguments.add_argument("record", type=Path)
    arguments.add_argument("--how", default="", choices=["", "kill", "freeze"])
    arguments.add_argument("--plan", default="")
    arguments.add_argument("options", nargs="*", help="of the command")
    given = arguments.parse_args()
    run(given.conf, given.record, given.how, given.plan, given.options)
