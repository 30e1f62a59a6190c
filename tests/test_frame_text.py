"""Tables as text and back."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import RegisterError
from qa_sampling.records.frame_text import frame_from_text, frame_text

KINDS = {
    "str": st.text(st.characters(codec="utf-8")) | st.none(),
    "float64": st.floats(allow_nan=True, allow_infinity=True),
    "Int64": st.integers(-(2**63), 2**63 - 1) | st.none(),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(),
    "boolean": st.booleans() | st.none(),
    "datetime64[us]": st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)) | st.none(),
    "object": st.none() | st.text() | st.integers() | st.booleans() | st.dates() | st.floats(),
}


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 4), st.lists(st.sampled_from(sorted(KINDS)), max_size=4))
def test_tables_come_back_from_text_exactly(data, length, kinds):
    frame = pd.DataFrame(
        {
            f"c{i}": pd.Series(
                data.draw(st.lists(KINDS[kind], min_size=length, max_size=length)), dtype=kind
            )
            for i, kind in enumerate(kinds)
        },
        index=pd.RangeIndex(length if kinds else 0),
    )
    again = frame_from_text(frame_text(frame))
    pd.testing.assert_frame_equal(again, frame, check_exact=True)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pd.Series(["a"], dtype="category"), "column `c` of kind category"),
        (pd.Series([[1]]), "a list in column `c`"),
        (pd.Series([pd.Timestamp("2026-01-01", tz="UTC")]), "times without a zone"),
    ],
)
def test_tables_that_cannot_be_kept(column, message):
    with pytest.raises(RegisterError, match=message):
        frame_text(pd.DataFrame({"c": column}))


def test_tables_with_odd_column_names():
    with pytest.raises(RegisterError, match="column names are text, each once"):
        frame_text(pd.DataFrame({1: ["a"]}))
