"""What a running API has: made once at its start, handed to every route."""

from __future__ import annotations

from dataclasses import dataclass

from credit_scoring.code_version import code_version
from credit_scoring.scoring.on_the_fly.estimate import is_estimate
from credit_scoring.serving.actors import Limits
from credit_scoring.serving.batches import Batches
from credit_scoring.serving.champion import Champion
from credit_scoring.serving.journal import Journal
from credit_scoring.serving.keys import Keys
from credit_scoring.serving.metrics import Metrics
from credit_scoring.serving.store import Store
from credit_scoring.serving.tokens import Tokens
from credit_scoring.settings import LetterSettings, MlflowSettings, OnlineSettings


@dataclass(frozen=True)
class Service:
    """The store, who may ask it, what is recorded and counted, and the model that scores."""

    store: Store
    journal: Journal
    keys: Keys
    tokens: Tokens
    limits: Limits
    metrics: Metrics
    champion: Champion
    estimates: Champion
    batches: Batches
    letter: LetterSettings


def service(online: OnlineSettings, mlflow: MlflowSettings) -> Service:
    """A service on the database of the settings; nothing is connected yet."""
    store = Store(online.api_url or online.url, online.connections, online.answer_seconds)
    metrics = Metrics()
    return Service(
        store=store,
        journal=Journal(store, code_version()),
        keys=Keys(store),
        tokens=Tokens(online.oidc, online.per_minute),
        limits=Limits(),
        metrics=metrics,
        champion=Champion(store, mlflow.model),
        estimates=Champion(store, mlflow.estimate, fit=is_estimate),
        batches=Batches(metrics),
        letter=online.letter,
    )
