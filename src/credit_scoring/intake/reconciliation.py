"""Reconciliation: every record of every file is accepted, a duplicate or quarantined, and the numbers say so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyspark.sql import Row

from credit_scoring.errors import DeliveryIncomplete, DeliveryRefused
from credit_scoring.errors.deliveries import FILE_MISSING
from credit_scoring.errors.faults import RECORDS_UNACCOUNTED
from credit_scoring.intake.reading import Finding
from credit_scoring.intake.slots import ACCEPTED, BAD, COUNTS, FINDING, UNNAMED
from credit_scoring.intake.staging import Work


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

    def row(self) -> Row:
        """As an element of the ledger's `files`."""
        found = self.finding
        return Row(
            file=found.file,
            table=found.table,
            bytes=found.bytes,
            sha256=found.sha256,
            records=found.records,
            accepted=self.accepted,
            duplicates=self.duplicates,
            quarantined=self.quarantined,
            cells_missing=found.cells_missing,
            unknown_columns=list(found.unknown_columns),
        )


@dataclass
class Account:
    """What staging found, by delivery and table. `rows[table][seq]`: staged accepted rows; `bad[seq]`: quarantined;
    `nobodys[seq]`: those of them whose client nobody can tell; `unnamed`: balances whose client staging could not."""

    files: list[FileCounts] = field(default_factory=list)
    rows: dict[str, dict[int, int]] = field(default_factory=dict)
    bad: dict[int, int] = field(default_factory=dict)
    nobodys: dict[int, int] = field(default_factory=dict)
    unnamed: int = 0

    def refusals(self) -> dict[int, DeliveryRefused]:
        """What refuses each delivery that must be refused, by seq: the first in the order of its files."""
        found: dict[int, DeliveryRefused] = {}
        for counts in self.files:
            if counts.finding.refusal is not None:
                kind = DeliveryIncomplete if counts.finding.incomplete else DeliveryRefused
                found.setdefault(counts.finding.seq, kind(counts.finding.refusal))
        return found

    def of(self, seq: int) -> list[FileCounts]:
        """The account of a delivery's files."""
        return [counts for counts in self.files if counts.finding.seq == seq]


def account(staged: Iterable[Row], work: Sequence[Work] = ()) -> Account:
    """Adds up the staged rows (without their blocks) and checks every file.

    A file of `work` of which nothing was found is one that went away after it was seen.
    """
    result = Account()
    findings: list[Finding] = []
    counted: dict[tuple[int, str, str], dict[str, int]] = {}
    for row in staged:
        if row.kind == FINDING:
            findings.append(Finding(**json.loads(row.detail)))
        elif row.kind in (ACCEPTED, UNNAMED):
            by_seq = result.rows.setdefault(row.table, {})
            by_seq[row.seq] = by_seq.get(row.seq, 0) + row.rows
            result.unnamed += row.rows if row.kind == UNNAMED else 0
        elif row.kind == BAD:
            result.bad[row.seq] = result.bad.get(row.seq, 0) + row.rows
            result.nobodys[row.seq] = result.nobodys.get(row.seq, 0) + int(row.detail)
        elif row.kind == COUNTS:
            for table, by_file in json.loads(row.detail).items():
                for file, numbers in by_file.items():
                    _add(counted.setdefault((row.seq, table, file), {}), numbers)
    found = {(finding.seq, finding.file) for finding in findings}
    findings += [_gone(each) for each in work if (each.seq, each.file.name) not in found]
    for finding in sorted(findings, key=lambda found: (found.seq, found.file)):
        numbers = counted.get((finding.seq, finding.table, finding.file), {})
        counts = FileCounts(
            finding, numbers.get("accepted", 0), numbers.get("duplicates", 0), numbers.get("quarantined", 0)
        )
        if finding.refusal is None:
            counts.check()
        result.files.append(counts)
    return result


def _gone(work: Work) -> Finding:
    why = FILE_MISSING(delivery=work.delivery, file=work.file.name, more="")
    file = work.file
    return Finding(work.seq, file.name, file.table, file.bytes, file.sha256, refusal=str(why), incomplete=True)


def _add(total: dict[str, int], numbers: Mapping[str, int]) -> None:
    for what, number in numbers.items():
        total[what] = total.get(what, 0) + number
