"""The pictures of the adviser's desk in docs/desk: generated clients, in the system's Chromium. Run after `make score`:

PYTHONPATH=tests .venv/bin/python tools/desk_pictures.py docs/desk
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from dashboard.served_desk import served_desk
from dashboard.visitor import Visitor

WIDTH, HEIGHTS = 1280, {"client": 1500, "what-if": 1500, "queue": 760, "letter": 760}
COLOURS = 64
"""So few are enough, and keep a picture small."""


def main(folder: Path) -> None:
    """A refused client at the desk, the same one in what-if and in its letter, and the queue."""
    folder.mkdir(parents=True, exist_ok=True)
    with served_desk() as (desk, api, key), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        visitor = Visitor.comes(chromium, desk, "en", WIDTH)
        visitor.sign_in(key)
        visitor.look_at(refused(api, key))
        for path, height in HEIGHTS.items():
            visitor.turn_to(path)
            visitor.tab.set_viewport_size({"width": WIDTH, "height": height})
            visitor.rests()
            visitor.tab.wait_for_timeout(1_000)  # what still moves comes to rest
            (folder / f"{path}.png").write_bytes(small(visitor.tab.screenshot()))
        chromium.close()


def refused(api: str, key: str) -> int:
    """A client who is refused by a little: there is something to say of it."""
    request = urllib.request.Request(f"{api}/v1/clients?limit=1000", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request) as answer:
        clients = json.load(answer)["clients"]
    return int(max((each["score"], each["client_id"]) for each in clients if each["decision"] == "refuse")[1])


def small(png: bytes) -> bytes:
    """The picture at two thirds of its size, in few colours."""
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    shown = whole.resize((whole.width * 2 // 3, whole.height * 2 // 3), Image.Resampling.LANCZOS)
    sink = io.BytesIO()
    shown.quantize(COLOURS).save(sink, "PNG", optimize=True)
    return sink.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
