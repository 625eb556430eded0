"""A monitoring run: a delivery or a month against the training of the model that scored it, and outcomes so far."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from credit_scoring.clients.categories import values_held
from credit_scoring.clients.cohort import known_at, to_train
from credit_scoring.context import Context
from credit_scoring.engines.engine import Engine
from credit_scoring.features import registry
from credit_scoring.features.fingerprint import Column, raw_columns
from credit_scoring.ledger.events import Delivered, LedgerEvent
from credit_scoring.model.artifacts import Decision, Features
from credit_scoring.model.bins import Bins
from credit_scoring.model.texts import ModelTexts
from credit_scoring.monitoring import second_opinion
from credit_scoring.monitoring.columns import column_drifts
from credit_scoring.monitoring.drift import feature_drifts, score_drift
from credit_scoring.monitoring.fairness import approval_ratios, group_drifts, group_outcomes
from credit_scoring.monitoring.figures import figures
from credit_scoring.monitoring.findings import Compared, Finding, findings
from credit_scoring.monitoring.keeping import write
from credit_scoring.monitoring.outcomes import Judged, Performance, performance
from credit_scoring.monitoring.overrides import overrides
from credit_scoring.monitoring.page import LeftOut, Shown, page
from credit_scoring.monitoring.profile import Profile, profile
from credit_scoring.monitoring.scored import applications, of_subject, scored, subject
from credit_scoring.monitoring.verdict import Verdict, verdict
from credit_scoring.monitoring.vocabulary import NewValues, new_values, undeclared
from credit_scoring.pages.page import html
from credit_scoring.schema.table import CLIENT
from credit_scoring.settings import Settings
from credit_scoring.training.intervals import Flags, Resampling

log = logging.getLogger(__name__)
NO_BINS = (
    "This version of the model was trained by a release that kept no bins of its clients, so it cannot be said whether "
    "the clients moved; train again to have them. Outcomes are judged all the same."
)
OTHER_FEATURES = (
    "This version of the model was trained with other features than this code computes, so its bins cannot be counted."
)


@dataclass(frozen=True)
class Monitored:
    """What a run found. `note`: what could not be compared, and why; empty: all could. `page`: where its page is;
    `evidently`: where Evidently's is, empty where none was asked for."""

    run_id: str
    subject: str
    model_version: int
    clients: int
    verdict: Verdict
    findings: tuple[Finding, ...]
    note: str
    psi: float | None
    calibration_error: float | None
    page: str
    evidently: str = ""


def monitor(
    context: Context,
    texts_of: Callable[[int], ModelTexts],
    delivery: str = "",
    month: str = "",
    human: pl.DataFrame | None = None,
    evidently: Path | None = None,
) -> Monitored:
    """Monitors a delivery, or a month (2026-11), or the latest in which somebody was scored.

    `texts_of`: the texts of a model version. `human`: decisions of people (overrides.HUMAN), None where there is no
    online store. `evidently`: the interpreter that makes Evidently's report, too; None: no such report. UsageError when
    the delivery is not accepted, or nobody was scored.
    """
    engine, settings, run_id, now = context.engine, context.settings, context.run_id, context.now()
    limits = settings.monitoring
    events, accepted = context.ledger.events(), context.ledger.accepted()
    about = subject(engine, events, accepted, delivery, month)
    everyone = scored(engine, events, accepted, about)
    mine = of_subject(engine, about, everyone)
    texts = texts_of(everyone.version)
    decision, declared = (
        Decision.from_json(texts.decision, "decision.json"), Features.from_json(texts.features, "features.json")
    )  # fmt: skip
    bins, note = _comparable(texts, declared)
    few = mine.height < limits.min_clients
    if few:
        note = note or f"{mine.height:,} clients are too few to look for drift in (monitoring.min_clients)."
    log.info("counting %s clients in the bins of model version %d", f"{mine.height:,}", everyone.version)
    counted = _profile(engine, settings, bins, mine, accepted)
    scores = dict(mine.group_by("score").len().sort("score").iter_rows())
    expected = float(mine["probability"].mean() or 0.0)  # type: ignore[arg-type]
    log.info("judging the outcomes that have come")
    known = everyone.rows.filter(pl.col("target").is_not_null())
    resampling = Resampling(settings.training.resamples, settings.training.seed)
    drifts = feature_drifts(bins, counted, limits.max_feature_psi) if bins and counted else ()
    told_of, approved = applications(engine, mine, accepted), _approved(mine, decision)
    compared = Compared(
        score=score_drift(bins, scores, expected, decision.cut_off, limits.max_score_psi) if bins else None,
        features=drifts,
        columns=column_drifts(bins, counted, drifts, reads()) if bins and counted else (),
        vocabulary=_vocabulary(engine, events, accepted, about.deliveries, bins, decision),
        by_month=_by_month(known, decision, resampling),
        groups=group_drifts(bins, told_of, approved) if bins else (),
        approval_ratios=approval_ratios(told_of, approved, resampling),
        group_outcomes=group_outcomes(applications(engine, known, accepted), _judged(known, decision), resampling),
    )
    told = findings(compared if not few else Compared(by_month=compared.by_month), limits, reads())
    people = overrides(human, everyone.rows) if human is not None else None
    write(
        engine, (run_id, about.name, everyone.version, now), bins, counted, scores,
        figures(compared, told, people, limits),
    )  # fmt: skip
    said = verdict(told, limits)
    overall = performance(_judged(known, decision), resampling)
    left_out = LeftOut(
        refused=everyone.rows.filter((pl.col("decision") == "refuse") & pl.col("target").is_null()).height,
        waiting=everyone.rows.filter((pl.col("decision") != "refuse") & pl.col("target").is_null()).height,
        by_others=everyone.by_others,
    )
    shown = Shown(
        run_id, about.name, [each.name for each in about.deliveries], everyone.version, now, mine.height, said, told,
        note, compared, bins, counted, scores, decision.cut_off, overall, people, left_out, declared.features, limits,
        settings.gates.min_approval_ratio,
    )  # fmt: skip
    name = f"monitor-{run_id}.html"
    context.reports.write(html(page(shown)).encode(), name)
    return Monitored(
        run_id=run_id,
        subject=about.name,
        model_version=everyone.version,
        clients=mine.height,
        verdict=said,
        findings=told,
        note=note,
        psi=compared.score.psi if compared.score else None,
        calibration_error=overall.calibration_error.value if overall and overall.calibration_error else None,
        page=context.reports.path(name),
        evidently=_evidently(context, evidently, mine, decision, declared) if evidently else "",
    )


