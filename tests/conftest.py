"""What holds for every test."""

import sys

import pytest


@pytest.fixture(autouse=True)
def no_figure_of_another_test():
    """Begin without an open figure: a picture without an `ax` would be drawn into it."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what takes minutes and is seldom asked for."""
    parser.addoption(
        "--every-notebook",
        action="store_true",
        help="also run every notebook in a real JupyterLab (minutes)",
    )
