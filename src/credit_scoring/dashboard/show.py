"""Parts of which all pages are made: charts with their sentence, tables for screen readers too, the search field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import streamlit as st

from credit_scoring.dashboard.api import Refused
from credit_scoring.dashboard.charts.chart import Chart
from credit_scoring.dashboard.session import Visit
from credit_scoring.dashboard.words import CLIENT_NUMBER, NOT_A_NUMBER
from credit_scoring.features.words import Words

_TYPE = Words("Type a number", "Saisissez un numéro")


def chart(drawn: Chart, key: str) -> None:
    """The picture, and below it what it shows in words."""
    spec = drawn.spec.to_dict(validate=False)  # which takes longer than all else; tests validate every chart
    st.vega_lite_chart(spec=spec, width="stretch", theme=None, key=key, alt=drawn.says)
    st.html(f'<p class="says">{escape(drawn.says)}</p>')


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], figures: Sequence[int] = (), tall: bool = False
) -> None:
    """A table that scrolls where it is wider than its place, and a `tall` one where it is higher than a screen.

    `figures`: columns of numbers, set to the right.
    """

    def cell(place: int, value: object) -> str:
        return f"<td{right(place)}>{escape(str(value))}</td>"

    def right(place: int) -> str:
        return ' class="figure"' if place in figures else ""

    headed = "".join(f'<th scope="col"{right(place)}>{escape(name)}</th>' for place, name in enumerate(head))
    body = "".join("<tr>" + "".join(cell(i, value) for i, value in enumerate(row)) + "</tr>" for row in rows)
    st.html(
        f'<div class="wide{" tall" if tall else ""}" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{headed}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def facts(pairs: Mapping[str, object]) -> None:
    """Names with their values."""
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in pairs.items())
    st.html(f"<dl>{listed}</dl>")


def banner(kind: str, text: str, more: str = "") -> None:
    """A verdict or a notice; `kind`: approve, refuse, refer or note. Read aloud when it changes."""
    st.html(
        f'<div class="banner {escape(kind)}" role="status"><strong>{escape(text)}</strong>'
        f"{f'<span>{escape(more)}</span>' if more else ''}</div>"
    )


def refusal(refused: Refused) -> None:
    """What the API said, and each thing that is wrong with what was sent."""
    listed = "".join(f"<li>{escape(each.detail)} <code>{escape(each.pointer)}</code></li>" for each in refused.errors)
    st.html(
        f'<div class="banner trouble" role="alert"><strong>⚠ {escape(refused.sentence)}</strong>'
        f"{f'<ul>{listed}</ul>' if listed else ''}</div>"
    )


def client_searched(visit: Visit) -> int | None:
    """The field in which a client's number is typed, with the numbers that begin so below it.

    Returns the client whose number was typed or chosen, on this page or on another; None: nobody yet.
    """
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
        refusal(Refused(visit.say(NOT_A_NUMBER)))
        return None
    visit.look_at(int(digits))
    return int(digits)
