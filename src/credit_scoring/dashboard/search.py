"""The field in which a client's number is typed, with the numbers that begin so below it."""

from __future__ import annotations

import streamlit as st

from credit_scoring.dashboard import show
from credit_scoring.dashboard.api import Refused
from credit_scoring.dashboard.session import Visit
from credit_scoring.dashboard.words import CLIENT_NUMBER, NOT_A_NUMBER
from credit_scoring.features.words import Words

_TYPE = Words("Type a number", "Saisissez un numéro")


def client_searched(visit: Visit) -> int | None:
    """The client whose number was typed or chosen, on this page or on another; None: nobody yet."""
    numbers = visit.numbers()
    if visit.client is not None and visit.client not in numbers:
        numbers = [visit.client, *numbers]
    if visit.client is not None:  # as another page left it; the field itself forgets when its page is left
        visit.state.setdefault("number", str(visit.client))
    chosen = st.selectbox(
        visit.say(CLIENT_NUMBER),
        [str(each) for each in numbers],
        index=None,
        key="number",
        placeholder=visit.say(_TYPE),
        accept_new_options=True,
        filter_mode="prefix",
    )
    if chosen is None:
        return None
    digits = str(chosen).strip()
    if not (digits.isascii() and digits.isdigit()) or int(digits) > 2**63 - 1:
        show.refusal(Refused(visit.say(NOT_A_NUMBER)))
        return None
    visit.look_at(int(digits))
    return int(digits)
