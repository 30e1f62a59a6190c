"""The outcomes of one service that everybody may read: counts by finished quarter, protected."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.reporting.disclosure import protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions, told_before
from qa_sampling.reporting.outcome_families import NESTED, Family, families_of
from qa_sampling.reporting.outcome_tables import QUARTER, quarter_words, series_of
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.table_request import TableRequest, altered
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.trends.measures import MEASURES, Measure


def protect_own_outcomes(
    counted: pd.DataFrame,
    measures: Sequence[Measure],
    *,
    service: str,
    edition: str,
    earlier: Sequence[PrintedTable] = (),
) -> tuple[SharedTable, ...]:
    """Protect a service's counts by quarter, a table a family of measures.

    Everybody's counts of the same quarters are out as well, so that what the other services have
    is protected with them. Those of the service that a measure does not count have a column of
    their own: with those that it counts in all services they are no more than all, and by that
    a reader works hidden counts out.

    Parameters
    ----------
    counted : DataFrame
        `start` (first day of a quarter), `measure`, `numerator`, `denominator`; a row a quarter
        and measure. A share that is not known of all cases is left out.
    measures : sequence of Measure
        What was counted.
    service : str
        The service, in words without a number.
    edition : str
        What tells this extract from others.
    earlier : sequence of PrintedTable
        What was released before, everybody's counts of this extract among it.

    Raises
    ------
    DisclosureError
        When figures of the same edition contradict what was released.
    """
    wide = counted.pivot(index="start", columns="measure", values="numerator").sort_index()
    out_of = counted.pivot(index="start", columns="measure", values="denominator").sort_index()
    made = []
    for family in families_of(measures):
        names = [family.whole, *(one.name for one in family.parts)]
        names = [one for one in names if one in wide and wide[one].notna().all()]
        if names[:1] != [family.whole]:
            continue
        whole = wide[family.whole].astype("float64")
        known = [one for one in names[1:] if (out_of[one].astype("float64") == whole).all()]
        request = _request(wide[[family.whole, *known]], family, service, edition)
        about = {"series": series_of(family)}
        ties = tied_editions([request], earlier, edition=edition, along=QUARTER, **about)
        request = altered(request, told_before=told_before(earlier, **about))
        (table,) = protect_linked([request], earlier=ties)
        title = declared(f"{service}: {family.title.lower()} by quarter")
        made.append(SharedTable(table, title, "Counted where its teams held the case"))
    return tuple(made)


def own_count(name: str, service: str) -> str:
    """Name the column of a service's count of a measure.

    Parameters
    ----------
    name : str
        Name of the measure.
    service : str
        The service.
    """
    return f"{name} of {service}"


def _request(wide: pd.DataFrame, family: Family, service: str, edition: str) -> TableRequest:
    own = {name: own_count(name, service) for name in wide}
    whole, *parts = own.values()
    others = {part: f"others than {part}" for part in parts}
    table = wide.astype("int64").rename(columns=own).reset_index(drop=True)
    for part, other in others.items():
        table[other] = table[whole] - table[part]
    table.insert(0, QUARTER, [quarter_words(day) for day in wide.index])
    titles = {own[name]: declared(MEASURES[name].title) for name in own}
    titles |= {other: declared(f"All but {_lower(titles[one])}") for one, other in others.items()}
    shares = {f"share_{one}": declared(f"Per cent: {_lower(titles[one])}") for one in parts}
    everybody = [name for name in wide if own[name] != whole]
    outside = [[name, others[own[name]]] for name in everybody]
    return request_of(
        table,
        by=[QUARTER],
        counts=[whole, *(one for part in parts for one in (part, others[part]))],
        within={whole: family.whole} | dict.fromkeys(parts, whole),
        exclusive={name: [[own[name]]] for name in everybody}
        | ({family.whole: outside} if outside else {})
        | {own[one]: [[own[name]]] for name, one in NESTED if {name, one} <= {*everybody}},
        adding_up={whole: [[part, other] for part, other in others.items()]} if others else {},
        percentages={f"share_{one}": (one, whole) for one in parts},
        labels={QUARTER: "Quarter"} | titles | shares,
        growing=[QUARTER],
        population=population_of_edition(series_of(family), edition),
    )


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]
