"""Why a client's file is incomplete: what of it could not be used.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of files that are there nobody knows it; the next load brings those of clients who are referred anew."""
    meaning = "What could not be used: table.cells (made missing) or table.rows (quarantined); null: not known"
    op.add_column("client_file", sa.Column("flaws", sa.ARRAY(sa.Text), comment=meaning))
