"""Requests that wait for a score at the same moment are scored together: of few clients nearly all cost is fixed.

A client's numbers do not depend on its company, so nobody can tell. Each request is scored by the model that it began
with; requests of two models are never in one batch.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from credit_scoring.scoring.on_the_fly.client_file import ClientFile
from credit_scoring.scoring.on_the_fly.score import ScoredFile, score_files
from credit_scoring.serving.champion import Loaded
from credit_scoring.serving.metrics import Metrics

MOST = 32
"""Files that one batch holds."""
GATHER_SECONDS = 0.03
"""So long a batch waits at most for those who were answered in the last one, and ask again. Nobody waits for others
who is alone."""


@dataclass(frozen=True, eq=False)
class _Waiting:
    file: ClientFile
    model: Loaded
    scored: asyncio.Future[ScoredFile]


@dataclass
class Batches:
    """Scores files, those that wait together at once."""

    metrics: Metrics
    _waiting: list[_Waiting] = field(default_factory=list, init=False)
    _called: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _enough: int = field(default=1, init=False)
    """With how many the next batch begins at once: as many as the last one had, and came while it was scored."""

    async def score(self, file: ClientFile, model: Loaded) -> ScoredFile:
        """The file's score by this model."""
        scored: asyncio.Future[ScoredFile] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(file, model, scored))
        self._called.set()
        return await scored

    async def work(self) -> None:
        """Scores what waits, for as long as the API lives."""
        while True:
            await self._called.wait()
            await self._gather()
            batch = self._next()
            if batch:
                await self._score(batch)
            self._enough = min(MOST, len(batch) + len(self._waiting))

    async def _gather(self) -> None:
        """Lets those come who ask again and again: else who comes first is scored alone, and all others behind."""
        ends = asyncio.get_running_loop().time() + GATHER_SECONDS
        while len(self._waiting) < self._enough and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(GATHER_SECONDS / 10)

    def _next(self) -> list[_Waiting]:
        """Those who wait for the model of the first of them; who has gone is not scored."""
        waiting = [each for each in self._waiting if not each.scored.done()]
        batch = [each for each in waiting if each.model is waiting[0].model][:MOST]
        chosen = {id(each) for each in batch}
        self._waiting = [each for each in waiting if id(each) not in chosen]
        if not self._waiting:
            self._called.clear()
        return batch

    async def _score(self, batch: list[_Waiting]) -> None:
        self.metrics.batches.observe(len(batch))
        try:
            # In a thread: other requests are answered meanwhile.
            scored = await asyncio.to_thread(score_files, [each.file for each in batch], batch[0].model.scorer)
        except Exception as error:
            if len(batch) == 1:
                _fail(batch[0], error)
                return
            for each in batch:  # one of them is at fault, and the others must not suffer
                await self._score([each])
            return
        for each, result in zip(batch, scored, strict=True):
            if not each.scored.done():
                each.scored.set_result(result)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.scored.done():
        waiting.scored.set_exception(error)
