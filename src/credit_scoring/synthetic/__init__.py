"""A generated lender: the source tables, seeded, of any size."""
