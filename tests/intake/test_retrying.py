"""Quarantined rows tried again: read as a file's rows are, with their place kept, or out with their reasons of now."""

from __future__ import annotations

import json

import polars as pl

from credit_scoring.intake.casting import REASONS
from credit_scoring.intake.reading import OWNER, QUARANTINED
from credit_scoring.intake.retrying import tried_again
from credit_scoring.schema.outcomes import OUTCOMES

OLD = {"rule": "not_legitimate", "column": "TARGET", "sentence": "an old rule"}


def row(record: int, cells: dict[str, object] | None, rule: str = "not_legitimate") -> dict[str, object]:
    return {
        "table": "outcomes",
        "file": "3#outcomes.csv",
        "record": record,
        "client_id": 7,
        OWNER: 7,
        REASONS: [{**OLD, "rule": rule}],
        "cells": None if cells is None else json.dumps(cells),
    }


def test_rows_are_read_again_and_keep_their_place() -> None:
    """5: passes as text. 6: passes as the typed values of a conflict. 7: is still wrong, for a reason of now. 8: its
    cells are gone. 9: its cells never were those of the header."""
    rows = pl.DataFrame(
        [
            row(5, {"SK_ID_CURR": "7", "TARGET": "1"}),
            row(6, {"SK_ID_CURR": 7, "TARGET": 0}, "conflicting_key"),
            row(7, {"SK_ID_CURR": "7", "TARGET": ""}),
            row(8, None),
            row(9, {"SK_ID_CURR": "7", "TARGET": "1", "cell 3": "x"}, "cell_count"),
        ],
        schema=QUARANTINED,
    )
    good, bad = tried_again(rows, OUTCOMES)
    assert good.select("SK_ID_CURR", "TARGET", "file", "record").rows() == [
        (7, 1, "3#outcomes.csv", 5),
        (7, 0, "3#outcomes.csv", 6),
    ]
    assert bad.schema == QUARANTINED
    told = {
        place: [reason["rule"] for reason in reasons] for place, reasons in bad.select("record", REASONS).iter_rows()
    }
    assert told == {7: ["missing"], 8: ["not_legitimate"], 9: ["cell_count"]}


def test_nothing_to_try_is_nothing() -> None:
    good, bad = tried_again(QUARANTINED.to_frame(), OUTCOMES)
    assert (good.height, bad.height) == (0, 0)
