"""The declared files of the QA programme: planned activity, quality standards, responsibilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from qa_sampling.errors import ParameterError
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS
from qa_sampling.schema import QUALITY_STANDARDS
from qa_sampling.settings.calendar import Calendar
from qa_sampling.settings.findings import MONTHLY
from qa_sampling.settings.turning import known_measure
from qa_sampling.trends.measures import MEASURES

_CLOSED = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)
_MONTH = Annotated[int, Field(ge=1, le=12)]
_MONTHS = Literal["every"] | tuple[_MONTH, ...]
_WORDS = Annotated[str, Field(min_length=1, max_length=400)]
_ROLE = Annotated[str, Field(min_length=1, max_length=80)]


def _known_kind(value: str) -> str:
    if value not in ACTIVITY_KINDS:
        raise ValueError(f"is no kind of activity; choose from {', '.join(ACTIVITY_KINDS)}")
    return value


class PlannedKind(BaseModel):
    """So much of a kind of activity, in some months.

    Attributes
    ----------
    kind : str
        Of ``loop.vocabulary.ACTIVITY_KINDS``.
    number : int
        How many in each of the months; 0 for what cannot be planned, such as complaints.
    months : "every" or tuple of int
        Months it is planned for, 1 for January.
    owner : str
        Role that owes it.
    """

    model_config = _CLOSED

    kind: str
    number: int = Field(ge=0, le=500)
    months: _MONTHS = "every"
    owner: _ROLE

    _kind = field_validator("kind")(_known_kind)

    def in_month(self, month: int) -> bool:
        """Say whether it is planned for a month, 1 for January."""
        return self.months == "every" or month in self.months


class PlannedActivity(BaseModel):
    """What is planned besides drawn audits.

    Attributes
    ----------
    activities : tuple of PlannedKind
        Every kind once.
    """

    model_config = _CLOSED

    activities: tuple[PlannedKind, ...]

    @model_validator(mode="after")
    def _each_once(self) -> PlannedActivity:
        _require_each_once([one.kind for one in self.activities], tuple(ACTIVITY_KINDS), "kind")
        return self


class QualityStandard(BaseModel):
    """What good looks like, and what tells.

    Attributes
    ----------
    key : str
        Of ``schema.QUALITY_STANDARDS``.
    good : str
        What good looks like.
    measures : mapping of str to float
        Target by name of a measure in the registry that has a better direction, in the unit of
        its values.
    no_measure : str
        Why it is held against no measure; for a standard without one, blank otherwise.
    other_evidence : str
        Further evidence that the framework names, which does not count in the reading, and why.
    counted : tuple of str
        Kinds of activity, such as complaints, whose number stands beside the reading without
        counting in it.
    """

    model_config = _CLOSED

    key: str
    good: _WORDS
    measures: dict[str, float] = Field(default_factory=dict)
    no_measure: str = Field("", max_length=400)
    other_evidence: str = Field("", max_length=400)
    counted: tuple[str, ...] = ()

    @field_validator("counted")
    @classmethod
    def _are_kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known_kind(one) for one in value)

    @model_validator(mode="after")
    def _says_why_not(self) -> QualityStandard:
        if bool(self.measures) == bool(self.no_measure.strip()):
            raise ValueError(
                f"{self.key} needs either measures, or in no_measure why it has none; give one"
            )
        return self

    @field_validator("measures")
    @classmethod
    def _are_known(cls, value: dict[str, float]) -> dict[str, float]:
        for one in value:
            known_measure(one)
            if not MEASURES[one].better:
                raise ValueError(
                    f"{one} is neither better when it rises nor when it falls, so that it cannot "
                    "be held against a target; leave it out"
                )
        return value


class QualityStandards(BaseModel):
    """The scorecard's file.

    Attributes
    ----------
    good_enough : float
        Share of good or better, and of positive answers, from which a source says "good".
    standards : tuple of QualityStandard
        Every standard once.
    review_months : "every" or tuple of int
        Months in which a standard that reads well is looked at again; one that does not is on the
        next page.
    """

    model_config = _CLOSED

    good_enough: float = Field(gt=0, lt=1)
    standards: tuple[QualityStandard, ...]
    review_months: _MONTHS = (1, 4, 7, 10)

    def in_review_month(self, month: int) -> bool:
        """Say whether standards are looked at again in a month, 1 for January."""
        return self.review_months == "every" or month in self.review_months

    @property
    def targets(self) -> dict[str, float]:
        """What each measure is held against, by its name, in the unit of its values."""
        named = [pair for one in self.standards for pair in one.measures.items()]
        return {name: target for name, target in named if target is not None}

    @model_validator(mode="after")
    def _each_once(self) -> QualityStandards:
        _require_each_once([one.key for one in self.standards], tuple(QUALITY_STANDARDS), "key")
        targets = self.targets
        for one in self.standards:
            for name, target in one.measures.items():
                if target not in (None, other := targets.get(name)):
                    raise ValueError(f"{name} has targets {target:g} and {other:g}; give it one")
        return self


class Responsibility(BaseModel):
    """What a role owes.

    Attributes
    ----------
    role : str
        The role.
    owes : {"audits", "moderations", "actions", "activity", "report"}
        Audits that are not back, moderations that are owed, actions that are open, an activity of
        a kind that the role leads, or a report or a meeting: done where an activity of its kind
        is recorded, whoever led it, and only reminded of where it has no kind.
    what : str
        In words, such as "A visit observed each month".
    kind : str
        Kind of the activity; for "activity", and for "report" where it is recorded as one.
    number : int
        How many in each of the months; where there is a kind.
    months : "every" or tuple of int
        Months it is owed in.
    """

    model_config = _CLOSED

    role: _ROLE
    owes: Literal["audits", "moderations", "actions", "activity", "report"]
    what: _WORDS
    kind: str = ""
    number: int = Field(1, ge=1, le=200)
    months: _MONTHS = "every"

    @model_validator(mode="after")
    def _goes_together(self) -> Responsibility:
        if self.owes == "activity" or (self.owes == "report" and self.kind):
            _known_kind(self.kind)
        elif self.kind:
            raise ValueError("has a kind, which only an activity or a report has")
        return self

    def in_month(self, month: int) -> bool:
        """Say whether it is owed in a month, 1 for January."""
        return self.months == "every" or month in self.months


class Responsibilities(BaseModel):
    """Who owes what.

    Attributes
    ----------
    responsibilities : tuple of Responsibility
        In the order to show them.
    """

    model_config = _CLOSED

    responsibilities: tuple[Responsibility, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _counted_once(self) -> Responsibilities:
        told = [
            (one.role, one.owes)
            for one in self.responsibilities
            if one.owes in ("audits", "moderations", "actions")
        ]
        twice = [f"{role} owes {owes}" for role, owes in dict.fromkeys(told)
                 if told.count((role, owes)) > 1]  # fmt: skip
        if twice:
            raise ValueError(f"{'; '.join(twice)} in two rows, which would count them twice")
        return self


def _require_each_once(given: list[str], wanted: tuple[str, ...], name: str) -> None:
    faults = [f"{one} is there twice" for one in dict.fromkeys(given) if given.count(one) > 1]
    faults += [f"{one} is missing" for one in wanted if one not in given]
    faults += [f"{one!r} is no {name} there is" for one in given if one not in wanted]
    if faults:
        raise ValueError("; ".join(faults))


FILES: dict[str, type[BaseModel]] = {
    "plan_file": PlannedActivity,
    "standards_file": QualityStandards,
    "responsibilities_file": Responsibilities,
}
"""The model of each declared file, by the parameter that names it."""


@dataclass(frozen=True)
class ProgrammeFiles:
    """What the declared files hold.

    Attributes
    ----------
    plan : PlannedActivity
        Activity besides drawn audits.
    standards : QualityStandards
        What good looks like.
    responsibilities : Responsibilities
        Who owes what.
    calendar : Calendar
        The year's programme.
    designs : dict of str to str
        Design of each entry of the calendar that draws audits, by the entry's name.
    again : frozenset of str
        Those of them that look a second time at cases by their last grade.
    """

    plan: PlannedActivity
    standards: QualityStandards
    responsibilities: Responsibilities
    calendar: Calendar
    designs: dict[str, str]
    again: frozenset[str] = frozenset()

    @property
    def themes(self) -> tuple[str, ...]:
        """Designs of themed audits, in the order of the calendar."""
        usual = {MONTHLY, *self.again}
        return tuple(one for one in dict.fromkeys(self.designs.values()) if one not in usual)


def declared_file(parameter: str, values: Mapping[str, Any], *, named: str) -> Any:  # noqa: ANN401
    """Check what a declared file holds.

    Parameters
    ----------
    parameter : str
        Of :data:`FILES`.
    values : mapping
        What the file holds.
    named : str
        The file's name, for the message.

    Raises
    ------
    ParameterError
        With every fault: the row and the field, and what to give.
    """
    try:
        return FILES[parameter].model_validate(values)
    except ValidationError as error:
        told = [_fault(one) for one in error.errors(include_url=False, include_input=False)]
        raise ParameterError(f"{named}: {'; '.join(dict.fromkeys(told))}.") from None


def _fault(fault: Mapping[str, Any]) -> str:
    """Say one fault: "responsibilities, row 3, role: …"."""
    place = [f"row {part + 1}" if isinstance(part, int) else str(part) for part in fault["loc"]]
    text = fault["msg"].removeprefix("Value error, ")
    return f"{', '.join(place)}: {text}" if place else text
