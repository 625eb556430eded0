"""What of a delivery does not read, told by column and by cause."""

import polars as pl

from credit_scoring.intake.casting import REASON
from credit_scoring.intake.unread import sentences, together, unread_in
from credit_scoring.ledger.events import Unread
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.table import MADE_MISSING, RECORD

CELLS = pl.DataFrame({
    RECORD: [1, 2, 3, 4],
    "AMT_ANNUITY": ["NULL", "null", "-7", None],
    "AMT_CREDIT_SUM": ["NULL", "12", "NULL", "5"],
})  # fmt: skip
GOOD = pl.DataFrame({
    RECORD: [1, 2, 3],
    MADE_MISSING: [["AMT_ANNUITY", "AMT_CREDIT_SUM"], ["AMT_ANNUITY"], ["AMT_ANNUITY", "AMT_CREDIT_SUM"]],
})  # fmt: skip
REASONS = [{"rule": "missing", "column": "DAYS_CREDIT", "sentence": "DAYS_CREDIT must not be empty"}]
BAD = pl.DataFrame({"reasons": [REASONS]}, schema={"reasons": pl.List(REASON)})


def test_cells_are_counted_by_column_and_texts_are_told_only_where_they_are_nobodys() -> None:
    assert unread_in(CELLS, GOOD, BAD, BUREAU) == (
        Unread("bureau", "AMT_CREDIT_SUM", "made missing", "not_legitimate", "NULL", 2),
        Unread("bureau", "AMT_ANNUITY", "made missing", "not_legitimate", None, 1),
        Unread("bureau", "AMT_ANNUITY", "made missing", "not_legitimate", "NULL", 1),
        Unread("bureau", "AMT_ANNUITY", "made missing", "not_legitimate", "null", 1),
        Unread("bureau", "DAYS_CREDIT", "quarantined", "missing", None, 1),
    )
    assert unread_in(CELLS, GOOD.clear(), BAD.clear(), BUREAU) == ()


def test_one_cause_is_one_sentence_however_many_columns_it_spoils() -> None:
    found = [Unread("bureau", f"C{i}", "made missing", "not_legitimate", "NULL", 10 + i) for i in range(5)]
    found += [Unread("bureau", "C0", "made missing", "not_legitimate", None, 3)]
    found += [Unread("application", "AMT_CREDIT", "quarantined", "not_legitimate", None, 6)]
    assert sentences(found) == [
        "'NULL' stands in 60 cells of 5 columns (bureau.C4 14, bureau.C3 13, bureau.C2 12 and 2 more), and no format "
        "says that it is nothing: if it is, set intake.format.nothing and deliver again",
        "3 cells of 1 column hold no legitimate value and were made missing (bureau.C0 3)",
        "records are in quarantine for application.AMT_CREDIT 6",
    ]
    assert sentences([]) == []


def test_files_are_told_together() -> None:
    one = Unread("bureau", "C", "made missing", "not_legitimate", None, 2)
    assert together([one, one]) == (Unread("bureau", "C", "made missing", "not_legitimate", None, 4),)
