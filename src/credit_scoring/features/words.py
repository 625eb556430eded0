"""Phrases in the two languages of the product. Composed meanings are put together from them in both at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "fr"]
_VOWELS = "aâàeéèêiîoôuûyAÂÀEÉÈÊIÎOÔUÛY"


@dataclass(frozen=True)
class Words:
    """The same phrase in English and in French."""

    en: str
    fr: str

    def to(self, language: Language) -> str:
        """The phrase in a language."""
        return self.fr if language == "fr" else self.en

    def __bool__(self) -> bool:
        return bool(self.en)


SILENT = Words("", "")
"""The phrase that says nothing."""


def joined(parts: list[Words], en: str, fr: str) -> Words:
    """The phrases, those that are empty left out, with a word of each language between them."""
    said = [part for part in parts if part]
    return Words(f" {en} ".join(part.en for part in said), f" {fr} ".join(part.fr for part in said))


def of_fr(phrase: str) -> str:
    """A French phrase after "de", elided before a vowel: "de crédits", "d'échéances"."""
    return f"d'{phrase}" if phrase[0] in _VOWELS else f"de {phrase}"
