"""The online store: PostgreSQL with what is published, what was asked of it, and what was answered."""
