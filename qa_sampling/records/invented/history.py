"""The whole story of an invented authority, and how it looks on any one day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from qa_sampling.records.invented.days import OPEN, months_before
from qa_sampling.records.invented.staffing import FRONT_DOOR, Team


@dataclass(frozen=True)
class History:
    """Everything that happened, in frames whose days are whole numbers.

    Attributes
    ----------
    children : DataFrame
        One row a child, by number: `child_id`, `family_id`, `born`, `gender`, `ethnicity`,
        `disabled`, `lone`, `luck`, `other_luck` (whole numbers below 2^32).
    records : dict of str to DataFrame
        The tables of ``rows.TABLES``; episodes have `assessed`, the day the first
        assessment was authorised, beside.
    spells : DataFrame
        Who held which case when (see ``caseloads``).
    reviews : DataFrame
        Reviewing officers (see ``caseloads``).
    staff : DataFrame
        ``schema.STAFF``.
    teams : list of Team
        Teams that hold cases.
    first, last : int
        First and last day of the records.
    """

    children: pd.DataFrame
    records: dict[str, pd.DataFrame]
    spells: pd.DataFrame
    reviews: pd.DataFrame
    staff: pd.DataFrame
    teams: list[Team]
    first: int
    last: int

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of staff by staff number."""
        return dict(zip(self.staff["staff_id"], self.staff["name"], strict=True))

    @cached_property
    def services(self) -> dict[str, str]:
        """Services by team."""
        return {team.name: team.service for team in self.teams} | {FRONT_DOOR: "Assessment"}

    @cached_property
    def _front_door(self) -> np.ndarray:
        staff = self.staff
        workers = (staff["team"] == FRONT_DOOR) & (staff["role"] == "Social Worker")
        return staff.loc[workers, "staff_id"].to_numpy(dtype=object)

    @cached_property
    def _own_spells(self) -> pd.DataFrame:
        return self._by_start(self.spells[self.spells["kind"] != "early_help"])

    @cached_property
    def _help_spells(self) -> pd.DataFrame:
        return self._by_start(self.spells[self.spells["kind"] == "early_help"])

    @staticmethod
    def _by_start(spells: pd.DataFrame) -> pd.DataFrame:
        return spells.sort_values(["start", "child"], kind="stable", ignore_index=True)

    def holders(
        self, children: pd.Series, days: pd.Series, *, help_only: bool = False
    ) -> pd.DataFrame:
        """Give `team`, `worker` and `manager` of each child on each day.

        Parameters
        ----------
        children, days : Series
            Numbers of children and days, of one length.
        help_only : bool
            Whether to look at early help rather than at social care.

        Returns
        -------
        DataFrame
            On the index of `children`. A child whom no team held comes to the front door.
        """
        spells = self._help_spells if help_only else self._own_spells
        asked = pd.DataFrame({"child": children.to_numpy(), "day": days.to_numpy()})
        asked["place"] = np.arange(len(asked))
        found = pd.merge_asof(
            asked.sort_values(["day", "place"], kind="stable"),
            spells[["child", "start", "end", "team", "worker", "manager"]],
            left_on="day",
            right_on="start",
            by="child",
        ).sort_values("place")
        held = (found["end"] >= found["day"]).to_numpy()
        numbers = found["child"].to_numpy()
        door = self._front_door[numbers % len(self._front_door)]
        return pd.DataFrame(
            {
                "team": np.where(held, found["team"], FRONT_DOOR),
                "worker": np.where(held, found["worker"], door),
                "manager": np.where(held, found["manager"], ""),
            },
            index=children.index,
        )

    def open_rows(self, table: str, day: int) -> pd.DataFrame:
        """Give the rows of a table that had started by `day` and not ended."""
        frame = self.records[table]
        return frame[(frame["start"] <= day) & (frame["end"] > day)]

    def episodes_at(self, day: int, *, since: int | None = None) -> pd.DataFrame:
        """Give the episodes of need open on `day`, or closed after `since`, with their status.

        Parameters
        ----------
        day : int
            The day.
        since : int, optional
            Closed episodes are given too when they closed after this day.

        Returns
        -------
        DataFrame
            The columns of `episodes`; `status`, and `status_from`, the day it began.
        """
        frame = self.records["episodes"]
        still = frame["end"] > (day if since is None else since)
        rows = frame[(frame["start"] <= day) & still].reset_index(drop=True)
        rows["status"], rows["status_from"] = "Child in need plan", rows["start"]
        helped = (rows["assessed"] <= day) & (rows["assessed"] < OPEN)
        rows.loc[helped, "status_from"] = rows["assessed"]
        rows.loc[(rows["assessed"] > day) & (rows["assessed"] < OPEN), "status"] = "Open assessment"
        for table, status in (("plans", "Child protection plan"), ("care", "Looked after")):
            began = self.open_rows(table, day).drop_duplicates("child").set_index("child")["start"]
            place = rows["child"].isin(began.index)
            rows.loc[place, "status"] = status
            rows.loc[place, "status_from"] = rows.loc[place, "child"].map(began)
        closed = rows["end"] <= day
        rows.loc[closed, "status"] = "Closed"
        rows.loc[closed, "status_from"] = rows["start"]
        return rows

    def cases_at(self, day: int) -> pd.DataFrame:
        """Give every child known on `day`: one row a child, its status by precedence.

        Returns
        -------
        DataFrame
            `child` (number), `status`, `status_from`, `team`, `service`, `worker` and
            `manager` (staff numbers); those closed in the six months before are "Closed".
        """
        since = months_before(day, 6)
        episodes = self.episodes_at(day, since=since)
        episodes["at"] = (episodes["end"] - 1).where(episodes["end"] <= day, day)
        leavers = self.records["leavers"]
        leavers = leavers[(leavers["left_care"] <= day) & (leavers["end"] > day)]
        leavers = leavers.assign(status="Care leaver", status_from=leavers["left_care"], at=day)
        helped = self.open_rows("early_help", day)
        helped = helped.assign(status="Early help", status_from=helped["start"], at=day)
        shut = episodes["status"] == "Closed"
        columns = ["child", "status", "status_from", "at"]
        parts = [episodes[~shut], leavers, helped, episodes[shut]]
        cases = pd.concat([part[columns] for part in parts], ignore_index=True)
        cases = cases.drop_duplicates("child", ignore_index=True)
        held = self.holders(cases["child"], cases["at"])
        early = cases["status"] == "Early help"
        held[early] = self.holders(
            cases.loc[early, "child"], cases.loc[early, "at"], help_only=True
        )
        cases[["team", "worker", "manager"]] = held
        cases["service"] = cases["team"].map(self.services)
        return cases.drop(columns="at").sort_values("child", ignore_index=True)
