"""Two clients with cells that no other text holds: wherever one of them is found, a client's data were told.

One is a generated client again under another id; the other's row is quarantined. The values are as usual as they are
odd: a model names the least and the largest value that it learned from, and these are neither.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

LEARNED, NEW = 1_618_033_988, 1_414_213_562
"""A client with an outcome, and one to score."""

SECRET = "c4n4ry-5ecret"  # pragma: allowlist secret
"""For settings and the environment."""

_CELLS = {"AMT_CREDIT": "271828.1828", "AMT_GOODS_PRICE": "271801.2398", "OCCUPATION_TYPE": "Campanologist"}
_QUARANTINED = {"SK_ID_CURR": "1259921049", "AMT_CREDIT": "57721.x56649"}
_BUREAU = {"SK_ID_BUREAU": "1732050807", "AMT_CREDIT_SUM": "114471.4242"}

VALUES = (str(LEARNED), str(NEW), "271828", "271801", "Campanologist", "1259921049", "57721.", "1732050807", "114471.4")
"""What is searched for; of numbers the digits that float32 keeps."""


def hide(folder: Path, file: str, client: int) -> None:
    """Adds them to a generated delivery: to `file`, of applications, and a credit of the first to bureau.csv."""
    applications = _read(folder / file)
    hidden = _as(applications[:1], {**_CELLS, "SK_ID_CURR": str(client)})
    pl.concat([applications, hidden, _as(hidden, _QUARANTINED)]).write_csv(folder / file)
    credits = _read(folder / "bureau.csv")
    pl.concat([credits, _as(credits[:1], {**_BUREAU, "SK_ID_CURR": str(client)})]).write_csv(folder / "bureau.csv")


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def _as(rows: pl.DataFrame, cells: dict[str, str]) -> pl.DataFrame:
    return rows.with_columns(pl.lit(cell).alias(column) for column, cell in cells.items())
