"""Which deliveries wait: folders of the landing root with a manifest whose bytes have no verdict yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credit_scoring.errors.deliveries import DELIVERY_GONE, FILE_MISSING, FILE_UNREAD, MANIFEST_CHANGED, NAME_TAKEN
from credit_scoring.intake.inspection import Limits, check_size
from credit_scoring.intake.judge import Judge
from credit_scoring.intake.manifest import NAME, Manifest, read, sha256
from credit_scoring.ledger.events import Delivered, LedgerEvent, next_seq, verdicts
from credit_scoring.storage.files import Folder


@dataclass(frozen=True)
class Landed:
    """A complete delivery in the landing root: its name, the identity of its manifest, and what has become of it.

    `verdict`: "accepted" or "refused" when these very bytes were judged before, None while they wait.
    """

    name: str
    manifest_sha256: str
    verdict: str | None


def landed(landing: Folder, events: Sequence[LedgerEvent], judge: Judge) -> list[Landed]:
    """All complete deliveries, by name. A folder without a manifest is still being written and is left alone."""
    judged = verdicts(events, judge.stands)
    found = []
    for name in landing.folders():
        if landing.exists(name, NAME):
            try:
                digest = sha256(landing.read(name, NAME))
            except FileNotFoundError:
                continue  # it was removed a moment ago
            except OSError:
                digest = ""  # whoever takes it in is told why, and the others go on
            found.append(Landed(name, digest, judged.get((name, digest))))
    return found


def waiting(landing: Folder, events: Sequence[LedgerEvent], judge: Judge) -> list[Delivered]:
    """The deliveries without a verdict, with the seqs that they get: by name, after all seqs ever used."""
    found = [delivery for delivery in landed(landing, events, judge) if delivery.verdict is None]
    return [Delivered(d.name, seq, d.manifest_sha256) for seq, d in enumerate(found, next_seq(events))]


def manifest_of(landing: Folder, delivered: Delivered, taken: Mapping[str, int], limits: Limits) -> Manifest:
    """The manifest of a claimed delivery; DeliveryRefused when it is not the one that was claimed, when the same name
    was accepted with other bytes before (`taken`: name -> seq), or when a file is missing, too large or not as large as
    was promised."""
    if taken.get(delivered.name, delivered.seq) != delivered.seq:
        raise NAME_TAKEN(delivery=delivered.name)
    try:
        data = landing.read(delivered.name, NAME)
    except FileNotFoundError:
        raise DELIVERY_GONE(delivery=delivered.name) from None
    except OSError as error:
        raise FILE_UNREAD(delivery=delivered.name, file=NAME, why=error.strerror or error) from None
    if sha256(data) != delivered.manifest_sha256:
        raise MANIFEST_CHANGED(delivery=delivered.name)
    manifest = read(data, delivered.name)
    there = landing.below(delivered.name).sizes()
    if missing := [file.name for file in manifest.files if file.name not in there]:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise FILE_MISSING(delivery=delivered.name, file=missing[0], more=more)
    for file in manifest.files:
        check_size(there[file.name], file, delivered.name, limits)
    return manifest
