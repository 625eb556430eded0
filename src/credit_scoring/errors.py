"""Errors that reach a user: each is a sentence (what, where, what to do) and each has an exit code.

Raise the class whose exit code says who has to act; the message is the sentence that the operator reads.
"""

from __future__ import annotations

from typing import ClassVar


class CreditScoringError(Exception):
    """Base of every error that is shown to a user without a traceback."""

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
