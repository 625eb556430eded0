"""Outside training the code runs wherever Spark does: serverless, standard clusters, Spark Connect."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import credit_scoring

ROOT = Path(str(credit_scoring.__file__)).parent
NOT_ON_CONNECT = {
    "sparkContext",
    "_sc",
    "_jsc",
    "_jvm",
    "_jdf",
    "_jsparkSession",
    "rdd",
    "mapPartitions",
    "parallelize",
}
MODULES = [path for path in sorted(ROOT.rglob("*.py")) if "training" not in path.relative_to(ROOT).parts]


def _of_the_jvm(source: str) -> Iterator[str]:
    """What the source names of Spark's JVM side, in attributes, names and imports; words in texts do not count."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) if name in NOT_ON_CONNECT:
                yield name
            case ast.Attribute(value=ast.Name(id="DataFrame"), attr=name):
                yield f"DataFrame.{name}"  # the class of Spark's own frames, not of those of Connect
            case ast.ImportFrom(module=module) if module and module.startswith(("pyspark.rdd", "py4j", "synapse")):
                yield module
            case ast.ImportFrom(module="pyspark", names=names):
                yield from (each.name for each in names if each.name == "SparkContext")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_asks_nothing_of_the_jvm(path: Path) -> None:
    assert list(_of_the_jvm(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "spark.sparkContext.parallelize([1])",
        "frame.rdd.getNumPartitions()",
        "from pyspark import SparkContext",
        "reduce(DataFrame.unionByName, frames)",
    ],
)
def test_the_check_sees_it(source: str) -> None:
    assert list(_of_the_jvm(source))
