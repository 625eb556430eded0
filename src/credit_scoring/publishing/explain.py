"""One client's latest score in words: where it starts, what each reason adds and takes, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from credit_scoring.engines.engine import Engine, Scan
from credit_scoring.errors.usage import CLIENT_WITHOUT_SCORE
from credit_scoring.explanation.waterfall import Waterfall, waterfall
from credit_scoring.features.statements import sentence
from credit_scoring.features.words import Language
from credit_scoring.publishing import latest

_DECISIONS: dict[Language, dict[str, str]] = {
    "en": {},
    "fr": {"approve": "accord", "refuse": "refus", "refer": "à examiner"},
}


@dataclass(frozen=True)
class Explanation:
    """A client's latest score: `start_points` and the points of `parts` (sentence, points; worst first) add up."""

    client_id: int
    start_points: float
    parts: tuple[tuple[str, float], ...]
    score: int
    cut_off: int
    probability: float
    decision: str
    file_complete: bool
    delivery: str
    seq: int
    scored_at: datetime
    model_version: int
    language: Language

    @property
    def headline(self) -> str:
        """The outcome in one line."""
        decision = _DECISIONS[self.language].get(self.decision, self.decision)
        if self.language == "fr":
            risk = f"{self.probability * 100:.1f}".replace(".", ",")
            incomplete = "" if self.file_complete else ", dossier incomplet"
            return (
                f"Client {self.client_id} : {decision} (score {self.score}, seuil {self.cut_off}, "
                f"probabilité de défaut {risk} %{incomplete})"
            )
        incomplete = "" if self.file_complete else ", the file is incomplete"
        return (
            f"Client {self.client_id}: {decision} (score {self.score}, cut-off {self.cut_off}, "
            f"probability of default {self.probability:.1%}{incomplete})"
        )

    def waterfall(self) -> Waterfall:
        """The score as a waterfall."""
        return waterfall(self.start_points, self.parts, self.score, cut_off=self.cut_off, language=self.language)


def explain(engine: Engine, client_id: int, language: Language = "en") -> Explanation:
    """The latest score of a client. UsageError when the client has none."""
    latest.create(engine)
    found = engine.scan(Scan(latest.TABLE, latest.SCORES.names, {"client_id": [client_id]}))
    if found.is_empty():
        raise CLIENT_WITHOUT_SCORE(client=client_id)
    row = found.row(0, named=True)
    return Explanation(
        client_id=row["client_id"],
        start_points=row["start_points"],
        parts=tuple((sentence(part["code"], part["absent"], language), part["points"]) for part in row["reasons"]),
        score=row["score"],
        cut_off=row["cut_off"],
        probability=row["probability"],
        decision=row["decision"],
        file_complete=row["file_complete"],
        delivery=row["delivery"],
        seq=row["seq"],
        scored_at=row["scored_at"].astimezone(UTC),
        model_version=row["model_version"],
        language=language,
    )
