"""An MLflow server of the settings that does not answer is a sentence within seconds, and doctor says it beforehand."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from credit_scoring.commands.doctor import model_servers
from credit_scoring.errors import ModelError
from credit_scoring.model.store import connect, servers, why_silent
from credit_scoring.settings import MlflowSettings, Settings


class NotFound(BaseHTTPRequestHandler):
    """A server that is there and knows nothing."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), NotFound)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mute() -> Iterator[str]:
    """Somebody who listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_whatever_a_server_says_is_an_answer(answering: str) -> None:
    assert why_silent(answering) is None
    (found,) = model_servers(Settings(mlflow=MlflowSettings(tracking_uri=f"{answering}/base/")))
    assert (found.found, found.detail, found.advice) == (True, f"{answering}/base/", "")


def test_a_server_that_does_not_answer_is_named_with_its_setting_and_not_its_password(mute: str) -> None:
    assert why_silent(mute, seconds=0.2) == "no answer within 0.2 seconds"
    address = "http://127.0.0.1:1"
    with pytest.raises(ModelError) as silent:
        connect(MlflowSettings(tracking_uri="sqlite:///x.db", registry_uri="http://me:{}@127.0.0.1:1".format("word")))
    assert str(silent.value) == (
        f"The MLflow server {address}, which mlflow.registry_uri names, does not answer: Connection refused. Start it, "
        "or name another one: mlflow.registry_uri in the settings, or the variable "
        "CREDIT_SCORING_MLFLOW__REGISTRY_URI. [model-server-silent]"
    )
    (found,) = model_servers(Settings(mlflow=MlflowSettings(tracking_uri=address)))
    assert not found.found
    assert "mlflow.tracking_uri names, does not answer: Connection refused." in found.detail
    assert "CREDIT_SCORING_MLFLOW__TRACKING_URI" in found.advice
    assert why_silent("http://no-such-host.invalid") == "its host name is not known here"


def test_only_servers_are_asked() -> None:
    for uri in (None, "databricks", "sqlite:////x/mlflow.db", "postgresql://u:p@h/db"):
        assert list(servers(MlflowSettings(tracking_uri=uri))) == []
