#!/usr/bin/env python
"""Writes the pages of docs/ that follow from declarations; --check only says which are out of step.

`make docs` writes, `make check` checks. A new page is a line in PAGES: its path, and the function that writes it.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from credit_scoring.features import dictionary
from credit_scoring.publishing import reference

PAGES: Mapping[str, Callable[[], str]] = {
    "docs/dictionary.md": dictionary.markdown,
    "docs/tables.md": reference.markdown,
}


def main(arguments: list[str]) -> int:
    """Exit code 1 when --check finds a page that its declarations no longer write."""
    root = Path(__file__).parents[1]
    written = {root / path: write() for path, write in PAGES.items()}
    if arguments == ["--check"]:
        old = [path for path, text in written.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        for path in old:
            print(f"{path.relative_to(root)} is not what its declarations write: make docs", file=sys.stderr)
        return 1 if old else 0
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
