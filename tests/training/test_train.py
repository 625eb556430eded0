import json

import lightgbm as lgb
import numpy as np
import pytest
from click.testing import CliRunner

from credit_scoring.cli import main
from credit_scoring.commands import models
from credit_scoring.explanation.by_lightgbm import margins_and_contributions
from credit_scoring.explanation.points import contributions, cut_off, score
from credit_scoring.training.by_lightgbm import LightGbm
from credit_scoring.training.register import Registered
from credit_scoring.training.run import TrainingReport
from credit_scoring.training.split import HOLDOUT, Split
from credit_scoring.training.train import train

NAMES = ("debt", "income", "missing_tells", "age", "noise_1", "noise_2", "noise_3", "noise_4")


@pytest.fixture
def part(lender, parameters):
    return Split(parameters.folds, parameters.holdout_percent).parts(lender.client_id.to_numpy())


def test_it_learns_what_drives_the_outcome(trained):
    assert trained.metrics["oof_auc"] > 0.75
    assert trained.metrics["holdout_auc"] > 0.7
    assert trained.metrics["oof_cost_by_score"] < trained.metrics["oof_cost_approve_all"]


def test_rounds_come_from_the_folds(trained, parameters):
    assert len(trained.fold_rounds) == parameters.folds
    assert trained.rounds == round(np.mean(trained.fold_rounds))
    assert lgb.Booster(model_str=trained.booster).num_trees() == trained.rounds


def test_what_was_found_is_told_as_json(trained, tmp_path, monkeypatch):
    (tmp_path / "conf.yml").write_text(f"home: {tmp_path}\n")
    (tmp_path / "landing").mkdir()
    report = TrainingReport(Registered(version=2, run_id="r"), trained, examined=None)
    monkeypatch.setattr(models, "train", lambda settings, trials, estimate: report)
    done = CliRunner().invoke(main, ["train", "--json", "--conf", str(tmp_path / "conf.yml")])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["version"], told["rounds"], told["metrics"]) == (2, trained.rounds, trained.metrics)
    (ours,) = told["comparison"]
    assert (ours["name"], ours["auc"]) == ("ours", pytest.approx(trained.metrics["oof_auc"]))


def test_a_feature_that_carries_nothing_is_left_out(learners, lender, inputs, parameters, decision_settings):
    constant = lender.assign(features=[np.append(row[:7], np.float32(1)) for row in lender.features])
    choosy = parameters.model_copy(update={"min_gain_share": 0.02})
    found = train(LightGbm(), learners(constant), inputs, choosy, decision_settings)
    assert found.inputs.names[:3] == NAMES[:3]
    assert "noise_4" not in found.inputs.names
    assert found.inputs.constraints[:2] == (1, -1)
    assert tuple(lgb.Booster(model_str=found.booster).feature_name()) == found.inputs.names == tuple(found.reference)
    assert found.inputs.declared.names == NAMES
    assert found.metrics["features"] == len(found.inputs.names)


def test_by_default_the_model_has_every_feature_that_is_allowed(trained, inputs):
    assert trained.inputs.names == inputs.names == tuple(lgb.Booster(model_str=trained.booster).feature_name())


def test_calibration_helps_on_the_clients_it_was_fitted_on(trained):
    assert trained.metrics["oof_brier"] <= trained.metrics["oof_uncalibrated_brier"]


def test_counts(trained, lender, part):
    held_out = part == HOLDOUT
    assert trained.sample.clients == (~held_out).sum()
    assert trained.sample.holdout_defaults == lender.target[held_out].sum()


def test_the_reference_group_has_no_contributions_on_average(trained, lender, part):
    used = [NAMES.index(name) for name in trained.inputs.names]
    matrix = np.ascontiguousarray(np.stack(lender[part == HOLDOUT].features)[:, used])
    margin, phi, phi_0 = margins_and_contributions(lgb.Booster(model_str=trained.booster), matrix)
    points = trained.scale.points(margin)
    approved = score(points) >= cut_off(trained.scale, trained.costs.threshold())
    nearest = np.flatnonzero(approved)[np.argsort(points[approved])][: int(trained.metrics["reference_clients"])]
    reference = np.array(list(trained.reference.values()))
    found = contributions(trained.scale.raw_points(phi[nearest]), reference)
    assert np.abs(found.mean(axis=0)).max() < 1e-9
    start = trained.scale.start_points(phi_0, reference)
    # So a client starts where they stand on average.
    assert start == pytest.approx(points[nearest].mean(), abs=1e-9)
    assert trained.phi_0 == phi_0


def test_trained_again_it_is_the_same_and_the_holdout_teaches_nothing(
    learners, lender, part, inputs, parameters, decision_settings, trained
):
    shuffled = learners(lender.sample(frac=1, random_state=3))
    assert train(LightGbm(), shuffled, inputs, parameters, decision_settings) == trained
    turned = lender.assign(target=np.where(part == HOLDOUT, 1 - lender.target, lender.target))
    other = train(LightGbm(), learners(turned), inputs, parameters, decision_settings)
    assert (other.booster, other.scale, other.reference) == (trained.booster, trained.scale, trained.reference)
    assert other.metrics["holdout_auc"] == pytest.approx(1 - trained.metrics["holdout_auc"])
