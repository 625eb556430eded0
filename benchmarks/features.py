"""The gather of either engine beside the same features without an engine, and beside a native Spark plan.

    python benchmarks/features.py [--clients 50000 356000] [--folder var/benchmarks]

A generated lender of each size is written once as Delta tables, as intake leaves them (bureau_balance has its client;
finding it is part of intake and timed there), and read again by later runs. Then, each in a process of its own, and on
two cores:

gather         all features of all tables by the product's own way, clients.gather, on the embedded engine
gather, spark  the same on Spark local[2]
polars         the same features of the same files, read by polars, in one process
one worker     the gather on Spark local[1], so that the blocks of all clients pass one Python worker
gather, two    features of bureau and installments_payments only, by the gather on Spark
native, two    the same features as Spark SQL aggregations
noise          2.6 GB of blocks that no compression makes smaller, through the embedded engine's workers
noise, spark   the same through one Python worker of Spark (local[1])

CPU is that of driver, JVM and workers from the first reading of a table to the last row computed; starting Spark is
left out. Memory is the peak of the proportional set size. Every value is compared afterwards.

The last line is JSON: ratios of CPU at the largest size (`gather_to_polars` is the embedded engine's), `growth` (CPU a
client at the largest size by that at the smallest), the largest difference of the vectors of engines and polars (0: the
same bits) and of the two tables' features (relative).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from measuring import run as measured
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from stored import nothing_quarantined, store

from credit_scoring.clients.cohort import rows_in
from credit_scoring.clients.gather import gather, vectors
from credit_scoring.clients.snapshot import CASE, Snapshot
from credit_scoring.engines.blocks import split
from credit_scoring.engines.choice import engine_of
from credit_scoring.engines.engine import Engine, FileSource
from credit_scoring.engines.spark.session import session
from credit_scoring.engines.spark.tables import Tables
from credit_scoring.features import bureau, installments_payments, registry
from credit_scoring.features.per_client import HistoryProgram
from credit_scoring.features.rows import Rows
from credit_scoring.features.value import Aggregate
from credit_scoring.features.vector import columns_read, feature_frame, matrix
from credit_scoring.ledger.events import Delivered
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import SOURCES
from credit_scoring.settings import GatherSettings, Settings, SparkSettings
from credit_scoring.storage.arrow import Frames, lists
from credit_scoring.storage.files import Folder
from credit_scoring.synthetic.lender import known as generated

SEQ, SEED = 1, 7
AT_ONCE = 20_000
"""Clients generated and written at a time: a file a table."""

GIB, MIB = 2**30, 2**20

NOISE_TASKS, NOISE_ROWS, NOISE_COLUMNS, NOISE_SLOTS = 100, 80_000, 40, 500
"""2.6 GB of random numbers of 8 bytes, 5 MB a slot."""

BUREAU_SQL = """
SELECT SK_ID_CURR AS bureau_client,
  count(*) AS bureau_count, count_if(active) AS bureau_active_count, count_if(closed) AS bureau_closed_count,
  count_if(DAYS_CREDIT >= -365) AS bureau_taken_12m_count, count_if(DAYS_CREDIT >= -730) AS bureau_taken_24m_count,
  avg(if(active, 1, 0)) AS bureau_active_share,
  coalesce(sum(if(active, debt, null)), 0) AS bureau_debt_active_sum,
  max(if(active, debt, null)) AS bureau_debt_active_max,
  max(debt_share) AS bureau_debt_share_max, avg(debt_share) AS bureau_debt_share_mean,
  max(if(active, debt_share, null)) AS bureau_debt_share_active_max,
  avg(if(active, debt_share, null)) AS bureau_debt_share_active_mean,
  avg(if(DAYS_CREDIT >= -365, debt_share, null)) AS bureau_debt_share_taken_12m_mean,
  max(CREDIT_DAY_OVERDUE) AS bureau_overdue_days_max, max(AMT_CREDIT_MAX_OVERDUE) AS bureau_worst_overdue_max,
  coalesce(sum(AMT_CREDIT_SUM), 0) AS bureau_amount_sum, avg(AMT_CREDIT_SUM) AS bureau_amount_mean,
  max(AMT_CREDIT_SUM) AS bureau_amount_max,
  coalesce(sum(if(active, AMT_CREDIT_SUM, null)), 0) AS bureau_amount_active_sum,
  avg(if(active, AMT_CREDIT_SUM, null)) AS bureau_amount_active_mean,
  max(if(active, AMT_CREDIT_SUM, null)) AS bureau_amount_active_max,
  min(age) AS bureau_age_min, avg(age) AS bureau_age_mean, max(age) AS bureau_age_max,
  min(if(active, age, null)) AS bureau_age_active_min, avg(if(active, age, null)) AS bureau_age_active_mean,
  max(if(active, age, null)) AS bureau_age_active_max
