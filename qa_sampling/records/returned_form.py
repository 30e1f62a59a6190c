"""Reads a returned workbook: whose form it is, and every case's sheet; by its mark, not its name.

A workbook may have been renamed, saved by another program, sorted, added to or filled in by
halves. The mark on each case's sheet says which case of which draw it is and for whom it was
made; the mark is keyed, so a sheet that was not ours is not taken for one.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote

from qa_sampling.agreement.scale import GRADES_SCALE, Scale
from qa_sampling.errors import ExtractError
from qa_sampling.records.book import Book, Sheet
from qa_sampling.records.form_identity import TAG, form_token
from qa_sampling.records.form_layout import ROW_KEY
from qa_sampling.records.form_templates import FormTemplate
from qa_sampling.records.moderation_mark import is_moderation
from qa_sampling.records.returned_sheet import Fault, SheetReading, read_sheet
from qa_sampling.records.tabular import read_book

SUFFIXES = (".xlsx", ".xlsm", ".ods")
_PARTS = ("tag", "draw_id", "case_ref", "auditor_id", "form", "version", "token")
MODERATION = "moderation"
"""Marks a place in what is expected as a moderation's."""
_OTHERS_CASE = (
    "the case has been given to another auditor",
    "Nothing to do, unless you still audit it: then tell the Quality Assurance team.",
)
_OTHERS_MODERATION = (
    "the audit is moderated by somebody else, or is your own now",
    "Nothing to do, unless you still moderate it: then tell the Quality Assurance team.",
)
_ASK = "Ask for the workbook that was sent out, with all its sheets."


@dataclass(frozen=True)
class Expected:
    """A case for which a form was sent out.

    Attributes
    ----------
    draw_id, case_ref : str
        The case.
    auditor_id : str
        Who audits, or moderates, it now; blank for whomever a genuine mark names.
    as_at : date
        Day the cases of the draw describe.
    superseded : bool
        Whether a redraw has taken the draw's place.
    not_by : str
        Who may not have filled it in: nobody moderates an audit of their own.
    """

    draw_id: str
    case_ref: str
    auditor_id: str
    as_at: date
    superseded: bool = False
    not_by: str = ""

    def is_for(self, staff_id: str) -> bool:
        """Say whether a form that was made for somebody is theirs to send back."""
        return self.auditor_id in ("", staff_id) and staff_id != self.not_by


@dataclass(frozen=True)
class ReturnedSheet:
    """One case's sheet of a returned workbook.

    Attributes
    ----------
    file, sheet : str
        Where it stands.
    draw_id, case_ref, auditor_id, form : str
        Whose it is; blank where the mark could not be believed.
    reading : SheetReading
        Its answers and faults.
    """

    file: str
    sheet: str
    draw_id: str
    case_ref: str
    auditor_id: str
    form: str
    reading: SheetReading

    @property
    def is_moderation(self) -> bool:
        """Whether it is a moderator's."""
        return is_moderation(self.form)

    @property
    def place(self) -> tuple[str, ...]:
        """What it is about: no two that count have the same."""
        case = (self.draw_id, self.case_ref)
        return (*case, MODERATION, self.auditor_id) if self.is_moderation else case


@dataclass(frozen=True)
class ReturnedBook:
    """A returned workbook.

    Attributes
    ----------
    file : str
        Its name.
    sheets : tuple of ReturnedSheet
        Its cases; empty when it is no form of ours.
    faults : tuple of Fault
        What is wrong with the workbook as a whole.
    """

    file: str
    sheets: tuple[ReturnedSheet, ...]
    faults: tuple[Fault, ...] = ()


