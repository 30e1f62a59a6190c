"""A signal of the trends notebook that fills the parameters of a deep dive, by its id.

A run of the trends notebook leaves ``restricted/signals.yml``: a parameters file of what its
authority shares (extract, tables, register, key file, outputs, population), and under `signals`
what each signal fills. It is given with ``-f``, or sought in the outputs.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from qa_sampling.errors import ParameterError
from qa_sampling.settings.common import INVENTED, Settings

SIGNALS_FILE = "restricted/signals.yml"
"""Where a run of the trends notebook leaves its signals, within its folder."""
FILLED = ("measure", "period", "unit_kind", "unit", "over", "direction", "as_at")
"""Parameters that a signal fills."""
SHARED = (
    "authority", "extract", "extra_tables", "register_at", "outputs", "key_file", "contact",
    "edition", "population",
)  # fmt: skip
"""Parameters of the trends run that a deep dive into its signals needs as well."""
_LISTED = 12
"""Ids that are listed where one is not known."""


def filled_by_signal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give parameters with what their signal stands for; as they are where there is none.

    Parameters
    ----------
    values : mapping of str to object
        Parameters by name: `signal` (an id), and `signals` (what each fills) where the file of
        the trends run was given. Otherwise it is sought in the outputs, and brings what its run
        shares where no extract is named.

    Returns
    -------
    dict of str to object
        Filled again with the same signal they stay as they are.

    Raises
    ------
    ParameterError
        When no such signal is known, with those that are, or only the file was given.
    """
    name, given = values.get("signal", ""), values.get("signals")
    if not name and not given:
        return dict(values)
    if given:
        if name not in given:
            raise ParameterError(_unknown(name, list(given)))
        return {**values, **given[name], "signals": {name: given[name]}}
    known: list[str] = []
    for found in _left(values):
        if name in found["signals"]:
            fill = found["signals"][name]
            is_own = values.get("extract", INVENTED) != INVENTED
            shared = {} if is_own else {key: found[key] for key in SHARED if key in found}
            shared.pop("outputs", None)
            return {**values, **shared, **fill, "signals": {name: fill}}
        known += found["signals"]
    raise ParameterError(_unknown(name, known))


def require_nothing_beside(values: Mapping[str, Any], given: Collection[str]) -> None:
    """Refuse parameters that were asked for beside a signal which fills them.

    Parameters
    ----------
    values : mapping of str to object
        All parameters.
    given : collection of str
        Names of those that were asked for one by one.

    Raises
    ------
    ParameterError
        Which they are.
    """
    twice = [name for name in FILLED if name in given]
    if values.get("signal") and twice:
        raise ParameterError(
            f"`signal` fills {', '.join(f'`{name}`' for name in twice)} already. Leave "
            f"{'it' if len(twice) == 1 else 'them'} out, or leave `signal` out."
        )


def _unknown(name: object, known: list[str]) -> str:
    known = list(dict.fromkeys(known))
    if not known:
        return (
            f"there is no signal {str(name)[:120]!r}, for no run of the trends notebook has left "
            "any in these outputs. Run `qa-sampling run outcome_trends` first, or give the file "
            f"of its run as well: -f FOLDER/{SIGNALS_FILE}."
        )
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.8)
    hint = f" Did you mean {close[0]}?" if close else ""
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    listed = f"{', '.join(known[:_LISTED])}{more}"
    if not name:
        return f"is needed beside the signals of a trends run. Choose one of: {listed}."
    return f"there is no signal {str(name)[:120]!r}.{hint} Known: {listed}."


def _left(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give what runs of the trends notebook have left in the outputs, the latest period first.

    Of the authority that is named first; then of the other, the invented one or an own.
    """
    asked = {name: values[name] for name in ("extract", "outputs") if name in values}
    folder = Settings.model_construct(**asked).outputs_folder
    other = folder.parent if folder.name == INVENTED else folder / INVENTED
    for place in (folder, other):
        runs = [path for path in place.glob(f"*/{SIGNALS_FILE}") if _is_run(path)]
        for path in sorted(runs, reverse=True):
            found = yaml.safe_load(path.read_text(encoding="utf-8"))
            if isinstance(found, dict) and isinstance(found.get("signals"), dict):
                yield found


def _is_run(path: Path) -> bool:
    """Say whether a file is of a run that stands: neither a stage nor replaced by another."""
    folder = path.parents[1].name
    return not folder.startswith(".") and ".replaced-" not in folder
