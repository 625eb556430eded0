"""Who sits before the desk: the key that was given, the language that is read, the client who is looked at.

All of it lives in the memory of this visit and ends with it; nothing is written anywhere, and no address holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import streamlit as st

from credit_scoring.dashboard.api import Api, Refused
from credit_scoring.features.words import Language, Words

T = TypeVar("T")
LANGUAGES: tuple[Language, ...] = ("en", "fr")
MOST_LISTED = 5_000
"""So many numbers of clients are offered as one types; any other can be typed whole."""


def language() -> Language:
    """The language that was chosen, else the address's (?language=fr), else the browser's."""
    chosen = st.session_state.get("language") or st.query_params.get("language")
    if chosen not in LANGUAGES:
        chosen = "fr" if (st.context.locale or "").lower().startswith("fr") else "en"
    return cast(Language, chosen)


def key() -> str:
    """The key or token to ask with; empty: nobody is signed in.

    Where a proxy signs people in (OpenID Connect), its token comes in a header of each visit and is passed on.
    """
    if given := st.session_state.get("key"):
        return str(given)
    headers = st.context.headers
    bearer = headers.get("Authorization", "")
    return headers.get("X-Forwarded-Access-Token") or (bearer[7:] if bearer.lower().startswith("bearer ") else "")


def sign_out(why: str = "") -> None:
    """Forgets the key and all that was read with it; `why` is said at the door."""
    chosen = st.session_state.get("language")
    st.session_state.clear()
    st.session_state["signed_out"] = True
    if chosen:
        st.session_state["language"] = chosen
    if why:
        st.session_state["why"] = why


@dataclass(frozen=True)
class Visit:
    """A visit of somebody who is signed in."""

    api: Api

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.api.language

    def say(self, words: Words, **facts: object) -> str:
        """A phrase in the language of the page."""
        return words.to(self.language).format(**facts)

    def kept(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, kept for this visit and this language until `forget`."""
        place = f"kept {self.language} {name}"
        if place not in st.session_state:
            st.session_state[place] = make()
        return cast(T, st.session_state[place])

    def forget(self, name: str) -> None:
        """Has what is kept under a name be asked for again."""
        for each in LANGUAGES:
            st.session_state.pop(f"kept {each} {name}", None)

    def features(self) -> dict[str, tuple[str, str]]:
        """Feature -> meaning and unit."""
        lines = self.kept("features", self.api.features).features
        return {line.name: (line.meaning, line.unit) for line in lines}

    def numbers(self) -> list[int]:
        """The first MOST_LISTED published clients."""

        def read() -> list[int]:
            found: list[int] = []
            after: int | None = -1
            while after is not None and len(found) < MOST_LISTED:
                page = self.api.clients(after)
                found += [line.client_id for line in page.clients]
                after = page.next
            return found

        return self.kept("numbers", read)

    @property
    def state(self) -> Any:
        """What this visit remembers."""
        return st.session_state

    @property
    def client(self) -> int | None:
        """The client who is looked at, on every page."""
        return cast("int | None", st.session_state.get("client"))

    def look_at(self, client: int) -> None:
        """Makes it the client of every page."""
        st.session_state["client"] = client


def attempt(call: Callable[[], T]) -> T | Refused:
    """An answer, or what was refused, for a part of a page without which the rest still stands."""
    try:
        return call()
    except Refused as refused:
        if refused.signed_out:
            raise
        return refused