FROM (
  SELECT *, CREDIT_ACTIVE = 'Active' AS active, CREDIT_ACTIVE = 'Closed' AS closed, AMT_CREDIT_SUM_DEBT AS debt,
    if(AMT_CREDIT_SUM > 0, AMT_CREDIT_SUM_DEBT / AMT_CREDIT_SUM, null) AS debt_share, -DAYS_CREDIT / 365.25D AS age
  FROM bureau WHERE seq = 1
) GROUP BY SK_ID_CURR
"""

INSTALMENTS_SQL = """
SELECT SK_ID_CURR AS installments_client,
  count(*) AS installments_count, max(late) AS installments_days_late_max, avg(late) AS installments_days_late_mean,
  max(if(due_on >= -91, late, null)) AS installments_days_late_3m_max,
  avg(if(due_on >= -91, late, null)) AS installments_days_late_3m_mean,
  max(if(due_on >= -365, late, null)) AS worst_delay_last_year,
  avg(if(due_on >= -365, late, null)) AS installments_days_late_12m_mean,
  max(if(due_on >= -730, late, null)) AS installments_days_late_24m_max,
  avg(if(due_on >= -730, late, null)) AS installments_days_late_24m_mean,
  avg(if(late > 0, 1, 0)) AS installments_late_share,
  avg(if(due_on >= -365, if(late > 0, 1, 0), null)) AS installments_late_12m_share,
  count_if(late > 30) AS installments_month_late_count,
  avg(greatest(-delay, 0)) AS installments_days_early_mean,
  avg(paid_share) AS installments_paid_share_mean, min(paid_share) AS installments_paid_share_min,
  avg(if(due_on >= -365, paid_share, null)) AS installments_paid_share_12m_mean,
  avg(if(paid < due, 1, 0)) AS installments_short_share,
  coalesce(sum(greatest(due - paid, 0)), 0) AS installments_shortfall_sum
FROM (
  SELECT *, greatest(delay, 0) AS late, if(due > 0, least(paid / due, 1), null) AS paid_share
  FROM (
    SELECT SK_ID_CURR, DAYS_INSTALMENT AS due_on, max(AMT_INSTALMENT) AS due, coalesce(sum(AMT_PAYMENT), 0) AS paid,
      coalesce(max(DAYS_ENTRY_PAYMENT), 0) - DAYS_INSTALMENT AS delay
    FROM installments_payments WHERE seq = 1
    GROUP BY SK_ID_CURR, DAYS_INSTALMENT, SK_ID_PREV, NUM_INSTALMENT_VERSION, NUM_INSTALMENT_NUMBER
  )
) GROUP BY SK_ID_CURR
"""

OF_TWO = (bureau.credits, installments_payments.installments)


def of_two_tables() -> dict[str, Aggregate]:
    """The names of the SQL's features, in its order, and the aggregates that compute them."""
    declared = {f.name: f.value.aggregates[0] for f in registry.FEATURES if len(f.value.aggregates) == 1}
    columns = [part.strip().split(" AS ")[1] for sql in (BUREAU_SQL, INSTALMENTS_SQL) for part in _selected(sql)]
    return {name: declared[name] for name in columns}


