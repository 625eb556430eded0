"""Where in our code an error came from: what may be told of an error whose text may hold a client's values."""

from __future__ import annotations

import traceback


def place_of(error: BaseException) -> str:
    """The innermost line of ours that the error passed."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/credit_scoring/" in frame.filename]
    if not ours:
        return "credit_scoring"
    return f"credit_scoring/{ours[-1].filename.rsplit('/credit_scoring/', 1)[1]}, line {ours[-1].lineno}"
