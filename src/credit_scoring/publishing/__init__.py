"""score_history, scores and the CSV of a delivery."""
