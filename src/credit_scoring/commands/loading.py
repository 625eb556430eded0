"""The online store follows what is published: loaded at the end of every run, or when somebody asks.

What only the online store needs is imported where there is one.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from credit_scoring.commands.starting import new_run_id
from credit_scoring.engines.choice import engine_of
from credit_scoring.engines.engine import Engine
from credit_scoring.errors import CreditScoringError
from credit_scoring.model.registry import Alias, find, load_version
from credit_scoring.model.store import connect
from credit_scoring.model.texts import ModelTexts
from credit_scoring.settings import Settings

if TYPE_CHECKING:
    from credit_scoring.online.loading import Loaded

log = logging.getLogger(__name__)


def load_after_run(settings: Settings, engine: Engine | None = None) -> None:
    """Brings what is published into the online store, where there is one; by `engine` if it is started already.

    That it does not answer is a warning: what is published is published, and the next load catches up.
    """
    from credit_scoring.online.place import owner_url

    with owner_url(settings, start=False) as url:
        if not url:
            return
        try:
            done = load_online_store(settings, url, engine)
        except CreditScoringError as error:
            log.warning("The online store was not loaded (`credit-scoring publish-online` does it later): %s", error)
        else:
            log.info("The online store holds what is published (%s scores new or changed)", f"{done.scores:,}")


def load_online_store(settings: Settings, url: str, engine: Engine | None = None) -> Loaded:
    """Brings what is published, and the champions, into the online store at `url`; without `engine` one is started."""
    from credit_scoring.online import database
    from credit_scoring.online.loading import Champion, load
    from credit_scoring.online.reader import PublishedStore

    connect(settings.mlflow)

    def texts_of(name: str, version: int) -> ModelTexts:
        return load_version(name, version)[0]

    def opened() -> PublishedStore:
        return PublishedStore.open(engine or engine_of(settings), settings.gather)

    named = ((name, find(name, Alias.CHAMPION)) for name in (settings.mlflow.model, settings.mlflow.estimate))
    champions = [Champion(name, version, partial(texts_of, name, version)) for name, version in named if version]
    with database.current(url) as connection:
        return load(connection, opened, champions, new_run_id())
