"""Reads the grades that came back from a training exercise: a workbook or a CSV file.

Columns case, auditor, standard and grade, and if wanted expert (Yes for the expert's rows).
Cases are called Case 1, Case 2 and so on: no case number is needed, and none is ever echoed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qa_sampling.agreement.scale import GRADES_SCALE, Scale
from qa_sampling.errors import AgreementError, ExtractError
from qa_sampling.records.annex_a_headers import normal
from qa_sampling.records.book import Cell, Sheet
from qa_sampling.records.cells import Unreadable, read_column, read_text
from qa_sampling.records.exercise_names import (
    one_spelling,
    refuse_two_spellings,
    without_blank_copies,
)
from qa_sampling.records.quality import FaultLog, in_two
from qa_sampling.records.returned import OVERALL
from qa_sampling.records.tabular import read_book
from qa_sampling.schema import QUALITY_STANDARDS

EXPERT = "Expert"
"""What the expert is called among the auditors."""
NEEDED = ("case", "auditor", "standard", "grade")
_NO_CASE = Unreadable("does not call the case Case 1, Case 2 and so on")
_NO_STANDARD = Unreadable("names no standard of the template")
_NO_GRADE = Unreadable("holds no grade of the scale")
_NO_FLAG = Unreadable("is neither Yes nor No")
_NO_NAME = Unreadable("holds a long number where an auditor’s name was expected")
_STANDARDS = {normal(word): key for key, word in QUALITY_STANDARDS.items()}
_STANDARDS |= {normal(key): key for key in QUALITY_STANDARDS}
_STANDARDS |= {normal(text): OVERALL for text in ("overall", "overall grade")}


@dataclass(frozen=True)
class ExerciseGrades:
    """The grades of a training exercise. Restricted.

    Attributes
    ----------
    table : DataFrame
        One row a grade: `case_ref` ("Case 1"), `rater` (a name; "Expert" for the expert),
        `standard` (a key of ``schema.QUALITY_STANDARDS`` or "overall"), `grade` (missing where
        blank).
    has_expert : bool
        Whether the expert graded anything.
    """

    table: pd.DataFrame
    has_expert: bool

    @property
    def filled(self) -> pd.DataFrame:
        """The rows of those who filled in a grade, or that a standard does not apply."""
        given = self.table.loc[self.table["grade"].notna(), "rater"]
        return self.table[self.table["rater"].isin(given)].reset_index(drop=True)

    @property
    def in_words(self) -> str:
        """How many auditors graded and how many sheets are blank, without a name."""
        people = set(self.table["rater"]) - {EXPERT}
        filled = len(people & set(self.filled["rater"]))
        blank = len(people) - filled
        told = f"{filled} {'auditor' if filled == 1 else 'auditors'} filled in grades"
        return f"{told}, {blank} left all blank." if blank else f"{told}."


def read_exercise(path: Path | str, *, scale: Scale = GRADES_SCALE) -> ExerciseGrades:
    """Read the grades of a training exercise.

    Every sheet with a heading "auditor" is read. On a sheet that names one auditor only, once is
    enough.

    Parameters
    ----------
    path : path
        A workbook or CSV file, such as the filled-in template.
    scale : Scale
        The declared scale of the grades.

    Raises
    ------
    ExtractError
        One error that lists every fault by file, sheet, row and column; none holds a value.
    """
    path, log = Path(path), FaultLog()
    try:
        sheets = read_book(path).sheets
    except ExtractError as error:
        log.add("stop", path.name, "file", *in_two(str(error), path.name))
        sheets = []
    parts = [
        _read_sheet(path.name, sheet, scale, log)
        for sheet in sheets
        if sheet.rows and "auditor" in _headings(sheet)
    ]
    if sheets and not parts:
        log.add("stop", path.name, "file", "no sheet has a heading “auditor”",
                "Use the template: case, auditor, standard, grade.")  # fmt: skip
    log.raise_if_stopped("The grades of the exercise")
    table = pd.concat(parts, ignore_index=True)
    table["rater"] = one_spelling(table["rater"]).where(~table["expert"], EXPERT)
    table = without_blank_copies(table)
    _refuse_repeated(path.name, table, log)
    refuse_two_spellings(path.name, table, log, expert=EXPERT)
    if table["grade"].isna().all():
        log.add("stop", path.name, "all sheets", "no grade is filled in",
                "Collect the auditors’ grades first.")  # fmt: skip
    log.raise_if_stopped("The grades of the exercise")
    columns = ["case_ref", "rater", "standard", "grade"]
    graded = table.loc[table["grade"].notna(), "rater"]
    return ExerciseGrades(table[columns], bool((graded == EXPERT).any()))


def _headings(sheet: Sheet) -> list[str]:
    return [normal(cell) if isinstance(cell, str) else "" for cell in sheet.rows[0].cells]


def _read_sheet(file: str, sheet: Sheet, scale: Scale, log: FaultLog) -> pd.DataFrame:
    names, rows = _headings(sheet), sheet.rows[1:]
    for name in (*NEEDED, "expert"):
        if name in NEEDED and name not in names:
            log.add("stop", file, sheet.name, "the column is missing",
                    "Add it (see the template).", column=name)  # fmt: skip
        elif names.count(name) > 1:
            log.add("stop", file, sheet.name, "two columns have this heading",
                    "Remove one.", column=name)  # fmt: skip
    numbers, held, bad = [row.number for row in rows], {}, {}
    for name, (read, action) in _readers(scale).items():
        place = names.index(name) if name in names else None
        cells = [
            row.cells[place] if place is not None and place < len(row.cells) else None
            for row in rows
        ]
        reading = read_column(cells, numbers, read)
        held[name] = reading.values
        bad[name] = {row for at in reading.faults.values() for row in at}
        for reason, at in reading.faults.items():
            log.add("stop", file, sheet.name, f"the cell {reason}", action, column=name, rows=at)
    frame = pd.DataFrame(held, dtype="object").assign(row=numbers, sheet=sheet.name)
    return _complete(file, sheet.name, frame, bad, log)


def _complete(
    file: str, sheet: str, frame: pd.DataFrame, bad: dict[str, set[int]], log: FaultLog
) -> pd.DataFrame:
    """Give each row its auditor; note what is blank but needed."""
    frame["expert"] = [value is True for value in frame["expert"]]
    people = frame["auditor"].dropna().unique()
    graded = frame["grade"].notna()
    if len(people) == 1:
        frame["auditor"] = people[0]
    actions = {
        "case": "Write Case 1, Case 2 and so on.",
        "auditor": "Write the auditor’s name in every row, or keep one sheet an auditor.",
        "standard": "Write the standard as in the template.",
    }
    for name, action in actions.items():
        at = frame.loc[graded & frame[name].isna() & ~frame["row"].isin(bad[name]), "row"].tolist()
        if at:
            log.add("stop", file, sheet, "the cell is blank", action, column=name, rows=at)
    frame = frame.rename(columns={"case": "case_ref", "auditor": "rater"})
    whole = frame[["case_ref", "rater", "standard"]].notna().all(axis=1)
    return frame[whole].reset_index(drop=True)


def _refuse_repeated(file: str, table: pd.DataFrame, log: FaultLog) -> None:
    again = table.duplicated(["case_ref", "rater", "standard"], keep=False)
    for sheet, part in table[again].groupby("sheet", sort=False):
        log.add("stop", file, str(sheet), "an auditor graded the same standard of a case twice",
                "Keep one of the rows; of two experts keep one; call two people of one name by "
                "different names.", column="grade",
                rows=part["row"].tolist())  # fmt: skip


def _readers(scale: Scale) -> dict[str, tuple[Callable[[Cell], object], str]]:
    def grade(value: Cell) -> str | Unreadable | None:
        text = read_text(value)
        if text is None or isinstance(text, Unreadable):
            return text
        try:
            scale.encode([text])
        except AgreementError:
            return _NO_GRADE
        return text

    known = f"Write one of {', '.join(reversed(scale.grades))}, Not applicable."
    return {
        "case": (_read_case, "Call it so; write no case number and no name."),
        "auditor": (_read_name, "Write the auditor’s name; never a case number."),
        "standard": (_read_standard, "Write the standard as in the template, or Overall."),
        "grade": (grade, known),
        "expert": (_read_flag, "Write Yes in the expert’s rows, and nothing in the others."),
    }


def _read_case(value: Cell) -> str | Unreadable | None:
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    found = re.fullmatch(r"(?:case ?)?0?([1-9]\d?)", text.casefold())
    return f"Case {found[1]}" if found else _NO_CASE


def _read_name(value: Cell) -> str | Unreadable | None:
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    return _NO_NAME if re.search(r"\d{5}", text) else text


def _read_standard(value: Cell) -> str | Unreadable | None:
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    return _STANDARDS.get(normal(text), _NO_STANDARD)


def _read_flag(value: Cell) -> bool | Unreadable | None:
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    known = {"yes": True, "y": True, "true": True, "1": True}
    known |= {"no": False, "n": False, "false": False, "0": False}
    return known.get(text.casefold(), _NO_FLAG)
