"""What was said of clients: one client's score in words, and whether every published sentence is true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from credit_scoring.commands.starting import start
from credit_scoring.errors.usage import PICTURE_NOT_WRITTEN
from credit_scoring.features.words import Language
from credit_scoring.settings import Settings

if TYPE_CHECKING:
    from credit_scoring.publishing.explain import Explanation
    from credit_scoring.publishing.reason_audit import ReasonAudit


def explain(settings: Settings, client_id: int, language: Language, picture: Path | None = None) -> Explanation:
    """One client's latest score, in words; also as a PNG file where `picture` says so (UsageError if it cannot be)."""
    from credit_scoring.publishing.explain import explain as explain_client

    found = explain_client(start(settings).engine, client_id, language)
    if picture is not None:
        from credit_scoring.explanation.waterfall_picture import png

        try:
            picture.write_bytes(png(found.waterfall(), found.headline))
        except OSError as error:
            raise PICTURE_NOT_WRITTEN(file=picture, why=error.strerror) from error
    return found


def check_reasons(settings: Settings) -> ReasonAudit:
    """Judges every published sentence of the latest model version by the raw rows of its client."""
    from credit_scoring.publishing.reason_audit import audit_reasons

    return audit_reasons(start(settings))
