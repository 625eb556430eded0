"""What a notebook begins with: the lender of the settings, its tables by name, and what is asked of one client.

The same notebook runs on Databricks and on one machine; what differs between them is decided here.
"""

from __future__ import annotations

import os
import sys
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from credit_scoring.commands.starting import start
from credit_scoring.context import Context
from credit_scoring.engines.spark.engine import spark_of
from credit_scoring.engines.spark.views import by_name
from credit_scoring.errors.usage import NO_PROJECT, NOBODY_SCORED
from credit_scoring.explanation.waterfall_picture import png
from credit_scoring.features.words import Language
from credit_scoring.model.registry import load_version
from credit_scoring.model.store import connect
from credit_scoring.publishing import explain
from credit_scoring.publishing.latest import SCORES
from credit_scoring.publishing.tables import STORED
from credit_scoring.publishing.views import VIEWS
from credit_scoring.scoring.stored_what_if import WhatIf, what_if
from credit_scoring.settings import CONF, Settings
from credit_scoring.settings_file import load

_LOCAL, _DATABRICKS = "conf/local.yml", "conf/dev.yml"
_TABLES_IN_FULL = {
    "spark.sql.repl.eagerEval.enabled": "true",
    "spark.sql.repl.eagerEval.maxNumRows": "40",
    "spark.sql.repl.eagerEval.truncate": "0",
}


@dataclass(frozen=True)
class Lender:
    """A lender's store; SQL of the session finds its tables and views by their names."""

    context: Context

    @property
    def settings(self) -> Settings:
        """The lender's settings."""
        return self.context.settings

    @property
    def spark(self) -> SparkSession:
        """The session."""
        return spark_of(self.context.engine).spark

    def waterfall(self, client_id: int, language: Language = "en") -> bytes:
        """The latest score of a client as a picture (PNG); UsageError when there is none."""
        found = explain.explain(self.context.engine, client_id, language)
        return png(found.waterfall(), found.headline)

    def what_if(self, client_id: int) -> tuple[WhatIf, ...]:
        """What better values would do to the latest score of a client, by the model that gave it."""
        latest = explain.explain(self.context.engine, client_id)
        texts, _ = load_version(self.context.settings.mlflow.model, latest.model_version)
        return what_if(self.context, texts, client_id, latest.seq)


def open_lender() -> Lender:
    """The lender of the settings file that CREDIT_SCORING_CONF names; conf/local.yml, or conf/dev.yml on Databricks.

    A relative path, there or in the settings, starts at the project's folder, which is this one or one above it.
    UsageError when there is no such file, or nobody has a score yet.
    """
    on_databricks = "DATABRICKS_RUNTIME_VERSION" in os.environ
    with chdir(_project()):
        settings = load(Path(os.environ.get(CONF) or (_DATABRICKS if on_databricks else _LOCAL)))
        connect(settings.mlflow)
        context = start(settings.model_copy(update={"engine": "spark"}))
    engine = spark_of(context.engine)
    if not on_databricks:
        _show_tables(engine.spark)
    if not engine.exists(SCORES.name):
        raise NOBODY_SCORED()
    by_name(engine.tables, VIEWS, STORED)
    return Lender(context)


def _show_tables(spark: SparkSession) -> None:
    """Jupyter shows a frame as a table, for which its query runs once."""
    for key, value in _TABLES_IN_FULL.items():
        spark.conf.set(key, value)
    if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()) is not None:
        # Jupyter asks every value for a plain text too, which would run the query again.
        plain = shell.display_formatter.formatters["text/plain"]
        plain.for_type(DataFrame, lambda frame, printer, cycle: printer.text("a table"))


def _project() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / _LOCAL).exists():
            return folder
    raise NO_PROJECT(folder=here, file=_LOCAL)
