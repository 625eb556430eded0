"""What a user can have done, each a function of the settings: the command line, jobs and notebooks call the same ones.

This is the edge: here the engine, the clock, the run's id and the places come from, and nowhere else. What a command
does is imported by that command alone: MLflow, LightGBM, scikit-learn and matplotlib would take seconds of each.
"""
