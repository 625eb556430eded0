"""The door: a key of the API, or a token of the lender's issuer, which the API judges and the desk only passes on."""

from __future__ import annotations

import streamlit as st

from credit_scoring.dashboard import session, show
from credit_scoring.dashboard.api import Api, Refused
from credit_scoring.features.words import Language, Words

_TITLE = Words("Sign in", "Connexion")
_KEY = Words("Your key, or the token of your sign-on", "Votre clé, ou le jeton de votre authentification")
_HELP = Words(
    "Whoever runs the service gives you a key. It stays in the memory of this visit and ends with it.",
    "L'exploitant du service vous donne une clé. Elle reste dans la mémoire de cette visite et disparaît avec elle.",
)
_IN = Words("Sign in", "Se connecter")
_EMPTY = Words("Type your key first.", "Saisissez d'abord votre clé.")


def door(url: str, language: Language) -> None:
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


def asked(url: str, language: Language) -> session.Visit | None:
    """The visit of whoever is signed in; None after asking for a key."""
    key = "" if st.session_state.get("signed_out") else session.key()
    if not key:
        door(url, language)
        return None
    return session.Visit(Api(url, key, language))
