"""A column says in words what it expects."""

import pytest

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.tables import table


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        (Column("A", Kind.WHOLE, "", low=0, high=20), "a whole number between 0 and 20"),
        (Column("A", Kind.NUMBER, "", low=-1), "a number of at least -1"),
        (Column("A", Kind.NUMBER, "", high=1_000_000), "a number of at most 1,000,000"),
        (Column("A", Kind.NUMBER, ""), "a number"),
        (Column("A", Kind.IDENTIFIER, "", low=1), "an identifier (a whole number) of at least 1"),
        (Column("A", Kind.CATEGORY, ""), "a text"),
        (Column("A", Kind.CATEGORY, "", vocabulary=("N", "Y")), "one of 2 declared values"),
        (
            Column("A", Kind.CATEGORY, "", vocabulary=("F", "M"), sentinels={"XNA": "unknown"}),
            "one of 2 declared values or XNA (unknown)",
        ),
    ],
)
def test_expectation_is_a_sentence_fragment(column, sentence):
    assert column.expectation() == sentence


def test_expectation_names_a_sentinel_with_its_meaning_in_that_column():
    employed = table("application").column("DAYS_EMPLOYED").expectation()
    assert employed == "a whole number between -36,525 and 0 or 365243 (no employment: pensioner or out of work)"
    ended = table("previous_application").column("DAYS_TERMINATION").expectation()
    assert ended == "a whole number between -36,525 and 0 or 365243 (still running)"
