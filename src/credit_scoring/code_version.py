"""Which code made a row: the release and a digest of the very source files that run."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import credit_scoring


@cache
def code_version() -> str:
    """Such as `0.1.0+src.5f0c9be1d2a7`: the release alone would not tell a working copy from what was released."""
    root = Path(str(credit_scoring.__file__)).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version('credit-scoring')}+src.{digest.hexdigest()[:12]}"
