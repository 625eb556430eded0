import json
import pickle
from dataclasses import fields, replace

import pytest

from credit_scoring.errors import ModelError
from credit_scoring.model.texts import CHECKSUMS, FILES, ModelTexts


def test_texts_come_back_from_their_folder_byte_for_byte(texts, tmp_path):
    texts.write(tmp_path / "model")
    assert ModelTexts.read(tmp_path / "model") == texts
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "booster.txt",
        "decision.json",
        "features.json",
        "probe.json",
        "model_card.html",
        "checksums.json",
    }


def test_bins_are_kept_where_a_model_has_them(texts, tmp_path):
    counted = replace(texts, bins="{}")
    counted.write(tmp_path)
    assert ModelTexts.read(tmp_path) == counted
    (tmp_path / "bins.json").unlink()
    with pytest.raises(ModelError, match=r"bins.json is not there"):
        ModelTexts.read(tmp_path)


def test_texts_travel_in_a_closure(texts):
    assert pickle.loads(pickle.dumps(texts)) == texts


@pytest.mark.parametrize("text", [field.name for field in fields(ModelTexts)])
def test_every_text_is_part_of_the_models_sha256(texts, text):
    assert replace(texts, **{text: getattr(texts, text) + " "}).sha256() != texts.sha256()


@pytest.mark.parametrize("file", FILES.values())
def test_a_changed_file_is_refused_by_name(texts, tmp_path, file):
    texts.write(tmp_path)
    content = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(content.replace(b"1", b"2", 1) if b"1" in content else content + b" ")
    with pytest.raises(ModelError, match=f"sha256 of {file} differs"):
        ModelTexts.read(tmp_path)


@pytest.mark.parametrize("file", [*FILES.values(), CHECKSUMS])
def test_a_missing_file_is_refused_by_name(texts, tmp_path, file):
    texts.write(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(ModelError, match=f"{file} is not there"):
        ModelTexts.read(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"booster.txt": "00"})])
def test_checksums_that_are_none_are_refused(texts, tmp_path, content):
    texts.write(tmp_path)
    (tmp_path / CHECKSUMS).write_text(content)
    with pytest.raises(ModelError):
        ModelTexts.read(tmp_path)
