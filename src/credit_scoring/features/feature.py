"""What a feature is: one number a client, declared with all that anybody has to know about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Preparation, Unit, Value
from credit_scoring.features.words import Words

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What LightGBM takes as a feature's name in a model text."""


class Risk(Enum):
    """What happens to the risk of default as the value of a feature rises, all else equal."""

    RISES = 1
    FALLS = -1
    UNKNOWN = 0

    @property
    def words(self) -> Words:
        """The dictionary's word for it."""
        return _RISK[self.name]

    @property
    def constraint(self) -> int:
        """LightGBM's monotone constraint on the probability of default: +1, -1 or 0 (none)."""
        return self.value


_RISK = {
    "RISES": Words("rises", "augmente"),
    "FALLS": Words("falls", "diminue"),
    "UNKNOWN": Words("unknown", "non déclaré"),
}


@dataclass(frozen=True, eq=False)
class Feature:
    """One number a client; each declaration is equal to itself alone, because expressions cannot be compared.

    `name`: lower snake case. `words`: one phrase that a credit officer accepts, in English and in French.
    `risk`: declared only where a credit officer is sure of the sign; the model is constrained to it where a promise
    stands on the feature.
    `reason`: the family whose sentence speaks for this feature in a published reason.
    `table`: the source table that it comes from, or the one that it sets against the application.
    `value`: how it is computed.
    """

    name: str
    words: Words
    unit: Unit
    risk: Risk
    reason: Reason
    table: str
    value: Value

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"feature name {self.name!r}: only a-z, 0-9 and _ are allowed, a letter first")

    @property
    def meaning(self) -> str:
        """The English phrase."""
        return self.words.en

    @property
    def meaning_fr(self) -> str:
        """The French phrase."""
        return self.words.fr

    def declaration(self, prepared: Preparation | None = None) -> dict[str, object]:
        """All that makes the feature what it is, as plain JSON values, for the fingerprint.

        `prepared`: what is said of the rows of its histories; by default all that is declared of them.
        """
        return {
            "name": self.name,
            "meaning": self.meaning,
            "unit": self.unit.en,
            "risk": self.risk.name,
            "reason": self.reason.code,
            "table": self.table,
            "value": self.value.declaration(prepared) if prepared else self.value.declaration(),
        }
