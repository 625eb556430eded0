"""What `doctor` found on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credit_scoring.commands.doctor import Finding


def findings(found: Sequence[Finding]) -> str:
    """A line a thing that was looked for."""
    return "\n".join(map(_finding, found))


def _finding(found: Finding) -> str:
    mark = "ok     " if found.found else "MISSING"
    advice = f" {found.advice}" if found.advice else ""
    return f"{mark}  {found.name:<22} {found.detail}{advice} [{found.need}]"
