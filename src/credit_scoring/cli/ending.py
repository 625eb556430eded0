"""How a command ends that failed: one sentence on standard error, an exit code, and with --json one document."""

from __future__ import annotations

import json
import logging
import re
import signal
import threading

import click

from credit_scoring.cli import output
from credit_scoring.cli.unforeseen import unforeseen
from credit_scoring.errors import CreditScoringError
from credit_scoring.errors.deliveries import INTERRUPTED
from credit_scoring.storage.storage_errors import of_storage

WRONG_USAGE = "wrong-usage"
"""The code, in the document, of arguments that no command takes; as a text they are click's own lines."""
_CODE = re.compile(r" \[([a-z0-9-]+)\]$")


def ending(error: BaseException, as_json: bool) -> int:
    """Says what an error was, and returns the exit code. Raises it again where traces are wanted."""
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return _interrupted(as_json)
    if isinstance(error, click.ClickException):
        error.show()
        if as_json:
            _document(error.format_message(), WRONG_USAGE, error.exit_code)
        return error.exit_code
    told = error if isinstance(error, CreditScoringError) else of_storage(error)
    if told is None:
        if output.wanted_whole():
            raise error
        told = unforeseen(error)
    return _told(told, as_json)


def _told(error: CreditScoringError, as_json: bool) -> int:
    output.line(str(error), err=True)
    if as_json:
        code = _CODE.search(str(error))
        _document(_CODE.sub("", str(error)), code[1] if code else "", error.exit_code)
    return error.exit_code


def _interrupted(as_json: bool) -> int:
    """Who pressed Ctrl-C once does not want to see what a second one interrupts."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable()
    return _told(INTERRUPTED(), as_json)


def _document(message: str, code: str, exit_code: int) -> None:
    output.line(json.dumps({"error": {"code": code, "exit_code": exit_code, "message": message}}, indent=1))
