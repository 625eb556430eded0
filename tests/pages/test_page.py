import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from credit_scoring.pages.charts import Line, Mark, bars, histogram, lines, shares
from credit_scoring.pages.page import Figure, Page, Section, Table, Text, html

LONG = "A sentence about a client's file that needs more room than the left margin of a chart on a phone has"


def everything() -> Page:
    """A page with every kind of part, each larger than a phone would like."""
    charts = (
        bars([LONG, "short"], [-12.5, 3.0], axis="points", says="What two reasons take and add.", signed=True),
        shares(["band 1", LONG], {"approved": [0.2, 0.9], "refused": [0.8, 0.1]}, says="Decisions by band."),
        histogram([0, 1, 2, 3], [5, 9, 2], axis="score", count="clients", says="Scores.", mark=Mark(1, "cut-off")),
        lines(
            [Line("predicted", [0, 0.5], [0, 0.6], low=[0, 0.5], high=[0.1, 0.7]), Line("ideal", [0, 1], [0, 1])],
            axes_names=("predicted", "observed"),
            says="Calibration.",
            diagonal=True,
        ),
    )
    wide = Table(["table", *(f"column {i}" for i in range(12))], [["bureau", *range(1_000_000, 1_000_012)]])
    return Page(
        "A title <with> signs & quotes",
        "What it is.",
        [("clients", "48,744"), ("refused", "12 %")],
        [Section("Charts", charts), Section("Words", [Text("a < b"), wide, Table(["a", "b"], [["x", None]])])],
    )


@pytest.fixture
def tab(browser: Browser) -> Tab:
    """A tab in which every request and every message of the console is an error."""
    tab = browser.new_page()
    noises: list[str] = []
    tab.on("console", lambda message: noises.append(message.text))
    tab.on("request", lambda request: noises.append(request.url))
    tab.set_content(html(everything()))
    tab.noises = noises  # type: ignore[attr-defined]
    return tab


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_screen(tab: Tab, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})

    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("svg").count() == 4
    for picture in tab.locator("svg").all():
        assert picture.bounding_box()["width"] > 0.85 * min(width - 32, 640)


def cut_off(tab: Tab) -> list[str]:
    """The first cells of tables of which a part is out of sight."""
    return tab.evaluate(
        """() => [...document.querySelectorAll('.scroll')].filter(each => each.scrollWidth > each.clientWidth)
            .map(each => each.querySelector('th').innerText)"""
    )


def test_a_wide_table_takes_the_width_that_there_is(tab: Tab) -> None:
    tab.set_viewport_size({"width": 1440, "height": 800})
    assert cut_off(tab) == []
    left, right = tab.evaluate(
        "() => { const box = document.querySelector('.scroll').getBoundingClientRect(); return [box.left, box.right] }"
    )
    assert left >= 0
    assert abs(left - (1440 - right)) < 2, "it stands in the middle"
    assert right - left > 46 * 16, "it is wider than the text"


def test_on_paper_no_table_is_cut_off(tab: Tab) -> None:
    """A4 with the margins that Chromium gives it is 718 pixels wide."""
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": 718, "height": 1000})
    assert cut_off(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 718


def test_it_asks_for_nothing_and_complains_of_nothing(tab: Tab) -> None:
    assert [noise for noise in tab.noises if not noise.startswith("data:")] == []  # type: ignore[attr-defined]


def test_no_two_elements_have_the_same_name_with_different_content(tab: Tab) -> None:
    differing = tab.evaluate(
        """() => {
            const named = [...document.querySelectorAll('[id]')];
            const of = {};
            named.forEach(each => (of[each.id] ??= new Set()).add(each.outerHTML));
            return Object.values(of).filter(contents => contents.size > 1).length
        }"""
    )
    assert differing == 0


def test_cells_are_read_as_written(tab: Tab) -> None:
    cells = tab.locator("td").all_inner_texts()

    assert tab.title() == "A title <with> signs & quotes"
    assert "1,000,000" in cells
    assert cells[-1] == "–"
    assert tab.locator("td.figure").first.evaluate("each => getComputedStyle(each).textAlign") == "right"


def test_it_prints(tab: Tab) -> None:
    assert tab.pdf(format="A4").startswith(b"%PDF")


def test_the_same_parts_give_the_same_bytes() -> None:
    assert html(everything()) == html(everything())


def test_a_row_fits_its_head() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells under a head of 2"):
        Table(["a", "b"], [["x"]])


def test_a_notebook_shows_a_figure_with_its_sentence() -> None:
    shown = Figure("<svg><text>a &lt; b</text></svg>", "what is < that")._repr_html_()
    assert "<svg><text>a &lt; b</text></svg>" in shown
    assert "<figcaption>what is &lt; that</figcaption>" in shown
