"""The Scorer and its packaging as an MLflow model."""
