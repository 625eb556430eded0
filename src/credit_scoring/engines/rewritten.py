"""How a table is called while its rows wait to be written anew: no engine writes the table before that is finished."""

_COPY = "rewriting_"


def copy_of(table: str) -> str:
    """The name of the copy from which a table is made again."""
    return f"{_COPY}{table}"


def is_copy(table: str) -> bool:
    """Whether a table of that name is such a copy."""
    return table.startswith(_COPY)
