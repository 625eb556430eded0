"""The one printer: what a command did, as text for a terminal or as values for JSON."""
