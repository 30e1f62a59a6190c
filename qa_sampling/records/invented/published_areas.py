"""The areas of the invented published figures: no name and no code of a real authority."""

from __future__ import annotations

from dataclasses import dataclass

OWN = "001"
"""Inventshire's three digits."""
NEIGHBOURS = ("002", "003", "004", "005", "006", "007", "008", "009", "010", "028")
"""Its statistical neighbours; the last began in 2022, when Fenshire was divided."""
DIVIDED = ("026", ("027", "028"), 2022)
"""Authority that ended, those that began, first year of these."""
REGIONS = ("Midmarch", "Northmarch", "Southmarch")


@dataclass(frozen=True)
class Area:
    """An invented authority.

    Attributes
    ----------
    code : str
        Three digits that no authority has.
    name, region : str
        Its name and its region.
    children : int
        Children aged 0 to 17 in 2012.
    """

    code: str
    name: str
    region: str
    children: int

    @property
    def ons(self) -> str:
        """Its code of nine characters, in a range that is not in use."""
        return f"E99000{self.code}"


_NAMES = (
    ("Inventshire", 41_200), ("Ashmere", 38_600), ("Birchcombe", 52_300),
    ("Coldwater Vale", 29_900),
    ("Dunmarch", 61_700),
    ("Elmstow", 44_100), ("Fernmere", 35_400), ("Garthcombe", 72_800),
    ("Hollowmarch", 26_500), ("Inglewater", 48_900), ("Kestrelshire", 118_000),
    ("Larkmarch", 83_000), ("Marlcombe", 31_000), ("Nethershire", 146_000), ("Oakmere", 57_000),
    ("Pellshire", 66_000), ("Quillmere", 23_000), ("Rookshire", 171_000), ("Sallowmere", 39_000),
    ("Thornmarch", 92_000), ("Undermere", 45_000), ("Vexcombe", 28_000), ("Wychshire", 134_000),
    ("Yarrowmere", 51_000), ("Sorrel Isle", 430), ("Fenshire", 96_000), ("North Fenshire", 51_000),
    ("South Fenshire", 45_000),
)  # fmt: skip

AREAS = tuple(
    Area(f"{place:03d}", name, REGIONS[0] if place in (1, 4, 8) else REGIONS[place % 3], children)
    for place, (name, children) in enumerate(_NAMES, start=1)
)
"""All of them, in the order of their codes."""


def areas_of(year: int) -> list[Area]:
    """Give the authorities that were there in a year.

    Parameters
    ----------
    year : int
        Year it ends in.
    """
    ended, began, first = DIVIDED
    gone = {ended} if year >= first else set(began)
    return [area for area in AREAS if area.code not in gone]
