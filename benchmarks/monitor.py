"""How long a profile of many clients takes in the bins of a model, beside Evidently on the sample that it can take.

    .venv/bin/python benchmarks/monitor.py --clients 356000
    .venv/bin/python benchmarks/monitor.py --evidently PYTHON      an interpreter that has evidently (0.7)

Both sides are given vectors in memory: 315 features, some missing, the later ones shifted. Ours counts slots of 5,000
clients into deciles, as an engine does, and judges every feature (PSI, points, missing share, chance). Evidently makes
its data drift report of a training sample and a later one. Evidently's 41 packages do not fit beside ours, hence the
environment of its own; its telemetry is off. What building the vectors costs is in benchmarks/features.py.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time

import numpy as np

from credit_scoring.model.bins import Bins, FeatureBins
from credit_scoring.monitoring.drift import feature_drifts
from credit_scoring.monitoring.profile import as_profile, edges
from credit_scoring.training.bins import bin_edges

FEATURES, SLOT, SAMPLED = 315, 5_000, 20_000
THEN, NOW = 3_076, 488
"""Clients of the sample that both sides can take."""

EVIDENTLY = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset
told = json.loads(sys.argv[1])
random = np.random.default_rng(7)
def drawn(n, shift):
    values = random.normal(shift, 1, (n, told["features"])).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    return pd.DataFrame(values, columns=[f"f{i}" for i in range(told["features"])])
then, now = drawn(told["then"], 0.0), drawn(told["now"], 0.1)
begun = time.perf_counter()
Report([DataDriftPreset()]).run(now, then).save_html(told["page"])
print(json.dumps(time.perf_counter() - begun))
"""


def drawn(random: np.random.Generator, n: int, shift: float) -> np.ndarray:
    """Vectors float32 [n, FEATURES], a tenth of the values missing."""
    values = random.normal(shift, 1, (n, FEATURES)).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    return values


def bins(vectors: np.ndarray) -> Bins:
    """Bins of clients, with points that do not matter here."""
    limits = bin_edges(vectors[:SAMPLED])
    empty = Bins(
        features=tuple(
            FeatureBins(name=f"f{i}", edges=tuple(each.tolist()), clients=(), points=())
            for i, each in enumerate(limits)
        ),
        scores=(),
        groups={},
        vocabulary={},
        auc=0.5,
        calibration_error=0.0,
    )
    counted = as_profile(edges(empty), edges(empty).counted(vectors))
    return empty.model_copy(
        update={
            "features": tuple(
                each.model_copy(
                    update={"clients": tuple(row.tolist()), "points": tuple(np.linspace(-1, 1, len(row)).tolist())}
                )
                for each, row in zip(empty.features, counted.features, strict=True)
            )
        }
    )


def ours(then: Bins, clients: int) -> tuple[float, float]:
    """Seconds for the profile and for judging it; the vectors of a slot are drawn beside the clock."""
    random, limits = np.random.default_rng(8), edges(then)
    total, counting = np.zeros((FEATURES, limits.width), np.int64), 0.0
    for start in range(0, clients, SLOT):
        vectors = drawn(random, min(SLOT, clients - start), 0.1)
        begun = time.perf_counter()
        total += limits.counted(vectors)
        counting += time.perf_counter() - begun
    begun = time.perf_counter()
    feature_drifts(then, as_profile(limits, total), 0.1)
    return counting, time.perf_counter() - begun


def evidently(python: str, page: str) -> float:
    """Seconds of Evidently's data drift report on the sample, its imports not counted."""
    asked = json.dumps({"features": FEATURES, "then": THEN, "now": NOW, "page": page})
    environment = {**os.environ, "DO_NOT_TRACK": "1", "EVIDENTLY_DISABLE_TELEMETRY": "1"}
    done = subprocess.run([python, "-c", EVIDENTLY, asked], capture_output=True, text=True, check=True, env=environment)
    return float(json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> None:
    """Runs one side or both, and prints the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=356_000)
    parser.add_argument("--evidently", metavar="PYTHON", help="an interpreter that has evidently")
    parser.add_argument("--page", default=os.devnull, help="where Evidently's page goes")
    asked = parser.parse_args()
    then = bins(drawn(np.random.default_rng(7), SAMPLED, 0.0))
    counting, judging = ours(then, asked.clients)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"ours: {asked.clients:,} x {FEATURES} counted in {counting:.1f} s, judged in {judging:.2f} s, {memory:,.0f} MB"
    )
    if asked.evidently:
        small = bins(drawn(np.random.default_rng(7), THEN, 0.0))
        mine = sum(ours(small, NOW))
        theirs = evidently(asked.evidently, asked.page)
        print(f"on {THEN:,} + {NOW:,} clients: ours {mine:.2f} s, Evidently {theirs:.1f} s, {theirs / mine:,.0f} times")


if __name__ == "__main__":
    sys.exit(main())
