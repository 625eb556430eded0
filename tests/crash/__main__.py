"""`make crash`: a job is stopped at every bound, inside every commit and at random, and each time run again.

At every moment one run stands still while its home is copied (see trial), and the next run finishes the copy. The
moments drawn at random (--kill: all, or none) are killed by SIGKILL as well; and pairs of score runs begin at once.
What is done is not done again, unless the code has changed or --fresh forgets it. Exit code 1: a trial went wrong.
"""

from __future__ import annotations

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before polars is imported, as the command line does it

import argparse
import hashlib
import json
import logging
import random
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from crash.lender import Lender, prepare
from crash.plan import Moment, at_random, bounds
from crash.trial import JOBS, SCORE, Harness, Job, Outcome, Undisturbed
from credit_scoring.code_version import code_version

EXAMPLES = """examples, by `make`:
  make crash                                                the embedded engine in full
  make crash CRASH="--job rescore"                          the same of a rescore
  make crash CRASH="--frozen 0 --kill none --pairs 0 --crossed 10 --mixed 4"
                                                            begun by the embedded engine, finished by Spark
  make crash CRASH="--engine spark --random 0 --frozen 5 --kill none --pairs 2 --crossed 20"
                                                            begun by Spark, finished by the embedded engine
"""
MAY_END_BEFORE = 0.1
"""The share of trials whose run may be over before its moment comes: those drawn near a run's end."""


@dataclass(frozen=True)
class Campaign:
    """All trials of a folder, and what is known of them already."""

    folder: Path
    job: Job
    engine: str = "local"

    def begin(self) -> tuple[Harness, Undisturbed]:
        """The harness with its lender, and the undisturbed run; made once, and anew when the code has changed."""
        known, by = self.folder / "undisturbed.json", self.folder / "code_version"
        if known.exists() and by.read_text() == _version():
            return self._harness(), Undisturbed(**json.loads(known.read_text()))
        shutil.rmtree(self.folder, ignore_errors=True)
        lender = prepare(self.folder / "lender", self.engine)
        if self.job is not SCORE:
            Harness(lender, self.folder).here(self.folder / "before")
        undisturbed = self._harness().undisturbed()
        by.write_text(_version())
        known.write_text(json.dumps(asdict(undisturbed)))
        return self._harness(), undisturbed

    def _harness(self) -> Harness:
        before = self.folder / "before"
        lender, homes = Lender(self.folder / "lender", self.engine), self.folder / "homes"
        return Harness(lender, homes, self.job, before if before.exists() else None)

    def copies(self, harness: Harness, moments: Sequence[Moment]) -> list[tuple[Moment, Path]]:
        """What one run leaves at each of the moments; made once."""
        known = self.folder / "copies.json"
        if not known.exists():
            shutil.rmtree(harness.root / "copies", ignore_errors=True)
            copied = [[asdict(moment), str(copy)] for moment, copy in harness.freeze(moments)]
            known.write_text(json.dumps(copied))
        return [(Moment(**moment), Path(copy)) for moment, copy in json.loads(known.read_text())]

    def done(self, how: str) -> list[Outcome]:
        """The outcomes so far."""
        known = self.folder / f"{how}.jsonl"
        return [Outcome(**json.loads(line)) for line in known.read_text().splitlines()] if known.exists() else []

    def add(self, how: str, outcome: Outcome) -> None:
        with (self.folder / f"{how}.jsonl").open("a") as out:
            out.write(json.dumps(asdict(outcome)) + "\n")


