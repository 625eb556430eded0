"""Which scores may be shown: those of deliveries that are published and not withdrawn, and of rescores that ended."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from credit_scoring.ledger.events import Delivered


@dataclass(frozen=True)
class Published:
    """Facts of the ledger. `accepted`: the deliveries whose rows are visible, by seq. `finished`: names of deliveries
    and rescores whose scores are published. `withdrawn`: seqs."""

    accepted: tuple[Delivered, ...]
    finished: frozenset[str]
    withdrawn: frozenset[int]


def published(events: pl.DataFrame) -> Published:
    """What the events say."""

    def of(*kinds: str) -> pl.DataFrame:
        return events.filter(pl.col("event").is_in(kinds))

    withdrawn = frozenset(of("withdrawn")["seq"].to_list())
    taken_in = of("accepted").filter(~pl.col("seq").is_in(withdrawn)).select("delivery", "seq").unique().sort("seq")
    return Published(
        accepted=tuple(Delivered(*each) for each in taken_in.iter_rows()),
        finished=frozenset(of("published", "rescored")["delivery"].to_list()),
        withdrawn=withdrawn,
    )
