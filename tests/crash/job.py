"""`credit-scoring score`, disturbed: `python -m crash.job [--how kill|freeze --plan MOMENTS] CONF RECORD -- OPTIONS`.

The job is the product as it is, its own command in a process of its own, which only tells every commit and step that
it comes to. MOMENTS is a JSON file: name -> delays in seconds. At each, the process group (this process and the JVM
that it started) is killed by SIGKILL, or stands still by SIGSTOP until somebody continues it.
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

import yaml

from crash.moments import Moments, install
from credit_scoring.cli import main

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


def run(conf: Path, record: Path, how: str, plan: str, options: list[str]) -> None:
    home = Path(yaml.safe_load(conf.read_text())["home"])
    disturb = kill if how == "kill" else freezing(record.with_suffix(".frozen"))
    install(Moments(home, record, json.loads(Path(plan).read_text()) if plan else {}, disturb))
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
