"""Annex A lists 8 to 11: children in care, care leavers, adoption, adopters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.records.invented.days import OPEN, ages, months_before, to_dates
from qa_sampling.records.invented.history import History
from qa_sampling.records.invented.lists import (
    add_holders,
    last_of,
    late_now_and_then,
    luck,
    people,
    yes_no,
)

ACCOMMODATION = (("U", 34), ("Z", 18), ("B", 13), ("D", 12), ("K", 7), ("T", 6), ("E", 5), ("X", 3))
MORE_ACCOMMODATION = (("R", 1), ("S", 1))
ACTIVITIES = (
    ("F1", 7),
    ("F2", 20),
    ("F4", 6),
    ("F5", 24),
    ("P2", 4),
    ("P5", 5),
    ("G4", 13),
    ("G5", 15),
    ("G6", 6),
)


def by_luck(values: pd.Series, choices: tuple[tuple[str, int], ...]) -> pd.Series:
    """Give one of the choices by whole weight, from lasting whole numbers below 2^32."""
    bounds = np.cumsum([weight for _, weight in choices])
    places = np.searchsorted(bounds, (values.to_numpy() * int(bounds[-1])) >> 32, side="right")
    words = np.array([word for word, _ in choices], dtype=object)
    return pd.Series(words[places], index=values.index)


def children_in_care(history: History, day: int) -> pd.DataFrame:
    """Give list 8: children in care on `day`, and those who ceased in the six months before."""
    frame = history.records["care"]
    chosen = (frame["start"] <= day) & (frame["end"] > months_before(day, 6))
    rows = frame[chosen].reset_index(drop=True)
    upto = rows["end"].where(rows["end"] <= day, day)
    fields = people(history, rows, day).assign(
        start_date=to_dates(rows["start"]),
        primary_need=rows["need"],
        subsequent_period=yes_no(_in_care_before(frame, rows)),
        permanence_plan=rows["permanence"].where(upto - rows["start"] > 120, None),
        end_date=to_dates(rows["end"], seen_from=day),
        end_reason=rows["reason"].where(rows["end"] <= day, None),
    )
    for part in (_reviews, _legal, _placements, _missing):
        fields = fields.join(part(history, rows, upto))
    return add_holders(history, fields, rows, upto - (rows["end"] <= day))


def _in_care_before(frame: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    earlier = rows[["child", "start"]].merge(
        frame[["child", "end"]], on="child", suffixes=("", "_before")
    )
    close = (earlier["end"] <= earlier["start"]) & (earlier["end"] > earlier["start"] - 365)
    pairs = earlier.loc[close, ["child", "start"]].drop_duplicates().assign(found=True)
    return rows.merge(pairs, on=["child", "start"], how="left")["found"].notna()


def _reviews(history: History, rows: pd.DataFrame, upto: pd.Series) -> pd.DataFrame:
    start = rows["start"]
    born = pd.Series(history.children["born"].loc[rows["child"]].to_numpy(), index=rows.index)
    some = luck(history, rows, 20)
    first = last_of(start, upto, upto - start + 9, some // 5 + 24)
    second = last_of(start, upto, upto - start + 9, some // 2 + 105)
    later = last_of(start, upto, 165 + some, 270 + some)
    late = {"percent": 30, "days": 30}
    later = late_now_and_then(history, rows, later, upto, 165 + some, 270 + some, **late)
    review = later.where(later < OPEN, second.where(second < OPEN, first))
    health_every = (365 - 185 * ((upto - born) < 1826).astype("int64")) + some
    return pd.DataFrame(
        {
            "last_review": to_dates(review),
            "last_visit": to_dates(last_of(start, upto, 24 + some, some // 4 + 2)),
            "last_iro_contact": to_dates(last_of(start, upto, 80 + 2 * some, 30 + some)),
            "last_health_assessment": to_dates(last_of(start, upto, health_every, 18 + some)),
            "last_dental_check": to_dates(
                last_of(
                    start.where(start > born + 700, born + 700), upto, 180 + 8 * some, 40 + some
                )
            ),
        }
    )


def _latest(frame: pd.DataFrame, rows: pd.DataFrame, upto: pd.Series) -> pd.DataFrame:
    """Give the last row of each care episode that began by `upto`, beside the episodes."""
    asked = pd.DataFrame({"child": rows["child"], "care": rows["start"], "upto": upto})
    asked["place"] = np.arange(len(asked))
    pairs = asked.merge(frame, on=["child", "care"])
    pairs = pairs[pairs["start"] <= pairs["upto"]].sort_values(["place", "start"], kind="stable")
    return pairs.groupby("place").last().reindex(asked["place"]).reset_index(drop=True)


def _legal(history: History, rows: pd.DataFrame, upto: pd.Series) -> pd.DataFrame:
    latest = _latest(history.records["legal"], rows, upto)
    return pd.DataFrame(
        {"legal_status_date": to_dates(latest["start"]), "legal_status": latest["status"]}
    )


def _placements(history: History, rows: pd.DataFrame, upto: pd.Series) -> pd.DataFrame:
    frame = history.records["placements"]
    latest = _latest(frame, rows, upto)
    asked = pd.DataFrame({"child": rows["child"], "care": rows["start"], "upto": upto})
    asked["place"] = np.arange(len(asked))
    ends = frame.groupby(["child", "care"])["start"].shift(-1).fillna(OPEN).astype("int64")
    pairs = asked.merge(frame.assign(until=ends), on=["child", "care"])
    counted = (pairs["start"] <= pairs["upto"]) & (pairs["until"] > pairs["upto"] - 365)
    number = pairs[counted].groupby("place").size().reindex(asked["place"], fill_value=0)
    outside = latest["authority"] != ""
    return pd.DataFrame(
        {
            "placements_12m": pd.array(number.to_numpy(), dtype="Int64"),
            "placement_date": to_dates(latest["start"]),
            "placement_type": latest["kind"],
            "placement_provider": latest["provider"],
            "placement_postcode": latest["postcode"],
            "placement_urn": latest["urn"].where(latest["urn"] != "", None),
            "placement_location": pd.Series(np.where(outside, "Out", "In"), dtype=object),
            "placement_authority": latest["authority"].where(outside, "Inventshire"),
        }
    )


def _missing(history: History, rows: pd.DataFrame, upto: pd.Series) -> pd.DataFrame:
    frame = history.records["missing"]
    asked = pd.DataFrame({"child": rows["child"], "care": rows["start"], "upto": upto})
    asked["place"] = np.arange(len(asked))
    pairs = asked.merge(frame, on=["child", "care"])
    pairs = pairs[(pairs["start"] <= pairs["upto"]) & (pairs["start"] > pairs["upto"] - 365)]
    counts = {
        kind: pairs[pairs["kind"] == kind].groupby("place").size() for kind in ("Missing", "Absent")
    }
    gone = _latest(frame[frame["kind"] == "Missing"], rows, upto)
    lately = gone["start"].notna() & (gone["start"] > upto - 365)
    offered = gone["offered"].eq(True)
    return pd.DataFrame(
        {
            f"{kind.lower()}_12m": pd.array(
                found.reindex(asked["place"], fill_value=0).to_numpy(), dtype="Int64"
            )
            for kind, found in counts.items()
        }
        | {
            "interview_offered": yes_no(offered, lately),
            "interview_accepted": yes_no(gone["accepted"].eq(True), lately & offered),
        }
    )


def care_leavers(history: History, day: int) -> pd.DataFrame:
    """Give list 9: all who are entitled to leaving care services on `day`."""
    frame = history.records["leavers"]
    chosen = (frame["start"] <= day) & (frame["end"] > day)
    rows = frame[chosen].reset_index(drop=True)
    left = rows["left_care"] <= day
    fields = people(history, rows, day)
    age = ages(pd.Series(history.children["born"].loc[rows["child"]].to_numpy()), day)
    adult = (age >= 18).astype(bool)
    category = pd.Series(np.where(adult, "Former relevant", "Relevant"), dtype=object)
    category = category.where(luck(history, rows, 100) > 3, "Qualifying")
    touch = by_luck(rows["luck_2"], (("Yes", 93), ("No", 4), ("Refused contact", 2), ("Rhom", 1)))
    touch = touch.replace("Rhom", "Returned home")
    fields = add_holders(history, fields, rows, pd.Series(day, index=rows.index))
    every = luck(history, rows, 30) + 30
    contact = last_of(rows["start"], pd.Series(day, index=rows.index), every, every // 3)
    review = last_of(rows["start"], pd.Series(day, index=rows.index), every + 130, every + 60)
    home = by_luck(rows["luck_1"], ACCOMMODATION + MORE_ACCOMMODATION)
    return fields.assign(
        personal_advisor=_advisor(history, fields, rows, left),
        eligibility=category.where(left, "Eligible"),
        pathway_review=to_dates(review),
        in_touch=touch.where(left, "Yes"),
        last_contact=to_dates(contact),
        accommodation=home.where(left, None),
        suitability=pd.Series(
            np.where(home.isin(["X", "S", "R"]), "Unsuitable", "Suitable"), dtype=object
        ).where(left, None),
        activity=by_luck(rows["luck_2"] * 7919 % 2**32, ACTIVITIES).where(left, None),
    )


def _advisor(
    history: History, fields: pd.DataFrame, rows: pd.DataFrame, left: pd.Series
) -> pd.Series:
    advisors = [
        history.names[worker]
        for team in history.teams
        if team.kind == "leaving"
        for worker in team.workers
    ]
    other = luck(history, rows, len(advisors)).map(dict(enumerate(advisors)))
    return fields["worker"].where(left & fields["worker"].isin(advisors), other)


def adoptions(history: History, day: int) -> pd.DataFrame:
    """Give list 10: adopted, to be adopted, or no longer to be, in the 12 months before `day`."""
    frame = history.records["adoptions"]
    since = months_before(day, 12)
    current = (frame["adopted"] > since) & (frame["reversed"] > since)
    rows = frame[(frame["decision"] <= day) & current].reset_index(drop=True)
    seen = {
        field: to_dates(rows[column], seen_from=day)
        for field, column in {
            "care_date": "start",
            "decision_date": "decision",
            "placement_order_date": "order",
            "matching_date": "matched",
            "placed_date": "placed",
            "adoption_order_date": "adopted",
            "reversal_date": "reversed",
            "early_placement_date": "early",
        }.items()
    }
    family = history.children["family_id"].loc[rows["child"]].reset_index(drop=True)
    reason = rows["reason"].where(rows["reversed"] <= day, None)
    return people(history, rows, day).assign(family_id=family, reversal_reason=reason, **seen)


def adopters(history: History, day: int) -> pd.DataFrame:
    """Give list 11: adopters who were in contact in the 12 months before `day`."""
    frame = history.records["adopters"]
    dates = [
        *("enquiry stage_1 stage_1_end stage_2 stage_2_end application approval".split()),
        *("matched placed adopted left".split()),
    ]
    latest = frame[dates].where(frame[dates] <= day, 0).max(axis=1)
    done = frame[["adopted", "left"]].min(axis=1)
    chosen = (frame["enquiry"] <= day) & (done > months_before(day, 12)) & (latest > day - 730)
    rows = frame[chosen].reset_index(drop=True)
    names = (
        "enquiry_date stage_1_start stage_1_end stage_2_start stage_2_end application_date "
        "approval_date matching_date placed_date adoption_order_date leaving_date"
    ).split()
    placed = rows["placed"] <= day
    return pd.DataFrame(
        {
            "adopter_id": rows["number"],
            "family_id": rows["household"],
            "gender": rows["gender"],
            "ethnicity": rows["ethnicity"],
            "disability": yes_no(rows["disabled"]),
            "fostering_for_adoption": yes_no(rows["early"]),
            "children_placed": rows["children"].astype("Int64").where(placed),
            "leaving_reason": rows["reason"].where(rows["left"] <= day, None),
        }
        | {
            name: to_dates(rows[column], seen_from=day)
            for name, column in zip(names, dates, strict=True)
        }
    )
