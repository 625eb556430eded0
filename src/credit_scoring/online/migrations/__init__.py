"""Alembic's migrations of the online store (see online.database)."""
