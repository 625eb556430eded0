"""Cohorts: which clients, as known at which delivery, and where their rows are.

One row of a cohort is a *case*: client_id Int64, as_of Int64 (a seq), and for training target Int32. Cases are narrow
and lie here; the rows of their clients are wide and stay with the engine (clients.gather).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.intake.appending import CLIENT_DELIVERIES
from credit_scoring.ledger.events import Delivered
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.outcomes import OUTCOMES, TARGET
from credit_scoring.schema.table import CLIENT, SEQ, Table

MOST_IDS = 200_000
"""Clients up to whom a scan is told whose rows are wanted; of more it reads all rows of the deliveries in question."""
_TOUCHES = ("client_id", "table", SEQ)


@dataclass(frozen=True)
class Count:
    """How many clients of a delivery there are of each kind; `touched` = the sum of the other three."""

    touched: int
    to_score: int
    without_application: int
    with_outcome: int


@dataclass(frozen=True)
class Cohort:
    """Clients as known at deliveries.

    `cases`: client_id, as_of, and what else is carried along; no case twice. `names`: the delivery's name by as_of.
    `accepted`: the seqs of the deliveries whose rows are visible.
    """

    engine: Engine
    cases: pl.DataFrame
    names: Mapping[int, str]
    accepted: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many cases there are."""
        return self.cases.height

    def ids(self) -> list[int] | None:
        """The clients, ascending; None when they are so many that it is better not to look for them one by one."""
        found = self.cases["client_id"].unique().sort()
        return found.to_list() if len(found) <= MOST_IDS else None

    def where(self, wanted: pl.Expr) -> Cohort:
        """The cases for which an expression over their columns holds."""
        return replace(self, cases=self.cases.filter(wanted))

    def seqs(self) -> dict[str, list[int]]:
        """Where the rows are that the clients need: table -> accepted seqs, not later than the latest as_of."""
        latest = self.cases.group_by("client_id").agg(pl.col("as_of").max())
        rows = self._touches(self.accepted).join(latest, on="client_id").filter(pl.col(SEQ) <= pl.col("as_of"))
        found: dict[str, list[int]] = {}
        for table, seq in rows.select("table", SEQ).unique().sort("table", SEQ).iter_rows():
            found.setdefault(table, []).append(seq)
        return found

    def with_eligibility(self) -> Cohort:
        """The cases with two more columns, each as known at as_of: has_application, has_outcome.

        Outcomes that came later do not count: what a delivery's CSV holds follows from the deliveries up to it.
        """
        cases = self.cases
        for name, table in (("has_application", APPLICATION), ("has_outcome", OUTCOMES)):
            first = first_seq(self.engine, table, self.accepted, "since", self.ids())
            since = cases.join(first, on="client_id", how="left", maintain_order="left")["since"]
            cases = cases.with_columns((since <= cases["as_of"]).fill_null(False).alias(name))
        return replace(self, cases=cases)

    def to_score(self, deliveries: Sequence[Delivered]) -> Cohort:
        """Of a cohort `with_eligibility`, the cases of these deliveries that are scored."""
        seqs = [delivered.seq for delivered in deliveries]
        scored = self.where(pl.col("as_of").is_in(seqs) & pl.col("has_application") & ~pl.col("has_outcome"))
        return replace(scored, cases=scored.cases.select("client_id", "as_of"))

    def counts(self) -> dict[str, Count]:
        """Of a cohort `with_eligibility`: delivery -> how many of its clients are scored, and why others are not."""
        applied, known = pl.col("has_application"), pl.col("has_outcome")
        counted = self.cases.group_by("as_of").agg(
            pl.len(), (applied & ~known).sum().alias("to_score"), (~applied).sum().alias("without"),
            (applied & known).sum().alias("known"),
        )  # fmt: skip
        return {self.names[seq]: Count(*numbers) for seq, *numbers in counted.iter_rows()}

    def _touches(self, seqs: Sequence[int]) -> pl.DataFrame:
        """client_id, table, seq of the clients' rows, accepted or quarantined, in these deliveries."""
        return _touches(self.engine, seqs, self.ids())


def touched(engine: Engine, deliveries: Sequence[Delivered], accepted: Sequence[Delivered]) -> Cohort:
    """Every client with rows, accepted or quarantined, in the deliveries: a case for each client and delivery."""
    rows = _touches(engine, [delivered.seq for delivered in deliveries])
    cases = rows.select("client_id", pl.col(SEQ).alias("as_of")).unique().sort("client_id", "as_of")
    return Cohort(engine, cases, _names(deliveries), _seqs(accepted))


