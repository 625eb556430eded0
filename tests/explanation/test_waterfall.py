import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from credit_scoring.errors import Fault
from credit_scoring.explanation.waterfall import WORDS, as_text, waterfall
from credit_scoring.explanation.waterfall_picture import draw, drawing, png
from credit_scoring.features.reasons import Reason

PARTS = [
    ("Score of agency 2", -31.2),
    ("Age of the applicant", 6.9),
    ("Instalments paid late", -12.4),
    ("Income", 14.6),
]


def numbers(lines: str) -> list[int]:
    """Start, steps and score as printed."""
    return [int(n) for n in re.findall(r"^\S.{0,60}?\s([+-]?\d+)(?:\s|$)", lines, re.M)]


def test_one_client_reads_from_start_to_score():
    assert as_text(waterfall(552.3, PARTS, 530, cut_off=541), width=80) == "\n".join(
        [
            "                                        points  █ takes   ▒ adds   ┊ cut-off 541",
            "Start: where clients are just approved     552  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━",
            "Score of agency 2                          -31             ████████████████████",
            "Instalments paid late                      -12     ████████            ┊",
            "Age of the applicant                        +7     ▒▒▒▒                ┊",
            "Income                                     +14         ▒▒▒▒▒▒▒▒▒       ┊",
            "                                        ──────",
            "Score                                      530  ━━━━━━━━━━━━━━━━       ┊",
        ]
    )


def test_small_reasons_are_gathered():
    drawn = waterfall(550.0, [("Income", -20.0), ("Car", 0.3), ("Phone", 0.4)], 531)
    assert [(step.sentence, step.points) for step in drawn.steps] == [
        ("Income", -20),
        ("2 smaller reasons together", 1),
    ]


def test_a_long_sentence_goes_on_below():
    sentence = "Instalments of earlier loans were paid late in the last twelve months, by more than a month"
    lines = as_text(waterfall(550.0, [(sentence, -20.0)], 530), width=80).splitlines()
    assert re.match(r"Instalments of earlier loans were paid +-20 ", lines[2])
    assert " ".join(line[:40].strip() for line in lines[2:5]) == sentence


def test_without_reasons_start_is_the_score():
    assert numbers(as_text(waterfall(500.2, [], 500))) == [500, 500]


def test_another_score_is_a_fault():
    with pytest.raises(Fault):
        waterfall(552.3, PARTS, 600)


@given(
    st.floats(300, 800),
    st.lists(st.floats(-90, 90), max_size=30),
    st.none() | st.integers(300, 800),
    st.integers(80, 100),
)
def test_printed_numbers_add_up_and_lines_keep_the_width(start, points, cut_off, width):
    score = int((start + sum(points) + 0.5) // 1)
    drawn = waterfall(start, [("Reason", p) for p in points], score, cut_off=cut_off)
    lines = as_text(drawn, width)
    first, *steps, last = numbers(lines)
    assert first + sum(steps) == last == score
    assert [first, *steps] == [drawn.start, *(step.points for step in drawn.steps)]
    assert all(len(line) <= width for line in lines.splitlines())


def test_in_french_nothing_stays_english():
    drawn = waterfall(552.3, [("Âge du demandeur", -9.9), ("A", 0.2), ("B", 0.4)], 543, cut_off=541, language="fr")
    shown = as_text(drawn)
    assert "█ retire   ▒ ajoute   ┊ seuil 541" in shown
    assert "2 autres raisons, de moindre poids" in shown
    assert WORDS["en"].start.split(":")[0] not in shown
    assert "Départ" in shown


def words_of(picture: Figure) -> list[str]:
    """Every text of a drawing, line breaks as blanks."""
    return [found.get_text().replace("\n", " ") for found in picture.findobj(Text) if found.get_text()]


def test_the_picture_shows_the_same_rows():
    sentence = "Instalments of earlier loans were paid late in the last twelve months, by more than a month"
    drawn = waterfall(552.3, [*PARTS, (sentence, 0.7)], 531, cut_off=541)
    figure = Figure()
    axes = figure.subplots()
    draw(axes, drawn, "Client 1: refuse, $ and all")
    words = words_of(figure)
    for row in ("Start: where clients are just approved", "552", "Score", "531", "cut-off 541", sentence, "points"):
        assert row in words
    assert "Client 1: refuse, $ and all" in words
    assert [word for word in words if re.fullmatch(r"[+-]\d+", word)] == [step.signed for step in drawn.steps]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches][2:]
    assert ends == [(step.before, step.after) for step in drawn.steps]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_text_is_inside_the_picture_and_none_covers_another(language):
    """With every reason that can be published, in its longest form."""
    sentences = [
        max((getattr(reason, f"{what}_{language}") for what in ("value", "absent")), key=len) for reason in Reason
    ]
    parts = [(sentence, -20.0 + 2 * place) for place, sentence in enumerate(sentences)]
    score = math.floor(560 + sum(points for _, points in parts) + 0.5)
    figure = drawing([(waterfall(560.0, parts, score, cut_off=554, language=language), "Client 1: refuse")])
    figure.draw_without_rendering()
    boxes = [found.get_window_extent() for found in figure.axes[0].get_yticklabels()]
    assert len(boxes) == len(parts) + 2
    assert all(box.x0 >= 0 and figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1 for box in boxes)
    assert all(above.y0 >= below.y1 for above, below in pairwise(boxes))


def test_the_same_waterfall_gives_the_same_picture():
    drawn = waterfall(552.3, PARTS, 530, cut_off=541)
    picture = png(drawn, "Client 1")
    assert picture == png(drawn, "Client 1") != png(drawn, "Client 2")
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert waterfall(500.0, [], 500).steps == ()
    assert png(waterfall(500.0, [], 500), "Nothing to tell").startswith(b"\x89PNG")
