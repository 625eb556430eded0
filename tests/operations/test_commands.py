"""What the commands for operators refuse before they touch anything."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from credit_scoring.cli import main


@pytest.mark.parametrize(
    "arguments",
    [
        ("publish", "--release", "monday"),
        ("publish", "--reason", "checked"),
        ("publish", "--release", "monday", "--reason", " "),
        ("withdraw", "monday"),
        ("withdraw", "monday", "--reason", " "),
    ],
)
def test_what_is_recorded_needs_a_reason(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, list(arguments))
    assert (done.exit_code, '--reason "..."' in done.stderr) == (2, True)
