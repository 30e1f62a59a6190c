"""The year's programme: what runs in which month, and what else is due, by whose hand."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from qa_sampling.errors import ParameterError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PERIOD = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_MONTH = Annotated[int, Field(ge=1, le=12)]
_CLOSED = ConfigDict(
    extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, allow_inf_nan=False
)


class CalendarEntry(BaseModel):
    """One line of the programme: a run of a notebook, or something that is due by a role.

    Attributes
    ----------
    name : str
        Lower-case letters, digits and underscores; no other entry has it.
    title : str
        What people call it; by default its name.
    run : str
        Notebook that is run, without its number; blank for what only stands in the calendar.
    months : "every" or tuple of int
        Months it is asked for, 1 for January.
    files : tuple of str
        Parameter files after the authority's; by default `parameters/<run>.yml`.
    parameters : mapping
        Parameters besides, by name; they go before those of the files.
    months_back : int
        Months from the month of the programme back to the one that is looked at: 0 for itself.
    after : tuple of str
        Entries that must be published first, where the month asks for them.
    owner : str
        Role that owes it, such as "Principal Social Worker"; needed where nothing is run.
    """

    model_config = _CLOSED

    name: str
    title: str = Field("", max_length=80)
    run: str = ""
    months: Literal["every"] | tuple[_MONTH, ...] = "every"
    files: tuple[str, ...] = ()
    parameters: dict[str, Any] = Field(default_factory=dict)
    months_back: int = Field(0, ge=0, le=12)
    after: tuple[str, ...] = ()
    owner: str = Field("", max_length=80)

    @field_validator("name")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError("must be lower-case letters, digits and underscores, at most 40")
        return value

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if isinstance(self.months, tuple) and not self.months:
            raise ValueError('months is empty; give some of 1 to 12, or "every"')
        if not self.run and not self.owner:
            raise ValueError(
                "names neither run nor owner; give a notebook, or the role that owes it"
            )
        extra = self.files or self.parameters or self.after or self.months_back
        if not self.run and extra:
            raise ValueError("has no run, so files, parameters, months_back and after mean nothing")
        strangers = {"period", "as_at"} & set(self.parameters)
        if strangers:
            named = " and ".join(sorted(strangers))
            raise ValueError(f"{named} follow from the month that is run; use months_back")
        return self

    @property
    def label(self) -> str:
        """What people call it."""
        return self.title or self.name.replace("_", " ").capitalize()

    def in_month(self, month: int) -> bool:
        """Say whether a month, 1 for January, asks for it."""
        return self.months == "every" or month in self.months

    def period_in(self, period: str) -> str:
        """Give the month it looks at when it is run for a month, both as "2026-11"."""
        place = int(period[:4]) * 12 + int(period[5:]) - 1 - self.months_back
        return f"{place // 12:04d}-{place % 12 + 1:02d}"


class Calendar(BaseModel):
    """The year's programme.

    Attributes
    ----------
    entries : tuple of CalendarEntry
        What runs and what is due, in the order in which it is shown.
    """

    model_config = _CLOSED

    entries: tuple[CalendarEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        names = [entry.name for entry in self.entries]
        faults = [
            f"{name} is there twice" for name in dict.fromkeys(names) if names.count(name) > 1
        ]
        runs = {entry.name for entry in self.entries if entry.run}
        for entry in self.entries:
            for other in entry.after:
                if other not in names:
                    faults.append(f"{entry.name} waits for {other}, which is no entry")
                elif other not in runs:
                    faults.append(f"{entry.name} waits for {other}, which runs nothing")
        if circle := _circle({entry.name: entry.after for entry in self.entries}):
            faults.append(f"{' waits for '.join(circle)}: a circle, in which nothing can begin")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def of_month(self, period: str) -> tuple[CalendarEntry, ...]:
        """Give the entries a month asks for, in the calendar's order.

        Parameters
        ----------
        period : str
            Month, as "2026-11".
        """
        return tuple(entry for entry in self.entries if entry.in_month(int(period[5:])))


def calendar_of(values: Mapping[str, Any], *, known: Collection[str]) -> Calendar:
    """Check a calendar.

    Parameters
    ----------
    values : mapping
        What a calendar's file holds.
    known : collection of str
        Notebooks there are.

    Returns
    -------
    Calendar

    Raises
    ------
    ParameterError
        With every fault: the entry, the field, what to give; and every unknown notebook.
    """
    try:
        calendar = Calendar.model_validate(_tuples(values))
    except ValidationError as error:
        raise ParameterError(f"The calendar: {_told(error, values)}") from None
    unknown = [entry for entry in calendar.entries if entry.run and entry.run not in known]
    if unknown:
        named = ", ".join(f"{entry.run} (entry {entry.name})" for entry in unknown)
        raise ParameterError(
            f"The calendar asks for notebooks there are none of: {named}. Choose from "
            f"{', '.join(sorted(known))}."
        )
    return calendar


def require_month(period: str) -> str:
    """Give a month as it was written, or refuse it.

    Raises
    ------
    ParameterError
        When it is no month such as "2026-11".
    """
    if not _PERIOD.fullmatch(period):
        raise ParameterError(f'The month must be one such as "2026-11"; got {period[:40]!r}.')
    return period


def first_day(period: str) -> date:
    """Give the first day of a month such as "2026-11"."""
    return date.fromisoformat(f"{period}-01")


def _circle(waits: Mapping[str, Collection[str]]) -> list[str]:
    """Give names that wait for each other, the first again as the last; empty when none do."""
    left = {name: [one for one in others if one in waits] for name, others in waits.items()}
    while free := [name for name, others in left.items() if not set(others) & set(left)]:
        for name in free:
            del left[name]
    path: list[str] = []
    name = next(iter(left), None)
    while name is not None and name not in path:
        path.append(name)
        name = next(other for other in left[name] if other in left)
    return [*path[path.index(name) :], name] if name else []


def _tuples(value: Any) -> Any:  # noqa: ANN401
    """Give lists of a file as tuples, as frozen models hold them; parameters stay as they are."""
    if isinstance(value, Mapping):
        return {name: one if name == "parameters" else _tuples(one) for name, one in value.items()}
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def _told(error: ValidationError, values: Mapping[str, Any]) -> str:
    """Say every fault, by entry and field."""
    lines: dict[str, list[str]] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        place = [str(part) for part in fault["loc"]]
        if place[:1] == ["entries"] and len(place) > 1:
            place = [_entry_name(values, int(place[1])), *place[2:3]]
        lines.setdefault(", ".join(place), []).append(fault["msg"].removeprefix("Value error, "))
    return " ".join(
        f"{f'`{where}`: ' if where else ''}{', or '.join(dict.fromkeys(texts))}."
        for where, texts in lines.items()
    )


def _entry_name(values: Mapping[str, Any], number: int) -> str:
    entry = values["entries"][number]
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return f"entry {name}" if isinstance(name, str) and name else f"entry number {number + 1}"
