"""How long an adviser waits for a client: from Enter behind the number until every chart of the page is drawn.

    PYTHONPATH=tests python benchmarks/desk.py [--clients 12]

The office of the desk's tests stands: generated clients, a real PostgreSQL (durable), the API, the desk. An adviser in
the system's Chromium types one number after another.
Beside it stands what no desk can save, the same questions put to the API one after another. The last line is JSON:
first_s (the first page of a visit), page_p50_s, page_worst_s, api_p50_s, page_over_api, load (of the machine, over the
last minute).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import time
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from credit_scoring.dashboard.api import Api
from dashboard.conftest import standing
from dashboard.visitor import Visitor
from served import server


def asked_alone(api: Api, client: int) -> float:
    """Seconds for all that a client's page asks, one after another."""
    begun = time.perf_counter()
    for ask in (api.score, api.file, api.history, api.decisions, api.comparisons):
        ask(client)
    api.distribution(api.contributions(client).contributions[0].name, client)
    return time.perf_counter() - begun


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=12)
    wanted = parser.parse_args().clients
    pages, alone = [], []
    with (
        server(()) as postgres,
        TemporaryDirectory() as below,
        standing(postgres, below) as office,
        sync_playwright() as playwright,
    ):
        api = Api(office.api.url, office.database.key("adviser"), "en")
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        visitor = Visitor.comes(chromium, office.desk, "en")
        visitor.sign_in(api.key)
        for client in office.clients[: wanted + 1]:
            begun = time.perf_counter()
            visitor.look_at(client)
            pages.append(time.perf_counter() - begun)
            alone.append(asked_alone(api, client))
            print(f"client {client}: page {pages[-1]:.2f} s, its questions alone {alone[-1]:.3f} s")
        chromium.close()
    told = {
        "first_s": round(pages[0], 2),
        "page_p50_s": round(statistics.median(pages[1:]), 2),
        "page_worst_s": round(max(pages[1:]), 2),
        "api_p50_s": round(statistics.median(alone), 3),
        "page_over_api": round(statistics.median(pages[1:]) / statistics.median(alone), 1),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