def expressions_of(rows: Rows) -> dict[str, pl.Expr]:
    """Those aggregates that are of these rows, by their own names."""
    # By name: what is declared in this script reaches a worker as a copy.
    return {each.name: each.expression for each in of_two_tables().values() if each.rows.name == rows.name}


def _selected(sql: str) -> list[str]:
    """The expressions of the outer SELECT that make features."""
    depth, start, parts = 0, 0, []
    text = sql.strip().removeprefix("SELECT").split("\nFROM (")[0]
    for i, letter in enumerate(text + ","):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return parts[1:]


def two_tables(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """SK_ID_CURR and the two tables' features, a row for each client in one of them."""
    first, second = (HistoryProgram.of(rows, expressions_of(rows)).per_client(tables).frame() for rows in OF_TWO)
    return first.join(second, on=CLIENT, how="full", coalesce=True)


# Tables ----------------------------------------------------------------------------------------------------------


def prepare(folder: Path, clients: int) -> dict[str, int]:
    """Writes the lender unless it is there; rows by table."""
    done = folder / "rows.json"
    if not done.exists():
        rows = dict.fromkeys((table.name for table in SOURCES), 0)
        for start in range(0, clients, AT_ONCE):
            part = generated(range(start, min(start + AT_ONCE, clients)), SEED)
            stored = store(folder, {name: part[name] for name in rows}, SEQ)
            rows = {name: count + stored[name] for name, count in rows.items()}
        nothing_quarantined(folder)
        done.write_text(json.dumps(rows))
    found: dict[str, int] = json.loads(done.read_text())
    return found


# Measuring -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """CPU seconds in all, of JVM and of Python workers, and wall seconds."""

    cpu: float
    jvm: float
    workers: float
    wall: float


def _cpu() -> tuple[float, float, float]:
    """CPU seconds of this process and all below it so far: in all, JVM, Python below the JVM; ended ones included."""
    own = psutil.Process()
    total = jvm = workers = 0.0
    for process in [own, *own.children(recursive=True)]:
        try:
            spent, name = sum(process.cpu_times()[:4]), process.name()
        except psutil.NoSuchProcess:
            continue
        total += spent
        if name == "java":
            jvm += sum(process.cpu_times()[:2])
        elif process.pid != own.pid:
            workers += spent
    return total, jvm, workers


def timed(action: Callable[[], object]) -> Cost:
    """What the action costs."""
    before, started = _cpu(), time.perf_counter()
    action()
    wall = time.perf_counter() - started
    total, jvm, workers = (after - earlier for after, earlier in zip(_cpu(), before, strict=True))
    return Cost(total, jvm, workers, wall)


# Sides: each runs in a process of its own -------------------------------------------------------------------------


def side_polars(folder: Path, clients: int, out: Path) -> Cost:
    """One process, all clients at once; only the columns that features read are read."""
    found: list[pl.DataFrame] = []

    def compute() -> None:
        tables = {
            name: pl.read_parquet(folder / name / "*.parquet", columns=sorted(columns))
            for name, columns in columns_read().items()
        }
        found.append(feature_frame(tables))

    cost = timed(compute)
    (frame,) = found
    np.save(out, matrix(frame.filter(pl.col(CLIENT) % _compared(clients) == 0)))
    return cost


def _compared(clients: int) -> int:
    """Every which client's values are written to be compared: all of them up to 100,000."""
    return 1 + clients // 100_000 * 2


def _engine(folder: Path, name: str, cores: int = 2) -> Engine:
    """An engine over the tables of a folder, started and ready."""
    spark = SparkSettings(master=f"local[{cores}]", driver_memory="4g")
    engine = engine_of(Settings(home=folder / "home", tables=str(folder), engine=name, spark=spark))
    if name == "spark":
        _spark(cores)
    return engine


def _spark(cores: int) -> SparkSession:
    running = session(SparkSettings(master=f"local[{cores}]", driver_memory="4g"))
    running.sparkContext.setLogLevel("ERROR")
    running.range(1).count()
    return running


def _written_of(found: pl.DataFrame, clients: int, out: Path) -> None:
    kept = found.filter(pl.col("client_id") % _compared(clients) == 0)
    kept.select("client_id", "features").write_parquet(out)


def side_gather(folder: Path, clients: int, out: Path, engine: str = "local", cores: int = 2) -> Cost:
    """The product's way, to the last row in the driver, as a training has them."""
    working, all_of_it = _engine(folder, engine, cores), [Delivered("all", SEQ)]
    found: list[pl.DataFrame] = []
    cohort = rows_in(working, all_of_it, all_of_it[0], all_of_it)
    cost = timed(lambda: found.append(vectors(cohort, GatherSettings()).collect()))
    if cores > 1:
        _written_of(found[0], clients, out)
    return cost


def side_gather_spark(folder: Path, clients: int, out: Path) -> Cost:
    """The same on Spark."""
    return side_gather(folder, clients, out, "spark")


def side_one_worker(folder: Path, clients: int, out: Path) -> Cost:
    """All blocks through one Python worker."""
    return side_gather(folder, clients, out, "spark", cores=1)


def side_gather_two(folder: Path, clients: int, out: Path) -> Cost:
    """The two tables' features by the gather."""
    working, all_of_it = _engine(folder, "spark"), [Delivered("all", SEQ)]
    columns = {rows.table.name: rows.needs(expressions_of(rows).values()) for rows in OF_TWO}
    found: list[pl.DataFrame] = []

    def computed() -> None:
        cohort = rows_in(working, all_of_it, all_of_it[0], all_of_it)
        schema = "client_id BIGINT, features ARRAY<DOUBLE>"
        found.append(gather(cohort, GatherSettings(), _two_of_slot, schema, columns).collect())

    cost = timed(computed)
    _written_of(found[0], clients, out)
    return cost


def _two_of_slot(known: Snapshot) -> Iterator[pa.RecordBatch]:
    cases = known.cases.select(pl.col(CASE).alias(CLIENT), "client_id")
    frame = cases.join(two_tables(dict(known.tables)), on=CLIENT, how="left", maintain_order="left")
    values = frame.select(pl.col(a.name).cast(pl.Float64).fill_null(float("nan")) for a in of_two_tables().values())
    columns = {"client_id": cases["client_id"].to_arrow(), "features": lists(np.ascontiguousarray(values.to_numpy()))}
    yield pa.RecordBatch.from_pydict(columns)


def _computed(rows: DataFrame) -> None:
    """Every row, brought back to the JVM and thrown away there."""
    rows.write.format("noop").mode("overwrite").save()


def side_native_two(folder: Path, clients: int, out: Path) -> Cost:
    """The two tables' features as Spark SQL, a column each; written as one array."""
    spark = _spark(2)
    for each in OF_TWO:
        name = each.table.name
        Tables(spark, str(folder)).read(name).createOrReplaceTempView(name)
    spark.conf.set("spark.sql.shuffle.partitions", "8")
    spark.conf.set("spark.sql.ansi.enabled", "false")
    names = list(of_two_tables())

    def computed() -> DataFrame:
        first, second = spark.sql(BUREAU_SQL), spark.sql(INSTALMENTS_SQL)
        both = first.join(second, F.col("bureau_client") == F.col("installments_client"), "full")
        return both.withColumn("client_id", F.coalesce("bureau_client", "installments_client"))

    cost = timed(lambda: _computed(computed().select("client_id", *names)))
    features = F.array(*(F.coalesce(F.col(name).cast("double"), F.lit(float("nan"))) for name in names))
    rows = computed().select("client_id", features.alias("features"))
    rows.where(F.col("client_id") % _compared(clients) == 0).write.mode("overwrite").parquet(str(out))
    return cost


def noise(folder: str, file: str, data: object) -> pa.RecordBatch:
    """The blocks of a file whose name is a seed."""
    values = pl.DataFrame(np.random.default_rng(int(file.split("-")[-1])).random((NOISE_ROWS, NOISE_COLUMNS)))
    return split([("noise", "id", values.with_row_index("id"))], NOISE_SLOTS)


def noise_added(frames: Frames) -> Iterator[pa.RecordBatch]:
    """Rows of a slot, and their sum."""
    values = frames["noise"].drop("id")
    total = values.select(pl.sum_horizontal(pl.all()).sum()).item()
    yield pa.RecordBatch.from_pydict({"rows": [values.height], "total": [total]})


def side_noise(folder: Path, clients: int, out: Path, engine: str = "local", cores: int = 2) -> Cost:
    """More blocks in all than an Arrow batch, or an array of the JVM, could hold; in slots as large as the gather's."""
    names = [f"seed-{seed}" for seed in range(NOISE_TASKS)]
    (folder / "noise" / "seeds").mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / "noise" / "seeds" / name).write_text("x")
    working = _engine(folder, engine, cores)
    size = NOISE_ROWS * NOISE_COLUMNS * 8
    # The embedded engine's workers do not run this script: they import it by its name, which Spark's do not know.
    here = import_module("features" if engine == "local" else "__main__")
    source = FileSource(Folder(str(folder / "noise")), tuple(("seeds", name, size) for name in names), here.noise)
    found: list[pl.DataFrame] = []
    schema = "rows BIGINT, total DOUBLE"
    cost = timed(
        lambda: found.append(working.exchange([source], NOISE_SLOTS, here.noise_added, schema, NOISE_TASKS).collect())
    )
    count, total = found[0].sum().row(0)
    mean = total / count / NOISE_COLUMNS
    if count != NOISE_TASKS * NOISE_ROWS or abs(mean - 0.5) > 1e-3:
        raise SystemExit(f"{count:,} rows of noise came through, with a mean of {mean}.")
    return cost


