"""The tables that a monitoring leaves, as declared: counts and means, no client."""

from __future__ import annotations

from credit_scoring.schema.stored import StoredColumn, StoredTable, StoredView

_WHICH = (
    StoredColumn("run_id", "STRING", "The monitoring run; its page is reports/monitor-<run_id>.html"),
    StoredColumn("subject", "STRING", "The delivery, or the month of deliveries, that was looked at"),
    StoredColumn("model_version", "INT", "Version of the registered model that scored, in whose bins it is counted"),
    StoredColumn("computed_at", "TIMESTAMP", "When"),
)
MONITOR_PROFILE = StoredTable(
    "monitor_profile",
    "Scored clients in the bins of the training of their model, beside the training's own clients",
    (
        *_WHICH,
        StoredColumn("feature", "STRING", "Feature of the model, or `score`"),
        StoredColumn("bin", "INT", "Place of the bin, from 0; null: the value is missing"),
        StoredColumn("above", "DOUBLE", "Values of the bin are above this; null: no limit"),
        StoredColumn("up_to", "DOUBLE", "Values of the bin reach up to this; null: no limit"),
        StoredColumn("clients_then", "BIGINT", "Clients of the training in the bin"),
        StoredColumn("clients_now", "BIGINT", "Clients of the subject in the bin"),
        StoredColumn("points", "DOUBLE", "Mean contribution to the score in the bin, at the training; null: the score"),
    ),
)
MONITOR_DRIFT = StoredTable(
    "monitor_drift",
    "What came of a monitoring: every figure beside its limit and its chance, and the findings",
    (
        *_WHICH,
        StoredColumn(
            "kind", "STRING", "What the figure is of: score, feature, column, outcomes, group, overrides, finding, ..."
        ),
        StoredColumn("name", "STRING", "Of which feature, column, month of application, group; empty: of all"),
        StoredColumn("figure", "STRING", "Which figure: psi, points, missing, auc, ..."),
        StoredColumn("value", "DOUBLE", "Its value now"),
        StoredColumn("expected", "DOUBLE", "Its value at the training, or what is to be expected; null: nothing is"),
        StoredColumn("low", "DOUBLE", "Lower end of its interval of 95 %; null: none was computed"),
        StoredColumn("high", "DOUBLE", "Upper end of it"),
        StoredColumn("max_allowed", "DOUBLE", "The limit of the settings; null: it has none"),
        StoredColumn("chance", "DOUBLE", "Probability of such a value when nothing has changed; null: not computed"),
        StoredColumn("sentence", "STRING", "The finding in words; null: it is none"),
    ),
)
STORED = (MONITOR_PROFILE, MONITOR_DRIFT)
MONITOR_FINDINGS = StoredView(
    StoredTable(
        "monitor_findings",
        "What somebody has to look at: the findings of the newest monitoring of each subject and model version",
        (
            *_WHICH,
            StoredColumn("kind", "STRING", "Kind of the finding"),
            StoredColumn("name", "STRING", "What it is about"),
            StoredColumn("value", "DOUBLE", "The value that passed the limit"),
            StoredColumn("max_allowed", "DOUBLE", "The limit of the settings"),
            StoredColumn("chance", "DOUBLE", "Probability that undisturbed clients show it"),
            StoredColumn("sentence", "STRING", "In words"),
        ),
    ),
    f"""
    WITH newest AS (
        SELECT subject, model_version, max_by(run_id, computed_at) AS run_id FROM {{{MONITOR_DRIFT.name}}}
        GROUP BY subject, model_version
    )
    SELECT run_id, subject, model_version, computed_at, figure AS kind, name, value, max_allowed, chance, sentence
    FROM {{{MONITOR_DRIFT.name}}} LEFT SEMI JOIN newest USING (run_id, subject, model_version)
    WHERE kind = 'finding'
    """,
)
VIEWS = (MONITOR_FINDINGS,)
