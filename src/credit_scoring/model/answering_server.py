"""Does an MLflow server that the settings name answer? Asked before any work, because MLflow itself asks again and
again, for minutes, and then says nothing of the setting.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

from credit_scoring.settings import MlflowSettings

WAIT_SECONDS = 5


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
        return _said(error.reason, seconds)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return _said(error, seconds)


def _said(reason: object, seconds: float) -> str:
    if isinstance(reason, TimeoutError):
        return f"no answer within {seconds:g} seconds"
    if isinstance(reason, socket.gaierror):
        return "its host name is not known here"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return f"what answers is no web server ({type(reason).__name__})"
