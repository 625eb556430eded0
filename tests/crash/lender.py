"""The lender on whom the score job is killed: a model in the registry, three deliveries waiting, nothing taken in.

monday     thirty clients, ten of them with an outcome; a row repeated, a row to quarantine, balances without bureau
tuesday    clients of Monday again and new ones, and the bureau rows that Monday's balances wait for
wednesday  an application file without a column that it must have: refused
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mlflow
import polars as pl
import yaml

from credit_scoring.intake.deliver import deliver
from credit_scoring.model.packaging import log
from credit_scoring.model.registry import Alias, assign
from credit_scoring.settings import MlflowSettings
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.writing import write
from drawn_model import drawn_model
from short_lived import SHORT_LIVED

ONE_RUN = {
    **SHORT_LIVED,
    # One compiler has a quarter of the usual room for its code, and where that is full everything is interpreted.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC",
}
"""A process that ends after one run does not earn back the second compiler either."""

Change = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Lender:
    """What all runs share and none changes: deliveries that wait in `landing`, and the models' store.

    `engine`: by which runs work.
    """

    root: Path
    engine: str = "local"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def store(self) -> str:
        return f"sqlite:///{self.root / 'mlflow.db'}"

    def conf(self, home: Path, name: str = "conf", **intake: int) -> Path:
        """A settings file for a run of the job in a home of its own, where nothing is taken in yet."""
        home.mkdir(parents=True, exist_ok=True)
        path = home / f"{name}.yml"
        settings = {
            "home": str(home),
            "engine": self.engine,
            "landing": str(self.landing),
            "mlflow": {"tracking_uri": self.store},
            "intake": {"slot_mb": 1, **intake},
            "gather": {"clients_per_slot": 20},
            "spark": {"driver_memory": "1g", "shuffle_partitions": 2, "config": ONE_RUN},
        }
        path.write_text(yaml.safe_dump(settings))
        return path


def prepare(root: Path, engine: str = "local") -> Lender:
    """Makes the lender in an empty folder."""
    lender = Lender(root, engine)
    lender.root.mkdir(parents=True, exist_ok=True)
    register(lender)
    deliver_clients(lender, "monday", range(30), 10, application_test=_repeated_and_spoilt, bureau=_second_half)
    deliver_clients(lender, "tuesday", range(20, 36), 0)
    deliver_clients(lender, "wednesday", range(36, 40), 0, application_test=lambda frame: frame.drop("AMT_CREDIT"))
    return lender


def register(lender: Lender, seed: int = 1) -> int:
    """Registers a drawn model and makes it the champion; its version."""
    mlflow.set_tracking_uri(lender.store)
    name = MlflowSettings().experiment
    if mlflow.get_experiment_by_name(name) is None:
        mlflow.create_experiment(name, artifact_location=str(lender.root / "mlartifacts"))
    mlflow.set_experiment(name)
    with mlflow.start_run():
        version = int(log(drawn_model(seed), MlflowSettings().model).registered_model_version)
    assign(MlflowSettings().model, Alias.CHAMPION, version)
    return version


def deliver_clients(lender: Lender, name: str, clients: range, outcomes: int, **changes: Change) -> None:
    """Delivers generated clients, the first of them with an outcome; `changes` by the stem of a file."""
    source = lender.root / "source"
    write(source, clients, outcomes, seed=5)
    for stem, change in changes.items():
        path = source / f"{stem}.csv"
        change(pl.read_csv(path, infer_schema=False)).write_csv(path)
    deliver(source, Folder(str(lender.landing)), name, 64_000_000)
    shutil.rmtree(source)


def _repeated_and_spoilt(frame: pl.DataFrame) -> pl.DataFrame:
    """The second row twice; the first without a sum that it must have."""
    spoilt = frame[:1].with_columns(AMT_CREDIT=pl.lit("1e400"))
    return pl.concat([spoilt, frame[1:], frame[1:2]])


def _second_half(frame: pl.DataFrame) -> pl.DataFrame:
    return frame[frame.height // 2 :]
