"""What a chart is: a specification, and a sentence that says what it shows to whoever does not see it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import altair as alt

from credit_scoring.pages.page import INK

FONT = 13
"""Pixels."""


@dataclass(frozen=True)
class Chart:
    """`spec`: as Altair has it. `says`: the same in words."""

    spec: alt.LayerChart
    says: str


def configured(layers: Sequence[alt.Chart], height: int) -> alt.LayerChart:
    """The layers as a chart as wide as its place, legible, without a frame, drawn as SVG.

    Said in one call and by typed channels, because Altair copies a whole chart for each call and looks untyped ones up.
    """
    return alt.LayerChart(
        layer=list(layers),
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        config=_CONFIG,
        usermeta={"embedOptions": {"renderer": "svg", "actions": False}},
    )


_CONFIG = alt.Config(
    view=alt.ViewConfig(stroke=None),
    axis=alt.AxisConfig(labelFontSize=FONT, titleFontSize=FONT, labelColor=INK, titleColor=INK, grid=False),
    legend=alt.LegendConfig(labelFontSize=FONT, titleFontSize=FONT, labelColor=INK, orient="top", labelLimit=0),
    text=alt.MarkConfig(fontSize=FONT, color=INK),
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
