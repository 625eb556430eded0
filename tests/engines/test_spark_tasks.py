"""What a task of ours leaves for the next one in its worker."""

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
from pyspark.sql import SparkSession

from credit_scoring.engines.spark.tasks import Batches, without_values


def looked_at_again() -> Callable[[Batches], Iterator[pa.RecordBatch]]:
    """A function for the tasks: how many finders of zip files Python asks at the next look, and what is not garbage."""

    def looked(batches: Batches) -> Iterator[pa.RecordBatch]:
        import gc
        import sys
        from zipimport import zipimporter

        zips = sum(isinstance(finder, zipimporter) for finder in sys.path_importer_cache.values())
        for batch in batches:
            yield pa.record_batch({"zips": [zips] * batch.num_rows, "kept": [gc.get_freeze_count()] * batch.num_rows})

    return looked


def passed_on() -> Callable[[Batches], Iterable[pa.RecordBatch]]:
    """A function for the tasks that does nothing."""
    return lambda batches: batches


def test_a_worker_does_not_look_through_zip_files_and_modules_for_every_task(spark: SparkSession) -> None:
    """Spark's two zip files and spark-core.jar are on the path of its workers: 0.14 s a task, whatever it does."""
    one = spark.range(0, 1, 1, 1)
    for _ in range(3):  # the session has more than one worker, and only one of them may have had a task of ours
        one.mapInArrow(without_values(passed_on()), "id BIGINT").collect()
    ((zips, kept),) = one.mapInArrow(looked_at_again(), "zips BIGINT, kept BIGINT").collect()
    assert zips == 0
    assert kept > 10_000
