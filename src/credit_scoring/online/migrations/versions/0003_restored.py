"""A journal that was restored into another server goes on there: its places no longer are the server's count alone.

Revision ID: 0003
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Plain SQL, as it was released."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8").replace(":", "\\:"))