def _version() -> str:
    """Of the product and of this harness: what either said before it was changed is no verdict."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return f"{code_version()}, harness {digest.hexdigest()[:12]}"


@dataclass(frozen=True)
class Wanted:
    """How much of everything is tried: the options of the command of the same names."""

    kill: str
    random: int
    seed: int
    frozen: int | None
    crossed: int
    pairs: int
    mixed: int


def run(campaign: Campaign, wanted: Wanted) -> int:
    print(f"everything is in {campaign.folder}; preparing a lender, a model and an undisturbed run", flush=True)
    harness, undisturbed = campaign.begin()
    at_bounds, drawn = bounds(undisturbed.passed), at_random(undisturbed.passed, wanted.random, wanted.seed)
    every = [*at_bounds, *drawn]
    killed = {"none": [], "random": drawn, "all": every}[wanted.kill]
    print(
        f"{len(at_bounds)} bounds and insides of commits, {len(drawn)} moments drawn with seed {wanted.seed}",
        flush=True,
    )

    copies = dict(campaign.copies(harness, every))
    thawed = list(copies) if wanted.frozen is None else _spread(copies, wanted.frozen)
    _run_all(campaign, "frozen", _thawed(campaign, harness, copies, thawed, undisturbed))
    _run_all(campaign, "killed", (harness.kill(m, undisturbed.left) for m in _left(campaign, "killed", killed)))
    other = {"local": "spark", "spark": "local"}[campaign.engine]
    _run_all(campaign, "crossed", _crossed(campaign, harness, copies, wanted.crossed, undisturbed, other))
    pairs = wanted.pairs if campaign.job.ends_once else 0
    begun = [f"pair {number}" for number in range(len(campaign.done("together")), pairs)]
    _run_all(campaign, "together", (harness.together(name, undisturbed.left) for name in begun))
    mixed = wanted.mixed if campaign.job.ends_once else 0
    begun = [f"mixed {number}" for number in range(len(campaign.done("mixed")), mixed)]
    _run_all(campaign, "mixed", (harness.together(name, undisturbed.left, other) for name in begun))
    missed = [str(moment) for moment in every if moment not in copies]
    return _summary(campaign, missed)


def _spread(copies: Mapping[Moment, Path], count: int) -> list[Moment]:
    """So many of the moments, spread over the run: of those that share a copy the first stands for all."""
    every = list({copy: moment for moment, copy in reversed(list(copies.items()))}.values())[::-1]
    return every[:: max(1, len(every) // count)][:count] if count else []


def _thawed(
    campaign: Campaign,
    harness: Harness,
    copies: Mapping[Moment, Path],
    moments: Sequence[Moment],
    undisturbed: Undisturbed,
) -> Iterator[Outcome]:
    """Finishes each copy once, whichever of its moments comes first, and gives all its moments the outcome."""
    by_name = {str(moment): copy for moment, copy in copies.items()}
    tried = {by_name[outcome.moment]: outcome for outcome in campaign.done("frozen")}
    for moment in _left(campaign, "frozen", moments):
        copy = copies[moment]
        known = tried.get(copy)
        tried[copy] = replace(known, moment=str(moment)) if known else harness.thaw(moment, copy, undisturbed.left)
        yield tried[copy]


def _crossed(
    campaign: Campaign,
    harness: Harness,
    copies: Mapping[Moment, Path],
    count: int,
    undisturbed: Undisturbed,
    other: str,
) -> Iterator[Outcome]:
    """Finishes so many of the copies by the other engine."""
    for moment in _left(campaign, "crossed", _spread(copies, count)):
        yield harness.thaw(moment, copies[moment], undisturbed.left, other)


def _left(campaign: Campaign, how: str, moments: Sequence[Moment]) -> list[Moment]:
    done = {outcome.moment for outcome in campaign.done(how)}
    left = [moment for moment in moments if str(moment) not in done]
    random.Random(0).shuffle(left)  # so that what is done covers the run evenly, whenever it is ended
    print(f"{how}: {len(moments)} moments, {len(moments) - len(left)} of them done before", flush=True)
    return left


def _run_all(campaign: Campaign, how: str, trials: Iterator[Outcome]) -> None:
    start = time.monotonic()
    for number, outcome in enumerate(trials, 1):
        campaign.add(how, outcome)
        verdict = "; ".join(outcome.wrong) or ("as undisturbed" if outcome.disturbed else "had ended before")
        print(f"{how} {number:4d}  {outcome.seconds:5.1f} s  {outcome.moment}: {verdict}", flush=True)
    print(f"{how}: {(time.monotonic() - start) / 60:.1f} minutes", flush=True)


def _summary(campaign: Campaign, missed: Sequence[str]) -> int:
    every = []
    for how in ("frozen", "killed", "crossed", "together", "mixed"):
        done = campaign.done(how)
        every += done
        wrong = [outcome for outcome in done if outcome.wrong]
        ended = sum(not outcome.disturbed for outcome in done)
        print(f"{how}: {len(done)} moments, {len(wrong)} wrong, {ended} missed by the run's end")
        for outcome in wrong:
            print(f"  {outcome.moment}: {'; '.join(outcome.wrong)}")
    if missed:
        print(f"not come to: {', '.join(missed)}")
    ended = sum(not outcome.disturbed for outcome in every)
    if too_many := ended > len(every) * MAY_END_BEFORE:
        print(f"{ended} of {len(every)} runs had ended before their moment, so they prove nothing")
    return int(bool(missed) or too_many or not every or any(outcome.wrong for outcome in every))


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        prog="make crash",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--job", choices=list(JOBS), default="score", help="what is stopped (default: score)")
    options.add_argument("--engine", choices=["local", "spark"], default="local", help="by which it runs")
    options.add_argument(
        "--folder", type=Path, default=Path("var/crash"), help="for homes and outcomes: ENGINE/JOB below it (var/crash)"
    )
    options.add_argument("--fresh", action="store_true", help="forget what was done")
    options.add_argument("--random", type=int, default=50, help="how many moments are drawn, beside all commits (50)")
    options.add_argument("--seed", type=int, default=7, help="by which they are drawn (7)")
    options.add_argument(
        "--frozen",
        type=int,
        metavar="N",
        help="how many of the copies the same engine finishes (all): spread over the run",
    )
    options.add_argument(
        "--crossed", type=int, default=0, metavar="N", help="how many of them the other engine finishes (0)"
    )
    options.add_argument(
        "--kill", choices=["none", "random", "all"], default="random", help="which moments are killed as well (random)"
    )
    options.add_argument("--pairs", type=int, default=10, help="how many pairs of score runs begin at once (10)")
    options.add_argument("--mixed", type=int, default=0, help="how many more pairs are one of each engine (0)")
    chosen = options.parse_args()
    folder = chosen.folder.absolute() / chosen.engine / chosen.job
    if chosen.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    logging.getLogger("credit_scoring").setLevel(logging.WARNING)
    wanted = Wanted(**{each.name: getattr(chosen, each.name) for each in fields(Wanted)})
    sys.exit(run(Campaign(folder, JOBS[chosen.job], chosen.engine), wanted))
