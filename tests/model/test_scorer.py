import json
import pickle
import re
import subprocess
import sys
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from credit_scoring.errors import Fault, ModelError
from credit_scoring.model.artifacts import Decision
from credit_scoring.model.scorer import Scorer, assemble, scorer


def changed(text: str, **keys: object) -> str:
    return json.dumps({**json.loads(text), **keys})


def test_start_points_and_contributions_add_up_to_the_points_of_every_client(texts, vectors):
    scored = scorer(texts).score(vectors(2000, 5))
    total = scored.start_points + scored.contributions.sum(axis=1)
    largest = np.maximum(np.abs(scored.contributions).max(axis=1), np.abs(scored.points))
    assert (np.abs(total - scored.points) <= 1e-9 * largest).all()


def test_margin_is_lightgbms_and_everything_follows_from_it(texts, vectors, features, booster_text):
    rows = vectors(2000, 5)
    scored = scorer(texts).score(rows)
    matrix = rows[:, [features.names.index(name) for name in features.used]]
    margin = lgb.Booster(model_str=booster_text).predict(matrix, raw_score=True)
    assert (scored.margin == margin).all()
    log_odds = 0.9 * margin - 0.1
    assert scored.probability == pytest.approx(1 / (1 + np.exp(-log_odds)))
    assert scored.points == pytest.approx(600 - 20 / np.log(2) * (log_odds + np.log(50)))
    assert (scored.score == np.floor(scored.points + 0.5)).all()


def test_contributions_are_rescaled_shares_against_the_reference_group(
    texts, vectors, features, decision, booster_text
):
    rows = vectors(100, 6)
    scored = scorer(texts).score(rows)
    matrix = rows[:, [features.names.index(name) for name in features.used]]
    shares = lgb.Booster(model_str=booster_text).predict(matrix, pred_contrib=True)
    for i, name in enumerate(features.used):
        expected = -20 / np.log(2) * 0.9 * shares[:, i] - decision.reference[name]
        assert scored.contributions[:, features.names.index(name)] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_features_that_the_trees_do_not_use_contribute_nothing(texts, vectors, features):
    contributions = scorer(texts).score(vectors(100, 6)).contributions
    unused = [i for i, name in enumerate(features.names) if name not in features.used]
    assert len(unused) == 3
    assert (contributions[:, unused] == 0).all()


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_numbers_of_a_client_do_not_depend_on_its_block(texts, vectors, block):
    rows = vectors(1000, 7)
    whole = scorer(texts).score(rows)
    for first in range(0, 1000, block):
        part = scorer(texts).score(rows[first : first + block])
        for name in ("margin", "probability", "points", "score", "contributions"):
            assert getattr(part, name).tobytes() == getattr(whole, name)[first : first + block].tobytes()


def test_numbers_do_not_depend_on_the_process(texts, vectors, tmp_path):
    rows = vectors(300, 8)
    (tmp_path / "in").write_bytes(pickle.dumps((texts, rows)))
    code = (
        "import pickle, sys; from pathlib import Path; from credit_scoring.model.scorer import scorer\n"
        "texts, rows = pickle.loads(Path(sys.argv[1]).read_bytes()); s = scorer(texts).score(rows)\n"
        "Path(sys.argv[2]).write_bytes(s.probability.tobytes() + s.points.tobytes() + s.contributions.tobytes())"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / "in", tmp_path / "out"], check=True)
    here = scorer(texts).score(rows)
    expected = here.probability.tobytes() + here.points.tobytes() + here.contributions.tobytes()
    assert (tmp_path / "out").read_bytes() == expected


def test_no_clients_are_scored_as_none(texts):
    scored = scorer(texts).score(np.zeros((0, 8), np.float32))
    assert scored.score.tolist() == []
    assert scored.contributions.shape == (0, 8)


@pytest.mark.parametrize("rows", [np.zeros((2, 7), np.float32), np.zeros((2, 8)), np.zeros(8, np.float32)])
def test_vectors_of_another_shape_are_a_fault(texts, rows):
    with pytest.raises(Fault, match="float32 vectors of 8 features"):
        scorer(texts).score(rows)


def test_decision_by_cut_off_and_completeness(texts):
    built = scorer(texts)
    cut_off = built.decision.cut_off
    scores = np.array([cut_off - 1, cut_off, cut_off + 1, cut_off - 1, cut_off + 1])
    complete = np.array([True, True, True, False, False])
    assert built.decide(scores, complete).tolist() == ["refuse", "approve", "approve", "refer", "refer"]


def test_scores_in_the_band_are_referred(booster_text, decision, features):
    cut_off = decision.cut_off
    banded = decision.model_copy(update={"refer_band": (cut_off - 1, cut_off + 2)})
    built = Scorer.unproven(booster_text, banded, features)
    scores = np.arange(cut_off - 2, cut_off + 4)
    assert built.decide(scores, np.ones(6, bool)).tolist() == ["refuse", *["refer"] * 4, "approve"]


