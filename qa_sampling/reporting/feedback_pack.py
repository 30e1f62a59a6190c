"""The feedback of a training exercise: a sheet an auditor, in the order of the alphabet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.agreement.exercise import Exercise
from qa_sampling.workbooks import (
    Formats,
    open_workbook,
    safe_sheet_name,
    write_sheet,
    write_text_sheet,
)

_MARKING = "RESTRICTED – about single members of staff"
_COVER = (
    ("For", "Whoever leads the exercise. Give each auditor their own sheet and no other."),
    ("Order", "Sheets follow the alphabet. Nobody is ranked."),
    ("How sure", "The interval counts cases, not grades: with one or two cases it is wide."),
)


def write_feedback_pack(
    path: Path, found: Exercise, *, words: Mapping[str, str], title: str, as_at: date
) -> Path:
    """Write the feedback and give its path. Restricted.

    Parameters
    ----------
    path : Path
        File to write, in a restricted folder.
    found : Exercise
        What came of the exercise; its units have a `standard`.
    words : mapping of str to str
        Standards in words.
    title : str
        Which exercise it is.
    as_at : date
        Written as the day of creation.
    """
    taken = ["Cover"]
    people = found.auditors.sort_values("auditor", key=lambda names: names.str.casefold())
    with open_workbook(path, title=title, created=as_at) as book:
        formats = Formats(book)
        write_text_sheet(book, "Cover", title, _COVER, formats, marking=_MARKING, contents=None)
        for person in people.itertuples(index=False):
            taken.append(safe_sheet_name(person.auditor, taken))
            rows = found.grades[found.grades["auditor"] == person.auditor]
            write_sheet(
                book, taken[-1], f"Training exercise: {person.auditor}", _notes(person, found),
                _own(rows, found, words), formats, marking=_MARKING, contents=None,
                filters=False, empty="No grade can be held against another.",
            )  # fmt: skip
    return path


def _notes(person: object, found: Exercise) -> tuple[str, ...]:
    whom = "the expert" if found.against == "expert" else "the middle of the others"
    if not person.n:
        return ()
    return (
        f"The same grade as {whom}: {person.same} of {person.n}.",
        f"On average {signed_grades(person.shift)} grades from {whom} "
        f"({100 * found.level:g}% interval {signed_grades(person.low)} to "
        f"{signed_grades(person.high)}).",
    )


def _own(rows: pd.DataFrame, found: Exercise, words: Mapping[str, str]) -> pd.DataFrame:
    order = {name: place for place, name in enumerate(words)}
    place = rows["standard"].map(lambda name: order.get(name, len(order)))
    rows = rows.assign(place=place).sort_values(["case_ref", "place"], kind="stable")
    whose = "Expert’s grade" if found.against == "expert" else "Middle of the others"
    return pd.DataFrame(
        {
            "Case": rows["case_ref"].astype(str),
            "Standard": [words.get(name, name) for name in rows["standard"].astype(str)],
            "Your grade": rows["grade"],
            whose: rows["held_against"],
            "Yours is": [_way(gap) for gap in rows["gap"]],
        }
    ).reset_index(drop=True)


def _way(gap: float) -> str:
    steps = int(abs(gap))
    if not steps:
        return "the same"
    return f"{steps} {'grade' if steps == 1 else 'grades'} {'higher' if gap > 0 else 'lower'}"


def signed_grades(value: float) -> str:
    """Give a number of grades with its sign; none where it rounds to nought.

    Parameters
    ----------
    value : float
        Grades.
    """
    text = f"{value:+.2f}".replace("-", "−")
    return "0.00" if text in ("+0.00", "−0.00") else text
