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
from pyspark.sql import DataFrame

from credit_scoring.settings import StorageSettings
from credit_scoring.storage.blob import blob_client
from credit_scoring.storage.blocks import Batches
from credit_scoring.storage.roots import BlobPlace

BLOCK_BYTES = 8 * 2**20
"""A task stages a block as soon as it holds so much: that is its memory, and 50,000 blocks make 400 GB a blob."""

_STAGED = "part INT, number INT, block STRING, rows BIGINT"


@dataclass(frozen=True)
class Upload:
    """A blob in the making. `run_id` is in the name of every block, so that runs never mix theirs."""

    place: BlobPlace
    storage: StorageSettings
    run_id: str

    def write(self, parts: DataFrame, head: bytes) -> int:
        """Writes `head` and then the parts (columns `rows`, `lines`: BINARY) in the frame's order; returns the rows.

        FileExistsError when the blob is there already: it stays as it is.
        """
        staged = parts.mapInArrow(self._stager(), _STAGED).collect()
        ordered = sorted(staged, key=lambda block: (block["part"], block["number"]))
        self._commit([self._stage(head, 0, 0), *(block["block"] for block in ordered)])
        return sum(block["rows"] for block in ordered)

    def _stager(self) -> Callable[[Batches], Batches]:
        """The mapInArrow function: parts -> the blocks that they were staged as."""

        def run(batches: Batches) -> Batches:
            context = TaskContext.get()
            assert context is not None
            part = context.partitionId() + 1
            for number, (rows, data) in enumerate(_gathered(batches)):
                block = self._stage(data, part, number)
                yield pa.RecordBatch.from_pydict(
                    {
                        "part": pa.array([part], pa.int32()),
                        "number": pa.array([number], pa.int32()),
                        "block": pa.array([block], pa.string()),
                        "rows": pa.array([rows], pa.int64()),
                    }
                )

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
                [BlobBlock(block_id=block) for block in blocks],
                etag="*",
                match_condition=MatchConditions.IfMissing,
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
