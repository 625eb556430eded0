"""/docs and /redoc in Chromium: they show the API, and ask no host but it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

import served

SCORE = "#operations-clients-score_v1_clients__client_id__score_get"


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("/docs", SCORE),
        ("/redoc", "h2:has-text('The latest published score')"),
    ],
)
def test_a_page_shows_the_api_without_another_host(api: served.Api, browser: Browser, page: str, shown: str) -> None:
    tab = browser.new_page()
    asked: list[str] = []
    noises: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: noises.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: noises.append(str(error)))
    tab.goto(api.url + page)
    tab.wait_for_selector(shown, timeout=60_000)
    tab.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((api.url, "data:", "blob:"))] == []
    assert any(url.endswith(".js") for url in asked)
    assert any(url.endswith("/openapi.json") for url in asked)
    assert noises == []
    tab.close()


def test_a_request_is_tried_out_from_the_page(api: served.Api, database: served.Database, browser: Browser) -> None:
    tab = browser.new_page()
    tab.goto(api.url + "/docs")
    tab.click("button.authorize")
    tab.fill("input[aria-label=auth-bearer-value]", database.key("adviser"))
    tab.click("button.modal-btn.authorize")
    tab.click("button.btn-done")
    block = tab.locator(SCORE)
    block.click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_placeholder("client_id").fill("7")
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table .response-col_description")
    answer.get_by_text("client-unknown").first.wait_for(timeout=30_000)
    tab.close()
