"""One blob, written in blocks where its pieces are made; the driver commits the list of blocks.

Nobody sees a block until the list that names it is committed, which is one request: readers get no blob, then all of
it. Blocks that were staged and never committed are removed by the service (Azure: after a week).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobBlock

from credit_scoring.settings import StorageSettings
from credit_scoring.storage.blob import blob_client
from credit_scoring.storage.content import Content
from credit_scoring.storage.roots import BlobPlace


@dataclass(frozen=True)
class Upload:
    """A blob in the making. `run_id` is in the name of every block, so that runs never mix theirs."""

    place: BlobPlace
    storage: StorageSettings
    run_id: str

    def write(self, content: Content) -> int:
        """Writes the blob; returns the rows. FileExistsError when it is there already: it stays as it is."""
        head = self._stage(0, 0, content.head)
        staged = [said.rsplit(" ", 1) for said in content.pieces.each(self._sent)]
        self._commit([head, *(block for block, _ in staged)])
        return sum(int(rows) for _, rows in staged)

    def _sent(self, part: int, number: int, rows: int, data: bytes) -> str:
        """Stages a piece; its block and rows."""
        return f"{self._stage(part, number, data)} {rows}"

    def _stage(self, part: int, number: int, data: bytes) -> str:
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


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
