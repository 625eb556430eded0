"""What docs/security.md says, as far as code and words can be searched for it."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest
from click.testing import CliRunner

import credit_scoring
from canary import SECRET as CANARY
from credit_scoring.cli import main
from credit_scoring.errors import CreditScoringError
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings_file import load

SOURCE = Path(str(credit_scoring.__file__)).parent
UNPICKLE = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load"}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_unpickles_or_runs_text(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert not UNPICKLE & {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert str(node.module).split(".")[0] not in UNPICKLE
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in RUNS_TEXT
            named = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert named.get("shell", "False") == "False"
            assert named.get("allow_pickle", "False") == "False"


def test_every_file_of_a_model_is_verified(model_of_seed, tmp_path: Path) -> None:
    model_of_seed(1).write(tmp_path)
    assert ModelTexts.read(tmp_path) == model_of_seed(1)
    for path in sorted(tmp_path.iterdir()):
        told = path.read_bytes()
        path.write_bytes(b"x" + told)
        with pytest.raises(CreditScoringError, match=r"model-(changed|incomplete)"):
            ModelTexts.read(tmp_path)
        path.write_bytes(told)


@pytest.mark.parametrize(
    "text",
    [
        f"spark: {{config: {{fs.azure.account.key: [{CANARY}}}}}",
        f"home: '{CANARY}",
        f"training: {{seed: {CANARY}}}",
        f"mlflow: {{tracking_uri: [{CANARY}]}}",
        f"decision: {CANARY}",
    ],
)
def test_a_settings_file_that_does_not_hold_is_not_shown(text: str, tmp_path: Path) -> None:
    (tmp_path / "conf.yml").write_text(text)
    with pytest.raises(CreditScoringError) as refused:
        load(tmp_path / "conf.yml")
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("name", ["SPARK", "MLFLOW", "TRAINING__SEED", "DECISION", "MLFLOW__TRACKING_URI__X"])
def test_a_variable_that_does_not_hold_is_not_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "conf.yml").write_text(f"home: {tmp_path}\n")
    monkeypatch.setenv(f"CREDIT_SCORING_{name}", CANARY)
    caplog.set_level(logging.DEBUG)
    done = CliRunner().invoke(main, ["show", "runs", "--conf", str(tmp_path / "conf.yml")])
    assert done.exit_code == 2, done.output
    assert CANARY not in done.output + done.stderr + caplog.text
