"""The table of areas that benchmarking works on: authorities, regions and England by year."""

from __future__ import annotations

from qa_sampling.declared import Column, Table

LEVELS = ("authority", "region", "country")

AREAS = Table(
    "areas",
    (
        Column("code", "text", "The area's code, such as an authority's 894"),
        Column("area", "text", "Its name"),
        Column("level", "code", "What it is", codes=LEVELS),
        Column("region", "text", "Region of an authority", required=False),
        Column("year", "whole", "Year it ends in"),
        Column("numerator", "number", "Count above; missing with a reason", required=False),
        Column("denominator", "number", "Count or population below", required=False),
        Column("value", "number", "Per cent, rate or ratio, as published", required=False),
        Column("reason", "text", "Why the value is missing; blank when not", required=False),
    ),
    key=("code", "year"),
)
"""One row an area and year of one measure."""
