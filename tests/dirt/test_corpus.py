"""Bad input, kind by kind (corpus.py), in memory, and all together as one intake by either engine.

Whatever it is, read = accepted + duplicates + quarantined, and everybody is told which file and which column it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

import polars as pl
import pytest

from conftest import EngineAt, context_at, frame, on_both_engines
from credit_scoring.engines.engine import Engine
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.run import intake
from credit_scoring.printing import deliveries as printing
from credit_scoring.schema.table import CLIENT
from credit_scoring.settings import IntakeSettings
from credit_scoring.storage.files import Folder
from dirt.corpus import CANARIES, CASES, HEADER, Case

SENTENCES = {
    "missing": "{column} must not be empty",
    "not_legitimate": "{column} must be ",
    "conflicting_key": "rows with the same {column} must not differ",
    "cell_count": f"a record must have {len(HEADER)} cells as the header does, this one has ",
    "line_end": "a cell goes over the end of a line",
    "tolerant_delay_longer": "the delay without small debts cannot be longer than the whole delay",
}
"""How the sentence of each rule begins."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_in_memory(case: Case, take_in) -> None:
    taken = take_in({case.name: case.data(1)}, after={1: case.folder})
    said = f"{taken.refused} {[counts.finding for counts in taken.account.files]}"
    assert not [canary for canary in CANARIES if canary in said]
    assert taken.judged(lambda vectors, complete: ["approve"] * len(vectors)) == {}, "nobody brought an application"
    if case.refused is not None:
        _check_refused(case, taken.refused[1], "d1")
        assert not taken.rows
        return
    assert taken.refused == {}
    if case.left_alone:
        assert taken.account.files == []
        return
    (counts,) = taken.account.files
    counts.check()
    assert counts.finding.file == (case.delivered or case.name)
    assert taken.account.unattributed.get(1, 0) == len(case.nobodys)
    nothing = pl.DataFrame({"record": [], "made_missing": [], CLIENT: []})
    rows = taken.rows.get((1, case.table.name), nothing)
    assert (counts.finding.records, counts.accepted, counts.duplicates) == (case.records, rows.height, case.duplicates)
    assert tuple(counts.finding.unknown_columns) == case.unknown
    passed = (counts.finding.blank_records, counts.finding.empty_columns, counts.finding.padding)
    assert passed == (case.blank, case.nameless, case.padded)
    _check_rows(case, list(rows.iter_rows(named=True)), list(taken.quarantined().iter_rows(named=True)))


def test_a_history_waits_for_its_application(take_in, files_of) -> None:
    """The history is nobody's decision until the application comes, and then it counts as if both had come at once."""
    files = files_of(range(4), 3)
    application = {"application_test.csv": files.pop("application_test.csv")}

    def judged(*deliveries: Mapping[str, bytes]) -> dict[tuple[int, int], tuple[bytes, str]]:
        return take_in(*deliveries).judged(lambda vectors, complete: [str(told) for told in complete])

    assert judged(files) == {}
    waited, at_once = judged(files, application), judged({**files, **application})
    assert {(client, seq - 1): told for (client, seq), told in waited.items()} == at_once
    assert len(at_once) == 4
    assert judged(application).items().isdisjoint(at_once.items()), "the history does count"


