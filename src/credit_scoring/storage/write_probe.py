"""Whether a root can be written to, found out by writing."""

from __future__ import annotations

import uuid

from credit_scoring.storage.files import Folder
from credit_scoring.storage.storage_errors import kind_of


def write_probe(folder: Folder) -> str | None:
    """Writes a small file below the folder, reads and removes it; what hinders it, or None.

    The folder is made when it does not exist, as a run would make it.
    """
    name, content = f".reached-{uuid.uuid4().hex[:12]}", b"credit-scoring doctor"
    try:
        folder.write(content, name)
        same = folder.read(name) == content
        folder.remove(name)
    except OSError as error:
        return error.strerror or type(error).__name__
    except Exception as error:
        if (kind := kind_of(error)) is None:
            raise
        return f"it did not answer in time, or refused access ({kind})"
    return None if same else "what was written there is not what is read back"
