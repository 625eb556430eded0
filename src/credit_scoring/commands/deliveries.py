"""From a folder of CSV files to rows in the tables: what is looked at, uploaded, taken in and listed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from credit_scoring.commands.starting import start
from credit_scoring.errors.usage import WOULD_BE_REFUSED
from credit_scoring.settings import Settings
from credit_scoring.storage.files import Folder

if TYPE_CHECKING:
    from credit_scoring.intake.deliver import Delivery
    from credit_scoring.intake.preview import Preview
    from credit_scoring.intake.run import IntakeReport
    from credit_scoring.publishing.show import Listing, What


def deliver(
    settings: Settings,
    source: Path,
    name: str,
    say: Callable[[str], None],
    ignored: Collection[str] = (),
    without: Collection[str] = (),
) -> Delivery:
    """Uploads a folder of CSV files as a delivery."""
    from credit_scoring.intake.deliver import deliver as deliver_folder

    landing, split_bytes = Folder(settings.landing, settings.storage), settings.intake.split_file_mb * 1_000_000
    return deliver_folder(source, landing, name, split_bytes, say, ignored, without, settings.intake.format)


def deliver_checked(
    settings: Settings,
    source: Path,
    name: str,
    say: Callable[[str], None],
    ignored: Collection[str] = (),
    without: Collection[str] = (),
    as_it_is: bool = False,
) -> tuple[Delivery, Preview | None]:
    """Uploads a folder as a delivery unless intake would refuse it or could score nothing of it, which is a UsageError;
    and what intake would say. `as_it_is`: does not look before, and uploads whatever it is."""
    from credit_scoring.intake.preview import refused_because
    from credit_scoring.intake.sources import find as find_tables

    find_tables(source, ignored)  # what would be passed over is said before anything is read
    found = None if as_it_is else inspect(settings, source, ignored)
    if found is not None and not found.ready:
        raise WOULD_BE_REFUSED(folder=source, why=refused_because(found))
    return deliver(settings, source, name, say, ignored, without), found


def inspect(settings: Settings, source: Path, ignored: Collection[str] = ()) -> Preview:
    """What intake would say of a folder's files, and the format that would read more of them."""
    from credit_scoring.intake.inspection import Limits
    from credit_scoring.intake.preview import preview

    intake = settings.intake
    limits = Limits(intake.max_file_mb * 1_000_000, intake.max_inflation)
    return preview(source, intake.format, limits, intake.split_file_mb * 1_000_000, ignored)


def intake(settings: Settings) -> IntakeReport:
    """Takes in what waits in the landing root."""
    from credit_scoring.intake.run import intake as take_in

    return take_in(start(settings))


def show(settings: Settings, what: What, most: int) -> Listing:
    """The latest runs or events of deliveries, or the most frequent reasons in quarantine; at most `most` rows."""
    from credit_scoring.publishing.show import show as listing

    return listing(start(settings).engine, what, most)


def report_path(settings: Settings, run_id: str) -> str:
    """Where the page of a run is."""
    return Folder(settings.reports, settings.storage).path(f"{run_id}.html")
