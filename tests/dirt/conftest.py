"""Intake and score without Spark: the very functions that Spark's tasks run, on deliveries of a few clients."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from credit_scoring.clients.snapshot import INCOMPLETE, QUARANTINED, case_matrix, snapshot
from credit_scoring.engines.blocks import from_block, joined
from credit_scoring.errors import DeliveryRefused
from credit_scoring.file_format import DEFAULT_FORMATS, LenderFormat
from credit_scoring.intake.deliver import deliver
from credit_scoring.intake.expected import HISTORIES
from credit_scoring.intake.inspection import Limits
from credit_scoring.intake.judge import judge_of
from credit_scoring.intake.owners import CREDIT
from credit_scoring.intake.partitions import ACCEPTED, BAD, UNNAMED, stage_slot
from credit_scoring.intake.reading import OWNER
from credit_scoring.intake.reconciliation import Account, account
from credit_scoring.intake.sources import table_of
from credit_scoring.intake.staging import Work, read_delivered
from credit_scoring.intake.waiting import manifest_of, waiting
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.table import CLIENT, FILE, MADE_MISSING, SEQ
from credit_scoring.schema.tables import SOURCES
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.writing import write

LIMITS = Limits(max_bytes=1_000_000, max_inflation=200)
SLOTS = 2

Files = Mapping[str, bytes]
Decide = Callable[[np.ndarray, np.ndarray], Sequence[str]]
"""Vectors and file_complete -> decisions."""


@dataclass
class TakenIn:
    """What intake made of some deliveries; seqs follow their order, from 1.

    `rows`: accepted, by (seq, table). `bad`: quarantined, with seq. `refused`: sentences by seq.
    """

    account: Account = field(default_factory=Account)
    rows: dict[tuple[int, str], pl.DataFrame] = field(default_factory=dict)
    bad: list[pl.DataFrame] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def quarantined(self) -> pl.DataFrame:
        return pl.concat(
            [pl.DataFrame(schema={"table": pl.String, "record": pl.Int64, SEQ: pl.Int64}), *self.bad], how="diagonal"
        )

    def check(self) -> None:
        """Every record is accepted, a duplicate or quarantined: `account` raises otherwise; here by the rows."""
        for counts in self.account.files:
            if counts.finding.refusal is None:
                counts.check()

    def table(self, name: str) -> pl.DataFrame:
        """All accepted rows of a table, as the gather hands them to `snapshot`."""
        of_table = [
            frame.with_columns(pl.col(MADE_MISSING).is_not_null().alias(INCOMPLETE))
            for (_, of), frame in self.rows.items()
            if of == name
        ]
        source = next(source for source in SOURCES if source.name == name)
        schema = {**source.stored_schema(), INCOMPLETE: pl.Boolean}
        return pl.concat([pl.DataFrame(schema=schema), *(frame.select(list(schema)) for frame in of_table)])

    def spoilt(self) -> pl.DataFrame:
        """The quarantine as the gather hands it to `snapshot` (intake.appending and clients.gather do this in SQL)."""
        bad = self.quarantined()
        if bad.is_empty():
            return QUARANTINED.to_frame()
        credit = pl.when(pl.col("table") == BUREAU_BALANCE.name).then(pl.col(OWNER)).alias("credit")
        bad = bad.with_columns(credit)
        owners = self.owners()
        named = _known_owner(bad, owners).with_columns(pl.coalesce("client_id", CLIENT).alias("client_id"))
        attributed = pl.concat(
            [named.filter(pl.col("client_id").is_not_null()), self._adopted_bad(named, owners)], how="diagonal"
        ).with_columns(any_clients=pl.lit(False))
        nobodys = bad.filter(pl.col("client_id").is_null() & pl.col("credit").is_null()).drop("client_id")
        touched = [self.table(source.name).select(pl.col(CLIENT).alias("client_id"), SEQ) for source in SOURCES]
        everyone = pl.concat([*touched, attributed.select("client_id", SEQ)]).drop_nulls().unique()
        any_clients = nobodys.join(everyone, on=SEQ).with_columns(any_clients=pl.lit(True))
        columns = [pl.col(name).cast(kind) for name, kind in QUARANTINED.items()]
        return pl.concat([attributed.select(columns), any_clients.select(columns)]).unique()

    def owners(self) -> pl.DataFrame:
        """credit, CLIENT, since: whose each credit is since which delivery."""
        return self.table(BUREAU.name).select(pl.col(CREDIT).alias("credit"), CLIENT, pl.col(SEQ).alias("since"))

    def name(self) -> None:
        """Balances whose client their own delivery does not tell get it from an earlier one (intake.balances does this
        in SQL)."""
        owners = self.owners()
        for (seq, table), frame in self.rows.items():
            if table == BUREAU_BALANCE.name:
                named = _known_owner(frame.rename({CREDIT: "credit", CLIENT: "own"}), owners)
                told = named.with_columns(pl.coalesce("own", CLIENT).alias(CLIENT)).rename({"credit": CREDIT})
                self.rows[seq, table] = told.select(frame.columns)

    def adopt(self) -> None:
        """Balances that waited for their credit stand again under the delivery that brings it, unless that holds
        balances of the credit itself, or they are not its latest (intake.balances does this in SQL)."""
        delivered = {seq: frame for (seq, table), frame in self.rows.items() if table == BUREAU_BALANCE.name}
        for to in sorted({seq for seq, table in self.rows if table == BUREAU.name}):
            brought = self.owners().filter(since=to).select(pl.col("credit").alias(CREDIT), CLIENT)
            settled = [delivered[to].select(CREDIT)] if to in delivered else []
            for seq in sorted((seq for seq in delivered if seq < to), reverse=True):
                latest = delivered[seq].join(pl.concat([brought.select(CREDIT).clear(), *settled]), CREDIT, "anti")
                settled.append(delivered[seq].select(CREDIT))
                waiting = latest.filter(pl.col(CLIENT).is_null()).drop(CLIENT)
                file = pl.format("{}/{}", pl.lit(seq), pl.col(FILE)).alias(FILE)
                moved = [file, pl.lit(to, pl.Int64).alias(SEQ)]
                adopted = waiting.join(brought, CREDIT).with_columns(moved).select(latest.columns)
                place = (to, BUREAU_BALANCE.name)
                self.rows[place] = pl.concat([self.rows[place], adopted]) if place in self.rows else adopted

    def _adopted_bad(self, named: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
        """Quarantined balances that waited for their credit, again as those of the client who came with it."""
        waiting = named.filter(pl.col("client_id").is_null() & pl.col("credit").is_not_null())
        later = waiting.drop("client_id", CLIENT, "since").join(owners, "credit").filter(pl.col("since") > pl.col(SEQ))
        balances = self.table(BUREAU_BALANCE.name).filter(~pl.col(FILE).str.contains("/", literal=True))
        newer = balances.select(pl.col(CREDIT).alias("credit"), pl.col(SEQ).alias("newer")).unique()
        replaced = later.join(newer, "credit").filter(pl.col("newer").is_between(pl.col(SEQ) + 1, pl.col("since")))
        left = later.join(replaced, ["table", "file", "record", SEQ, "since"], "anti")
        return left.with_columns(pl.col(CLIENT).alias("client_id"), pl.col("since").alias(SEQ))

    def judged(self, decide: Decide) -> dict[tuple[int, int], tuple[bytes, str]]:
        """(client, seq) -> digest of the vector, and decision, of every touched client with an application."""
        applied = self.table("application").select(pl.col(CLIENT).alias("client_id"), pl.col(SEQ).alias("since"))
        quarantine = self.spoilt()
        accepted = [self.table(source.name).select(pl.col(CLIENT).alias("client_id"), SEQ) for source in SOURCES]
        touched = pl.concat([*accepted, quarantine.select("client_id", SEQ)]).drop_nulls().unique()
        cases = touched.join(applied, on="client_id").filter(pl.col("since") <= pl.col(SEQ))
        cohort = cases.select("client_id", pl.col(SEQ).alias("as_of")).unique()
        if cohort.is_empty():
            return {}
        found = snapshot({source.name: self.table(source.name) for source in SOURCES}, quarantine, cohort, SOURCES)
        vectors = case_matrix(found)
        decisions = decide(vectors, found.cases["file_complete"].to_numpy())
        keys = found.cases.select("client_id", "as_of").iter_rows()
        return {key: (hashlib.sha256(vectors[i]).digest(), str(decisions[i])) for i, key in enumerate(keys)}


def not_among(files: Files) -> list[str]:
    """The histories that these files hold nothing of, on purpose."""
    there = {table.name for file in files if (table := table_of(file)) is not None}
    return [name for name in HISTORIES if name not in there]


@pytest.fixture(scope="session")
def take_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., TakenIn]:
    """Deliveries, each a mapping of file names to bytes -> TakenIn.

    `after`: what is done to a delivery's folder once its manifest is written, by the number of the delivery. A folder
    that is left alone keeps its seq, as though it had come and brought nothing.
    """
    root, numbers = tmp_path_factory.mktemp("dirt"), iter(range(10**9))

    def take(
        *deliveries: Files,
        after: Mapping[int, Callable[[Path], object]] | None = None,
        formats: LenderFormat = DEFAULT_FORMATS,
    ) -> TakenIn:
        here = root / f"{next(numbers)}"
        landing = Folder(str(here / "landing"))
        work: list[Work] = []
        done = TakenIn()
        for seq, files in enumerate(deliveries, 1):
            name = f"d{seq}"
            source = here / "source" / name
            source.mkdir(parents=True)
            for file, data in files.items():
                (source / file).write_bytes(data)
            deliver(source, landing, name, 64_000_000, without=not_among(files), formats=formats)
            if change := (after or {}).get(seq):
                change(here / "landing" / name)
        for found in waiting(landing, [], judge_of(formats)):
            delivered = replace(found, seq=int(found.name[1]))
            try:
                manifest = manifest_of(landing, delivered, {}, LIMITS)
                work += [
                    Work(delivered.name, delivered.seq, file, manifest.format_of(file, formats))
                    for file in manifest.files
                ]
            except DeliveryRefused as refused:
                done.refused[delivered.seq] = str(refused)
        return _staged(landing, work, done)

    return take


def _staged(landing: Folder, work: Sequence[Work], done: TakenIn) -> TakenIn:
    if not work:
        return done
    held: dict[int, dict[str, list[pl.DataFrame]]] = {}
    for each in work:
        for block in _read(each, landing.read(each.delivery, each.file.name)).to_pylist():
            held.setdefault(block["slot"], {}).setdefault(block["label"], []).append(from_block(block["block"]))
    made = [batch for slot in sorted(held) for batch in stage_slot(joined(held[slot]))]
    table = pa.Table.from_batches(made)
    staged = table.to_pylist()
    done.account = account(pl.DataFrame(pl.from_arrow(table.drop_columns("block"))))
    done.refused |= {seq: str(why) for seq, why in done.account.refusals().items()}
    for row in staged:
        if row["seq"] in done.refused or row["block"] is None:
            continue
        frame = from_block(row["block"])
        if row["kind"] in (ACCEPTED, UNNAMED):
            place = (row["seq"], row["table"])
            done.rows[place] = pl.concat([done.rows[place], frame]) if place in done.rows else frame
        elif row["kind"] == BAD:
            done.bad.append(frame)
    done.name()
    done.adopt()
    return done


def _known_owner(rows: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """Rows with credit and seq, with CLIENT and `since` of the latest delivery up to theirs that says whose it is."""
    return rows.sort(SEQ).join_asof(
        owners.sort("since"), left_on=SEQ, right_on="since", by="credit", check_sortedness=False
    )


@lru_cache(maxsize=300)
def _read(work: Work, content: bytes) -> pa.RecordBatch:
    """What the map task makes of a file; of a file that is not spoilt once for many deliveries."""
    return read_delivered(
        {(work.delivery, work.file.name): work}, SLOTS, LIMITS, work.delivery, work.file.name, content
    )


@pytest.fixture(scope="session")
def files_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[range, int], dict[str, bytes]]:
    """(clients, seed) -> the files of these generated clients, none of whom has an outcome."""

    def files(clients: range, seed: int) -> dict[str, bytes]:
        folder: Path = tmp_path_factory.mktemp("generated")
        write(folder, clients, 0, seed)
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    return files
