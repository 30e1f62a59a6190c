"""What holds for every test."""

import sys

import pytest


@pytest.fixture(autouse=True)
def no_figure_of_another_test():
    """Begin without an open figure: a picture without an `ax` would be drawn into it."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