@on_both_engines
def test_all_together(engine_at: EngineAt, tmp_path: Path, caplog, capfd) -> None:
    """One intake of all the cases: the refused stop nobody, none vanishes, every file's account adds up, and nothing
    tells a cell."""
    caplog.set_level("DEBUG", "credit_scoring")
    landing = Folder(str(tmp_path / "landing"))
    for number, case in enumerate(CASES, 1):
        source = tmp_path / "source" / name_of(number)
        source.mkdir(parents=True)
        (source / case.name).write_bytes(case.data(number))
        deliver(source, landing, name_of(number), 64_000_000)
        case.folder(tmp_path / "landing" / name_of(number))
    engine = engine_at(tmp_path / "tables")
    settings = IntakeSettings(max_file_mb=1, slot_mb=8)
    report = intake(context_at(tmp_path, engine, "run", datetime(2026, 1, 5, tzinfo=UTC), intake=settings))

    refused, accepted = dict(report.refused), {done.delivery.name: done for done in report.accepted}
    assert len(report.refused) == len(refused) == len([case for case in CASES if case.refused])
    assert len(report.accepted) == len(accepted) == len([c for c in CASES if not c.refused and not c.left_alone])
    for name, sentence in refused.items():
        case = case_of(name)
        assert case.refused is not None, sentence
        _check_refused(case, sentence, name)
    rows = {name: _rows(engine, name) for name in {case.table.name for case in CASES}}
    quarantined, touched = _rows(engine, "quarantine"), _rows(engine, "client_deliveries")
    for name, done in accepted.items():
        case, seq = case_of(name), done.delivery.seq
        assert case.refused is None, name
        (counts,) = done.files
        assert counts.finding.records == counts.accepted + counts.duplicates + counts.quarantined == case.records
        mine = [row for row in rows[case.table.name] if row["seq"] == seq]
        bad = [row for row in quarantined if row["seq"] == seq]
        assert len(mine) == counts.accepted
        _check_rows(case, mine, bad)
        clients = {row[CLIENT] for row in mine} | {row["client_id"] for row in bad}
        assert {row["client_id"] for row in touched if row["seq"] == seq} == clients - {None}, case.kind

    printed = printing.intake(report)
    ignored = [line for line in printed.splitlines() if line.startswith("Ignored columns that no table declares: ")]
    shown = [
        (case.name, ", ".join(n if n.isprintable() else ascii(n) for n in case.unknown))
        for case in CASES
        if case.unknown
    ]
    assert ignored == [f"Ignored columns that no table declares: {file}: {name}" for file, name in shown]
    commits = [
        line for log in tmp_path.glob("tables/*/_delta_log/*.json") for line in log.open() if "commitInfo" in line
    ]
    assert len(commits) > 10
    left_behind = f"{caplog.text} {capfd.readouterr()} {commits} {report} {printed} {_rows(engine, 'deliveries')}"
    assert not [canary for canary in CANARIES if canary in left_behind]


def name_of(number: int) -> str:
    return f"c{number:03d}"


def case_of(delivery: str) -> Case:
    """The case of a delivery, be it renamed."""
    return CASES[int(delivery[1:4]) - 1]


def _rows(engine: Engine, name: str) -> list[dict[str, Any]]:
    return frame(engine, name).to_dicts()


def _check_refused(case: Case, sentence: str, delivery: str) -> None:
    """The sentence has the code, names delivery and file, and whatever else the kind of error tells."""
    assert case.refused is not None
    assert sentence.endswith(f"[{case.refused.code}]"), sentence
    facts = {fact for _, fact, _, _ in Formatter().parse(case.refused.sentence + case.refused.remedy) if fact}
    assert delivery in sentence
    assert "file" not in facts or (case.delivered or case.name) in sentence, sentence
    assert bool(case.says) == bool(facts - {"delivery", "file", "more"}), "what else the sentence tells is not checked"
    assert [words for words in case.says if words not in sentence] == [], sentence


def _check_rows(case: Case, accepted: Iterable[Mapping[str, Any]], quarantined: Iterable[Mapping[str, Any]]) -> None:
    """Of each record whether it was accepted, why not, what was made missing, and whose it is."""
    good, bad = {row["record"]: row for row in accepted}, {row["record"]: row for row in quarantined}
    missing = {record: tuple(row["made_missing"]) for record, row in good.items() if row["made_missing"]}
    assert missing == dict(case.missing), case.kind
    reasons = {record: row["reasons"] for record, row in bad.items()}
    told = {record: tuple(sorted((each["rule"], each["column"]) for each in why)) for record, why in reasons.items()}
    assert told == dict(case.quarantined), case.kind
    for each in (each for why in reasons.values() for each in why):
        assert each["sentence"].startswith(SENTENCES[each["rule"]].format(column=each["column"])), each
    without_client = {record for record, row in good.items() if row[CLIENT] is None}
    without_client |= {record for record, row in bad.items() if row["client_id"] is None}
    assert without_client == {*case.nobodys, *case.waiting}, case.kind
    assert all(isinstance(json.loads(row["cells"]), dict) for row in bad.values())
