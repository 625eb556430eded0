"""A generated lender's rows as the lender's files: CSV with its names, its headers and its order of columns."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl

from credit_scoring.errors.usage import MORE_OUTCOMES_THAN_CLIENTS
from credit_scoring.progress import counted
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import HISTORIES
from credit_scoring.synthetic.block import BLOCK_SIZE
from credit_scoring.synthetic.dirt import DUPLICATE, LEDGER, spoil, write_ledger
from credit_scoring.synthetic.lender import blocks_of

FILES = {table.name: table.file for table in HISTORIES}
WITH_OUTCOME, NEW = "application_train.csv", "application_test.csv"


def write(directory: Path, clients: range, outcomes: int, seed: int, dirt: float = 0) -> dict[str, int]:
    """Write the files of these clients into `directory` (made if need be); records by file name.

    The first `outcomes` of the clients have an outcome and are in application_train.csv, with TARGET; the others are
    new and in application_test.csv. A file that would hold no application is not written. Same arguments, same bytes.
    `dirt`: about which part of the rows is spoilt; what was done to them is in spoilt.csv (see synthetic.dirt).
    Raises UsageError when `outcomes` is not between 0 and the number of clients.
    """
    if not 0 <= outcomes <= len(clients):
        raise MORE_OUTCOMES_THAN_CLIENTS(clients=len(clients), outcomes=outcomes)
    directory.mkdir(parents=True, exist_ok=True)
    names = [WITH_OUTCOME] * (outcomes > 0) + [NEW] * (outcomes < len(clients)) + list(FILES.values())
    for name in names:
        (directory / name).unlink(missing_ok=True)
    records = dict.fromkeys(names, 0)
    known, new = clients[:outcomes], clients[outcomes:]
    for group, file in ((known, WITH_OUTCOME), (new, NEW)):
        for block in counted(blocks_of(group, seed), -(-len(group) // BLOCK_SIZE)):
            rows = {FILES[name]: block[name] for name in FILES}
            rows[file] = _with_target(block) if file == WITH_OUTCOME else block["application"]
            for name, frame in rows.items():
                with (directory / name).open("ab") as out:
                    frame.write_csv(out, include_header=out.tell() == 0)
                records[name] += frame.height
    (directory / LEDGER).unlink(missing_ok=True)  # of other rows, which were here before
    if dirt:
        of_file = {table.file: table for table in HISTORIES}
        spoilt = [
            line for name in names for line in spoil(directory / name, of_file.get(name, APPLICATION), dirt, seed)
        ]
        write_ledger(directory, spoilt)
        twice = Counter(line.file for line in spoilt if line.becomes == DUPLICATE)
        records = {name: count + twice[name] for name, count in records.items()} | {LEDGER: len(spoilt)}
    return records


def _with_target(block: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The applications with their outcome, in the lender's order of columns."""
    rows = block["application"].join(block["outcomes"], on=CLIENT, how="left", maintain_order="left")
    return rows.select(column.name for column in APPLICATION.columns)
