"""A program that ends with the process that started it, however that ends: `kill -9` leaves nobody to end it.

Linux sends a process a signal when its parent is gone, where it asked for that itself. So this file is run in its
place, asks, and becomes the program. Only the standard library is imported: it starts in a few hundredths of a second.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>; what asked for it keeps it when it becomes another program."""


def bound(command: Sequence[str]) -> list[str]:
    """The command that runs `command` as a child of the process that asks, and gets SIGTERM when that one is gone.

    To be started by a thread that lives as long as the process: Linux looks at the thread.
    """
    return [sys.executable, "-IS", __file__, str(os.getpid()), *command]


def main(parent: int, command: list[str]) -> None:
    """Becomes the command; ends at once where the parent was gone before it could ask."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)
    os.execv(command[0], command)  # nosec B606: without a shell, and the command is ours


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
