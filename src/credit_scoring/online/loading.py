"""The loader: what is published in the store becomes what the API answers, in one transaction.

Whoever loads waits for who loads already, and reads the store only then, so the newest state is loaded last. The online
store afterwards holds of each client what `scores` holds, unless a run is between its scores and their publication: of
those clients it keeps what was published before. Who is no longer in `scores` (withdrawn, forgotten) leaves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import polars as pl
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.sql import func

from credit_scoring.clients import cohort
from credit_scoring.features.registry import fingerprint, names
from credit_scoring.model.artifacts import Decision
from credit_scoring.model.texts import ModelTexts
from credit_scoring.online.copying import stage, take_over
from credit_scoring.online.distributions import COMPARED, FEWEST, distributions
from credit_scoring.online.files import client_files
from credit_scoring.online.models import ClientScore, FeatureDistribution, Model, OnlineLoad, PeerGroup
from credit_scoring.online.published import Published, published
from credit_scoring.online.reader import PublishedStore

log = logging.getLogger(__name__)

PIECE = 20_000
"""Clients whose files are in memory at a time."""

KEY = ("client_id", "delivery", "seq", "model_version")
"""What tells a client's scores apart."""
_PLAIN = (
    *KEY, "scored_at", "probability", "points", "score", "cut_off", "decision", "file_complete",
)  # fmt: skip
_WHOLE = (*_PLAIN, "start_points", "reasons", "drivers", "contributions", "fingerprint", "code_version", "run_id")


@dataclass(frozen=True)
class Champion:
    """The model that scores, for the API to take; its texts are fetched only when the online store lacks them."""

    name: str
    version: int
    texts: Callable[[], ModelTexts]


@dataclass(frozen=True)
class Loaded:
    """What a load changed; `load`: its number, None when there was nothing to do."""

    load: int | None
    scores: int = 0
    removed: int = 0
    files: int = 0


def load(
    connection: Connection, open_store: Callable[[], PublishedStore], champions: Sequence[Champion], run_id: str
) -> Loaded:
    """Loads within the transaction of `connection`; nothing is visible before it is committed."""
    connection.execute(text("SELECT pg_advisory_xact_lock(730303)"))
    store = open_store()
    source = _source(store, champions)
    if connection.execute(select(OnlineLoad.source).order_by(OnlineLoad.id.desc()).limit(1)).scalar() == source:
        return Loaded(None)
    facts = published(store.events())
    for champion in champions:
        register(connection, champion)
    keys = store.scores(KEY)
    shown = keys.filter(pl.col("delivery").is_in(facts.finished))
    stage(connection, "client_score", keys.select("client_id"))
    removed = _remove(connection, facts)
    new = _new(connection, shown)
    scores = _bring_scores(connection, store, new)
    files = _bring_files(connection, store, facts, _without_file(connection, shown))
    _bring_history(connection, store, facts)
    _bring_distributions(connection, store, facts)
    _group_peers(connection)
    seq = shown["seq"].max()
    row = {"run_id": run_id, "seq": seq or 0, "source": source, "scores": scores, "removed": removed, "files": files}
    number = connection.execute(insert(OnlineLoad).values(row).returning(OnlineLoad.id)).scalar_one()
    return Loaded(number, scores, removed, files)


def _source(store: PublishedStore, champions: Sequence[Champion]) -> str:
    models = ",".join(f"{champion.name}@{champion.version}" for champion in champions)
    return f"{store.state()};{models};{fingerprint()}"


def register(connection: Connection, champion: Champion) -> None:
    """Puts the model into the store, and makes it the champion unless it is."""
    ours = (Model.name == champion.name) & (Model.version == champion.version)
    if connection.execute(select(Model.version).where(ours)).scalar() is None:
        texts = champion.texts()
        decision = Decision.from_json(texts.decision, "decision.json")
        values = {
            "name": champion.name,
            "version": champion.version,
            "sha256": texts.sha256(),
            "fingerprint": decision.fingerprint,
            "cut_off": decision.cut_off,
            "texts": asdict(texts),
        }
        connection.execute(insert(Model).values(values))
    newest = (
        select(Model.version)
        .where(Model.name == champion.name, Model.champion_since.is_not(None))
        .order_by(Model.champion_since.desc())
        .limit(1)
    )
    if connection.execute(newest).scalar() != champion.version:
        connection.execute(update(Model).where(ours).values(champion_since=func.clock_timestamp()))


def _remove(connection: Connection, facts: Published) -> int:
    """Removes who is no longer among the scores, and what a withdrawn delivery gave."""
    gone = connection.execute(
        text(
            "DELETE FROM client_score WHERE NOT EXISTS "
            "(SELECT FROM pg_temp.staged_client_score AS held WHERE held.client_id = client_score.client_id)"
        )
    ).rowcount
    if facts.withdrawn:
        connection.execute(delete(ClientScore).where(ClientScore.seq.in_(facts.withdrawn)))
    for table in ("client_file", "score_history"):
        connection.execute(
            text(
                f"DELETE FROM {table} WHERE NOT EXISTS "
                f"(SELECT FROM pg_temp.staged_client_score AS held WHERE held.client_id = {table}.client_id)"
            )
        )
    return int(gone)


