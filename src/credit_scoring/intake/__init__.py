"""Deliveries become accepted or quarantined rows, exactly once."""
