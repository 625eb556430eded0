"""The MLflow store may be down or not ours to use: whatever it raises becomes a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from credit_scoring.errors.models import MODEL_STORE_DOWN


@contextmanager
def asking_mlflow(what: str) -> Iterator[None]:
    """ModelError when MLflow cannot do `what` ("register the model").

    The sentence names the kind of error only: texts of MLflow and of its database may hold the store's address with a
    password. The cause is chained for whoever debugs.
    """
    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        kind = getattr(error, "error_code", type(error).__name__)
        raise MODEL_STORE_DOWN(what=what, why=kind) from error
