"""What a chart is: a specification, and a sentence that says what it shows to whoever does not see it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import altair as alt

from credit_scoring.pages.colours import INK

FONT = 13
"""Pixels."""


@dataclass(frozen=True)
class Chart:
    """`spec`: as Altair has it. `says`: the same in words."""

    spec: Any
    says: str


def configured(layers: Any, height: int) -> Any:
    """The layers as a chart as wide as its place, legible, without a frame, drawn as SVG."""
    return (
        layers.properties(width="container", height=height, autosize={"type": "fit-x", "contains": "padding"})
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=FONT, titleFontSize=FONT, labelColor=INK, titleColor=INK, grid=False)
        .configure_legend(labelFontSize=FONT, titleFontSize=FONT, labelColor=INK, orient="top", labelLimit=0)
        .configure_text(fontSize=FONT, color=INK)
        .properties(usermeta={"embedOptions": {"renderer": "svg", "actions": False}})
    )


def wrapped(sentence: str, width: int) -> str:
    """A sentence in lines, for a text mark with `lineBreak`."""
    return "\n".join(textwrap.wrap(sentence, width))


def data(**columns: Sequence[object]) -> alt.Data:
    """Columns of equal length as what a chart is drawn from."""
    return cast(
        alt.Data,
        alt.InlineData(values=[dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]),
    )
