"""What a format may say, and whose word goes first."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from credit_scoring.file_format import DEFAULT, Format, LenderFormat


def test_a_manifest_goes_before_the_table_and_that_before_the_lender() -> None:
    lender = LenderFormat(
        delimiter=";", decimal=",", nothing=("NULL",), tables={"bureau": Format(decimal=".", encoding="cp1252")}
    )
    assert lender.of("application").declared() == {"delimiter": ";", "decimal": ",", "nothing": ["NULL"]}
    assert lender.of("bureau").declared() == {"delimiter": ";", "nothing": ["NULL"], "encoding": "cp1252"}
    told = lender.of("bureau", Format(delimiter=",", nothing=()), None, Format(encoding="utf-8"))
    assert told == DEFAULT, "what is set to a default is set"


def test_one_encoding_has_one_name() -> None:
    assert {Format(encoding=name) for name in ("windows-1252", "cp1252", "CP1252")} == {Format(encoding="cp1252")}
    assert Format(encoding="utf-8-sig") == Format(encoding="UTF8") == DEFAULT


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"encoding": "utf-99"}, "there is no encoding"),
        ({"encoding": "rot13"}, "is no encoding of files"),
        ({"encoding": "unicode_escape"}, "is no encoding of files"),
        ({"delimiter": "§"}, "must be an ASCII character"),
        ({"delimiter": "\n"}, "must be an ASCII character"),
        ({"delimiter": ";;"}, "at most 1 character"),
        ({"delimiter": ";", "quote": ";"}, "delimiter, quote and escape must differ"),
        ({"decimal": ",", "thousands": ","}, "decimal, thousands and minus must differ"),
        ({"thousands": "0"}, "no digit"),
        ({"nothing": ["-1"]}, "is a number"),
        ({"nothing": [None]}, "put each in quotes"),
        ({"is_true": [True]}, "put each in quotes"),
        ({"is_true": ["x"], "nothing": ["x"]}, "in one of nothing, is_true and is_false only"),
        ({"separator": ";"}, "Extra inputs are not permitted"),
    ],
)
def test_what_would_mean_two_things_or_none_is_refused(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Format.model_validate(wrong)
