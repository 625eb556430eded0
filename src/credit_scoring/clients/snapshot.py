"""What was known of a client at a delivery, from rows of all deliveries: pure polars, on one slot's clients.

Known at N is what accepted deliveries up to N brought; of an owner's rows (a client's, in bureau_balance a credit's)
only those of its latest such delivery, because a delivery's rows replace the owner's earlier rows of that table.

A client may be asked for at two deliveries at once. Each such *case* gets a number of its own, which stands in for the
client in the resolved rows: whoever groups them by SK_ID_CURR groups by case and need not know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from credit_scoring.errors.faults import CASES_WITHOUT_APPLICATION
from credit_scoring.explanation.arrays import Matrix
from credit_scoring.features.vector import client_vectors
from credit_scoring.schema.table import CLIENT, SEQ, Table

INCOMPLETE = "incomplete"
"""Boolean column of the rows: a cell of the row was made missing at intake."""

CASE = "case"
FLAW = "flaw"
"""Text column: what of a client's file could not be used: a table, and whether `cells` of its rows were made missing or
whole `rows` of it are quarantined ("bureau.rows")."""
_PLACE = "place"

QUARANTINED = pl.Schema(
    {"client_id": pl.Int64, "table": pl.String, SEQ: pl.Int64, "credit": pl.Int64, "any_clients": pl.Boolean}
)
"""A client of whom a delivery has quarantined rows in a table. `credit`: whose rows they are, where the table's owner
is the credit; else null. `any_clients`: whose they are cannot be read, so they may be those of any client of the
delivery."""


_NO_FLAWS = pl.DataFrame(schema={CASE: pl.Int64, FLAW: pl.String})


@dataclass(frozen=True)
class Snapshot:
    """Clients as known.

    `tables`: table -> its current rows, declared columns, with the case (0 .. n - 1) in SK_ID_CURR.
    `cases`: one row a case, sorted by case: case Int64, client_id, as_of, what else the cohort's rows held, and
    file_complete Boolean. `flaws`: case, flaw; why files are incomplete, none of a case whose file is complete.
    """

    tables: Mapping[str, pl.DataFrame]
    cases: pl.DataFrame
    flaws: pl.DataFrame = field(default_factory=lambda: _NO_FLAWS)


def snapshot(
    rows: Mapping[str, pl.DataFrame], quarantine: pl.DataFrame, cohort: pl.DataFrame, sources: Sequence[Table]
) -> Snapshot:
    """Resolves a slot.

    `rows`: table -> declared columns, SK_ID_CURR, seq, incomplete; accepted seqs only, of any clients; every one of
    `sources` is there. `quarantine`: as QUARANTINED; accepted seqs only. `cohort`: client_id, as_of, ...
    """
    cases = cohort.sort("client_id", "as_of").with_row_index(CASE).with_columns(pl.col(CASE).cast(pl.Int64))
    keys = cases.select(CASE, "as_of", pl.col("client_id").alias(CLIENT))
    bad = quarantine
    if not bad.is_empty():
        bad = _up_to(bad.rename({"client_id": CLIENT}), keys)
        bad = bad.filter(pl.col("table").is_in([source.name for source in sources]))
    tables, flawed, current = {}, [_NO_FLAWS], []
    for source in sources:
        seen = _up_to(rows[source.name], keys)
        now = _latest(seen, source)
        if now.get_column(INCOMPLETE).any():
            cells = now.select(CASE, INCOMPLETE).filter(pl.col(INCOMPLETE))
            flawed.append(cells.select(CASE, pl.lit(f"{source.name}.cells").alias(FLAW)))
        if not bad.is_empty():
            current.append(_current(seen, bad, source))
        kept = now[[name for name in now.columns if name not in (CASE, SEQ, INCOMPLETE)]]
        tables[source.name] = kept.replace_column(kept.get_column_index(CLIENT), now.get_column(CASE).alias(CLIENT))
    if not bad.is_empty():
        flawed.append(_spoilt(bad, pl.concat(current), sources))
    flaws = pl.concat(flawed)
    incomplete = flaws[CASE].unique()
    return Snapshot(tables, cases.with_columns(file_complete=~pl.col(CASE).is_in(incomplete.implode())), flaws)


def _up_to(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """The rows that each case could see, with its number. `keys`: by client."""
    clients = keys.get_column(CLIENT).to_numpy()
    if not rows.get_column(CLIENT).null_count() and len(clients) and (clients[1:] != clients[:-1]).all():
        # Each client is asked for once, as nearly always: then no join is needed, nor a cell copied.
        of_rows = rows.get_column(CLIENT).to_numpy()
        cases = np.minimum(np.searchsorted(clients, of_rows), len(clients) - 1)
        seen = (clients[cases] == of_rows) & (
            rows.get_column(SEQ).to_numpy() <= keys.get_column("as_of").to_numpy()[cases]
        )
        case = keys.get_column(CASE).gather(cases)
        return rows.hstack([case]) if seen.all() else rows.hstack([case]).filter(pl.Series(seen))
    places = rows.select(CLIENT, SEQ).with_row_index(_PLACE).join(keys, on=CLIENT, maintain_order="left")
    places = places.filter(pl.col(SEQ) <= pl.col("as_of"))
    every = pl.int_range(rows.height, dtype=pl.get_index_type(), eager=True)
    # Nearly always each row is seen, and by one case: then not a cell of them is copied.
    seen = rows if places[_PLACE].equals(every) else rows[places[_PLACE]]
    return seen.with_columns(places[CASE])


def _latest(seen: pl.DataFrame, source: Table) -> pl.DataFrame:
    """Of each owner the rows of its latest delivery."""
    if seen[SEQ].min() == seen[SEQ].max():
        return seen  # all of one delivery, as nearly always: nothing was replaced
    owner = [CASE] if source.owner == CLIENT else [CASE, source.owner]
    return seen.join(seen.group_by(owner).agg(pl.col(SEQ).max()), on=[*owner, SEQ], how="semi")


def _current(seen: pl.DataFrame, bad: pl.DataFrame, source: Table) -> pl.DataFrame:
    """The latest delivery with rows of each owner whose case has quarantined ones: case, table, credit (null unless
    that is the owner), current."""
    credit = pl.lit(None, pl.Int64) if source.owner == CLIENT else pl.col(source.owner)
    concerned = seen.select(CASE, SEQ, credit.alias("credit")).join(bad, on=CASE, how="semi")
    latest = concerned.group_by(CASE, "credit").agg(pl.col(SEQ).max().alias("current"))
    return latest.select(CASE, pl.lit(source.name).alias("table"), "credit", "current")


def _spoilt(bad: pl.DataFrame, current: pl.DataFrame, sources: Sequence[Table]) -> pl.DataFrame:
    """The flaws of cases of whom a table has quarantined rows that no later delivery made good.

    A row that may be anybody's is made good when all that the case has in the table is newer; where a client has one
    row, its own in the same delivery shows that the other was not its. Outcomes are not part of a client's file, so
    what was quarantined of them spoils nothing.
    """
    oldest = current.group_by(CASE, "table").agg(pl.col("current").min().alias("oldest"))
    beside = bad.join(current, on=[CASE, "table", "credit"], how="left", nulls_equal=True)
    beside = beside.join(oldest, on=[CASE, "table"], how="left")
    one_a_client = pl.col("any_clients") & pl.col("table").is_in(
        [source.name for source in sources if source.key == (CLIENT,)]
    )
    another = pl.col("oldest") + one_a_client.cast(pl.Int64) > pl.col(SEQ)
    of_a_credit = pl.col("table").is_in([source.name for source in sources if source.owner != CLIENT])
    of_which_is_gone = of_a_credit & pl.col("credit").is_null()  # the cells of old quarantined rows are emptied
    unsure = pl.col("any_clients") | of_which_is_gone
    made_good = pl.when(unsure).then(another).otherwise(pl.col("current") > pl.col(SEQ))
    return beside.filter(~made_good.fill_null(False)).select(CASE, (pl.col("table") + ".rows").alias(FLAW))


def case_matrix(snapshot: Snapshot) -> Matrix:
    """One vector a case, float32 [n, F] in the order of `snapshot.cases`; Fault when a case has no application."""
    clients, vectors = client_vectors(snapshot.tables)
    if not clients.equals(snapshot.cases[CASE].rename(CLIENT)):
        raise CASES_WITHOUT_APPLICATION(clients=snapshot.cases.height - len(clients))
    return vectors
