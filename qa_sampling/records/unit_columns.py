"""Columns to count by that a row of the extract does not have itself.

The team's service, the child's family, gender, ethnic group and day of birth, and what went before
the case: who referred the child, and the need.
"""

from __future__ import annotations

import pandas as pd

from qa_sampling.schema import ETHNIC_GROUPS, NOT_RECORDED, PRIMARY_NEEDS
from qa_sampling.trends.background import needs_by
from qa_sampling.trends.event_neighbours import latest_before
from qa_sampling.trends.measure_cases import REFERRED_MONTHS
from qa_sampling.trends.unit_kinds import SOURCE_GROUPS

__all__ = ["services_of", "with_units"]

_GROUP_OF = {code: group for group, codes in ETHNIC_GROUPS.items() for code in codes}


def with_units(
    table: pd.DataFrame,
    *,
    staff: pd.DataFrame | None = None,
    families: pd.DataFrame | None = None,
    children: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give events, or children on lists, with the columns to count by that can be told.

    Parameters
    ----------
    table : DataFrame
        With `child_id` and `team`, such as ``schema.EVENTS``.
    staff : DataFrame, optional
        ``schema.STAFF``; gives `service`.
    families : DataFrame, optional
        ``schema.FAMILIES``; gives `family_id`, missing for a child that has none.
    children : DataFrame, optional
        One row a child: `child_id` and of `gender`, `ethnicity` (a code) and `date_of_birth` what
        is known; gives these columns, the ethnicity as its group.
    events : DataFrame, optional
        ``schema.EVENTS``; gives `need` and `referred_by`, in words, as
        ``trends.unit_kinds.UNIT_KINDS`` says.

    Returns
    -------
    DataFrame
        A copy, its rows as they were.
    """
    held = table.copy()
    if staff is not None:
        held["service"] = services_of(held["team"], staff)
    if families is not None:
        known = families.drop_duplicates("child_id").set_index("child_id")["family_id"]
        held["family_id"] = held["child_id"].map(known).astype("str")
    if children is not None:
        _add_child(held, children)
    if events is not None:
        _add_before(held, events)
    return held


def _add_child(held: pd.DataFrame, children: pd.DataFrame) -> None:
    """Add what is known of the child."""
    known = children.drop_duplicates("child_id").set_index("child_id")
    for name in ("gender", "ethnicity", "date_of_birth"):
        if name in known:
            held[name] = held["child_id"].map(known[name])
    if "ethnicity" in known:
        held["ethnicity"] = held["ethnicity"].map(_GROUP_OF)


def _add_before(held: pd.DataFrame, events: pd.DataFrame) -> None:
    """Add the need, and who referred the child."""
    date = "date" if "date" in held else "day"
    held["need"] = needs_by(held, events, date=date).map(PRIMARY_NEEDS)
    child, day = held["child_id"], held[date]
    latest = latest_before(events, "Referral", child, day, same_day=True)
    latest = latest.where(latest >= day - pd.DateOffset(months=REFERRED_MONTHS))
    told = events.loc[events["event"] == "Referral", ["child_id", "date", "source"]]
    told = told.drop_duplicates(["child_id", "date"]).rename(columns={"date": "referred"})
    asked = pd.DataFrame({"child_id": child.to_numpy(), "referred": latest.to_numpy()})
    theirs = asked.merge(told, on=["child_id", "referred"], how="left")["source"]
    code = pd.Series(theirs.to_numpy(), index=held.index, dtype="object")
    if "source" in held:
        code = held["source"].astype("object").where(held["source"].notna(), code)
    number = code.astype("str").str.extract(r"^(\d+)", expand=False)
    held["referred_by"] = number.map(SOURCE_GROUPS)


def services_of(teams: pd.Series, staff: pd.DataFrame | None) -> pd.Series:
    """Give each team's service; "Not recorded" where the staff list does not say.

    Of a team with several services the most frequent counts, the first by name on a tie.
    """
    services = {} if staff is None else _services(staff)
    keys = {team: _team_key(team) for team in teams.unique()}
    return teams.map({team: services.get(key, NOT_RECORDED) for team, key in keys.items()})


def _services(staff: pd.DataFrame) -> dict[str, str]:
    known = staff[staff["team"].notna() & staff["service"].notna()]
    counts = known.groupby([known["team"].map(_team_key), known["service"].astype("str")]).size()
    ranked = counts.rename("n").reset_index().sort_values(["n", "service"], ascending=[False, True])
    return dict(ranked.drop_duplicates("team")[["team", "service"]].itertuples(index=False))


def _team_key(team: str) -> str:
    return " ".join(str(team).casefold().split())
