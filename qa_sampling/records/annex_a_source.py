"""One list as it stands in one sheet, and how it is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa_sampling.records.annex_a_layout import AnnexAList
from qa_sampling.records.book import Sheet
from qa_sampling.records.quality import FaultLog, Severity

KEY_DATES = {
    1: "contact_date",
    2: "start_date",
    3: "referral_date",
    4: "start_date",
    5: "strategy_date",
    6: "start_date",
    7: "start_date",
    8: "start_date",
    10: "decision_date",
    11: "enquiry_date",
}
"""The date that, with the identifier, tells one row of a list from another."""
ENDS = {6: "closure_date", 7: "end_date", 8: "end_date"}
"""The date that says an episode is over."""


@dataclass(frozen=True)
class ListSource:
    """One list as it stands in one sheet, and how it is to be read.

    Attributes
    ----------
    file : str
        File name, for the report.
    sheet : Sheet
        The sheet.
    wanted : AnnexAList
        The list it holds.
    log : FaultLog
        Where faults go.
    as_at : date or None
        Later dates are left out; None keeps them.
    id_pattern : str or None
        What every child's identifier must look like in full, as a regular expression.
    """

    file: str
    sheet: Sheet
    wanted: AnnexAList
    log: FaultLog
    as_at: date | None = None
    id_pattern: str | None = None

    @property
    def where(self) -> str:
        """The list as the report names it."""
        return f"List {self.wanted.number} {self.wanted.title}"

    @property
    def id_field(self) -> str:
        """Field that identifies the person."""
        return id_field(self.wanted)

    @property
    def key(self) -> list[str]:
        """Fields that tell one row from another."""
        date_field = KEY_DATES.get(self.wanted.number)
        return [self.id_field, date_field] if date_field else [self.id_field]

    def header_of(self, field: str | None) -> str | None:
        """Give the template's header of a field."""
        return next((c.header for c in self.wanted.columns if c.field == field), None)

    def add(
        self,
        severity: Severity,
        fault: str,
        action: str,
        column: str | None = None,
        rows: Sequence[int] = (),
    ) -> None:
        """Note a fault of this list."""
        self.log.add(severity, self.file, self.where, fault, action, column=column, rows=rows)

    @property
    def must_stop(self) -> bool:
        """Whether this list has a fault that stops the run."""
        return any(
            (entry["severity"], entry["file"], entry["list"]) == ("stop", self.file, self.where)
            for entry in self.log.entries
        )


def id_field(wanted: AnnexAList) -> str:
    """Give the field that identifies the person on a list."""
    return next(column.field for column in wanted.columns if column.kind == "id")