def side_noise_spark(folder: Path, clients: int, out: Path) -> Cost:
    """The same through one Python worker of Spark."""
    return side_noise(folder, clients, out, "spark", cores=1)


SIDES: dict[str, Callable[[Path, int, Path], Cost]] = {
    "polars": side_polars,
    "gather": side_gather,
    "gather, spark": side_gather_spark,
    "one worker": side_one_worker,
    "gather, two": side_gather_two,
    "native, two": side_native_two,
    "noise": side_noise,
    "noise, spark": side_noise_spark,
}


# Comparing -------------------------------------------------------------------------------------------------------


def _written(path: Path) -> tuple[NDArray[np.int64], NDArray[np.float64] | NDArray[np.float32]]:
    """Ids [n] and features [n, F] of a written array column, by ascending id."""
    table = pq.read_table(path).combine_chunks()
    ids = table["client_id"].to_numpy()
    values = table["features"].combine_chunks().flatten().to_numpy().reshape(len(ids), -1)
    order = np.argsort(ids)
    return ids[order], values[order]


def difference(ours: NDArray[np.floating], theirs: NDArray[np.floating]) -> float:
    """The largest relative difference; infinite where only one is missing. Sizes below 1 are compared as they are."""
    if not np.array_equal(np.isnan(ours), np.isnan(theirs)):
        return float("inf")
    widest = 0.0
    for one, other in zip(ours.T, theirs.T, strict=True):  # a column at a time: the whole would not fit twice
        gap = np.abs(one.astype(np.float64) - other) / np.maximum(np.abs(other), 1.0)
        widest = max(widest, float(np.nanmax(gap, initial=0.0)))
    return widest


