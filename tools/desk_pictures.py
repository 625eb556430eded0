"""The pictures of the adviser's desk in docs/desk: the generated clients of its tests, in the system's Chromium.

PYTHONPATH=tests .venv/bin/python tools/desk_pictures.py docs/desk
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import sync_playwright

from dashboard.conftest import standing
from dashboard.visitor import Visitor
from served import server

WIDTH, HEIGHTS = 1280, {"client": 1500, "what-if": 1500, "queue": 760, "letter": 760}
COLOURS = 256
"""So many are enough, and keep a picture small."""


def main(folder: Path) -> None:
    """A refused client at the desk, the same one in what-if and in its letter, and the queue."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        server() as postgres,
        TemporaryDirectory() as below,
        standing(postgres, below) as office,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        visitor = Visitor.comes(chromium, office.desk, "en", WIDTH)
        visitor.sign_in(office.database.key("adviser"))
        visitor.look_at(office.decided("refuse"))
        for path, height in HEIGHTS.items():
            visitor.turn_to(path)
            visitor.tab.set_viewport_size({"width": WIDTH, "height": height})
            visitor.rests()
            visitor.tab.wait_for_timeout(1_000)  # what still moves comes to rest
            (folder / f"{path}.png").write_bytes(small(visitor.tab.screenshot()))
        chromium.close()


def small(png: bytes) -> bytes:
    """The picture at two thirds of its size, in few colours."""
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    shown = whole.resize((whole.width * 2 // 3, whole.height * 2 // 3), Image.Resampling.LANCZOS)
    sink = io.BytesIO()
    shown.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(sink, "PNG", optimize=True)
    return sink.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
