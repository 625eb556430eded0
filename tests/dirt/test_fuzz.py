"""Whole deliveries with anything done to their bytes: intake refuses them or accounts for every record, never fails."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_scoring.errors import UsageError
from credit_scoring.intake.manifest import NAME
from dirt.examples import examples

BYTES = st.one_of(
    st.binary(min_size=1, max_size=4),
    st.sampled_from(
        [b",", b'"', b'""', b"\n", b"\r", b"\r\n", b"\x00", b"\xef\xbb\xbf", b"\xff", b"\x1f\x8b", b"NaN", b"1e999"]
    ),
)


@st.composite
def changed(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes put in, taken out and replaced in a few places, most often at the beginning; a piece moved; cut off."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.one_of(st.integers(0, min(len(data), 600)), st.integers(0, len(data))))
        until = draw(st.integers(at, min(len(data), at + 40)))
        put = draw(st.one_of(st.just(b""), BYTES, st.just(data[until : until + 200])))
        data = data[:at] + put + data[until:]
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) and draw(st.booleans()) else data


@pytest.fixture(scope="module")
def whole(files_of) -> dict[str, bytes]:
    return files_of(range(3), 3)


def other_manifest(data: st.DataObject) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        (folder / NAME).write_bytes(data.draw(changed((folder / NAME).read_bytes())))

    return run


@examples(30)
@given(data=st.data())
def test_intake_refuses_or_accounts_for_every_record(take_in, whole, data: st.DataObject) -> None:
    files = dict(whole)
    for name in data.draw(st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=3, unique=True)):
        spoilt = data.draw(changed(files.pop(name)))
        zipped = data.draw(st.booleans())
        packed = gzip.compress(spoilt) if zipped else spoilt
        files[name + ".gz" * zipped] = data.draw(st.one_of(st.just(packed), changed(packed)))
    after = {1: other_manifest(data)} if data.draw(st.integers(0, 4)) == 0 else {}
    try:
        taken = take_in(files, after=after)
    except UsageError:
        return  # gzip data that `deliver` cannot unpack
    assert all(sentence.endswith("]") for sentence in taken.refused.values())
    for counts in taken.account.files:
        if counts.finding.refusal is None:
            assert counts.finding.records == counts.accepted + counts.duplicates + counts.quarantined
            rows = sum(
                frame.filter(frame["file"] == counts.finding.file).height
                for (_, table), frame in taken.rows.items()
                if table == counts.finding.table
            )
            assert taken.refused or rows == counts.accepted
