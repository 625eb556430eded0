"""Clients scored when somebody asks, by the numbers of the batch."""
