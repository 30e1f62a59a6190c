"""The calibration pack of a moderation panel: a page for each case that two people saw apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.workbooks import Formats, open_workbook, write_sheet, write_text_sheet

_MARKING = "RESTRICTED – about single cases and single members of staff"
_CONTENTS, _CASES = "Contents", "Cases"
_BY_HAND = 42.0
"""Height of a row to write in by hand, in points; thirteen of them still print on one page."""
_TO_FILL = ("The panel’s grade", "What we learned")
_WIDTHS = {
    "Standard": 46,
    "Auditor’s grade": 22,
    "Moderator’s grade": 22,
    "Auditor is": 20,
    "The panel’s grade": 22,
    "What we learned": 50,
}


_LIST_WIDTHS = {
    "Sheet": 9,
    "Audit": 16,
    "Case reference": 20,
    "Month": 9,
    "Team": 20,
    "Auditor": 20,
    "Auditor’s grade": 16,
    "Moderator": 20,
    "Moderator’s grade": 16,
    "Auditor is": 15,
    "Reflects practice?": 12,
    "Real learning?": 12,
}
"""Together no more than a page on its side takes."""


def write_calibration_pack(
    path: Path, cases: pd.DataFrame, standards: pd.DataFrame, *, title: str, gap: int, as_at: date
) -> Path:
    """Write the pack and give its path: the list of cases, then a sheet a case, a page each.

    Parameters
    ----------
    path : Path
        File to write, in a restricted folder: it is about single children and single auditors.
    cases : DataFrame
        One row a case, in the order to talk about them: `audit_id`, `case_ref`, `period`, `team`,
        `auditor`, `moderator` (names), `auditor_grade`, `moderator_grade` (overall), `gap`
        (grades the auditor is above), `reflects_practice`, `meaningful_learning`.
    standards : DataFrame
        One row a standard of a case: `audit_id`, `standard` (in words), `auditor_grade`,
        `moderator_grade`, `gap`; missing where a grade is.
    title : str
        Which months it is of.
    gap : int
        Grades apart from which a case is in the pack.
    as_at : date
        Day the register was looked back from; also written as the day of creation.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook = open_workbook(path, title=title, created=as_at)
    formats = Formats(workbook)
    names = [f"Case {place}" for place in range(1, len(cases) + 1)]
    write_text_sheet(workbook, "Cover", title, _cover(len(cases), gap), formats, marking=_MARKING)
    listed = listed_cases(cases)
    listed.insert(0, "Sheet", names)
    contents = [(_CASES, "The cases on one list", f"{len(cases):,}")]
    contents += [(name, "One case: both grades, standard by standard", "–") for name in names]
    frame = pd.DataFrame(contents, columns=["Sheet", "What it holds", "Rows"])
    write_sheet(
        workbook, _CONTENTS, "What is in this workbook", (), frame, formats,
        links="Sheet", contents=None, styles={"Rows": "text"},
        widths={"Sheet": 24, "What it holds": 78}, marking=_MARKING,
    )  # fmt: skip
    write_sheet(
        workbook, _CASES, _apart(len(cases), gap), (), listed, formats, links="Sheet",
        widths=_LIST_WIDTHS, marking=_MARKING,
        empty="No case is that far apart.",
    )  # fmt: skip
    for name, case in zip(names, cases.itertuples(index=False), strict=True):
        grades = standards[standards["audit_id"] == case.audit_id]
        _write_case(workbook, name, case, grades, formats)
    workbook.close()
    return path


def _cover(count: int, gap: int) -> Iterator[tuple[str, object] | str]:
    yield ("For", "The moderation panel. Restricted: it is about single cases and single auditors.")
    yield ("What is in it", f"{_apart(count, gap)}. Each has a sheet that prints on one page.")
    yield "At the meeting"
    yield ("1", "Read the case, not the grades. Everyone writes down a grade before anyone speaks.")
    yield ("2", "Ask the two questions: does the audit reflect practice, is there real learning?")
    yield ("3", "Settle one grade a standard, with the words of the standard, and write it in.")
    yield ("4", "Write what auditors should do differently next time. Nobody is ranked.")
    yield "Afterwards"
    yield ("Record", "The panel’s overall grades and answers: in 41_panel_session, at the meeting.")


def _apart(count: int, gap: int) -> str:
    cases = "No case is" if count == 0 else "1 case is" if count == 1 else f"{count} cases are"
    return f"{cases} {_steps(gap)} or more apart"


def _steps(gap: float) -> str:
    whole = int(abs(gap))
    return f"{('no', 'one', 'two', 'three')[whole]} {'grade' if whole == 1 else 'grades'}"


def way(gap: float | None) -> str:
    """Say how far the auditor's grade lies from the moderator's, and which way.

    Parameters
    ----------
    gap : float or None
        Grades the auditor is above; missing where one gave none.
    """
    if pd.isna(gap):
        return "–"
    return "the same" if gap == 0 else f"{_steps(gap)} {'higher' if gap > 0 else 'lower'}"


def listed_cases(cases: pd.DataFrame) -> pd.DataFrame:
    """Give the list of cases as the panel reads it. Restricted.

    Parameters
    ----------
    cases : DataFrame
        As for :func:`write_calibration_pack`.
    """
    return pd.DataFrame(
        {
            "Audit": cases["audit_id"],
            "Case reference": cases["case_ref"],
            "Month": cases["period"],
            "Team": cases["team"],
            "Auditor": cases["auditor"],
            "Auditor’s grade": cases["auditor_grade"],
            "Moderator": cases["moderator"],
            "Moderator’s grade": cases["moderator_grade"],
            "Auditor is": cases["gap"].map(way),
            "Reflects practice?": cases["reflects_practice"],
            "Real learning?": cases["meaningful_learning"],
        }
    )


def _write_case(
    workbook: object, name: str, case: object, grades: pd.DataFrame, formats: Formats
) -> None:
    table = pd.DataFrame(
        {
            "Standard": ["Overall", *grades["standard"]],
            "Auditor’s grade": [case.auditor_grade, *grades["auditor_grade"]],
            "Moderator’s grade": [case.moderator_grade, *grades["moderator_grade"]],
            "Auditor is": [way(case.gap), *grades["gap"].map(way)],
        }
    )
    for heading in _TO_FILL:
        table[heading] = pd.Series([None] * len(table), dtype="str")
    notes = (
        f"Audit {case.audit_id} of {case.period}, {case.team}. Case reference {case.case_ref}.",
        f"Auditor: {case.auditor}. Moderator: {case.moderator}.",
        f"Does the audit reflect the quality of practice? {case.reflects_practice}. "
        f"Is there meaningful learning? {case.meaningful_learning}.",
    )
    title = f"{name}: the auditor’s overall grade is {way(case.gap)}"
    write_sheet(
        workbook, name, title, notes, table, formats,
        widths=_WIDTHS, filters=False, marking=_MARKING, row_height=_BY_HAND,
    )  # fmt: skip
