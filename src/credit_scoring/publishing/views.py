"""Views for analysts: the latest scores in words, and what was known of a client, and said, at each delivery.

One text a view, in Spark's SQL. In a catalog it is a view beside the tables; a folder of Delta tables holds no views,
so there a session of Spark gets it as a temporary one (engines.spark.views).
"""

from __future__ import annotations

from collections.abc import Mapping

from credit_scoring.explanation.points import MOST_PRINCIPAL
from credit_scoring.ledger.events import DELIVERIES
from credit_scoring.publishing.dictionary import REASONS
from credit_scoring.publishing.latest import SCORES
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.stored import StoredColumn, StoredTable, StoredView
from credit_scoring.schema.table import CLIENT
from credit_scoring.scoring.rows import OUTPUT, SCORE_HISTORY

_PLACES = range(1, MOST_PRINCIPAL + 1)


def _of(table: StoredTable, *names: str) -> tuple[StoredColumn, ...]:
    """Columns of a table, in the order of `names`."""
    columns: Mapping[str, StoredColumn] = {column.name: column for column in table.columns}
    return tuple(columns[name] for name in names)


def _reason(place: int) -> tuple[StoredColumn, ...]:
    which = f"Reason {place} against the client"
    return (
        StoredColumn(f"reason_{place}_code", "STRING", f"{which}: its code; null when there are fewer"),
        StoredColumn(f"reason_{place}_points", "DOUBLE", f"{which}: the points that it takes (below 0)"),
        StoredColumn(f"reason_{place}_en", "STRING", f"{which}, in English"),
        StoredColumn(f"reason_{place}_fr", "STRING", f"{which}, in French"),
    )


def _reason_values(place: int) -> str:
    reason = f"try_element_at(principal, {place})"

    def words(language: str) -> str:
        return f"IF({reason}.absent, said[{reason}.code].absent_{language}, said[{reason}.code].value_{language})"

    values = {"code": f"{reason}.code", "points": f"{reason}.points", "en": words("en"), "fr": words("fr")}
    return ", ".join(f"{value} AS reason_{place}_{name}" for name, value in values.items())


_SCORE = ("client_id", "decision", "score", "cut_off", "probability", "file_complete", "start_points")
_ORIGIN = ("points", "delivery", "seq", "scored_at", "model_version")
_MORE = tuple(column.name for column in OUTPUT if column.csv and column.name not in (*_SCORE, *_ORIGIN))
"""What else is in scores.csv."""

SCORES_EXPLAINED = StoredView(
    StoredTable(
        "scores_explained",
        "The latest score of each client with the reasons that weigh most against it, in words",
        (
            *_of(SCORES, *_SCORE),
            *(column for place in _PLACES for column in _reason(place)),
            StoredColumn(
                "other_points", "DOUBLE", "All other reasons together; start, reasons and others add up to the points"
            ),
            *_of(SCORES, *_ORIGIN, *_MORE),
        ),
    ),
    f"""
    WITH words AS (
        SELECT map_from_entries(collect_list(struct(
            code, struct(value_en, value_fr, absent_en, absent_fr) AS sentences
        ))) AS said
        FROM {{{REASONS.name}}}
    ),
    against AS (
        SELECT *, slice(filter(reasons, reason -> reason.points < 0), 1, {MOST_PRINCIPAL}) AS principal
        FROM {{{SCORES.name}}}
    )
    SELECT {", ".join(_SCORE)},
        {", ".join(map(_reason_values, _PLACES))},
        points - start_points - aggregate(principal, 0D, (sum, reason) -> sum + reason.points) AS other_points,
        {", ".join((*_ORIGIN, *_MORE))}
    FROM against CROSS JOIN words
    """,
)

_GIVEN = ("decision", "score", "cut_off", "probability", "file_complete", "start_points", "points", "reasons")
_STAMP = ("model_version", "scored_at", "run_id")
_KNOWN = tuple(column for column in APPLICATION.stored().columns if column.name not in (CLIENT, "seq"))

