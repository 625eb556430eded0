"""Everything but training through Spark Connect, with ANSI on: as on serverless and standard clusters.

The server is a process of its own with Delta's jars and no others, on a free port of the loopback; it ends with the
module.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import polars as pl
import pytest
from pyspark.sql import SparkSession

from conftest import context_at
from credit_scoring.engines.spark.engine import SparkEngine
from credit_scoring.engines.spark.session import EVERYWHERE, LOCAL
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model import packaging
from credit_scoring.model.registry import Alias
from credit_scoring.model.scorer import scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.printing.table import plain
from credit_scoring.publishing.reason_audit import audit_reasons
from credit_scoring.runtime import jars, java_home
from credit_scoring.settings import GatherSettings, MlflowSettings
from credit_scoring.synthetic.lender import known
from credit_scoring.synthetic.writing import write
from credit_scoring.training.from_store import opened
from short_lived import SHORT_LIVED

ROOT = Path(__file__).parents[2]
CLIENT = Path(__file__).with_name("connect") / "client.py"
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
QUICKLY = {**SHORT_LIVED, "spark.sql.shuffle.partitions": "2"}
CLIENTS, SEED = range(40), 11
GATHER = GatherSettings(clients_per_slot=25)
STARTS_WITHIN = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail(f"the Spark Connect server did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server."""
    folder, port = tmp_path_factory.mktemp("server"), _free_port()
    delta = [jar for jar in jars() if jar.name.startswith("delta-")]
    needed = ",".join(map(str, [*(ROOT / ".jars-connect").glob("spark-connect_*.jar"), *delta]))
    conf = {
        **LOCAL,
        **EVERYWHERE,
        **QUICKLY,
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    command = [Path(sys.executable).with_name("spark-submit"), "--master", "local[2]", "--driver-memory", "2g"]
    command += ["--driver-java-options", "-XX:TieredStopAtLevel=1", "--class", SERVER, "--jars", needed]
    for key, value in conf.items():
        command += ["--conf", f"{key}={value}"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK", "PYSPARK"))}
    environment = clean | {"JAVA_HOME": str(java_home()), "POLARS_MAX_THREADS": "1", "PYSPARK_PYTHON": sys.executable}
    log = folder / "server.log"
    with log.open("wb") as sink:
        server = subprocess.Popen(
            list(map(str, command)),
            cwd=folder, env=environment, stdout=sink, stderr=sink, start_new_session=True,
        )  # fmt: skip
    try:
        _wait_for(port, server, log)
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


@dataclass(frozen=True)
class Done:
    """What the client's commands ended with, and the model that scored."""

    home: Path
    told: dict[str, dict[str, Any]]
    texts: ModelTexts

    def json(self, command: str) -> Any:
        return json.loads(self.told[command]["stdout"])


@pytest.fixture(scope="module")
def done(remote: str, tmp_path_factory: pytest.TempPathFactory, model_of_seed) -> Done:
    """A lender taken in, scored, scored again and looked at, by a champion that was trained elsewhere."""
    home = tmp_path_factory.mktemp("lender")
    conf, texts = home / "conf.yml", model_of_seed(1)
    conf.write_text(f"home: {home}\ngather: {{clients_per_slot: 25}}\n")
    write(home / "generated", CLIENTS, 10, SEED)
    _register(texts, home)
    given = ["--conf", str(conf), "--json", "--quiet"]
    lines = {
        "deliver": ["deliver", str(home / "generated"), "--name", "monday"],
        "intake": ["intake"],
        "score": ["score"],
        "again": ["score", "--rescore", "--delivery", "monday"],
        "nothing": ["score", "--delivery", "monday"],
        "reasons": ["reasons", "--check"],
        "promises": ["promises", "--clients", "20"],
        **{f"show {what}": ["show", what] for what in ("runs", "deliveries", "quarantine")},
        "explain": ["explain", str(_clients()[-1])],
    }
    client = subprocess.run(
        [sys.executable, str(CLIENT), json.dumps([[*line, *given] for line in lines.values()])],
        cwd=home,
        env=os.environ | {"SPARK_REMOTE": remote, "POLARS_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert client.returncode == 0, client.stderr
    told = [json.loads(line) for line in client.stdout.splitlines()]
    return Done(home, dict(zip(lines, told, strict=True)), texts)


def _register(texts: ModelTexts, home: Path) -> None:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{home / 'mlflow.db'}")
    try:
        mlflow.create_experiment("elsewhere", artifact_location=(home / "mlartifacts").as_uri())
        mlflow.set_experiment("elsewhere")
        with mlflow.start_run():
            packaging.log(texts, MlflowSettings().model)
        mlflow.MlflowClient().set_registered_model_alias(MlflowSettings().model, Alias.CHAMPION.value, "1")
    finally:
        mlflow.set_tracking_uri(before)


def _clients() -> list[int]:
    """Those without an outcome, by id."""
    rows = known(CLIENTS, SEED)["application"]
    return sorted(rows["SK_ID_CURR"].to_list()[10:])


def test_every_command_ends_well(done: Done) -> None:
    """`promises` ends with 1 as it should: the model was drawn, not trained, and breaks some."""
    failed = {name: (each["exit_code"], each["exception"]) for name, each in done.told.items() if each["exit_code"]}
    assert failed == {"promises": (1, "SystemExit(1)")}
    assert any(each["lower"] for each in done.json("promises")["kept"])


def test_scores_are_those_of_the_same_rows_without_spark(done: Done) -> None:
    rows = known(CLIENTS, SEED)
    ids = rows["application"]["SK_ID_CURR"].to_list()
    points = dict(zip(sorted(ids), scorer(done.texts).score(matrix(feature_frame(rows))).points, strict=True))
    published = pl.read_csv(done.home / "published" / "monday" / "scores.csv")
    again = pl.read_csv(next((done.home / "published").glob("rescore-1-*")) / "scores.csv")

    assert published["client_id"].to_list() == _clients()
    wanted = np.floor(np.array([points[client] for client in _clients()]) + 0.5).astype(int)
    assert published["score"].to_list() == wanted.tolist()
    assert again.drop("delivery", "scored_at").equals(published.drop("delivery", "scored_at"))


def test_what_is_checked_is_what_a_session_of_our_own_finds(done: Done, spark: SparkSession) -> None:
    engine = SparkEngine(Tables(spark, str(done.home / "tables")))
    truth = audit_reasons(context_at(done.home, engine, "audit", datetime.now(UTC)))
    with opened(engine, Ledger(engine), GATHER) as source:
        kept = source.promises(done.texts, 20)
    assert truth.untrue == 0
    assert done.json("reasons") == plain(truth)
    assert done.json("promises")["kept"] == plain(kept)


def test_what_is_looked_at_agrees(done: Done) -> None:
    assert done.json("nothing")["scores"]["published"] == []
    assert done.json("explain")["delivery"].startswith("rescore-1-") or done.json("explain")["delivery"] == "monday"
    assert [row[2][:7] for row in done.json("show runs")["rows"]] == ["rescore", "monday"]
    assert {row[3] for row in done.json("show deliveries")["rows"]} == {"claimed", "accepted", "published", "rescored"}
