"""Runs that meet each other, and runs that find nothing to score."""

from credit_scoring.errors import ErrorKind, Interrupted, NothingToScore, RunActive

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
NOTHING_TO_SCORE = ErrorKind(
    "nothing-to-score",
    NothingToScore,
    "There is nothing to score: all of its {records:,} applications are in quarantine.",
    "`credit-scoring show quarantine` says why; correct the files and deliver them again under another name.",
)
INTERRUPTED = ErrorKind(
    "command-interrupted",
    Interrupted,
    "interrupted: nothing half-done is visible, run it again.",
    "It goes on where this one ended.",
)
