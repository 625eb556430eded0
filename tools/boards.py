"""Writes the Grafana boards of deploy/grafana from their declarations here; `--check` only compares."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import BigValueGraphMode, LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef

FOLDER = Path(__file__).parents[1] / "deploy" / "grafana" / "boards"
SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")


@dataclass(frozen=True)
class Panel:
    """A panel: what it shows in words, its queries (PromQL, legend), and the unit as Grafana names it."""

    title: str
    says: str
    queries: Sequence[tuple[str, str]]
    unit: str = "short"
    kind: Literal["lines", "number"] = "lines"
    width: int = 12


@dataclass(frozen=True)
class Board:
    """A board; `name` is its file and its identity."""

    name: str
    title: str
    says: str
    panels: Sequence[Panel]


def number(title: str, says: str, query: str, unit: str = "short") -> Panel:
    """One number, a quarter of the width."""
    return Panel(title, says, ((query, title),), unit, "number", 6)


_AGE = "time() - {}"
BOARDS = (
    Board(
        "decisions",
        "Decisions",
        "What the model and people decide",
        (
            number(
                "Approved",
                "Share of all published clients",
                'sum(credit_scoring_published_clients{decision="approve"}) / sum(credit_scoring_published_clients)',
                "percentunit",
            ),
            number(
                "Refused",
                "Share of all published clients",
                'sum(credit_scoring_published_clients{decision="refuse"}) / sum(credit_scoring_published_clients)',
                "percentunit",
            ),
            number(
                "Referred",
                "Share of all published clients",
                'sum(credit_scoring_published_clients{decision="refer"}) / sum(credit_scoring_published_clients)',
                "percentunit",
            ),
            number("Waiting for a person", "Referred clients whom nobody decided", "max(credit_scoring_queue_clients)"),
            Panel(
                "Published clients by decision",
                "By their latest score",
                (("max by (decision) (credit_scoring_published_clients)", "{{decision}}"),),
            ),
            Panel(
                "Decisions answered",
                "A second, by the API",
                (("credit_scoring:decisions:rate1h", "{{decision}}"),),
                "reqps",
            ),
            Panel(
                "Decisions of people",
                "In the last day, by what was computed and what they decided",
                (
                    (
                        "sum by (computed, decision) (increase(credit_scoring_human_decisions_total[1d]))",
                        "{{computed}} → {{decision}}",
                    ),
                ),
            ),
            Panel(
                "Overrides",
                "Share of people's decisions that go against the score, over seven days",
                (("credit_scoring:overrides:ratio7d", "overrides"),),
                "percentunit",
            ),
        ),
    ),
    Board(
        "service",
        "Service",
        "How the API answers",
        (
            number("Up", "1: its metrics are read", 'min(up{job="credit-scoring-api"})'),
            number("Requests", "A second", "sum(credit_scoring:requests:rate5m)", "reqps"),
            number(
                "Memory",
                "Of the largest process",
                "max(process_resident_memory_bytes)",
                "bytes",
            ),
            number(
                "Not recorded",
                "Requests in the last hour that could not be recorded",
                "sum(increase(credit_scoring_journal_failures_total[1h]))",
            ),
            Panel("Requests by route", "A second", (("credit_scoring:requests:rate5m", "{{http_route}}"),), "reqps"),
            Panel(
                "Duration of the slowest twentieth",
                "Until a request is recorded, by route",
                (("credit_scoring:duration_seconds:p95_5m", "{{http_route}}"),),
                "s",
            ),
            Panel(
                "Answers by status",
                "A second",
                (
                    (
                        "sum by (http_response_status_code) (rate(http_server_request_duration_seconds_count[5m]))",
                        "{{http_response_status_code}}",
                    ),
                ),
                "reqps",
            ),
            Panel(
                "Files scored together",
                "Mean size of a batch in the last hour",
                (
                    (
                        "sum(increase(credit_scoring_batch_files_sum[1h])) "
                        "/ sum(increase(credit_scoring_batch_files_count[1h]))",
                        "files",
                    ),
                ),
            ),
        ),
    ),
    Board(
        "model-health",
        "Model health",
        "Is the model still right",
        (
            number("Version", "Of the model that scores", 'max(credit_scoring_model_version{model!~".*estimate"})'),
            number(
                "Champion for",
                "Since it was promoted",
                _AGE.format('min(credit_scoring_model_champion_timestamp_seconds{model!~".*estimate"})'),
                "s",
            ),
            number(
                "PSI of the score",
                "Against the training, by the last monitoring",
                "max(credit_scoring_monitor_score_psi)",
            ),
            number(
                "Calibration error",
                "By the outcomes so far, by the last monitoring",
                "max(credit_scoring_monitor_calibration_error)",
                "percentunit",
            ),
            Panel(
                "Findings",
                "Of the last monitoring, by kind",
                (("max by (kind) (credit_scoring_monitor_findings)", "{{kind}}"),),
            ),
            Panel(
                "Advice",
                "1: what the last monitoring advises",
                (("max by (advice) (credit_scoring_monitor_advice)", "{{advice}}"),),
            ),
            Panel(
                "PSI and calibration error over time",
                "By each monitoring",
                (
                    ("max(credit_scoring_monitor_score_psi)", "PSI of the score"),
                    ("max(credit_scoring_monitor_calibration_error)", "calibration error"),
                ),
            ),
            Panel(
                "Since the last monitoring",
                "Seconds",
                ((_AGE.format("max(credit_scoring_monitor_success_timestamp_seconds)"), "age"),),
                "s",
            ),
        ),
    ),
    Board(
        "deliveries",
        "Deliveries",
        "What batch runs took in and published",
        (
            number("Held", "By the breaker, now", 'max(credit_scoring_run_deliveries{status="held"})'),
            number(
                "In quarantine",
                "Share of the records of the last run",
                "max(credit_scoring:quarantined:ratio)",
                "percentunit",
            ),
            number(
                "Since the last run",
                "That ended well",
                _AGE.format("max(credit_scoring_run_success_timestamp_seconds)"),
                "s",
            ),
            number(
                "Since the last load",
                "Of the online store",
                _AGE.format("max(credit_scoring_store_loaded_timestamp_seconds)"),
                "s",
            ),
            Panel(
                "Records by table",
                "Of the last run, by what became of them",
                (("max by (table, outcome) (credit_scoring_run_rows)", "{{table}} {{outcome}}"),),
            ),
            Panel("Clients", "Of the last run", (("max by (status) (credit_scoring_run_clients)", "{{status}}"),)),
            Panel(
                "Decisions of the last run",
                "Clients",
                (("max by (decision) (credit_scoring_run_decisions)", "{{decision}}"),),
            ),
            Panel(
                "Seconds by step",
                "Of the last run",
                (("max by (step) (credit_scoring_run_step_seconds)", "{{step}}"),),
                "s",
            ),
            Panel(
                "Deliveries",
                "Of the last run; held: all that are held",
                (("max by (status) (credit_scoring_run_deliveries)", "{{status}}"),),
            ),
        ),
    ),
)


def json_of(board: Board) -> str:
    """The board as Grafana is provisioned with it: no id, and the data source as a variable."""
    made = (
        dashboard.Dashboard(f"Credit scoring: {board.title}")
        .uid(f"credit-scoring-{board.name}")
        .description(board.says)
        .tags(["credit-scoring"])
        .refresh("30s")
        .time("now-24h", "now")
        .readonly()
        .annotations([])
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
    )
    for panel in board.panels:
        made = made.with_panel(_panel(panel))
    return JSONEncoder(sort_keys=True, indent=1).encode(made.build()) + "\n"


def _panel(panel: Panel) -> stat.Panel | timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.LIST)
    lines = timeseries.Panel().legend(legend.placement(LegendPlacement.BOTTOM))
    shown: stat.Panel | timeseries.Panel = (
        stat.Panel().graph_mode(BigValueGraphMode.NONE) if panel.kind == "number" else lines
    )
    shown = shown.title(panel.title).description(panel.says).unit(panel.unit).datasource(SOURCE).span(panel.width)
    shown = shown.height(4 if panel.kind == "number" else 8)
    for place, (query, name) in enumerate(panel.queries):
        target = prometheus.Dataquery().expr(query).legend_format(name).ref_id("ABCDEF"[place]).datasource(SOURCE)
        shown = shown.with_target(target)
    return shown


def main(check: bool) -> int:
    """Writes the boards, or says which file is not as declared."""
    wrong = []
    for board in BOARDS:
        path, text = FOLDER / f"{board.name}.json", json_of(board)
        if check and (not path.is_file() or path.read_text(encoding="utf-8") != text):
            wrong.append(path.name)
        elif not check:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if wrong:
        print(f"not as declared: {', '.join(wrong)}; run tools/boards.py", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