# The whole -------------------------------------------------------------------------------------------------------


def run(side: str, folder: Path, clients: int) -> dict[str, float]:
    """A side in its own process: its cost, and peaks of memory in GiB."""
    command = [__file__, "--side", side, "--folder", str(folder), "--clients", str(clients)]
    threads = {"POLARS_MAX_THREADS": "2"} if side == "polars" else {}
    said, cost = measured(command, threads)
    peaks = {"all_gib": cost.peak, "jvm_gib": cost.memory["jvm"], "worker_gib": cost.largest_worker}
    found: dict[str, float] = json.loads(said.strip().splitlines()[-1])
    found |= {what: size / GIB for what, size in peaks.items()}
    print(
        f"{side:<12} {clients:>8,} clients   CPU {found['cpu']:7.1f} s (JVM {found['jvm']:6.1f}, workers "
        f"{found['workers']:6.1f})   wall {found['wall']:6.1f} s   peak {found['all_gib']:5.2f} GiB "
        f"(JVM {found['jvm_gib']:.2f}, largest worker {found['worker_gib']:.2f})",
        flush=True,
    )
    return found


def place(folder: Path, side: str) -> Path:
    """Where a side leaves its features."""
    return folder / f"features_of_{side.replace(', ', '_')}{'.npy' if side == 'polars' else ''}"


