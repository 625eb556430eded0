"""Settings: one frozen object from conf/<name>.yml and CREDIT_SCORING_<SECTION>__<KEY> variables.

Their file is read by settings_file. Secrets never stand here: they come from the environment or a secret scope, read by
the part that needs them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from credit_scoring import places
from credit_scoring.file_format import LenderFormat

Share = Annotated[float, Field(ge=0, le=1)]
PREFIX = "CREDIT_SCORING_"

CONF = f"{PREFIX}CONF"
"""Environment variable with the settings file of commands and notebooks, where none is named."""
TRACE = f"{PREFIX}TRACE"
"""Environment variable under which an error that nobody foresaw is shown whole, whatever it holds."""


def variable_of(setting: str) -> str:
    """The environment variable that sets `mlflow.tracking_uri`."""
    return PREFIX + setting.replace(".", "__").upper()


class Section(BaseModel):
    """A part of the settings; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SparkSettings(Section):
    """How a session is made where none is running (locally); on Databricks the cluster's own session is used."""

    master: str = "local[2]"
    driver_memory: str = "4g"
    shuffle_partitions: Annotated[int, Field(ge=1)] = 4
    config: dict[str, str] = {}


class LocalSettings(Section):
    """How much of this machine the embedded engine takes.

    `memory_mb`: of rows on their way that may stay in memory, by default half of the machine's; more go to files below
    `home`. `workers`: processes that compute, by default as many as there are cores for this one.
    """

    memory_mb: Annotated[int, Field(ge=1)] | None = None
    workers: Annotated[int, Field(ge=1)] | None = None


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
    estimate: str = "credit_estimate"


