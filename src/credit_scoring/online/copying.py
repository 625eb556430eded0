"""Rows of a polars frame into PostgreSQL by COPY, every bit of a number kept.

Numbers go as the shortest text that gives their bits; lists as PostgreSQL writes arrays. What a list of texts holds are
codes and names: letters, digits, `.` and `_`, which need no quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import polars as pl
import psycopg
from psycopg import sql
from sqlalchemy import Connection

PIECE = 5_000
"""Rows that are written out at a time."""


def stage(connection: Connection, table: str, frame: pl.DataFrame) -> str:
    """Copies a frame, whose columns have the names of columns of `table`, into a temporary table; its name."""
    name = f"staged_{table}"
    columns = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    held = cast("psycopg.Connection", connection.connection.dbapi_connection)
    with held.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier("pg_temp", name)))
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                sql.Identifier(name), columns, sql.Identifier(table)
            )
        )
        into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier("pg_temp", name), columns)
        with cursor.copy(into) as copy:
            for piece in frame.iter_slices(PIECE):
                copy.write(written(piece))
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier("pg_temp", name)))
    return name


def written(frame: pl.DataFrame) -> str:
    """The rows as CSV for COPY."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    moments = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    return frame.with_columns(
        *(_array(name) for name in lists),
        *(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00") for name in moments),
    ).write_csv(include_header=False)


def _array(name: str) -> pl.Expr:
    items = pl.col(name).list.eval(pl.element().cast(pl.String).fill_null("NULL"), parallel=False)
    return (pl.lit("{") + items.list.join(",") + pl.lit("}")).alias(name)


def take_over(connection: Connection, table: str, staged: str, key: Sequence[str]) -> int:
    """Inserts what was staged, or has it take the place of rows with the same key; how many rows."""
    names = connection.exec_driver_sql(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0", (f"pg_temp.{staged}",)
    ).scalars()
    columns = list(names)
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name not in key)
    listed = ", ".join(columns)
    what = f"UPDATE SET {changed}" if changed else "NOTHING"
    done = connection.exec_driver_sql(
        f"INSERT INTO {table} ({listed}) SELECT {listed} FROM pg_temp.{staged} ON CONFLICT ({', '.join(key)}) DO {what}"
    )
    return done.rowcount
