"""What a refusal was judged with, and so how long it stands: declared formats, and for what nobody foresaw the code.

Bytes that were refused are looked at again once they would be read otherwise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from credit_scoring.code_version import code_version
from credit_scoring.file_format import LenderFormat


@dataclass(frozen=True)
class Judge:
    """`formats` and `code` identify what reads a delivery now; "" are the default formats."""

    formats: str
    code: str

    def told(self, unforeseen: bool) -> str:
        """What the ledger says of a refusal."""
        return f"{self.formats}@{self.code}" if unforeseen else self.formats

    def stands(self, judged_with: str | None) -> bool:
        """Whether a refusal that was judged so still stands; None: before the ledger said it."""
        return (judged_with or "") in (self.told(False), self.told(True))


def judge_of(formats: LenderFormat) -> Judge:
    """Who judges with these formats, and this code."""
    told = formats.model_dump(mode="json", exclude_defaults=True)
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12] if told else ""
    return Judge(digest, code_version())
