import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.errors import Fault
from credit_scoring.explanation.waterfall import waterfall

PARTS = [
    ("Score of agency 2", -31.2),
    ("Age of the applicant", 6.9),
    ("Instalments paid late", -12.4),
    ("Income", 14.6),
]


def numbers(text: str) -> list[int]:
    """Start, steps and score as printed."""
    return [int(n) for n in re.findall(r"^\S.{0,60}?\s([+-]?\d+)(?:\s|$)", text, re.M)]


def test_one_client_reads_from_start_to_score():
    assert waterfall(552.3, PARTS, 530, cut_off=541, width=80) == "\n".join(
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
    text = waterfall(550.0, [("Income", -20.0), ("Car", 0.3), ("Phone", 0.4)], 531)
    assert "Car" not in text
    assert re.search(r"^2 smaller reasons together +\+1 ", text, re.M)


def test_a_long_sentence_goes_on_below():
    sentence = "Instalments of earlier loans were paid late in the last twelve months, by more than a month"
    lines = waterfall(550.0, [(sentence, -20.0)], 530, width=80).splitlines()
    assert re.match(r"Instalments of earlier loans were paid +-20 ", lines[2])
    assert " ".join(line[:40].strip() for line in lines[2:5]) == sentence


def test_without_reasons_start_is_the_score():
    assert numbers(waterfall(500.2, [], 500)) == [500, 500]


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
    text = waterfall(start, [("Reason", p) for p in points], score, cut_off=cut_off, width=width)
    first, *steps, last = numbers(text)
    assert first + sum(steps) == last == score
    assert all(len(line) <= width for line in text.splitlines())
