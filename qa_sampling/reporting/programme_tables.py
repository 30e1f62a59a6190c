"""The tables of the QA programme that everybody may read: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.loop.standards import SAYS, Reading, marked
from qa_sampling.loop.vocabulary import FEEDBACK, GUARDED_KINDS
from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions, told_before
from qa_sampling.reporting.event_tables import EventTables
from qa_sampling.reporting.loop_tables import ACTIVITY, KINDS_OF
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.standing_tables import (
    DRAWN,
    IN_TIME,
    PLANNED,
    collected_by_month,
    month_words,
)
from qa_sampling.reporting.table_request import TableRequest, altered
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.sampling.progress import Progress
from qa_sampling.schema import QUALITY_STANDARDS

BACK = "returned"
ACTIVITIES, SOURCES = "activities", "sources"
OWED, OVERDUE = "owed", "overdue"
OTHER_ROLES, NOT_NAMED, _FEWEST_HOLDERS = "Other roles", "Other roles, not named for it", 3
SAID = {
    "Good": "Say good",
    "Open": "Cannot tell",
    "Not yet": "Say not yet",
    "Silent": "Too little to say",
}
"""What sources say, as a column people read."""
VIEWED = {"positive": "Positive", "mixed": "Mixed", "negative": "Negative"}
"""What somebody said on the whole: column, and the words people read."""
_VIEWED = "activities with a view"
READ = ": "
"""What stands between a standard and its reading."""


@dataclass(frozen=True)
class ProgrammeTables:
    """The protected tables.

    Attributes
    ----------
    months : SafeTable
        Drawn audits by month: planned, returned, returned in time.
    kinds : SafeTable
        What people said or raised, by kind, beside its plan.
    standards : SafeTable
        How many sources say what of each standard, whose label ends with its reading.
    roles : SafeTable
        What is owed on the day, by role.
    own : SafeTable or None
        What was raised in the service that has a section of its own, by group; its feedback is
        counted elsewhere.
    events : EventTables or None
        What the service itself did, in numbers that count nobody.
    voices : SafeTable or None
        What families, children, practitioners and partners said on the whole, by who said it.
    own_section : str
        The service.
    """

    months: SafeTable
    kinds: SafeTable
    standards: SafeTable
    roles: SafeTable
    own: SafeTable | None = None
    own_section: str = ""
    events: EventTables | None = None
    voices: SafeTable | None = None
    has_activity: bool = True

    @property
    def pictured(self) -> tuple[tuple[SafeTable, str], ...]:
        """What stands beside its plan, with what it is called; activity only where there is any."""
        done = (
            ()
            if self.events is None
            else ((self.events.kinds, "Observations, checks and meetings"),)
        )
        kinds = (*done, (self.kinds, "What people told us")) if self.has_activity else ()
        return ((self.months, "Audits"), *kinds)

    def by_title(self) -> dict[str, SafeTable]:
        """Give the tables by the titles they are shared under."""
        made = (*self.shared("", ""), *self.of_events(""))
        return {shared.title: shared.table for shared in made}

    def of_events(self, span: str) -> tuple[SharedTable, ...]:
        """Give the tables of events, then of what was said, where any activity is on record.

        Parameters
        ----------
        span : str
            The months in words.
        """
        if not self.has_activity:
            return ()
        said = () if self.voices is None else (
            SharedTable(self.voices, "What people told us, on the whole", f"Feedback {span}"),
        )  # fmt: skip
        return (*(() if self.events is None else self.events.shared(span)), *said)

    def shared(self, span: str, day: str) -> tuple[SharedTable, ...]:
        """Give the tables with titles and captions, in the order to read them.

        Parameters
        ----------
        span : str
            The months in words.
        day : str
            The day in words.
        """
        own = () if self.own is None else (
            SharedTable(
                self.own,
                f"What was raised in {self.own_section}",
                f"Activity {span}, besides feedback",
            ),
        )  # fmt: skip
        return (
            SharedTable(self.standards, "What each standard's sources say", f"Sources {span}"),
            SharedTable(self.months, "Audits against the plan", f"Audits drawn {span}"),
            SharedTable(self.kinds, "What people told us, against the plan", f"Activity {span}"),
            SharedTable(
                self.roles,
                "What each role owes",
                declared(f"As it stood on {day}; posts of one or two people have theirs hidden"),
            ),
            *own,
        )


def protect_programme(
    stand: Progress,
    activity: pd.DataFrame,
    readings: Sequence[Reading],
    owed: pd.DataFrame,
    *,
    as_at: str,
    periods: Sequence[str],
    days: Sequence[str],
    own: tuple[str, pd.DataFrame] | None = None,
    events: EventTables | None = None,
    voices: pd.DataFrame | None = None,
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> ProgrammeTables:
    """Protect the counts of the programme.

    Activity is tied by the days it was done on to all that was published of it, audits month by
    month to those of other days; what is owed is of one day.

    Parameters
    ----------
    stand : Progress
        How the drawn audits stand.
    activity : DataFrame
        Other activity against its plan: `what` (a kind), `planned`, `done`.
    readings : sequence of Reading
        The scorecard.
    owed : DataFrame
        `role`, `owed`, `overdue`, `holders`, `due` (whether anything that is counted is due by
        the file); a row a responsibility. What a role owes that one or two people hold is hidden
        however large it is, and when it is nothing: the figures of such a post are theirs.
    as_at : str
        The day, as "2026-10-31".
    periods, days : sequence of str
        The months, and the days whose activity counts.
    own : (str, DataFrame), optional
        Service that has a section of its own, with what was raised by group (``by_group``).
    events : EventTables, optional
        What the service itself did (``protect_events``).
    voices : DataFrame, optional
        What was said: `kind`, `positive`, `mixed`, `negative`; a row a kind of feedback.
    edition : str
        What tells corrected figures from earlier ones; blank for the first.
    earlier : sequence of PrintedTable
        What was released before.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; give an `edition`.
    """
    told = f"{' and '.join(periods)}, as at {as_at}"
    over = {"day": list(days)}
    about = [(_kinds(activity), {"over": over})]
    if own is not None:
        about.append((_own(own[1]), {"over": over | {"service": [own[0]]}}))
    if has_voices := voices is not None and bool(voices[list(VIEWED)].to_numpy().sum()):
        about.append((_voices(voices), {"over": over}))
    asked = (
        (ACTIVITY, about),
        (f"sources {told}", [(_standards(readings), {})]),
        (f"owed {told}", [(_roles(owed), {})]),
    )
    made = [_protected_months(stand, periods, as_at, edition, earlier)]
    for series, about in asked:
        population = population_of_edition(series, edition)
        requests = [_request(given, population, more) for given, more in about]
        known = tied_editions(requests, earlier, series=series, edition=edition)
        made += protect_linked(requests, earlier=known)
    months, kinds, *alone, standards, roles = made
    heard = alone.pop() if has_voices else None
    return ProgrammeTables(
        months, kinds, standards, roles, *alone, own_section=own[0] if own else "",
        events=events, voices=heard, has_activity=bool(activity["done"].sum()),
    )  # fmt: skip


def _protected_months(
    stand: Progress,
    periods: Sequence[str],
    as_at: str,
    edition: str,
    earlier: Sequence[PrintedTable],
) -> SafeTable:
    """Protect audits by month: the months before stand on the next page too, mostly unchanged.

    Each day looked back from is an edition of its own, tied month by month to all others.
    """
    day = population_of_edition(f"as at {as_at}", edition)
    request = _request(_months(stand, periods), population_of_edition(DRAWN, day), {})
    earlier = [*collected_by_month(earlier, total_label=request.total_label), *earlier]
    same = [one for one in earlier if one.population == request.population]
    others = [one for one in earlier if one.population != request.population]
    known = tied_editions([request], [*others, *same], series=DRAWN, edition=day, along="month")
    request = altered(request, told_before=_hidden_before(others) | _late_in_months(request))
    return protect_linked([request], earlier=known)[0]


def _late_in_months(request: TableRequest) -> dict[tuple[str, tuple[str, ...]], bool]:
    """Tell how many are back of several months together only, and by month how many in time.

    A month's late audits come one by one, so that two pages would tell of each, and what guards
    against it would hide by and by what came back in time as well, which does not change. Where
    next to none is late, both are the same.
    """
    late = int(request.table[BACK].sum() - request.table[IN_TIME].sum())
    months = request.table["month"].astype("str") if late >= request.threshold else []
    return {(BACK, (month,)): False for month in months} if len(months) > 1 else {}


def _hidden_before(others: Sequence[PrintedTable]) -> dict[tuple[str, tuple[str, ...]], bool]:
    """Give what came back in time by month and stays hidden, however large it is now."""
    told = told_before([one for one in others if not one.withheld], series=DRAWN)
    return {at: shown for at, shown in told.items() if at[0] == IN_TIME and not shown}


def _request(given: tuple[pd.DataFrame, dict], population: str, more: dict) -> TableRequest:
    table, arguments = given
    return request_of(table, population=population, **arguments, **more)


def _months(stand: Progress, periods: Sequence[str]) -> tuple[pd.DataFrame, dict]:
    counts = stand.counts("period").set_index("period")
    planned = (counts["planned"] - counts["replaced"]).astype("int64")
    asked = [period for period in periods if planned.get(period, 0)] or list(periods)[-1:]
    counts = counts.reindex(asked).fillna(0)
    planned = planned.reindex(asked).fillna(0).astype("int64")
    back = counts["returned"].astype("int64")
    table = pd.DataFrame(
        {"month": [month_words(one) for one in asked], PLANNED: planned, BACK: back,
         IN_TIME: counts["on_time"].astype("int64")},
    ).reset_index(drop=True)  # fmt: skip
    return table, {
        "by": ["month"],
        "growing": ["month"],
        "counts": [PLANNED, BACK, IN_TIME],
        "decisions": [PLANNED],
        "within": {BACK: PLANNED, IN_TIME: BACK},
        "percentages": {"share": (BACK, PLANNED), "prompt": (IN_TIME, PLANNED)},
        "labels": {
            "month": "Month",
            PLANNED: "Audits planned",
            BACK: "Returned",
            IN_TIME: "Returned in time",
            "share": "Per cent returned",
            "prompt": "Per cent returned in time",
        },
        "total_label": "All months",
    }


def _kinds(activity: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    held = activity.set_index("what").reindex(list(GUARDED_KINDS)).fillna({"planned": 0, "done": 0})
    table = pd.DataFrame(
        {"kind": list(held.index), ACTIVITIES: held["done"].astype("int64").to_numpy(),
         PLANNED: held["planned"].astype("int64").to_numpy()},
    )  # fmt: skip
    return table, {
        "by": ["kind"],
        "counts": [ACTIVITIES],
        "publics": [PLANNED],
        "growing": ["kind"],
        "labels": {"kind": "Activity", ACTIVITIES: "Done", PLANNED: "Planned"},
    }


def _voices(voices: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Ask for what was said by who said it; no more of a kind than of its activity."""
    rows = [
        (row["kind"], view, int(row[name]))
        for row in voices.to_dict("records")
        for name, view in VIEWED.items()
    ]
    return pd.DataFrame(rows, columns=["kind", "view", _VIEWED]), {
        "by": ["kind", "view"],
        "counts": [_VIEWED],
        "within": {_VIEWED: ACTIVITIES},
        "growing": ["kind"],
        "labels": {"kind": "Who said it", "view": "On the whole", _VIEWED: "Times"},
        "total_label": "All",
    }


