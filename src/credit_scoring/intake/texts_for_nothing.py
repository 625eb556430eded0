"""Texts that exports are known to write for nothing: no value of anybody's."""

from __future__ import annotations

_NOTHING = frozenset((
    "null", "(null)", "[null]", "<null>", "#null!", "\\n", "\\\\n", "na", "n/a", "n.a.", "n.a", "#n/a", "#n/a!",
    "#na", "<na>", "nan", "-nan", "#nan", "none", "nil", "nul", "void", "missing", "(missing)", "empty",
    "(empty)", "blank", "undefined", "undef", "unknown", "not available", "not applicable", "k.a.", "k. a.",
    "keine angabe", "nd", "n.d.", "n/d", "s/o", "nc", "n.c.", ".", "..", "...", "-", "--", "---", "–", "—", "*",
    "**", "?", "??", "#", "##", "_", "/", "\\", "#value!", "#div/0!", "#ref!", "#num!", "#name?", "#error!",
    "error", "#leer", "<leer>", "(leer)", "leer", "vide", "<vide>", "(vide)", "nat", "nothing", "no data",
    "nodata", "n.v.t.", "brak",
))  # fmt: skip
"""Texts that exports write for nothing, in small letters."""


def known_for_nothing(text: str) -> bool:
    """Whether a cell's text is one of them, in any letters."""
    return text.strip().casefold() in _NOTHING
