"""Which team and service held a drawn case: its audit, its stratum or the extract says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping

import pandas as pd

from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.sampling.frame import frame_from_snapshot
from qa_sampling.sampling.strata import POOLED

Describer = Callable[[dt.date, pd.Series], pd.DataFrame]
"""Takes the day a draw describes and references; gives what is known of these cases."""

_PLACES = ("team", "service", "status")
_MARGINS = {"row": "strata_rows", "column": "strata_columns"}


def services_of(staff: pd.DataFrame | None) -> dict[str, str]:
    """Give the service of each team of a list of staff.

    Parameters
    ----------
    staff : DataFrame or None
        ``schema.STAFF``; nothing is known without it.
    """
    if staff is None:
        return {}
    known = staff[["team", "service"]].dropna().drop_duplicates("team")
    return dict(zip(known["team"], known["service"], strict=True))


def place_cases(
    owed: pd.DataFrame,
    register: Register,
    draws: Mapping[str, RecordedDraw],
    services: Mapping[str, str],
    *,
    describe: Describer | None = None,
) -> pd.DataFrame:
    """Say where each drawn case was held.

    A themed draw may be stratified by age or status, so that the margins of its strata are no
    teams. The stratum tells the team where it is of teams; else the audit that came back does,
    where it names a team of the list of staff; else the extract.

    Parameters
    ----------
    owed : DataFrame
        `draw_id`, `case_ref`.
    register : Register
        Holds frames and audits.
    draws : mapping of str to RecordedDraw
        The draws by id.
    services : mapping of str to str
        ``services_of`` the staff.
    describe : callable, optional
        Takes the day a draw describes and references; gives `case_ref`, `team`, `service`, `status`
        of cases that are in an extract.

    Returns
    -------
    DataFrame
        As `owed`, with `team`, `service`, `status`; missing where nothing says.
    """
    keys = pd.MultiIndex.from_frame(owed[["draw_id", "case_ref"]])
    told = [*(_of_strata(register, one) for one in draws.values()), _of_audits(register, services)]
    if describe is not None:
        told += [_of_extract(one, own, describe) for one, own in _by_draw(owed, draws)]
    places = pd.DataFrame({name: pd.Series(None, index=keys, dtype="object") for name in _PLACES})
    for one in told:
        places = places.fillna(one.reindex(index=keys, columns=list(_PLACES)))
    known = places["team"].map(services).astype("object")
    places["service"] = known.fillna(places["service"])
    return owed.assign(**{name: places[name].to_numpy() for name in _PLACES})


def _by_draw(
    owed: pd.DataFrame, draws: Mapping[str, RecordedDraw]
) -> Iterator[tuple[RecordedDraw, pd.Series]]:
    for name, own in owed.groupby("draw_id"):
        yield draws[str(name)], own["case_ref"]


def _of_audits(register: Register, teams: Collection[str]) -> pd.DataFrame:
    audits = register.audits().dropna(subset=["draw_id"])
    audits = audits[audits["team"].isin(list(teams))]
    last = audits.drop_duplicates(["draw_id", "case_ref"], keep="last")
    return last.set_index(["draw_id", "case_ref"])[["team"]]


def _of_strata(register: Register, draw: RecordedDraw) -> pd.DataFrame:
    """Read the margins of a frame that are made of one column that says where."""
    fixed = register.frame_of(draw)
    frame = frame_from_snapshot(fixed.snapshot).assign(draw_id=draw.draw_id)
    names = {
        margin: columns[0]
        for margin, setting in _MARGINS.items()
        if len(columns := list(fixed.parameters.get(setting) or ())) == 1 and columns[0] in _PLACES
    }
    table = frame.set_index(["draw_id", "case_ref"])[list(names)].astype("object")
    return table.mask(table == POOLED).rename(columns=names)


def _of_extract(draw: RecordedDraw, refs: pd.Series, describe: Describer) -> pd.DataFrame:
    known = describe(draw.as_at, refs).drop_duplicates("case_ref").assign(draw_id=draw.draw_id)
    return known.set_index(["draw_id", "case_ref"]).reindex(columns=list(_PLACES)).astype("object")
