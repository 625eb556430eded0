"""Clients scored: what waits, in batches into score_history; and one file, when somebody asks."""
