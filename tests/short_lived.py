"""Settings of Spark for a session that works on a few rows."""

from __future__ import annotations

SHORT_LIVED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}
"""Neither code of its own for every query nor plans that change on the way earn back their time. A job of score
that a test submits has Spark's own settings, as a user's do."""
