"""Data-entry faults planted in an extract, counted and located."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from qa_sampling.records.annex_a_layout import LISTS
from qa_sampling.records.invented.dice import Dice

TOTAL = "Total"


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    Attributes
    ----------
    kind : str
        What it is.
    list : int
        Number of the list that holds it.
    field : str
        Field of the column that holds it; "child_id" for whole rows.
    count : int
        How many cells or rows of each extract.
    """

    kind: str
    list: int
    field: str
    count: int


FAULTS = (
    Fault("future date", 6, "last_seen", 3),
    Fault("unknown code", 6, "primary_need", 4),
    Fault("#N/A team", 6, "team", 5),
    Fault("age missing", 3, "age", 6),
    Fault("trailing spaces", 4, "disability", 8),
    Fault("date as text", 4, "start_date", 3),
    Fault("no-break space in a name", 8, "worker", 4),
    Fault("other spelling of a code", 3, "nfa", 5),
    Fault("repeated row", 1, "child_id", 2),
    Fault("Total row", 3, "child_id", 1),
)
"""The faults of every extract that is written with faults."""


def planned_faults() -> dict[str, int]:
    """Give the number of faults in each extract, by kind."""
    return {fault.kind: fault.count for fault in FAULTS}


def plant_faults(
    lists: dict[int, pd.DataFrame], dice: Dice, as_at: pd.Timestamp
) -> tuple[dict[int, pd.DataFrame], pd.DataFrame]:
    """Give the lists with faults, and where each one is.

    Parameters
    ----------
    lists : dict of int to DataFrame
        The eleven lists; not altered.
    dice : Dice
        Chance.
    as_at : Timestamp
        Day of the extract.

    Returns
    -------
    tuple
        The lists, whose faulty columns hold objects, and a table: `list`, `column`, `row`
        (of the sheet, the header being row 1), `kind`. A list shorter than the number of
        faults has as many as it has rows.
    """
    faulty = {number: frame.copy() for number, frame in lists.items()}
    where = []
    for fault in FAULTS:
        header = {c.field: c.header for c in LISTS[fault.list].columns}[fault.field]
        frame = faulty[fault.list]
        if fault.field == "child_id":
            rows = _add_rows(faulty, fault, dice)
        else:
            rows = sorted(dice.shuffled(_fitting(frame[header], fault))[: fault.count])
            cells = frame[header].astype(object)
            for row in rows:
                cells.iloc[row] = _SPOIL[fault.kind](cells.iloc[row], as_at)
            frame[header] = cells
        where += [(fault.list, header, row + 2, fault.kind) for row in rows]
    return faulty, pd.DataFrame(where, columns=["list", "column", "row", "kind"])


def _fitting(cells: pd.Series, fault: Fault) -> list[int]:
    """Give the places whose cell can take the fault."""
    if fault.kind == "no-break space in a name":
        return [place for place, cell in enumerate(cells) if " " in str(cell)]
    return [place for place, held in enumerate(cells.notna()) if held]


def _add_rows(faulty: dict[int, pd.DataFrame], fault: Fault, dice: Dice) -> list[int]:
    """Add the rows of a fault to the end of its list; give their places."""
    frame = faulty[fault.list]
    start = len(frame)
    if fault.kind == "Total row":
        row = dict.fromkeys(frame.columns)
        row[frame.columns[0]], row[frame.columns[1]] = TOTAL, start
        added = pd.DataFrame([row], columns=frame.columns)
    else:
        places = dice.shuffled(range(start))[: fault.count]
        added = frame.iloc[places]
    columns = {
        name: pd.Series([*frame[name].tolist(), *added[name].tolist()], dtype=object)
        for name in frame.columns
    }
    faulty[fault.list] = pd.DataFrame(columns)
    return list(range(start, start + len(added)))


def _as_text(cell: pd.Timestamp, _: pd.Timestamp) -> str:
    return f"{cell:%d/%m/%Y}"


_SPOIL: dict[str, Callable[[object, pd.Timestamp], object]] = {
    "future date": lambda cell, as_at: cell + pd.DateOffset(years=10),
    "unknown code": lambda cell, as_at: "PSRMEM - Support with memory and cognition",
    "#N/A team": lambda cell, as_at: "#N/A",
    "age missing": lambda cell, as_at: None,
    "trailing spaces": lambda cell, as_at: f"{cell}  ",
    "date as text": _as_text,
    "no-break space in a name": lambda cell, as_at: str(cell).replace(" ", "\u00a0"),
    "other spelling of a code": lambda cell, as_at: "Y" if str(cell).endswith("Yes") else "No",
}
