"""The picture of the README: two generated clients of a published CSV as waterfalls. Run after `make score`:

.venv/bin/python tools/picture.py var/published/new-clients/scores.csv docs/output.png
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import matplotlib
import polars as pl

matplotlib.use("agg")
import matplotlib.pyplot as plt

START, TAKES, ADDS, INK = "#5b6b7b", "#c0504d", "#4f8f5b", "#222222"


def draw(axes: Any, row: dict[str, Any]) -> None:
    """One client: start, four reasons, the others together, score; the cut-off as a dotted line."""
    reasons = [
        (row[f"reason_{place}_text"], row[f"reason_{place}_points"])
        for place in range(1, 5)
        if row[f"reason_{place}_code"] is not None
    ]
    steps = [*reasons, ("All other reasons together", row["other_points"])]
    labels = ["Start: where clients are just approved", *(text for text, _ in steps), "Score"]
    at = row["start_points"]
    low = min(at, row["score"], row["cut_off"]) - 45
    axes.barh(0, at - low, left=low, color=START)
    axes.text(at + 1, 0, f"{at}", va="center", color=INK)
    for place, (_, points) in enumerate(steps, 1):
        axes.barh(place, points, left=at, color=TAKES if points < 0 else ADDS)
        axes.text(max(at, at + points) + 1, place, f"{points:+d}", va="center", color=INK)
        at += points
    axes.barh(len(steps) + 1, at - low, left=low, color=START)
    axes.text(at + 1, len(steps) + 1, f"{at}", va="center", fontweight="bold", color=INK)
    axes.axvline(row["cut_off"], linestyle=":", color=INK)
    axes.set_yticks(range(len(labels)), ["\n".join(textwrap.wrap(label, 42)) for label in labels])
    axes.invert_yaxis()
    axes.set_xlim(low, axes.get_xlim()[1] + 12)
    axes.set_xlabel("points (dotted: the cut-off)")
    title = f"Client {row['client_id']}: {row['decision']}, probability of default {row['probability']:.1%}"
    axes.set_title(title, loc="left", fontweight="bold")
    axes.spines[["top", "right"]].set_visible(False)


def main(source: Path, target: Path) -> None:
    """Draws a refused client and an approved one."""
    rows = pl.read_csv(source)
    above = pl.col("score") - pl.col("cut_off")
    refused = rows.filter((pl.col("decision") == "refuse") & (above < -15))
    approved = rows.filter((pl.col("decision") == "approve") & (above > 15))
    figure, axes = plt.subplots(2, 1, figsize=(10, 7.2), constrained_layout=True)
    draw(axes[0], refused.row(0, named=True))
    draw(axes[1], approved.row(0, named=True))
    figure.savefig(target, dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
