"""A page that stands alone: one HTML file with its style and its pictures inside, for a phone, a screen and paper.

It loads nothing and runs nothing, so it can be mailed, stored beside a model, and opened years later. The same parts
give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

GOOD, BAD, NEUTRAL, INK, FAINT = "#3f7f5f", "#b5483f", "#5b6b7b", "#1f2933", "#9aa7b3"
PALETTE = ("#2f5d8a", "#c98a2b", "#6a8f5b", "#8a5a83", "#5b6b7b")
"""The colours of every picture and page, each with enough contrast on white for text (WCAG 2.2 AA), FAINT aside."""

Cell = str | int | None


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    words: str


@dataclass(frozen=True)
class Table:
    """Rows under a head; each row has as many cells as the head.

    The first `words` columns are words, set from the left; the others are figures, set to the right. A whole number is
    written with a comma every three digits, None as a dash; other figures come written as they shall be read.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    words: int = 1

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.head):
                raise ValueError(f"a row of {len(row)} cells under a head of {len(self.head)}: {row}")


@dataclass(frozen=True)
class Figure:
    """A picture, as SVG without a size of its own, and what it shows in a sentence, for all who cannot see it too."""

    svg: str
    says: str

    def _repr_html_(self) -> str:
        """How a notebook shows it; on white, whatever the notebook's theme."""
        style = "width: 40rem; max-width: 100%; margin: 1em 0; padding: .5em; background: #fff; color: #1f2933"
        return f'<figure style="{style}">{self.svg}<figcaption>{escape(self.says)}</figcaption></figure>'


@dataclass(frozen=True)
class Section:
    """A titled part of the page."""

    title: str
    parts: Sequence[Text | Table | Figure]


@dataclass(frozen=True)
class Page:
    """A whole page. `lead`: what it is, in a sentence or two. `facts`: name and value of what to see first."""

    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]


def html(page: Page) -> str:
    """The page as one HTML document."""
    environment = Environment(
        loader=PackageLoader("credit_scoring.pages", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = _cell
    # Our own SVG, its texts escaped by matplotlib.
    environment.filters["picture"] = lambda figure: Markup(figure.svg)  # nosec B704
    environment.tests["table"] = lambda part: isinstance(part, Table)
    environment.tests["figure"] = lambda part: isinstance(part, Figure)
    return environment.get_template("page.html.j2").render(page=page)


def _cell(cell: Cell) -> str:
    if cell is None:
        return "–"
    return f"{cell:,}" if isinstance(cell, int) else cell
