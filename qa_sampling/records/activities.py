"""The vocabulary of other QA activity: one table for all kinds, restricted as a whole.

No child is named in it: an activity is known by its date, service and team.
"""

from __future__ import annotations

from qa_sampling.loop.vocabulary import ACTIVITY_KINDS, OUTCOMES, VIEWS
from qa_sampling.schema import GRADES, NOT_APPLICABLE, Column, Table

GIVEN_BY = ("Parent or carer", "Child or young person", "Family member", "Practitioner", "Partner")
"""Who said something."""


def _text(name: str, about: str, *, required: bool = False) -> Column:
    return Column(name, "text", about, required=required)


def _code(name: str, codes: tuple[str, ...], about: str, *, required: bool = False) -> Column:
    return Column(name, "code", about, required=required, codes=codes)


ACTIVITIES = Table(
    "activities",
    (
        _text("activity_id", "reference of the activity, one a row of a sheet", required=True),
        _code("kind", tuple(ACTIVITY_KINDS), "what was done", required=True),
        Column("date", "date", "day it was done", required=True),
        _text("service", "service"),
        _text("team", "team"),
        _text("observer_role", "role of who observed, led or took it"),
        _text("standards", "keys of the quality standards it touches, separated by semicolons"),
        _code("grade", (*GRADES, NOT_APPLICABLE), "grade of practice, where one is given"),
        Column("score", "number", "score, where the kind has one, 0 to 100", required=False),
        _code("given_by", GIVEN_BY, "who said it"),
        _code("view", VIEWS, "what they said on the whole"),
        _code("outcome", OUTCOMES, "what became of it"),
        Column("people", "whole", "how many took part or answered", required=False),
        _text("themes", "tags of what it showed, separated by semicolons"),
        _text("note", "what is to be remembered; restricted, and no child's name"),
        _text("sheet_id", "the sheet it was read from"),
    ),
    key=("activity_id",),
)
