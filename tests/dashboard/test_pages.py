"""Every page of the desk in a real browser, against the real API on a real PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser

from credit_scoring.dashboard.desk import PAGES
from credit_scoring.features.words import Language
from dashboard.conftest import Office
from dashboard.visitor import Visitor

LANGUAGES: tuple[Language, ...] = ("en", "fr")
PATHS = [path for path, _, _ in PAGES]
Visits = Callable[[str], Visitor]


@pytest.fixture(scope="module")
def visits(browser: Browser, office: Office) -> Iterator[Visits]:
    """Language -> a visit that is signed in; each page is looked at in turn, as an adviser does."""
    known: dict[str, Visitor] = {}
    key = office.database.key("adviser")

    def visit(language: str) -> Visitor:
        if language not in known:
            known[language] = Visitor.comes(browser, office.desk, language)
            known[language].sign_in(key)
        return known[language]

    yield visit
    for each in known.values():
        with suppress(Exception):
            each.tab.context.close()


@pytest.fixture
def visitor(visits: Visits) -> Visitor:
    """Somebody who reads English."""
    found = visits("en")
    found.turn_to("client")
    return found


def title_of(path: str, language: Language) -> str:
    return next(title.to(language) for each, title, _ in PAGES if each == path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_every_page_speaks_its_language_and_keeps_nobody_out(
    visits: Visits, office: Office, path: str, language: Language
) -> None:
    visitor = visits(language)
    visitor.turn_to(path)
    if path in ("client", "what-if", "letter"):
        client = office.decided("refuse")
        visitor.look_at(client)
    if path != "client":
        visitor.title(title_of(path, language))
    assert visitor.tab.evaluate("document.documentElement.lang") == language
    assert visitor.violations() == []
    assert visitor.elsewhere() == []
    assert visitor.complaints == []
    visitor.tab.set_viewport_size({"width": 360, "height": 800})
    try:
        visitor.rests()
        assert not visitor.wide()
        assert visitor.columns() == 1
    finally:
        visitor.tab.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_client_is_shown_as_the_api_says(visits: Visits, office: Office, language: Language) -> None:
    client, adviser = office.decided("refuse"), office.adviser()
    score = adviser.ask(f"/v1/clients/{client}/score?language={language}").body
    visitor = visits(language)
    visitor.turn_to("client")
    visitor.look_at(client)
    text = visitor.text
    for each in score["reasons"]:
        assert each["sentence"] in text
    for fact in (score["score"], score["cut_off"], score["fingerprint"], score["delivery"], score["run_id"]):
        assert str(fact) in text
    features = adviser.ask(f"/v1/clients/{client}/contributions?language={language}").body["contributions"]
    shown = visitor.table("The ten strongest features" if language == "en" else "Les dix variables les plus fortes")
    assert [row[:2] for row in shown[:10]] == [[each["meaning"], each["name"]] for each in features]
    decimal = "." if language == "en" else ","
    assert [row[3] for row in shown[:10]] == [f"{each['points']:+.1f}".replace(".", decimal) for each in features]
    for chart in visitor.tab.locator('[data-testid="stVegaLiteChart"]').all():
        said = chart.locator("xpath=following::p[@class='says'][1]").inner_text()
        assert len(said) > 20
        assert chart.locator("svg").count() == 1


def test_any_feature_has_its_densities_and_the_file_its_tables(visitor: Visitor, office: Office) -> None:
    visitor.look_at(office.decided("approve"))
    visitor.choose("Feature to look at", "income:")
    visitor.tab.get_by_text("Yearly income: the client has").wait_for()
    visitor.choose("Table", "bureau (")
    rows = office.adviser().ask(f"/v1/clients/{office.decided('approve')}/file").body["rows"]["bureau"]
    visitor.tab.get_by_role("table", name="bureau").wait_for()
    assert len(visitor.table("bureau")) == len(rows) > 1


def test_the_keyboard_alone_suffices(browser: Browser, office: Office) -> None:
    visitor = Visitor.comes(browser, office.desk, "en")
    press = visitor.tab.keyboard.press
    visitor.focus_by_tab('input[type="password"]')
    visitor.tab.keyboard.type(office.database.key("adviser"))
    press("Enter")
    visitor.tab.locator('[data-testid="stSidebarNav"]').wait_for(state="attached")
    visitor.rests()
    visitor.focus_by_tab('[data-testid="stSelectbox"] input')
    visitor.tab.keyboard.type(str(office.clients[3]))
    press("Enter")
    visitor.title(f"Client {office.clients[3]}")
    visitor.focus_by_tab('[data-testid="stSidebarNav"] a[href$="/queue"]')
    press("Enter")
    visitor.title("Queue")


def test_a_letter_is_one_sheet_with_the_lenders_text(visitor: Visitor, office: Office) -> None:
    visitor.turn_to("letter")
    visitor.look_at(office.decided("refuse"))
    assert "Example Lender & Sons" in visitor.text
    assert "Your adviser" in visitor.text
    assert visitor.pages_printed() == 1
    visitor.tab.emulate_media(media="print")
    try:
        assert visitor.seen() == ["letter"]
    finally:
        visitor.tab.emulate_media(media="screen")
    asked = visitor.tab.evaluate(
        """() => new Promise(done => {
            window.print = () => done(true)
            document.getElementById('print-letter').click()
            setTimeout(() => done(false), 5000)
        })"""
    )
    assert asked


def test_a_client_prints_without_what_only_a_screen_needs(visitor: Visitor, office: Office) -> None:
    visitor.look_at(office.decided("refuse"))
    visitor.tab.emulate_media(media="print")
    try:
        for part in ("stSidebar", "stSelectbox", "stHeader"):
            assert not visitor.tab.locator(f'[data-testid="{part}"]').first.is_visible()
        assert visitor.tab.get_by_role("heading", level=1).is_visible()
    finally:
        visitor.tab.emulate_media(media="screen")


def test_what_is_decided_leaves_the_queue_and_shows_at_the_client(visitor: Visitor, office: Office) -> None:
    visitor.turn_to("queue")
    before = [int(row[0]) for row in visitor.table("Who waits, the longest first")]
    queue = office.adviser().ask("/v1/queue").body["clients"]
    assert before == [each["client_id"] for each in queue]
    against = (
        "approve" if office.lender.scores[before[0]]["score"] < office.lender.scores[before[0]]["cut_off"] else "refuse"
    )
    visitor.decide(against, "")
    assert "needs a reason" in visitor.text
    visitor.decide(against, "Salary slips seen")
    visitor.tab.get_by_text("Recorded: client").wait_for()
    assert before[0] not in [int(row[0]) for row in visitor.table("Who waits, the longest first")]
    visitor.turn_to("client")
    visitor.look_at(before[0])
    assert "Salary slips seen" in visitor.text
    assert visitor.table("What people decided")[0][4] == "yes"


def test_of_two_advisers_the_second_is_told(visitor: Visitor, office: Office) -> None:
    visitor.turn_to("queue")
    client = int(visitor.table("Who waits, the longest first")[0][0])
    first, score = office.adviser(), office.lender.scores[client]
    said = {name: score[name] for name in ("client_id", "seq", "model_version")}
    by_score = "approve" if score["score"] >= score["cut_off"] else "refuse"
    first.ask("/v1/decisions", {**said, "decision": by_score, "reason": "I was first"})
    visitor.decide(by_score, "")
    visitor.tab.get_by_text(re.compile("decided before you.*I was first")).wait_for()
    assert visitor.violations() == []


def test_a_person_without_a_file_has_a_range_and_is_never_approved(visitor: Visitor) -> None:
    visitor.turn_to("estimate")
    visitor.button("Estimate").click()
    visitor.tab.get_by_text("Still needed: Amount of the loan").wait_for()
    for label, value in (("Amount of the loan", "450000"), ("Its instalment", "27000"), ("Price of what", "400000")):
        visitor.number(label, value)
    visitor.number("Yearly income", "90000000")
    visitor.button("Estimate").click()
    visitor.tab.get_by_text(re.compile(r"Between \d+ and \d+ points")).wait_for()
    visitor.rests()
    text = visitor.text
    assert "Unusual: Yearly income" in text
    assert "Not stated, would narrow the range: children" in text
    # The API's own sentence says that it is no approval; nothing else speaks of one.
    assert not re.search("approve", text.replace("no approval", ""), re.IGNORECASE)
    assert visitor.violations() == []


def test_other_values_have_both_waterfalls_and_what_would_be_enough(visitor: Visitor, office: Office) -> None:
    client = office.decided("refuse")
    visitor.turn_to("what-if")
    visitor.look_at(client)
    assert visitor.tab.locator('[data-testid="stVegaLiteChart"]').count() == 2
    visitor.number("Income", "900000")
    visitor.button("Score these values").click()
    visitor.tab.get_by_role("table", name="What moved most").wait_for()
    body = {"changes": [{"table": "application", "column": "AMT_INCOME_TOTAL", "value": 900_000}]}
    found = office.adviser().ask(f"/v1/clients/{client}/what-if", body).body
    assert f"Score {found['after']['score']}," in visitor.text
    shown = visitor.table("The least improvement of each kind") if found["improvements"] else []
    assert [row[0] for row in shown] == [each["improvement"] for each in found["improvements"]]
    assert visitor.violations() == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("999", "Nothing is published of client 999"), ("many", "A client's number has digits only.")],
)
def test_who_is_unknown_is_a_sentence(visitor: Visitor, typed: str, sentence: str) -> None:
    visitor.type_number(typed)
    visitor.tab.get_by_text(sentence).wait_for()


def test_a_key_that_ends_leads_to_the_door_with_a_sentence(browser: Browser, office: Office) -> None:
    visitor = Visitor.comes(browser, office.desk, "fr")
    key = office.database.key("adviser")
    visitor.sign_in(key)
    office.revoke(key)
    visitor.type_number(str(office.clients[0]))
    visitor.tab.get_by_text("La clé est inconnue, expirée ou révoquée.").wait_for()
    assert visitor.tab.locator('input[type="password"]').count() == 1
    visitor.tab.context.close()


def test_whom_the_api_gives_no_right_is_told_so(browser: Browser, office: Office) -> None:
    visitor = Visitor.comes(browser, office.desk, "en")
    visitor.sign_in(office.database.key("auditor"))
    visitor.turn_to("queue")
    visitor.tab.get_by_text("Your role, auditor, may not ask this.").wait_for()
    visitor.tab.context.close()
