"""The tables of the online store, its functions and rights.

Revision ID: 0001
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

HERE = Path(__file__).parent


def upgrade() -> None:
    """Plain SQL, as it was released: what is declared later must not change what an earlier release made."""
    for part in ("0001_tables.sql", "0001_rights.sql"):
        op.execute((HERE / part).read_text("utf-8").replace(":", "\\:"))
