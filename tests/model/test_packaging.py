import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.pyfunc.scoring_server import predictions_to_json

from credit_scoring.errors import ModelError
from credit_scoring.model import packaging
from credit_scoring.model.registry import Alias, assign, find, load_version, version_of
from credit_scoring.model.scorer import scorer

CLEAN_PROCESS = """
import sys
import mlflow, numpy as np
assert not any("credit_scoring" in path for path in sys.path)
model = mlflow.pyfunc.load_model(sys.argv[1])
import credit_scoring
assert credit_scoring.__file__.startswith(sys.argv[1]), credit_scoring.__file__
np.savez(sys.argv[3], **model.predict(np.load(sys.argv[2])))
"""


def test_a_clean_process_gives_the_scorers_numbers_exactly(texts, vectors, tmp_path):
    """Without the installed package: the model's own copy of the code must be enough."""
    rows = vectors(1000, 10)
    np.save(tmp_path / "rows.npy", rows)
    packaging.save(texts, tmp_path / "model")
    # -S: no site, so the .pth file of an editable installation is not read; the libraries come by PYTHONPATH.
    libraries = os.pathsep.join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (tmp_path / "elsewhere").mkdir()
    arguments = [str(tmp_path / name) for name in ("model", "rows.npy", "out.npz")]
    ran = subprocess.run(
        [sys.executable, "-S", "-c", CLEAN_PROCESS, *arguments],
        cwd=tmp_path / "elsewhere",
        env={"PYTHONPATH": libraries, "PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    expected = scorer(texts).score(rows)
    with np.load(tmp_path / "out.npz") as out:
        for name in ("probability", "points", "contributions"):
            assert out[name].tobytes() == getattr(expected, name).tobytes()
        assert out["score"].tolist() == expected.score.tolist()
        assert out["decision"].tolist() == scorer(texts).decide(expected.score, np.ones(1000, bool)).tolist()
        assert set(out["start_points"].tolist()) == {expected.start_points}


def test_the_saved_model_has_no_pickle_and_states_its_signature(texts, tmp_path):
    packaging.save(texts, tmp_path / "model")
    files = [path for path in (tmp_path / "model").rglob("*") if path.is_file()]
    # Every pickle since protocol 2 begins with this byte, and no UTF-8 text does.
    assert not [path.name for path in files if path.read_bytes().startswith(b"\x80")]
    signature = mlflow.models.Model.load(str(tmp_path / "model")).signature
    assert str(signature.inputs) == "[Tensor('float32', (-1, 8))]"
    assert [spec["name"] for spec in signature.outputs.to_dict()] == [
        "probability",
        "points",
        "score",
        "decision",
        "start_points",
        "contributions",
    ]
    assert "int" not in json.dumps(signature.to_dict()).replace("points", "")
    requirements = (tmp_path / "model" / "requirements.txt").read_text().split()
    assert [re.sub("==.+", "", line) for line in requirements] == [
        "lightgbm",
        "mlflow",
        "numba",
        "numpy",
        "pydantic",
    ]


def test_mlflow_can_serve_the_predictions_as_json(texts, vectors, tmp_path):
    packaging.save(texts, tmp_path / "model")
    rows = vectors(3, 11)
    model = mlflow.pyfunc.load_model(str(tmp_path / "model"))
    with (tmp_path / "answer.json").open("w") as out:
        predictions_to_json(model.predict(rows), out)
    answer = json.loads((tmp_path / "answer.json").read_text())["predictions"]
    assert answer["points"] == scorer(texts).score(rows).points.tolist()
    assert len(pd.DataFrame({name: list(values) for name, values in answer.items()})) == 3


def test_vectors_of_another_width_are_refused_by_the_signature(texts, tmp_path):
    packaging.save(texts, tmp_path / "model")
    model = mlflow.pyfunc.load_model(str(tmp_path / "model"))
    with pytest.raises(mlflow.exceptions.MlflowException, match="shape"):
        model.predict(np.zeros((2, 7), np.float32))


def test_a_saved_model_that_was_changed_is_refused(texts, tmp_path):
    packaging.save(texts, tmp_path / "model")
    assert packaging.load(tmp_path / "model") is scorer(texts)
    decision = tmp_path / "model" / "data" / "texts" / "decision.json"
    decision.write_text(decision.read_text().replace('"cut_off": ', '"cut_off": 1'))
    with pytest.raises(ModelError, match=r"sha256 of decision\.json differs"):
        packaging.load(tmp_path / "model")
    with pytest.raises(ModelError):
        mlflow.pyfunc.load_model(str(tmp_path / "model"))


def test_a_model_is_logged_registered_promoted_and_read_again(texts, tracking):
    with pytest.raises(ModelError, match=r"no champion .*Run `credit-scoring train` and `credit-scoring promote`"):
        load_version("credit_default", Alias.CHAMPION)
    assert find("credit_default", Alias.CHALLENGER) is None

    with mlflow.start_run():
        first = packaging.log(texts, "credit_default")
        second = packaging.log(texts, "credit_default")
    assert (first.registered_model_version, second.registered_model_version) == (1, 2)

    assign("credit_default", Alias.CHALLENGER, 1)
    assign("credit_default", Alias.CHALLENGER, 2)
    assign("credit_default", Alias.CHAMPION, 1)
    assert version_of("credit_default", Alias.CHALLENGER) == 2
    assert load_version("credit_default", Alias.CHAMPION) == (texts, 1)
    assert load_version("credit_default", 2) == (texts, 2)
    with pytest.raises(ModelError, match="could not download version 9"):
        load_version("credit_default", 9)


def test_a_model_that_does_not_hold_is_not_registered(texts, tracking):
    broken = texts.__class__(**{**vars(texts), "probe": texts.features})
    with mlflow.start_run(), pytest.raises(ModelError):
        packaging.log(broken, "credit_default")
    assert mlflow.MlflowClient().search_registered_models() == []


@pytest.fixture(params=["server", "database"])
def store_that_is_down(request, monkeypatch, tmp_path: Path):
    """A server that does not listen, and a database that is no file; without MLflow's two minutes of trying again."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setattr("mlflow.store.db.utils.MAX_RETRY_COUNT", 1)
    (tmp_path / "secret").mkdir()
    addresses = {
        "server": "http://canary:secret@127.0.0.1:9",  # pragma: allowlist secret
        "database": f"sqlite:///{tmp_path / 'secret'}",
    }
    mlflow.set_tracking_uri(addresses[request.param])
    yield
    mlflow.set_tracking_uri(None)


def test_a_store_that_is_down_is_a_sentence_without_its_address(texts, store_that_is_down):
    actions = [
        lambda: packaging.log(texts, "credit_default"),
        lambda: load_version("credit_default", Alias.CHAMPION),
        lambda: load_version("credit_default", 1),
        lambda: assign("credit_default", Alias.CHAMPION, 1),
    ]
    for action in actions:
        with pytest.raises(ModelError, match=r"MLflow could not .* can be reached") as raised:
            action()
        assert "secret" not in str(raised.value)
