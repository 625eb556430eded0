"""The model as one MLflow model: texts, the code that scores with them, a signature; no pickle.

Input: one float32 tensor [-1, F], registry order, missing = NaN. Output: named tensors of n rows, probability, points,
score, start_points [n] and contributions [n, F] as float64, decision [n] as text (a complete file is assumed). There is
no integer in the signature, because MLflow's integers cannot be missing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.models import Model
from mlflow.models.model import ModelInfo
from mlflow.models.signature import ModelSignature
from mlflow.types.schema import Schema, TensorSpec

import credit_scoring
from credit_scoring.errors.models import CODE_NOT_IN_FILES
from credit_scoring.model import pyfunc
from credit_scoring.model.artifacts import Features
from credit_scoring.model.registry import TEXTS
from credit_scoring.model.scorer import Scorer, scorer
from credit_scoring.model.store import asking_mlflow
from credit_scoring.model.texts import ModelTexts

REQUIREMENTS = ("lightgbm", "mlflow", "numba", "numpy", "pydantic")
"""What loading and scoring import; the versions of this process are pinned, nothing is inferred or looked up."""


def save(texts: ModelTexts, directory: Path) -> None:
    """Saves an MLflow model into `directory`, which must be new or empty."""
    with _definition(texts) as definition:
        mlflow.pyfunc.save_model(str(directory), **definition)


def load(directory: Path) -> Scorer:
    """The Scorer of an MLflow model in a folder; ModelError when it is not complete or not what was saved."""
    data = Model.load(str(directory)).flavors["python_function"]["data"]
    return scorer(ModelTexts.read(directory / data))


def log(texts: ModelTexts, model_name: str) -> ModelInfo:
    """Logs the model in the current MLflow run and registers it under `model_name` as its next version.

    Everything is checked before anything is registered. `ModelInfo.registered_model_version` is the version.
    """
    scorer(texts)
    with _definition(texts) as definition, asking_mlflow("log and register the model"):
        info: ModelInfo = mlflow.pyfunc.log_model(name="model", registered_model_name=model_name, **definition)
        return info


def download(model_name: str, version: int) -> ModelTexts:
    """The texts of a registered version, from MLflow. ModelError when there is none."""
    with tempfile.TemporaryDirectory() as directory:
        with asking_mlflow(f"download version {version} of the model {model_name}"):
            uri = f"models:/{model_name}/{version}/data/{TEXTS}"
            downloaded = mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=directory)
        return ModelTexts.read(Path(downloaded))


def _signature(features: int) -> ModelSignature:
    double, text = np.dtype(np.float64), np.dtype(np.str_)
    return ModelSignature(
        inputs=Schema([TensorSpec(np.dtype(np.float32), (-1, features))]),
        outputs=Schema(
            [
                TensorSpec(double, (-1,), "probability"),
                TensorSpec(double, (-1,), "points"),
                TensorSpec(double, (-1,), "score"),
                TensorSpec(text, (-1,), "decision"),
                TensorSpec(double, (-1,), "start_points"),
                TensorSpec(double, (-1, features), "contributions"),
            ]
        ),
    )


@contextmanager
def _definition(texts: ModelTexts) -> Iterator[dict[str, Any]]:
    """The arguments that define the model for MLflow; its texts lie in a folder while the context lasts."""
    features = Features.from_json(texts.features, "features.json")
    source = credit_scoring.__file__
    if source is None:
        raise CODE_NOT_IN_FILES()
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / TEXTS
        texts.write(folder)
        yield {
            "loader_module": pyfunc.__name__,
            "data_path": str(folder),
            "code_paths": [str(Path(source).parent)],
            "signature": _signature(len(features.features)),
            "input_example": np.zeros((1, len(features.features)), np.float32),
            "pip_requirements": [f"{package}=={version(package)}" for package in REQUIREMENTS],
            "metadata": {"sha256": texts.sha256(), "fingerprint": features.fingerprint},
        }
