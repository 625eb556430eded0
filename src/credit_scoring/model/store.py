"""The MLflow store: which one it is, and that it may be down or not ours to use.

MLflow is not imported here. It takes two seconds of a processor, which a run that only reads a model can do without.
"""

from __future__ import annotations

import http.client
import logging
import os
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

from credit_scoring.errors.models import MODEL_SERVER_SILENT, MODEL_STORE_DOWN
from credit_scoring.places import sqlite_file
from credit_scoring.settings import MlflowSettings, variable_of

WAIT_SECONDS = 5


@contextmanager
def asking_mlflow(what: str) -> Iterator[None]:
    """ModelError when MLflow cannot do `what` ("register the model").

    The sentence names the kind of error only: texts of MLflow and of its database may hold the store's address with a
    password. The cause is chained for whoever debugs.
    """
    try:
        yield
    except Exception as error:
        if not isinstance(error, (OSError, *_store_errors())):
            raise
        kind = getattr(error, "error_code", type(error).__name__)
        raise MODEL_STORE_DOWN(what=what, why=kind) from error


def _store_errors() -> tuple[type[Exception], ...]:
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    return MlflowException, SQLAlchemyError


def connect(settings: MlflowSettings) -> None:
    """Points MLflow at the store of the settings, be it here already or imported later, and keeps its talk down.

    ModelError when it is a server that does not answer: MLflow itself would ask again and again, for minutes, and then
    say nothing of the setting.
    """
    for setting, server in servers(settings):
        if why := why_silent(server):
            raise MODEL_SERVER_SILENT(setting=setting, server=server, why=why, variable=variable_of(setting))
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.pop("MLFLOW_RUN_ID", None)  # of whoever started us: a training is a run of its own
    for talker in ("alembic", "mlflow"):
        logging.getLogger(talker).setLevel(logging.WARNING)
    uri, registry = settings.tracking_uri, settings.registry_uri
    if uri is not None:
        if file := sqlite_file(uri):
            with asking_mlflow("make a folder for its database"):
                file.parent.mkdir(parents=True, exist_ok=True)
        # Of the shell: models would go to another registry than the settings' store, or be asked for in vain.
        os.environ.pop("MLFLOW_REGISTRY_URI", None)
        os.environ["MLFLOW_TRACKING_URI"] = uri
    if registry is not None:
        os.environ["MLFLOW_REGISTRY_URI"] = registry
    if mlflow := sys.modules.get("mlflow"):
        if uri is not None:
            mlflow.set_tracking_uri(uri)
        if registry is not None:
            mlflow.set_registry_uri(registry)


def servers(settings: MlflowSettings) -> Iterator[tuple[str, str]]:
    """The key of each setting that names a server, and its address without user and password."""
    for key in ("tracking_uri", "registry_uri"):
        split = urlsplit(getattr(settings, key) or "")
        if split.scheme in ("http", "https"):
            yield f"mlflow.{key}", urlunsplit((split.scheme, split.netloc.rpartition("@")[2], split.path, "", ""))


def why_silent(address: str, seconds: float = WAIT_SECONDS) -> str | None:
    """Why nobody answers at an address of http or https; None where somebody does, whatever is said.

    A certificate that is not trusted is an answer: MLflow may be told to trust it.
    """
    try:
        with urlopen(f"{address.rstrip('/')}/health", timeout=seconds):  # nosec B310
            return None
    except HTTPError:
        return None
    except URLError as error:
        if isinstance(error.reason, ssl.SSLError):
            return None
        return _why(error.reason, seconds)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return _why(error, seconds)


def _why(reason: object, seconds: float) -> str:
    if isinstance(reason, TimeoutError):
        return f"no answer within {seconds:g} seconds"
    if isinstance(reason, socket.gaierror):
        return "its host name is not known here"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return f"what answers is no web server ({type(reason).__name__})"
