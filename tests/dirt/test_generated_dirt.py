"""`generate --dirt`: what its ledger says was spoilt is what intake finds, row by row, and nothing else."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from credit_scoring.schema.tables import TABLES
from credit_scoring.synthetic.dirt import LEDGER, WAYS
from credit_scoring.synthetic.writing import write


def test_intake_finds_what_the_ledger_says(take_in, tmp_path: Path) -> None:
    records = write(tmp_path / "a", range(60), 30, seed=5, dirt=0.1)
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    ledger = pl.read_csv(files.pop(LEDGER))
    assert {*ledger["how"]} == {way.how for way in WAYS}
    assert 0.07 < ledger.height / sum(n for name, n in records.items() if name != LEDGER) < 0.13
    taken = take_in(files)
    assert taken.refused == {}
    assert {counts.finding.file: counts.finding.records for counts in taken.account.files} == {
        name: count for name, count in records.items() if name != LEDGER
    }

    def told(becomes: str, *columns: str) -> list[tuple[object, ...]]:
        return sorted(ledger.filter(pl.col("becomes") == becomes).select("file", *columns).rows())

    assert sorted(taken.quarantined().select("file", "record").rows()) == told("quarantined", "record")
    missing = [
        (row["file"], row["record"], column)
        for table in TABLES
        for row in taken.rows.get((1, table.name), pl.DataFrame({"made_missing": []})).iter_rows(named=True)
        for column in row["made_missing"] or []
    ]
    assert sorted(missing) == told("made_missing", "record", "column")
    for counts in taken.account.files:
        assert counts.duplicates == len(
            [line for line in told("duplicate", "record") if line[0] == counts.finding.file]
        )


def test_the_same_seed_spoils_the_same_rows(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, range(5), 0, seed=5, dirt=0.3)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
