"""Run by an interpreter that has Evidently and pandas, and maybe nothing of ours.

As `python -I evidently_script.py THEN NOW PAGE`. THEN and NOW are Parquet files of the same columns; PAGE is
written. See monitoring.second_opinion.
"""

from __future__ import annotations

import sys
import warnings


def main(then: str, now: str, page: str) -> None:
    """Writes Evidently's data drift report of `now` against `then`."""
    warnings.filterwarnings("ignore")
    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset

    Report([DataDriftPreset()]).run(pd.read_parquet(now), pd.read_parquet(then)).save_html(page)


if __name__ == "__main__":
    main(*sys.argv[1:])
