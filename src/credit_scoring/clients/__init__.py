"""All rows of a client in one task, as known at a delivery."""
