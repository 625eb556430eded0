from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.errors import Fault
from credit_scoring.features.reasons import Reason
from credit_scoring.publishing import scores_csv
from credit_scoring.publishing.scores_csv import HEADER, csv_frame, harmless, to_csv
from credit_scoring.schema.arrow_types import polars_schema
from credit_scoring.scoring import history
from credit_scoring.scoring.rows import SCORE_HISTORY
from credit_scoring.storage.files import Folder

REASONS = list(Reason)[:6]
POINTS = st.floats(-60, 60, allow_nan=False)
SCHEMA = {name: dtype for name, dtype in polars_schema(SCORE_HISTORY.types()).items() if name in scores_csv.READS}


def row(client: int, start: float, *reasons: float, absent: bool = False, delivery: str = "may") -> dict[str, object]:
    """A row of score_history with reasons of so many points, which are AGENCY_SCORE_1, 2, ... in their order."""
    parts = [{"code": r.code, "points": p, "absent": absent} for r, p in zip(REASONS, reasons, strict=False)]
    points = start + sum(reasons)
    return {
        "client_id": client,
        "probability": 0.0833333333,
        "points": points,
        "score": math.floor(points + 0.5),
        "cut_off": 500,
        "decision": "approve",
        "start_points": start,
        "reasons": sorted(parts, key=lambda part: part["points"]),
        "delivery": delivery,
        "scored_at": datetime(2024, 5, 1, 10, 30, 0, 123456, tzinfo=UTC),
        "model_version": 2,
    }


def cells(*rows: dict[str, object]) -> list[dict[str, str]]:
    """The CSV of the rows as a reader of CSV sees it."""
    text = (",".join(HEADER) + "\n").encode() + to_csv(csv_frame(pl.DataFrame(list(rows), SCHEMA)))
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def test_a_line_says_score_reasons_and_where_it_comes_from() -> None:
    """500.0 - 20.4 - 3.2 + 7.0 = 483.4, rounded 483. Down: 500 - 21 - 4 + 7 = 482; the one goes to -3.2."""
    (line,) = cells(row(7, 500.0, -20.4, 7.0, -3.2))
    assert line == {
        "client_id": "7",
        "probability": "0.083333",
        "score": "483",
        "cut_off": "500",
        "decision": "approve",
        "start_points": "500",
        "reason_1_code": "AGENCY_SCORE_1",
        "reason_1_points": "-21",
        "reason_1_text": "Score given by credit agency 1",
        "reason_2_code": "AGENCY_SCORE_3",
        "reason_2_points": "-3",
        "reason_2_text": "Score given by credit agency 3",
        **{f"reason_{place}_{what}": "" for place in (3, 4) for what in ("code", "points", "text")},
        "other_points": "7",
        "delivery": "may",
        "scored_at": "2024-05-01T10:30:00Z",
        "model_version": "2",
    }


def test_an_absence_has_a_sentence_of_its_own() -> None:
    (line,) = cells(row(7, 500.0, -20.0, absent=True))
    assert line["reason_1_text"] == "No score from credit agency 1"


def test_at_most_four_reasons_and_only_those_that_take_points() -> None:
    most, none = cells(row(1, 500.0, -1.0, -2.0, -3.0, -4.0, -5.0, 9.0), row(2, 500.0, 0.0, 5.0))
    assert [most[f"reason_{place}_points"] for place in (1, 2, 3, 4)] == ["-5", "-4", "-3", "-2"]
    assert most["other_points"] == "8"  # 9 - 1
    assert [none[f"reason_{place}_code"] for place in (1, 2, 3, 4)] == [""] * 4


@given(st.lists(st.tuples(st.floats(300, 700), st.lists(POINTS, min_size=1, max_size=6)), min_size=1, max_size=20))
def test_whole_points_add_up_to_the_score(clients: list[tuple[float, list[float]]]) -> None:
    rows = [row(i, start, *reasons) for i, (start, reasons) in enumerate(clients)]
    for line, (start, reasons) in zip(cells(*rows), clients, strict=True):
        taken = [int(line[f"reason_{place}_points"] or 0) for place in (1, 2, 3, 4)]
        assert int(line["start_points"]) + sum(taken) + int(line["other_points"]) == int(line["score"])
        assert abs(int(line["start_points"]) - start) < 1
        for whole, exact in zip(taken, sorted(p for p in reasons if p < 0), strict=False):
            assert abs(whole - exact) < 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_a_text(text: str) -> None:
    assert pl.select(harmless(pl.lit(text))).item() == f"'{text}"
    (line,) = cells(row(1, 500.0, -1.0, delivery=text))
    assert line["delivery"] == f"'{text}"


@pytest.mark.parametrize("text", ["may", "2024-05", "a=b", "", None])
def test_other_cells_stay_as_they_are(text: str | None) -> None:
    assert pl.select(harmless(pl.lit(text, pl.String))).item() == text


ALL = Scan(history.TABLE, scores_csv.READS)


@pytest.fixture
def scored(engine: Engine) -> Engine:
    """Rows of score_history, in two commits and in no order."""
    history.create(engine)
    for number, clients in enumerate([(5, 3, 9), (1, 8, 2)]):
        rows = [row(client, 500.0 + client / 7, -client / 3, client / 5) for client in clients]
        lines = pl.DataFrame(rows, SCHEMA, strict=False)
        every = pl.DataFrame(schema=polars_schema(SCORE_HISTORY.types()))
        engine.append(history.TABLE, pl.concat([every, lines], how="diagonal"), f"{number}")
    return engine


def test_the_file_is_sorted_by_client_whatever_the_order_of_the_rows(scored, tmp_path) -> None:
    once = scores_csv.write(scored, ALL, Folder(str(tmp_path / "a")), "run-1")
    scored.compact(history.TABLE, [], 168)
    again = scores_csv.write(scored, ALL, Folder(str(tmp_path / "b")), "run-1")
    text = (tmp_path / "a" / "scores.csv").read_text()
    assert [line.split(",")[0] for line in text.splitlines()] == ["client_id", "1", "2", "3", "5", "8", "9"]
    assert (tmp_path / "b" / "scores.csv").read_text() == text
    assert (once.clients, again.sha256) == (6, once.sha256)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["scores.csv"]


def test_a_file_that_is_there_is_never_changed(scored, tmp_path) -> None:
    folder = Folder(str(tmp_path))
    first = scores_csv.write(scored, ALL, folder, "run-1")
    assert scores_csv.write(scored, ALL, folder, "run-1") == first
    (tmp_path / "scores.csv").write_text("read by somebody\n")
    with pytest.raises(Fault, match="never changed"):
        scores_csv.write(scored, ALL, folder, "run-1")
    assert (tmp_path / "scores.csv").read_text() == "read by somebody\n"


def test_nobody_scored_is_a_file_with_a_header(scored, tmp_path) -> None:
    written = scores_csv.write(scored, replace(ALL, among={"client_id": [7]}), Folder(str(tmp_path)), "run-1")
    assert (tmp_path / "scores.csv").read_text() == ",".join(HEADER) + "\n"
    assert written.clients == 0
