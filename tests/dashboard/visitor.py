"""Somebody at the desk, in a real browser: signs in, types, and is told when a page is complete."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RESTS = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 30_000
"""Milliseconds. A busy machine is no failure; how quick the desk is says benchmarks/desk.py."""
_CLICKS = 6


@dataclass
class Visitor:
    """A browser's tab. `requests`, `complaints`: what it asked for, and what its console said."""

    tab: Page
    desk: str
    language: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def comes(cls, browser: Browser, desk: str, language: str, width: int = 1280) -> Visitor:
        """A new visit, at the door."""
        tab = browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB").new_page()
        tab.set_default_timeout(PATIENCE)
        visitor = cls(tab, desk, language)
        tab.on("request", lambda request: visitor.requests.append(request.url))
        tab.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        tab.goto(f"{desk}/?language={language}")
        visitor.rests()
        return visitor

    def sign_in(self, key: str) -> None:
        """Types the key, and Enter."""
        self.tab.locator('input[type="password"]').fill(key)
        self.tab.keyboard.press("Enter")
        self.tab.locator('[data-testid="stSidebarNav"]').wait_for(state="attached")
        self.rests()

    def rests(self) -> None:
        """Returns when the page is complete: its script has ended and every chart is drawn."""
        self.tab.locator(RESTS).wait_for(state="attached")
        self.tab.wait_for_function(
            """() => !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
                && [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')].every(
                    each => each.querySelector('svg'))"""
        )

    def turn_to(self, path: str) -> None:
        """Another page, by its link, so that the visit goes on."""
        ending = "" if path == "client" else path  # the first page has no path
        link = self.tab.locator(f'[data-testid="stSidebarNav"] a[href$="/{ending}"]').first
        for _ in range(_CLICKS):  # a click on a link that is drawn anew at this moment goes nowhere
            link.evaluate("each => each.click()")
            with suppress(AssertionError):
                expect(link).to_have_attribute("aria-current", "page", timeout=PATIENCE / _CLICKS)
                break
        expect(link).to_have_attribute("aria-current", "page", timeout=PATIENCE)
        self.rests()

    def type_number(self, typed: str) -> None:
        """Types into the field of the client's number, and Enter."""
        box = self.tab.get_by_role("combobox").first
        box.click()
        self.tab.keyboard.type(typed)
        self.tab.keyboard.press("Enter")

    def forget_number(self) -> None:
        """Empties the field of the client's number."""
        self.tab.get_by_role("combobox").first.focus()
        self.tab.keyboard.press("Escape")
        self.tab.keyboard.press("Backspace")

    def look_at(self, client: int) -> None:
        """Types a client's number, unless it stands there, and waits for all of it."""
        if self.tab.get_by_role("combobox").first.input_value() != str(client):
            self.type_number(str(client))
        self.tab.wait_for_function(
            "client => document.querySelector('[data-testid=stMain] [role=combobox]')?.value === client"
            " && document.querySelectorAll('[data-testid=stMain] .banner, [data-testid=stMain] .letter').length > 0"
            " && [...document.querySelectorAll('h1')].some("
            "    title => !title.innerText.startsWith('Client') || title.innerText.includes(client))",
            arg=str(client),
        )
        self.rests()

    def choose(self, label: str, begins: str) -> None:
        """Chooses the first entry of a list that begins so."""
        box = self.tab.get_by_role("combobox", name=label)
        box.click()
        self.tab.keyboard.type(begins)
        self.tab.get_by_role("option").filter(has_text=re.compile("^" + re.escape(begins))).first.click()
        self.rests()

    def number(self, label: str, value: str) -> None:
        """Types a number into the field of this label."""
        box = self.tab.get_by_role("spinbutton", name=re.compile("^" + label)).or_(
            self.tab.get_by_label(re.compile("^" + label))
        )
        box.first.fill(value)

    def decide(self, decision: str, reason: str) -> None:
        """Chooses a decision, types a reason, and records it."""
        self.tab.locator('[data-testid="stForm"] label').filter(has_text=decision.capitalize()).first.click()
        self.tab.get_by_label(re.compile("^Reason")).fill(reason)
        self.button("Record the decision").click()
        self.tab.locator('[role="alert"].banner, .banner.note').first.wait_for()
        self.rests()

    def title(self, words: str | re.Pattern[str]) -> None:
        """The page's title says so."""
        expect(self.tab.get_by_role("heading", level=1)).to_have_text(words, timeout=PATIENCE)

    @property
    def text(self) -> str:
        """All that is read on the page."""
        return self.tab.locator('[data-testid="stMain"]').inner_text()

    def table(self, caption: str) -> list[list[str]]:
        """The cells of a table's body."""
        found = self.tab.get_by_role("table", name=caption)
        return [row.locator("td").all_inner_texts() for row in found.locator("tbody tr").all()]

    def elsewhere(self) -> list[str]:
        """What was asked of another host."""
        here = (self.desk, "data:", "blob:", self.desk.replace("http", "ws"))
        return [url for url in self.requests if not url.startswith(here)]

    def violations(self, passed: Sequence[str] = ()) -> list[str]:
        """What breaks WCAG 2.2 AA, by axe-core: rule and element; `passed`: rules that are not looked at."""
        if not self.tab.evaluate("() => 'axe' in window"):
            self.tab.add_script_tag(path=AXE)
        rules: dict[str, Any] = {rule: {"enabled": False} for rule in passed}
        found = self.tab.evaluate(
            "options => axe.run(document, options)", {"runOnly": {"type": "tag", "values": WCAG}, "rules": rules}
        )
        return [
            f"{each['id']}: {node['html'][:150]} in {node['target']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def pages_printed(self) -> int:
        """How many sheets of A4 the page is."""
        return len(re.findall(rb"/Type\s*/Page\b", self.tab.pdf(format="A4", prefer_css_page_size=True)))

    def columns(self) -> int:
        """How many columns stand side by side at the most."""
        return int(
            self.tab.evaluate(
                """() => Math.max(1, ...[...document.querySelectorAll('[data-testid="stHorizontalBlock"]')]
                    .map(block => {
                    const lefts = [...block.children].map(each => Math.round(each.getBoundingClientRect().left))
                    return new Set(lefts).size
                }))"""
            )
        )

    def seen(self) -> list[str]:
        """Which of all parts of the page are seen: headings, widgets, notes, the letter."""
        return list(
            self.tab.evaluate(
                """() => [...document.querySelectorAll('[data-testid="stMain"] *')]
                    .filter(each => each.matches('.letter, .banner, .unprinted, button, input, h1'))
                    .filter(each => each.checkVisibility() && !each.parentElement.closest('.letter'))
                    .map(each => each.className || each.tagName)"""
            )
        )

    def focus_by_tab(self, selector: str) -> None:
        """Goes on with the Tab key until an element has the focus."""
        for _ in range(60):
            self.tab.keyboard.press("Tab")
            if self.tab.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"the keyboard does not reach {selector}")

    def wide(self) -> bool:
        """Whether the page is wider than the screen."""
        return bool(self.tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

    def button(self, name: str) -> Locator:
        """A button by its words."""
        return self.tab.get_by_role("button", name=name)
