"""Puts the parts together: from a seed to the whole story of an authority."""

from __future__ import annotations

from datetime import date

import pandas as pd

from qa_sampling.records.invented.arrivals import Arrivals, Spike
from qa_sampling.records.invented.caseloads import Caseloads, assign_reviewers, average_stock
from qa_sampling.records.invented.contacts import add_adopters, add_contacts, children_frame
from qa_sampling.records.invented.days import OPEN, month_end, month_starts, to_day
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.history import History
from qa_sampling.records.invented.journeys import Turn
from qa_sampling.records.invented.legacy import add_legacy
from qa_sampling.records.invented.population import Population
from qa_sampling.records.invented.rows import Rows
from qa_sampling.records.invented.staffing import Staffing, locality_weights, name_teams

LEAD_MONTHS = 30
"""Months before the records begin, so that they begin in the middle of things."""


def build_history(
    seed: int, *, scale: float, months: int, until: date, turn: Turn, spike: Spike
) -> History:
    """Give the whole story of an authority.

    Parameters
    ----------
    seed : int
        Seed.
    scale : float
        Size of the authority; 1 for Telford and Wrekin's.
    months : int
        Months of records.
    until : date
        Last day of the records, the end of a month.
    turn, spike
        The planted intervention and the planted spike.
    """
    starts = month_starts(until, months + LEAD_MONTHS)
    rows, population = Rows(), Population(Dice(seed, "population"), locality_weights(scale))
    dice = Dice(seed, "journeys")
    add_legacy(rows, dice, population, turn, until=starts[0], scale=scale)
    Arrivals(rows, dice, population, turn, spike, scale).run(starts)
    add_adopters(rows, Dice(seed, "adopters"), starts, scale)
    records = rows.frames()
    children, records["contacts"] = add_contacts(
        children_frame(population),
        records["contacts"],
        Dice(seed, "contacts"),
        starts[LEAD_MONTHS - 6 :],
        scale,
    )
    contacts = _known_by(records["contacts"], to_day(until))
    records["contacts"] = contacts.drop_duplicates(["child", "start"], ignore_index=True)
    for name in ("assessments", "enquiries"):
        records[name] = _end_with_case(records[name], records["episodes"])
    records["episodes"] = _first_assessed(records)
    children = _number(children, population, Dice(seed, "luck"))
    return _with_staff(seed, scale, until, records, children, population, starts[LEAD_MONTHS])


def _with_staff(
    seed: int,
    scale: float,
    until: date,
    records: dict[str, pd.DataFrame],
    children: pd.DataFrame,
    population: Population,
    first: int,
) -> History:
    last = to_day(until)
    phases = _all_phases(records, last)
    teams = name_teams(scale)
    days = [month_end(start) for start in month_starts(until, 12)]
    stock = average_stock(phases, days)
    staffing = Staffing(Dice(seed, "staff"), teams, stock, scale=scale, until=last)
    caseloads = Caseloads(Dice(seed, "caseloads"), teams, population.children)
    spells = caseloads.allocate(phases)
    reviewed = pd.concat([records["plans"], records["care"]], ignore_index=True)
    reviewed = reviewed.loc[reviewed["start"] <= last, ["child", "start", "end"]]
    reviews = assign_reviewers(
        Dice(seed, "reviewers"), list(reviewed.itertuples(index=False)), staffing.reviewers
    )
    records = {name: frame for name, frame in records.items() if name != "phases"}
    return History(children, records, spells, reviews, staffing.table, teams, first, last)


def _known_by(frame: pd.DataFrame, last: int) -> pd.DataFrame:
    """Give the rows that had started by `last`, in order of day and child."""
    frame = frame[frame["start"] <= last]
    return frame.sort_values(["start", "child"], kind="stable", ignore_index=True)


def _end_with_case(frame: pd.DataFrame, episodes: pd.DataFrame) -> pd.DataFrame:
    """Give the rows that began while the case was open, ended with it at the latest."""
    cases = episodes[["child", "start", "end"]].rename(columns={"start": "opened", "end": "shut"})
    found = pd.merge_asof(
        frame, cases.sort_values("opened"), left_on="start", right_on="opened", by="child"
    )
    end = found[["end", "shut"]].min(axis=1).astype("int64")
    kept = (found["start"] <= found["shut"]).to_numpy()
    return frame.assign(end=end.to_numpy())[kept].reset_index(drop=True)


def _first_assessed(records: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give the episodes with the day their first assessment was authorised (OPEN: none)."""
    episodes = records["episodes"]
    first = records["assessments"][["child", "start", "end"]]
    pairs = episodes[["child", "start"]].merge(first, on="child", suffixes=("", "_assessed"))
    wait = pairs["start_assessed"] - pairs["start"]
    pairs = pairs[(wait >= 0) & (wait <= 3)].drop_duplicates(["child", "start"])
    assessed = episodes.merge(
        pairs[["child", "start", "end"]].rename(columns={"end": "assessed"}),
        on=["child", "start"],
        how="left",
    )["assessed"]
    return episodes.assign(assessed=assessed.fillna(OPEN).astype("int64").to_numpy())


def _number(children: pd.DataFrame, population: Population, dice: Dice) -> pd.DataFrame:
    """Give the children their numbers and their lasting luck."""
    n = len(children)
    return children.assign(
        child_id=[population.child_id(number) for number in range(n)],
        family_id=[f"F{number:06d}" for number in children["family"]],
        luck=dice.rolls(n),
        other_luck=dice.rolls(n),
    )


def _all_phases(records: dict[str, pd.DataFrame], last: int) -> pd.DataFrame:
    """Give the phases of social care and of early help that started by `last`."""
    helped = records["early_help"][["child", "start", "end"]].assign(kind="early_help")
    phases = pd.concat([records["phases"], helped], ignore_index=True)
    return _known_by(phases, last)
