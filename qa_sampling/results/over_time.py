"""Results over time: control charts, forecasts, and many small series at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Counted, hidden_faults, hold, out_of_order, refuse

SIGNALS = ("improvement", "concern", "neutral")
"""What a signal means; neutral: the measure has no better direction."""
Better = Literal["up", "down", ""]
_SIGNAL = Column("signal", "code", "Meaning of its signal, blank for none", False, SIGNALS)
_HIDDEN = Column("hidden", "flag", "Whether disclosure control hides the value")
_MATURE = Column("mature", "flag", "Whether the period can still change")
_VALUE = Column("value", "number", "Value; missing for a gap and where hidden", required=False)
_DAY = Column("period", "date", "First day of the period")


def _number(name: str, about: str) -> Column:
    return Column(name, "number", about, required=False)


_CONTROL = Table(
    "control chart",
    (
        _DAY,
        _VALUE,
        _number("n", "Denominator or exposure of the period"),
        _number("centre", "Centre line"),
        _number("low", "Lower limit"),
        _number("high", "Upper limit"),
        _SIGNAL,
        Column("rules", "text", "Rules that the point met, in words", required=False),
        _MATURE,
        Column("phase", "whole", "0 for the first baseline, one more at each rebase"),
        _HIDDEN,
    ),
    key=("period",),
)
_CONTROL_DEFAULTS = {
    "n": float("nan"),
    "signal": "",
    "rules": "",
    "mature": True,
    "phase": 0,
    "hidden": False,
}


@dataclass(frozen=True)
class ControlChart(Counted):
    """One measure over time with its centre line, its limits and its signals.

    Attributes
    ----------
    table : DataFrame
        One row a period, in order: `period` (first day), `value` (missing for a gap, never 0
        in its place), `centre`, `low`, `high` (missing before there is a baseline). May be left
        out: `n` (denominator), `signal` ("", "improvement", "concern", "neutral"), `rules` (in
        words: "7 below the centre line"), `mature` (False: the period can still change; such a
        point has no signal), `phase` (0, one more at each rebase), `hidden` (then `value` is
        missing).
    chart : str
        Kind of chart in words: "u' chart".
    limits : str
        What the limits mean: "a stable process stays within them in 997 of 1,000 months".
    frequency : {"month", "quarter", "week", "year", "event"}
        Length of a period; "event": every row is an event and stands beside the one before it.
    better : {"up", "down", ""}
        Which way is better; blank for neither.
    target : float or None
        Target, in the unit of the values.
    rebases : tuple of str
        One text a rebase, in order of `phase` from 1: why the centre line was set anew.

    Raises
    ------
    SchemaError
        When the table is not as described, or says two things at once.
    """

    table: pd.DataFrame
    chart: str = ""
    limits: str = ""
    frequency: Literal["month", "quarter", "week", "year", "event"] = "month"
    better: Better = ""
    target: float | None = None
    rebases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no control chart."""
        table = hold(self, "table", _CONTROL, _CONTROL_DEFAULTS)
        self.check_about("control chart")
        signalled = table["signal"].fillna("").ne("")
        faults = _in_order(table) + hidden_faults(table, ("value",))
        if count := int((signalled & ~table["mature"].astype(bool)).sum()):
            faults.append(f"{count} signals stand at periods that can still change; leave them out")
        if count := int((signalled & table["value"].isna()).sum()):
            faults.append(f"{count} signals stand at periods without a value")
        if count := out_of_order(table, ("low", "centre", "high")):
            faults.append(f"in {count} periods the centre line lies outside the limits")
        steps = table["phase"].diff().dropna()
        if len(table) and (table["phase"].iloc[0] != 0 or not steps.isin((0, 1)).all()):
            faults.append("`phase` must begin with 0 and rise by 1 at each rebase")
        if self.better not in ("up", "down", ""):
            faults.append(f'`better` must be "up", "down" or blank; got {self.better!r}')
        refuse("control chart", faults)


_HISTORY = Table("history of a forecast", (_DAY, _VALUE, _MATURE, _HIDDEN), key=("period",))
_FAN = Table("fan of a forecast", (_DAY, Column("middle", "number", "Middle of the forecast")))


