"""How Alembic runs the migrations: on the connection that online.database hands over, or into a text."""

from __future__ import annotations

from alembic import context

from credit_scoring.online.models import Base

if context.is_offline_mode():
    context.configure(
        dialect_name="postgresql", target_metadata=Base.metadata, output_buffer=context.config.output_buffer
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
