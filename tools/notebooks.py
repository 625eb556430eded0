"""The notebooks as pages of docs/, executed, so that everybody sees their results. Run after `make score`:

.venv/bin/python tools/notebooks.py            (make notebooks)
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbconvert.exporters import MarkdownExporter

PROJECT = Path(__file__).parents[1]
SOURCES, PAGES = PROJECT / "notebooks", PROJECT / "docs" / "notebooks"
SHOWN = """\
!!! note ""
    Executed on the generated lender of `make score`. The notebook itself: `notebooks/{name}.ipynb`.
"""


def page(notebook: nbformat.NotebookNode, name: str) -> tuple[str, dict[str, bytes]]:
    """An executed notebook as Markdown, its title first, and its pictures by file name."""
    for cell in notebook.cells:
        if cell.cell_type == "code":  # what libraries say on loading is no result
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    text, found = MarkdownExporter().from_notebook_node(notebook, {"output_files_dir": f"{name}_files"})
    title, rest = text.lstrip().split("\n", 1)
    return f"{title}\n\n{SHOWN.format(name=name)}\n{rest.strip()}\n", found["outputs"]


def main() -> None:
    """Executes them one after the other in one kernel, and writes their pages."""
    kernel = KernelManager(kernel_name="python3")
    kernel.start_kernel(cwd=str(SOURCES))
    try:
        for source in sorted(SOURCES.glob("*.ipynb")):
            print(f"executing {source.name}")
            notebook = nbformat.read(source, 4)
            NotebookClient(notebook, km=kernel, timeout=600).execute()
            text, pictures = page(notebook, source.stem)
            for file, picture in pictures.items():
                (PAGES / file).parent.mkdir(parents=True, exist_ok=True)
                (PAGES / file).write_bytes(picture)
            (PAGES / f"{source.stem}.md").write_text(text, "utf-8")
    finally:
        kernel.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
