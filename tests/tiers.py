"""How much a run of the tests repeats: `--thorough` repeats at length what the others hold."""

import os

import pytest

THOROUGH_VARIABLE = "QA_SAMPLING_TESTS_THOROUGH"


def repeats(usual: int, thorough: int) -> int:
    """Give how many random examples a test tries: as usual, or under `--thorough`."""
    return thorough if THOROUGH_VARIABLE in os.environ else usual


def thorough(*values: object, id: str | None = None) -> object:
    """Give parameters that only `--thorough` tries."""
    return pytest.param(*values, marks=pytest.mark.thorough, id=id)
