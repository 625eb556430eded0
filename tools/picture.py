"""The picture of the README: two generated clients of a published CSV as waterfalls. Run after `make score`:

.venv/bin/python tools/picture.py var/published/new-clients/scores.csv docs/output.png
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polars as pl

from credit_scoring.explanation.waterfall import Waterfall, waterfall
from credit_scoring.explanation.waterfall_picture import written


def client(row: dict[str, Any]) -> tuple[Waterfall, str]:
    """One client with its title: start, four reasons, the others together, score."""
    reasons = [
        (row[f"reason_{place}_text"], row[f"reason_{place}_points"])
        for place in range(1, 5)
        if row[f"reason_{place}_code"] is not None
    ]
    parts = [*reasons, ("All other reasons together", row["other_points"])]
    title = f"Client {row['client_id']}: {row['decision']}, probability of default {row['probability']:.1%}"
    return waterfall(row["start_points"], parts, row["score"], cut_off=row["cut_off"]), title


def main(source: Path, target: Path) -> None:
    """Draws a refused client and an approved one."""
    rows = pl.read_csv(source)
    above = pl.col("score") - pl.col("cut_off")
    refused = rows.filter((pl.col("decision") == "refuse") & (above < -15))
    approved = rows.filter((pl.col("decision") == "approve") & (above > 15))
    target.write_bytes(written([client(frame.row(0, named=True)) for frame in (refused, approved)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
