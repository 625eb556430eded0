"""Who scores: the challenger becomes the champion, or the champion before comes back."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow.tracking import MlflowClient

from credit_scoring.errors import ModelError
from credit_scoring.model.registry import Alias, assign, find, version_of
from credit_scoring.model.store import asking_mlflow

PREVIOUS = "previous_champion"
"""Tag of a version: the champion that it took over from."""


@dataclass(frozen=True)
class Contender:
    """A version as measured on the holdout when it was trained: AUC, and cost a client as decided by its score."""

    alias: Alias
    version: int
    auc: float
    cost: float

    def __str__(self) -> str:
        return f"{self.alias} version {self.version}: AUC {self.auc:.4f} on the holdout, cost {self.cost:+.3f} a client"


@dataclass(frozen=True)
class Promotion:
    """Version `version` is the champion now; `previous` was before, None for the first champion.

    They are equal when there was nothing to do. `contenders`: the challenger and, where there was one, the champion.
    """

    version: int
    previous: int | None
    contenders: tuple[Contender, ...] = ()


def promote(model_name: str) -> Promotion:
    """Makes the challenger the champion, and notes on it whom it took over from.

    ModelError, and nothing moves, when there is no challenger or no record of its quality.
    """
    challenger = version_of(model_name, Alias.CHALLENGER)
    champion = find(model_name, Alias.CHAMPION)
    contenders = [_contender(model_name, Alias.CHALLENGER, challenger)]
    if champion is not None:
        contenders.append(_contender(model_name, Alias.CHAMPION, champion))
    if champion == challenger:
        return Promotion(challenger, challenger, tuple(contenders))
    if champion is not None:
        # First the note, then the alias: a champion whose predecessor is unknown could not be rolled back.
        with asking_mlflow("note the previous champion"):
            MlflowClient().set_model_version_tag(model_name, str(challenger), PREVIOUS, str(champion))
    assign(model_name, Alias.CHAMPION, challenger)
    return Promotion(challenger, champion, tuple(contenders))


def rollback(model_name: str) -> Promotion:
    """Makes the champion before the present one the champion again; ModelError when there was none."""
    champion = version_of(model_name, Alias.CHAMPION)
    with asking_mlflow("read whom the champion took over from"):
        previous = MlflowClient().get_model_version(model_name, str(champion)).tags.get(PREVIOUS)
    if previous is None:
        raise ModelError(
            f"Version {champion} of the model {model_name} is its first champion: there is none to go back to."
        )
    with asking_mlflow(f"find version {previous} of the model {model_name}"):
        MlflowClient().get_model_version(model_name, previous)
    assign(model_name, Alias.CHAMPION, int(previous))
    return Promotion(int(previous), champion)


def _contender(model_name: str, alias: Alias, version: int) -> Contender:
    client = MlflowClient()
    with asking_mlflow(f"read the metrics of version {version} of the model {model_name}"):
        run_id = client.get_model_version(model_name, str(version)).run_id
        metrics = client.get_run(run_id).data.metrics if run_id else {}
    try:
        return Contender(alias, version, auc=metrics["holdout_auc"], cost=metrics["holdout_cost_by_score"])
    except KeyError:
        raise ModelError(
            f"There is no record of how good version {version} of the model {model_name} is on the holdout: it was not "
            "registered by `credit-scoring train`. Train again."
        ) from None
