"""Every declared error is raised here by the code that raises it; an error that nobody provokes fails the test.

Counts that Spark would collect are handed over ready (`answering`): what is tested is what is said of them.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import logging
import re
import signal
import zipfile
from collections.abc import Callable
from contextlib import nullcontext, redirect_stderr
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lightgbm as lgb
import mlflow
import numpy as np
import pytest
from click.testing import CliRunner

import credit_scoring
from credit_scoring import notebook
from credit_scoring.cli import main
from credit_scoring.cli.ending import ending
from credit_scoring.commands import demo
from credit_scoring.commands.deliveries import deliver_checked
from credit_scoring.context import Context, Stopwatch
from credit_scoring.engines.choice import chosen
from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.engines.local.object_store import object_store
from credit_scoring.engines.spark.engine import spark_of
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.errors import (
    CreditScoringError,
    ErrorKind,
    deliveries,
    faults,
    models,
    stores,
    usage,
)
from credit_scoring.errors.catalogue import kinds
from credit_scoring.explanation.by_lightgbm import margins_and_contributions
from credit_scoring.explanation.points import Scale, whole_points
from credit_scoring.features import registry
from credit_scoring.file_format import DEFAULT, Format, LenderFormat
from credit_scoring.intake import appending, manifest, reading
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.inspection import Limits, inspect
from credit_scoring.intake.manifest import DeliveredFile, sha256
from credit_scoring.intake.parsing import parse
from credit_scoring.intake.reading import Finding, read_file
from credit_scoring.intake.reconciliation import FileCounts
from credit_scoring.intake.waiting import manifest_of
from credit_scoring.ledger.events import Claim, Delivered, LedgerEvent
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.model import packaging
from credit_scoring.model.artifacts import Decision, Features
from credit_scoring.model.registry import Alias, version_of
from credit_scoring.model.scorer import Scorer, assemble, scorer
from credit_scoring.model.store import asking_mlflow, connect
from credit_scoring.model.texts import FILES, ModelTexts
from credit_scoring.monitoring.second_opinion import interpreter
from credit_scoring.online.reader import PublishedStore
from credit_scoring.publishing.publication import verify_files
from credit_scoring.publishing.scores_csv import Written
from credit_scoring.runtime import jars, java_home
from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.scoring import history, stored_what_if
from credit_scoring.scoring.history import Summary
from credit_scoring.scoring.rescore import rescore
from credit_scoring.scoring.run import ScoreRun, delivery_named, score_waiting
from credit_scoring.settings import MlflowSettings, Settings, StorageSettings, TrainingSettings
from credit_scoring.settings_file import load
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.writing import write
from credit_scoring.training.calibrate import calibrate
from credit_scoring.training.from_store import StoreSource
from credit_scoring.training.learners import Learners
from credit_scoring.training.promotion import contest, promote
from credit_scoring.training.run import train_and_register
from credit_scoring.training.selection import left_out

LIMITS = Limits(max_bytes=10_000, max_inflation=20)
TEXT = b"SK_ID_CURR,TARGET\n1,0\n"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass
class Bench:
    """What a provocation works with."""

    tmp: Path
    texts: ModelTexts
    monkeypatch: pytest.MonkeyPatch

    @property
    def landing(self) -> Folder:
        return Folder(str(self.tmp / "landing"))

    def conf(self, text: str = "") -> Path:
        path = self.tmp / "conf.yml"
        path.write_text(text or f"home: {self.tmp / 'home'}\n")
        return path

    def command(self, *arguments: object) -> None:
        """Runs a command, and raises what it says as an error again."""
        done = CliRunner().invoke(main, [*map(str, arguments), "--conf", str(self.conf())])
        raise CreditScoringError(done.stderr.strip())

    def delivered(self, name: str = "monday", data: bytes = TEXT) -> Delivered:
        (self.tmp / "source").mkdir(exist_ok=True)
        (self.tmp / "source" / "outcomes.csv").write_bytes(data)
        deliver(self.tmp / "source", self.landing, name, 64_000_000)
        return Delivered(name, 1, sha256(self.landing.read(name, manifest.NAME)))

    def changed(self, **files: Callable[[Any], Any]) -> ModelTexts:
        """The model with other JSON in some of its files."""
        return replace(self.texts, **{n: json.dumps(f(json.loads(getattr(self.texts, n)))) for n, f in files.items()})

    def saved(self) -> Path:
        folder = self.tmp / "texts"
        self.texts.write(folder)
        return folder

    def tracking(self) -> None:
        mlflow.set_tracking_uri(f"sqlite:///{self.tmp / 'mlflow.db'}")


def promised(data: bytes, **lies: object) -> DeliveredFile:
    told = {"name": "f.csv", "table": "outcomes", "records": 1, "bytes": len(data), "sha256": sha256(data), **lies}
    return DeliveredFile.model_validate(told)


def inspected(data: bytes, written: Format = DEFAULT, **lies: object) -> None:
    inspect(data, promised(data, **lies), "monday", LIMITS, written)


def parsed(data: bytes) -> None:
    parse(data, OUTCOMES, "f.csv", "monday")


def archived(*names: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in names:
            archive.writestr(name, TEXT)
    return sink.getvalue()


def skipping(bench: Bench) -> None:
    found = read_file(TEXT, promised(TEXT, records=0), "monday", 1, LIMITS, Format(skip_foot=1)).finding
    raise CreditScoringError(found.refusal)


def unreadable(bench: Bench) -> None:
    bench.monkeypatch.setattr(reading, "parse", lambda *arguments: 1 / 0)
    raise CreditScoringError(read_file(TEXT, promised(TEXT), "monday", 1, LIMITS).finding.refusal)


def delivered_as(bench: Bench, data: bytes, **written: object) -> None:
    (bench.tmp / "source").mkdir(exist_ok=True)
    (bench.tmp / "source" / "outcomes.csv").write_bytes(data)
    formats = LenderFormat.model_validate(written)
    deliver(bench.tmp / "source", bench.landing, "monday", 64_000_000, formats=formats)


def judged(bench: Bench, delivered: Delivered, limits: Limits = LIMITS, **taken: int) -> None:
    manifest_of(bench.landing, delivered, taken, limits)


def told(**changed: object) -> bytes:
    entry = json.loads(promised(TEXT).model_dump_json())
    return json.dumps({"delivery": "monday", "files": [entry], **changed}).encode()


def refusal(bench: Bench) -> None:
    found = read_file(TEXT, promised(TEXT, records=2), "monday", 1, LIMITS).finding
    raise CreditScoringError(found.refusal)


def without_file(bench: Bench) -> None:
    delivered = bench.delivered()
    bench.landing.remove("monday", "outcomes.csv")
    judged(bench, delivered)


def answering(*rows: dict[str, object]) -> Any:
    """A frame that answers these rows, whatever is asked of it."""

    class Frame:
        def __getattr__(self, name: str) -> Callable[..., Any]:
            ends = {"collect": list(rows), "first": next(iter(rows), None), "columns": []}
            return lambda *arguments, **named: ends.get(name, self)

    return Frame()


def claimed(bench: Bench, ends: datetime, swapped: bool) -> None:
    event = LedgerEvent("claimed", "monday", 1, NOW, "other", "c", 1, "intake", expires_at=ends)

    class Held(Ledger):
        def _fresh(self, newest: str | None) -> list[LedgerEvent]:
            return [event]

        def _swap(self, claim: Claim, now: datetime) -> bool:
            return swapped

    Held(Tables(None, "t")).claim("intake", lambda events: [], "mine", NOW, 60)


def booster(bench: Bench, **parameters: object) -> lgb.Booster:
    random = np.random.default_rng(1)
    rows = random.normal(size=(300, 4)).astype(np.float32)
    target = (rows[:, 0] + random.normal(size=300) > 0).astype(float)
    if "num_class" in parameters:
        target = np.arange(300) % 3
    settings = {"objective": "binary", "num_leaves": 4, "verbose": -1, "num_threads": 1, **parameters}
    return lgb.train(settings, lgb.Dataset(rows, target), 3)


def explained(trees: lgb.Booster) -> None:
    margins_and_contributions(trees, np.ones((5, 4), np.float32))


def ended(error: BaseException) -> None:
    """What a command says that ends with the error."""
    said = io.StringIO()
    before = signal.getsignal(signal.SIGINT)
    with redirect_stderr(said):
        ending(error, as_json=False)
    signal.signal(signal.SIGINT, before)
    logging.disable(logging.NOTSET)
    raise CreditScoringError(said.getvalue().strip())


def unproven(bench: Bench, features: Features | None = None, decision: Decision | None = None) -> None:
    Scorer.unproven(
        bench.texts.booster,
        decision or Decision.from_json(bench.texts.decision, "decision.json"),
        features or features_of(bench),
    )


def features_of(bench: Bench) -> Features:
    return Features.from_json(bench.texts.features, "features.json")


def of_an_earlier_release(bench: Bench) -> Features:
    """Features without a fingerprint of each."""
    features = features_of(bench)
    lines = tuple(line.model_copy(update={"fingerprint": ""}) for line in features.features)
    return features.model_copy(update={"features": lines})


def other_order(bench: Bench) -> Features:
    features = features_of(bench)
    return features.model_copy(update={"features": features.features[::-1]})


def other_features(bench: Bench, **changed: object) -> None:
    features_of(bench).model_copy(update=changed).check()


def tables_answering(*rows: dict[str, object]) -> Tables:
    return Tables(SimpleNamespace(table=lambda name: answering(*rows), sql=lambda text: answering(*rows)), "a.b")


PROVOKED: dict[ErrorKind[Any], Callable[[Bench], object]] = {
    # What a delivery may be refused for
    deliveries.MANIFEST_UNUSABLE: lambda bench: manifest.read(b"{", "monday"),
    deliveries.MANIFEST_OF_ANOTHER: lambda bench: manifest.read(told(delivery="tuesday"), "monday"),
    deliveries.MANIFEST_NAMES_TWICE: lambda bench: manifest.read(
        told(files=[promised(TEXT).model_dump()] * 2), "monday"
    ),
    deliveries.MANIFEST_EMPTY: lambda bench: manifest.read(told(files=[]), "monday"),
    deliveries.MANIFEST_CHANGED: lambda bench: judged(bench, replace(bench.delivered(), manifest_sha256="0" * 64)),
    deliveries.NAME_TAKEN: lambda bench: judged(bench, bench.delivered(), monday=7),
    deliveries.DELIVERY_GONE: lambda bench: judged(bench, Delivered("monday", 1)),
    deliveries.FILE_MISSING: without_file,
    deliveries.FILE_UNREAD: lambda bench: (
        bench.landing.write(b"", "monday", manifest.NAME, "x"),
        judged(bench, Delivered("monday", 1)),
    ),
    deliveries.FILE_TOO_LARGE: lambda bench: judged(bench, bench.delivered(), limits=Limits(9, 9)),
    deliveries.FILE_CUT: lambda bench: inspected(TEXT, bytes=3),
    deliveries.FILE_CHANGED: lambda bench: inspected(TEXT, sha256="0" * 64),
    deliveries.GZIP_DAMAGED: lambda bench: inspected(b"\x1f\x8b" + b"nonsense" * 9),
    deliveries.GZIP_CUT: lambda bench: inspected(gzip.compress(TEXT)[:-9]),
    deliveries.INFLATES_TOO_FAR: lambda bench: inspected(gzip.compress(bytes(9_000))),
    deliveries.WIDE_TEXT: lambda bench: inspected(TEXT.decode().encode("utf-16")),
    deliveries.PACKED_OTHERWISE: lambda b: inspected(gzip.compress(gzip.compress(TEXT))),
    deliveries.ZIP_DAMAGED: lambda b: inspected(TEXT, Format(packing="zip")),
    deliveries.ARCHIVE_OF_ONE: lambda b: inspected(archived("a.csv", "b.csv"), Format(packing="zip")),
    deliveries.NOT_IN_ENCODING: lambda b: inspected(b"a\x81", Format(encoding="windows-1252")),
    deliveries.WRITTEN_OTHERWISE: lambda b: parsed(TEXT.replace(b",", b";")),
    deliveries.NO_TABLE: lambda b: inspected(archived("xl/workbook.xml")),
    deliveries.HEADERLESS: lambda b: parsed(b"1,0\n2,1\n"),
    deliveries.FIXED_WIDTH: lambda b: parsed(b"SK_ID_CURR  TARGET\n1           0\n"),
    deliveries.LINES_QUOTED: lambda b: parsed(b'"SK_ID_CURR,TARGET"\n"1,0"\n'),
    deliveries.SKIPPED_RECORD: skipping,
    deliveries.UNREADABLE: unreadable,
    usage.SOURCE_NOT_IN_ENCODING: lambda b: delivered_as(b, b"a\x81\n", encoding="windows-1252"),
    deliveries.NOT_UTF8: lambda bench: inspected(TEXT + b"\xe9"),
    deliveries.NO_HEADER: lambda bench: parsed(b""),
    deliveries.COLUMN_TWICE: lambda bench: parsed(b"SK_ID_CURR,TARGET,TARGET\n"),
    deliveries.COLUMNS_MISSING: lambda bench: parsed(b"SK_ID_CURR\n"),
    deliveries.QUOTE_OPEN: lambda bench: parsed(TEXT + b'"2,0\n'),
    deliveries.NOT_CSV: lambda bench: parsed(TEXT.replace(b"\n", b"\r")),
    deliveries.RECORDS_DIFFER: refusal,
    # Wrong usage
    usage.NO_SETTINGS_FILE: lambda bench: load(bench.tmp / "nowhere.yml"),
    usage.SETTINGS_NOT_READ: lambda bench: load(bench.tmp),
    usage.NO_HOME_OF_USER: lambda bench: load(bench.conf("home: ~no-such-user")),
    usage.NO_STORE: lambda bench: bench.command("score"),
    usage.SETTINGS_NOT_YAML: lambda bench: load(bench.conf("home: [")),
    usage.SETTINGS_NO_KEYS: lambda bench: load(bench.conf("- a list")),
    usage.SETTINGS_WRONG: lambda bench: load(bench.conf("training: {seeds: 1}")),
    usage.VARIABLE_UNKNOWN: lambda bench: (
        bench.monkeypatch.setenv("CREDIT_SCORING_TRAINIG__SEED", "1"),
        load(bench.conf()),
    ),
    usage.ROLLBACK_ALONE: lambda bench: bench.command("promote", "--rollback", "--force"),
    usage.EVIDENTLY_MISSING: lambda bench: interpreter(str(bench.tmp / "python")),
    usage.MONITOR_ONE: lambda bench: bench.command("monitor", "--delivery", "d", "--month", "2026-11"),
    usage.FORCE_NEEDS_REASON: lambda bench: bench.command("promote", "--force"),
    usage.AS_OF_ALONE: lambda bench: bench.command("score", "--as-of", "1"),
    usage.NOT_ACCEPTED: lambda bench: delivery_named((Delivered("monday", 1),), "2"),
    usage.MORE_OUTCOMES_THAN_CLIENTS: lambda bench: write(bench.tmp, range(2), 3, 1),
    usage.DELIVERY_NAME_WRONG: lambda bench: deliver(bench.tmp, bench.landing, "../up\n", 99),
    usage.NO_SOURCE_FOLDER: lambda bench: deliver(bench.tmp / "nowhere", bench.landing, "monday", 99),
    usage.SOURCE_DAMAGED: lambda bench: (
        (bench.tmp / "outcomes.csv.gz").write_bytes(gzip.compress(TEXT)[:-9]),
        deliver(bench.tmp, bench.landing, "monday", 99),
    ),
    usage.DELIVERY_THERE: lambda bench: (bench.delivered(), bench.delivered()),
    usage.NO_TABLE_FILES: lambda bench: deliver(bench.tmp, bench.landing, "monday", 99),
    usage.LOOKS_LIKE_TABLES: lambda bench: (
        (bench.tmp / "bureau (1).csv").write_bytes(TEXT),
        deliver(bench.tmp, bench.landing, "monday", 99),
    ),
    usage.PARTS_UNFINISHED: lambda bench: (
        (bench.tmp / "bureau.csv" / "_temporary").mkdir(parents=True),
        deliver(bench.tmp, bench.landing, "monday", 99),
    ),
    usage.TABLE_TWICE: lambda bench: (
        [(bench.tmp / name).write_bytes(TEXT) for name in ("outcomes.csv", "outcomes_old.csv")],
        deliver(bench.tmp, bench.landing, "monday", 99),
    ),
    usage.WITHOUT_UNKNOWN: lambda bench: deliver(bench.tmp, bench.landing, "monday", 99, without=["outcomes"]),
    usage.WOULD_BE_REFUSED: lambda bench: (
        (bench.tmp / "outcomes.csv").write_bytes(b"SK_ID_CURR\n1\n"),
        deliver_checked(load(bench.conf()), bench.tmp, "monday", print),
    ),
    usage.COLUMN_OF_NO_FEATURE: lambda bench: left_out(["SHOE_SIZE"]),
    usage.LOCAL_NO_CATALOG: lambda bench: chosen(load(bench.conf("{engine: local, tables: lender.credit}"))),
    usage.NO_JAVA: lambda bench: java_home([bench.tmp]),
    usage.NO_JARS: lambda bench: jars(bench.tmp),
    usage.MACHINE_TOO_SMALL: lambda bench: ended(OSError(errno.EMFILE, "Too many open files")),
    stores.PLACE_NOT_WRITABLE: lambda bench: ended(OSError(errno.ENOSPC, "No space left on device")),
    deliveries.INTERRUPTED: lambda bench: ended(KeyboardInterrupt()),
    # Runs that meet
    deliveries.CLAIM_HELD: lambda bench: claimed(bench, NOW.replace(year=2027), swapped=True),
    deliveries.CLAIM_CONTESTED: lambda bench: claimed(bench, NOW.replace(year=2025), swapped=False),
    # Models
    models.MODEL_NOT_THERE: lambda bench: (bench.tracking(), version_of("credit_default", Alias.CHAMPION)),
    models.MODEL_INCOMPLETE: lambda bench: ModelTexts.read(bench.tmp),
    models.MODEL_CHANGED: lambda bench: (
        (bench.saved() / FILES["booster"]).write_text("x"),
        ModelTexts.read(bench.tmp / "texts"),
    ),
    models.MODEL_FILE_ODD: lambda bench: Features.from_json("{}", "features.json"),
    models.DECISION_CONTRADICTS_ITSELF: lambda bench: scorer(bench.changed(decision=lambda d: {**d, "cut_off": 1})),
    models.REFERENCE_OF_OTHER_FEATURES: lambda bench: scorer(bench.changed(decision=lambda d: {**d, "reference": {}})),
    models.START_OF_OTHER_TREES: lambda bench: scorer(bench.changed(decision=lambda d: {**d, "start_points": 1.0})),
    models.FEATURE_TWICE: lambda bench: other_features(bench, used=features_of(bench).used[:1] * 2),
    models.FEATURE_UNDECLARED: lambda bench: other_features(bench, used=("shoe_size",)),
    models.OTHER_FINGERPRINT: lambda bench: features_of(bench).on(
        features_of(bench).model_copy(update={"features": features_of(bench).features[1:]})
    ),
    models.OTHER_FEATURES: lambda bench: of_an_earlier_release(bench).on(other_order(bench)),
    models.TREES_UNREADABLE: lambda bench: scorer(replace(bench.texts, booster="no trees")),
    models.TREES_OF_OTHER_FEATURES: lambda bench: unproven(
        bench, features_of(bench).model_copy(update={"used": features_of(bench).used[::-1]})
    ),
    models.PARTS_OF_TWO_MODELS: lambda bench: scorer(bench.changed(decision=lambda d: {**d, "fingerprint": "another"})),
    models.PROBE_MISSING: lambda bench: assemble(
        bench.texts.booster,
        Decision.from_json(bench.texts.decision, "decision.json"),
        features_of(bench),
        np.zeros((0, len(registry.FEATURES)), np.float32),
        "",
    ),
    models.PROBE_ODD: lambda bench: scorer(bench.changed(probe=lambda p: {**p, "points": p["points"][:-1]})),
    models.PROBE_DIFFERS: lambda bench: scorer(bench.changed(probe=lambda p: {**p, "points": [0.0] * 50})),
    models.CODE_NOT_IN_FILES: lambda bench: (
        bench.monkeypatch.setattr("credit_scoring.__file__", None),
        packaging.save(bench.texts, bench.tmp / "model"),
    ),
    models.TREES_NOT_EXPLAINED: lambda bench: explained(booster(bench, linear_tree=True)),
    models.SEVERAL_MARGINS: lambda bench: explained(booster(bench, objective="multiclass", num_class=3)),
    models.SCALE_NOT_FINITE: lambda bench: Scale(float("nan"), 0),
    models.SLOPE_NOT_RISING: lambda bench: Scale(-1, 0),
    models.SCALE_NOT_POSITIVE: lambda bench: Scale(1, 0, pdo=0),
    # Learning
    models.OUTCOME_AMONG_FEATURES: lambda bench: calibrate(np.array([0.0, 1.0]), np.array([0, 1])),
    models.NO_BETTER_THAN_CHANCE: lambda bench: calibrate(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0, 0, 1, 1])),
    # Faults of ours
    faults.RECORDS_UNACCOUNTED: lambda bench: FileCounts(Finding(1, "f", "bureau", 1, "", records=3), 1, 0, 1).check(),
    faults.TABLE_WITHOUT_HISTORY: lambda bench: tables_answering().pinned(["t"]),
    faults.SCORES_MISSING: lambda bench: history.verify({"monday": Summary(scored=1)}, {"monday": 2}),
    faults.FILE_NOT_THE_TABLE: lambda bench: verify_files(
        {"monday": Written(1, "scores.csv", "")}, {"monday": Summary(scored=2)}
    ),
    faults.VECTORS_ODD: lambda bench: scorer(bench.texts).score(np.zeros((1, 3), np.float32)),
    faults.POINTS_DO_NOT_ADD_UP: lambda bench: whole_points(np.array([1.5, 1.5]), 9),
}


def trained_on_nothing(bench: Bench) -> None:
    source = SimpleNamespace(deliveries=tuple)
    train_and_register(lambda: nullcontext(source), Settings(), "code")


def score_run(bench: Bench, **ledger: Callable[..., object]) -> ScoreRun:
    context = Context(Settings(), Tables(None, "t"), SimpleNamespace(**ledger), "run", Stopwatch(lambda: NOW))
    return ScoreRun(context, lambda version: (bench.texts, 1), lambda scored: None)


def claim_of_nothing(bench: Bench) -> None:
    monday = LedgerEvent("accepted", "monday", 1, NOW, "other", "c", 1, "intake")
    run = score_run(
        bench,
        events=lambda: [monday],
        unpublished=lambda: (Delivered("monday", 1),),
        claim=lambda *arguments: Claim("c", 1, "score", "run", (Delivered("tuesday", 2),), NOW),
        working=lambda *arguments: nullcontext(),
    )
    score_waiting(run)


def claim_without_model(bench: Bench) -> None:
    score_run(bench).score(Claim("c", 1, "score", "run", (), NOW), [], None)


def gates_not_passed(bench: Bench) -> None:
    trained = SimpleNamespace(trained=SimpleNamespace(metrics={"oof_auc": 0.5}), registered=SimpleNamespace(version=1))
    refused = SimpleNamespace(refused=True, failed=("AUC",))
    bench.monkeypatch.setattr(demo.deliveries, "intake", lambda settings: None)
    for name, found in {"champion": None, "train": trained, "promote": refused}.items():
        bench.monkeypatch.setattr(demo.models, name, lambda settings, found=found: found)
    bench.monkeypatch.setattr(demo, "_deliver", lambda *arguments: None)
    demo.demo(Settings(home=bench.tmp), lambda line: None)


def no_record(bench: Bench) -> None:
    run = SimpleNamespace(data=SimpleNamespace(metrics={}))
    client = SimpleNamespace(get_model_version=lambda *a: SimpleNamespace(run_id="r"), get_run=lambda run_id: run)
    bench.monkeypatch.setattr(promote, "MlflowClient", lambda: client)
    promote._contender("credit_default", 1)


def nobody_held_out(bench: Bench) -> None:
    nobody = np.zeros(0, np.int64)
    learners = Learners(nobody, np.zeros((0, 3), np.float32), nobody, nobody)
    source = SimpleNamespace(outcomes=lambda split, later_than: SimpleNamespace(learners=learners))
    contender = contest.Contender(1, bench.texts, contest.Figures(0.5, 1), None)
    contest.contest(source, contender, None, Settings())


def store_down() -> None:
    with asking_mlflow("answer"):
        raise ConnectionError("secret address")


def embedded(bench: Bench) -> LocalEngine:
    engine = LocalEngine(str(bench.tmp / "tables"), bench.tmp, memory=0, processes=1)
    appending.create(engine)
    return engine


def nobody_applied_by_then(bench: Bench) -> None:
    nothing = SimpleNamespace(accepted=tuple)
    context = Context(Settings(), embedded(bench), nothing, "run", Stopwatch(lambda: NOW))
    stored_what_if.what_if(context, bench.texts, 7, 1)


def trainer_of_spark(bench: Bench) -> None:
    StoreSource(embedded(bench), (), Settings().gather).trainer(TrainingSettings(trainer="synapseml"), 10)


def no_project(bench: Bench) -> None:
    bench.monkeypatch.chdir(bench.tmp)
    notebook._project()


PROVOKED |= {
    stores.STORE_NOT_READ: lambda bench: PublishedStore.open(embedded(bench), Settings().gather),
    stores.CLIENT_NOT_NAMED: lambda bench: bench.command("journal", "export"),
    stores.KEY_NOT_NAMED: lambda bench: bench.command("key", "create"),
    usage.CLIENT_NOT_APPLIED: nobody_applied_by_then,
    usage.PATH_NOT_TAKEN: lambda bench: object_store(str(bench.tmp / "a%20b"), StorageSettings()),
    models.TRAINER_NEEDS_SPARK: trainer_of_spark,
    faults.NOT_SPARK: lambda bench: spark_of(embedded(bench)),
    usage.NO_PROJECT: no_project,
    usage.RELEASE_NEEDS_REASON: lambda bench: bench.command("publish", "--release", "monday"),
    usage.WITHDRAWAL_NEEDS_REASON: lambda bench: bench.command("withdraw", "monday"),
    models.NOTHING_ACCEPTED: trained_on_nothing,
    faults.CLAIM_OF_NOTHING: claim_of_nothing,
    faults.CLAIM_WITHOUT_MODEL: claim_without_model,
    usage.NOBODY_TO_RESCORE: lambda bench: rescore(score_run(bench, accepted=tuple)),
    models.GATES_NOT_PASSED: gates_not_passed,
    models.NO_RECORD_OF_VERSION: no_record,
    models.NOBODY_HELD_OUT: nobody_held_out,
    models.MODEL_STORE_DOWN: lambda bench: store_down(),
    models.MODEL_SERVER_SILENT: lambda bench: connect(MlflowSettings(tracking_uri="http://127.0.0.1:1")),
}

ELSEWHERE: dict[ErrorKind[Any], str] = {
    stores.ONLINE_URL_MISSING: "online/test_database.py::test_an_address_that_is_none_is_a_sentence",
    stores.ONLINE_URL_WRONG: "online/test_database.py::test_an_address_that_is_none_is_a_sentence",
    stores.DATABASE_AWAY: "online/test_database.py::test_a_database_that_is_away_is_a_sentence",
    stores.DATABASE_OLD: "online/test_database.py::test_tables_of_another_release_are_a_sentence",
    stores.KEY_UNKNOWN: "online/test_keys.py::test_a_key_that_does_not_hold_is_not_ended_again",
    stores.JOURNAL_BROKEN: "online/test_journal.py::test_a_broken_journal_is_a_fault",
    stores.JOURNAL_KEPT: "online/test_journal.py::test_nothing_younger_than_six_months_is_dropped",
    stores.JOURNAL_NOT_RESUMED: "online/test_backup.py::test_a_backup_lives_on_in_another_server",
    stores.NO_POSTGRESQL: "online/test_cluster.py::test_without_its_programs_there_is_a_sentence",
    stores.CLUSTER_SERVED: "online/test_cluster.py::test_it_keeps_what_it_holds_and_is_found_while_it_runs",
    stores.CLUSTER_UNREACHED: "online/test_cluster.py::test_a_folder_that_its_user_does_not_reach_is_a_sentence",
    stores.CLUSTER_NOT_STARTED: "online/test_cluster.py::test_one_that_does_not_start_is_a_sentence",
    stores.DESK_NOT_STARTED: "dashboard/test_running.py::test_a_desk_that_does_not_start_is_a_sentence",
    stores.PORT_TAKEN: "serving/test_faults.py::test_a_port_that_is_taken_is_a_sentence",
    stores.API_USER_UNKNOWN: "online/test_service_user.py::test_a_user_that_cannot_be_made_is_a_sentence",
    usage.SECRET_FILE_WRONG: "test_secret_files.py::test_a_wrong_file_is_a_sentence",  # pragma: allowlist secret
    stores.STORAGE_UNREACHED: "azurite/test_files_in_a_container.py::test_a_lasting_outage_is_a_sentence",
    stores.ROOT_UNKNOWN: "storage/test_roots.py::test_what_spark_and_fsspec_do_not_both_reach_is_refused",
    stores.CREDENTIAL_MISSING: "storage/test_roots.py::test_wasb_knows_account_keys_only",
    stores.WASB_NEEDS_KEY: "storage/test_roots.py::test_wasb_knows_account_keys_only",
    usage.TABLES_OF_EARLIER_RELEASE: (
        "operations/test_rewriting.py::test_the_embedded_engine_reads_them_and_says_what_to_do_before_it_begins"
    ),
    usage.TABLES_LACKING: "intake/test_deliver.py::test_a_history_that_all_earlier_deliveries_brought_is_missed",
    usage.WITHOUT_THERE: "intake/test_deliver.py::test_without_names_a_history_that_is_not_there",
    deliveries.NOTHING_TO_SCORE: (
        "publishing/test_breaker.py::"
        "test_a_delivery_of_whose_applications_none_is_usable_is_held_whatever_the_limits_are"
    ),
    usage.JVM_NOT_STARTED: "test_machines.py::test_a_java_that_does_not_start_says_why",
    usage.TOO_FEW_FILES: "test_machines.py::test_too_few_files_are_told_before_anything_starts",
    usage.CLIENT_WITHOUT_SCORE: "test_cli.py::test_a_client_without_a_score_is_a_sentence",
    usage.NOBODY_SCORED: "test_cli.py::test_checks_without_anything_to_check_end_with_2",
    usage.NOBODY_APPLIED: "test_cli.py::test_checks_without_anything_to_check_end_with_2",
    usage.PICTURE_NOT_WRITTEN: "test_end_to_end.py::test_a_client_is_explained_in_words_and_in_a_picture",
    usage.EVIDENTLY_FAILED: "monitoring/test_run.py::test_an_interpreter_without_evidently_is_said_after_our_own_page",
    usage.NOTHING_SCORED: "monitoring/test_run.py::test_a_subject_of_whom_nobody_was_scored_is_refused",
    usage.NOT_HELD: "publishing/test_breaker.py::test_a_held_delivery_is_published_when_it_is_let_through",
    usage.WITHDRAWAL_OF_WITHDRAWAL: (
        "operations/test_withdraw.py::test_the_scores_are_those_of_a_store_without_the_delivery"
    ),
    deliveries.WITHDRAWAL_UNFINISHED: (
        "operations/test_withdraw.py::test_the_scores_are_those_of_a_store_without_the_delivery"
    ),
    models.CONTRIBUTIONS_OFF: (
        "explanation/test_contributions.py::test_trees_whose_client_counts_contradict_are_refused"
    ),
    models.NO_EARLIER_CHAMPION: "training/promotion/test_promote.py::test_roll_back",
    models.NO_OUTCOMES: "training/test_sample.py::test_no_outcomes",
    models.OUTCOMES_UNCLEAR: "training/test_sample.py::test_labels",
    models.OUTCOMES_TWICE: "training/test_sample.py::test_a_client_twice",
    models.TOO_FEW_CLIENTS: "training/test_sample.py::test_too_few_clients_or_defaults",
    models.ONE_CLASS: "training/test_sample.py::test_one_class",
    models.ONE_CLASS_IN_PART: "training/test_sample.py::test_a_part_with_one_class",
    models.FEATURES_CONSTANT: "training/test_constant_features.py::test_nothing_but_constants_is_refused",
    models.NOTHING_TO_SPLIT: "training/test_fit.py::test_constant_features_are_refused",
    models.NOBODY_APPROVED: "training/test_reference.py::test_nobody_approved_is_refused",
    faults.UNFORESEEN: "test_unforeseen.py::test_an_error_of_a_library_is_told_by_kind_and_place_and_not_by_its_text",
    usage.WORKER_ENDED: "engines/test_local.py::test_a_worker_that_is_ended_is_a_sentence_and_the_next_run_has_others",
    faults.APPEND_NOT_ONCE: "intake/test_run.py::test_appends_are_counted_again_by_seq",
    faults.SCORED_TWICE: "publishing/test_history.py::test_a_client_that_stands_there_twice_is_a_fault",
    faults.PUBLISHED_OTHERWISE: "publishing/test_scores_csv.py::test_a_file_that_is_there_is_never_changed",
    faults.TRAINING_VECTORS_ODD: "training/test_sample.py::test_vectors_of_another_length",
    faults.CASES_WITHOUT_APPLICATION: (
        "clients/test_gather.py::test_a_case_without_an_application_is_a_fault_of_the_cohort"
    ),
}
"""What only Spark or a store can bring about is raised by the test of the part itself."""


@pytest.fixture
def bench(tmp_path: Path, model_of_seed, monkeypatch: pytest.MonkeyPatch) -> Bench:
    uri = mlflow.get_tracking_uri()
    yield Bench(tmp_path, model_of_seed(1), monkeypatch)
    mlflow.set_tracking_uri(uri)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.code)
def test_it_is_raised(kind: ErrorKind[Any], bench: Bench) -> None:
    if (place := ELSEWHERE.get(kind)) is not None:
        file, test = place.split("::")
        assert f"def {test}(" in (Path(__file__).parents[1] / file).read_text(), place
        return
    with pytest.raises(CreditScoringError) as raised:
        PROVOKED[kind](bench)
    assert str(raised.value).endswith(f"[{kind.code}]")
    assert "secret" not in str(raised.value)


def test_nothing_else_is_raised() -> None:
    """The classes of errors are raised by the declared kinds only, so that docs/errors.md is complete."""
    source = Path(str(credit_scoring.__file__)).parent
    families = "|".join(family.__name__ for family in (CreditScoringError, *CreditScoringError.__subclasses__()))
    bare = re.compile(rf"raise ({families})\(")
    assert [str(path.relative_to(source)) for path in source.rglob("*.py") if bare.search(path.read_text())] == []


def test_every_kind_says_what_and_what_to_do() -> None:
    for kind in kinds():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", kind.code), kind.code
        assert kind.sentence.endswith("."), kind.code
        assert kind.remedy.endswith(".") or kind.remedy.endswith("}."), kind.code
