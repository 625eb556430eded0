"""Advisers decide about referred clients: once, and against the score only with a reason."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import served
from published_lender import PublishedLender
from serving.conftest import Answer, Caller


@pytest.fixture(autouse=True)
def published(lender: PublishedLender) -> PublishedLender:
    return lender


def waiting(adviser: Caller) -> list[int]:
    return [each["client_id"] for each in adviser.ask("/v1/queue?limit=1000").body["clients"]]


def body(lender: PublishedLender, client: int, **more: object) -> dict[str, Any]:
    row = lender.scores[client]
    by_score = "approve" if row["score"] >= row["cut_off"] else "refuse"
    return {"client_id": client, "seq": row["seq"], "model_version": 1, "decision": by_score, **more}


def other(decision: str) -> str:
    return "refuse" if decision == "approve" else "approve"


def test_the_queue_is_those_referred_oldest_first(adviser: Caller, lender: PublishedLender) -> None:
    referred = [row for row in lender.scores.values() if row["decision"] == "refer"]
    order = [row["client_id"] for row in sorted(referred, key=lambda row: (row["scored_at"], row["client_id"]))]
    seen, after = [], ""
    while True:
        page = adviser.ask(f"/v1/queue?limit=2&after={after}").body
        seen += [each["client_id"] for each in page["clients"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert seen == order


@pytest.mark.parametrize(("language", "words"), [("en", "Rows had to be set apart"), ("fr", "Lignes mises à l'écart")])
def test_who_waits_is_told_with_what_could_not_be_used(adviser: Caller, language: str, words: str) -> None:
    """Of client 135 a row of bureau is quarantined (conftest)."""
    told = {
        each["client_id"]: each["unusable"]
        for each in adviser.ask(f"/v1/queue?limit=1000&language={language}").body["clients"]
    }
    ((part,), others) = told.pop(135), told
    assert (part["table"], part["what"]) == ("bureau", "rows")
    assert part["sentence"].startswith(words)
    assert set(map(len, others.values())) == {0}


def test_who_is_decided_about_waits_no_more(adviser: Caller, lender: PublishedLender) -> None:
    client = waiting(adviser)[0]
    assert adviser.ask("/v1/decisions", body(lender, client)).status == 201
    assert client not in waiting(adviser)


def test_the_second_is_told_what_the_first_decided(
    adviser: Caller, api: served.Api, database: served.Database, lender: PublishedLender
) -> None:
    client, second = waiting(adviser)[0], Caller(api.url, database.key("adviser"))
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda who=who: answers.append(who.ask("/v1/decisions", body(lender, client))))
        for who in (adviser, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, told = sorted(answers, key=lambda answer: answer.status)
    assert (first.status, told.status, told.body["code"]) == (201, 409, "decided-already")
    assert first.body["id"] in told.body["detail"]
    assert "key:" in told.body["detail"]
    replaced = body(lender, client, supersedes=first.body["id"])
    assert second.ask("/v1/decisions", replaced).body["code"] == "reason-missing"
    assert second.ask("/v1/decisions", {**replaced, "reason": "looked again"}).status == 201
    assert second.ask("/v1/decisions", {**replaced, "reason": "and again"}).status == 409


def test_against_the_score_only_with_a_reason(adviser: Caller, lender: PublishedLender) -> None:
    client = waiting(adviser)[0]
    against = body(lender, client)
    against["decision"] = other(against["decision"])
    assert adviser.ask("/v1/decisions", against).body["code"] == "reason-missing"
    assert adviser.ask("/v1/decisions", {**against, "reason": "  \t "}).body["code"] == "reason-missing"
    done = adviser.ask("/v1/decisions", {**against, "reason": "The income was misread"})
    assert (done.status, done.body["override"]) == (201, True)


def test_what_was_decided_is_told_of_the_client_the_latest_first(adviser: Caller, lender: PublishedLender) -> None:
    client = waiting(adviser)[0]
    assert adviser.ask(f"/v1/clients/{client}/decisions").body == {"client_id": client, "decisions": []}
    first = adviser.ask("/v1/decisions", body(lender, client)).body
    replaced = body(lender, client, supersedes=first["id"], reason="looked again")
    second = adviser.ask("/v1/decisions", replaced).body
    told = adviser.ask(f"/v1/clients/{client}/decisions").body["decisions"]
    assert [each["id"] for each in told] == [second["id"], first["id"]]
    assert (told[0]["reason"], told[0]["supersedes"], told[0]["computed"]) == ("looked again", first["id"], "refer")
    assert told[0]["actor"].startswith("key:")
    letter = adviser.ask(f"/v1/clients/{client}/letter").body.decode()
    granted = "can be granted" if second["decision"] == "approve" else "cannot be granted"
    assert f"{granted}. A person has decided so." in letter
    assert adviser.ask("/v1/clients/9/decisions").status == 404


def test_a_score_that_nobody_looked_at_is_not_decided(adviser: Caller, lender: PublishedLender) -> None:
    assert adviser.ask("/v1/decisions", body(lender, 131, seq=2)).body["code"] == "score-changed"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"decision": "perhaps"}, "/body/decision"),
        ({"seq": "last"}, "/body/seq"),
        ({"mood": "good"}, "/body/mood"),
        ({"reason": "\x00\x00\x00"}, "/body/reason"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(
    adviser: Caller, lender: PublishedLender, more: dict[str, object], pointer: str
) -> None:
    answer = adviser.ask("/v1/decisions", body(lender, 101, **more))
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
