"""The months of the journal: each is a partition, and the one that begins must be there before its first request."""

OPEN_MONTHS = """
    SELECT open_journal_month((date_trunc('month', now() AT TIME ZONE 'UTC') + ahead * interval '1 month')::date)
    FROM generate_series(0, 2) AS ahead
"""
"""Makes the present month and the two to come, unless they are there. Whoever upgrades asks it, and the API each time
that it seals."""
