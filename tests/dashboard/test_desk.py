"""What the pages say, without a browser: scripts of the desk against the real API over HTTP."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import unescape

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest
from websockets.sync.client import connect

import served
from credit_scoring.dashboard.words import AWAY, UNREADABLE, measured, number, percent, verdict
from credit_scoring.features.words import Language
from credit_scoring.machine import free_port
from dashboard.conftest import Office

LANGUAGES: tuple[Language, ...] = ("en", "fr")


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """A script that Streamlit runs becomes `__main__` and stays it; processes that later tests spawn would run it."""
    ours = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = ours


def script(url: str) -> None:
    from credit_scoring.dashboard.desk import desk

    desk(url)


def visit(url: str, language: Language = "en", key: str = "") -> AppTest:
    """The desk as it stands before somebody; signed in where there is a key."""
    found = AppTest.from_function(script, args=(url,), default_timeout=60)
    found.session_state["language"] = language
    if key:
        found.session_state["key"] = key
    return found


def said(found: AppTest) -> str:
    """All that is read on the page, the marks of HTML left out."""
    assert not found.exception
    return " ".join(unescape(re.sub("<[^>]+>", " ", part.proto.body)) for part in found.get("html"))


def at_the_door(url: str, language: Language, key: str) -> str:
    found = visit(url, language).run()
    found.text_input[0].set_value(key)
    found.button[0].click()
    return said(found.run())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_door_says_why_it_stays_shut(office: Office, language: Language) -> None:
    unknown = {"en": "The key is unknown, has expired", "fr": "La clé est inconnue, expirée"}
    assert unknown[language] in at_the_door(office.api.url, language, "cs_00000000_nobody")
    assert UNREADABLE.to(language) in at_the_door(office.api.url, language, "clé-à-moi")
    assert {"en": "Type your key first.", "fr": "Saisissez d'abord"}[language] in at_the_door(
        office.api.url, language, "  "
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_api_that_is_away_is_a_sentence(office: Office, language: Language) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert AWAY.to(language) in at_the_door(nowhere, language, "cs_00000000_somebody")
    known = visit(nowhere, language, office.database.key("adviser"))
    assert AWAY.to(language) in said(known.run())


def test_a_journal_that_is_away_is_a_sentence(office: Office) -> None:
    """The API answers nothing that it cannot record."""
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    settings = office.database.settings.model_copy(update={"api_url": away, "answer_seconds": 0.3})
    with served.listening(settings) as api:
        text = at_the_door(api.url, "en", "cs_00000000_somebody")
    assert "nothing is answered without a record" in text


def test_a_key_that_is_known_lets_in_and_signing_out_forgets_it(office: Office) -> None:
    found = visit(office.api.url).run()
    found.text_input[0].set_value(office.database.key("adviser"))
    found.button[0].click()
    found.run()
    assert found.selectbox[0].label == "Client's number"
    assert [int(each) for each in found.selectbox[0].options] == office.clients
    next(each for each in found.sidebar.button if each.label == "Sign out").click()
    found.run()
    assert "key" not in found.session_state
    assert found.text_input[0].label.startswith("Your key")


@pytest.mark.parametrize("language", LANGUAGES)
def test_start_reasons_and_others_are_the_score(office: Office, language: Language) -> None:
    client = office.decided("refuse")
    found = visit(office.api.url, language, office.database.key("adviser"))
    found.session_state["client"] = client
    text = said(found.run())
    told = re.search(r"(?:From a start of|Depuis) (\d+) points ?: (.*?)\. Score ?: (\d+)\.", text)
    assert told is not None
    steps = [int(points) for points in re.findall(r": ([+-]?\d+)(?=;|$)", told[2])]
    assert int(told[1]) + sum(steps) == int(told[3]) == office.lender.scores[client]["score"]
    assert verdict("refuse", language) in text


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert [number(-1234.5, language, 1) for language in LANGUAGES] == ["-1,234.5", "-1\u202f234,5"]
    assert [number(None, language) for language in LANGUAGES] == ["not known", "inconnu"]
    assert [percent(0.0635, language) for language in LANGUAGES] == ["6.3%", "6,3\u202f%"]
    assert [measured(value, "en") for value in (0.12345, 1.5, 150.26, 185_366.4, 3.0, None)] == [
        "0.1235", "1.50", "150.3", "185,366", "3", "not known",
    ]  # fmt: skip


@pytest.mark.parametrize("header", ["Authorization", "X-Forwarded-Access-Token"])
def test_the_token_of_a_proxy_is_passed_on(office: Office, header: str) -> None:
    """As a browser's connection arrives behind a proxy that signs people in."""
    key = office.database.key("adviser")
    assert "Your key, or the token" in " ".join(labels(office.desk, {}))
    assert "Client's number" in labels(office.desk, {header: f"Bearer {key}" if header == "Authorization" else key})


def labels(desk: str, headers: dict[str, str]) -> list[str]:
    """The labels of what can be typed into and chosen from, as the desk sends them to a new visit."""
    found: list[str] = []
    wanted = BackMsg()
    wanted.rerun_script.query_string = "language=en"
    with connect(f"{desk.replace('http', 'ws')}/_stcore/stream", additional_headers=headers) as visit:
        visit.send(wanted.SerializeToString())
        for data in visit:
            message = ForwardMsg.FromString(data)
            element = message.delta.new_element
            found += [each.label for each in (element.text_input, element.selectbox) if each.label]
            if message.WhichOneof("type") == "script_finished":
                return found
    raise AssertionError("the visit ended before its script")
