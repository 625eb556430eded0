"""Which engine works: the embedded one on one machine, Spark where Spark is."""

from __future__ import annotations

import os
from typing import Literal

from credit_scoring.engines.engine import Engine
from credit_scoring.errors.usage import LOCAL_NO_CATALOG
from credit_scoring.settings import Settings


def runs_elsewhere() -> bool:
    """Whether Spark's driver runs as others set it up: on Databricks, or behind Spark Connect."""
    return "DATABRICKS_RUNTIME_VERSION" in os.environ or "SPARK_REMOTE" in os.environ


def chosen(settings: Settings) -> Literal["local", "spark"]:
    """The engine of the settings; by `auto` Spark inside spark-submit, on Databricks, behind Spark Connect, and where
    the tables are a catalog's, else this process."""
    catalog = "/" not in settings.tables
    if settings.engine != "auto":
        if settings.engine == "local" and catalog:
            raise LOCAL_NO_CATALOG(tables=settings.tables)
        return settings.engine
    submitted = "SPARK_ENV_LOADED" in os.environ
    return "spark" if submitted or runs_elsewhere() or catalog else "local"


def engine_of(settings: Settings) -> Engine:
    """The engine of the settings, started. An engine that is not chosen is not imported."""
    if chosen(settings) == "spark":
        from credit_scoring.engines.spark.start import spark_engine

        return spark_engine(settings)
    from credit_scoring.engines.local.start import local_engine

    return local_engine(settings)