@dataclass(frozen=True)
class Forecast(Counted):
    """What was seen, and where the measure goes if nothing changes.

    Attributes
    ----------
    history : DataFrame
        One row a period, in order: `period`, `value`; may be left out: `mature`, `hidden`.
    fan : DataFrame
        One row a period ahead, in order: `period`, `middle`, and for each level its interval,
        such as `low_80` and `high_80`.
    levels : tuple of float
        Levels of the intervals, narrowest first: (0.8, 0.95). An interval lies within the
        wider ones.
    method : str
        Name of the method, in words.
    frequency : {"month", "quarter", "week", "year"}
        Length of a period.
    better : {"up", "down", ""}
        Which way is better; blank for neither.
    target : float or None
        Target, in the unit of the values.

    Raises
    ------
    SchemaError
        When the tables are not as described or intervals are not nested.
    """

    history: pd.DataFrame
    fan: pd.DataFrame
    levels: tuple[float, ...] = (0.8, 0.95)
    method: str = ""
    frequency: Literal["month", "quarter", "week", "year"] = "month"
    better: Better = ""
    target: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no forecast."""
        self.check_about("forecast")
        if list(self.levels) != sorted(set(self.levels)) or not all(0 < x < 1 for x in self.levels):
            refuse("forecast", [f"`levels` must rise and lie between 0 and 1; got {self.levels}"])
        history = hold(self, "history", _HISTORY, {"mature": True, "hidden": False})
        names = [name for level in self.levels for name in self.ends(level)]
        columns = tuple(Column(name, "number", "End of an interval") for name in names)
        fan = hold(self, "fan", Table(_FAN.name, (*_FAN.columns, *columns), key=("period",)))
        faults = _in_order(history) + _in_order(fan) + hidden_faults(history, ("value",))
        if len(history) and len(fan) and fan["period"].iloc[0] <= history["period"].iloc[-1]:
            faults.append("the fan begins before the history ends")
        order = (*reversed([low for low in names if low.startswith("low")]), "middle")
        order += tuple(high for high in names if high.startswith("high"))
        if count := out_of_order(fan, order):
            faults.append(f"in {count} periods an interval does not lie within the wider one")
        refuse("forecast", faults)

    def ends(self, level: float) -> tuple[str, str]:
        """Give the names of the two columns that hold the interval of a level."""
        return f"low_{100 * level:g}", f"high_{100 * level:g}"


_MANY = Table(
    "many series",
    (Column("series", "text", "Series"), _DAY, _VALUE, _SIGNAL, _MATURE, _HIDDEN),
    key=("series", "period"),
)
_LINES = Table(
    "summaries of many series",
    (
        Column("series", "text", "Series"),
        _number("latest", "Latest mature value"),
        _number("centre", "Centre line"),
        _number("low", "Lower limit"),
        _number("high", "Upper limit"),
        _SIGNAL,
        Column("words", "text", "Finding in a few words", required=False),
    ),
    key=("series",),
)


@dataclass(frozen=True)
class Sparklines(Counted):
    """Many short series at once, each with its latest value and its finding.

    Attributes
    ----------
    table : DataFrame
        One row a series and period, periods in order: `series`, `period`, `value`; may be left
        out: `signal`, `mature`, `hidden`, as in a ControlChart.
    lines : DataFrame
        One row a series, in the order to show: `series`; may be left out: `latest` (latest
        mature value), `centre`, `low`, `high`, `signal` (of the latest mature point), `words`
        (the finding: "above the limit").
    frequency : {"month", "quarter", "week", "year"}
        Length of a period.

    Raises
    ------
    SchemaError
        When the tables are not as described, or speak of different series.
    """

    table: pd.DataFrame
    lines: pd.DataFrame
    frequency: Literal["month", "quarter", "week", "year"] = "month"

    def __post_init__(self) -> None:
        """Refuse what are no series."""
        missing = dict.fromkeys(("latest", "centre", "low", "high"), float("nan"))
        table = hold(self, "table", _MANY, {"signal": "", "mature": True, "hidden": False})
        lines = hold(self, "lines", _LINES, missing | {"signal": "", "words": ""})
        self.check_about("set of series")
        faults = hidden_faults(table, ("value",))
        open_signals = table["signal"].fillna("").ne("") & ~table["mature"].astype(bool)
        if count := int(open_signals.sum()):
            faults.append(f"{count} signals stand at periods that can still change; leave them out")
        if strangers := set(table["series"]) - set(lines["series"]):
            faults.append(f"{len(strangers)} series of `table` are not in `lines`")
        if count := out_of_order(lines, ("low", "centre", "high")):
            faults.append(f"in {count} series the centre line lies outside the limits")
        behind = table.groupby("series", sort=False)["period"].diff() < pd.Timedelta(0)
        if behind.any():
            faults.append("periods are not in order")
        refuse("set of series", faults)


_HALF = 0.5

OverTime = TypeVar("OverTime", ControlChart, Forecast, Sparklines)


def since_recorded(result: OverTime, *, from_day: pd.Timestamp | None = None) -> OverTime:
    """Leave out the periods before anything is on record, which a picture has no use for.

    Parameters
    ----------
    result : ControlChart, Forecast or Sparklines
        What is shown. Where nothing is on record, or only after a rebase, it stays as it is.
    from_day : Timestamp, optional
        A day that has to stay, such as one on which something was done.

    Returns
    -------
    ControlChart, Forecast or Sparklines
        From the first period that has a value, of any series, or a hidden one.
    """
    name = "history" if isinstance(result, Forecast) else "table"
    table = getattr(result, name)
    told = table["value"].notna() | table["hidden"].astype(bool)
    if not told.any():
        return result
    start = table.loc[told, "period"].min()
    start = start if pd.isna(from_day) else min(start, from_day)
    kept = table[table["period"] >= start].reset_index(drop=True)
    late = "phase" in kept and kept["phase"].iloc[0] != 0
    return result if late or len(kept) == len(table) else replace(result, **{name: kept})


def own_starts(many: Sparklines) -> dict[str, pd.Timestamp]:
    """Give the first period of each series where a common one would leave many mostly empty.

    Parameters
    ----------
    many : Sparklines
        What is shown.

    Returns
    -------
    dict of str to Timestamp
        By series, of those with a value or a hidden period; empty where all can share a first
        period: fewer than half of them begin after the first third of what is shown.
    """
    table = many.table
    told = table[table["value"].notna() | table["hidden"].astype(bool)]
    starts = told.groupby("series", sort=False)["period"].min()
    if starts.empty:
        return {}
    first, last = starts.min(), table["period"].max()
    late = (starts - first) >= (last - first) / 3
    return starts.to_dict() if last > first and late.mean() >= _HALF else {}


def latest_settled(table: pd.DataFrame) -> pd.Series | None:
    """Give the row of the latest value that can no longer change, or the latest while none is.

    Parameters
    ----------
    table : DataFrame
        `value`, `mature`, in order.
    """
    seen = table[table["value"].notna()]
    settled = seen[seen["mature"].astype(bool)]
    held = settled if len(settled) else seen
    return held.iloc[-1] if len(held) else None


def _in_order(table: pd.DataFrame) -> list[str]:
    if table["period"].is_monotonic_increasing:
        return []
    return ["periods are not in order; sort by `period`"]
