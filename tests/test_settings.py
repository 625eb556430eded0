"""Settings: where they come from, and the sentence that a wrong one gets."""

import codecs
from pathlib import Path

import pytest
import sqlalchemy
import yaml
from click.testing import CliRunner

from credit_scoring import places
from credit_scoring.cli import main
from credit_scoring.errors import UsageError
from credit_scoring.settings import Settings
from credit_scoring.settings_file import load

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
        ("trainig: {seed: 1}", "trainig is no setting (is training meant?)"),
        ("training: {seeds: 1}", "training.seeds is no setting (is seed meant?)"),
        ("training: {shoe_size: 1}", "training.shoe_size is no setting."),
        ("training: {learning_rate: 2}", "training.learning_rate must be at most 1, and is 2"),
        ("training: {learning_rate: 0}", "training.learning_rate must be above 0, and is 0"),
        ("training: {folds: many}", "training.folds must be a whole number"),
        ("training: {folds: 2.5}", "training.folds must be a whole number, and is 2.5"),
        ("training: {compare: [chance]}", "training.compare.0 must be one of 'prior', "),
        ("decision: {pdo: much}", "decision.pdo must be a number"),
        ("decision: {refer_band: [500]}", "decision.refer_band has not as many values as it must have"),
        ("decision: {refer_band: [1, 2, 3]}", "decision.refer_band has not as many values as it must have"),
        ("spark: {config: {a: [1]}}", "spark.config.a must be a text"),
        ("home: [a, list]", "home must be the path of a folder"),
        ("mlflow: a text", "mlflow must be keys and values"),
        ("landing: [a, list]", "landing must be a text"),
        ("- a list", "must hold keys and values"),
        ("1: 2", "must hold keys and values"),
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
    assert "nput should" not in str(refused.value)


def test_a_wrong_variable_is_told_by_its_name(conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_SCORING_TRAINING__LEARNING_RATE", "fast")
    with pytest.raises(UsageError, match="hold: CREDIT_SCORING_TRAINING__LEARNING_RATE must be a number"):
        load(conf)
    monkeypatch.delenv("CREDIT_SCORING_TRAINING__LEARNING_RATE")
    monkeypatch.setenv("CREDIT_SCORING_TRAINING", "{")
    with pytest.raises(UsageError, match="hold: CREDIT_SCORING_TRAINING must be JSON"):
        load(conf)


def test_a_section_without_keys_is_as_one_that_is_left_out(conf: Path) -> None:
    conf.write_text("home:\ntraining: # nothing set\n")
    assert load(conf).training == Settings().training


def test_places_begin_at_the_settings_file_wherever_a_command_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "elsewhere").mkdir()
    conf = tmp_path / "conf" / "mine.yml"
    conf.write_text("home: ../var\nlanding: drop\nmlflow: {tracking_uri: 'sqlite:///models.db', artifacts: files}\n")
    monkeypatch.setenv("CREDIT_SCORING_REPORTS", "pages")
    monkeypatch.chdir(tmp_path / "elsewhere")
    settings = load(Path("../conf/mine.yml"))
    assert settings.home == tmp_path / "var"
    assert settings.tables == str(tmp_path / "var" / "tables")
    assert settings.landing == str(tmp_path / "conf" / "drop")
    assert settings.mlflow.tracking_uri == f"sqlite:///{tmp_path / 'conf' / 'models.db'}"
    assert settings.mlflow.artifacts == str(tmp_path / "conf" / "files")
    assert settings.reports == str(tmp_path / "elsewhere" / "pages")  # as in any command of a shell
    conf.write_text("tables: lender.scoring\n")
    assert (load(conf).home, load(conf).tables) == (tmp_path / "conf" / "var", "lender.scoring")


def test_a_tilde_is_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    conf = tmp_path / "conf.yml"
    conf.write_text("home: ~/credit\nlanding: ~/in\n")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert (load(conf).home, load(conf).landing) == (tmp_path / "me" / "credit", str(tmp_path / "me" / "in"))
    monkeypatch.setenv("CREDIT_SCORING_HOME", "~/other")
    assert load(conf).home == tmp_path / "me" / "other"
    monkeypatch.delenv("CREDIT_SCORING_HOME")
    conf.write_text("home: ~no-such-user/credit\n")
    with pytest.raises(UsageError, match="no-home-of-user"):
        load(conf)


@pytest.mark.parametrize("name", ["a#b", "a?b", "a%20b", "a b", "é", "a[b]"])
def test_a_home_is_a_folder_whatever_an_address_would_make_of_its_name(tmp_path: Path, name: str) -> None:
    conf = tmp_path / "conf.yml"
    conf.write_text(yaml.safe_dump({"home": str(tmp_path / name)}))
    settings = load(conf)
    assert settings.landing == str(tmp_path / name / "landing")
    assert settings.mlflow.tracking_uri is not None
    assert places.sqlite_file(settings.mlflow.tracking_uri) == tmp_path / name / "mlflow.db"
    engine = sqlalchemy.create_engine(settings.mlflow.tracking_uri)
    (tmp_path / name).mkdir()
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE t (x INT)"))
    assert (tmp_path / name / "mlflow.db").is_file()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("home: var\n".encode("utf-16"), "it is UTF-16 text"),
        ("home: é\n".encode("latin-1"), "it is not UTF-8 text"),
    ],
)
def test_a_settings_file_of_another_encoding_is_a_sentence(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "conf.yml").write_bytes(data)
    with pytest.raises(UsageError, match=rf"cannot be read: {why}\. .* \[settings-not-read\]"):
        load(tmp_path / "conf.yml")


def test_a_byte_order_mark_is_no_key(conf: Path) -> None:
    conf.write_bytes(codecs.BOM_UTF8 + conf.read_bytes())
    assert load(conf).training.num_leaves == 31


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: it is a folder"):
        load(tmp_path)
    with pytest.raises(UsageError, match="cannot be read: its name is none of a file"):
        load(Path("a\0b"))


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
