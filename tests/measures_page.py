"""Write docs/measures.md: every measure of the registry, what it counts and how it is read.

Run `python tests/measures_page.py` when a measure is added or changed.
"""

from __future__ import annotations

from pathlib import Path

from qa_sampling.trends.asked_list_measures import ASKED_LISTS
from qa_sampling.trends.asked_measures import ASKED_EVENTS, ASKED_ON_A_DAY
from qa_sampling.trends.day_measures import ON_A_DAY
from qa_sampling.trends.duration_measures import DURATIONS
from qa_sampling.trends.elsewhere_measures import FROM_ELSEWHERE
from qa_sampling.trends.event_measures import FROM_EVENTS
from qa_sampling.trends.list_measures import FROM_LISTS
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.register_measures import FROM_REGISTER
from qa_sampling.trends.unit_kinds import UNIT_KINDS

PAGE = Path(__file__).parents[1] / "docs" / "measures.md"
HEAD = """# Measures of outcomes

Made by `python tests/measures_page.py` from the registry; a test holds it to the code.

```python
from qa_sampling.records.events import build_events
from qa_sampling.records.on_lists import build_over_time
from qa_sampling.records.unit_columns import with_units
from qa_sampling.trends.charts import chart
from qa_sampling.trends.measured import series_of
from qa_sampling.trends.measuring import readings_of

events = with_units(build_events(annex), staff=staff, families=families)
months = readings_of(events, "re_referrals", as_at=as_at, unit="service")  # a row a unit and month
charts = {name: chart(one) for name, one in series_of(months).items()}  # what alerts() takes
lists = build_over_time(annex)  # each extract on its own day
readings_of(events, "health_checks", as_at=as_at, on_lists=lists)
```

What holds for all:

- A count of none is 0. A period before the records, without the months on record that it looks back
  on, or whose end no extract tells is missing, never 0 or a part, and the column `note` says why.
- A figure is *mature* when it can no longer change: the period is over, and the time in which more
  may follow (the lag) has passed. Charts take their limits from mature periods alone.
- Working days are Monday to Friday without England's bank holidays; the start is day 0.
- A month is a calendar month: 12 months after 15 March 2024 is 15 March 2025, that day included.
- What is asked and not recorded counts below and not above. What cannot be told at all (an end
  before its start, a conference without its enquiry) is left out and counted as `unknown`.
- Children of a family come together: a figure has its families beside its children.
- The team is that of the newest extract that holds the row.
- A target of the registry is what law or guidance allows; an authority's own (`targets` of page 50)
  goes before it. The minimum is the fewest in a period for a median to be told, and in a unit's
  usual month for the unit to be drawn by itself.
- Rolling years (`rolling_year`) add up months; they overlap and are never charted with rules.
- Rates (`rates_of`) carry the estimate of the population they rest on. Events are shown at the pace
  of a year, as their published figures are of a year; what is counted on a day is of that day.
"""
UNITS = """## What they are counted by

Everybody, and each of these kinds, wherever a list has it or the child can be joined to it
(`with_units(events, staff=..., families=..., children=..., events=events)`; `unit=` of
`readings_of` takes the column). A blank is "Not recorded". Rates are of everybody alone.

`breakdown_of` sets the latest quarter that is final beside the four before; page 50 shows it with
families beside children, an interval that allows for brothers and sisters, and small groups hidden.
Those tables stay with named readers: their quarters overlap from month to month, so that what one
hides could be worked out from several.
"""
FLOW = """## Counted over a period, from events
"""
LENGTH = """## How long it takes, from events

The figure of a month is the median of its cases, and missing below the minimum; the chart is an
XmR chart. Medians do not add up: no rolling years, no signals across teams; a deep dive looks into
the long cases. What still waits is not in them, so a month in which a backlog is cleared looks
slow.
"""
STOCK = """## Counted at the end of a period, from events

Who is on a plan at the end of a month was mostly on it at the end of the month before. On two
invented authorities of 36 months (`benchmarks/carried_over.py`) neighbouring months correlate, and
a chart with the usual limits and rules marks months for nothing:

| measure | correlation with the month before | months marked |
| --- | --- | --- |
| children in need, on a plan, looked after | 0.89 to 0.91 | 69% to 85% |
| plans open for two years | 0.61 | 12% |
| dental checks, placements, return interviews, leavers, seen alone | 0.63 to 0.91 | 0% to 65% |
| visits and reviews not overdue, health assessments, assessments overdue | -0.21 to 0.19 | 0% |
| plans started, referrals (no stocks) | 0.00 to 0.15 | 0% |

So `series_of` refuses what is *carried over* unless asked with `carried=True`: chart what starts
and ends, show the stock as a line. An episode of a child that left the lists without an end stays
open in the events; hold the latest count against the cases of the newest extract (`build_cases`).
"""
LISTS = """## Counted on the day of an extract, from its lists

The lists have the latest visit, review and assessment alone. Whether the next was overdue can be
told for the day of each extract that was read (`build_over_time`), not for days between: the
extracts of two months or more make a series by month, of everybody and by unit, and a month whose
extract is lacking, or lacks the list, is a gap. Name each file by its day, such as
`annex_a_2026-10-31.xlsx`, since the day decides what is overdue. What falls due anew (visits,
reviews, health assessments) has limits, rules and signals; what a child keeps (carried over) is a
line without them, as the table above shows why. On the scorecard each is read on its latest day
alone, never added up over months: the same children would count twelve times. Intervals
that an authority sets itself are usual ones: give a measure another with
`dataclasses.replace(measure_of("cp_visits"), rule=...)`.
"""
REGISTER = """## From the register

Read before the series are made (`runs.outcomes.registered.read_registered`); without a register
the page of outcomes says so and goes on. Complaints are counts by month, by team and service where
these were written down; no child stands in them, so they have no rate and no families, and a deep
dive draws no case. Audits are a sample: their grades are an estimate of all open cases with its
interval, by quarter, service and team, and never a count.
"""
ASKED = """## Counted where they are asked for by name

Give their names as `measures`. They answer single boxes of ChAT's pages (`docs/benchmarking.md` has
all of them). A page that counted them every month would look at far more series and find less in
each.
"""
OTHER = """## From the table of measure events

Neither extract nor register holds these. An authority that lists them in the optional extra table
`measure_events` (`qa-sampling templates FOLDER` writes an empty one) has them counted by month, by
team and by group as any other measure, with limits and signals where they are due anew. A row is
one strategy discussion, core group, review or application of a child, or one child on a day, such
as each month's end: `measure` (a name below), `date`, `child_id`, `met` (of a share: Yes where it
counts above, No where it does not, blank where that is not known and it is left out) and `team`.
Families and services come from the tables `families` and `staff`. The table reaches to the end of
the month of its latest row: a month before that without a row is a count of none, one after it a
gap. The month of a measure's first row is left out unless it begins on the first. Without the
table each refuses and says what it needs.
"""
FAULTS = """## Faults of other tools that these are tested against

Working days without bank holidays; open assessments ended by the day of the extract and counted
as in time; yearly health assessments held to six months; a placement compared with itself; care
leavers of all ages in an age band; activity told by codes that the template does not have; rows
counted in place of the year's placements; blanks treated in several ways; only a child's latest
enquiry counted; months that can still change shown as final (`tests/test_measure_faults.py`).
"""
_WAYS = {"up": "higher is better", "down": "lower is better", "": "neither"}
_TITLES = (
    "name | question | kind | numerator | denominator | direction | clock | look-back | lag | "
    "cluster | target | minimum | benchmark | ChAT page"
).split(" | ")


