"""How places and verdicts of a benchmark are put in words."""

from __future__ import annotations

import pandas as pd

VERDICTS = {
    ("outside", True): "Higher, and outside how neighbours differ",
    ("outside", False): "Lower, and outside how neighbours differ",
    ("apart", True): "Higher than neighbours together, not clearly outside how they differ",
    ("apart", False): "Lower than neighbours together, not clearly outside how they differ",
    ("alike", True): "Cannot be told from chance",
    ("alike", False): "Cannot be told from chance",
    ("within", True): "Within how neighbours differ",
    ("within", False): "Within how neighbours differ",
    ("unknown", True): "Cannot be said",
    ("unknown", False): "Cannot be said",
}
"""A verdict against the neighbours, by whether the figure is higher."""
COUNTRY_VERDICTS = {
    ("apart", True): "Higher",
    ("apart", False): "Lower",
    ("alike", True): "Cannot be told from chance",
    ("alike", False): "Cannot be told from chance",
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
    """Put a place with its uncertainty: "between 3rd and 9th lowest of 11".

    Parameters
    ----------
    row : Series
        `place_low`, `place_high`, `among`; missing where there is no place.
    """
    if pd.isna(row["place_low"]):
        return "–"
    low, high, of = (int(row[name]) for name in ("place_low", "place_high", "among"))
    if low == high:
        return (
            f"lowest of {of}"
            if low == 1
            else (f"highest of {of}" if low == of else f"{ordinal(low)} lowest of {of}")
        )
    return f"between {ordinal(low)} and {ordinal(high)} lowest of {of}"
