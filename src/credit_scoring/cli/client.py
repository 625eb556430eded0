"""A client's number as an argument."""

from __future__ import annotations

from typing import Any

import click

_MOST = 2**63 - 1
"""SK_ID_CURR is a BIGINT."""


class _Client(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.2 on
    name = "client"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; a usage error where no client can have it."""
        text = str(value)
        if not (text.isascii() and text.isdigit()):
            self.fail(f"{text!r} is no client's number: write the digits of SK_ID_CURR.", param, ctx)
        if not 0 < int(text[:400]) <= _MOST:
            self.fail(f"{text[:40]} is no client's number: they go from 1 to {_MOST:,}.", param, ctx)
        return int(text)


CLIENT = _Client()
