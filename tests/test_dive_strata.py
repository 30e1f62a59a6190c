"""Strata of the cases to read: every driver found, crossings, and none that is too small."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from qa_sampling.runs.dive import view
from qa_sampling.runs.dive.carried import ELSEWHERE
from qa_sampling.runs.dive.strata import strata_of

POLICE, EAST = "referral source: Police", "referral source: Police, team East"
NEGLECT = "need: Neglect"
GROUPS = {
    POLICE: (("source",), ("Police",)),
    EAST: (("source", "team"), ("Police", "East")),
    NEGLECT: (("need",), ("Neglect",)),
    "All cases": ((), ()),
}


def drivers(*names):
    rows = [(name, *GROUPS[name]) for name in names]
    return SimpleNamespace(named=pd.DataFrame(rows, columns=["group", "columns", "values"]))


def concerned(**counts):
    """Families by first letters of source, team and need: PEN is police, East, neglect."""
    words = {"P": "Police", "S": "School", "E": "East", "W": "West", "N": "Neglect", "O": "Other"}
    rows = [
        (f"{cell}{place}", *(words[letter] for letter in cell))
        for cell, number in counts.items()
        for place in range(number)
    ]
    return pd.DataFrame(rows, columns=["family_ref", "source", "team", "need"])


def sizes(found, cases):
    return cases.groupby(found.stratum)["family_ref"].nunique().to_dict()


def test_every_driver_and_its_crossings_are_strata():
    cases = concerned(PEN=6, PEO=9, SWN=7, SWO=20)
    found = strata_of(cases, {"All": drivers(EAST, NEGLECT)}, fewest=5, read=16)
    assert sizes(found, cases) == {f"{EAST} and {NEGLECT}": 6, EAST: 9, NEGLECT: 7, ELSEWHERE: 20}
    assert found.formed["families"].tolist() == [15, 13] and set(found.formed["why"]) == {""}
    assert found.formed["strata"].tolist() == [
        f"{EAST}; {EAST} and {NEGLECT}", f"{NEGLECT}; {EAST} and {NEGLECT}"
    ]  # fmt: skip


def test_the_page_says_how_they_were_formed():
    cases = concerned(PEN=4, PEO=9, SWN=7, SWO=20)
    found = strata_of(cases, {"All": drivers(NEGLECT, EAST)}, fewest=5, read=16)
    shown = view.formed_view(SimpleNamespace(formed=found.formed)).set_index("Driver")
    assert shown.loc["Referral source: Police, team East"].tolist() == [
        13,
        "A stratum of its own",
        "–",
    ]
    assert shown.loc["Need: Neglect", "Drawn in"] == f"Need: Neglect; {EAST}"
    assert "too few" in shown.loc["Need: Neglect", "Why no stratum of its own"]
    nothing = strata_of(cases, {"All": drivers()}, fewest=5, read=16)
    assert view.formed_view(SimpleNamespace(formed=nothing.formed)).empty


def test_a_small_crossing_stays_with_its_larger_driver():
    cases = concerned(PEN=4, PEO=9, SWN=7, SWO=20)
    found = strata_of(cases, {"All": drivers(NEGLECT, EAST)}, fewest=5, read=16)
    assert sizes(found, cases) == {EAST: 13, NEGLECT: 7, ELSEWHERE: 20}
    told = found.formed.set_index("driver")["why"].to_dict()
    joined = "in part joined: too few families, or too few cases to read"
    assert told == {EAST: "", NEGLECT: joined}


def test_a_driver_within_another_is_the_narrower():
    cases = concerned(PEO=6, PWO=8, SWO=20)
    found = strata_of(cases, {"All": drivers(POLICE, EAST)}, fewest=5, read=16)
    assert sizes(found, cases) == {EAST: 6, POLICE: 8, ELSEWHERE: 20}
    few = strata_of(cases, {"All": drivers(POLICE, EAST)}, fewest=7, read=16)
    assert sizes(few, cases) == {POLICE: 14, ELSEWHERE: 20}
    told = few.formed.set_index("driver")
    assert told.loc[EAST].tolist() == [6, POLICE, "fewer than 7 families"]


def test_two_are_read_in_each_stratum():
    cases = concerned(PEN=6, PEO=9, SWN=7, SWO=20)
    found = strata_of(cases, {"All": drivers(EAST, NEGLECT)}, fewest=2, read=6)
    assert sizes(found, cases) == {EAST: 15, NEGLECT: 7, ELSEWHERE: 20}
    one = strata_of(cases, {"All": drivers(EAST, NEGLECT)}, fewest=2, read=1)
    assert sizes(one, cases) == {EAST: 15, ELSEWHERE: 27}


def test_too_few_families_are_read_elsewhere():
    cases = concerned(PEO=4, SWO=20)
    found = strata_of(cases, {"All": drivers(EAST)}, fewest=5, read=16)
    assert sizes(found, cases) == {ELSEWHERE: 24}
    assert found.formed["why"].tolist() == ["fewer than 5 families"]


def test_brothers_and_sisters_are_one_family():
    cases = concerned(PEO=5, SWO=20)
    cases.loc[cases["team"] == "East", "family_ref"] = "one"
    found = strata_of(cases, {"All": drivers(EAST)}, fewest=2, read=16)
    assert sizes(found, cases) == {ELSEWHERE: 21}


@pytest.mark.parametrize(
    ("found", "label", "why"),
    [
        ({"All": drivers("All cases")}, "All cases", "all that are concerned are of it"),
        ({"All": drivers()}, ELSEWHERE, None),
    ],
)
def test_one_stratum_where_nothing_tells_them_apart(found, label, why):
    cases = concerned(PEO=5, SWO=20)
    strata = strata_of(cases, found, fewest=5, read=16)
    assert set(strata.stratum) == {label}
    assert strata.formed["why"].tolist() == ([why] if why else [])


def test_a_unit_s_own_search_adds_what_is_new():
    cases = concerned(PEO=6, SEN=8, SEO=9)
    both = {"All": drivers(EAST), "East": drivers(POLICE, NEGLECT)}
    found = strata_of(cases, both, fewest=5, read=16)
    assert sizes(found, cases) == {EAST: 6, NEGLECT: 8, ELSEWHERE: 9}
    told = found.formed.set_index("driver")["why"].to_dict()
    assert told[POLICE] == f"the same cases as {EAST}"


def test_nobody_concerned_is_in_no_stratum():
    strata = strata_of(concerned(), {"All": drivers(EAST)}, fewest=5, read=1)
    assert strata.stratum.empty and strata.formed.empty
