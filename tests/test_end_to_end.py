"""The main job from outside: a small lender is generated, delivered, learned from and scored, all parts real."""

from __future__ import annotations

import io
import json
import math
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import lightgbm as lgb
import mlflow
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import canary
from conftest import frame
from credit_scoring.cli import main
from credit_scoring.commands import deliveries, explaining, models, scores, starting
from credit_scoring.commands.scores import ScoreReport
from credit_scoring.engines.engine import Engine
from credit_scoring.errors import ModelError, UsageError
from credit_scoring.features import registry
from credit_scoring.features.promises import PROMISES
from credit_scoring.features.reasons import Reason
from credit_scoring.features.statements import STATEMENTS
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model.artifacts import Decision
from credit_scoring.model.registry import load_version
from credit_scoring.model.texts import ModelTexts
from credit_scoring.printing import scores as printing
from credit_scoring.schema.tables import TABLES
from credit_scoring.settings import GateSettings, MlflowSettings, Settings, SparkSettings, TrainingSettings
from credit_scoring.synthetic.lender import known
from credit_scoring.synthetic.writing import NEW as NEW_FILE
from credit_scoring.synthetic.writing import WITH_OUTCOME, write
from credit_scoring.training.promotion.gates import Verdict
from credit_scoring.training.promotion.promote import FAILED, FORCED, Promotion
from short_lived import SHORT_LIVED

PROJECT = Path(__file__).parent.parent
KNOWN, NEW, SEED = range(1_500), range(1_500, 1_700), 11


@dataclass(frozen=True)
class World:
    """A lender after its first run: settings, what the run said, the model, and its published CSV."""

    settings: Settings
    promotion: Promotion
    report: ScoreReport
    texts: ModelTexts

    @property
    def engine(self) -> Engine:
        return starting.start(self.settings).engine

    @property
    def history(self) -> list[Any]:
        """The rows of score_history, by client."""
        return rows_of(frame(self.engine, "score_history").sort("client_id"))

    @property
    def decision(self) -> Decision:
        return Decision.from_json(self.texts.decision, "decision.json")

    def csv(self, delivery: str) -> pl.DataFrame:
        return pl.read_csv(Path(self.settings.published) / delivery / "scores.csv")


def rows_of(found: pl.DataFrame) -> list[Any]:
    """Rows whose columns, and structs in them, are read by their names."""
    return [
        json.loads(json.dumps(row, default=str), object_hook=lambda it: SimpleNamespace(**it))
        for row in found.to_dicts()
    ]


