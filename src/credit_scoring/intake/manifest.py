"""The manifest of a delivery: which files it holds, with their records, bytes and sha256. It is written last."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_serializer, field_validator

from credit_scoring.errors.deliveries import (
    MANIFEST_EMPTY,
    MANIFEST_NAMES_TWICE,
    MANIFEST_OF_ANOTHER,
    MANIFEST_UNUSABLE,
)
from credit_scoring.file_format import Format, LenderFormat
from credit_scoring.schema.tables import TABLES

NAME = "manifest.json"
PLAIN_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$"
"""Names of deliveries and files: nothing that a path, a glob or a spreadsheet would read as something else."""

_TABLES = frozenset(table.name for table in TABLES)


class DeliveredFile(BaseModel):
    """One file of a delivery; `records` counts its data records, without the header. `format`: how it is written, where
    that differs from the delivery's."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: Annotated[str, Field(pattern=PLAIN_NAME)]
    table: str
    records: Annotated[int, Field(ge=0)]
    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    format: Format | None = None

    @field_serializer("format")
    def _said(self, told: Format | None) -> dict[str, Any] | None:
        return None if told is None else told.set_here()

    @field_validator("table")
    @classmethod
    def _declared(cls, name: str) -> str:
        if name not in _TABLES:
            raise ValueError(f"there is no table {name!r}; the tables are {', '.join(sorted(_TABLES))}")
        return name


class Manifest(BaseModel):
    """What a delivery says of itself. `without`: histories that it brings no rows of, on purpose. `format`: how its
    files are written, where that differs from the lender's."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    delivery: Annotated[str, Field(pattern=PLAIN_NAME)]
    files: tuple[DeliveredFile, ...]
    without: tuple[str, ...] = ()
    format: Format | None = None

    @field_serializer("format")
    def _said(self, told: Format | None) -> dict[str, Any] | None:
        return None if told is None else told.set_here()

    def format_of(self, file: DeliveredFile, lender: LenderFormat) -> Format:
        """How a file of the delivery is written: the settings, and what the manifest says before them."""
        return lender.of(file.table, self.format, file.format)

    def to_json(self) -> bytes:
        """The bytes of manifest.json; what is not said does not stand there."""
        return (self.model_dump_json(indent=1, exclude_defaults=True, exclude_none=True) + "\n").encode()


def sha256(data: bytes) -> str:
    """Hex sha256, the identity of bytes."""
    return hashlib.sha256(data).hexdigest()


def read(data: bytes, folder: str) -> Manifest:
    """The manifest in these bytes, of the delivery in this folder; DeliveryRefused with a sentence otherwise."""
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise MANIFEST_UNUSABLE(delivery=folder, key=key, problem=first["msg"]) from None
    if manifest.delivery != folder:
        raise MANIFEST_OF_ANOTHER(folder=folder, delivery=manifest.delivery)
    names = [file.name for file in manifest.files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise MANIFEST_NAMES_TWICE(delivery=folder, file=twice[0])
    if not manifest.files:
        raise MANIFEST_EMPTY(delivery=folder)
    return manifest
