"""Wrong usage or settings."""

from credit_scoring.errors import ErrorKind, UsageError

NO_SETTINGS_FILE = ErrorKind(
    "no-settings-file",
    UsageError,
    "There is no settings file {file}.",
    "Name one with --conf (conf/local.yml is the default).",
)
SETTINGS_NOT_READ = ErrorKind(
    "settings-not-read",
    UsageError,
    "The settings file {file} cannot be read: {why}.",
    "Name a file of UTF-8 text with --conf (conf/local.yml is the default), or save this one as UTF-8.",
)
SETTINGS_NOT_YAML = ErrorKind(
    "settings-not-yaml",
    UsageError,
    "The settings file {file} is not readable YAML: {problem}.",
    "Correct it.",
)
SETTINGS_NO_KEYS = ErrorKind(
    "settings-no-keys",
    UsageError,
    "The settings file {file} must hold keys and values.",
    "Write them, such as `home: var`.",
)
SETTINGS_WRONG = ErrorKind(
    "settings-wrong",
    UsageError,
    "The settings of {file} do not hold: {problems}.",
    "Correct the file or the variable; docs/reference/settings.md lists every key.",
)
SECRET_FILE_WRONG = ErrorKind(
    "secret-file-wrong",
    UsageError,
    "The secret that {variable} names a file for cannot be read: {why}.",
    "Name a file that holds the secret and nothing else and that this account may read, or set the secret itself.",
)
VARIABLE_UNKNOWN = ErrorKind(
    "variable-unknown",
    UsageError,
    "The variable {variable} names no setting of {file}.",
    "Sections are {sections}; correct the variable, or unset it.",
)
NO_HOME_OF_USER = ErrorKind(
    "no-home-of-user",
    UsageError,
    "The place {place} cannot be told: this machine knows no such user's folder (HOME is not set).",
    "Write the place without ~, or set HOME.",
)
NO_STORE = ErrorKind(
    "no-store",
    UsageError,
    "There is no store at {place}: it has neither a landing place nor tables ({conf} names it).",
    "Name the settings of the store with --conf. To begin one there: `credit-scoring deliver` a first delivery, or "
    "`credit-scoring score --new`.",
)
ROLLBACK_ALONE = ErrorKind(
    "rollback-alone",
    UsageError,
    "--rollback goes back to the champion before; it takes no --force and no --reason.",
    "Leave them out.",
)
FORCE_NEEDS_REASON = ErrorKind(
    "force-needs-reason",
    UsageError,
    'Gates are passed over with both --force and --reason "...": the reason is recorded.',
    "Give both, or neither.",
)
MORE_OUTCOMES_THAN_CLIENTS = ErrorKind(
    "more-outcomes-than-clients",
    UsageError,
    "Of {clients:,} clients {outcomes:,} cannot have an outcome.",
    "Ask for at most all of them.",
)
DELIVERY_NAME_WRONG = ErrorKind(
    "delivery-name-wrong",
    UsageError,
    "{name} cannot name a delivery.",
    "Use letters, digits, '.', '_' and '-' only, a letter or digit first.",
)
NOBODY_TO_RESCORE = ErrorKind(
    "nobody-to-rescore",
    UsageError,
    "No delivery is accepted yet, so there is nobody to score again.",
    "Deliver one and run `credit-scoring score`.",
)
AS_OF_ALONE = ErrorKind(
    "as-of-alone",
    UsageError,
    "--as-of goes with --rescore: new deliveries are always scored as known when they came.",
    "Give both, or neither.",
)
NO_SOURCE_FOLDER = ErrorKind(
    "no-source-folder",
    UsageError,
    "There is no folder {folder} to deliver.",
    "Name the folder with the CSV files.",
)
DELIVERY_THERE = ErrorKind(
    "delivery-there",
    UsageError,
    "There is a delivery {delivery} in {landing} already.",
    "Give this one another --name.",
)
SOURCE_DAMAGED = ErrorKind(
    "source-damaged",
    UsageError,
    "{file} does not unpack as gzip, or ends too early.",
    "Export it again; a file that is not compressed ends with .csv.",
)
SOURCE_NOT_IN_ENCODING = ErrorKind(
    "source-not-in-encoding",
    UsageError,
    "{file} is not the {encoding} text that intake.format.encoding says it is.",
    "Mend the setting, or export the file again.",
)
NO_TABLE_FILES = ErrorKind(
    "no-table-files",
    UsageError,
    "No file of {folder} is a table.",
    "Names must begin with {stems} and end with .csv or .csv.gz.",
)
LOOKS_LIKE_TABLES = ErrorKind(
    "looks-like-tables",
    UsageError,
    "In {folder} these look like tables, and would not be delivered: {files}.",
    "Do what stands behind each, or leave one out with --ignore NAME (a pattern such as '*.xlsx' will do).",
)
PARTS_UNFINISHED = ErrorKind(
    "parts-unfinished",
    UsageError,
    "The part files in {folder} are not complete: a folder _temporary says that Spark is still writing, or died.",
    "Wait until the job has ended, or run it again.",
)
TABLE_TWICE = ErrorKind(
    "table-twice",
    UsageError,
    "{one} and {other} both say the table {table}, so its rows would stand there twice or contradict each other.",
    "Leave one out with --ignore NAME; parts of one table are told apart by numbers ({table}-0001.csv).",
)
TABLES_LACKING = ErrorKind(
    "tables-lacking",
    UsageError,
    "{folder} brings applications and no {tables}, which all earlier deliveries brought: its clients would be scored "
    "as if they had no such history.",
    "Add the files; if nobody has such rows, or earlier deliveries brought them, say so with --without {named}.",
)
WITHOUT_UNKNOWN = ErrorKind(
    "without-unknown",
    UsageError,
    "--without {name} names no history.",
    "Name one of {tables}, or `histories` for all of them.",
)
WITHOUT_THERE = ErrorKind(
    "without-there",
    UsageError,
    "--without {table} says that there are no rows of it, and {file} is one of its files.",
    "Leave out the one or the other (--ignore NAME).",
)
WOULD_BE_REFUSED = ErrorKind(
    "would-be-refused",
    UsageError,
    "Nothing of {folder} is uploaded, because intake could not use it: {why}.",
    "`credit-scoring inspect {folder}` says which format would read it, if one would; --as-it-is uploads it anyway.",
)
CLIENT_WITHOUT_SCORE = ErrorKind(
    "client-without-score",
    UsageError,
    "Client {client} has no score: no delivery that was scored holds an application with this SK_ID_CURR.",
    "Check the number; `credit-scoring show quarantine` lists what was not accepted.",
)
PATH_NOT_TAKEN = ErrorKind(
    "path-not-taken",
    UsageError,
    "The embedded engine cannot keep tables in {place}: delta-rs takes no path that has one of the characters {odd}.",
    "Choose a folder without them (`home` or `tables` in the settings), or run it with `--engine spark`.",
)
LOCAL_NO_CATALOG = ErrorKind(
    "local-no-catalog",
    UsageError,
    "The embedded engine keeps tables in folders and containers, and {tables} is a catalog's schema.",
    "Set `engine: spark`, or `tables` to a folder or a container.",
)
TABLES_OF_EARLIER_RELEASE = ErrorKind(
    "tables-of-earlier-release",
    UsageError,
    "Of the tables {tables}, as an earlier release made them, the engine `{engine}` can read but not write.",
    "Run `credit-scoring maintain --engine spark` once, while no other run is at work: it makes them anew with all "
    "their rows.",
)
NOBODY_SCORED = ErrorKind(
    "nobody-scored",
    UsageError,
    "Nobody has a score yet.",
    "Run `credit-scoring score` first.",
)
NOBODY_APPLIED = ErrorKind(
    "nobody-applied",
    UsageError,
    "No client has an accepted application yet.",
    "Take in a delivery first (`credit-scoring intake`).",
)
CLIENT_NOT_APPLIED = ErrorKind(
    "client-not-applied",
    UsageError,
    "Client {client} has no application that was accepted by delivery {seq}.",
    "Name another client, or a later delivery.",
)
PICTURE_NOT_WRITTEN = ErrorKind(
    "picture-not-written",
    UsageError,
    "The picture {file} cannot be written ({why}).",
    "Name another file.",
)
COLUMN_OF_NO_FEATURE = ErrorKind(
    "column-of-no-feature",
    UsageError,
    "training.leave_out names {column}, which no feature reads.",
    "Name columns of the application, such as DAYS_BIRTH for the age.",
)
NO_JAVA = ErrorKind(
    "no-java",
    UsageError,
    "Java {version} was not found, and Spark needs it.",
    "Install it (Debian: openjdk-{version}-jdk-headless), or set JAVA_HOME to where it is.",
)
JVM_NOT_STARTED = ErrorKind(
    "jvm-not-started",
    UsageError,
    "Java did not start, and Spark needs it: {why}.",
    "`credit-scoring doctor` says what this machine has; spark.driver_memory and spark.config of the settings are what "
    "Java is started with.",
)
TOO_FEW_FILES = ErrorKind(
    "too-few-files",
    UsageError,
    "This shell lets a process open {allowed} files, and Spark needs {needed:,}.",
    "Type `ulimit -n {needed}` first (or raise `nofile` in the limits of the machine), then the command again.",
)
WORKER_ENDED = ErrorKind(
    "worker-ended",
    UsageError,
    "A worker process of the embedded engine was ended from outside, most likely because memory ran out.",
    "Give it fewer workers (`local.workers` in the settings) or smaller slots, and run the command again.",
)
MACHINE_TOO_SMALL = ErrorKind(
    "machine-too-small",
    UsageError,
    "This machine, or the limits of this account, gave no more: {why}. Nothing half-done is visible.",
    "`credit-scoring doctor` says what a run needs; give it that, or less work at a time (spark.driver_memory, "
    "intake.slot_mb, gather.clients_per_slot), and run the command again.",
)
NO_PROJECT = ErrorKind(
    "no-project",
    UsageError,
    "Neither {folder} nor a folder above it has {file}.",
    "Open the notebook in a clone of the project.",
)
NO_JARS = ErrorKind(
    "no-jars",
    UsageError,
    "No jars in {folder}.",
    "Run `make jars` in the project's folder, or set {variable} to the folder that has them.",
)
RELEASE_NEEDS_REASON = ErrorKind(
    "release-needs-reason",
    UsageError,
    'A held delivery is let through with both --release DELIVERY and --reason "...".',
    "Give both, or neither.",
)
WITHDRAWAL_NEEDS_REASON = ErrorKind(
    "withdrawal-needs-reason",
    UsageError,
    "A delivery is withdrawn for a reason, which is recorded.",
    'Give it with --reason "...".',
)
NOT_HELD = ErrorKind(
    "not-held",
    UsageError,
    "Delivery {delivery} is not held, so there is nothing to let through. Held now: {held}.",
    "Name one of these; `credit-scoring show deliveries` says what became of the others.",
)
NOT_ACCEPTED = ErrorKind(
    "not-accepted",
    UsageError,
    "There is no accepted delivery {delivery}.",
    "Name one that `credit-scoring show deliveries` lists as accepted.",
)
WITHDRAWAL_OF_WITHDRAWAL = ErrorKind(
    "withdrawal-of-withdrawal",
    UsageError,
    "{delivery} is a withdrawal itself, and cannot be taken back.",
    "Deliver the rows again, under a new name.",
)
MONITOR_ONE = ErrorKind(
    "monitor-one",
    UsageError,
    "A monitoring looks at a delivery or at a month, not at both.",
    "Give --delivery or --month.",
)
EVIDENTLY_MISSING = ErrorKind(
    "evidently-missing",
    UsageError,
    "Evidently works in an environment of its own, and there is no interpreter {python}.",
    "`make evidently` makes one in a checkout. Elsewhere install credit-scoring[evidently] into a new environment, and "
    "set monitoring.evidently_python to its interpreter. Without --evidently all else is done.",
)
EVIDENTLY_FAILED = ErrorKind(
    "evidently-failed",
    UsageError,
    "Evidently, run by {python}, ended with an error ({kind}); our own page is written.",
    "Has this interpreter Evidently 0.7? `make evidently` makes one that has. Without --evidently all else is done.",
)
NOTHING_SCORED = ErrorKind(
    "nothing-scored",
    UsageError,
    "There is nothing to monitor: nobody of {subject} was scored.",
    "`credit-scoring show runs` lists what was; `credit-scoring score` scores what waits.",
)
