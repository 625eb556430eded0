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
    """Files of those who are referred lose their fingerprint, so that the next load brings them anew."""
    meaning = "What could not be used: table.cells (made missing) or table.rows (quarantined)"
    flaws: sa.Column[list[str]] = sa.Column(
        "flaws", sa.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'"), comment=meaning
    )
    op.add_column("client_file", flaws)
    op.execute(
        "UPDATE client_file SET fingerprint = '' FROM client_score "
        "WHERE client_score.client_id = client_file.client_id AND NOT client_score.file_complete"
    )
