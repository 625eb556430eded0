"""Every table of the store, as declared: what a reader of it can look up, in the order of the data's way."""

from credit_scoring.engines.engine import Engine
from credit_scoring.errors.usage import TABLES_OF_EARLIER_RELEASE
from credit_scoring.intake import appending
from credit_scoring.ledger.events import DELIVERIES
from credit_scoring.monitoring import tables as monitoring
from credit_scoring.publishing.dictionary import FEATURES, REASONS
from credit_scoring.publishing.latest import SCORES
from credit_scoring.publishing.runs import RUNS
from credit_scoring.schema.stored import StoredTable
from credit_scoring.scoring.rows import SCORE_HISTORY

STORED: tuple[StoredTable, ...] = (
    *appending.STORED,
    DELIVERIES,
    SCORE_HISTORY,
    SCORES,
    RUNS,
    FEATURES,
    REASONS,
    *monitoring.STORED,
)


def check_writable(engine: Engine) -> None:
    """UsageError while tables of an earlier release have to be made anew before this engine can write them."""
    if names := engine.unwritable(STORED):
        raise TABLES_OF_EARLIER_RELEASE(tables=", ".join(names), engine=engine.name)
