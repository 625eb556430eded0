"""The API and how a small service in Python usually does it, one after the other on the same core, in one run.

    python benchmarks/serve.py [--seconds 10]

The side that answers runs on one core; PostgreSQL and who asks run on another. A generated lender is loaded, so that no
store is needed; the models are fitted here. Ours answers when the request's record is committed (fsync on).

stored    GET /v1/clients/{id}/score, 16 connections
peers     what such services usually do: the model loaded once a process, a client's row out of a pandas frame,
          LightGBM's predict, a shap.TreeExplainer made and asked for each request; 16 connections; nothing is recorded
file      POST /v1/scores with a whole file: one connection, then 16
estimate  POST /v1/estimates, one connection
bits      100 files sent, against the batch's own functions on all 100 clients at once

The last line is JSON: peers_over_ours (how many times the peers' rate is ours), stored_requests_per_s, stored_p99_ms,
file_p50_ms, file_requests_per_s, estimate_p50_ms, ready_s, bits_that_differ.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
import polars as pl
from sqlalchemy import insert

from credit_scoring.explanation.by_lightgbm import margins_and_contributions
from credit_scoring.explanation.points import Scale
from credit_scoring.features.registry import FEATURES, fingerprint, names
from credit_scoring.features.vector import client_vectors
from credit_scoring.model.artifacts import Costs, Decision
from credit_scoring.model.scorer import assemble, scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.online import cluster, database, keys
from credit_scoring.online.loading import Champion, register
from credit_scoring.online.models import ClientScore
from credit_scoring.online.service_user import grant
from credit_scoring.schema.table import CLIENT
from credit_scoring.scoring.on_the_fly.client_file import COLUMNS
from credit_scoring.scoring.rows import RunMetadata, score_rows
from credit_scoring.synthetic.lender import known
from credit_scoring.training.estimate import estimating, facts
from credit_scoring.training.inputs import Inputs, inputs
from credit_scoring.training.learners import Learners
from credit_scoring.training.split import Split

CLIENTS, LEARNED, SEED = range(500), range(1_000, 3_000), 11
CONNECTIONS, COMPARED, ROUNDS = 16, 100, 300
STATED = {"amount": 450000, "annuity": 27000, "goods_price": 400000, "income": 180000, "children": 1, "age_years": 41}
SIDES = Path(__file__).with_name("serve_sides.py")
ASKS = {1}
"""The core of PostgreSQL and of who asks; the other one is the side's that answers (serve_sides.CORE)."""


@dataclass(frozen=True)
class Asked:
    """What came of asking for a while: seconds of each request, and how long it all took."""

    seconds: Sequence[float]
    wall: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.seconds) / self.wall

    def ms(self, percent: float) -> float:
        """A percentile of the durations in milliseconds."""
        return float(np.percentile(self.seconds, percent) * 1000)


def fitted(learners: Learners, wanted: Inputs, more: Callable[[ModelTexts], Mapping[str, float]] | None) -> ModelTexts:
    """A model of the wanted features as training would make it, without what judges it."""
    used = np.ascontiguousarray(learners.development.features[:, wanted.positions])
    parameters = {
        "objective": "binary", "num_leaves": 16, "learning_rate": 0.03, "min_data_in_leaf": 50, "verbose": -1,
        "feature_fraction": 0.2, "lambda_l2": 10, "monotone_constraints": list(wanted.constraints), "num_threads": 2,
    }  # fmt: skip
    data = lgb.Dataset(used, learners.development.target, feature_name=list(wanted.names))
    booster = lgb.train(parameters, data, ROUNDS)
    scale = Scale(a=0.9, b=-0.1)
    _, phi, phi_0 = margins_and_contributions(booster, used[:500])
    reference = dict(zip(wanted.names, scale.raw_points(phi).mean(axis=0).tolist(), strict=True))

    def made(lineage: Mapping[str, float]) -> ModelTexts:
        decision = Decision.of(
            scale=scale, costs=Costs(), reference=reference, phi_0=phi_0, fingerprint=fingerprint(), lineage=lineage
        )
        return assemble(booster.model_to_string(), decision, wanted.declared, learners.features[:20], "<html></html>")

    return made(more(made({}))) if more else made({})


