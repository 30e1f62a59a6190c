"""How each signal of the trends notebook is handed to a deep dive, by its id."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from qa_sampling.reporting.outcomes_view import signals_view, too_small
from qa_sampling.trends.measured import EVERYBODY
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


def _command(one: Signal, file: str) -> str:
    quoted = f'"{file}"' if " " in file else file
    files = f"-f parameters/deep_dive.yml -f {quoted} " if file else ""
    return f"qa-sampling run deep_dive {files}-p signal {one.id}"
