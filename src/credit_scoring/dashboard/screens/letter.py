"""The letter to a client, as it will be printed: the browser prints it alone, on one sheet."""

from __future__ import annotations

import re

import streamlit as st

from credit_scoring.dashboard.session import Visit
from credit_scoring.dashboard.show import client_searched
from credit_scoring.features.words import Words

TITLE = Words("Letter", "Lettre")
_HOW = Words(
    "The letter is printed alone, on one sheet. Its language is that of this page.",
    "La lettre s'imprime seule, sur une feuille. Sa langue est celle de cette page.",
)
_PRINT = Words("Print the letter", "Imprimer la lettre")
_ASKS_THE_BROWSER = """
<button id="print-letter" class="ours" type="button">{words}</button>
<script>document.getElementById("print-letter").addEventListener("click", () => window.print())</script>
"""


def page(visit: Visit) -> None:
    """The page."""
    st.title(visit.say(TITLE))
    client = client_searched(visit)
    if client is None:
        return
    st.html(f'<p class="unprinted">{visit.say(_HOW)}</p>')
    letter = visit.api.letter(client)
    st.html(_ASKS_THE_BROWSER.format(words=visit.say(_PRINT)), unsafe_allow_javascript=True)
    st.html(part_of(letter))


def part_of(letter: str) -> str:
    """The rules and the letter itself, out of the API's page; the desk's own title stands above the letter's."""
    rules = re.search(r"<style>.*?</style>", letter, re.DOTALL)
    article = re.search(r"<article.*</article>", letter, re.DOTALL)
    shown = (rules[0] if rules else "") + (article[0] if article else letter)
    return shown.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
