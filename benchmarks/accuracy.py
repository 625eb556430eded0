"""How well the declared features order real clients, beside what else is done with the same rows and folds.

    python benchmarks/accuracy.py DATA [--setting application bureau_card everything nested] [--repeats 1]

DATA holds the CSV files of the competition schema and client_coverage.csv(.gz), which says whose histories are
complete. Five folds by the hash of the client's id; AUC out of fold with its standard error over folds; where few
clients are complete, the mean over several such divisions. Baselines: ten plain inputs and the raw columns with
LightGBM's defaults (categories natively), the tutorial's domain ratios beside the raw columns, and
the recipe that the best-known public solution follows (every numeric column of every table by mean, min, max and sum,
every category by its share, one-hot, with that solution's parameters). "Before" is what the product did until its
second study of these rows: every declared direction a constraint, twice the learning rate, and, in `nested`, a final
model on the features that the folds gained by.

`nested` is the whole of a training on four fifths of all clients and all features (folds, rounds, calibration, final
model), judged on the fifth that it has not seen, five times; and the promises, on clients of that fifth.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from credit_scoring.explanation.contributions import predicting
from credit_scoring.explanation.points import Scale
from credit_scoring.features.promises import PROMISES, moves
from credit_scoring.features.registry import FEATURES, fingerprint
from credit_scoring.features.vector import feature_frame, matrix
from credit_scoring.model.artifacts import Costs
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import TABLES
from credit_scoring.settings import TrainingSettings
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.calibrate import calibrate
from credit_scoring.training.evaluate import auc_of
from credit_scoring.training.fit import fit_rounds
from credit_scoring.training.folds import fit_folds
from credit_scoring.training.inputs import Inputs
from credit_scoring.training.inputs import inputs as declared_inputs
from credit_scoring.training.intervals import Resampling, difference, intervals
from credit_scoring.training.learners import Learners
from credit_scoring.training.selection import carrying
from credit_scoring.training.split import Split
from credit_scoring.training.threshold import approved_by_score, cost, cost_of

FOLDS = 5
THREADS = int(os.environ.get("THREADS", "2"))
"""Of LightGBM; on a machine that others keep busy one is faster, because two wait for each other."""

ALONE, WITH = "ours, application", "ours, with histories"
NESTED = "nested"
BEFORE = {"learning_rate": 0.03, "early_stopping_rounds": 60, "max_rounds": 1500, "min_gain_share": 0.001}
PROMISE_CLIENTS = 600
"""On whom each of the five nested models has its promises checked."""
Rows = Mapping[str, pl.DataFrame]

SETTINGS = {
    "application": (),
    "bureau_card": ("bureau", "bureau_balance", "credit_card_balance"),
    "everything": ("bureau", "bureau_balance", "credit_card_balance", "previous_application", "pos_cash_balance"),
}
"""The histories of each setting. Of instalments the data holds fragments: the few clients who have all of theirs are
too few to learn from, and what a fragment leaves out would be taken for instalments that were not there."""
COVERAGE = {
    "application": (),
    "bureau_card": ("full_bureau", "full_credit_card"),
    "everything": ("full_bureau", "full_credit_card", "full_previous_application", "full_pos_cash"),
}

REPEATS = {"application": 1, "bureau_card": 3, "everything": 5}
"""How often the folds are drawn, by setting: the fewer clients, the more often."""

PLAIN = (
    *("AMT_INCOME_TOTAL", "AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "CODE_GENDER"),
    *("DAYS_BIRTH", "CNT_CHILDREN", "DAYS_EMPLOYED", "FLAG_OWN_CAR", "FLAG_OWN_REALTY"),
)
DEFAULTS = {
    "objective": "binary",
    "num_threads": THREADS,
    "verbose": -1,
    "seed": 1,
    "deterministic": True,
    "force_col_wise": True,
}
RECIPE = DEFAULTS | {
    "learning_rate": 0.02, "num_leaves": 34, "max_depth": 8, "feature_fraction": 0.95, "bagging_fraction": 0.87,
    "bagging_freq": 1, "lambda_l1": 0.04, "lambda_l2": 0.07, "min_split_gain": 0.022, "min_child_weight": 39,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Contender:
    """Inputs [n, F] by one way, the parameters and rounds that belong to it, and monotone constraints if any."""

    name: str
    inputs: NDArray[np.float32]
    parameters: dict[str, object]
    rounds: int
    constraints: tuple[int, ...] | None = None
    categories: tuple[int, ...] = ()
    """Which inputs are codes of categories, that LightGBM splits into sets of levels."""


def read(data: Path) -> tuple[dict[str, pl.DataFrame], pl.Series, pl.DataFrame]:
    """Typed rows of the labelled clients by table, their outcomes by ascending id, and the coverage of histories."""
    files = {path.name.lower().split(".")[0]: path for path in data.glob("*.csv*")}
    outcomes = pl.read_csv(files["application_train"], columns=[CLIENT, "TARGET"]).sort(CLIENT)
    tables = {}
    for table in TABLES:
        if table.name == "outcomes":
            continue
        file = files["application_train" if table.name == "application" else table.name]
        schema = {CLIENT: pl.Int64} | table.polars_schema()
        rows = pl.read_csv(file, infer_schema=False)
        # by way of Float64: whole numbers are written as 1.0 in places
        rows = rows.select(
            pl.col(column) if kind == pl.String else pl.col(column).cast(pl.Float64).cast(kind)
            for column, kind in schema.items()
            if column in rows.columns and column != "TARGET"
        )
        if CLIENT not in rows.columns:
            rows = rows.join(tables["bureau"].select("SK_ID_BUREAU", CLIENT), on="SK_ID_BUREAU", how="inner")
        tables[table.name] = rows.join(outcomes.select(CLIENT), on=CLIENT, how="semi")
    coverage = pl.read_csv(files["client_coverage"])
    return tables, outcomes["TARGET"], outcomes.select(CLIENT).join(coverage, on=CLIENT, how="left")


def coded(rows: pl.DataFrame) -> pl.DataFrame:
    """The raw columns as numbers: categories by their order of appearance in the alphabet."""
    texts = [c for c, kind in rows.schema.items() if kind == pl.String]
    ranked = [pl.col(c).rank("dense").cast(pl.Float32) for c in texts]
    return rows.with_columns(ranked).with_columns(pl.all().exclude(CLIENT).cast(pl.Float32))


def domain_ratios() -> list[pl.Expr]:
    """The four ratios that tutorials on these rows add."""
    return [
        (pl.col("AMT_CREDIT") / pl.col("AMT_INCOME_TOTAL")).alias("credit_to_income"),
        (pl.col("AMT_ANNUITY") / pl.col("AMT_INCOME_TOTAL")).alias("annuity_to_income"),
        (pl.col("AMT_ANNUITY") / pl.col("AMT_CREDIT")).alias("annuity_to_credit"),
        (pl.col("DAYS_EMPLOYED") / pl.col("DAYS_BIRTH")).alias("employed_to_age"),
    ]


def one_hot(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with a column a category level in place of each category."""
    texts = [c for c, kind in rows.schema.items() if kind == pl.String]
    return rows.to_dummies(texts) if texts else rows


