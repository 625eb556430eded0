"""Figures of batch runs for Prometheus: files that a node exporter reads, and a push gateway."""
