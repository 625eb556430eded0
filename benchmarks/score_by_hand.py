"""The script that a data scientist would write: seven CSV files in, probabilities and contributions of each client out.

    python benchmarks/score_by_hand.py FOLDER MODEL OUT --sample 500

pandas reads the files and aggregates every history by client (mean, maximum, sum), LightGBM predicts and explains with
all cores. pred_contrib explains the first --sample clients only, because all of them take so long; the JSON that is
printed has the seconds of each part, wall and processor, so that whoever runs it can extrapolate.

benchmarks/score.py runs this beside the product, and fits MODEL to the same features of other clients.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd

CLIENT = "SK_ID_CURR"
STATISTICS = ["mean", "max", "sum"]


def coded(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with categories as codes."""
    texts = rows.select_dtypes("object").columns
    return rows.assign(**{name: rows[name].astype("category").cat.codes for name in texts})


def aggregated(rows: pd.DataFrame, key: str, prefix: str) -> pd.DataFrame:
    """A row a key: statistics of every column, and how many rows there are."""
    numbers = coded(rows).drop(
        columns=[name for name in ("SK_ID_PREV", "SK_ID_BUREAU") if name != key and name in rows]
    )
    grouped = numbers.groupby(key)
    found = grouped.agg(STATISTICS)
    found.columns = [f"{prefix}_{name}_{statistic}" for name, statistic in found.columns]
    found[f"{prefix}_count"] = grouped.size()
    return found


def features(folder: Path) -> pd.DataFrame:
    """The clients of the application file by id, with the numbers of all seven tables."""

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / name)

    clients = coded(read(next(path.name for path in folder.glob("application*.csv")))).set_index(CLIENT)
    clients = clients.drop(columns="TARGET", errors="ignore")
    clients["credit_to_income"] = clients.AMT_CREDIT / clients.AMT_INCOME_TOTAL
    clients["annuity_to_income"] = clients.AMT_ANNUITY / clients.AMT_INCOME_TOTAL
    clients["credit_to_annuity"] = clients.AMT_CREDIT / clients.AMT_ANNUITY
    clients["employed_to_age"] = clients.DAYS_EMPLOYED / clients.DAYS_BIRTH

    balance = aggregated(read("bureau_balance.csv"), "SK_ID_BUREAU", "balance")
    bureau = read("bureau.csv").join(balance, on="SK_ID_BUREAU")
    bureau["debt_to_credit"] = bureau.AMT_CREDIT_SUM_DEBT / bureau.AMT_CREDIT_SUM
    previous = read("previous_application.csv")
    previous["asked_to_granted"] = previous.AMT_APPLICATION / previous.AMT_CREDIT
    paid = read("installments_payments.csv")
    paid["days_late"] = (paid.DAYS_ENTRY_PAYMENT - paid.DAYS_INSTALMENT).clip(lower=0)
    paid["short"] = paid.AMT_INSTALMENT - paid.AMT_PAYMENT
    card = read("credit_card_balance.csv")
    card["utilisation"] = card.AMT_BALANCE / card.AMT_CREDIT_LIMIT_ACTUAL
    histories = {
        "bureau": bureau, "previous": previous, "paid": paid, "card": card, "pos": read("POS_CASH_balance.csv"),
    }  # fmt: skip
    for name, rows in histories.items():
        clients = clients.join(aggregated(rows, CLIENT, name))
    return clients.replace([np.inf, -np.inf], np.nan)


def main() -> None:
    """Scores and explains a folder of files, and prints the seconds of each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sample", type=int, default=500)
    arguments = parser.parse_args()
    seconds: dict[str, dict[str, float]] = {}

    def done(part: str, wall: float, cpu: float) -> tuple[float, float]:
        seconds[part] = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        return time.perf_counter(), time.process_time()

    start = time.perf_counter(), time.process_time()
    clients = features(arguments.folder)
    start = done("features", *start)
    booster = lgb.Booster(model_file=arguments.model)
    probability = booster.predict(clients)
    start = done("predict", *start)
    explained = booster.predict(clients.iloc[: arguments.sample], pred_contrib=True)
    start = done("contributions", *start)

    names = np.array(booster.feature_name())
    heaviest = np.argsort(-explained[:, :-1], axis=1)[:, :4]
    scores = pd.DataFrame({"probability": probability, "refused": probability > 1 / 11}, index=clients.index)
    reasons = pd.DataFrame(
        names[heaviest], index=clients.index[: arguments.sample], columns=[f"reason_{i}" for i in range(1, 5)]
    )
    scores.join(reasons).to_csv(arguments.out)
    done("csv", *start)
    print(json.dumps({"clients": len(clients), "features": clients.shape[1], "seconds": seconds}))


if __name__ == "__main__":
    main()
