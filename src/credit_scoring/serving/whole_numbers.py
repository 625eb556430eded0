"""Whole numbers in bodies, as JSON has them: 7 and 7.0 are one, "7" and true are none.

children: Annotated[int, Field(ge=0), WHOLE]
"""

from __future__ import annotations

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError


def _number(value: object) -> object:
    """What pydantic would otherwise read as a number, from a text or a truth, is refused."""
    if isinstance(value, str | bool):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


WHOLE = BeforeValidator(_number)
