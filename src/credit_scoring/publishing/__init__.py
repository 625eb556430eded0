"""What leaves: latest scores, scores.csv, reports, and what is told of a client or a run."""
