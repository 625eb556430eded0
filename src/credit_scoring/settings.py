"""Settings: one frozen object from conf/<name>.yml and CREDIT_SCORING_<SECTION>__<KEY> variables.

A wrong key or value is a sentence with the file and the key. Secrets never stand here: they come from the
environment or a secret scope, read by the part that needs them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from credit_scoring.errors import UsageError

Share = Annotated[float, Field(ge=0, le=1)]
PREFIX = "CREDIT_SCORING_"


class Section(BaseModel):
    """A part of the settings; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SparkSettings(Section):
    """How a session is made where none is running (locally); on Databricks the cluster's own session is used."""

    master: str = "local[2]"
    driver_memory: str = "4g"
    shuffle_partitions: Annotated[int, Field(ge=1)] = 4
    config: dict[str, str] = {}


class StorageSettings(Section):
    """How blob containers are reached; roots that are folders, volumes or catalogs need nothing of it.

    `credential`: what proves who we are; its secrets come from the environment, for Spark and Python alike
    (docs/blob.md). A request that fails is tried again at most `retries` times, after `first_wait_seconds`, then after
    twice as long, up to `longest_wait_seconds`; one that gets no answer fails after `timeout_seconds`. `emulator`:
    where Azurite listens, for roots in the account devstoreaccount1.
    """

    credential: Literal["account_key", "service_principal", "managed_identity"] = "managed_identity"
    retries: Annotated[int, Field(ge=0, le=20)] = 6
    first_wait_seconds: Annotated[float, Field(gt=0)] = 1
    longest_wait_seconds: Annotated[float, Field(gt=0)] = 30
    timeout_seconds: Annotated[int, Field(ge=1)] = 60
    emulator: str = "http://127.0.0.1:10000"


class MlflowSettings(Section):
    """Where models are registered. Without a tracking_uri: SQLite and files under `home`."""

    tracking_uri: str | None = None
    registry_uri: str | None = None
    artifacts: str | None = None
    experiment: str = "credit-scoring"
    model: str = "credit_default"


class IntakeSettings(Section):
    """Limits of a delivery and the size of the tasks that take it in."""

    max_file_mb: Annotated[int, Field(ge=1, le=1500)] = 512
    max_inflation: Annotated[int, Field(ge=2)] = 200
    split_file_mb: Annotated[int, Field(ge=1, le=512)] = 64
    slot_mb: Annotated[int, Field(ge=1, le=512)] = 64
    claim_minutes: Annotated[int, Field(ge=1)] = 120


class GatherSettings(Section):
    """How the rows of clients are brought together: clients a slot (its memory), rows a map task splits at a time."""

    clients_per_slot: Annotated[int, Field(ge=1)] = 5_000
    rows_per_block: Annotated[int, Field(ge=1_000)] = 500_000


class DecisionSettings(Section):
    """Costs, and the scale of the points.

    A default that is approved costs `cost_default`, a good client who is approved brings `gain_good`, handling a
    client costs `cost_handling`. `anchor_points` are the points at odds of `anchor_odds` good to one bad; `pdo`
    points double the odds. Scores inside `refer_band` (both ends included) are referred.
    """

    cost_default: Annotated[float, Field(gt=0)] = 100
    gain_good: Annotated[float, Field(gt=0)] = 10
    cost_handling: Annotated[float, Field(ge=0)] = 1
    pdo: Annotated[float, Field(gt=0)] = 20
    anchor_points: float = 600
    anchor_odds: Annotated[float, Field(gt=0)] = 50
    refer_band: tuple[int, int] | None = None


Rival = Literal["prior", "logistic_regression", "class_weights", "undersampling", "without_age"]
"""What a training can be compared with (see training.comparison)."""


class TrainingSettings(Section):
    """How a model is fitted; the defaults suit tens of thousands of real clients.

    `leave_out`: columns of the application; no feature that reads one of them is fitted on. `compare`: with what the
    model is compared on the same folds; each but the first two takes up to as long as the folds themselves.
    `resamples`: of clients, for intervals.
    """

    seed: int = 7
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    max_rounds: Annotated[int, Field(ge=1)] = 1500
    early_stopping_rounds: Annotated[int, Field(ge=1)] = 60
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.03
    num_leaves: Annotated[int, Field(ge=2)] = 16
    min_data_in_leaf: Annotated[int, Field(ge=1)] = 100
    feature_fraction: Annotated[float, Field(gt=0, le=1)] = 0.2
    bagging_fraction: Annotated[float, Field(gt=0, le=1)] = 0.8
    bagging_freq: Annotated[int, Field(ge=0)] = 1
    lambda_l2: Annotated[float, Field(ge=0)] = 10
    min_gain_share: Annotated[float, Field(ge=0, lt=1)] = 0.001
    leave_out: tuple[str, ...] = ()
    compare: tuple[Rival, ...] = ("prior", "logistic_regression", "class_weights", "undersampling")
    resamples: Annotated[int, Field(ge=100)] = 1_000
    holdout_percent: Annotated[int, Field(ge=1, le=50)] = 10
    min_clients: Annotated[int, Field(ge=1)] = 1_000
    min_defaults: Annotated[int, Field(ge=1)] = 50


