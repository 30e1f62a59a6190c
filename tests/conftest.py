"""What holds for every test."""

import os
import shutil
import sys
import tempfile

import pytest
from tiers import THOROUGH_VARIABLE

from qa_sampling.runs.invented_kept import KEPT_VARIABLE

LONG = (
    "test_notebooks.py",
    "test_plan_kill.py",
    "test_page_browser.py",
    "test_lab_browser.py",
    "test_lab_browser_trends.py",
    "test_invented_year.py",
    "test_month_kill.py",
    "test_small_year.py",
)
"""Files that take a minute or more: begun first, so that no worker is left with one at the end."""


@pytest.fixture(autouse=True)
def no_figure_of_another_test():
    """Begin without an open figure: a picture without an `ax` would be drawn into it."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def invented_outputs(tmp_path_factory):
    """Give a folder of outputs in which the invented authority's files are written once."""
    return str(tmp_path_factory.mktemp("told"))


@pytest.fixture(scope="session")
def invented_told(invented_outputs):
    """Read what the invented authority's extract of March 2026 tells, once."""
    from qa_sampling.runs.outcome_inputs import read_outcomes
    from qa_sampling.settings.outcomes import OutcomeTrends

    return read_outcomes(OutcomeTrends(period="2026-03", outputs=invented_outputs))


def pytest_configure(config: pytest.Config) -> None:
    """Keep what is invented for all workers and the programs they start."""
    if config.getoption("--thorough"):
        os.environ[THOROUGH_VARIABLE] = "1"
    if KEPT_VARIABLE not in os.environ:
        os.environ[KEPT_VARIABLE] = tempfile.mkdtemp(prefix="invented-")
        folder = os.environ[KEPT_VARIABLE]
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what takes minutes and is seldom asked for."""
    parser.addoption(
        "--thorough",
        action="store_true",
        help="also run what repeats at length, such as more random tables (twice the time)",
    )
    parser.addoption(
        "--every-notebook",
        action="store_true",
        help="also run every notebook in a real JupyterLab (minutes)",
    )
    parser.addoption(
        "--whole-year",
        action="store_true",
        help="also run a small year on one register, month by month (a minute or more)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files; all others keep their order."""
    if not config.getoption("--thorough"):
        left = [item for item in items if item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))
