"""What results share."""

import pytest

from qa_sampling.results import Interval


def test_an_interval_knows_what_lies_in_it() -> None:
    interval = Interval(0.36, 0.77, method="wilson")
    assert 0.36 in interval
    assert 0.77 in interval
    assert 0.78 not in interval
    assert "0.5" not in interval
    assert interval.width == pytest.approx(0.41)
    assert interval.level == 0.95
