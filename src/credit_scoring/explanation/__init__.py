"""Exact contributions of each feature to a client's margin, and points."""
