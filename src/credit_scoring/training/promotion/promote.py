"""Who scores: the challenger becomes the champion when it passes its gates, or the champion before comes back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime

from mlflow.tracking import MlflowClient

from credit_scoring.errors.models import NO_EARLIER_CHAMPION, NO_RECORD_OF_VERSION
from credit_scoring.model.registry import Alias, assign, find, load_version, version_of
from credit_scoring.model.store import asking_mlflow
from credit_scoring.settings import Settings
from credit_scoring.training.promotion.contest import Contender, Contest, contest
from credit_scoring.training.promotion.gates import Figures, Gate, PromiseRecord, Verdict
from credit_scoring.training.source import Source

PREVIOUS = "previous_champion"
"""Tag of a version: the champion that it took over from."""

BECAUSE, FORCED, FAILED, WHEN = "promoted_because", "forced_because", "failed_gates", "promoted_at"
"""Tags of a version that was promoted: what was found; why it was forced, and past which gates; when (UTC)."""

RECORD = "promotion.json"
"""Artifact of the run that trained a version: its last promotion, with all gates."""


@dataclass(frozen=True)
class Promotion:
    """Version `version` is the champion now (None: there is none); `previous` was before, None before the first one.

    They are equal when nothing moved: `challenger` was the champion already, or it failed `failed` of its `gates` and
    nobody forced it. `says`: who was set against whom, and what was found. `forced`: the reason of who did.
    """

    version: int | None
    previous: int | None
    challenger: int | None = None
    gates: tuple[Gate, ...] = ()
    says: str = ""
    forced: str | None = None

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the gates that were not passed."""
        return tuple(gate.name for gate in self.gates if gate.verdict is Verdict.FAILED)

    @property
    def refused(self) -> bool:
        """The challenger failed, and nothing moved."""
        return bool(self.failed) and self.forced is None


def promote(
    opened: Callable[[], AbstractContextManager[Source]],
    settings: Settings,
    now: datetime,
    force_reason: str | None = None,
    estimate: bool = False,
) -> Promotion:
    """Sets the challenger against the champion; makes it the champion when no gate fails, and records why.

    `opened` gives the store that both are measured on, once there is something to measure. With a `force_reason` also
    when gates fail; the reason is recorded with them. ModelError, and nothing moves, when there is no challenger, or no
    record of its training. `estimate`: the model for people without a file.
    """
    name = settings.mlflow.estimate if estimate else settings.mlflow.model
    challenger = version_of(name, Alias.CHALLENGER)
    champion = find(name, Alias.CHAMPION)
    if champion == challenger:
        return Promotion(champion, champion, challenger)
    before = _contender(name, champion) if champion is not None else None
    with opened() as source:
        found = contest(source, _contender(name, challenger), before, settings)
    return settle(name, challenger, champion, found, now, force_reason)


def settle(
    model_name: str,
    challenger: int,
    champion: int | None,
    found: Contest,
    now: datetime,
    force_reason: str | None = None,
) -> Promotion:
    """What follows from a contest of these versions: the alias moves and the record is written, or nothing happens."""
    judged = Promotion(champion, champion, challenger, found.gates, found.says)
    if judged.failed and force_reason is None:
        return judged
    forced = force_reason if judged.failed else None
    done = Promotion(challenger, champion, challenger, found.gates, found.says, forced)
    # First the record, then the alias: a champion whose predecessor is unknown could not be rolled back.
    _record(model_name, done, now)
    assign(model_name, Alias.CHAMPION, challenger)
    return done


def rollback(model_name: str) -> Promotion:
    """Makes the champion before the present one the champion again; ModelError when there was none."""
    champion = version_of(model_name, Alias.CHAMPION)
    with asking_mlflow("read whom the champion took over from"):
        previous = MlflowClient().get_model_version(model_name, str(champion)).tags.get(PREVIOUS)
    if previous is None:
        raise NO_EARLIER_CHAMPION(version=champion, model=model_name)
    with asking_mlflow(f"find version {previous} of the model {model_name}"):
        MlflowClient().get_model_version(model_name, previous)
    assign(model_name, Alias.CHAMPION, int(previous))
    return Promotion(int(previous), champion)


def _record(model_name: str, done: Promotion, now: datetime) -> None:
    """Notes on the new champion whom it took over from and why, and the whole contest in the run that trained it."""
    client, version = MlflowClient(), str(done.challenger)
    tags = {BECAUSE: done.says, WHEN: f"{now:%Y-%m-%dT%H:%M:%SZ}"}
    if done.previous is not None:
        tags[PREVIOUS] = str(done.previous)
    if done.forced is not None:
        tags |= {FORCED: done.forced, FAILED: "; ".join(done.failed)}
    with asking_mlflow("record the promotion"):
        client.log_dict(
            client.get_model_version(model_name, version).run_id or "", {**asdict(done), WHEN: tags[WHEN]}, RECORD
        )
        before = client.get_model_version(model_name, version).tags
        for tag in (FORCED, FAILED):
            if tag in before and tag not in tags:
                client.delete_model_version_tag(model_name, version, tag)
        for tag, text in tags.items():
            client.set_model_version_tag(model_name, version, tag, text)


def _contender(model_name: str, version: int) -> Contender:
    client = MlflowClient()
    with asking_mlflow(f"read the metrics of version {version} of the model {model_name}"):
        run_id = client.get_model_version(model_name, str(version)).run_id
        metrics = client.get_run(run_id).data.metrics if run_id else {}
    if not {"holdout_auc", "holdout_cost_by_score"} <= metrics.keys():
        raise NO_RECORD_OF_VERSION(version=version, model=model_name)
    promises = None
    if "promises_moved" in metrics:
        promises = PromiseRecord(int(metrics["promises_moved"]), int(metrics["promises_lowered"]))
    texts, _ = load_version(model_name, version)
    return Contender(version, texts, Figures(metrics["holdout_auc"], metrics["holdout_cost_by_score"]), promises)
