"""The model that scores on the fly: polled, proven on its probe, and swapped whole.

A request takes `current` once and is answered by that model to its end, whatever comes meanwhile. A model that does not
pass its probe, or whose features are not this code's, is not taken: the one before goes on, and /ready says why.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from credit_scoring.errors import CreditScoringError
from credit_scoring.model.scorer import Scorer
from credit_scoring.model.texts import ModelTexts
from credit_scoring.model.usable import usable
from credit_scoring.serving.store import DatabaseAwayError, Store

log = logging.getLogger(__name__)
POLL_SECONDS = 2.0
NONE_LOADED = "no champion is loaded"

_NEWEST = """
    SELECT version, sha256, fingerprint FROM model
    WHERE name = $1 AND champion_since IS NOT NULL ORDER BY champion_since DESC, version DESC LIMIT 1
"""
_TEXTS = "SELECT texts FROM model WHERE name = $1 AND version = $2"


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model that passed its probe."""

    version: int
    sha256: str
    scorer: Scorer

    @property
    def fingerprint(self) -> str:
        """Its features."""
        return self.scorer.features.fingerprint


@dataclass
class Champion:
    """The present champion of a registered model. `problem`: why the newest one was not taken;
    empty: it was. `fit`: whether a model is of the kind that is wanted."""

    store: Store
    name: str
    fit: Callable[[Scorer], bool] = lambda scorer: True
    current: Loaded | None = None
    problem: str = ""
    _refused: str = field(default="", init=False)

    async def look(self) -> None:
        """Takes the champion that the database names, unless it is there already. Raises DatabaseAwayError."""
        row = await self.store.row(_NEWEST, self.name)
        if row is None:
            self.problem = NONE_LOADED
            return
        if self.current is not None and self.current.sha256 == row["sha256"]:
            self.current = Loaded(row["version"], row["sha256"], self.current.scorer)
            self.problem = ""
            return
        if row["sha256"] == self._refused:
            return
        texts = await self.store.row(_TEXTS, self.name, row["version"])
        assert texts is not None
        try:
            model = ModelTexts(**json.loads(texts["texts"]))
            ready = await asyncio.to_thread(_proven, model)
            if not self.fit(ready):
                raise ValueError(f"{self.name} is no model of this kind")
        except (CreditScoringError, TypeError, ValueError) as error:
            self._refused = row["sha256"]
            self.problem = f"version {row['version']} is not taken: {error}"
            log.error("Model %s %s", self.name, self.problem)
            return
        self.current, self.problem, self._refused = Loaded(row["version"], row["sha256"], ready), "", ""
        log.info("Model %s version %s scores from now on", self.name, row["version"])

    async def follow(self) -> None:
        """Looks again and again, for as long as the API lives."""
        while True:
            try:
                await self.look()
            except DatabaseAwayError:
                pass  # what is loaded goes on
            except Exception as error:
                log.error("The champion cannot be looked for (%s)", type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)


def _proven(texts: ModelTexts) -> Scorer:
    """The Scorer of a model whose features this code computes; ModelError otherwise."""
    return usable(texts)