class IntakeSettings(Section):
    """Limits of a delivery, the size of the tasks that take it in, and how its files are written.

    `format`: what a manifest says of a delivery, or of a file, goes before it.
    """

    format: LenderFormat = LenderFormat()
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

    `trainer`: lightgbm, in this process; synapseml, in Spark's tasks; auto, what suits the engine. SynapseML trains in
    `tasks` tasks from `tasks_from_clients` clients with an outcome on, and in one below: with more than one the same
    clients give another model text each time (docs/scale.md). `min_gain_share`: features that gain less in the folds
    are left out of the model; 0: none is.

    `leave_out`: columns of the application; no feature that reads one of them is fitted on. `compare`: with what the
    model is compared on the same folds; each but the first two takes up to as long as the folds themselves.
    `resamples`: of clients, for intervals.
    """

    trainer: Literal["auto", "lightgbm", "synapseml"] = "auto"
    tasks: Annotated[int, Field(ge=1)] = 1
    tasks_from_clients: Annotated[int, Field(ge=1)] = 1
    seed: int = 7
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    max_rounds: Annotated[int, Field(ge=1)] = 3000
    early_stopping_rounds: Annotated[int, Field(ge=1)] = 100
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.015
    num_leaves: Annotated[int, Field(ge=2)] = 16
    min_data_in_leaf: Annotated[int, Field(ge=1)] = 100
    feature_fraction: Annotated[float, Field(gt=0, le=1)] = 0.2
    bagging_fraction: Annotated[float, Field(gt=0, le=1)] = 0.8
    bagging_freq: Annotated[int, Field(ge=0)] = 1
    lambda_l2: Annotated[float, Field(ge=0)] = 10
    min_gain_share: Annotated[float, Field(ge=0, lt=1)] = 0
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


class BreakerSettings(Section):
    """What holds a delivery's scores back until somebody has looked (see publishing.breaker).

    `max_quarantined_share` of the records of each history; `max_undecided_share` of the applications, whose clients get
    no decision; `expect_histories`: those that all deliveries before it brought; its records over the median of the
    deliveries before it, between `min_records_ratio` and `max_records_ratio`, once there are `min_deliveries` of them;
    the PSI of its scores above what chance brings about, at most `max_score_psi`, once there are `min_clients` on both
    sides.
    """

    max_quarantined_share: Share = 0.2
    max_undecided_share: Share = 0.2
    expect_histories: bool = True
    min_records_ratio: Annotated[float, Field(ge=0)] = 0.1
    max_records_ratio: Annotated[float, Field(gt=0)] = 10
    min_deliveries: Annotated[int, Field(ge=1)] = 5
    max_score_psi: Annotated[float, Field(ge=0)] = 0.25
    min_clients: Annotated[int, Field(ge=1)] = 200


class MonitoringSettings(Section):
    """What `credit-scoring monitor` says somebody should look at (see monitoring.findings); each also has to be more
    than chance.

    `false_alarms`: the probability of any finding in clients that nothing happened to. `max_score_psi`: of the scores
    against the training's; from `retrain_score_psi` on a new training is advised. `max_feature_points`: by which the
    shift of a feature moves the mean score; `max_feature_psi`: of its known values; `max_missing`: change of its
    missing share. `max_new_values`: share of a category's cells that the training never saw. `max_default_ratio`: by
    which defaults may miss the expected ones; `max_auc_loss`: below the AUC that the probabilities claim.
    `max_group_approval`: by which a group's share of approvals moves beside that of all others. `min_clients`: in fewer
    nothing is looked for. `after_delivery`: whether every score run monitors what it published.
    `evidently_python`: the interpreter that makes Evidently's report where it is asked for, by default that of
    `make evidently`; `evidently_clients`: how many clients of either side it is given.
    """

    after_delivery: bool = False
    false_alarms: Annotated[float, Field(gt=0, lt=1)] = 0.05
    min_clients: Annotated[int, Field(ge=1)] = 200
    max_score_psi: Annotated[float, Field(ge=0)] = 0.1
    retrain_score_psi: Annotated[float, Field(ge=0)] = 0.25
    max_feature_points: Annotated[float, Field(ge=0)] = 0.5
    max_feature_psi: Annotated[float, Field(ge=0)] = 0.1
    max_missing: Share = 0.05
    max_new_values: Share = 0.01
    max_default_ratio: Annotated[float, Field(ge=0)] = 0.25
    max_auc_loss: Share = 0.03
    max_group_approval: Share = 0.05
    evidently_python: str = ""
    evidently_clients: Annotated[int, Field(ge=100)] = 2_000


Days = Annotated[int, Field(ge=1)] | None
"""So many days; None: for ever."""


class RetentionSettings(Section):
    """How long what nobody needs any more is kept (see operations.expire). The ledger, `runs` and `scores` stay.

    `score_history_days`: scores of published deliveries, from the day they were given. `quarantine_days`: the cells of
    quarantined rows, from the day their delivery was taken in. `withdrawn_days`: rows of withdrawn and refused
    deliveries, from that day. `old_files_hours`: files that a table no longer needs, for who reads an older version.
    """

    score_history_days: Days = None
    quarantine_days: Days = None
    withdrawn_days: Days = None
    old_files_hours: Annotated[int, Field(ge=168)] = 168


class MetricsSettings(Section):
    """Where the figures of batch runs go, for Prometheus.

    `folder`: of files for a node exporter's textfile collector, by default `metrics` below `home`; empty: none are
    written. `push_gateway`: host:port of a push gateway, where there is one.
    """

    folder: str = ""
    push_gateway: str = ""


class OidcSettings(Section):
    """Whose tokens the API believes besides its own keys; without an issuer, none.

    `keys`: where the issuer publishes its key set. `audience`: whom a token must be meant for. `role_claim`: the claim
    that names roles; `roles` says which of them is which of ours (adviser, service, auditor, admin).
    """

    issuer: str = ""
    audience: str = "credit-scoring"
    keys: str = ""
    role_claim: str = "roles"
    roles: dict[str, Literal["adviser", "service", "auditor", "admin"]] = {}


LetterText = Annotated[str, Field(max_length=1_000)]


class LetterSettings(Section):
    """The lender's text around the letter that tells a client the principal reasons; texts of paragraphs, lines kept.

    `sender`: name and address, at its head. `opening`: before the outcome; `closing`: after the reasons and the rights.
    """

    sender: LetterText = ""
    opening_en: LetterText = ""
    opening_fr: LetterText = ""
    closing_en: LetterText = ""
    closing_fr: LetterText = ""


class OnlineSettings(Section):
    """The online store and the API in front of it.

    `url`: the database as its owner reaches it, without a password (PGPASSWORD or PGPASSFILE gives it); where there is
    none, `make serve` starts a server of its own in `cluster`, and no run loads anything. `api_url`: as the API reaches
    it, with a user who has the role credit_scoring_api. `per_minute`: requests of one key that are answered a minute,
    where the key says nothing else. `journal_months`: how long requests are kept. `answer_seconds`: after how long a
    database that does not answer is taken to be away.
    """

    url: str = ""
    api_url: str = ""
    cluster: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 9100
    connections: Annotated[int, Field(ge=1)] = 8
    answer_seconds: Annotated[float, Field(gt=0, le=10)] = 0.8
    per_minute: Annotated[int, Field(ge=1)] = 6_000
    key_days: Annotated[int, Field(ge=1)] = 365
    journal_months: Annotated[int, Field(ge=6)] = 60
    oidc: OidcSettings = OidcSettings()
    letter: LetterSettings = LetterSettings()


class DeskSettings(Section):
    """The adviser's desk. `api`: where the API is that it asks; empty: where `online.host` and `online.port` say."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8501
    api: str = ""


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
    engine: Literal["auto", "local", "spark"] = "auto"
    local: LocalSettings = LocalSettings()
    spark: SparkSettings = SparkSettings()
    storage: StorageSettings = StorageSettings()
    mlflow: MlflowSettings = MlflowSettings()
    intake: IntakeSettings = IntakeSettings()
    gather: GatherSettings = GatherSettings()
    decision: DecisionSettings = DecisionSettings()
    training: TrainingSettings = TrainingSettings()
    gates: GateSettings = GateSettings()
    breaker: BreakerSettings = BreakerSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    metrics: MetricsSettings = MetricsSettings()
    retention: RetentionSettings = RetentionSettings()
    online: OnlineSettings = OnlineSettings()
    desk: DeskSettings = DeskSettings()

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
        """A root that is not set lies below `home`; a relative place begins at the working directory (see load)."""
        values = placed(values, Path.cwd())
        home, mlflow = values.get("home") or str(Path("var").absolute()), values.get("mlflow") or {}
        metrics = values.get("metrics") or {}
        if not isinstance(home, str) or not isinstance(mlflow, dict) or not isinstance(metrics, dict):
            return values  # the field says what is wrong with it
        metrics = {"folder": str(Path(home) / "metrics"), **metrics}
        below = {root: str(Path(home) / root) for root in _ROOTS}
        mlflow.setdefault("tracking_uri", places.sqlite(Path(home) / "mlflow.db"))
        mlflow.setdefault("artifacts", str(Path(home) / "mlartifacts"))
        roots = {root: values.get(root) or default for root, default in below.items()}
        return {**values, **roots, "home": home, "mlflow": mlflow, "metrics": metrics}


_ROOTS = ("landing", "tables", "published", "reports")
_MEANINGS = {**dict.fromkeys(("home", *_ROOTS), places.folder), "tables": places.of_tables}


def placed(values: dict[str, Any], beside: Path) -> dict[str, Any]:
    """Values of settings whose relative places begin at `beside`; what is no text is left to its field."""

    def at(value: Any, meaning: Callable[[str, Path], str]) -> Any:
        return meaning(str(value), beside) if isinstance(value, str | Path) and str(value) else value

    found = dict(values)
    for name, meaning in _MEANINGS.items():
        if name in found:
            found[name] = at(found[name], meaning)
    if isinstance(found.get("metrics"), dict | MetricsSettings):
        metrics = found["metrics"] = dict(found["metrics"])
        if "folder" in metrics:
            metrics["folder"] = at(metrics["folder"], places.folder)
    if isinstance(found.get("mlflow"), dict | MlflowSettings):
        mlflow = found["mlflow"] = dict(found["mlflow"])
        for name, meaning in {"tracking_uri": places.database, "artifacts": places.folder}.items():
            if name in mlflow:
                mlflow[name] = at(mlflow[name], meaning)
    return found
