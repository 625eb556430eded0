"""Containers of blob storage, the online store and its API: what is not set, and what did not answer."""

from credit_scoring.errors import ErrorKind, Fault, StorageError, UsageError

ONLINE_URL_MISSING = ErrorKind(
    "online-url-missing",
    UsageError,
    "The settings name no online store.",
    "Set online.url (postgresql://user@host:5432/credit_scoring), or run `make serve`, which starts one.",
)
ONLINE_URL_WRONG = ErrorKind(
    "online-url-wrong",
    UsageError,
    "The address of the online store (online.url or online.api_url) cannot be used.",
    "Write postgresql://user@host:5432/database, without a password: PGPASSWORD or PGPASSFILE gives it.",
)
DATABASE_AWAY = ErrorKind(
    "database-away",
    StorageError,
    "The online store does not answer, or refused access ({kind}). What was being written is not visible.",
    "Check that PostgreSQL runs where online.url says and that PGPASSWORD or PGPASSFILE is right, then try again.",
)
DATABASE_OLD = ErrorKind(
    "database-old",
    UsageError,
    "The tables of the online store are those of revision {found}, this release works with {wanted}.",
    "Run `credit-scoring database upgrade`.",
)
API_USER_UNKNOWN = ErrorKind(
    "api-user-unknown",
    UsageError,
    "The API's user of the database cannot be made: {lacking}.",
    "Set online.api_url (postgresql://another-user@host:5432/database), and its password as API_PGPASSWORD or in a "
    "file that API_PGPASSWORD_FILE names.",
)
KEY_UNKNOWN = ErrorKind(
    "key-unknown",
    UsageError,
    "There is no key {prefix} that holds.",
    "`credit-scoring key list` shows the keys.",
)
JOURNAL_BROKEN = ErrorKind(
    "journal-broken",
    Fault,
    "The journal is not as it was sealed: {problems}.",
    "Somebody changed or removed what was recorded. Keep the database as it is, and compare it with a backup.",
)
JOURNAL_KEPT = ErrorKind(
    "journal-kept",
    UsageError,
    "The journal cannot be kept for {months} months only: at least six are kept.",
    "Set online.journal_months to 6 or more.",
)
JOURNAL_NOT_RESUMED = ErrorKind(
    "journal-not-resumed",
    UsageError,
    "The database was restored from a backup, and its journal does not go on in this server yet.",
    "Run `credit-scoring database upgrade`; nothing is written before.",
)
NO_POSTGRESQL = ErrorKind(
    "no-postgresql",
    UsageError,
    "PostgreSQL's programs (initdb, pg_ctl) were not found.",
    "Install it (Debian: apt-get install postgresql), or set online.url to a server.",
)
CLUSTER_SERVED = ErrorKind(
    "cluster-served",
    UsageError,
    "Another process runs the PostgreSQL server in {folder}.",
    "Stop it (Ctrl-C where `make serve` runs), then try again.",
)
CLUSTER_UNREACHED = ErrorKind(
    "cluster-unreached",
    UsageError,
    "No PostgreSQL server can be made in {folder}: {user} may not write there.",
    "Set online.cluster to a folder that this user reaches, such as /var/lib/credit-scoring.",
)
CLUSTER_NOT_STARTED = ErrorKind(
    "cluster-not-started",
    StorageError,
    "The PostgreSQL server did not start.",
    "{log} says why.",
)
STORE_NOT_READ = ErrorKind(
    "store-not-read",
    UsageError,
    "The tables in {root} cannot be loaded into the online store: no scores have been published from them.",
    "Run `make score` first, or name the lender's tables in the settings.",
)
CLIENT_NOT_NAMED = ErrorKind(
    "client-not-named",
    UsageError,
    "`credit-scoring journal export` needs the number of the client.",
    "Name it: credit-scoring journal export 100002.",
)
KEY_NOT_NAMED = ErrorKind(
    "key-not-named",
    UsageError,
    "`credit-scoring key {action}` needs {what}.",
    "`credit-scoring key list` shows the keys; --help shows the options.",
)
PORT_TAKEN = ErrorKind(
    "port-taken",
    UsageError,
    "Port {port} of {host} is taken.",
    "End what uses it, or set {setting} to another (0: any that is free).",
)
DESK_NOT_STARTED = ErrorKind(
    "desk-not-started",
    StorageError,
    "The adviser's desk did not start on port {port} of {host}.",
    "Install the extra `serving`, look whether something else uses the port, and set desk.port to another (0: any).",
)


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
