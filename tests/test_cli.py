"""The command line: exit codes and what is printed. The whole way stands in test_end_to_end.py."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from credit_scoring.cli import deliveries, main
from credit_scoring.features import registry
from credit_scoring.features.promises import PROMISES
from credit_scoring.features.statements import STATEMENTS
from credit_scoring.ledger.events import Delivered
from credit_scoring.ledger.ledger import Ledger
from credit_scoring.synthetic.dirt import LEDGER
from credit_scoring.synthetic.traits import FIRST_ID


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    path = tmp_path / "conf.yml"
    path.write_text(f"home: {tmp_path / 'home'}\n")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_wrong_setting_ends_with_2_and_a_sentence() -> None:
    done = run("promote", "--conf", "nowhere.yml")
    assert (done.exit_code, done.stderr.startswith("There is no settings file nowhere.yml")) == (2, True)


def test_gates_are_passed_over_with_a_reason_only(conf: Path) -> None:
    for wrong in (("--force",), ("--reason", "so"), ("--force", "--reason", " "), ("--rollback", "--force")):
        done = run("promote", *wrong, "--conf", conf)
        assert done.exit_code == 2, wrong
        assert "--reason" in done.stderr


def test_without_a_challenger_promote_ends_with_4(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "home" / "landing").mkdir(parents=True)
    done = run("promote", "--conf", conf)
    assert (done.exit_code, "There is no challenger" in done.stderr) == (4, True)


def test_generate_and_deliver(conf: Path, tmp_path: Path) -> None:
    made = run("generate", "--clients", 30, "--outcomes", 20, "--out", tmp_path / "lender", "--json")
    assert json.loads(made.stdout)["application_train.csv"] == 20
    assert not (tmp_path / "lender" / LEDGER).exists()
    done = run("deliver", tmp_path / "lender", "--name", "monday", "--conf", conf)
    assert done.exit_code == 0
    assert "Delivered monday: 8 files" in done.stdout
    again = run("deliver", tmp_path / "lender", "--name", "monday", "--conf", conf)
    assert (again.exit_code, "Give this one another --name" in again.stderr) == (2, True)


def test_generate_says_which_rows_it_spoilt_and_deliver_leaves_that_out(conf: Path, tmp_path: Path) -> None:
    generate = ("generate", "--clients", 30, "--outcomes", 20, "--json", "--out")
    clean = json.loads(run(*generate, tmp_path / "clean").stdout)
    records = json.loads(run(*generate, tmp_path / "lender", "--dirt", 0.1).stdout)
    spoilt = pl.read_csv(tmp_path / "lender" / LEDGER)
    assert (records.pop(LEDGER), records.keys()) == (spoilt.height, clean.keys())
    assert 0.05 < spoilt.height / sum(clean.values()) < 0.15
    for name in clean:
        rows = rows_of(tmp_path / "lender" / name)
        assert len(rows) == records[name]
        told = spoilt.filter(file=name)["record"]
        # What no row of the clean lender is, or one of them a second time, is what the file says, and nothing else.
        assert Counter(rows) - Counter(rows_of(tmp_path / "clean" / name)) == Counter(rows[n - 1] for n in told), name
    done = run("deliver", tmp_path / "lender", "--name", "monday", "--conf", conf)
    assert f"{sum(records.values()):,} records" in done.stdout
    assert f"Left out, because they hold no table: {LEDGER}." in done.stdout
    assert json.loads(run(*generate, tmp_path / "lender").stdout) == clean
    assert not (tmp_path / "lender" / LEDGER).exists()


def test_generate_begins_at_the_client_that_first_names(tmp_path: Path) -> None:
    assert deliveries.FIRST_CLIENT == FIRST_ID
    run("generate", "--clients", 3, "--outcomes", 0, "--first", 500_000, "--out", tmp_path)
    assert [row[0] for row in rows_of(tmp_path / "application_test.csv")] == ["500000", "500001", "500002"]
    assert run("generate", "--clients", 3, "--outcomes", 0, "--first", 5, "--out", tmp_path).exit_code == 2


def test_deliver_is_told_what_to_leave_out_and_what_is_not_there(conf: Path, tmp_path: Path) -> None:
    run("generate", "--clients", 3, "--outcomes", 0, "--out", tmp_path / "lender")
    (tmp_path / "lender" / "bureau (1).csv").write_bytes(b"x")
    deliver = ("deliver", tmp_path / "lender", "--conf", conf, "--name")
    odd = run(*deliver, "monday")
    assert (odd.exit_code, "bureau (1).csv (rename it" in odd.stderr) == (2, True)
    done = run(*deliver, "monday", "--ignore", "bureau (*).csv")
    assert (done.exit_code, "Left out, because they hold no table: bureau (1).csv." in done.stdout) == (0, True)
    for name in ("bureau.csv", "bureau_balance.csv"):
        (tmp_path / "lender" / name).unlink()
    missed = run(*deliver, "tuesday", "--ignore", "bureau (*).csv")
    assert (missed.exit_code, "--without bureau,bureau_balance" in missed.stderr) == (2, True)
    told = run(*deliver, "tuesday", "--ignore", "bureau (*).csv", "--without", "bureau,bureau_balance", "--json")
    assert json.loads(told.stdout)["without"] == ["bureau", "bureau_balance"]


def test_inspect_says_what_to_paste_and_deliver_asks_it_first(conf: Path, tmp_path: Path) -> None:
    lender = tmp_path / "lender"
    run("generate", "--clients", 4, "--outcomes", 0, "--out", lender)
    for path in lender.iterdir():
        rows = list(csv.reader(path.open(newline="")))
        with path.open("w", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)
    deliver = ("deliver", lender, "--name", "monday", "--conf", conf)
    odd = run(*deliver)
    assert (odd.exit_code, "its cells are separated by semicolons" in odd.stderr) == (2, True)
    assert not (tmp_path / "home" / "landing").exists()
    found = run("inspect", lender, "--conf", conf)
    assert found.exit_code == 3
    assert found.stdout.startswith(f"Intake would refuse a delivery of {lender}: 7 of 7 files do not read. Every file")
    lines = found.stdout[found.stdout.index("\nintake:\n") + 1 :].split("\n\n")[0]
    assert lines.split() == ["intake:", "format:", "{delimiter:", ";}"]
    told = json.loads(run("inspect", lender, "--conf", conf, "--json").stdout)
    assert (told["formats"], told["ready"], told["guessed"]["applications"]) == ({"delimiter": ";"}, False, 4)
    conf.write_text(conf.read_text() + lines + "\n")
    assert run("inspect", lender, "--conf", conf).stdout.startswith(f"Intake would take in {lender} as it is: 7 files")
    assert run(*deliver).exit_code == 0


def test_deliver_uploads_what_intake_would_refuse_only_when_it_is_told_so(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "outcomes.csv").write_text("SK_ID_CURR\n1\n")
    deliver = ("deliver", tmp_path, "--name", "monday", "--conf", conf)
    assert "lacks columns that table outcomes must have" in run(*deliver).stderr
    assert run(*deliver, "--as-it-is").exit_code == 0


def rows_of(path: Path) -> list[tuple[str, ...]]:
    """The records of a CSV file."""
    with path.open(newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def test_the_dictionary_names_every_feature() -> None:
    entries = json.loads(run("dictionary", "--json").stdout)
    text = run("dictionary").stdout
    assert len(entries) > 100
    assert all(f"`{entry['name']}`" in text for entry in entries)


def test_the_dictionary_is_csv_too_in_both_languages() -> None:
    found = pl.read_csv(run("dictionary", "--csv").stdout.encode())
    assert found.columns[:4] == ["position", "name", "meaning", "meaning_fr"]
    assert found["name"].to_list() == list(registry.names())
    assert found["meaning_fr"].null_count() == 0


def test_reasons_lists_every_sentence_in_both_languages() -> None:
    text = run("reasons").stdout
    listed = json.loads(run("reasons", "--json").stdout)
    assert len(listed) == len(STATEMENTS)
    assert all(s.code in text and s.en in text and s.fr in text for s in STATEMENTS)


def test_checks_without_anything_to_check_end_with_2(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "home" / "landing").mkdir(parents=True)
    for arguments, sentence in (
        (("reasons", "--check"), "Nobody has a score yet"),
        (("promises",), "No client has an accepted application yet"),
    ):
        done = run(*arguments, "--conf", conf)
        assert (done.exit_code, sentence in done.stderr) == (2, True)


def test_promises_without_a_model_judge_the_features(conf: Path, tmp_path: Path, engine_at, lender_at, drawn) -> None:
    lender = lender_at(tmp_path / "home" / "tables")
    rows = {name: [drawn(name, client, 1) for client in range(1, 30)] for name in ("application", "bureau")}
    delivered = lender.deliver(1, rows)
    ledger = Ledger(engine_at(tmp_path / "home" / "tables"))
    ledger.create()
    claim = ledger.claim("intake", lambda events: [delivered], "a run", datetime.now(UTC), minutes=5)
    ledger.record(claim, "accepted", delivered, datetime.now(UTC))
    done = run("promises", "--conf", conf, "--clients", 20, "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["model_version"]) == (0, None)
    assert [each["promise"] for each in report["kept"]] == [promise.name for promise in PROMISES]
    assert sum(each["moved"] for each in report["kept"]) > 20
    assert {each["lower"] for each in report["kept"]} == {None}


def test_doctor_answers_in_words_and_in_json(conf: Path) -> None:
    assert "Java 17" in run("doctor", "--conf", conf).stdout
    assert {"name", "found", "detail", "advice"} <= set(json.loads(run("doctor", "--conf", conf, "--json").stdout)[0])


def test_nothing_to_do_is_done(conf: Path) -> None:
    for command, answer in (("intake", "Nothing waits"), ("score", "Nothing to score")):
        done = run(command, "--new", "--conf", conf, "--quiet")
        assert (done.exit_code, answer in done.stdout) == (0, True)
    assert "There are no runs yet" in run("show", "runs", "--conf", conf).stdout


def test_a_client_without_a_score_is_a_sentence(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "home" / "landing").mkdir(parents=True)
    done = run("explain", 42, "--conf", conf)
    assert (done.exit_code, "Client 42 has no score" in done.stderr) == (2, True)


def test_a_refused_delivery_ends_with_3_and_is_listed(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "outcomes.csv").write_text("SK_ID_CURR\n1\n")
    run("deliver", tmp_path / "source", "--name", "monday", "--as-it-is", "--conf", conf)
    done = run("intake", "--conf", conf)
    assert done.exit_code == 3
    assert "Delivery monday: refused. File outcomes.csv of delivery monday lacks columns" in done.stdout
    assert "lacks columns" in run("show", "deliveries", "--conf", conf).stdout


def test_while_another_run_is_at_work_the_command_ends_with_5(conf: Path, tmp_path: Path, engine_at) -> None:
    ledger = Ledger(engine_at(tmp_path / "home" / "tables"))
    ledger.create()
    ledger.claim("intake", lambda events: [Delivered("monday", 1, "m")], "the other run", datetime.now(UTC), minutes=5)
    done = run("score", "--conf", conf)
    assert (done.exit_code, "(the other run) is at work on monday" in done.stderr) == (5, True)
