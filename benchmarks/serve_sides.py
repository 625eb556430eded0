"""What answers in benchmarks/serve.py, each side in a process of its own, which imports nothing of the other.

python benchmarks/serve_sides.py ours|peers --folder DIR --port N
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import uvicorn

CORE = {0}


def answer(side: str, folder: Path, port: int) -> None:
    """Serves a side, until it is ended."""
    if side == "ours":
        from credit_scoring.serving.app import application
        from credit_scoring.serving.service import service
        from credit_scoring.settings import MlflowSettings, OnlineSettings

        online = OnlineSettings(**json.loads((folder / "online.json").read_text()))
        app = application(service(online, MlflowSettings()))
    else:
        app = peers(folder)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def peers(folder: Path) -> Any:
    """The service of the peers."""
    import lightgbm as lgb
    import numpy as np
    import pandas as pd
    import shap
    from fastapi import FastAPI

    app, frame = FastAPI(), pd.read_parquet(folder / "vectors.parquet")
    booster = lgb.Booster(model_file=str(folder / "booster.txt"))

    @app.get("/ready")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.get("/clients/{client_id}/score")
    def score(client_id: int) -> dict[str, Any]:
        row = frame.loc[[client_id]]
        probability = float(booster.predict(row)[0])
        values = np.asarray(shap.TreeExplainer(booster).shap_values(row))[..., 0, :].reshape(-1)[-row.shape[1] :]
        heaviest = np.argsort(-np.abs(values))[:10]
        told = [{"feature": row.columns[i], "value": float(values[i])} for i in heaviest]
        return {"client_id": client_id, "probability": probability, "reasons": told}

    return app


def main() -> None:
    """Runs a side."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("side", choices=("ours", "peers"))
    options.add_argument("--folder", type=Path, required=True, help="what it answers from")
    options.add_argument("--port", type=int, required=True)
    given = options.parse_args()
    os.sched_setaffinity(0, CORE)
    answer(given.side, given.folder, given.port)


if __name__ == "__main__":
    main()