def read_returned(
    path: Path,
    *,
    keys: Collection[bytes],
    template: Callable[[str, int], FormTemplate | None],
    expected: Mapping[tuple[str, ...], Expected],
    today: date,
    scale: Scale = GRADES_SCALE,
    is_staff: Callable[[str], bool] | None = None,
) -> ReturnedBook:
    """Read a returned workbook; nothing is raised for what an auditor may have done to it.

    Parameters
    ----------
    path : Path
        The workbook.
    keys : collection of bytes
        Keys the mark may have been made with: the authority's, and those before it.
    template : callable
        Gives the questions of a form by name and version; None when they are not known.
    expected : mapping of (str, str) to Expected
        By draw and case: what was sent out. By draw, case and ``MODERATION``: moderations.
    today : date
        Nothing was completed later.
    scale : Scale
        The grades and their spellings.
    is_staff : callable, optional
        Says whether a number or name is on the staff list; without it owners are not looked up.
    """
    if path.suffix.lower() not in SUFFIXES:
        fault = Fault("", "this is not a workbook", "Save it as .xlsx and send it again.")
        return ReturnedBook(path.name, (), (fault,))
    try:
        book = read_book(path)
    except ExtractError as error:
        fault = Fault("", "the workbook cannot be read", str(error).replace(path.name, "it"))
        return ReturnedBook(path.name, (), (fault,))

    def reading(sheet: Sheet, form: FormTemplate, column: int, earliest: date) -> SheetReading:
        return read_sheet(
            sheet,
            form,
            key_column=column,
            scale=scale,
            earliest=earliest,
            latest=today,
            is_staff=is_staff,
        )

    found = [_sheet(path.name, sheet, keys, template, expected, reading) for sheet in book.sheets]
    sheets = [one for one in found if one is not None]
    if not sheets:
        fault = Fault("", "no sheet of it is one of our forms", _ASK)
        return ReturnedBook(path.name, (), (fault,))
    return ReturnedBook(path.name, tuple(sheets), _book_faults(book))


def _book_faults(book: Book) -> tuple[Fault, ...]:
    return tuple(Fault("", f"the workbook {note}", "Nothing to do.", "note") for note in book.notes)


def _sheet(
    file: str,
    sheet: Sheet,
    keys: Collection[bytes],
    template: Callable[[str, int], FormTemplate | None],
    expected: Mapping[tuple[str, ...], Expected],
    reading: Callable[[Sheet, FormTemplate, int, date], SheetReading],
) -> ReturnedSheet | None:
    """Read one sheet; None when it has no mark of ours."""
    marks = _marks(sheet)
    if not marks:
        return None
    column, parts = marks[0]
    whose = {name: parts[name] for name in ("draw_id", "case_ref", "auditor_id", "form")}

    def refused(fault: str, action: str, *, believed: bool = True) -> ReturnedSheet:
        shown = whose if believed else dict.fromkeys(whose, "")
        faulty = SheetReading("faulty", {}, [Fault("", fault, action)])
        return ReturnedSheet(file, sheet.name, reading=faulty, **shown)

    if len(marks) > 1:
        return refused("two forms stand on one sheet", "Keep one case a sheet.", believed=False)
    if not any(_is_genuine(parts, key) for key in keys):
        return refused("its mark is not one of ours, or was changed", _ASK, believed=False)
    moderated = is_moderation(parts["form"])
    case = (parts["draw_id"], parts["case_ref"])
    sent = expected.get((*case, MODERATION) if moderated else case)
    if sent is None:
        return refused("no such case was drawn", _ASK, believed=False)
    if sent.superseded:
        return refused(
            "its draw was replaced by a new one",
            "Use the form of the new draw; nothing of this one counts.",
        )
    if not sent.is_for(parts["auditor_id"]):
        return refused(*_OTHERS_MODERATION if moderated else _OTHERS_CASE)
    form = template(parts["form"], int(parts["version"]))
    if form is None:
        return refused(
            f"version {parts['version']} of the form is not known here",
            "Copy your answers into the form that was sent last.",
        )
    read = reading(sheet, form, column, sent.as_at)
    return ReturnedSheet(file, sheet.name, reading=read, **whose)


def _marks(sheet: Sheet) -> list[tuple[int, dict[str, str]]]:
    """Find the marks of a sheet, wherever inserted rows or columns have moved them."""
    found = []
    for row in sheet.rows:
        for column, cell in enumerate(row.cells):
            if isinstance(cell, str) and cell.startswith(TAG) and column >= ROW_KEY:
                parts = [unquote(part) for part in cell.strip().split("|")]
                if len(parts) == len(_PARTS) and parts[5].isdecimal():
                    found.append((column, dict(zip(_PARTS, parts, strict=True))))
    return found


def _is_genuine(parts: Mapping[str, str], key: bytes) -> bool:
    named = (parts[name] for name in ("draw_id", "case_ref", "auditor_id", "form"))
    made = form_token(*named, int(parts["version"]), key)
    return hmac.compare_digest(made, parts["token"])
