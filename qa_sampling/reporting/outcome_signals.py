"""How each signal of the trends notebook is handed to a deep dive, by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from qa_sampling.reporting.outcomes_view import signals_view, too_small
from qa_sampling.reporting.plot_findings import chart_finding
from qa_sampling.results import latest_settled
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.showing import control_chart_of
from qa_sampling.trends.spikes import Signal, Spikes, deep_dive_parameters
from qa_sampling.trends.unit_kinds import CHILDREN

_SMALL = "A group of children whose count here is too small to be shown; look at everybody first."


def signal_tables(found: Spikes, *, budget: int, file: str = "") -> dict[str, pd.DataFrame]:
    """Give the tables of signals by their titles; none where nothing stands out.

    Parameters
    ----------
    found : Spikes
        The round of signals.
    budget : int
        Signals there is time to look into.
    file : str
        As for :func:`handed_over`.
    """
    if not found.signals:
        return {}
    return {
        "Signals, the most children first": signals_view(found, budget=budget),
        "What each says, and how to look into it": handed_over(found, file=file),
    }


def handed_over(found: Spikes, *, file: str = "") -> pd.DataFrame:
    """Give what each signal says in sentences, and the line that starts a deep dive into it.

    The signal's id fills the parameters. It has nothing that a shell would read otherwise.

    Parameters
    ----------
    found : Spikes
        The round of signals.
    file : str
        Parameters file that the run leaves, which says what each id fills, and where extract,
        tables, register and key are; blank where it is found in the outputs.
    """
    rows = [(_SMALL if too_small(one) else one.words, _command(one, file)) for one in found.signals]
    return pd.DataFrame(rows, columns=["What it says", "Deep dive"])


def filled_by(found: Spikes, *, as_at: str) -> dict[str, dict[str, str | int]]:
    """Give what each signal fills of a deep dive's parameters, by its id.

    One of a group of children fills those of everybody.

    Parameters
    ----------
    found : Spikes
        The round of signals.
    as_at : str
        Day the records are read up to.
    """
    return {
        one.id: deep_dive_parameters(_looked_into(one)) | {"as_at": as_at} for one in found.signals
    }


def _looked_into(one: Signal) -> Signal:
    """Give the signal whose cases are looked into: of a group of children everybody's."""
    return replace(one, unit_kind="all", unit=EVERYBODY) if one.unit_kind in CHILDREN else one


def medians_handed_over(charts: Mapping[str, Chart], *, file: str = "") -> tuple[str, ...]:
    """Say of medians of days which stand out at their latest settled month, and how to begin.

    A median counts no children, so that it is not among the signals: its chart's rules tell of
    it, and measure and month are given by hand.

    Parameters
    ----------
    charts : mapping of str to Chart
        Charts of everybody by measure.
    file : str
        As for :func:`handed_over`.

    Returns
    -------
    tuple of str
        A sentence and a line for each median whose chart has a signal there; where none has, how
        one is begun all the same. Nothing without a chart of days that has a settled month.
    """
    drawn = {
        name: control_chart_of(one)
        for name, one in charts.items()
        if one.readings.kind == "duration" and not MEASURES[name].stock
    }
    latest = {name: latest_settled(one.table) for name, one in drawn.items()}
    held = {name: row for name, row in latest.items() if row is not None and row["mature"]}
    said = []
    for name, row in held.items():
        if row["signal"]:
            way = "more" if row["value"] > row["centre"] else "fewer"
            said.append(f"{drawn[name].measure}. {chart_finding(drawn[name])}. Its deep dive:")
            said.append(_by_hand(name, row["period"], file, way))
    if said or not held:
        return tuple(said)
    name, row = next(iter(held.items()))
    return (
        "Medians count no children, so they are not among the signals below. None stands out by "
        "the rules of its chart; a deep dive into one is begun by hand, such as:",
        _by_hand(name, row["period"], file, "more"),
    )


def _by_hand(name: str, period: pd.Timestamp, file: str, way: str) -> str:
    asked = f"-p measure {name} -p period {period:%Y-%m} -p direction {way}"
    return f"qa-sampling run deep_dive {_files(file)}{asked}"


def _files(file: str) -> str:
    quoted = f'"{file}"' if " " in file else file
    return f"-f parameters/deep_dive.yml -f {quoted} " if file else ""


def _command(one: Signal, file: str) -> str:
    return f"qa-sampling run deep_dive {_files(file)}-p signal {one.id}"
