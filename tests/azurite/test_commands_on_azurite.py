"""What an operator sees of a container: at the command line, with settings like conf/azurite.yml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from credit_scoring.cli import main
from credit_scoring.commands import doctor
from credit_scoring.settings_file import load
from credit_scoring.storage.files import Folder

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def conf(storage, new_root, tmp_path_factory) -> Path:
    """conf/azurite.yml with this test's container and port."""
    folder = tmp_path_factory.mktemp("conf")
    written = (PROJECT / "conf" / "azurite.yml").read_text()
    values = yaml.safe_load(written.replace("wasb://credit-scoring@devstoreaccount1", new_root()))
    values |= {"home": str(folder / "home"), "storage": storage.model_dump()}
    (folder / "azurite.yml").write_text(yaml.safe_dump(values))
    return folder / "azurite.yml"


def test_a_delivery_that_an_outage_stopped_is_delivered_again(conf, proxy, tmp_path) -> None:
    (tmp_path / "application.csv").write_text("SK_ID_CURR\n1\n")
    deliver = ["deliver", str(tmp_path), "--name", "may", "--as-it-is", "--quiet", "--conf", str(conf)]
    with proxy.outage():
        failed = CliRunner().invoke(main, deliver)
    assert failed.exit_code == 7, failed.stderr
    assert failed.stderr.startswith("The blob storage did not answer in time, or refused access (ServiceRe")
    assert len(failed.stderr.splitlines()) == 1
    assert CliRunner().invoke(main, deliver).exit_code == 0
    landing = Folder(load(conf).landing, load(conf).storage).below("may")
    assert landing.files() == ["application.csv", "manifest.json"]


def test_doctor_says_which_root_can_be_reached(conf, proxy) -> None:
    settings = load(conf)
    assert [(found.name, found.found) for found in doctor.roots(settings)] == [
        (f"Root `{name}`", True) for name in ("landing", "tables", "published", "reports")
    ]
    with proxy.outage():
        unreached = doctor.roots(settings)[0]
    assert (unreached.found, "did not answer in time" in unreached.detail) == (False, True)
