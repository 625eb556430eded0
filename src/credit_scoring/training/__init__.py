"""From vectors with outcomes to a registered model: split, fit, calibrate, evaluate, register, promote."""
