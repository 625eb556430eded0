"""Which scores may be shown: those of deliveries that are published and not withdrawn, and of rescores that ended."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Published:
    """Facts of the ledger. `accepted`: seqs whose rows are visible. `finished`: names of deliveries and rescores whose
    scores are published. `withdrawn`: seqs."""

    accepted: frozenset[int]
    finished: frozenset[str]
    withdrawn: frozenset[int]


def published(events: pl.DataFrame) -> Published:
    """What the events say."""

    def of(*kinds: str) -> pl.DataFrame:
        return events.filter(pl.col("event").is_in(kinds))

    withdrawn = frozenset(of("withdrawn")["seq"].to_list())
    return Published(
        accepted=frozenset(of("accepted")["seq"].to_list()) - withdrawn,
        finished=frozenset(of("published", "rescored")["delivery"].to_list()),
        withdrawn=withdrawn,
    )
