"""Columns to count by that the extract does not have: the team's service, the child's family."""

from __future__ import annotations

import pandas as pd

from qa_sampling.schema import NOT_RECORDED

__all__ = ["services_of", "with_units"]


def with_units(
    table: pd.DataFrame,
    *,
    staff: pd.DataFrame | None = None,
    families: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give events, or children on lists, with the columns `service` and `family_id`.

    Parameters
    ----------
    table : DataFrame
        With `child_id` and `team`, such as ``schema.EVENTS``.
    staff : DataFrame, optional
        ``schema.STAFF``; gives `service`.
    families : DataFrame, optional
        ``schema.FAMILIES``; gives `family_id`, missing for a child that has none.

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
    return held


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