def rows_in(
    engine: Engine, deliveries: Sequence[Delivered], known_at: Delivered, accepted: Sequence[Delivered]
) -> Cohort:
    """Every client with rows in the deliveries, once, as known at the seq of `known_at` and under its name."""
    rows = _touches(engine, [delivered.seq for delivered in deliveries])
    cases = rows.select("client_id").unique().sort("client_id").with_columns(pl.lit(known_at.seq).alias("as_of"))
    return Cohort(engine, cases.cast({"as_of": pl.Int64}), {known_at.seq: known_at.name}, _seqs(accepted))


def as_of_latest(engine: Engine, accepted: Sequence[Delivered]) -> Cohort:
    """Every client of the store with rows, once, as known at the last delivery that touches it."""
    rows = _touches(engine, _seqs(accepted))
    cases = rows.group_by("client_id").agg(pl.col(SEQ).max().alias("as_of")).sort("client_id")
    return Cohort(engine, cases, _names(accepted), _seqs(accepted))


def known_at(engine: Engine, cases: pl.DataFrame, accepted: Sequence[Delivered]) -> Cohort:
    """These cases: client_id and as_of, the seq of an accepted delivery."""
    return Cohort(engine, cases, _names(accepted), _seqs(accepted))


def to_train(engine: Engine, accepted: Sequence[Delivered]) -> Cohort:
    """Every client with a visible outcome, as known when the application was first accepted; with `target` Int32.

    Nothing later than that first delivery may enter, or the model would learn from what a score never sees. Of several
    outcomes the latest counts; `outcome_seq` is the seq of the first.
    """
    applied, known = _applied(engine, accepted), outcomes(engine, accepted)
    return Cohort(engine, applied.join(known, on="client_id").sort("client_id"), _names(accepted), _seqs(accepted))


def without_outcome(engine: Engine, accepted: Sequence[Delivered]) -> Cohort:
    """Every client with an accepted application and no visible outcome, as known when it was first accepted.

    The clients whom the model is to score, seen as `to_train` sees those whom it learns from.
    """
    waiting = _applied(engine, accepted).join(outcomes(engine, accepted), on="client_id", how="anti")
    return Cohort(engine, waiting.sort("client_id"), _names(accepted), _seqs(accepted))


def contradicted(engine: Engine, accepted: Sequence[Delivered]) -> int:
    """How many clients have outcomes of both kinds, by different deliveries.

    In one delivery such outcomes are a conflict, and quarantined.
    """
    rows = engine.scan(Scan(OUTCOMES.name, (CLIENT, TARGET.name), {SEQ: _seqs(accepted)}))
    return rows.group_by(CLIENT).agg(pl.col(TARGET.name).n_unique().alias("kinds")).filter(pl.col("kinds") > 1).height


def first_seq(
    engine: Engine, source: Table, seqs: Sequence[int], name: str, ids: Sequence[int] | None = None
) -> pl.DataFrame:
    """The seq of each client's first accepted row of a table: client_id, `name`. `ids`: of these clients alone."""
    among = {SEQ: seqs, **({} if ids is None else {CLIENT: ids})}
    rows = engine.scan(Scan(source.name, (CLIENT, SEQ), among))
    return rows.group_by(pl.col(CLIENT).alias("client_id")).agg(pl.col(SEQ).min().alias(name))


def _touches(engine: Engine, seqs: Sequence[int], ids: Sequence[int] | None = None) -> pl.DataFrame:
    among = {SEQ: seqs, **({} if ids is None else {"client_id": ids})}
    return engine.scan(Scan(CLIENT_DELIVERIES, _TOUCHES, among)).filter(pl.col("client_id").is_not_null())


def _applied(engine: Engine, accepted: Sequence[Delivered]) -> pl.DataFrame:
    """Clients with an accepted application, and the seq of the first: client_id, as_of."""
    return first_seq(engine, APPLICATION, _seqs(accepted), "as_of")


def outcomes(engine: Engine, accepted: Sequence[Delivered]) -> pl.DataFrame:
    """The outcome of each client that has one: client_id, target, outcome_seq."""
    rows = engine.scan(Scan(OUTCOMES.name, (CLIENT, TARGET.name, SEQ), {SEQ: _seqs(accepted)}))
    return (
        rows.sort(SEQ)
        .group_by(pl.col(CLIENT).alias("client_id"))
        .agg(pl.col(TARGET.name).last().cast(pl.Int32).alias("target"), pl.col(SEQ).min().alias("outcome_seq"))
    )


def _seqs(deliveries: Sequence[Delivered]) -> tuple[int, ...]:
    return tuple(delivered.seq for delivered in deliveries)


def _names(deliveries: Sequence[Delivered]) -> dict[int, str]:
    return {delivered.seq: delivered.name for delivered in deliveries}
