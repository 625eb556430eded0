"""Is the model still right: later clients held against those it learned from, and outcomes against probabilities."""
