"""Containers of blob storage: what is missing in the settings, and what did not answer."""

from credit_scoring.errors import ErrorKind, StorageError, UsageError

STORAGE_UNREACHED = ErrorKind(
    "storage-unreached",
    StorageError,
    "The blob storage did not answer in time, or refused access ({kind}). What was being written is not visible.",
    "`credit-scoring doctor` says which root it is; then run the command again: it finishes what this one began.",
)
PLACE_NOT_WRITABLE = ErrorKind(
    "place-not-writable",
    StorageError,
    "{place} cannot be written to: {why}. Nothing half-done is visible.",
    "Make room there, or give this account the right to write, or name another place in the settings; then run the "
    "command again.",
)
ROOT_UNKNOWN = ErrorKind(
    "root-unknown",
    UsageError,
    "The root {root} cannot be used, because Spark and Python do not both reach such places.",
    "Write abfss://container@account.dfs.core.windows.net/path for a blob container, a path for a folder or volume, "
    "catalog.schema for tables of a catalog.",
)
CREDENTIAL_MISSING = ErrorKind(
    "credential-missing",
    UsageError,
    "The storage account cannot be reached: the variable {variable} is not set.",
    "Set it where the command and Spark run (docs/blob.md says where from), or another storage.credential.",
)
WASB_NEEDS_KEY = ErrorKind(
    "wasb-needs-key",
    UsageError,
    "The protocol wasb reaches {host} with an account key only, and storage.credential is {credential}.",
    "Write the root as {abfss}, or set storage.credential to account_key.",
)
