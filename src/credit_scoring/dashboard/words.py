"""What more than one page says, in the two languages of the product, and numbers and moments as they are written."""

from __future__ import annotations

from datetime import UTC, datetime

from credit_scoring.features.words import Language, Words

AWAY = Words(
    "The service does not answer. Nothing was lost; try again in a moment, and tell whoever runs it if this goes on.",
    "Le service ne répond pas. Rien n'est perdu : réessayez dans un instant, et prévenez l'exploitant si cela dure.",
)
UNREADABLE = Words(
    "This is no key: a key holds letters, digits and signs of the keyboard only.",
    "Ce n'est pas une clé : une clé ne contient que des lettres, des chiffres et des signes du clavier.",
)
DECISIONS = {
    "approve": Words("Approve", "Accepter"),
    "refuse": Words("Refuse", "Refuser"),
    "refer": Words("Refer to a person", "À examiner par une personne"),
}
SIGNS = {"approve": "✔", "refuse": "✖", "refer": "◆"}
"""A sign beside each decision, so that colour is never the only one."""
POINTS = Words("points", "points")
SCORE = Words("Score", "Score")
CUT_OFF = Words("Cut-off", "Seuil")
PROBABILITY = Words("Probability of default", "Probabilité de défaut")
CLIENT_NUMBER = Words("Client's number", "Numéro du client")
SHOW = Words("Show", "Afficher")
NOT_A_NUMBER = Words("A client's number has digits only.", "Un numéro de client ne comporte que des chiffres.")
NO_VALUE = Words("not known", "inconnu")
REASON = Words("Reason", "Motif")
DECISION = Words("Decision", "Décision")
WHEN = Words("When", "Quand")
WHO = Words("Who", "Qui")

_NARROW = "\u202f"  # a space at which no line ends


def number(value: float | None, language: Language, digits: int = 0, signed: bool = False) -> str:
    """A number as the language writes it: 1,234.5 or 1 234,5; words where there is none."""
    if value is None:
        return NO_VALUE.to(language)
    text = f"{value:{'+' if signed and value else ''},.{digits}f}"
    return text if language == "en" else text.replace(",", _NARROW).replace(".", ",")


def measured(value: float | None, language: Language) -> str:
    """A value of a feature with as many digits as tell something."""
    if value is None or float(value).is_integer():
        return number(value, language)
    size = abs(value)
    return number(value, language, 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 4)


def percent(share: float, language: Language, digits: int = 1) -> str:
    """A share as percent."""
    return number(100 * share, language, digits) + ("%" if language == "en" else f"{_NARROW}%")


def moment(at: datetime, language: Language) -> str:
    """Day and time, UTC."""
    form = "%Y-%m-%d %H:%M UTC" if language == "en" else "%d/%m/%Y %H:%M UTC"
    return at.astimezone(UTC).strftime(form)


def verdict(decision: str, language: Language) -> str:
    """A decision with its sign."""
    words = DECISIONS.get(decision)
    return f"{SIGNS.get(decision, '')} {words.to(language) if words else decision}".strip()
