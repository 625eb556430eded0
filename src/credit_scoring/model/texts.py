"""A model as texts: all that scoring needs, no pickle anywhere, and a checksum for each file.

Texts travel: into a folder, into MLflow, and inside a Spark closure to the tasks, where the Scorer is built from them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path

from credit_scoring.errors.models import MODEL_CHANGED, MODEL_INCOMPLETE

CHECKSUMS = "checksums.json"


@dataclass(frozen=True)
class ModelTexts:
    """The artifacts of one model, each the content of a file.

    `booster`: LightGBM's model text. `decision`, `features`, `probe`: JSON (see artifacts). `model_card`: HTML. `bins`:
    JSON (see model.bins), empty where the release that trained kept none.
    """

    booster: str
    decision: str
    features: str
    probe: str
    model_card: str
    bins: str = ""

    def sha256(self) -> str:
        """Names the model by its content, whatever it is called or registered as."""
        return hashlib.sha256(_checksums(self._files()).encode()).hexdigest()

    def write(self, directory: Path) -> None:
        """Writes a file for each text, and checksums.json, into `directory`, which is created."""
        directory.mkdir(parents=True, exist_ok=True)
        files = self._files()
        for name, text in {**files, CHECKSUMS: _checksums(files)}.items():
            (directory / name).write_bytes(text.encode())

    @classmethod
    def read(cls, directory: Path) -> ModelTexts:
        """The texts of a folder; ModelError when a file is missing, added or changed."""
        try:
            expected = json.loads((directory / CHECKSUMS).read_bytes())
            optional = [name for name in OPTIONAL.values() if name in expected]
            contents = {name: (directory / name).read_bytes() for name in (*FILES.values(), *optional)}
        except (OSError, ValueError, TypeError) as error:
            missing = Path(error.filename).name if isinstance(error, FileNotFoundError) else CHECKSUMS
            raise MODEL_INCOMPLETE(file=missing) from error
        actual = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        if expected != actual:
            known = expected if isinstance(expected, dict) else {}
            changed = sorted(name for name in known.keys() | actual.keys() if known.get(name) != actual.get(name))
            raise MODEL_CHANGED(files=", ".join(changed) or CHECKSUMS)
        named = {**FILES, **OPTIONAL}
        return cls(**{field: contents[file].decode() for field, file in named.items() if file in contents})

    def _files(self) -> dict[str, str]:
        optional = {file: text for field, file in OPTIONAL.items() if (text := getattr(self, field))}
        return {file: getattr(self, field) for field, file in FILES.items()} | optional


OPTIONAL = {"bins": "bins.json"}
"""Text -> name of its file, where the model has it."""
FILES = {
    field.name: field.name + {"booster": ".txt", "model_card": ".html"}.get(field.name, ".json")
    for field in fields(ModelTexts)
    if field.name not in OPTIONAL
}
"""Text -> name of its file; every model has them."""


def _checksums(files: dict[str, str]) -> str:
    """checksums.json: file -> sha256."""
    return (
        json.dumps({name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}, indent=1) + "\n"
    )
