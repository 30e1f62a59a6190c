"""How places and verdicts of a benchmark are put in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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


def gathered(
    titles: Mapping[str, set[int]], of_year: Mapping[int, set[str]]
) -> dict[str, set[int]]:
    """Say once, of all measures, the years in which none of those published then has a figure.

    Parameters
    ----------
    titles : mapping of str to set of int
        Years that are missing, by measure.
    of_year : mapping of int to set of str
        Measures that were published, by year.
    """
    shared = {
        year
        for year, all_titles in of_year.items()
        if len(all_titles) > 1 and all(year in titles.get(one, ()) for one in all_titles)
    }
    rest = {title: years - shared for title, years in titles.items()}
    rest = {title: years for title, years in rest.items() if years}
    return ({"All measures": shared} if shared else {}) | rest


def spans_text(years: Collection[int]) -> str:
    """Put years as spans: "2013 to 2015, 2020".

    Parameters
    ----------
    years : collection of int
        In order.
    """
    parts: list[list[int]] = []
    for year in years:
        if parts and year == parts[-1][-1] + 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    return ", ".join(
        str(part[0]) if len(part) == 1 else f"{part[0]} to {part[-1]}" for part in parts
    )
