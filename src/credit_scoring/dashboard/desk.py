"""The desk as a whole: who is there, in which language, and which page is looked at."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from credit_scoring.dashboard import login, session, show, style
from credit_scoring.dashboard.api import Refused
from credit_scoring.dashboard.screens import client, estimate, letter, waiting, what_if
from credit_scoring.dashboard.session import Visit
from credit_scoring.features.words import Language, Words

_NAME = Words("The adviser's desk", "Le bureau du conseiller")
_OUT = Words("Sign out", "Se déconnecter")
_LANGUAGES = {"en": "English", "fr": "Français"}
PAGES: tuple[tuple[str, Words, Callable[[Visit], None]], ...] = (
    ("client", client.TITLE, client.page),
    ("estimate", estimate.TITLE, estimate.page),
    ("what-if", what_if.TITLE, what_if.page),
    ("queue", waiting.TITLE, waiting.page),
    ("letter", letter.TITLE, letter.page),
)
"""Path, name and function of each page, in the order of the menu."""


def desk(url: str) -> None:
    """Draws the page that is looked at, asking the API at `url`."""
    language = session.language()
    st.set_page_config(page_title=_NAME.to(language), page_icon="🗂️", layout="wide")
    style.apply(language)
    _choose_language(language)
    visit = login.asked(url, language)
    if visit is None:
        return
    if st.sidebar.button(visit.say(_OUT)):
        session.sign_out()
        st.rerun()
    pages = [
        st.Page(_guarded(visit, draw), title=visit.say(title), url_path=path, default=place == 0)
        for place, (path, title, draw) in enumerate(PAGES)
    ]
    st.navigation(pages).run()


def _choose_language(language: Language) -> None:
    st.sidebar.radio(
        "Language / Langue", session.LANGUAGES, index=session.LANGUAGES.index(language), key="language",
        format_func=lambda each: _LANGUAGES[each], horizontal=True,
    )  # fmt: skip


def _guarded(visit: Visit, draw: Callable[[Visit], None]) -> Callable[[], None]:
    """The page; a key that holds no more leads to the door, and any other refusal is a sentence in its place."""

    def page() -> None:
        try:
            draw(visit)
        except Refused as refused:
            if refused.signed_out:
                session.sign_out(refused.sentence)
                st.rerun()
            show.refusal(refused)

    return page
