"""Run every notebook on the invented authority and keep its outputs.

For maintainers: `python tests/record_notebooks.py`. The recorded outputs are what strict nbval
makes again in the tests, so nothing from real data can stay in a committed notebook.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def record(path: Path) -> None:
    """Execute one notebook with its defaults and save it with its outputs."""
    sys.modules.setdefault("rfc3987_syntax", None)
    import nbformat
    from nbclient import NotebookClient

    from qa_sampling.lab.saving import note_recorded
    from qa_sampling.runs.kernels import PrivateKernelManager

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        kernel_manager_class=PrivateKernelManager,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    notebook.metadata.pop("papermill", None)
    notebook.metadata["language_info"] = {"name": "python"}
    note_recorded(notebook)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["QA_SAMPLING_OUTPUTS"] = folder
        for one in sorted((ROOT / "notebooks").glob("*.ipynb")):
            record(one)
            print(f"recorded {one.name}")