def files(rows: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Each client's rows as they are sent, by the order of the application."""
    by_table = {name: rows[name].partition_by(CLIENT, as_dict=True) for name in COLUMNS}
    return [
        {
            name: parts[client,].select(COLUMNS[name]).to_dicts()
            for name, parts in by_table.items()
            if (client,) in parts
        }
        for client in rows["application"][CLIENT].sort().to_list()
    ]


def score_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of score_history as a row of client_score."""
    kept = {c.name for c in ClientScore.__table__.columns}
    reasons, drivers = row["reasons"], row["drivers"]
    return {name: value for name, value in row.items() if name in kept} | {
        "reason_codes": [each["code"] for each in reasons],
        "reason_points": [each["points"] for each in reasons],
        "reason_absent": [each["absent"] for each in reasons],
        "driver_features": [each["feature"] for each in drivers],
        "driver_values": [each["value"] for each in drivers],
        "driver_points": [each["points"] for each in drivers],
    }


async def ask(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Asked:
    """Asks over so many open connections for a while; SystemExit when an answer is not 200."""
    took: list[float] = []
    begun = time.perf_counter()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() - begun < seconds:
            start = time.perf_counter()
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"not answered: {head[:60]!r} {body[:300]!r}")
            took.append(time.perf_counter() - start)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return Asked(took, time.perf_counter() - begun)


def request(path: str, key: str, body: object = None) -> bytes:
    """A request as bytes."""
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


@contextmanager
def serving(side: str, folder: Path) -> Iterator[tuple[int, float]]:
    """A side in a process of its own on its core: its port, and the seconds until it was ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, SIDES, side, "--folder", str(folder), "--port", str(port)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"})
    try:
        while True:
            if process.poll() is not None:
                raise SystemExit(f"the side {side} ended")
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as there:
                    there.sendall(b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    said = b"".join(iter(lambda: there.recv(65_536), b""))
                if b'"scores_on_the_fly":true' in said or side == "peers":
                    break
            except OSError:
                pass
            time.sleep(0.02)
        yield port, time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(20)


def compared(port: int, key: str, sent: Sequence[Mapping[str, Any]], expected: Sequence[Mapping[str, Any]]) -> int:
    """How many clients have another number, over HTTP, than in the batch."""
    import http.client

    differ = 0
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for file, row in zip(sent, expected, strict=True):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/scores", json.dumps(file), headers)
        said = json.loads(connection.getresponse().read())
        single = ("client_id", "decision", "score", "points", "probability", "cut_off", "file_complete", "start_points")
        same = all(said[name] == row[name] for name in single) and said["drivers"] == row["drivers"]
        reasons = [{k: each[k] for k in ("code", "points", "absent")} for each in said["reasons"]]
        differ += not (same and reasons == row["reasons"])
    return differ


def measured(seconds: float) -> dict[str, float]:
    """Both sides, and what came of them."""
    rows, learned = known(CLIENTS, SEED), known(LEARNED, SEED)
    ids, vectors = client_vectors(learned)
    from credit_scoring.synthetic.lender import generate

    target = generate(LEARNED, SEED)["outcomes"].sort(CLIENT)["TARGET"].to_numpy().astype(np.int64)
    learners = Learners.of(ids.to_numpy(), target, vectors, Split(5, 10))
    every = inputs(FEATURES, fingerprint())
    champion = fitted(learners, every, None)
    estimate = fitted(learners, estimating(every), lambda texts: facts(texts, champion, learners))
    clients, vectors = client_vectors(rows)
    cases = pl.DataFrame({"client_id": clients}).with_columns(
        as_of=pl.lit(1, pl.Int64), delivery=pl.lit("d"), file_complete=pl.lit(True)
    )
    run_metadata = RunMetadata(datetime(2026, 1, 1, tzinfo=UTC), 1, "code", "run")
    expected = score_rows(cases, vectors, scorer(champion), run_metadata).to_pylist()
    sent = files(rows)
    os.sched_setaffinity(0, ASKS)
    with tempfile.TemporaryDirectory(prefix="credit-scoring-serve-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        pd.DataFrame(vectors, columns=list(names()), index=clients.to_list()).to_parquet(folder / "vectors.parquet")
        (folder / "booster.txt").write_text(champion.booster)
        with cluster.running(folder / "postgres", ()) as started:
            os.environ["PGPASSFILE"] = str(started.passfile)
            database.create(started.url)
            database.upgrade(started.url)
            with database.transaction(started.url) as connection:
                grant(connection, cluster.SERVICE, cluster.service_password(started.folder))
                register(connection, Champion("credit_default", 1, lambda: champion))
                register(connection, Champion("credit_estimate", 1, lambda: estimate))
                connection.execute(insert(ClientScore), [score_row(row) for row in expected])
                key = keys.create(connection, "load", "service", 1_000_000_000, 1, datetime.now(UTC)).key
            online = {"url": started.url, "api_url": started.api_url, "answer_seconds": 10}
            (folder / "online.json").write_text(json.dumps(online))
            with serving("ours", folder) as (port, ready):
                differ = compared(port, key, sent[:COMPARED], expected[:COMPARED])
                of_stored = cycle([request(f"/v1/clients/{row['client_id']}/score", key) for row in expected])
                of_files = cycle([request("/v1/scores", key, file) for file in sent])
                of_estimates = cycle([request("/v1/estimates", key, STATED)])

                def asked(requests: Iterator[bytes], connections: int) -> Asked:
                    asyncio.run(ask(port, requests, connections, 1))
                    return asyncio.run(ask(port, requests, connections, seconds))

                stored = asked(of_stored, CONNECTIONS)
                one, many = asked(of_files, 1), asked(of_files, CONNECTIONS)
                estimates = asked(of_estimates, 1)
        with serving("peers", folder) as (port, _):
            theirs = asked(cycle([request(f"/clients/{row['client_id']}/score", key) for row in expected]), CONNECTIONS)
    print(f"{'':<40}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}")
    for what, found in (
        (f"ours: a stored score, {CONNECTIONS} connections", stored),
        (f"peers: predict and explain, {CONNECTIONS} connections", theirs),
        ("ours: a whole file, 1 connection", one),
        (f"ours: whole files, {CONNECTIONS} connections", many),
        ("ours: an estimate, 1 connection", estimates),
    ):
        print(f"{what:<40}{found.rate:12,.1f}{found.ms(50):10.1f}{found.ms(99):10.1f}")
    print(f"ready after {ready:.1f} s; {differ} of {COMPARED} clients differ from the batch")
    return {
        "peers_over_ours": round(stored.rate / theirs.rate, 2),
        "stored_requests_per_s": round(stored.rate, 1),
        "stored_p99_ms": round(stored.ms(99), 1),
        "file_p50_ms": round(one.ms(50), 1),
        "file_requests_per_s": round(many.rate, 1),
        "estimate_p50_ms": round(estimates.ms(50), 1),
        "ready_s": round(ready, 1),
        "bits_that_differ": differ,
    }


def main() -> None:
    """Runs both sides."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=10, help="how long each is asked")
    found = measured(options.parse_args().seconds)
    print(json.dumps({"ratios": {"peers_over_ours": found["peers_over_ours"]}, **found}))


if __name__ == "__main__":
    main()
