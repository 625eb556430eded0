"""A generated lender's rows as the lender's files: CSV with its names, its headers and its order of columns."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from credit_scoring.errors.usage import MORE_OUTCOMES_THAN_CLIENTS
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import table
from credit_scoring.synthetic.lender import blocks_of

FILES = {
    "bureau": "bureau.csv",
    "bureau_balance": "bureau_balance.csv",
    "previous_application": "previous_application.csv",
    "pos_cash_balance": "POS_CASH_balance.csv",
    "installments_payments": "installments_payments.csv",
    "credit_card_balance": "credit_card_balance.csv",
}
WITH_OUTCOME, NEW = "application_train.csv", "application_test.csv"


def write(directory: Path, clients: range, outcomes: int, seed: int) -> dict[str, int]:
    """Write the files of these clients into `directory` (made if need be); records by file name.

    The first `outcomes` of the clients have an outcome and are in application_train.csv, with TARGET; the others are
    new and in application_test.csv. A file that would hold no application is not written. Same arguments, same bytes.
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
        for block in blocks_of(group, seed):
            rows = {FILES[name]: block[name] for name in FILES}
            rows[file] = _with_target(block) if file == WITH_OUTCOME else block["application"]
            for name, frame in rows.items():
                with (directory / name).open("ab") as out:
                    frame.write_csv(out, include_header=out.tell() == 0)
                records[name] += frame.height
    return records


def _with_target(block: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The applications with their outcome, in the lender's order of columns."""
    rows = block["application"].join(block["outcomes"], on=CLIENT, how="left", maintain_order="left")
    return rows.select(column.name for column in table("application").columns)
