"""How places and verdicts of a benchmark are put in words."""

from __future__ import annotations

import pandas as pd

VERDICTS = {
    ("outside", True): "Higher, outside their spread",
    ("outside", False): "Lower, outside their spread",
    ("apart", True): "Higher, not clearly outside their spread",
    ("apart", False): "Lower, not clearly outside their spread",
    ("alike", True): "Not told from chance",
    ("alike", False): "Not told from chance",
    ("within", True): "Within their spread",
    ("within", False): "Within their spread",
    ("unknown", True): "Cannot be said",
    ("unknown", False): "Cannot be said",
}
"""A verdict against the neighbours, by whether the figure is higher."""
COUNTRY_VERDICTS = {
    ("apart", True): "Higher",
    ("apart", False): "Lower",
    ("alike", True): "Not told from chance",
    ("alike", False): "Not told from chance",
    ("unknown", True): "Cannot be said",
    ("unknown", False): "Cannot be said",
}
"""The same against England."""


def ordinal(place: int) -> str:
    """Put a place: 1st, 2nd, 3rd, 4th, 11th, 21st.

    Parameters
    ----------
    place : int
        1 or more.
    """
    if place % 100 in (11, 12, 13):
        return f"{place}th"
    return f"{place}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th') }"


def place_text(row: pd.Series) -> str:
    """Put a place with its uncertainty: "3rd to 9th of 11".

    Parameters
    ----------
    row : Series
        `place_low`, `place_high`, `among`; missing where there is no place.
    """
    if pd.isna(row["place_low"]):
        return "–"
    low, high, of = (int(row[name]) for name in ("place_low", "place_high", "among"))
    places = ordinal(low) if low == high else f"{ordinal(low)} to {ordinal(high)}"
    return f"{places} of {of}"