def test_equal_texts_are_built_once(texts):
    assert scorer(texts) is scorer(pickle.loads(pickle.dumps(texts)))


def test_a_model_that_gives_other_points_than_when_saved_is_refused(texts):
    points = json.loads(texts.probe)["points"]
    points[3] = float(np.nextafter(points[3], np.inf))
    with pytest.raises(ModelError, match="other points than when it was saved to 1 of 50"):
        scorer(replace(texts, probe=changed(texts.probe, points=points)))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda told: {"margins": told["margins"][1:]},
        lambda told: {"margins": [*told["margins"], 0.0]},
        lambda told: {"contributions": []},
        lambda told: {"contributions": [share[1:] for share in told["contributions"]]},
        lambda told: {"contributions": told["contributions"] * 10},
    ],
    ids=["a margin short", "a margin too many", "no shares", "a share short", "shares of more clients"],
)
def test_a_probe_whose_numbers_are_not_those_of_its_clients_is_refused(texts, wrong):
    with pytest.raises(ModelError, match="probe"):
        scorer(replace(texts, probe=changed(texts.probe, **wrong(json.loads(texts.probe)))))


def test_a_model_that_was_saved_without_lightgbms_numbers_is_measured_when_it_is_loaded(texts, vectors):
    older = replace(texts, probe=changed(texts.probe, margins=[], contributions=[]))
    assert (scorer(older).score(vectors(20, 5)).points == scorer(texts).score(vectors(20, 5)).points).all()


@pytest.mark.parametrize("wrong", [{"points": []}, {"vectors": []}, {"points": [], "vectors": []}])
def test_a_probe_that_proves_nothing_is_refused(texts, wrong):
    with pytest.raises(ModelError, match="probe"):
        scorer(replace(texts, probe=changed(texts.probe, **wrong)))


def test_a_slope_of_zero_is_refused(texts):
    scale = {**json.loads(texts.decision)["scale"], "a": 0.0}
    with pytest.raises(ModelError, match="slope"):
        scorer(replace(texts, decision=changed(texts.decision, scale=scale)))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"cut_off": 500}, "contradicts itself"),
        ({"threshold": 0.5}, "contradicts itself"),
        ({"start_points": 600.0}, "start points"),
        ({"reference": {"feature_1": 1.0}}, "reference"),
        ({"fingerprint": "f2"}, "different feature declarations"),
    ],
)
def test_a_decision_that_does_not_fit_the_model_is_refused(texts, wrong, sentence):
    with pytest.raises(ModelError, match=sentence):
        scorer(replace(texts, decision=changed(texts.decision, **wrong)))


@pytest.mark.parametrize(
    ("used", "sentence"),
    [
        (["feature_1", "feature_6", "feature_0", "feature_3", "feature_4"], "in its order"),
        (["feature_6", "feature_1", "feature_0", "feature_3"], "in its order"),
        (["feature_6", "feature_1", "feature_0", "feature_3", "income"], "does not declare: income"),
    ],
)
def test_other_features_than_those_of_the_trees_are_refused(texts, used, sentence):
    with pytest.raises(ModelError, match=sentence):
        scorer(replace(texts, features=changed(texts.features, used=used)))


def test_trees_that_lightgbm_cannot_read_are_refused(texts):
    with pytest.raises(ModelError, match="cannot read"):
        scorer(replace(texts, booster="not a model"))


def test_trees_that_a_byte_changed_are_refused_by_the_probe(texts):
    leaf = re.search(r"leaf_value=(\S+)", texts.booster)[1]
    with pytest.raises(ModelError):
        scorer(replace(texts, booster=texts.booster.replace(leaf, str(float(leaf) + 0.5), 1)))


def test_assembling_keeps_the_probe_vectors_bit_for_bit(booster_text, decision, features, vectors):
    probe = vectors(10, 9)
    again = json.loads(assemble(booster_text, decision, features, probe, "card").probe)["vectors"]
    assert np.array(again, np.float32).tobytes() == np.where(np.isnan(probe), np.float32(np.nan), probe).tobytes()


def test_a_model_without_probe_clients_is_not_assembled(booster_text, decision, features, vectors):
    with pytest.raises(ModelError, match="probe clients"):
        assemble(booster_text, decision, features, vectors(0, 9), "card")


def test_a_score_at_the_cut_off_has_the_probability_of_the_threshold(decision: Decision):
    scale = decision.scale.scale()
    margin = np.array([scale.margin_at(1 / 11)])
    assert scale.probability(margin)[0] == pytest.approx(1 / 11)
    assert 0 <= decision.cut_off - scale.points(margin)[0] < 1
