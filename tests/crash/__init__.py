"""A harness that kills the score job, runs it again, and compares what is there with an undisturbed run."""
