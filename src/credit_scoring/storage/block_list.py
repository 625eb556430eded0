"""One blob, written by many tasks at once: each stages blocks, the driver commits the list of blocks.

Nobody sees a block until the list that names it is committed, which is one request: readers get no blob, then all of
it. Blocks that were staged and never committed are removed by the service (Azure: after a week).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobBlock
from pyspark import TaskContext

from credit_scoring.settings import StorageSettings
from credit_scoring.storage.blob import blob_client
from credit_scoring.storage.content import Content
from credit_scoring.storage.roots import BlobPlace
from credit_scoring.storage.tasks import Batches

BLOCK_BYTES = 8 * 2**20
"""A task stages a block as soon as it holds so much: that is its memory, and 50,000 blocks make 400 GB a blob."""

_STAGED = "part INT, number INT, block STRING, rows BIGINT"
_ARROW = pa.schema([("part", pa.int32()), ("number", pa.int32()), ("block", pa.string()), ("rows", pa.int64())])


@dataclass(frozen=True)
class Upload:
    """A blob in the making. `run_id` is in the name of every block, so that runs never mix theirs."""

    place: BlobPlace
    storage: StorageSettings
    run_id: str

    def write(self, content: Content) -> int:
        """Writes the blob; returns the rows. FileExistsError when it is there already: it stays as it is."""
        staged = content.rows.mapInArrow(self._stager(content.lines), _STAGED).collect()
        ordered = sorted(staged, key=lambda block: (block["part"], block["number"]))
        self._commit([self._stage(content.head, 0, 0), *(block["block"] for block in ordered)])
        return sum(block["rows"] for block in ordered)

    def _stager(self, lines: Callable[[Batches], Batches]) -> Callable[[Batches], Batches]:
        """The mapInArrow function: rows -> the blocks that their lines were staged as.

        Lines are made and staged in one function: between two, Spark would gather them in one batch of any size.
        """

        def run(batches: Batches) -> Batches:
            context = TaskContext.get()
            assert context is not None
            part = context.partitionId() + 1
            for number, (rows, data) in enumerate(_gathered(lines(batches))):
                block = {"part": part, "number": number, "block": self._stage(data, part, number), "rows": rows}
                yield pa.RecordBatch.from_pylist([block], schema=_ARROW)

        return run

    def _stage(self, data: bytes, part: int, number: int) -> str:
        """Uploads one block, checked by its MD5 where it arrives; its name, of the same length for all blocks.

        The content is in the name: a task that ran twice, and did not make the same bytes, cannot replace a block.
        """
        block = f"{_digest(self.run_id.encode())}-{part:06d}-{number:06d}-{_digest(data)}"
        blob_client(self.place, self.storage).stage_block(block, data, validate_content=True)
        return block

    def _commit(self, blocks: Sequence[str]) -> None:
        try:
            blob_client(self.place, self.storage).commit_block_list(
                [BlobBlock(block_id=block) for block in blocks], match_condition=MatchConditions.IfMissing
            )
        except ResourceExistsError:
            raise FileExistsError(self.place.fsspec_path) from None


def _gathered(batches: Batches) -> Iterator[tuple[int, bytes]]:
    """(rows, bytes) of BLOCK_BYTES or a little more each, the last one of what is left."""
    rows, held = 0, bytearray()
    for batch in batches:
        for count, lines in zip(batch.column("rows").to_pylist(), batch.column("lines").to_pylist(), strict=True):
            rows += count
            held += lines
            if len(held) >= BLOCK_BYTES:
                yield rows, bytes(held)
                rows, held = 0, bytearray()
    if held:
        yield rows, bytes(held)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
