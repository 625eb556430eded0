"""What a place in the settings means: a folder, told from where it is written, or an address that stands for itself.

A relative folder begins at the folder of the settings file that names it, wherever a command is typed; one that a
variable of the environment names begins at the working directory, as in any other command of a shell. `~` is the user's
folder.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote

from credit_scoring.errors.usage import NO_HOME_OF_USER
from credit_scoring.machine import NO_FOLDER

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""What begins so is no folder: abfss://..., https://..., dbfs:/..."""
_SQLITE = "sqlite:///"


def folder(text: str, beside: Path) -> str:
    """The absolute path of a place; relative ones begin at the folder `beside`. An address stays as it is.

    UsageError where `~` is nobody's folder.
    """
    if _ADDRESS.match(text):
        return text
    expanded = os.path.expanduser(text)
    if expanded.startswith("~") or (text.startswith("~") and expanded.startswith(NO_FOLDER)):
        raise NO_HOME_OF_USER(place=text)
    return os.path.normpath(beside / expanded)


def of_tables(text: str, beside: Path) -> str:
    """The place of tables: a folder or an address holds a slash, `catalog.schema` does not."""
    return folder(text, beside) if "/" in text else text


def database(text: str, beside: Path) -> str:
    """The address of a database: of SQLite's files a relative one begins at `beside`."""
    file = sqlite_file(text)
    if file is None:
        return text
    _, mark, query = text.partition("?")
    return sqlite(Path(folder(str(file), beside))) + mark + query


def sqlite(file: Path) -> str:
    """The address of a database in a file. What an address reads otherwise is written as an address has to write it."""
    return _SQLITE + str(file).replace("%", "%25").replace("?", "%3F")


def sqlite_file(address: str) -> Path | None:
    """The file of a database, None where its address is another's than SQLite's."""
    if not address.startswith(_SQLITE):
        return None
    return Path(unquote(address.removeprefix(_SQLITE).partition("?")[0]))
