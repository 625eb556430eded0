"""The batch job around the Scorer."""
