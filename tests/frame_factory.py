"""Invented children and frames for the tests of the draw; no real child is among them."""

from __future__ import annotations

import pandas as pd

from qa_sampling.sampling.frame import frame_fingerprint
from qa_sampling.sampling.plan import Frame
from qa_sampling.schema import CASES

KEY = b"an invented key of 32 bytes only"

_CHILD = {
    "status": "Child in need plan",
    "team": "North",
    "service": "Safeguarding",
    "worker": "A worker",
    "gender": "Female",
    "ethnicity": "WBRI",
    "ethnic_group": "White",
    "date_of_birth": pd.Timestamp(2016, 5, 4),
    "age_years": 10,
    "age_band": "10 to 15",
    "disability": "No",
    "primary_need": "N1",
    "is_open": True,
    "open_from": pd.Timestamp(2026, 1, 5),
    "open_to": pd.NaT,
    "weeks_open": 42,
    "last_seen": pd.Timestamp(2026, 10, 20),
    "lists": "6",
}
_DTYPES = {
    "text": "str",
    "code": "str",
    "date": "datetime64[us]",
    "whole": "Int64",
    "flag": "bool",
}


def make_cases(*children: dict) -> pd.DataFrame:
    """The table of cases: one row a child, told by how it differs from an ordinary one."""
    rows = [
        {"child_id": f"40{number:05d}", **_CHILD, **child}
        for number, child in enumerate(children, start=1)
    ]
    kinds = {column.name: _DTYPES[column.kind] for column in CASES.columns}
    return pd.DataFrame(rows, columns=CASES.names).astype(kinds)


def make_frame(*cells: tuple[str, str, int], families: dict[str, str] | None = None) -> Frame:
    """A fixed frame by cell: row, column and how many cases; cases are called row.column.number.

    `families` gives the family of the cases that have siblings.
    """
    refs = [
        (f"{row}.{column}.{number}", row, column)
        for row, column, count in cells
        for number in range(1, count + 1)
    ]
    return frame_of(refs, families=families)


def frame_of(
    places: list[tuple[str, str, str]], *, families: dict[str, str] | None = None
) -> Frame:
    """A fixed frame from reference, row and column of every case."""
    table = pd.DataFrame(places, columns=["case_ref", "row", "column"], dtype="str")
    table["stratum"] = table["row"] + " / " + table["column"]
    table["family_ref"] = [(families or {}).get(ref, ref) for ref in table["case_ref"]]
    table["family_ref"] = table["family_ref"].astype("str")
    cases = table[["case_ref", "stratum", "row", "column", "family_ref"]]
    return fixed(cases.sort_values("case_ref", ignore_index=True))


def fixed(cases: pd.DataFrame) -> Frame:
    """A frame from its table of cases, nobody excluded."""
    link = pd.DataFrame({"case_ref": cases["case_ref"], "child_id": cases["case_ref"]})
    funnel = pd.DataFrame(columns=["step", "reason", "excluded", "remaining"])
    exclusions = pd.DataFrame(columns=["case_ref", "reason", "row", "returns"])
    exclusions["returns"] = pd.to_datetime(exclusions["returns"])
    return Frame(cases, link, funnel, exclusions, ("team", "status"), frame_fingerprint(cases))
