"""Everything that is published of a client, asked for through HTTP, is what the store's tables say."""

from __future__ import annotations

import itertools
import json
import math
from datetime import datetime

import numpy as np
import pytest

import served
from credit_scoring.features.registry import FEATURES, names
from credit_scoring.features.statements import by_code
from published_lender import PublishedLender
from serving.conftest import MONDAY, TUESDAY, Caller


@pytest.fixture(autouse=True)
def published(lender: PublishedLender) -> PublishedLender:
    return lender


def test_the_score_of_every_client_is_that_of_scores_to_the_bit(adviser: Caller, lender: PublishedLender) -> None:
    for client, row in lender.scores.items():
        answer = adviser.ask(f"/v1/clients/{client}/score")
        assert answer.status == 200
        said = {name: value for name, value in answer.body.items() if name not in ("reasons", "scored_at")}
        assert said == {name: row[name] for name in said}
        assert datetime.fromisoformat(answer.body["scored_at"]) == row["scored_at"]
        reasons = [{k: v for k, v in reason.items() if k != "sentence"} for reason in answer.body["reasons"]]
        assert reasons == row["reasons"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_reasons_are_said_in_both_languages(adviser: Caller, language: str) -> None:
    asked = adviser.ask(f"/v1/clients/104/score?language={language}").body
    liked = adviser.ask("/v1/clients/104/score", Accept_Language=f"{language}-CH, en;q=0.1").body
    assert asked == liked
    for reason in asked["reasons"]:
        assert reason["sentence"] == getattr(by_code()[reason["code"], reason["absent"]], language)


def test_pages_hold_every_client_once(adviser: Caller, lender: PublishedLender) -> None:
    seen, after = [], -1
    for _ in itertools.count():
        page = adviser.ask(f"/v1/clients?limit=7&after={after}").body
        seen += [each["client_id"] for each in page["clients"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert seen == sorted(lender.scores)


def test_contributions_add_up_and_are_those_of_the_batch(adviser: Caller, lender: PublishedLender) -> None:
    row = lender.scores[117]
    answer = adviser.ask("/v1/clients/117/contributions?top=5").body
    assert len(answer["contributions"]) == 5
    for each in answer["contributions"]:
        assert each["points"] == row["contributions"][names().index(each["name"])]
    listed = math.fsum(each["points"] for each in answer["contributions"])
    assert answer["start_points"] + listed + answer["rest_points"] == pytest.approx(row["points"], abs=1e-9)
    heaviest = [each["name"] for each in adviser.ask("/v1/clients/117/contributions?top=10").body["contributions"]]
    assert heaviest == [each["feature"] for each in row["drivers"]]


def test_the_file_and_the_vector(adviser: Caller, lender: PublishedLender) -> None:
    rows = adviser.ask("/v1/clients/104/file").body["rows"]
    drawn = lender.drawn("application", 104, 2)
    assert {k: v for k, v in rows["application"][0].items() if v is not None} == {
        k: v for k, v in drawn.items() if v is not None and k != "TARGET"
    }
    vector = {each["name"]: each["value"] for each in adviser.ask("/v1/clients/104/features").body["features"]}
    assert list(vector) == list(names())
    assert vector["income"] == np.float32(drawn["AMT_INCOME_TOTAL"])


def test_history_tells_every_published_score(adviser: Caller) -> None:
    assert [each["seq"] for each in adviser.ask("/v1/clients/135/history").body["scores"]] == [3, 2]
    assert [each["seq"] for each in adviser.ask("/v1/clients/105/history").body["scores"]] == [2]


def test_features_in_both_languages(adviser: Caller) -> None:
    english, french = (adviser.ask(f"/v1/features?language={each}").body["features"] for each in ("en", "fr"))
    assert [each["name"] for each in english] == list(names())
    assert [each["meaning"] for each in french] == [each.meaning_fr for each in FEATURES]


def test_a_distribution_has_the_clients_place(adviser: Caller) -> None:
    answer = adviser.ask("/v1/features/income/distribution?client=104").body
    assert math.fsum(answer["repaid"]) + answer["missing_repaid"] == pytest.approx(1)
    assert len(answer["edges"]) == len(answer["repaid"]) + 1
    value, place = answer["client"]["value"], answer["client"]["bin"]
    assert place == 0 or answer["edges"][place] <= value
    assert place == len(answer["repaid"]) - 1 or value < answer["edges"][place + 1]


def test_comparisons_go_by_the_published_scores(adviser: Caller, lender: PublishedLender) -> None:
    scores = [row["score"] for row in lender.scores.values()]
    answer = adviser.ask("/v1/comparisons?client=104").body
    lower = sum(score < answer["score"] for score in scores)
    assert answer["percentile"] == pytest.approx(100 * lower / len(scores))
    assert answer["peers"]["clients"] >= 10
    assert {"income", "age"} <= {each["name"] for each in answer["features"]}


@pytest.mark.parametrize(("language", "words"), [("en", "cannot be granted"), ("fr", "ne peut pas")])
def test_the_letter_gives_the_principal_reasons(
    adviser: Caller, lender: PublishedLender, language: str, words: str
) -> None:
    client, row = next((c, r) for c, r in lender.scores.items() if r["decision"] == "refuse")
    page = adviser.ask(f"/v1/clients/{client}/letter?language={language}").body.decode()
    assert words in page
    against = [r for r in row["reasons"] if r["points"] < 0][:4]
    said = [getattr(by_code()[r["code"], r["absent"]], language) for r in against]
    assert page.count("<li>") == len(said)
    assert "http" not in page
    around = (
        (served.LETTER.opening_fr, served.LETTER.closing_fr) if language == "fr" else ("Dear client,", "Your adviser")
    )
    assert [page.index(each) for each in around] == sorted(page.index(each) for each in (around[0], words, around[1]))[
        ::2
    ]
    assert "Example Lender &amp; Sons\n1 Example Street" in page


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/clients/9/score", "client-unknown"),
        ("/v1/clients/9/file", "client-unknown"),
        ("/v1/clients/9/features", "client-unknown"),
        ("/v1/clients/9/contributions", "client-unknown"),
        ("/v1/clients/9/history", "client-unknown"),
        ("/v1/clients/9/letter", "client-unknown"),
        ("/v1/comparisons?client=9", "client-unknown"),
        ("/v1/features/shoe_size/distribution", "feature-unknown"),
        ("/v1/nothing", "path-unknown"),
    ],
)
def test_what_is_unknown_is_a_problem_in_both_languages(adviser: Caller, path: str, code: str) -> None:
    english, french = (adviser.ask(path, Accept_Language=language) for language in ("en", "fr"))
    assert (english.status, english.body["code"]) == (french.status, french.body["code"]) == (404, code)
    assert english.headers["content-type"] == "application/problem+json"
    assert english.body["detail"] != french.body["detail"]
    assert english.body["instance"] == f"urn:uuid:{english.headers['x-request-id']}"


def test_the_record_refers_to_the_stored_score(
    adviser: Caller, api: served.Api, database: served.Database, lender: PublishedLender
) -> None:
    number = adviser.ask("/v1/clients/135/score").headers["x-request-id"]
    entry = Caller(api.url, database.key("auditor")).ask(f"/v1/requests/{number}").body
    assert entry["client_id"] == 135
    assert json.loads(entry["answer"]) == {"stored": {"seq": 3, "model_version": 1}}
    assert entry["model_version"] == 1
    assert entry["status"] == 200


def test_lists_leave_no_number_of_a_client_in_the_journal(
    adviser: Caller, api: served.Api, database: served.Database
) -> None:
    auditor = Caller(api.url, database.key("auditor"))
    for path in ("/v1/clients?after=113&limit=3", "/v1/queue?limit=3"):
        entry = auditor.ask(f"/v1/requests/{adviser.ask(path).headers['x-request-id']}").body
        assert json.loads(entry["input"]) == {"limit": 3}
        assert set(json.loads(entry["answer"])) == {"clients"}


def test_only_published_clients_are_there(adviser: Caller, lender: PublishedLender) -> None:
    assert set(lender.scores) == {*MONDAY, *TUESDAY}
