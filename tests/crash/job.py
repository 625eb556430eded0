"""`credit-scoring score`, killed at a moment: `python -m crash.job CONF RECORD [MOMENT [SECONDS]]`.

What is killed is the product as it is: its own command, in a process of its own, which only tells every commit and
step it comes to. Without a moment it runs to its end.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from crash.moments import Moments, install
from credit_scoring.cli import main


def run(conf: Path, record: Path, moment: str | None = None, seconds: float = 0.0) -> None:
    home = Path(yaml.safe_load(conf.read_text())["home"])
    install(Moments(home, record, moment, seconds))
    main(["score", "--conf", str(conf), "--json"])


if __name__ == "__main__":
    conf, record, *when = sys.argv[1:]
    run(Path(conf), Path(record), *when[:1], *map(float, when[1:]))
