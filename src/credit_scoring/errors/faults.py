"""Guarantees of ours that did not hold. Nothing of what they are about is visible or published."""

import traceback

from credit_scoring.errors import ErrorKind, Fault

UNFORESEEN = ErrorKind(
    "failed-unforeseen",
    Fault,
    "Something failed that nobody foresaw: {kind} (at {place}). Nothing half-done is visible.",
    "Run the command again: it goes on where this one ended. If it fails again, report this; {variable}=1 shows the "
    "whole trace, which may hold values of clients.",
)
RECORDS_UNACCOUNTED = ErrorKind(
    "records-unaccounted",
    Fault,
    "File {file}: {records:,} records were read, but {accepted:,} accepted, {duplicates:,} duplicates and "
    "{quarantined:,} quarantined do not add up to them.",
    "Keep the delivery and report this.",
)
APPEND_NOT_ONCE = ErrorKind(
    "append-not-once",
    Fault,
    "Table {table} holds {found:,} rows of {column} {value}, expected {expected:,}: the append did not land exactly "
    "once. Nothing of it is visible.",
    "Keep the table and report this.",
)
TABLE_WITHOUT_HISTORY = ErrorKind(
    "table-without-history",
    Fault,
    "Table {table} has no history, so it is no Delta table.",
    "Keep it and report this.",
)
SCORED_TWICE = ErrorKind(
    "scored-twice",
    Fault,
    "{table} holds {rows:,} rows of delivery {delivery} and model version {version} for {clients:,} clients: a client "
    "was scored twice. Nothing is published.",
    "Keep the table and report this.",
)
SCORES_MISSING = ErrorKind(
    "scores-missing",
    Fault,
    "{table} holds {found:,} clients of delivery {delivery}, expected {expected:,}. Nothing of it is published.",
    "Keep the table and report this.",
)
FILE_NOT_THE_TABLE = ErrorKind(
    "file-not-the-table",
    Fault,
    "{file} holds {clients:,} clients, {table} {expected:,} of delivery {delivery}. It is not recorded as published.",
    "Keep both and report this.",
)
PUBLISHED_OTHERWISE = ErrorKind(
    "published-otherwise",
    Fault,
    "{file} is there with other content, and a published file is never changed.",
    "Move it away if nobody has read it, then run again.",
)
CLAIM_OF_NOTHING = ErrorKind(
    "claim-of-nothing",
    Fault,
    "Claim {claim} holds no delivery that waits for its scores.",
    "Report this.",
)
CLAIM_WITHOUT_MODEL = ErrorKind(
    "claim-without-model",
    Fault,
    "Claim {claim} names no model version that its clients are to be scored with.",
    "Report this.",
)
CASES_WITHOUT_APPLICATION = ErrorKind(
    "cases-without-application",
    Fault,
    "{clients:,} clients were to be scored or trained on whose application is not accepted: the cohort and the tables "
    "disagree.",
    "Report this.",
)
VECTORS_ODD = ErrorKind(
    "vectors-odd",
    Fault,
    "The model takes float32 vectors of {features} features a client, and was given {kind} of shape {shape}.",
    "Report this.",
)
TRAINING_VECTORS_ODD = ErrorKind(
    "training-vectors-odd",
    Fault,
    "Training was given vectors of another length than its {features} features.",
    "Report this.",
)
POINTS_DO_NOT_ADD_UP = ErrorKind(
    "points-do-not-add-up",
    Fault,
    "Points do not add up to their score.",
    "Report this.",
)
NOT_SPARK = ErrorKind(
    "not-spark",
    Fault,
    "What is asked for is Spark's alone, and the {engine} engine was started.",
    "Set `engine: spark`, or report this.",
)


def place_of(error: BaseException) -> str:
    """The innermost line of ours that an error passed; its text is not told, as it may hold a client's values."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/credit_scoring/" in frame.filename]
    if not ours:
        return "credit_scoring"
    return f"credit_scoring/{ours[-1].filename.rsplit('/credit_scoring/', 1)[1]}, line {ours[-1].lineno}"
