"""Errors that reach a user: each is a sentence (what, where, what to do), a code, and an exit code.

What can go wrong is declared once, as an ErrorKind in the modules beside this one, and raised by calling it:
`raise FILE_CHANGED(file="bureau.csv", ...)`. docs/errors.md is generated from the declarations (see `page`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar


class CreditScoringError(Exception):
    """Base of every error that is shown to a user without a traceback. The class says who has to act."""

    exit_code: ClassVar[int] = 1


class Fault(CreditScoringError):
    """A fault of ours: a guarantee that the product gives did not hold."""

    exit_code = 1


class UsageError(CreditScoringError):
    """Wrong usage or settings: the user mends the command or the configuration file."""

    exit_code = 2


class DeliveryRefused(CreditScoringError):
    """A delivery cannot be taken in as it is; the others are done."""

    exit_code = 3


class DeliveryIncomplete(DeliveryRefused):
    """A delivery is not there as its manifest promises; that is no verdict on it, and the next run looks again."""


class DeliveryUnreadable(DeliveryRefused):
    """A delivery could not be read in a way that nobody foresaw; other code, or another format, looks again."""


class ModelError(CreditScoringError):
    """There is no model for what was asked, or it was refused."""

    exit_code = 4


class RunActive(CreditScoringError):
    """Another run holds the claim on the work that this run wanted to do."""

    exit_code = 5


class HeldByBreaker(CreditScoringError):
    """A limit was passed: the result is computed, but not published until somebody releases it."""

    exit_code = 6


class StorageError(CreditScoringError):
    """The storage of a root did not answer within its bounds, or refused access: run again when it does."""

    exit_code = 7


class NothingToScore(HeldByBreaker):
    """A delivery brought applications, and not one of them can be scored; nothing of it is published."""

    exit_code = 8


E_co = TypeVar("E_co", bound=CreditScoringError, covariant=True)


class Interrupted(CreditScoringError):
    """Somebody stopped the command (Ctrl-C): run it again."""

    exit_code = 130


@dataclass(frozen=True)
class ErrorKind(Generic[E_co]):
    """One thing that can go wrong. `sentence`: what, and where; `remedy`: what to do. Both name their facts in braces.

    Facts are names, counts and limits; never a value out of a client's row, nor a secret.
    """

    code: str
    raised: type[E_co]
    sentence: str
    remedy: str

    def __call__(self, **facts: object) -> E_co:
        """The error with these facts, to be raised. It ends with the code, by which docs/errors.md is searched."""
        return self.raised(f"{self.sentence} {self.remedy}".format(**facts) + f" [{self.code}]")