def aggregated(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Every numeric column of a history by mean, min, max and sum, every category level by its share."""
    numbers = [c for c, k in rows.schema.items() if k.is_numeric() and not c.startswith("SK_ID")]
    wide = one_hot(rows)
    levels = [c for c in wide.columns if c not in rows.columns]
    return wide.group_by(CLIENT).agg(
        *(pl.col(c).mean().alias(f"{name}_{c}_mean") for c in [*numbers, *levels]),
        *(pl.col(c).min().alias(f"{name}_{c}_min") for c in numbers),
        *(pl.col(c).max().alias(f"{name}_{c}_max") for c in numbers),
        *(pl.col(c).sum().alias(f"{name}_{c}_sum") for c in numbers),
        pl.len().alias(f"{name}_rows"),
    )


def recipe(tables: Rows, histories: tuple[str, ...]) -> pl.DataFrame:
    """The public recipe: one-hot application, its ratios, the external scores together, histories aggregated."""
    scores = ["EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3"]
    frame = one_hot(
        tables["application"].with_columns(
            *domain_ratios(),
            pl.mean_horizontal(scores).alias("scores_mean"),
            pl.concat_list(scores).list.std().alias("scores_spread"),
            (pl.col(scores[0]) * pl.col(scores[1]) * pl.col(scores[2])).alias("scores_product"),
            (pl.col("AMT_CREDIT") / pl.col("AMT_GOODS_PRICE")).alias("credit_to_goods"),
        )
    )
    for name in histories:
        frame = frame.join(aggregated(name, tables[name]), on=CLIENT, how="left")
    return frame


def numbers(frame: pl.DataFrame) -> NDArray[np.float32]:
    """A frame's columns by ascending client id, as a matrix without the id."""
    columns = frame.sort(CLIENT).drop(CLIENT).select(pl.all().cast(pl.Float32).fill_null(float("nan")))
    return columns.to_numpy()


def contenders(tables: Rows, setting: str, parameters: TrainingSettings) -> list[Contender]:
    """All ways to make inputs of the tables of a setting."""
    application, histories = tables["application"], SETTINGS[setting]
    raw = coded(application)
    named = [column for column in application.columns if column != CLIENT]
    texts = tuple(i for i, column in enumerate(named) if application.schema[column] == pl.String)
    plain_texts = tuple(i for i, column in enumerate(PLAIN) if application.schema[column] == pl.String)
    ours = {"lambda_l2": parameters.lambda_l2} | DEFAULTS | {
        "num_leaves": parameters.num_leaves,
        "min_data_in_leaf": parameters.min_data_in_leaf, "feature_fraction": parameters.feature_fraction,
        "bagging_fraction": parameters.bagging_fraction, "bagging_freq": parameters.bagging_freq,
    }  # fmt: skip
    found = [
        Contender("ten plain inputs", numbers(raw.select(CLIENT, *PLAIN)), DEFAULTS, 100, None, plain_texts),
        Contender("raw columns, defaults", numbers(raw), DEFAULTS, 100, None, texts),
        Contender(
            "raw columns and domain ratios", numbers(raw.with_columns(domain_ratios())), DEFAULTS, 100, None, texts
        ),
        Contender("public recipe", numbers(recipe(tables, histories)), RECIPE, 500),
    ]
    vectors = matrix(feature_frame(tables))
    for name, kept in ((ALONE, ()), (WITH, histories)):
        places = [i for i, f in enumerate(FEATURES) if f.table in ("application", *kept)]
        held = declared_inputs(FEATURES, fingerprint()).constraints
        # fewer clients, fewer rounds: the best round of the folds on 42,000 clients and on a few thousand
        rounds = 580 if len(vectors) > 20_000 else 400
        if histories or name == ALONE:
            for way, directions, rate, trees in (
                (
                    f"before: {name}",
                    [f.risk.constraint for f in FEATURES],
                    BEFORE["learning_rate"],
                    (rounds + 200) // 2,
                ),
                (name, held, parameters.learning_rate, rounds),
            ):
                constraints = tuple(directions[i] for i in places)
                found.append(Contender(way, vectors[:, places], ours | {"learning_rate": rate}, trees, constraints))
    return found


def out_of_fold(way: Contender, outcomes: NDArray[np.int64], fold: NDArray[np.int64]) -> tuple[float, float]:
    """AUC of all clients, each by the model that has not seen it; its standard error over folds."""
    margin = np.zeros(len(outcomes))
    for k in range(FOLDS):
        seen = fold != k
        parameters = way.parameters | ({"monotone_constraints": list(way.constraints)} if way.constraints else {})
        data = lgb.Dataset(
            way.inputs[seen], outcomes[seen], params=parameters, categorical_feature=list(way.categories)
        )
        booster = lgb.train(parameters, data, way.rounds)
        margin[~seen] = booster.predict(way.inputs[~seen], raw_score=True)
    by_fold = [roc_auc_score(outcomes[fold == k], margin[fold == k]) for k in range(FOLDS)]
    return float(roc_auc_score(outcomes, margin)), float(np.std(by_fold, ddof=1) / np.sqrt(FOLDS))


def compare(data: Path, setting: str, repeats: int, say: Callable[[str], None]) -> dict[str, float]:
    """AUC of every contender in a setting, the mean over `repeats` of the folds."""
    tables, outcomes, coverage = read(data)
    complete = pl.all_horizontal(list(COVERAGE[setting])) if COVERAGE[setting] else pl.lit(True)
    wanted = coverage.with_columns(complete.alias("wanted"))["wanted"].fill_null(False)
    ids = coverage[CLIENT].filter(wanted)
    mine = {name: rows.filter(pl.col(CLIENT).is_in(ids.implode())) for name, rows in tables.items()}
    target = outcomes.filter(wanted).to_numpy()
    say(f"{setting}: {len(ids):,} clients, {target.mean():.4f} defaulted, {repeats} x {FOLDS} folds")
    found = {}
    for way in contenders(mine, setting, TrainingSettings()):
        started = time.perf_counter()
        # other folds for each repeat: the hash of the id times an odd number
        folds = [Split(FOLDS, 0).parts(ids.to_numpy() * (2 * r + 1)) for r in range(repeats)]
        measured = [out_of_fold(way, target, fold) for fold in folds]
        auc, error = np.mean(measured, axis=0)
        found[way.name] = float(auc)
        took = time.perf_counter() - started
        say(f"{way.name:<32}{way.inputs.shape[1]:>6} inputs   AUC {auc:.4f}  se {error:.4f}   {took:6.0f} s")
    return found


@dataclass(frozen=True, eq=False)
class Judged:
    """A way on all clients, each by the model that has not seen it: margins as log-odds, approved, trees, promises."""

    log_odds: NDArray[np.float64]
    approved: NDArray[np.bool_]
    trees: list[int]
    moved: int
    lowered: int


def trained(
    way: tuple[Inputs, TrainingSettings],
    learners: Learners,
    tables: Rows,
    ids: NDArray[np.int64],
    fold: NDArray[np.int64],
) -> Judged:
    """The whole of a training, five times, each on four fifths."""
    given, parameters = way
    log_odds, approved = np.zeros(len(ids)), np.zeros(len(ids), np.bool_)
    trees, moved, lowered = [], 0, 0
    for k in range(FOLDS):
        unseen = fold == k
        seen = learners.where(~unseen)
        folds = fit_folds(LightGbm(), seen, given, parameters)
        calibration = calibrate(folds.out_of_fold.margin, folds.out_of_fold.target)
        scale = Scale(calibration.a, calibration.b)
        chosen = given.only(carrying(folds.texts.values(), given, parameters.min_gain_share))
        rounds = round(float(np.mean(folds.rounds)))
        margin_of = predicting(fit_rounds(LightGbm(), seen, chosen, parameters, rounds))
        margin = margin_of(np.ascontiguousarray(learners.features[unseen][:, chosen.positions]))
        log_odds[unseen] = scale.a * margin + scale.b
        approved[unseen] = approved_by_score(margin, scale, Costs().threshold())
        trees.append(rounds)
        few = ids[unseen][:PROMISE_CLIENTS]
        rows = {name: table.filter(pl.col(CLIENT).is_in(few.tolist())) for name, table in tables.items()}
        before = matrix(feature_frame(rows))
        for promise in PROMISES:
            after = moves(promise, rows, before)
            points = [-margin_of(np.ascontiguousarray(v[:, chosen.positions])) for v in (before, after.vectors)]
            moved += int(after.promised.sum())
            lowered += int(np.count_nonzero((points[1] < points[0]) & after.promised))
    return Judged(log_odds, approved, trees, moved, lowered)


def nested(data: Path, say: Callable[[str], None]) -> dict[str, float]:
    """AUC and cost of both ways on all clients and all features, and their paired difference."""
    tables, outcomes, coverage = read(data)
    ids, target = coverage[CLIENT].to_numpy(), outcomes.to_numpy().astype(np.int64)
    parameters = TrainingSettings()
    declared = declared_inputs(FEATURES, fingerprint())
    every = Inputs(declared.declared, tuple(feature.risk.constraint for feature in FEATURES))
    # Inner folds and no holdout: the outer fifth is what is held out.
    learners = Learners.of(ids, target, matrix(feature_frame(tables)), Split(FOLDS, 0))
    inner = Split(FOLDS, 0).parts(ids * 3)
    learners = Learners(learners.client_id, learners.features, learners.target, inner)
    outer = Split(FOLDS, 0).parts(ids)
    say(f"nested: {len(ids):,} clients, {learners.features.shape[1]} features")
    ways = {"before": (every, parameters.model_copy(update=BEFORE)), "ours": (declared, parameters)}
    found, numbers = {}, {}
    for name, way in ways.items():
        started = time.perf_counter()
        found[name] = judged = trained(way, learners, tables, ids, outer)
        auc = [roc_auc_score(target[outer == k], judged.log_odds[outer == k]) for k in range(FOLDS)]
        numbers[f"{name} auc"] = float(np.mean(auc))
        numbers[f"{name} cost"] = cost(target, judged.approved, Costs())
        took, paid = time.perf_counter() - started, numbers[f"{name} cost"]
        kept = f"{judged.lowered} of {judged.moved:,} improvements lowered a score"
        say(f"{name:<12} AUC {np.mean(auc):.4f}  cost {paid:.3f}  trees {judged.trees}  {kept}   {took:6.0f} s")
    before, now = found["before"], found["ours"]
    paired = intervals(
        {
            "auc": difference(auc_of(target, now.log_odds), auc_of(target, before.log_odds)),
            "cost": difference(cost_of(target, now.approved, Costs()), cost_of(target, before.approved, Costs())),
        },
        len(target),
        Resampling(),
    )
    say(f"ours less before: AUC {paired['auc']}, cost {paired['cost']}")
    return numbers | {"promises lowered": now.lowered, "promises moved": now.moved}


def main() -> None:
    """Prints a line a contender and, last, JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--setting", nargs="+", choices=[*SETTINGS, NESTED], default=[*SETTINGS, NESTED])
    parser.add_argument("--repeats", type=int, help="draws of the folds, instead of those that suit each setting")
    arguments = parser.parse_args()
    found, ratios = {}, {}
    for setting in arguments.setting:
        if setting == NESTED:
            found[NESTED] = nested(arguments.data, lambda line: print(line, flush=True))
            continue
        repeats = arguments.repeats or REPEATS[setting]
        auc = compare(arguments.data, setting, repeats, lambda line: print(line, flush=True))
        best = max(value for name, value in auc.items() if "ours" not in name)
        ratios[f"{setting}: ours to the best baseline"] = auc.get(WITH, auc[ALONE]) / best
        found[setting] = auc | ({"lift": auc[WITH] - auc[ALONE]} if WITH in auc else {})
    print(json.dumps({"benchmark": "accuracy", "ratios": ratios, "auc": found}))


if __name__ == "__main__":
    main()
