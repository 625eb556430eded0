"""The MLflow store may be down or not ours to use: whatever it raises becomes a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from credit_scoring.errors import ModelError


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
        raise ModelError(
            f"MLflow could not {what} ({kind}): check that the tracking store and the artifacts of the settings "
            "(mlflow.tracking_uri, mlflow.registry_uri, mlflow.artifacts) can be reached, then run the command again."
        ) from error