def settings_of(home: Path) -> Settings:
    return Settings(
        home=home,
        spark=SparkSettings(driver_memory="2g", shuffle_partitions=2),
        training=TrainingSettings(
            trainer="lightgbm",  # in spark-submit too, so that the model is the same
            folds=2,
            max_rounds=40,
            learning_rate=0.1,
            min_data_in_leaf=40,
            compare=("prior", "logistic_regression"),
            resamples=100,
        ),
        gates=GateSettings(promise_clients=100),
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    home = tmp_path_factory.mktemp("lender")
    settings = settings_of(home)
    write(home / "generated" / "history", KNOWN, len(KNOWN), SEED)
    write(home / "generated" / "new", NEW, 0, SEED)
    canary.hide(home / "generated" / "history", WITH_OUTCOME, canary.LEARNED)
    for name in ("history", "new"):
        deliveries.deliver(settings, home / "generated" / name, name, lambda line: None)
    deliveries.intake(settings)
    models.train(settings)
    # The holdout of so small a lender has too few defaults for any gate: somebody has to answer for it.
    promotion = models.promote(settings, "a lender of 1,500 clients")
    report = scores.score(settings)
    texts, _ = load_version(settings.mlflow.model, 1)
    return World(settings, promotion, report, texts)


def test_the_csv_holds_exactly_the_touched_clients_with_an_application_and_no_outcome(world: World) -> None:
    new = known(NEW, SEED)["application"]["SK_ID_CURR"].sort()
    assert world.csv("new")["client_id"].equals(new.rename("client_id"))
    assert world.csv("history").height == 0
    counts = {done.delivery: done.count for done in world.report.scores.published}
    assert (counts["history"].with_outcome, counts["history"].to_score) == (len(KNOWN) + 1, 0)
    assert (counts["new"].touched, counts["new"].to_score) == (len(NEW), len(NEW))


def test_every_clients_points_add_up_and_agree(world: World) -> None:
    scale, decision = world.decision.scale, world.decision
    rows = world.history
    assert len(rows) == len(NEW)
    factor = scale.pdo / math.log(2)
    for row in rows:
        contributions = math.fsum(row.contributions)
        assert row.start_points + contributions == pytest.approx(row.points, abs=1e-9)
        assert math.fsum(reason.points for reason in row.reasons) == pytest.approx(contributions, abs=1e-9)
        assert row.score == math.floor(row.points + 0.5)
        assert row.cut_off == decision.cut_off
        if row.file_complete:
            assert row.decision == ("refuse" if row.score < row.cut_off else "approve")
        else:
            assert row.decision == "refer"
        log_odds = math.log(row.probability / (1 - row.probability))
        from_probability = scale.anchor_points - factor * (log_odds + math.log(scale.anchor_odds))
        assert from_probability == pytest.approx(row.points, abs=1e-6)
        assert [reason.points for reason in row.reasons] == sorted(reason.points for reason in row.reasons)
        assert len(row.drivers) == 10
    assert len({row.start_points for row in rows}) == 1


def test_contributions_are_lightgbms_rescaled(world: World) -> None:
    """The vectors are rebuilt from the generator's rows, outside Spark."""
    vectors = matrix(feature_frame(known(NEW, SEED)))
    used = set(json.loads(world.texts.features)["used"])
    positions = [i for i, name in enumerate(registry.names()) if name in used]
    shares = lgb.Booster(model_str=world.texts.booster).predict(vectors[:, positions], pred_contrib=True)
    decision = world.decision
    rescaled = -decision.scale.pdo / math.log(2) * decision.scale.a * shares[:, :-1]
    rows = world.history
    found = np.array([row.contributions for row in rows])
    reference = np.array([decision.reference[registry.names()[i]] for i in positions])
    wanted = np.zeros_like(found)
    wanted[:, positions] = rescaled - reference
    largest = np.abs(wanted).max(axis=1, keepdims=True)
    assert (np.abs(found - wanted) <= 1e-9 * largest).all()


def test_a_clean_process_loads_the_model_and_gives_the_batchs_numbers(world: World, tmp_path: Path) -> None:
    vectors = matrix(feature_frame(known(NEW, SEED)))
    np.save(tmp_path / "vectors.npy", vectors)
    script = (
        "import sys, numpy as np, mlflow\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "model = mlflow.pyfunc.load_model('models:/credit_default@champion')\n"
        "out = model.predict(np.load(sys.argv[2]))\n"
        "np.savez(sys.argv[3], **{name: out[name] for name in ('points', 'probability', 'contributions')})\n"
    )
    out = tmp_path / "out.npz"
    arguments = [str(world.settings.mlflow.tracking_uri), str(tmp_path / "vectors.npy"), str(out)]
    subprocess.run([sys.executable, "-c", script, *arguments], cwd=tmp_path, check=True, capture_output=True)
    loaded = np.load(out)
    rows = world.history
    for name in ("points", "probability", "contributions"):
        assert np.array_equal(loaded[name], np.array([getattr(row, name) for row in rows])), name


def test_every_score_can_be_traced(world: World) -> None:
    published = {(event.delivery, event.seq) for event in Ledger(world.engine).events() if event.event == "published"}
    assert [(row.delivery, row.seq) in published for row in world.history] == [True] * len(NEW)
    row = world.history[0]
    assert (row.delivery, row.model_version, row.fingerprint) == ("new", 1, registry.fingerprint())
    assert row.code_version.startswith("0.1.0")
    assert tuple(frame(world.engine, "features").sort("position")["name"]) == registry.names()
    declared = {statement.code for statement in STATEMENTS}
    assert set(frame(world.engine, "reasons")["code"]) == declared
    assert {reason.code for reason in row.reasons} <= declared


def test_a_client_is_explained_in_words_and_in_a_picture(world: World, tmp_path: Path) -> None:
    row = next(row for row in world.history if row.file_complete)
    found = explaining.explain(world.settings, row.client_id, "fr", tmp_path / "client.png")
    drawn = found.waterfall()
    assert (drawn.score, drawn.cut_off) == (row.score, row.cut_off)
    assert drawn.start + sum(step.points for step in drawn.steps) == row.score
    decision = {"approve": "accord", "refuse": "refus"}[row.decision]
    assert found.headline.startswith(f"Client {row.client_id} : {decision} (score {row.score}, seuil {row.cut_off}, ")
    assert (tmp_path / "client.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UsageError, match="cannot be written"):
        explaining.explain(world.settings, row.client_id, "en", tmp_path / "nowhere" / "client.png")


def test_a_training_that_is_refused_leaves_a_failed_run_and_no_version(world: World) -> None:
    demanding = world.settings.training.model_copy(update={"min_defaults": 5_000})
    with pytest.raises(ModelError, match="a model needs 1000 and 5000") as refused:
        models.train(world.settings.model_copy(update={"training": demanding}))
    assert refused.value.exit_code == 4
    client = mlflow.MlflowClient()
    assert len(client.search_model_versions(f"name = '{world.settings.mlflow.model}'")) == 1
    experiment = client.get_experiment_by_name(world.settings.mlflow.experiment)
    last = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time DESC"])[0]
    assert (last.info.status, last.data.tags["failure"]) == ("FAILED", str(refused.value))


def test_the_run_has_a_report_and_says_where(world: World, tmp_path: Path) -> None:
    path = Path(str(world.report.scores.page))
    assert path == Path(world.settings.reports) / f"{world.report.scores.run_id}.html"
    text = path.read_text()
    assert all(step in text for step in ("starting the engine", "taking in what waited", f"<dd>{len(NEW)}</dd>"))
    assert printing.scores(world.report).endswith(f"Report: {path}")
    (tmp_path / "conf.yml").write_text(f"home: {world.settings.home}\n")
    shown = CliRunner().invoke(main, ["show", "runs", "--conf", str(tmp_path / "conf.yml")])
    assert shown.stdout.rstrip().endswith(f"Reports: {path.parent}/<run_id>.html")


def test_every_published_sentence_is_true(world: World) -> None:
    truth = explaining.check_reasons(world.settings)
    assert (truth.clients, truth.untrue, truth.said) == (len(NEW), 0, len(NEW) * len(Reason))


def test_every_promise_is_kept_by_the_champion(world: World) -> None:
    report = models.check_promises(world.settings, 300)
    assert report.model_version == 1
    assert [(each.clients, each.lower, each.features) for each in report.kept] == [(300, 0, ())] * len(PROMISES)
    moved = {each.promise: each.moved for each in report.kept}
    assert moved["income"] == 300
    assert all(times > 0 for times in moved.values()), moved


def test_a_second_run_does_nothing(world: World) -> None:
    path = Path(world.settings.published) / "new" / "scores.csv"
    before, modified = path.read_bytes(), path.stat().st_mtime_ns
    versions = {table.name: log_length(world, table.name) for table in TABLES}
    again = scores.score(world.settings)
    assert (again.scores.published, again.intake.accepted) == ((), ())
    assert set(again.intake.known) == {"history", "new"}
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, modified)
    assert {table.name: log_length(world, table.name) for table in TABLES} == versions
    assert len(world.history) == len(NEW)


def log_length(world: World, table: str) -> int:
    return len(list((Path(world.settings.tables) / table / "_delta_log").glob("*.json")))


def test_on_a_wiped_store_the_same_delivery_gives_the_same_csv_but_for_its_time(world: World, tmp_path: Path) -> None:
    home = Path(world.settings.home)
    shutil.copytree(home / "landing", tmp_path / "landing")
    wiped = settings_of(tmp_path).model_copy(update={"mlflow": world.settings.mlflow})
    scores.score(wiped)
    first = world.csv("new").drop("scored_at")
    second = pl.read_csv(tmp_path / "published" / "new" / "scores.csv").drop("scored_at")
    assert first.write_csv() == second.write_csv()


def test_the_models_store_is_the_one_of_the_settings(world: World) -> None:
    mlflow.set_tracking_uri(str(world.settings.mlflow.tracking_uri))
    version = mlflow.MlflowClient().get_model_version_by_alias(MlflowSettings().model, "champion")
    assert int(version.version) == 1
    metrics = mlflow.get_run(version.run_id).data.metrics
    assert 0.5 < metrics["oof_auc_low"] < metrics["oof_auc"] < metrics["oof_auc_high"] < 1
    assert metrics["prior_auc"] == 0.5
    comparison = mlflow.artifacts.load_text(f"runs:/{version.run_id}/comparison.csv")
    assert set(pl.read_csv(comparison.encode())["name"]) == {"ours", "prior", "logistic_regression"}


def test_the_decision_says_at_which_versions_the_tables_were_read(world: World) -> None:
    lineage = world.decision.lineage
    for table in TABLES:
        assert 0 <= lineage[f"table_version_{table.name}"] < log_length(world, table.name)


def test_the_model_was_examined_and_its_promotion_is_on_record(world: World) -> None:
    client = mlflow.MlflowClient(str(world.settings.mlflow.tracking_uri))
    version = client.get_model_version(world.settings.mlflow.model, "1")
    verdicts = {gate.name: gate.verdict for gate in world.promotion.gates}
    assert verdicts["promises"] is Verdict.PASSED
    assert verdicts["defaults in the holdout"] is Verdict.FAILED
    assert version.tags[FORCED] == "a lender of 1,500 clients"
    assert version.tags[FAILED] == "; ".join(world.promotion.failed)
    run = client.get_run(version.run_id)
    assert run.data.metrics["promises_lowered"] == 0
    assert {"psi_score_waiting", "proxy_auc_gender", "oof_approval_ratio_gender"} <= run.data.metrics.keys()
    logged = {artifact.path for artifact in client.list_artifacts(version.run_id)}
    assert {"model_card.html", "examination.json", "promotion.json"} <= logged
    assert f"{len(NEW):,}" in world.texts.model_card  # the clients waiting, in the table on stability


def conf(world: World, folder: Path) -> Path:
    """A settings file for jobs on the world's store."""
    path = folder / "conf.yml"
    learning = {"trainer": "lightgbm", "folds": 2, "max_rounds": 40, "learning_rate": 0.1, "min_data_in_leaf": 40}
    training = {**learning, "compare": [], "resamples": 100}
    gates = {"promise_clients": 100}
    path.write_text(json.dumps({"home": str(world.settings.home), "training": training, "gates": gates}))
    return path


def run_here(world: World, folder: Path, job: str) -> tuple[int, Any]:
    """Runs jobs/<job>.py in this process, on the embedded engine: its exit code, and what it says as JSON."""
    said = io.StringIO()
    script = str(PROJECT / "jobs" / f"{job}.py")
    with (
        patch.object(sys, "argv", [script, "--conf", str(conf(world, folder)), "--json", "--quiet"]),
        redirect_stdout(said),
        pytest.raises(SystemExit) as ended,
    ):
        runpy.run_path(script, run_name="__main__")
    return int(ended.value.code or 0), json.loads(said.getvalue())


def submit(
    world: World, folder: Path, job: str, *options: str, spark: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What `spark-submit jobs/<job>.py --conf FILE` does in an activated environment, on the world's store.

    `spark`: its settings, where they are not Spark's own, which a user's are.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK", "PYSPARK", "JAVA"))}
    (folder / "events").mkdir(exist_ok=True)
    events = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": (folder / "events").as_uri()}
    watched = {**events, "spark.log.level": "INFO", **(spark or {})}
    return subprocess.run(
        [
            "spark-submit",
            "--master",
            "local[1]",
            "--driver-memory",
            "2g",
            "--driver-java-options",
            "-XX:TieredStopAtLevel=1",  # two short lives
            *(word for name, value in watched.items() for word in ("--conf", f"{name}={value}")),
            str(PROJECT / "jobs" / f"{job}.py"),
            "--conf",
            str(conf(world, folder)),
            *options,
        ],
        cwd=PROJECT,
        env={
            **clean,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "AZURE_STORAGE_ACCOUNT_KEY": canary.SECRET,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_jobs_run_by_spark_submit_and_here(world: World, tmp_path: Path) -> None:
    """On the same store a later delivery is taken in and scored, and another challenger trained: the same model.

    One core and another process, where the first had two: the same clients, settings and seed give the same bytes.
    """
    more = range(NEW.stop, NEW.stop + 20)
    write(tmp_path / "more", more, 0, SEED)
    canary.hide(tmp_path / "more", NEW_FILE, canary.NEW)
    deliveries.deliver(world.settings, tmp_path / "more", "more", lambda line: None)
    code, taken = run_here(world, tmp_path, "intake")
    assert (code, [each["delivery"]["name"] for each in taken["accepted"]]) == (0, ["more"])
    scored = submit(world, tmp_path, "score", "--json", "--quiet")
    assert scored.returncode == 0, scored.stderr[-3000:]
    (published,) = json.loads(scored.stdout)["scores"]["published"]
    assert (published["delivery"], published["summary"]["scored"]) == ("more", 21)
    assert world.csv("more").height == 21
    assert canary.NEW in world.csv("more")["client_id"]
    trained = submit(world, tmp_path, "train", spark=SHORT_LIVED)
    assert trained.returncode == 0, trained.stderr[-3000:]
    assert "Model version 2 is the challenger" in trained.stdout
    code, found = run_here(world, tmp_path, "promote")
    assert (code, found["version"], found["challenger"], found["forced"]) == (4, 1, 2, None)
    assert "AUC against the champion" in {gate["name"] for gate in found["gates"]}
    again, _ = load_version(world.settings.mlflow.model, 2)
    assert (again.booster, again.features, again.probe) == (
        world.texts.booster,
        world.texts.features,
        world.texts.probe,
    )
    decision = Decision.from_json(again.decision, "decision.json")
    assert decision.model_copy(update={"lineage": world.decision.lineage}) == world.decision
    assert decision.lineage["table_version_application"] == world.decision.lineage["table_version_application"] + 1
    said = {"score": scored.stdout + scored.stderr, "train": trained.stdout + trained.stderr}
    assert told_of_clients(world, tmp_path / "events", said) == []


def told_of_clients(world: World, events: Path, said: dict[str, str]) -> list[tuple[str, str]]:
    """Which canaries stand in what: all that jobs said, Spark's plans, MLflow's store and files, the reports."""
    plans = [path.read_text() for path in events.iterdir()]
    assert len(plans) == len(said)
    assert all(" INFO " in text for text in said.values())
    assert all(plan.count("physicalPlanDescription") > 2 for plan in plans)
    home = Path(world.settings.home)
    clients = {home / name for name in ("generated", "landing", "tables", "published")}
    files = [path for path in home.rglob("*") if path.is_file() and not clients & set(path.parents)]
    assert {"mlflow.db", "model_card.html", "examination.json"} <= {path.name for path in files}
    texts = {str(path): path.read_bytes() for path in files}
    texts |= {what: text.encode() for what, text in {**said, "Spark's events": "".join(plans)}.items()}
    sought = (*canary.VALUES, canary.SECRET)
    return [(what, value) for what, text in texts.items() for value in sought if _stands_in(text, value.encode())]


def _stands_in(text: bytes, value: bytes) -> bool:
    """A number counts where it begins: the time of a moment has held the digits of one. Few texts hold the bytes at
    all, and those are found faster than a pattern."""
    before = rb"(?<![0-9])" if value[:1].isdigit() else b""
    return value in text and re.search(before + re.escape(value), text) is not None
