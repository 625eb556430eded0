"""Why a delivery is refused, or waits for another run. Nothing of it becomes visible, and the others are done."""

from credit_scoring.errors import (
    DeliveryIncomplete,
    DeliveryRefused,
    DeliveryUnreadable,
    ErrorKind,
    Interrupted,
    NothingToScore,
    RunActive,
)

MANIFEST_UNUSABLE = ErrorKind(
    "manifest-unusable",
    DeliveryRefused,
    "The manifest of delivery {delivery} cannot be used: {key}: {problem}.",
    "Write it again with `credit-scoring deliver`.",
)
MANIFEST_OF_ANOTHER = ErrorKind(
    "manifest-of-another",
    DeliveryRefused,
    "The manifest in folder {folder} says that it belongs to delivery {delivery}.",
    "Give folder and manifest the same name.",
)
MANIFEST_NAMES_TWICE = ErrorKind(
    "manifest-names-twice",
    DeliveryRefused,
    "The manifest of delivery {delivery} names {file} more than once.",
    "Write it again with `credit-scoring deliver`.",
)
MANIFEST_EMPTY = ErrorKind(
    "manifest-empty",
    DeliveryRefused,
    "The manifest of delivery {delivery} names no files, so there is nothing to take in.",
    "Write it again with `credit-scoring deliver`.",
)
MANIFEST_CHANGED = ErrorKind(
    "manifest-changed",
    DeliveryRefused,
    "The manifest of delivery {delivery} changed while it was taken in: nothing of it is accepted.",
    "Nothing is to be done: the next run looks at the new one.",
)
NAME_TAKEN = ErrorKind(
    "name-taken",
    DeliveryRefused,
    "Delivery {delivery} was accepted before with other bytes; nothing of it changed.",
    "Deliver corrected files under a new name: they replace the earlier rows of their clients.",
)
DELIVERY_GONE = ErrorKind(
    "delivery-gone",
    DeliveryIncomplete,
    "Delivery {delivery} was removed before it was taken in.",
    "Upload it again.",
)
FILE_MISSING = ErrorKind(
    "file-missing",
    DeliveryIncomplete,
    "Delivery {delivery} lacks {file}, which its manifest names{more}.",
    "Upload it: the next run looks again.",
)
FILE_UNREAD = ErrorKind(
    "file-unread",
    DeliveryIncomplete,
    "File {file} of delivery {delivery} cannot be read: {why}.",
    "Give it free (a blob in the archive has to be rehydrated) or upload it again: the next run looks again.",
)
FILE_TOO_LARGE = ErrorKind(
    "file-too-large",
    DeliveryRefused,
    "File {file} of delivery {delivery} has {found:,.0f} MB, more than the limit of {limit:,.0f} MB.",
    "Split it (`credit-scoring deliver` does) and deliver again, or raise intake.max_file_mb.",
)
FILE_CUT = ErrorKind(
    "file-cut",
    DeliveryIncomplete,
    "File {file} of delivery {delivery} has {found:,} bytes, the manifest says {promised:,}: the upload was cut, or "
    "the file changed afterwards.",
    "Upload it again.",
)
FILE_CHANGED = ErrorKind(
    "file-changed",
    DeliveryIncomplete,
    "File {file} of delivery {delivery} has the sha256 {found}..., the manifest says {promised}...: the file changed "
    "after the manifest was written.",
    "Upload it again.",
)
GZIP_DAMAGED = ErrorKind(
    "gzip-damaged",
    DeliveryRefused,
    "File {file} of delivery {delivery} is damaged: it does not unpack as gzip.",
    "Upload it again.",
)
GZIP_CUT = ErrorKind(
    "gzip-cut",
    DeliveryRefused,
    "File {file} of delivery {delivery} is cut: its gzip data ends too early.",
    "Upload it again.",
)
INFLATES_TOO_FAR = ErrorKind(
    "inflates-too-far",
    DeliveryRefused,
    "File {file} of delivery {delivery} unpacks to more than {limit:,} bytes, the limit for a file of its size.",
    "Split it (`credit-scoring deliver` does) and deliver again, or raise intake.max_file_mb or intake.max_inflation.",
)
PACKED_OTHERWISE = ErrorKind(
    "packed-otherwise",
    DeliveryRefused,
    "File {file} of delivery {delivery} is {found}.",
    "Deliver the CSV file itself or packed once by gzip{or_set}.",
)
ZIP_DAMAGED = ErrorKind(
    "zip-damaged",
    DeliveryRefused,
    "File {file} of delivery {delivery} does not unpack as the zip archive that intake.format.packing says it is.",
    "Upload it again, or mend the setting.",
)
ARCHIVE_OF_ONE = ErrorKind(
    "archive-of-one",
    DeliveryRefused,
    "File {file} of delivery {delivery} is a zip archive of {files} files that are to be one, or it has a password.",
    "Unpack it and deliver its files.",
)
WIDE_TEXT = ErrorKind(
    "wide-text",
    DeliveryRefused,
    "File {file} of delivery {delivery} is UTF-16 or UTF-32 text.",
    "Set intake.format.encoding: {encoding}, which reads it, or export it as UTF-8 and deliver again.",
)
NOT_UTF8 = ErrorKind(
    "not-utf8",
    DeliveryRefused,
    "File {file} of delivery {delivery} is not UTF-8 text (line {line:,}).",
    "Name its encoding in intake.format.encoding (that of many spreadsheets is windows-1252), or export it as UTF-8 "
    "and deliver again.",
)
NOT_IN_ENCODING = ErrorKind(
    "not-in-encoding",
    DeliveryRefused,
    "File {file} of delivery {delivery} is not the {encoding} text that intake.format.encoding says it is (line "
    "{line:,}).",
    "Mend the setting, or export the file again and deliver it.",
)
NO_HEADER = ErrorKind(
    "no-header",
    DeliveryRefused,
    "File {file} of delivery {delivery} is empty: it has no header.",
    "Deliver it with its header, or leave it out.",
)
COLUMN_TWICE = ErrorKind(
    "column-twice",
    DeliveryRefused,
    "File {file} of delivery {delivery} has the column {column} more than once.",
    "Keep one and deliver again.",
)
WRITTEN_OTHERWISE = ErrorKind(
    "written-otherwise",
    DeliveryRefused,
    "File {file} of delivery {delivery} does not show the columns of table {table} as it is read now: {looks}.",
    "If that is so, set `{setting}` in the settings and run again, which looks at it anew; else export it again and "
    "deliver it.",
)
NO_TABLE = ErrorKind(
    "no-table",
    DeliveryRefused,
    "File {file} of delivery {delivery} is {found}, not a CSV file.",
    "Export the table as CSV (packed by gzip, if at all) and deliver again.",
)
FIXED_WIDTH = ErrorKind(
    "fixed-width",
    DeliveryRefused,
    "File {file} of delivery {delivery} shows the columns of table {table} at fixed widths, with nothing but blanks "
    "between them.",
    'Export it with a delimiter (`sqlcmd -s "," -W`, `psql --csv`) and deliver again.',
)
LINES_QUOTED = ErrorKind(
    "lines-quoted",
    DeliveryRefused,
    "File {file} of delivery {delivery} has quotes around each whole line, so that all its columns are one: a "
    "spreadsheet opened it with another delimiter and saved it.",
    "Deliver the file as it was before, or export it again.",
)
HEADERLESS = ErrorKind(
    "header-missing",
    DeliveryRefused,
    "File {file} of delivery {delivery} has no header: its first line has as many cells as table {table} has columns, "
    "and none of their names.",
    "Export it with its header (each part of a table with its own) and deliver again.",
)
COLUMNS_MISSING = ErrorKind(
    "columns-missing",
    DeliveryRefused,
    "File {file} of delivery {delivery} lacks columns that table {table} must have: {columns}.",
    "Add them (cells may be empty) and deliver again.",
)
QUOTE_OPEN = ErrorKind(
    "quote-open",
    DeliveryRefused,
    "File {file} of delivery {delivery} has a quoted cell that is never closed, so its records cannot be told apart.",
    "Export it again and deliver it.",
)
NOT_CSV = ErrorKind(
    "not-csv",
    DeliveryRefused,
    "File {file} of delivery {delivery} cannot be read as CSV.",
    "Export it again and deliver it.",
)
RECORDS_DIFFER = ErrorKind(
    "records-differ",
    DeliveryRefused,
    "File {file} of delivery {delivery} has {found:,} records, the manifest says {promised:,}: the file was cut or "
    "changed, or holds a carriage return inside a cell.",
    "Export it again and deliver it.",
)
SKIPPED_RECORD = ErrorKind(
    "skipped-record",
    DeliveryRefused,
    "File {file} of delivery {delivery} has a record among the lines that intake.format.{key} has intake skip, or in "
    "one line with them.",
    "Mend the setting, or export the file again: no record is passed over.",
)
UNREADABLE = ErrorKind(
    "delivery-unreadable",
    DeliveryUnreadable,
    "Delivery {delivery} could not be read, in a way that nobody foresaw: {kind} in {what} (at {place}). Nothing of it "
    "is accepted, and the other deliveries are not touched.",
    "Report this. It is looked at again when the code or the declared format changes.",
)


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