def _new(connection: Connection, shown: pl.DataFrame) -> pl.DataFrame:
    """The scores that the online store does not hold yet."""
    held = connection.execute(
        select(ClientScore.client_id, ClientScore.delivery, ClientScore.seq, ClientScore.model_version)
    ).all()
    there = pl.DataFrame(held, schema={**shown.select(KEY).schema}, orient="row")
    return shown.join(there, on=KEY, how="anti")


def _bring_scores(connection: Connection, store: PublishedStore, new: pl.DataFrame) -> int:
    if new.is_empty():
        return 0
    whole = store.history(_WHOLE, new["seq"].unique().to_list()).join(new, on=KEY, how="semi")
    reasons, drivers = pl.col("reasons"), pl.col("drivers")

    def parts(of: pl.Expr, field: str) -> pl.Expr:
        return of.list.eval(pl.element().struct.field(field))

    frame = whole.select(
        *_PLAIN,
        "start_points",
        parts(reasons, "code").alias("reason_codes"),
        parts(reasons, "points").alias("reason_points"),
        parts(reasons, "absent").alias("reason_absent"),
        parts(drivers, "feature").alias("driver_features"),
        parts(drivers, "value").alias("driver_values"),
        parts(drivers, "points").alias("driver_points"),
        "contributions",
        "fingerprint",
        "code_version",
        "run_id",
    )
    return take_over(connection, "client_score", stage(connection, "client_score", frame), ["client_id"])


def _without_file(connection: Connection, shown: pl.DataFrame) -> pl.DataFrame:
    """The clients, with the seq of their score, whose file is not there as of it, has another fingerprint, or is
    incomplete and does not say why (an earlier release brought it)."""
    rows = connection.execute(
        text(
            "SELECT client_id, client_file.seq FROM client_file JOIN client_score USING (client_id) "
            "WHERE client_file.fingerprint = :now AND (file_complete OR flaws IS NOT NULL)"
        ),
        {"now": fingerprint()},
    )
    there = pl.DataFrame(rows.all(), schema={"client_id": pl.Int64, "seq": pl.Int64}, orient="row")
    return shown.join(there, on=["client_id", "seq"], how="anti").select("client_id", pl.col("seq").alias("as_of"))


def _bring_files(connection: Connection, store: PublishedStore, facts: Published, cases: pl.DataFrame) -> int:
    if cases.is_empty():
        return 0
    done = 0
    for piece in cases.sort("as_of", "client_id").iter_slices(PIECE):
        frame = client_files(cohort.known_at(store.engine, piece, facts.accepted), store.gather).collect()
        done += take_over(connection, "client_file", stage(connection, "client_file", frame), ["client_id"])
    return done


def _bring_history(connection: Connection, store: PublishedStore, facts: Published) -> None:
    """Every published score of those who are shown, also of deliveries that were withdrawn since: that it was given is
    a fact, and whoever asks is told that its delivery was withdrawn."""
    held = connection.execute(text("SELECT DISTINCT delivery FROM score_history")).scalars().all()
    missing = facts.finished - set(held)
    seqs = store.events().filter(pl.col("delivery").is_in(missing))["seq"].unique().to_list()
    if not seqs:
        return
    frame = store.history(_PLAIN, seqs).filter(pl.col("delivery").is_in(missing))
    shown = connection.execute(select(ClientScore.client_id)).scalars().all()
    frame = frame.filter(pl.col("client_id").is_in(pl.Series(shown, dtype=pl.Int64).implode()))
    if not frame.is_empty():
        staged = stage(connection, "score_history", frame)
        take_over(connection, "score_history", staged, ["client_id", "seq", "model_version", "delivery"])


def _bring_distributions(connection: Connection, store: PublishedStore, facts: Published) -> None:
    frame = distributions(store, facts)
    connection.execute(delete(FeatureDistribution))
    if not frame.is_empty():
        take_over(connection, "feature_distribution", stage(connection, "feature_distribution", frame), ["feature"])


def _group_peers(connection: Connection) -> None:
    """Groups of similar income: at most 20, of at least FEWEST clients each, in SQL, because only their means leave."""
    connection.execute(delete(PeerGroup))
    position = {name: place for place, name in enumerate(names(), 1)}
    means = ", ".join(
        f"'{name}', CASE WHEN count(nullif(vector[{position[name]}], 'NaN')) >= {FEWEST} "
        f"THEN avg(nullif(vector[{position[name]}], 'NaN')::float8) END"
        for name in COMPARED
    )
    connection.exec_driver_sql(
        f"""
        WITH people AS (
            SELECT income, vector, score, decision, count(*) OVER () AS everybody,
                row_number() OVER (ORDER BY income, client_id) - 1 AS before
            FROM client_file JOIN client_score USING (client_id) WHERE income IS NOT NULL
        ),
        placed AS (
            SELECT *, before * greatest(1, least(20, everybody / {FEWEST})) / everybody AS place FROM people
        )
        INSERT INTO peer_group (place, income_from, income_to, clients, mean_score, approved, means)
        SELECT place, min(income), max(income), count(*), avg(score),
            avg((decision = 'approve')::integer), json_build_object({means})
        FROM placed GROUP BY place HAVING count(*) >= {FEWEST}
        """
    )
