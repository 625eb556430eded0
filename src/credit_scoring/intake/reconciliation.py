"""Reconciliation: every record of every file is accepted, a duplicate or quarantined, and the numbers say so."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from credit_scoring.errors import DeliveryIncomplete, DeliveryRefused, DeliveryUnreadable, Fault
from credit_scoring.errors.deliveries import FILE_MISSING
from credit_scoring.errors.faults import RECORDS_UNACCOUNTED
from credit_scoring.intake.partitions import ACCEPTED, BAD, COUNTS, FAILED, FINDING, UNNAMED
from credit_scoring.intake.reading import Finding
from credit_scoring.intake.refused_alone import refused_for
from credit_scoring.intake.staging import Work
from credit_scoring.intake.unread import CONFLICTING, QUARANTINED, together
from credit_scoring.ledger.events import FileAccount, ReadAs, Unread
from credit_scoring.schema.tables import table as declared


@dataclass(frozen=True)
class FileCounts:
    """The account of one file. `records` = `accepted` + `duplicates` + `quarantined`."""

    finding: Finding
    accepted: int
    duplicates: int
    quarantined: int

    def check(self) -> None:
        """Fault when a record is unaccounted for."""
        if self.finding.records != self.accepted + self.duplicates + self.quarantined:
            raise RECORDS_UNACCOUNTED(
                file=self.finding.file,
                records=self.finding.records,
                accepted=self.accepted,
                duplicates=self.duplicates,
                quarantined=self.quarantined,
            )

    def unread(self) -> tuple[Unread, ...]:
        """What of the file does not read; rows that contradict each other are only seen beside those of other files."""
        found, of = self.finding, self.finding.table
        conflicting = self.quarantined - found.bad_records
        if conflicting <= 0:
            return found.unread
        key = ", ".join(declared(of).key)
        return (*found.unread, Unread(of, key, QUARANTINED, CONFLICTING, None, conflicting))

    def told(self) -> FileAccount:
        """As the ledger keeps it."""
        found = self.finding
        return FileAccount(
            found.file, found.table, found.bytes, found.sha256, found.records, self.accepted, self.duplicates,
            self.quarantined, found.cells_missing, found.unknown_columns,
        )  # fmt: skip

    def read_as(self) -> ReadAs:
        """As what the ledger says that the file was read."""
        found = self.finding
        return ReadAs(found.file, found.format, found.blank_records, found.empty_columns, found.padding)


@dataclass
class Account:
    """What staging found, by delivery and table. `rows[table][seq]`: staged accepted rows; `bad[seq]`: quarantined;
    `unattributed[seq]`: those of them whose client nobody can tell; `unnamed`: balances whose client staging could not.
    `failed[seq]`: how staging a delivery failed, or that its counts do not add up."""

    files: list[FileCounts] = field(default_factory=list)
    rows: dict[str, dict[int, int]] = field(default_factory=dict)
    bad: dict[int, int] = field(default_factory=dict)
    unattributed: dict[int, int] = field(default_factory=dict)
    failed: dict[int, DeliveryRefused] = field(default_factory=dict)
    unnamed: int = 0

    def refusals(self) -> dict[int, DeliveryRefused]:
        """What refuses each delivery that must be refused, by seq: the first in the order of its files."""
        found: dict[int, DeliveryRefused] = {}
        for counts in self.files:
            if counts.finding.refusal is not None:
                kind = DeliveryUnreadable if counts.finding.unforeseen else DeliveryRefused
                kind = DeliveryIncomplete if counts.finding.incomplete else kind
                found.setdefault(counts.finding.seq, kind(counts.finding.refusal))
        return {**self.failed, **found}

    def of(self, seq: int) -> list[FileCounts]:
        """The account of a delivery's files."""
        return [counts for counts in self.files if counts.finding.seq == seq]

    def flawed(self, seqs: Collection[int]) -> tuple[dict[str, set[int]], set[int]]:
        """Of these deliveries, by table, those with cells made missing; and those with rows in quarantine."""
        incomplete: dict[str, set[int]] = {}
        for counts in self.files:
            if counts.finding.cells_missing and counts.finding.seq in seqs:
                incomplete.setdefault(counts.finding.table, set()).add(counts.finding.seq)
        return incomplete, {seq for seq, rows in self.bad.items() if rows and seq in seqs}

    def unread(self, seq: int) -> tuple[Unread, ...]:
        """What of a delivery does not read, most cells first."""
        return together(each for counts in self.of(seq) for each in counts.unread())


def account(staged: pl.DataFrame, work: Sequence[Work] = (), found_before: Iterable[Finding] = ()) -> Account:
    """Adds up the index of staged rows and checks every file.

    A file of `work` of which nothing was found is one that went away after it was seen. `found_before`: what was found
    in files that staging did not read. A delivery whose account does not add up is refused, and stops no other.
    """
    result = Account()
    names = {each.seq: each.delivery for each in work}
    findings = list(found_before)
    counted: dict[tuple[int, str, str], dict[str, int]] = {}
    for kind, seq, of, rows, detail in staged.select("kind", "seq", "table", "rows", "detail").iter_rows():
        if kind == FINDING:
            told = json.loads(detail)
            unread = tuple(Unread(**each) for each in told["unread"])
            findings.append(Finding(**{**told, "unknown_columns": tuple(told["unknown_columns"]), "unread": unread}))
        elif kind in (ACCEPTED, UNNAMED):
            by_seq = result.rows.setdefault(of, {})
            by_seq[seq] = by_seq.get(seq, 0) + rows
            result.unnamed += rows if kind == UNNAMED else 0
        elif kind == BAD:
            result.bad[seq] = result.bad.get(seq, 0) + rows
            result.unattributed[seq] = result.unattributed.get(seq, 0) + int(detail)
        elif kind == FAILED:
            why = refused_for(detail, names.get(seq, f"number {seq}"), "staging its rows")
            result.failed.setdefault(seq, why)
        elif kind == COUNTS:
            for table, by_file in json.loads(detail).items():
                for file, numbers in by_file.items():
                    _add(counted.setdefault((seq, table, file), {}), numbers)
    found = {(finding.seq, finding.file) for finding in findings}
    findings += [_gone(each) for each in work if (each.seq, each.file.name) not in found]
    for finding in sorted(findings, key=lambda found: (found.seq, found.file)):
        numbers = counted.get((finding.seq, finding.table, finding.file), {})
        counts = FileCounts(
            finding, numbers.get("accepted", 0), numbers.get("duplicates", 0), numbers.get("quarantined", 0)
        )
        result.files.append(counts)
    refused = result.refusals()
    for counts in result.files:
        seq = counts.finding.seq
        if seq not in refused:
            try:
                counts.check()
            except Fault as fault:
                if seq not in names:
                    raise
                result.failed.setdefault(seq, DeliveryUnreadable(str(fault)))
    return result


def _gone(work: Work) -> Finding:
    why = FILE_MISSING(delivery=work.delivery, file=work.file.name, more="")
    file = work.file
    return Finding(work.seq, file.name, file.table, file.bytes, file.sha256, refusal=str(why), incomplete=True)


def _add(total: dict[str, int], numbers: Mapping[str, int]) -> None:
    for what, number in numbers.items():
        total[what] = total.get(what, 0) + number
