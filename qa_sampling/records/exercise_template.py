"""Writes the sheets on which auditors grade the cases of a training exercise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qa_sampling.errors import ParameterError
from qa_sampling.records.exercise_file import NEEDED
from qa_sampling.records.extras_templates import CREATED
from qa_sampling.schema import GRADES, NOT_APPLICABLE, QUALITY_STANDARDS
from qa_sampling.workbooks import Formats, open_workbook, safe_sheet_name, set_page, write_cell
from qa_sampling.workbooks import write_text_sheet as _write_words

_MARKING = "RESTRICTED – about single members of staff"
_MOST_CASES = 20
_WIDTHS = (12, 30, 58, 26)


def write_exercise_template(
    path: Path | str, auditors: Sequence[str] = (), *, cases: int = 2
) -> Path:
    """Write a workbook with a sheet an auditor and one for the expert; give its path.

    Parameters
    ----------
    path : path
        A new .xlsx file.
    auditors : sequence of str
        Their names; without, one sheet to be copied.
    cases : int
        Cases that all grade, from 1 to 20.

    Raises
    ------
    ParameterError
        When the file is there, is no .xlsx file, there are no cases or too many, or two auditors
        have one name.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx" or path.exists() or not path.parent.is_dir():
        raise ParameterError(
            f"The template must be a new .xlsx file in a folder that exists; got {path.name!r}."
        )
    if not 1 <= cases <= _MOST_CASES:
        raise ParameterError(
            f"`cases` must lie between 1 and {_MOST_CASES}; got {cases}. Give 1 or 2."
        )
    known = {" ".join(name.casefold().split()) for name in auditors}
    if len(known) < len(auditors) or known & {"", "expert"}:
        raise ParameterError(
            "Every auditor needs a name of their own, which is not Expert. Tell two people of one "
            "name apart, such as by a middle initial."
        )
    with open_workbook(path, created=CREATED, title="Training exercise: grades") as book:
        formats = Formats(book, {"entry": {"num_format": "@", "bg_color": "#FFF8DF", "border": 1}})
        _write_words(book, "Notes", "Training exercise: grades", _NOTES, formats,
                     marking=_MARKING, contents=None)  # fmt: skip
        taken = ["Notes"]
        for name in [*(auditors or [""]), "Expert"]:
            taken.append(safe_sheet_name(name or "Auditor", taken))
            _write_grades(book.add_worksheet(taken[-1]), name, cases, formats)
    return path


_NOTES = (
    ("Auditors", "Each fills in a sheet of their own, alone, before anybody speaks: the name once, "
     "then a grade a row."),
    ("Cases", "They are called Case 1, Case 2 and so on. Write no case number and no child’s name "
     "anywhere."),
    ("Grades", "Choose from the list. A grade left blank counts as not given."),
    ("Expert", "The sheet for the agreed or expert grades; leave it blank if there are none."),
    ("More auditors", "Copy a sheet; name one auditor on each."),
)  # fmt: skip


def _write_grades(sheet: object, auditor: str, cases: int, formats: Formats) -> None:
    for place, (name, width) in enumerate(zip(NEEDED, _WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        write_cell(sheet, 0, place, name, formats, "header")
    words = [*QUALITY_STANDARDS.values(), "Overall"]
    asked = [(f"Case {case}", standard) for case in range(1, cases + 1) for standard in words]
    for row, (case, standard) in enumerate(asked, start=1):
        write_cell(sheet, row, 0, case, formats)
        write_cell(sheet, row, 1, auditor or None, formats, "entry")
        write_cell(sheet, row, 2, standard, formats)
        sheet.write_blank(row, 3, None, formats["entry"])
    options = {"validate": "list", "source": [*GRADES, NOT_APPLICABLE]}
    sheet.data_validation(1, 3, len(asked), 3, options)
    sheet.freeze_panes(1, 0)
    set_page(sheet, marking=_MARKING, title_rows=1)
