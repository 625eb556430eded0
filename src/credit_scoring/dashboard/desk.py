"""The desk as a whole: who is let in, in which language, and which page is looked at.

The door asks for a key of the API, or a token of the lender's issuer: the API judges it, the desk only passes it on.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from credit_scoring.dashboard import session, show, style
from credit_scoring.dashboard.api import Api, Refused
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
    visit = _visit(url, language)
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


_TITLE = Words("Sign in", "Connexion")
_KEY = Words("Your key, or the token of your sign-on", "Votre clé, ou le jeton de votre authentification")
_HELP = Words(
    "Whoever runs the service gives you a key. It stays in the memory of this visit and ends with it.",
    "L'exploitant du service vous donne une clé. Elle reste dans la mémoire de cette visite et disparaît avec elle.",
)
_IN = Words("Sign in", "Se connecter")
_EMPTY = Words("Type your key first.", "Saisissez d'abord votre clé.")


def _door(url: str, language: Language) -> None:
    """Asks for a key, and lets in whom the API answers."""
    st.title(_TITLE.to(language))
    if why := st.session_state.pop("why", ""):
        show.refusal(Refused(why))
    st.write(_HELP.to(language))
    with st.form("sign-in"):
        key = st.text_input(_KEY.to(language), type="password", autocomplete="current-password")
        sent = st.form_submit_button(_IN.to(language), type="primary")
    if not sent:
        return
    if not key.strip():
        show.refusal(Refused(_EMPTY.to(language)))
        return
    try:
        Api(url, key.strip(), language).features()
    except Refused as refused:
        show.refusal(refused)
        return
    st.session_state["key"] = key.strip()
    st.session_state.pop("signed_out", None)
    st.rerun()


def _visit(url: str, language: Language) -> session.Visit | None:
    """The visit of whoever is signed in; None after asking for a key."""
    key = "" if st.session_state.get("signed_out") else session.key()
    if not key:
        _door(url, language)
        return None
    return session.Visit(Api(url, key, language))
