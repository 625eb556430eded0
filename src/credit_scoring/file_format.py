"""How a lender writes its CSV files: the one declaration that settings, manifests, intake and `inspect` share.

The default is what the lender's files are: UTF-8, commas, quotes doubled inside quotes, a decimal point, empty cells
for nothing. What is declared is read exactly so: nothing is guessed, and a cell that is not as declared is a bad cell.
"""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Lines = Annotated[int, Field(ge=0, le=1_000)]
Mark = Annotated[str, Field(min_length=1, max_length=1)]
MarkOrNone = Annotated[str, Field(max_length=1)]
"""One character; "" stands for none."""
Text = Annotated[str, Field(min_length=1, max_length=100)]

_NO_TEXT = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7", "mbcs", "oem"})
"""Codecs that are no encodings of files."""
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


class Format(BaseModel):
    """How a file is written. Keys that are not set follow the lender's format, and that the defaults.

    `encoding`: `utf-8`, `utf-16`, `utf-16-le`, `windows-1252`, ... as Python names encodings. `packing`: `auto` is a
    plain file, or gzip where its first bytes say so; `gzip-twice`, `zip` (an archive of this one file).
    `skip_head`: lines before the header (a line `sep=;`). `skip_below_header`: lines between header and records (a line
    of dashes). `skip_foot`: lines after the records (a total, "(422 rows affected)"); blank lines are not counted.
    `header`: `any_case` takes `sk_id_curr` for `SK_ID_CURR`; `letters` compares letters and digits alone, so that
    `Sk Id Curr`, `#SK_ID_CURR` and `bureau.sk_id_curr` are meant, too. `columns`: `ruled` are those whose widths a line
    of dashes below the header shows (`skip_below_header`), whatever stands between them and without quotes.
    `delimiter`: the character between cells.
    `trailing_delimiter`: each record ends with one, and the header does not. `row_names`: each record begins with a
    cell that the header lacks, as R's write.table has it. `quote`: the character around cells that
    hold a delimiter, "" for none. `escape`: the character before a quote inside a cell, "" where a quote is doubled.
    `trim`: blanks around cells and names are padding.
    `nothing`: texts that stand for nothing, beside the empty cell; where a column declares such a text as a value, it
    stays that value. `is_true`, `is_false`: texts for 1 and 0 or Y and N, in columns that hold just these two.
    `decimal`: the decimal mark. `thousands`: the mark between groups of digits, "" for none. `minus`: the sign of
    negative numbers; `minus_place`: `before` or `after` the digits, or `brackets` around them instead. `currency`:
    texts before or after numbers that say nothing of their size (`EUR`, `$`).
    `float_ids`: identifiers, and codes that are digits, are written `100002.0`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: str = "utf-8"
    packing: Literal["auto", "gzip-twice", "zip"] = "auto"
    skip_head: Lines = 0
    skip_below_header: Lines = 0
    skip_foot: Lines = 0
    header: Literal["exact", "any_case", "letters"] = "exact"
    columns: Literal["delimited", "ruled"] = "delimited"
    delimiter: Mark = ","
    trailing_delimiter: bool = False
    row_names: bool = False
    quote: MarkOrNone = '"'
    escape: MarkOrNone = ""
    trim: bool = False
    nothing: tuple[Text, ...] = ()
    is_true: tuple[Text, ...] = ()
    is_false: tuple[Text, ...] = ()
    decimal: Mark = "."
    thousands: MarkOrNone = ""
    minus: Mark = "-"
    minus_place: Literal["before", "after", "brackets"] = "before"
    currency: tuple[Text, ...] = ()
    float_ids: bool = False

    @field_validator("encoding")
    @classmethod
    def _of_text(cls, name: str) -> str:
        """The encoding under Python's one name for it."""
        try:
            codec = codecs.lookup(name)
        except (LookupError, ValueError):
            raise ValueError(f"there is no encoding {name!r}") from None
        found = codec.name.replace("_", "-")
        if found in _NO_TEXT or not codec._is_text_encoding:
            raise ValueError(f"{name!r} is no encoding of files")
        return "utf-8" if found == "utf-8-sig" else found  # a byte order mark is passed over anyway

    @field_validator("delimiter", "quote", "escape")
    @classmethod
    def _one_byte(cls, mark: str) -> str:
        if mark and (not mark.isascii() or mark.isalnum() or mark in "\r\n\0"):
            raise ValueError("must be an ASCII character that is no letter, no digit and no line's end")
        return mark

    @field_validator("decimal", "thousands", "minus")
    @classmethod
    def _no_digit(cls, mark: str) -> str:
        if mark and (mark.isalnum() or mark in "\r\n\0+()"):
            raise ValueError("must be a character that is no letter, no digit, no bracket and no line's end")
        return mark

    @field_validator("nothing", "is_true", "is_false", "currency", mode="before")
    @classmethod
    def _quoted(cls, texts: Any) -> Any:
        """YAML takes NULL, True and 1.0 for other things than texts."""
        if isinstance(texts, list | tuple) and any(not isinstance(text, str) for text in texts):
            raise ValueError("must be a list of texts: put each in quotes")
        return texts

    @field_validator("nothing", "is_true", "is_false", "currency")
    @classmethod
    def _one_line(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        if any(re.search("[\r\n\0]", text) for text in texts):
            raise ValueError("must be texts of one line")
        return tuple(dict.fromkeys(texts))

    @field_validator("nothing")
    @classmethod
    def _no_number(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        """A number that stands for nothing in one column is a value in another."""
        if numbers := [text for text in texts if _NUMBER.fullmatch(text)]:
            raise ValueError(f"{numbers[0]!r} is a number, which columns may hold as a value")
        return texts

    @field_validator("currency")
    @classmethod
    def _no_size(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        """What could be a part of a number says something of its size; so does a percent sign."""
        if sized := [text for text in texts if re.search(r"[\d\s%\u2030()+-]|^[.,']|^[eE]$", text)]:
            raise ValueError(f"{sized[0]!r} may say how large a number is")
        return texts

    @model_validator(mode="after")
    def _told_apart(self) -> Format:
        """No character and no text means two things."""
        marks = [mark for mark in (self.delimiter, self.quote, self.escape) if mark]
        if len(set(marks)) < len(marks):
            raise ValueError("delimiter, quote and escape must differ")
        if len({self.decimal, self.thousands, self.minus}) < 3:
            raise ValueError("decimal, thousands and minus must differ")
        texts = [*self.nothing, *self.is_true, *self.is_false]
        if len(set(texts)) < len(texts):
            raise ValueError("a text may stand in one of nothing, is_true and is_false only")
        return self

    def over(self, base: Format) -> Format:
        """This format, with what it does not set taken from `base`."""
        return Format.model_validate({**base.declared(), **self.set_here()})

    def set_here(self) -> dict[str, Any]:
        """The keys that were set, be it to their defaults, for JSON."""
        return self.model_dump(mode="json", include=set(Format.model_fields), exclude_unset=True)

    def declared(self) -> dict[str, Any]:
        """The keys that differ from the defaults, for JSON: {} is the default format."""
        return self.model_dump(mode="json", include=set(Format.model_fields), exclude_defaults=True)


DEFAULT = Format()


class LenderFormat(Format):
    """The lender's format; `tables`: by table, what is different there."""

    tables: dict[str, Format] = {}

    def of(self, table: str, *more: Format | None) -> Format:
        """The format of a table's files; each of `more` (a manifest's, a file's in it) goes before what precedes it."""
        found = Format.model_validate(self.declared())
        for each in (self.tables.get(table), *more):
            found = each.over(found) if each is not None else found
        return found.model_copy(update={"quote": "", "escape": ""}) if found.columns == "ruled" else found


DEFAULT_FORMATS = LenderFormat()