def compare(root: Path, clients: int, sides: list[str]) -> tuple[dict[str, dict[str, float]], float, float]:
    """Every side at one size; the largest differences of all features, and of the two tables'."""
    folder = root / f"features-{clients}"
    rows = prepare(folder, clients)
    size = sum(file.stat().st_size for table in SOURCES for file in (folder / table.name).glob("*.parquet"))
    print(f"{clients:,} clients, {sum(rows.values()):,} rows, {size / MIB:,.0f} MiB of Parquet", flush=True)
    found = {side: run(side, folder, clients) for side in sides}
    apart = of_two = float("nan")
    gathers = [side for side in ("gather", "gather, spark") if side in sides]
    if "polars" in sides and gathers:
        for side in gathers:
            _, ours = _written(place(folder, side))
            gap = difference(ours, np.load(place(folder, "polars"), mmap_mode="r"))
            apart = max(gap, 0.0 if np.isnan(apart) else apart)
            print(f"{side}: largest relative difference of {ours.shape[0]:,} x {ours.shape[1]} features: {gap:g}")
    if {"gather, two", "native, two"} <= set(sides):
        ids, ours = _written(place(folder, "gather, two"))
        theirs_ids, theirs = _written(place(folder, "native, two"))
        of_two = difference(ours[np.isin(ids, theirs_ids)], theirs)
        print(f"largest relative difference of {theirs.shape[1]} features of two tables: {of_two:g}")
    return found, apart, of_two


def main() -> None:
    """Prints a line a side and size and, last, JSON; with --side runs that side and prints its cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="+", default=[50_000, 356_000])
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks"))
    parser.add_argument("--only", nargs="+", choices=sorted(SIDES), default=list(SIDES))
    parser.add_argument("--side", choices=sorted(SIDES), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder = arguments.folder.absolute()
    if arguments.side:
        cost = SIDES[arguments.side](folder, arguments.clients[0], place(folder, arguments.side))
        print(json.dumps(asdict(cost)))
        return
    sizes = sorted(arguments.clients)
    sides = [side for side in arguments.only if not side.startswith("noise")]
    by_size = {clients: compare(folder, clients, sides) for clients in sizes}
    noises = [run(side, folder / "noise", 0) for side in arguments.only if side.startswith("noise")]
    (small, *_), (large, apart, of_two) = by_size[sizes[0]], by_size[sizes[-1]]
    pairs = {
        "gather_to_polars": ("gather", "polars"),
        "spark_gather_to_polars": ("gather, spark", "polars"),
        "gather_two_to_native_two": ("gather, two", "native, two"),
    }
    ratios = {
        name: round(large[a]["cpu"] / large[b]["cpu"], 3) for name, (a, b) in pairs.items() if a in large and b in large
    }
    growth = {
        side: large[side]["cpu"] / sizes[-1] / (small[side]["cpu"] / sizes[0]) for side in large if len(sizes) > 1
    }
    print(
        json.dumps(
            {
                "benchmark": "features",
                "clients": sizes[-1],
                "ratios": ratios,
                "growth": growth,
                "max_difference": apart,
                "max_difference_two_tables": of_two,
                "largest_worker_gib": max((cost["worker_gib"] for cost in [*large.values(), *noises]), default=0.0),
                "costs": large,
            }
        )
    )


if __name__ == "__main__":
    main()
