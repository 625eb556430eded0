"""Settings: where they come from, and the sentence that a wrong one gets."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from credit_scoring.cli import main
from credit_scoring.errors import UsageError
from credit_scoring.settings import load

PROJECT = Path(__file__).parent.parent


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    path = tmp_path / "conf.yml"
    path.write_text(f"home: {tmp_path}\ntraining: {{num_leaves: 31}}\n")
    return path


def test_roots_lie_below_home_unless_they_are_set(conf: Path, tmp_path: Path) -> None:
    settings = load(conf)
    assert (settings.landing, settings.published) == (str(tmp_path / "landing"), str(tmp_path / "published"))
    assert settings.mlflow.tracking_uri == f"sqlite:///{tmp_path / 'mlflow.db'}"
    conf.write_text(f"home: {tmp_path}\nlanding: abfss://c@a.dfs/landing\n")
    assert load(conf).landing == "abfss://c@a.dfs/landing"


def test_a_variable_wins_over_the_file_and_leaves_its_neighbours(conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_SCORING_TRAINING__SEED", "9")
    monkeypatch.setenv("CREDIT_SCORING_DECISION__COST_DEFAULT", "50")
    settings = load(conf)
    assert (settings.training.seed, settings.training.num_leaves) == (9, 31)
    assert (settings.decision.cost_default, settings.decision.gain_good) == (50, 10)


def test_home_may_be_overridden_and_takes_the_roots_along(
    conf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDIT_SCORING_HOME", str(tmp_path / "elsewhere"))
    settings = load(conf)
    assert settings.home == tmp_path / "elsewhere"
    assert settings.tables == str(tmp_path / "elsewhere" / "tables")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("trainig: {seed: 1}", "trainig: Extra inputs are not permitted"),
        ("training: {seeds: 1}", "training.seeds: Extra inputs are not permitted"),
        ("training: {learning_rate: 2}", "training.learning_rate: Input should be less than or equal to 1"),
        ("home: [a, list]", "home: Input is not a valid path"),
        ("mlflow: a text", "mlflow: Input should be a valid dictionary or instance of MlflowSettings"),
        ("landing: [a, list]", "landing: Input should be a valid string"),
        ("- a list", "must hold keys and values"),
        ("home: [", "is not readable YAML"),
    ],
)
def test_a_wrong_setting_is_a_sentence_with_file_and_key(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "wrong.yml"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        load(path)
    assert sentence in str(refused.value)
    assert "wrong.yml" in str(refused.value)


def test_a_misspelt_variable_is_not_ignored(conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_SCORING_TRAINIG__SEED", "9")
    with pytest.raises(UsageError, match="CREDIT_SCORING_TRAINIG__SEED names no setting"):
        load(conf)


def test_a_variable_may_name_the_settings_file_of_commands_and_notebooks(
    conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf.write_text("trainig: {}\n")
    monkeypatch.setenv("CREDIT_SCORING_CONF", str(conf))
    done = CliRunner().invoke(main, ["show", "runs"])
    assert (done.exit_code, str(conf) in done.stderr) == (2, True)
    conf.write_text("home: elsewhere\n")
    assert load(conf).home.name == "elsewhere"


def test_a_missing_file_is_a_sentence() -> None:
    with pytest.raises(UsageError, match=r"There is no settings file nowhere\.yml"):
        load(Path("nowhere.yml"))


def test_the_shipped_settings_hold() -> None:
    for path in sorted((PROJECT / "conf").glob("*.yml")):
        load(path)
