"""What the metrics say of the online store and the models: looked up now and then, not at every scrape."""

from __future__ import annotations

import asyncio
import logging

from credit_scoring.model.scorer import APPROVE, REFER, REFUSE
from credit_scoring.serving.routes.decisions import UNDECIDED
from credit_scoring.serving.service import Service
from credit_scoring.serving.store import DatabaseAwayError

log = logging.getLogger(__name__)
SECONDS = 15.0

_LOADED = "SELECT max(seq) AS seq, max(at) AS at FROM online_load"
_PUBLISHED = "SELECT decision, count(*) AS clients FROM client_score GROUP BY decision"
_SINCE = "SELECT champion_since FROM model WHERE name = $1 AND version = $2"


async def observe(service: Service) -> None:
    """Looks again and again, for as long as the API lives. What a database that is away would say stays as it was."""
    while True:
        try:
            await look(service)
        except DatabaseAwayError:
            pass
        except Exception as error:
            log.error("The metrics of the store cannot be looked up (%s)", type(error).__name__)
        known = all(each.current is not None for each in (service.champion, service.estimates))
        await asyncio.sleep(SECONDS if known else 1.0)


async def look(service: Service) -> None:
    """Sets the gauges. Raises DatabaseAwayError."""
    metrics, store = service.metrics, service.store
    for model in (service.champion, service.estimates):
        current = model.current
        metrics.model_version.labels(model.name).set(current.version if current else 0)
        if current is not None:
            row = await store.row(_SINCE, model.name, current.version)
            if row is not None and row["champion_since"] is not None:
                metrics.model_since.labels(model.name).set(row["champion_since"].timestamp())
    loaded = await store.row(_LOADED)
    if loaded is not None and loaded["seq"] is not None:
        metrics.store_seq.set(loaded["seq"])
        metrics.store_loaded.set(loaded["at"].timestamp())
    counted = dict.fromkeys((APPROVE, REFUSE, REFER), 0)
    counted |= {row["decision"]: row["clients"] for row in await store.rows(_PUBLISHED)}
    for decision, clients in counted.items():
        metrics.published.labels(decision).set(clients)
    waiting = await store.row(UNDECIDED)
    metrics.queue.set(waiting["clients"] if waiting is not None else 0)
