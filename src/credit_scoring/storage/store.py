"""Whether the settings' places hold a store, and whether they can be written to: asked before a command begins one."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from credit_scoring.errors.stores import PLACE_NOT_WRITABLE
from credit_scoring.errors.usage import NO_STORE
from credit_scoring.machine import existing, unwritable
from credit_scoring.storage.files import Folder
from credit_scoring.storage.roots import blob_place, is_volume
from credit_scoring.storage.storage_errors import kind_of

if TYPE_CHECKING:
    from credit_scoring.settings import Settings


def holds_a_store(settings: Settings) -> bool:
    """Whether there is a landing place or tables. A catalog is made by who gives access to it, as is a volume."""
    if "/" not in settings.tables:
        return True
    return any(_is_begun(Folder(root, settings.storage)) for root in (settings.landing, settings.tables))


def _is_begun(folder: Folder) -> bool:
    """A folder that is there; a container has no folders but those of its files."""
    return bool(folder.folders()) if blob_place(folder.root) else folder.exists()


def must_hold_a_store(settings: Settings, conf: Path) -> None:
    """UsageError where the settings' places hold no store."""
    if not holds_a_store(settings):
        below = all(Path(root).is_relative_to(settings.home) for root in (settings.landing, settings.tables))
        place = str(settings.home) if below else f"{settings.landing} and {settings.tables}"
        raise NO_STORE(place=place, conf=conf)


def must_be_writable(settings: Settings) -> None:
    """StorageError where a folder of the settings cannot be written to."""
    roots = (settings.landing, settings.tables, settings.published, settings.reports)
    folders = [Path(root) for root in roots if "/" in root and not is_volume(root) and blob_place(root) is None]
    for folder in {existing(folder): folder for folder in [settings.home, *folders]}.values():
        if why := unwritable(folder):
            raise PLACE_NOT_WRITABLE(place=folder, why=why)


def write_probe(folder: Folder) -> str | None:
    """Writes a small file below the folder, reads and removes it; what hinders it, or None.

    The folder is made when it does not exist, as a run would make it.
    """
    name, content = f".reached-{uuid.uuid4().hex[:12]}", b"credit-scoring doctor"
    try:
        folder.write(content, name)
        same = folder.read(name) == content
        folder.remove(name)
    except OSError as error:
        return error.strerror or type(error).__name__
    except Exception as error:
        if (kind := kind_of(error)) is None:
            raise
        return f"it did not answer in time, or refused access ({kind})"
    return None if same else "what was written there is not what is read back"
