"""Invented published figures, in the shape the DfE's files are downloaded in.

The columns, levels and symbols are those of Explore education statistics; names, codes and
numbers are invented. Of some areas figures are missing with each of the DfE's reasons, and an
authority is divided in 2022.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from qa_sampling.records.invented.published_areas import (
    AREAS,
    NEIGHBOURS,
    OWN,
    REGIONS,
    Area,
    areas_of,
)
from qa_sampling.records.invented.published_counts import YEARS, Counts, counts_of, populations

SEED = 2026
NEIGHBOURS_FILE = "sn_model_invented.csv"
COUNTRY = ("E92000001", "England")
_FEWEST_SHOWN = 6
_LONG = "Children looked after continuously for at least 2.5 years on 31 March aged under 16 years"
_KEPT = "Living with the same carer for at least 2 years"
_PER = 10_000

Row = dict[str, object]
Made = list[tuple[dict[str, str], Row]]
"""Rows of one area and year: the breakdown's columns and the figures'."""


def write_published(folder: Path, *, seed: int = SEED) -> tuple[Path, ...]:
    """Write invented published figures and a list of neighbours as CSV files.

    Parameters
    ----------
    folder : Path
        Where; it must be there.
    seed : int
        Seed.

    Returns
    -------
    tuple of Path
        The files of figures, then the list of neighbours.
    """
    children = {area.code: populations(area, seed) for area in AREAS}
    counts = {area.code: counts_of(area, children[area.code], seed) for area in AREAS}
    written = []
    for name, make in _FILES.items():
        offset = 1 if name.startswith("ons") else 0
        years = YEARS[-_YEARS_OF.get(name, len(YEARS)) :]
        rows = [
            row
            for year in sorted((one - offset for one in years), reverse=True)
            for row in _rows_of(year, year + offset, make, children, counts)
        ]
        written.append(_write(folder / f"{name}.csv", rows))
    return (*written, _write_neighbours(folder / NEIGHBOURS_FILE))


def _rows_of(
    year: int,
    reporting: int,
    make: Callable[[Counts, int], Made],
    children: dict[str, dict[int, int]],
    counts: dict[str, dict[int, Counts]],
) -> list[Row]:
    """Give a year's rows of one file: England, regions, authorities."""
    there = areas_of(reporting)
    groups = [("National", None, there)]
    groups += [("Regional", one, [a for a in there if a.region == one]) for one in REGIONS]
    groups += [("Local authority", area, [area]) for area in there]
    rows = []
    for level, place, areas in groups:
        of = [counts[area.code][reporting] for area in areas]
        summed = {name: sum(one[name] for one in of) for name in of[0]}
        made = make(summed, sum(children[area.code][reporting - 1] for area in areas))
        for breakdown, figures in made:
            shown = _as_shown(place, reporting, figures, rounded=level != "Local authority")
            rows.append(_area_columns(year, level, place) | breakdown | shown)
    return rows


def _area_columns(year: int, level: str, place: Area | str | None) -> Row:
    region = place.region if isinstance(place, Area) else place or ""
    own = place if isinstance(place, Area) else None
    return {
        "time_period": year,
        "time_identifier": "Reporting year",
        "geographic_level": level,
        "country_code": COUNTRY[0],
        "country_name": COUNTRY[1],
        "region_code": f"E9800000{REGIONS.index(region) + 1}" if region else "",
        "region_name": region,
        "old_la_code": own.code if own else "",
        "new_la_code": own.ons if own else "",
        "la_name": own.name if own else "",
    }


def _as_shown(place: object, year: int, figures: Row, *, rounded: bool) -> Row:
    """Round counts of England and regions to 10, and hide small ones of authorities."""
    shown: Row = {}
    for name, value in figures.items():
        is_count = isinstance(value, int) and name != "population_estimate"
        if is_count and rounded:
            shown[name] = (value + 5) // 10 * 10
        elif is_count and 0 < value < _FEWEST_SHOWN:
            shown[name] = "c"
        else:
            shown[name] = value
    if isinstance(place, Area):
        for reason, names in _GAPS.get((place.code, year), {}).items():
            shown |= dict.fromkeys(set(figures) & set(names), reason)
        for part, of in _PARTS.items():
            if part in shown and shown[of] in ("c", "x", "u", ":"):
                shown[part] = shown[of]
    return {name: shown[name] for name in figures}


_PARTS = {
    "rereferral_percent": "rereferral_count",
    "no_further_action_percent": "no_further_action_count",
    "not_in_need_percent": "not_in_need_count",
    "rereferral_child_percent": "rereferral_child_count",
    "CPP_subsequent_percent": "CPP_subsequent",
    "Section47_rate": "Section47",
    "ICPC_rate": "ICPC",
    "CPP_start_rate": "CPP_start",
    "CPP_end_rate": "CPP_end",
    "CPP_At31_rate": "CPP_At31",
    "rate_per_10000": "children_count",
    "children_percent": "children_count",
    "care_leaver_percent": "care_leaver_count",
    "percentage": "number",
}
_GAPS: dict[tuple[str, int], dict[str, tuple[str, ...]]] = {
    ("004", 2015): {"x": ("rereferral_count", "rereferral_child_count")},
    ("009", 2025): {"c": ("CPP_subsequent",)},
    ("006", 2023): {"u": ("rereferral_count",)},
    ("001", 2014): {":": ("Section47",)},
}
"""Figures that are missing although they would not be small: the reason, and which."""