CLIENT_AS_OF = StoredView(
    StoredTable(
        "client_as_of",
        "Each client as of each delivery: the score that was published by then, and the application as known then",
        (
            StoredColumn("as_of", "STRING", "The delivery as of which the row tells; every accepted one"),
            StoredColumn("as_of_seq", "BIGINT", "Its place in the order of deliveries"),
            *_of(SCORE_HISTORY, "client_id"),
            StoredColumn("scored_seq", "BIGINT", "The delivery that the score was given at; null: no score yet"),
            *_of(SCORE_HISTORY, *_GIVEN, *_STAMP),
            StoredColumn("application_seq", "BIGINT", "The delivery that brought the application, in what follows"),
            *_KNOWN,
        ),
    ),
    f"""
    WITH accepted AS (
        SELECT DISTINCT seq, delivery FROM {{{DELIVERIES.name}}} WHERE event = 'accepted'
        AND seq NOT IN (SELECT seq FROM {{{DELIVERIES.name}}} WHERE event = 'withdrawn')
    ),
    published AS (
        SELECT DISTINCT seq FROM {{{DELIVERIES.name}}} WHERE event = 'published'
    ),
    applied AS (
        SELECT *, lead(seq) OVER (PARTITION BY {CLIENT} ORDER BY seq) AS until
        FROM {{{APPLICATION.name}}} LEFT SEMI JOIN accepted USING (seq)
    ),
    given AS (
        SELECT *, lead(seq) OVER (PARTITION BY client_id ORDER BY seq, model_version) AS until
        FROM {{{SCORE_HISTORY.name}}} LEFT SEMI JOIN accepted USING (seq) LEFT SEMI JOIN published USING (seq)
    )
    SELECT accepted.delivery AS as_of, accepted.seq AS as_of_seq, applied.{CLIENT} AS client_id,
        given.seq AS scored_seq,
        {", ".join(f"given.{name}" for name in (*_GIVEN, *_STAMP))},
        applied.seq AS application_seq, {", ".join(f"applied.`{column.name}`" for column in _KNOWN)}
    FROM accepted
    JOIN applied ON applied.seq <= accepted.seq AND accepted.seq < coalesce(applied.until, accepted.seq + 1)
    LEFT JOIN given ON given.client_id = applied.{CLIENT}
        AND given.seq <= accepted.seq AND accepted.seq < coalesce(given.until, accepted.seq + 1)
    """,
)

NOT_READ = StoredView(
    StoredTable(
        "not_read",
        "What of each accepted delivery does not read, by table, column and reason: why its clients are referred",
        (
            *_of(DELIVERIES, "delivery", "seq"),
            StoredColumn("table", "STRING", "Table of the cells"),
            StoredColumn("column", "STRING", "Their column; empty where a whole record is meant"),
            StoredColumn("becomes", "STRING", "made missing: the cells; quarantined: their records"),
            StoredColumn("rule", "STRING", "The rule that they violate"),
            StoredColumn("text", "STRING", "What stands there, where it is a text that exports write for nothing"),
            StoredColumn("cells", "BIGINT", "How many cells or records"),
            StoredColumn("clients", "BIGINT", "How many clients are referred for its column and rule, or undecided"),
        ),
    ),
    f"""
    SELECT delivery, seq, each.`table`, each.`column`, each.becomes, each.rule, each.text, each.cells, who.clients
    FROM (
        SELECT delivery, seq, explode(unread) AS each FROM {{{DELIVERIES.name}}} WHERE event = 'accepted'
        AND seq NOT IN (SELECT seq FROM {{{DELIVERIES.name}}} WHERE event = 'withdrawn')
    )
    LEFT JOIN (
        SELECT seq AS of_seq, explode(referring) AS who FROM {{{DELIVERIES.name}}} WHERE event = 'accepted'
    )
    ON of_seq = seq AND who.`table` = each.`table` AND who.`column` = each.`column` AND who.becomes = each.becomes
        AND who.rule = each.rule
    """,
)

VIEWS = (SCORES_EXPLAINED, CLIENT_AS_OF, NOT_READ)
