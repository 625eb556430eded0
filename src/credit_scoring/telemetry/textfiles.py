"""The files of batch runs, told by another process: what a node exporter does, where none runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TextFiles(Collector):
    """A folder of `.prom` files. One that cannot be read is passed over, and says so."""

    folder: Path

    def collect(self) -> Iterator[Metric]:
        """What the files say now."""
        for path in sorted(self.folder.glob("*.prom")):
            try:
                yield from list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
            except (OSError, ValueError) as error:
                log.warning("the figures in %s cannot be read (%s)", path.name, type(error).__name__)
