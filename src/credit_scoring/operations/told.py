"""What an operator is told when a command is done: what changed, and what is left for a person to do."""

from __future__ import annotations

from credit_scoring.operations.withdraw import Withdrawal


def withdrawal(done: Withdrawal) -> str:
    """What became of a withdrawn delivery, of its clients and of its files."""
    with_it = f" With it went {', '.join(done.with_it)}, which held rows of it." if done.with_it else ""
    lines = [
        f"Delivery {done.delivery} is withdrawn: nothing knows its rows any more.{with_it} {done.clients:,} clients "
        f"were touched by it; those who still have an application are scored again as delivery {done.again}, the "
        "others have left the table of latest scores."
    ]
    if done.copies:
        lines.append(
            "These files hold scores that rest on it. A published file is never changed: tell who read them, and send "
            f"{done.again}/scores.csv after."
        )
        lines += [f"  {copy.path} ({copy.clients:,} clients)" for copy in done.copies]
    return "\n".join(lines)