def _months(count: int) -> str:
    return f"{count} months" if count else "none"


def _row(one: Measure) -> list[str]:
    asked = one.rule or one.length
    above = asked.words if asked else one.base.words
    counted = "children, each once: " if one.counted == "children" else ""
    return [
        f"`{one.name}`",
        one.question,
        f"{one.kind}, carried over" if one.carries_over else one.kind,
        counted + above,
        counted + one.base.words if asked else "",
        _WAYS[one.better],
        asked.clock if asked else "",
        _months(one.look_back),
        _months(one.lag),
        one.cluster,
        "" if one.target is None else f"{one.target:g}",
        str(one.minimum),
        f"`{one.benchmark}`" if one.benchmark else "",
        one.page,
    ]


def _table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def _definitions(measures: tuple[Measure, ...]) -> str:
    lines = [f"- **{one.title}** (`{one.name}`): {one.definition}" for one in measures]
    return "\n".join(lines) + "\n"


def page() -> str:
    """Give the text of the page."""
    kinds = [
        [f"`{one.name}`", f"`{one.column}`", one.words, f"{one.needs[0].upper()}{one.needs[1:]}"]
        for one in UNIT_KINDS.values()
    ]
    units = _table(["kind", "column", "label of a case", "needs"], kinds)
    parts = [HEAD, UNITS, units]
    for head, measures in (
        (FLOW, FROM_EVENTS),
        (LENGTH, DURATIONS),
        (STOCK, ON_A_DAY),
        (LISTS, FROM_LISTS),
        (REGISTER, FROM_REGISTER),
        (ASKED, (*ASKED_EVENTS, *ASKED_ON_A_DAY, *ASKED_LISTS)),
    ):
        parts += [head, _table(_TITLES, [_row(one) for one in measures]), _definitions(measures)]
    rows = [[f"`{one.name}`", f"{one.needs[0].upper()}{one.needs[1:]}"] for one in FROM_ELSEWHERE]
    parts += [OTHER, _table(_TITLES, [_row(one) for one in FROM_ELSEWHERE])]
    parts += [_definitions(FROM_ELSEWHERE), _table(["name", "needs"], rows)]
    return "\n".join([*parts, FAULTS])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