def _comparable(texts: ModelTexts, declared: Features) -> tuple[Bins | None, str]:
    """The bins of a model, or why there are none to count in."""
    bins = Bins.of_texts(texts.bins)
    if bins is None:
        return None, NO_BINS
    if declared.fingerprint != registry.fingerprint():
        return None, OTHER_FEATURES
    return bins, ""


def _profile(
    engine: Engine, settings: Settings, bins: Bins | None, mine: pl.DataFrame, accepted: Sequence[Delivered]
) -> Profile | None:
    if bins is None:
        return None
    cases = mine.select("client_id", pl.col("seq").alias("as_of"))
    return profile(known_at(engine, cases, accepted), settings.gather, bins, registry.names())


def _evidently(context: Context, python: Path, mine: pl.DataFrame, decision: Decision, declared: Features) -> str:
    """Writes Evidently's report of some of the clients beside the page; where."""
    engine, settings, accepted = context.engine, context.settings, context.ledger.accepted()
    learned_from = [each for each in accepted if each.seq <= _last_seq(decision)]
    log.info("having Evidently look at up to %s clients", f"{settings.monitoring.evidently_clients:,}")
    found = second_opinion.evidently(
        python,
        to_train(engine, learned_from),
        known_at(engine, mine.select("client_id", pl.col("seq").alias("as_of")), accepted),
        registry.names(),
        tuple(name for name in declared.used if name in registry.names()),
        (settings.monitoring.evidently_clients, settings.gather),
    )
    name = f"monitor-{context.run_id}-evidently.html"
    context.reports.write(found, name)
    return context.reports.path(name)


def _last_seq(decision: Decision) -> int:
    """The newest delivery that the model learned from."""
    last = decision.lineage.get("last_seq", 0)
    return last if isinstance(last, int) else 0


def _vocabulary(
    engine: Engine,
    events: Sequence[LedgerEvent],
    accepted: Sequence[Delivered],
    deliveries: Sequence[Delivered],
    bins: Bins | None,
    decision: Decision,
) -> tuple[NewValues, ...]:
    now = [each.seq for each in deliveries]
    learned_from = {each.seq for each in accepted if each.seq <= _last_seq(decision)} - set(now)
    told = undeclared(events, learned_from, now)
    return (*(new_values(bins.vocabulary, values_held(engine, now)) if bins else ()), *told)


def _by_month(known: pl.DataFrame, decision: Decision, resampling: Resampling) -> Mapping[str, Performance]:
    """Month of application -> performance of the clients whose outcome has come, where there are enough."""
    found = {}
    for (month,), rows in known.drop_nulls("month").sort("month", "client_id").group_by("month", maintain_order=True):
        judged = performance(_judged(rows, decision), resampling)
        if judged is not None:
            found[str(month)] = judged
    return found


def _judged(known: pl.DataFrame, decision: Decision) -> Judged:
    defaults = decision.lineage.get("defaults", 0)
    return Judged(
        target=known["target"].cast(pl.Int64).to_numpy(),
        probability=known["probability"].to_numpy(),
        approved=_approved(known, decision),
        costs=decision.costs,
        learned_from=int(defaults) if isinstance(defaults, int | float) else 0,
    )


def _approved(scored: pl.DataFrame, decision: Decision) -> Flags:
    """Whom the score alone approves."""
    return np.asarray((scored["score"] >= decision.cut_off).to_numpy(), np.bool_)


def reads() -> Mapping[str, Collection[Column]]:
    """Feature -> its raw columns, never none: one that only counts rows reads whose they are."""
    return {
        feature.name: raw_columns(feature)
        or frozenset((aggregate.rows.table.name, CLIENT) for aggregate in feature.value.aggregates)
        for feature in registry.FEATURES
    }
