"""What an operator is told: what a command changed and what is left to do; keys, the journal; what `doctor` found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from credit_scoring.printing.table import table

if TYPE_CHECKING:
    from credit_scoring.commands.doctor import Finding
    from credit_scoring.commands.online import Granted, Prepared
    from credit_scoring.online.journal import Verified
    from credit_scoring.online.keys import KeyFacts
    from credit_scoring.online.loading import Loaded
    from credit_scoring.operations.forget import Forgotten
    from credit_scoring.operations.maintain import Maintained
    from credit_scoring.operations.requeue import Requeued
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
        expired = "its scores have expired: look there"
        lines += [
            f"  {copy.path} ({expired if copy.clients is None else f'{copy.clients:,} clients'})"
            for copy in done.copies
        ]
    return "\n".join(lines)


def requeued(done: Sequence[Requeued]) -> str:
    """What became of quarantined rows that were tried again."""
    lines = []
    for each in done:
        if each.delivery is None:
            lines.append(f"{each.tried:,} quarantined rows were tried again, and none passes: nothing is changed.")
            continue
        lines.append(
            f"{each.tried:,} quarantined rows were tried again: {each.tried - each.left:,} passed and are accepted as "
            f"delivery {each.delivery}, {each.left:,} are quarantined still."
        )
        lines += [
            f"  {file.finding.file}: {file.finding.records:,} rows, with those accepted before of the same clients = "
            f"{file.accepted:,} accepted + {file.duplicates:,} duplicates + {file.quarantined:,} quarantined"
            for file in each.files
        ]
    return "\n".join(lines) or "Nothing in quarantine can be tried again."


def forgotten(done: Forgotten) -> str:
    """What was erased, and what is left for a person to do. It does not repeat the client's number."""
    removed = ", ".join(f"{count:,} of {table}" for table, count in done.rows.items() if count) or "none"
    lines = [
        f"Erased. Rows removed: {removed}. The tables keep no older version. The ledger says so as erasure "
        f"{done.erasure}, without the client: write this number beside the client's request."
    ]
    if done.files:
        lines.append("These files still name the client (or hold an amount that is the same number):")
        lines += [
            f"  {each.path} ({'cannot be read' if each.lines is None else f'{each.lines:,} lines'})"
            for each in done.files
        ]
        lines.append(
            "Delete landed deliveries that are taken in, here and where they came from: what was taken in is not read "
            "again. Tell who received a published file, and delete the client's line in it."
        )
    else:
        lines.append("No landed or published file and no report names the client.")
    return "\n".join(lines)


def maintained(done: Maintained) -> str:
    """What upkeep removed and compacted."""
    removed = ", ".join(f"{count:,} of {table}" for table, count in done.expired.items() if count) or "none"
    lines = [f"Expired rows: {removed}. Left-over tables dropped: {', '.join(done.dropped) or 'none'}."]
    if done.rewritten:
        lines.append(f"Made anew, with all their rows, so that both engines write them: {', '.join(done.rewritten)}.")
    if done.postponed:
        lines.append(
            f"{', '.join(done.postponed)} have to be made anew before the embedded engine can write them, and a run "
            "was begun that is not finished: finish it (`credit-scoring score --engine spark`), then run this again."
        )
    if done.compacted:
        lines.append("Files by table, before and after:")
        lines += [f"  {each.table}: {each.files_before:,} -> {each.files:,}" for each in done.compacted]
    return "\n".join(lines)


def prepared(found: Prepared) -> str:
    """Of which release the tables are."""
    return f"The tables are of revision {found.revision}."


def granted(found: Granted) -> str:
    """What the API's user may do."""
    return f"{found.user} may log in, and has the API's rights and no other."


def keys(found: Sequence[KeyFacts]) -> str:
    """What may be shown of every key."""
    head = ["prefix", "name", "role", "per minute", "expires", "revoked"]
    rows = [(k.prefix, k.name, k.role, k.per_minute, f"{k.expires_at:%Y-%m-%d}", k.revoked_at or "") for k in found]
    return table(head, rows) or "There are no keys yet."


def verified(found: Verified) -> str:
    """That the journal is proven, and how much it holds."""
    return (
        f"The journal is as it was recorded: {found.requests:,} requests under {found.seals:,} seals "
        f"({found.unsealed:,} not sealed yet, {found.erased:,} erased)."
    )


def expired(dropped: Mapping[str, int]) -> str:
    """The months that were dropped."""
    return table(["month", "requests"], list(dropped.items())) or "Nothing is that old."


def loaded(done: Loaded) -> str:
    """What a load brought."""
    if done.load is None:
        return "The online store holds all of it already."
    return f"Load {done.load}: {done.scores:,} scores, {done.files:,} files; {done.removed:,} clients left."


def findings(found: Sequence[Finding]) -> str:
    """A line a thing that was looked for."""
    return "\n".join(map(_finding, found))


def _finding(found: Finding) -> str:
    mark = "ok     " if found.found else "MISSING"
    advice = f" {found.advice}" if found.advice else ""
    return f"{mark}  {found.name:<22} {found.detail}{advice} [{found.need}]"