def _share(part: int, whole: int) -> str:
    return "z" if whole == 0 else _tenths(100 * part / whole)


def _tenths(value: float) -> str:
    """Put a number with one decimal place, without it where it is 0, as the DfE does."""
    return f"{value:.1f}".removesuffix(".0")


def _of_referrals(n: Counts, children: int) -> Made:
    again, child = n["again"], (n["referrals"] * 92) // 100
    again_child = (again * 88) // 100
    return [({"category": "Referrals and Re-referrals"}, {
        "referral_count": n["referrals"],
        "rereferral_count": again,
        "rereferral_percent": _share(again, n["referrals"]),
        "no_further_action_count": n["closed"],
        "no_further_action_percent": _share(n["closed"], n["referrals"]),
        "not_in_need_count": n["not_in_need"],
        "not_in_need_percent": _share(n["not_in_need"], n["referrals"]),
        "referral_child_count": child,
        "rereferral_child_count": again_child,
        "rereferral_child_percent": _share(again_child, child),
    })]  # fmt: skip


def _of_assessments(n: Counts, children: int) -> Made:
    done, late = n["assessed"], n["late"]
    bins = [("Same_day", 2), ("1-10_days", 12), ("11-20_days", 20), ("21-30_days", 20),
            ("31-40_days", 26)]  # fmt: skip
    figures: Row = {
        "Assessments_completed": done,
        "Assessments_completed_rate": _tenths(_PER * done / children),
    }
    early = {name: ((done - late) * share) // 100 for name, share in bins}
    figures |= early | {"41-45_days": done - late - sum(early.values())}
    figures |= {
        "46-50_days": late // 3,
        "51-60_days": late // 3,
        "61+_days": late - 2 * (late // 3),
    }
    return [({"category": "Duration of assessment"}, figures)]


def _of_conferences(n: Counts, children: int) -> Made:
    early, late = (n["icpc"] - n["late_icpc"]) // 8, n["late_icpc"] // 2
    return [({"category": "Section 47s and Initial Child Protection Conferences"}, {
        "Section47": n["s47"],
        "Section47_rate": _tenths(_PER * n["s47"] / children),
        "ICPC": n["icpc"],
        "ICPC_rate": _tenths(_PER * n["icpc"] / children),
        "Duration_0-10_days": early,
        "Duration_11-15_days": n["icpc"] - n["late_icpc"] - early,
        "Duration_16-20_days": late,
        "Duration_21+_days": n["late_icpc"] - late,
    })]  # fmt: skip


def _of_plans(n: Counts, children: int) -> Made:
    ends = (n["starts"] * 101) // 100
    counts = {"CPP_start": n["starts"], "CPP_end": ends, "CPP_At31": n["plans"]}
    figures: Row = {}
    for name, count in counts.items():
        figures |= {name: count, f"{name}_rate": _tenths(_PER * count / children)}
    return [({"category": "Child Protection Plans"}, figures)]


def _of_second_plans(n: Counts, children: int) -> Made:
    words = "Child Protection Plans which are a second or subsequent plan"
    share = _share(n["second"], n["starts"])
    return [({"category": words}, {
        "CPP_start": n["starts"],
        "CPP_subsequent": n["second"],
        "CPP_subsequent_percent": share,
    })]  # fmt: skip


def _of_need(n: Counts, children: int) -> Made:
    return [({"category": "Children in Need"}, {"At31_episodes": n["in_need"]})]


def _of_care(n: Counts, children: int) -> Made:
    kinds = {"on 31 March each year": "in_care", "each year": "into_care"}
    words = {"on 31 March each year": "Children looked after on 31 March each year",
             "each year": "Children starting to be looked after each year"}  # fmt: skip
    rows = [
        (words[kind], n[name], f"{_PER * n[name] / children:.0f}") for kind, name in kinds.items()
    ]
    left = n["out_of_care"]
    rows.append(("Children ceasing to be looked after each year", left,
                 f"{_PER * left / children:.0f}"))  # fmt: skip
    return [
        ({"population_type": kind, "population_estimate": children},
         {"children_count": count, "rate_per_10000": rate})
        for kind, count, rate in rows
    ]  # fmt: skip


def _of_stability(n: Counts, children: int) -> Made:
    moves = [("CLA on 31 March", "Total children", n["in_care"], n["in_care"]),
             ("CLA on 31 March", "With 3 or more placements during the year", n["moved"],
              n["in_care"]),
             (_LONG, "Total children", n["long"], n["long"]),
             (_LONG, _KEPT, n["settled"], n["long"])]  # fmt: skip
    return [
        ({"cla_group": group, "placement_stability": kind},
         {"children_count": count,
          "children_percent": "z" if whole == 0 else f"{100 * count / whole:.0f}"})
        for group, kind, count, whole in moves
    ]  # fmt: skip


def _shares(
    named: tuple[str, str], rows: list[tuple[str, str, int, int]], figures: tuple[str, str]
) -> Made:
    """Put counts with whole percentages beside two columns of words."""
    return [
        (dict(zip(named, (group, kind), strict=True)),
         {figures[0]: count, figures[1]: "z" if whole == 0 else f"{100 * count / whole:.0f}"})
        for group, kind, count, whole in rows
    ]  # fmt: skip


def _of_workers(n: Counts, children: int) -> Made:
    group, whole = "CLA on 31 March", n["in_care"]
    rows = [(group, "Total children", whole, whole),
            (group, "3 or more social workers during the year", n["workers"], whole)]  # fmt: skip
    return _shares(("cla_group", "sw_stability"), rows, ("number", "percentage"))


def _of_health(n: Counts, children: int) -> Made:
    group, whole = "Health assessments: Children looked after all ages", n["yearlong"]
    rows = [(group, "Had their annual health assessment", n["checked"], whole),
            (group, "Had their teeth checked by a dentist", n["teeth"], whole),
            (group, "Total all ages", whole, whole)]  # fmt: skip
    return _shares(("characteristic", "breakdown"), rows, _OF_GROUPS)


def _of_leaving(n: Counts, children: int) -> Made:
    why, whole = "Reason episode ceased", n["out_of_care"]
    rows = [(why, "Adopted", n["adopted"], whole),
            (why, "Special guardianship orders", n["guardians"], whole),
            (why, "Total", whole, whole)]  # fmt: skip
    return _shares(("cla_group", "characteristic"), rows, ("number", "percentage"))


def _of_touch(n: Counts, children: int) -> Made:
    words = "Local authority in touch with care leaver"
    rows = _leavers(n, "touch", words, "Aged {} to {}", "Total")
    return _shares(("age", "in_touch"), rows, ("number", "percentage"))


def _of_homes(n: Counts, children: int) -> Made:
    words = "Accommodation considered suitable"
    rows = _leavers(n, "homes", words, "{} to {} years", "Suitability total")
    return _shares(_OF_LEAVERS, rows, _LEAVERS)


def _of_activity(n: Counts, children: int) -> Made:
    words = "Total in education, employment or training"
    rows = _leavers(n, "active", words, "{} to {} years", "Total")
    return _shares(_OF_LEAVERS, rows, _LEAVERS)


def _leavers(
    n: Counts, name: str, words: str, ages: str, total: str
) -> list[tuple[str, str, int, int]]:
    rows = []
    for first, last in ((17, 18), (19, 21)):
        whole, age = n[f"leavers_{first}_{last}"], ages.format(first, last)
        rows += [(age, words, n[f"{name}_{first}_{last}"], whole), (age, total, whole, whole)]
    return rows


_OF_GROUPS = ("children_count", "children_percent")
_OF_LEAVERS = ("care_leaver_age", "breakdown")
_LEAVERS = ("care_leaver_count", "care_leaver_percent")


def _of_children(n: Counts, children: int) -> Made:
    return [({"age_group": "Children aged 0 to 17 years"}, {"population_estimate": children})]


_FILES: dict[str, Callable[[Counts, int], Made]] = {
    "b1_children_in_need": _of_need,
    "c1_referrals_and_rereferrals": _of_referrals,
    "c2_assessments_duration": _of_assessments,
    "c4_section_47s_and_icpcs": _of_conferences,
    "cla_number_and_rate_per_10k_children": _of_care,
    "d1_child_protection_plans": _of_plans,
    "d3_cpps_subsequent_plan": _of_second_plans,
    "la_care_leavers_accommodation_suitability": _of_homes,
    "la_care_leavers_activity": _of_activity,
    "la_care_leavers_intouch": _of_touch,
    "la_children_who_ceased_during_the_year": _of_leaving,
    "la_cla_placement_stability": _of_stability,
    "la_cla_swcount": _of_workers,
    "la_conviction_health_outcome_cla": _of_health,
    "ons_mid-year_population_estimates": _of_children,
}
_YEARS_OF = {
    "la_care_leavers_accommodation_suitability": 5,
    "la_care_leavers_activity": 5,
    "la_care_leavers_intouch": 5,
    "la_children_who_ceased_during_the_year": 5,
    "la_cla_swcount": 1,
    "la_conviction_health_outcome_cla": 5,
}
"""How many years a release has, of files that do not have all."""


def _write(path: Path, rows: list[Row]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _write_neighbours(path: Path) -> Path:
    """Write the list of neighbours in the shape of the sector's: one line an authority."""
    own = next(area for area in AREAS if area.code == OWN)
    row: Row = {"old_la_code": own.code, "la_name": own.name, "region_name": own.region}
    for rank, code in enumerate(NEIGHBOURS, start=1):
        row |= {f"SN_{rank}": code, f"SN_{rank}P": "Very close"}
    return _write(path, [row])
