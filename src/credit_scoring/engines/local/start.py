"""Starting the embedded engine: nothing runs yet but this process."""

from __future__ import annotations

import psutil

from credit_scoring.engines.local.engine import LocalEngine
from credit_scoring.engines.local.object_store import object_store
from credit_scoring.settings import Settings


def local_engine(settings: Settings) -> LocalEngine:
    """The engine over the tables of the settings; UsageError where it cannot keep tables in such a place."""
    object_store(settings.tables, settings.storage)
    local = settings.local
    memory = local.memory_mb * 1_000_000 if local.memory_mb is not None else psutil.virtual_memory().total // 2
    processes = local.workers if local.workers is not None else len(psutil.Process().cpu_affinity())
    return LocalEngine(settings.tables, settings.home / "spill", memory, processes, settings.storage)