class GateSettings(Section):
    """What a challenger has to show before it may score (see training.promotion).

    On the holdout: `min_defaults` clients who defaulted, an AUC of `min_auc`, a calibration error at most
    `max_calibration_error` above what chance brings about, a ratio of approval rates by gender of `min_approval_ratio`.
    Against the champion: an AUC that is shown not to be lower by more than `max_auc_loss`, a cost a client (in the unit
    of the costs) not higher by more than `max_cost_rise`, both by the unfavourable end of the interval; a calibration
    error not higher by more than `max_calibration_rise`, a ratio not lower by more than `max_approval_ratio_loss`.
    `promise_clients`: clients of the store on whom a training checks the promises.
    """

    min_defaults: Annotated[int, Field(ge=1)] = 50
    min_auc: Share = 0.6
    max_calibration_error: Annotated[float, Field(ge=0)] = 0.01
    min_approval_ratio: Share = 0.8
    max_auc_loss: Annotated[float, Field(ge=0)] = 0.01
    max_cost_rise: Annotated[float, Field(ge=0)] = 0.5
    max_calibration_rise: Annotated[float, Field(ge=0)] = 0.01
    max_approval_ratio_loss: Annotated[float, Field(ge=0)] = 0.05
    promise_clients: Annotated[int, Field(ge=1)] = 2_000


class Settings(BaseSettings):
    """Everything that a run needs to know about its surroundings and its parameters."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    home: Path = Path("var")
    landing: str = ""
    tables: str = ""
    published: str = ""
    reports: str = ""
    spark: SparkSettings = SparkSettings()
    storage: StorageSettings = StorageSettings()
    mlflow: MlflowSettings = MlflowSettings()
    intake: IntakeSettings = IntakeSettings()
    gather: GatherSettings = GatherSettings()
    decision: DecisionSettings = DecisionSettings()
    training: TrainingSettings = TrainingSettings()
    gates: GateSettings = GateSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A variable of the environment wins over the file (whose values arrive as keyword arguments)."""
        return env_settings, init_settings

    @model_validator(mode="before")
    @classmethod
    def _roots_below_home(cls, values: Any) -> Any:
        """A root that is not set lies below `home`."""
        home = Path(values.get("home") or "var").absolute()
        below = {root: str(home / root) for root in ("landing", "tables", "published", "reports")}
        mlflow = dict(values.get("mlflow") or {})
        mlflow.setdefault("tracking_uri", f"sqlite:///{home / 'mlflow.db'}")
        mlflow.setdefault("artifacts", str(home / "mlartifacts"))
        roots = {root: values.get(root) or default for root, default in below.items()}
        return {**values, **roots, "home": home, "mlflow": mlflow}


def load(path: Path) -> Settings:
    """The settings of a file, with the overrides of the environment; UsageError with file and key otherwise."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise UsageError(
            f"There is no settings file {path}: name one with --conf (conf/local.yml is the default)."
        ) from None
    except yaml.YAMLError as error:
        raise UsageError(f"The settings file {path} is not readable YAML: {error}") from None
    if not isinstance(values, dict):
        raise UsageError(f"The settings file {path} must hold keys and values, such as `home: var`.")
    _refuse_unknown_variables(path)
    try:
        return Settings(**values)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors())
        raise UsageError(f"The settings of {path} (with {PREFIX}* variables) do not hold: {problems}.") from None


OTHER_VARIABLES = {f"{PREFIX}JARS"}
"""Variables with our prefix that are not settings: read before any settings file is."""


def _refuse_unknown_variables(path: Path) -> None:
    """A misspelt override must not be ignored silently."""
    names = EnvSettingsSource(Settings).env_vars
    sections = set(Settings.model_fields)
    for name in names:
        if name.upper().startswith(PREFIX) and name.upper() not in OTHER_VARIABLES:
            section = name[len(PREFIX) :].lower().split("__")[0]
            if section not in sections:
                raise UsageError(
                    f"The variable {name.upper()} names no setting of {path}: "
                    f"sections are {', '.join(sorted(sections))}."
                )
