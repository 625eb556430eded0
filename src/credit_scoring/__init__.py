"""Batch credit scoring with exact reasons."""
