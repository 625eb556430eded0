"""Who may read what in the catalog: scores and their reasons, never a raw row."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from credit_scoring.publishing.tables import STORED
from credit_scoring.publishing.views import CLIENT_AS_OF, VIEWS
from credit_scoring.schema.tables import TABLES

ROOT = Path(__file__).parents[2]
GRANT = re.compile(r"^GRANT (?P<what>[A-Z ]+?) ON (?P<kind>[A-Z]+) (?P<name>[\w.]+) TO `(?P<whom>[\w-]+)`;$")


def _yaml(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


LINES = [line for line in (ROOT / "resources" / "grants.sql").read_text().splitlines() if not line.startswith("--")]
GRANTS = [found.groupdict() for line in LINES if (found := GRANT.match(line))]
CATALOG = _yaml("resources/catalog.yml")["resources"]
BUNDLE = _yaml("databricks.yml")


def test_every_line_is_a_grant_to_the_analysts_of_the_bundle() -> None:
    assert len(GRANTS) == len(LINES)
    assert {grant["whom"] for grant in GRANTS} == {BUNDLE["variables"]["analysts"]["default"]}


def test_analysts_read_what_is_said_and_no_raw_row() -> None:
    raw = {table.name for table in TABLES} | {"quarantine", "client_deliveries", CLIENT_AS_OF.declared.name}
    declared = {"TABLE": {table.name for table in STORED}, "VIEW": {view.declared.name for view in VIEWS}}
    home = f"{BUNDLE['targets']['prod']['variables']['catalog']}.{CATALOG['schemas']['scoring']['name']}"
    read = [(grant["kind"], *grant["name"].rsplit(".", 1)) for grant in GRANTS if grant["what"] == "SELECT"]

    assert all(place == home and name in declared[kind] for kind, place, name in read)
    assert not {name for _, _, name in read} & raw
    assert {"scores", "score_history", "features", "reasons", "runs", "scores_explained"} == {n for _, _, n in read}


def test_the_bundle_grants_no_more() -> None:
    """A grant of SELECT on the schema would open every table in it."""
    given = {
        (name, privilege)
        for kind in CATALOG.values()
        for name, each in kind.items()
        for grant in each.get("grants", [])
        for privilege in grant["privileges"]
    }
    assert given == {("scoring", "USE_SCHEMA"), ("published", "READ_VOLUME"), ("reports", "READ_VOLUME")}
