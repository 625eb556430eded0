"""What makes a file unusable as a whole; each is a sentence that names the file."""

import gzip

import pytest

from credit_scoring.errors import DeliveryRefused
from credit_scoring.intake.inspection import Inspected, Limits, inspect
from credit_scoring.intake.manifest import DeliveredFile, sha256

LIMITS = Limits(max_bytes=100_000, max_inflation=50)


def promised(data: bytes, **changed: object) -> DeliveredFile:
    values = {"name": "f.csv", "table": "outcomes", "records": 1, "bytes": len(data), "sha256": sha256(data)}
    return DeliveredFile.model_validate({**values, **changed})


def test_plain_gzipped_and_marked_text_is_the_same_text() -> None:
    text = "a,b\n1,é\n".encode()
    for data in (text, gzip.compress(text), b"\xef\xbb\xbf" + text, gzip.compress(text[:4]) + gzip.compress(text[4:])):
        assert inspect(data, promised(data), "monday", LIMITS) == Inspected(text)


def refusal(data: bytes, **changed: object) -> str:
    with pytest.raises(DeliveryRefused) as refused:
        inspect(data, promised(data, **changed), "monday", LIMITS)
    assert "File f.csv of delivery monday" in str(refused.value)
    return str(refused.value)


def test_refusals() -> None:
    text = b"a,b\n1,2\n"
    assert "has 8 bytes, the manifest says 9" in refusal(text, bytes=9)
    assert "has the sha256" in refusal(text, sha256="0" * 64)
    assert "more than the limit" in refusal(b"x" * 100_001)
    assert "is cut" in refusal(gzip.compress(text * 50)[:-9])
    assert "does not unpack" in refusal(b"\x1f\x8b" + b"nonsense" * 9)
    assert "unpacks to more than" in refusal(gzip.compress(b"0" * 90_000))
    assert "UTF-16" in refusal("a,b\n".encode("utf-16"))
    assert "not UTF-8 text (line 2)" in refusal(b"a,b\n\xe9,2\n")
