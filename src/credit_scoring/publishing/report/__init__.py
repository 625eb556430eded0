"""The report of a score run, for analysts."""
