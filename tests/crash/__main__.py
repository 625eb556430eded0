"""`make crash`: the score job is killed at every bound and inside every commit, and at random, and run again each time.

What is done already is not done again until everything is: --fresh begins anew. Exit code 1 when a trial went wrong.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from crash.lender import Lender, prepare
from crash.plan import at_random, bounds
from crash.trial import Harness, Outcome, Undisturbed


def run(folder: Path, count: int, seed: int, at_once: int, only: str) -> int:
    done_file, first_file = folder / "outcomes.jsonl", folder / "undisturbed.json"
    if first_file.exists():
        lender, undisturbed = Lender(folder / "lender"), Undisturbed(**json.loads(first_file.read_text()))
        harness = Harness(lender, folder / "homes", threading.Lock())
    else:
        shutil.rmtree(folder, ignore_errors=True)
        harness = Harness(prepare(folder / "lender"), folder / "homes", threading.Lock())
        undisturbed = harness.undisturbed()
        first_file.write_text(json.dumps(asdict(undisturbed)))
    at_bounds = bounds(undisturbed.passed)
    moments = [m for m in [*at_bounds, *at_random(undisturbed.passed, count, seed)] if only in str(m)]
    done = [Outcome(**json.loads(line)) for line in done_file.read_text().splitlines()] if done_file.exists() else []
    left = [moment for moment in moments if str(moment) not in {outcome.moment for outcome in done}]
    print(f"{len(moments)} moments, {len(moments) - len(left)} of them done before; logs in {folder}", flush=True)

    start = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool, done_file.open("a") as out:
        for number, trial in enumerate(as_completed(pool.submit(harness.trial, m, undisturbed) for m in left), 1):
            outcome = trial.result()
            done.append(outcome)
            out.write(json.dumps(asdict(outcome)) + "\n")
            out.flush()
            print(_line(outcome, number, len(left)), flush=True)
    return _summary(done, {str(moment) for moment in at_bounds}, time.monotonic() - start)


def _line(outcome: Outcome, number: int, of: int) -> str:
    verdict = "; ".join(outcome.wrong) or ("as undisturbed" if outcome.killed else "ended before it was killed")
    return f"{number:4d}/{of}  {outcome.seconds:5.1f} s  {outcome.moment}: {verdict}"


def _summary(done: list[Outcome], at_bounds: set[str], seconds: float) -> int:
    for kind, of_kind in (("at bounds and inside commits", True), ("at random", False)):
        trials = [outcome for outcome in done if (outcome.moment in at_bounds) is of_kind]
        wrong = [outcome for outcome in trials if outcome.wrong]
        ended = sum(not outcome.killed for outcome in trials)
        print(f"{len(trials)} killed {kind}: {len(wrong)} wrong, {ended} had ended before")
        for outcome in wrong:
            print(f"  {outcome.moment}: {'; '.join(outcome.wrong)}")
    print(f"{seconds / 60:.1f} minutes")
    return int(any(outcome.wrong for outcome in done))


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="make crash", description=__doc__)
    options.add_argument("--folder", type=Path, default=Path("var/crash"))
    options.add_argument("--random", type=int, default=50, help="how many random moments")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--at-once", type=int, default=2)
    options.add_argument("--only", default="", help="only moments whose name holds this")
    options.add_argument("--fresh", action="store_true", help="also what is done already")
    chosen = options.parse_args()
    if chosen.fresh:
        shutil.rmtree(chosen.folder, ignore_errors=True)
    os.environ["POLARS_MAX_THREADS"] = "1"
    logging.getLogger("credit_scoring").setLevel(logging.WARNING)
    sys.exit(run(chosen.folder.absolute(), chosen.random, chosen.seed, chosen.at_once, chosen.only))
