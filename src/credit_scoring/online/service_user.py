"""The API's user of the database: it may log in, and has the role of the API."""

from __future__ import annotations

from psycopg import sql
from sqlalchemy import Connection


def grant(connection: Connection, user: str, password: str) -> None:
    """Makes the user, or gives it this password; the tables must be there (the role comes with them)."""
    there = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (user,)).scalar()
    verb = "ALTER" if there else "CREATE"
    statement = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(user), sql.Literal(password))
    connection.exec_driver_sql(statement.as_string(None).replace("%", "%%"))
    connection.exec_driver_sql(sql.SQL("GRANT credit_scoring_api TO {}").format(sql.Identifier(user)).as_string(None))
