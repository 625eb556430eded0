"""Outside training the code runs wherever Spark does: serverless, standard clusters, Spark Connect."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import credit_scoring

ROOT = Path(str(credit_scoring.__file__)).parent
NOT_ON_CONNECT = {
    *("sparkContext", "_sc", "_jsc", "_jvm", "_jdf", "_jmap", "_jsparkSession", "_jconf", "_gateway", "java_gateway"),
    *("rdd", "mapPartitions", "parallelize", "foreach", "foreachPartition", "toJSON"),
}
"""Of the JVM or of RDDs: Spark Connect has none of them."""
NOT_ON_SERVERLESS = {"cache", "persist", "unpersist", "checkpoint", "localCheckpoint", "setLogLevel", "addJar"}
NOT_OF_PYSPARK = {"SparkContext", "SQLContext", "HiveContext", "BarrierTaskContext", "RDD", "ml"}
"""TaskContext is not among them: a Python worker has one on Spark Connect, too."""
NOT_TO_IMPORT = ("pyspark.rdd", "pyspark.context", "pyspark.sql.context", "pyspark.ml", "py4j", "synapse")
APART = {ROOT / "engines" / "spark" / "jvm.py", ROOT / "engines" / "spark" / "keeping.py"}
"""The first starts the JVM of a session on this machine, and is asked for nothing where there is one. The second keeps
rows on the executors for training, which alone asks for it."""
MODULES = [
    path for path in sorted(ROOT.rglob("*.py")) if "training" not in path.relative_to(ROOT).parts and path not in APART
]


def _of_the_jvm(source: str) -> Iterator[str]:
    """What the source names of Spark's JVM side, in attributes, names, imports and `getattr`; words in texts do not
    count."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) if name in NOT_ON_CONNECT:
                yield name
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in NOT_ON_SERVERLESS:
                yield f"{ast.unparse(value)}.{name}()"
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
                yield from {name} & (NOT_ON_CONNECT | NOT_ON_SERVERLESS)
            case ast.Attribute(value=ast.Name(id="DataFrame"), attr=name):
                yield f"DataFrame.{name}"  # the class of Spark's own frames, not of those of Connect
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name.startswith(NOT_TO_IMPORT))
            case ast.ImportFrom(module=str(module)) if module.startswith(NOT_TO_IMPORT):
                yield module
            case ast.ImportFrom(module="pyspark" | "pyspark.sql", names=names):
                yield from (each.name for each in names if each.name in NOT_OF_PYSPARK)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_asks_nothing_of_the_jvm(path: Path) -> None:
    assert list(_of_the_jvm(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "spark.sparkContext.parallelize([1])",
        "frame.rdd.getNumPartitions()",
        "from pyspark import SparkContext",
        "from pyspark.sql import SQLContext",
        "import py4j.java_gateway",
        "from pyspark.ml.linalg import Vectors",
        "getattr(spark, '_jvm').java",
        "frame.where('x').cache()",
        "reduce(DataFrame.unionByName, frames)",
    ],
)
def test_the_check_sees_it(source: str) -> None:
    assert list(_of_the_jvm(source))