def _own(groups: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Ask for a service's activity but for feedback, of which another table tells by service.

    Beside that of all kinds of feedback in one service, the table by service would give a small
    count of another service away.
    """
    return groups[groups["group"] != FEEDBACK].reset_index(drop=True), {
        "by": ["group"],
        "counts": [ACTIVITIES],
        "labels": {"group": "Kind of activity", ACTIVITIES: "Activities"},
        "made_of": {"group": ("kind", KINDS_OF)},
        "growing": ["group"],
    }


def _standards(readings: Sequence[Reading]) -> tuple[pd.DataFrame, dict]:
    rows = [
        (f"{QUALITY_STANDARDS[one.standard]}{READ}{marked(one.reading)}", SAID[says],
         len(one.sources(says)))
        for one in readings
        for says in SAYS
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["standard", "says", SOURCES])
    return table, {
        "by": ["standard", "says"],
        "counts": [SOURCES],
        "decisions": [SOURCES],
        "labels": {"standard": "Quality standard", "says": "What they say", SOURCES: "Sources"},
    }


def _roles(owed: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Ask for a row a role of the file; a post that one or two people hold keeps its figures.

    So does a role of which nobody knows how many hold it.
    """
    table = owed.fillna({OWED: 0, OVERDUE: 0})
    is_other = table["role"] == OTHER_ROLES
    table = table.assign(role=table["role"].mask(is_other, NOT_NAMED))
    summed = table.groupby("role", sort=False)[[OWED, OVERDUE]].sum().astype("int64")
    summed = summed.loc[sorted(summed.index, key=lambda role: role == NOT_NAMED)]
    held = table.groupby("role")["holders"].max()
    none_due = (
        owed.assign(role=table["role"]).groupby("role")["due"].apply(lambda due: not any(due))
    )
    few = (held < _FEWEST_HOLDERS) & ~none_due & (held.index != NOT_NAMED)
    return summed.reset_index(), {
        "by": ["role"],
        "counts": [OWED, OVERDUE],
        "within": {OVERDUE: OWED},
        "labels": {"role": "Role", OWED: "Still owed", OVERDUE: "Of them overdue"},
        "total_label": "All roles",
        "concealed": [(role,) for role in _covered(list(few.index[few]), none_due, held)],
        "known_zeros": [(role,) for role in none_due.index[none_due]],
    }


def _covered(few: list[str], none_due: pd.Series, held: pd.Series) -> list[str]:
    """Add roles until three are hidden: of two posts, the holder of one could tell the other's."""
    more = [role for role in held.sort_values().index if role not in few and not none_due[role]]
    more.sort(key=lambda role: role != NOT_NAMED)
    return [*few, *more[: max(0, _FEWEST_HOLDERS - len(few))]] if few else []
