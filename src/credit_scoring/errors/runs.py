"""Runs that meet each other."""

from credit_scoring.errors import ErrorKind, RunActive

CLAIM_HELD = ErrorKind(
    "claim-held",
    RunActive,
    "Another run ({run}) is at work on {deliveries}; its claim ends at {ends:%Y-%m-%d %H:%M} UTC.",
    "Wait for it; if that run is dead, the next run after that takes over.",
)
CLAIM_CONTESTED = ErrorKind(
    "claim-contested",
    RunActive,
    "Several runs start at the same moment and none gets its turn.",
    "Start this one again later.",
)
WITHDRAWAL_UNFINISHED = ErrorKind(
    "withdrawal-unfinished",
    RunActive,
    "The withdrawal of {delivery} was begun and is not finished, so scores could rest on half of it.",
    'Run `credit-scoring withdraw {delivery} --reason "..."` again, then this.',
)
