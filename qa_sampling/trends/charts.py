"""Control charts of one signature: a series in, its lines and every rule that fired out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.chart_kinds import ChartKind, chart_kind
from qa_sampling.trends.chart_words import notes_of
from qa_sampling.trends.choosing import FEWEST, choose_for
from qa_sampling.trends.classical import Material
from qa_sampling.trends.lines import Lines
from qa_sampling.trends.presets import Preset, preset_named
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.rebasing import Rebase, phases_of
from qa_sampling.trends.rules import TOLERANCE, evaluate

__all__ = ["Chart", "chart"]

_LINES = ("centre", "low", "high", "near_low", "near_high", "middle_low", "middle_high")


@dataclass(frozen=True)
class Chart:
    """A charted series.

    Attributes
    ----------
    table : DataFrame
        One row a period: `period`, `value`, `numerator`, `exposure`, `mature`, `phase`,
        `baseline` (whether the lines rest on it), `centre`, `low`, `high`, `near_low`,
        `near_high`, and for every rule of the set a column of +1, -1 or 0.
    readings : Readings
        What was charted.
    kind : ChartKind
        The chart.
    preset : Preset
        The rules.
    reason : str
        Why this chart, in words.
    rebases : tuple of Rebase
        Decisions, in order.
    notes : tuple of str
        What a reader must know, each a sentence.
    unchanged : int
        Mature periods without any change, 0 where values differ.
    alpha : float
        Chance beyond each limit, where limits are chances.
    dispersion : float
        phi of the last phase; NaN where the chart has none.
    """

    table: pd.DataFrame
    readings: Readings
    kind: ChartKind
    preset: Preset
    reason: str
    rebases: tuple[Rebase, ...]
    notes: tuple[str, ...]
    unchanged: int
    alpha: float
    dispersion: float

    @property
    def fired(self) -> pd.DataFrame:
        """Every rule that fired at every point: one row a rule and period.

        Columns `period`, `rule`, `side` (+1 upwards, -1 downwards).
        """
        long = self.table.melt("period", list(self.preset.rules), "rule", "side")
        return long[long["side"] != 0].sort_values(["period", "rule"]).reset_index(drop=True)

    @property
    def long_enough(self) -> bool:
        """Whether the latest phase has mature periods enough for limits and signals."""
        if self.latest is None:
            return False
        phase, mature = (self.table[name].to_numpy() for name in ("phase", "mature"))
        return bool((mature & (phase == phase[self.latest])).sum() >= self.preset.least)

    @property
    def latest(self) -> int | None:
        """Place of the latest mature period; None without any."""
        places = np.flatnonzero(self.table["mature"].to_numpy(dtype=bool))
        return int(places[-1]) if len(places) else None


def chart(
    readings: Readings,
    kind: str | None = None,
    *,
    preset: str | Preset | None = None,
    baseline: int | None = None,
    rebases: Sequence[Rebase] = (),
    tested: int | None = None,
    sibling_dispersion: float = 1.0,
    alpha: float = 0.00135,
    screen: bool | None = None,
    per_range: float = 2.66,
    excluded: Sequence[str] = (),
) -> Chart:
    """Chart a series: centre line, limits, and every rule at every point.

    Parameters
    ----------
    readings : Readings
        The series.
    kind : str, optional
        A name of ``chart_kinds.CHARTS``; chosen by the data where left out.
    preset : str or Preset, optional
        The rules; those that go with the chart by default.
    baseline : int, optional
        The lines rest on the first so many mature points of each phase (at least 12); on all by
        default.
    rebases : sequence of Rebase
        Recorded decisions to set the centre line anew.
    tested : int, optional
        Latest mature points that are left out of the baseline; 1 for charts whose limits are
        chances, 0 for others.
    sibling_dispersion : float
        Least spread of counts against the plain model (``predictive.sibling_dispersion``).
    alpha : float
        Chance beyond each limit, where limits are chances.
    screen : bool, optional
        Whether outlying ranges are left out once; as the preset has it by default.
    per_range : float
        Limits of an XmR chart in mean ranges.
    excluded : sequence of str
        First days of periods that the lines do not rest on, by decision; they are still tested.

    Returns
    -------
    Chart

    Raises
    ------
    TrendError
        When the chart or preset is unknown or does not fit, or a number is out of range.

    Notes
    -----
    Phases with fewer mature points than the preset asks for have a centre line but no limits and
    no signals. A series whose mature values are all the same has no limits: it did not change.
    """
    _check(baseline, tested, sibling_dispersion, alpha)
    choice = choose_for(readings) if kind is None else None
    used = chart_kind(choice.chart if choice else kind, readings.kind)
    if used.name == "sampled_grade" and not readings.sampled:
        raise TrendError(
            "A chart of audited shares needs `denominator`, the effective audits of each period "
            "(sampled_grades.effective_audits). Give it, or choose `run`."
        )
    rules = preset_named(used.preset if preset is None else preset)
    rebases = tuple(sorted(rebases, key=lambda one: one.date))
    phase = phases_of(readings.table["period"], rebases)
    kept = readings.mature & ~_dropped(readings, excluded)
    base = _baseline(kept, phase, baseline, used.tested if tested is None else tested)
    material = Material(
        readings.numerators[None],
        readings.exposures[None],
        base[None],
        scale=readings.scale,
        alpha=alpha,
        sibling_dispersion=sibling_dispersion,
        screen=rules.screen if screen is None else screen,
        per_range=per_range,
        **_possible(readings),
    )
    known = _long_enough(readings.mature, phase, rules.least)
    lines, notes = _phased(used, material, phase, known)
    unchanged = _unchanged(readings.values[readings.mature])
    if unchanged:
        lines = _without_limits(lines, np.ones_like(known))
    usable = readings.mature & known & (unchanged == 0)
    fired = evaluate(readings.values[None], lines, rules, usable=usable[None], phase=phase[None])
    drawn = Chart(
        _table(readings, phase, base, lines, fired), readings, used, rules,
        choice.reason if choice else "", rebases, (), unchanged, alpha,
        float(lines.dispersion[0]),
    )  # fmt: skip
    return replace(drawn, notes=notes_of(drawn, notes, rules.least))


def _check(
    baseline: int | None, tested: int | None, sibling_dispersion: float, alpha: float
) -> None:
    """Refuse numbers out of range."""
    if baseline is not None and baseline < FEWEST:
        raise TrendError(
            f"`baseline` must be at least {FEWEST} periods; got {baseline}. Limits from fewer "
            "say little; leave it out to use all."
        )
    if tested is not None and tested < 0:
        raise TrendError(f"`tested` must be 0 or more periods; got {tested}.")
    if not (np.isfinite(sibling_dispersion) and sibling_dispersion >= 1):
        raise TrendError(
            f"`sibling_dispersion` must be 1 or more; got {sibling_dispersion}. It is 1 where "
            "every child comes alone."
        )
    if not 0 < alpha < 0.5:
        raise TrendError(f"`alpha` must lie between 0 and 0.5; got {alpha}. Give 0.00135.")


def _dropped(readings: Readings, excluded: Sequence[str]) -> np.ndarray:
    """Find the periods that the lines do not rest on by decision."""
    periods, days = readings.table["period"], pd.DatetimeIndex(list(excluded))
    if count := int((~days.isin(periods)).sum()):
        raise TrendError(
            f"{count} of the excluded periods are not in the series; give their first days."
        )
    return periods.isin(days).to_numpy()


def _possible(readings: Readings) -> dict[str, float]:
    """Give the range of what is possible, as shown."""
    seen = readings.values[np.isfinite(readings.values)]
    least = 0.0 if (seen >= 0).all() else -np.inf
    return {"least": least, "most": 1.0 if readings.unit == "share" else np.inf}


def _baseline(kept: np.ndarray, phase: np.ndarray, baseline: int | None, tested: int) -> np.ndarray:
    """Find the points that the lines rest on: the first of each phase, the tested ones left out."""
    free = kept.copy()
    if tested:
        free[np.flatnonzero(kept)[-tested:]] = False
    if baseline is None:
        return free
    base = np.zeros_like(free)
    for part in np.unique(phase):
        base[np.flatnonzero(free & (phase == part))[:baseline]] = True
    return base


def _long_enough(mature: np.ndarray, phase: np.ndarray, least: int) -> np.ndarray:
    """Find the points whose phase has mature points enough for limits."""
    if not len(phase):
        return np.zeros(0, dtype=bool)
    return (np.bincount(phase, weights=mature) >= least)[phase]


def _phased(
    kind: ChartKind, material: Material, phase: np.ndarray, known: np.ndarray
) -> tuple[Lines, dict[int, dict[str, bool]]]:
    """Make the lines of every phase from its own baseline."""
    parts, notes = [], {}
    for part in np.unique(phase):
        here = phase == part
        one = replace(material, **{
            name: getattr(material, name)[:, here] for name in ("top", "bottom", "base")
        })  # fmt: skip
        parts.append(kind.lines(one))
        notes[int(part)] = {name: bool(flag[0]) for name, flag in parts[-1].notes.items()}
    if not parts:
        none = np.zeros((1, 0))
        return Lines(*[none] * len(_LINES), np.full(1, np.nan)), notes
    joined = {
        name: np.concatenate([getattr(one, name) for one in parts], axis=1) for name in _LINES
    }
    return _without_limits(Lines(**joined, dispersion=parts[-1].dispersion), ~known), notes


def _without_limits(lines: Lines, where: np.ndarray) -> Lines:
    """Take the limits away where there are none yet."""
    limits = ("low", "high", "near_low", "near_high")
    return replace(
        lines, **{name: np.where(where, np.nan, getattr(lines, name)) for name in limits}
    )


def _unchanged(values: np.ndarray) -> int:
    """Give the number of values when all of them are the same, else 0."""
    if len(values) < 2:
        return 0
    same = np.ptp(values) <= TOLERANCE * np.abs(values).max()
    return len(values) if same else 0


def _table(
    readings: Readings,
    phase: np.ndarray,
    base: np.ndarray,
    lines: Lines,
    fired: dict[str, np.ndarray],
) -> pd.DataFrame:
    shown = {name: getattr(lines, name)[0] for name in _LINES}
    return pd.DataFrame(
        {
            "period": readings.table["period"],
            "value": readings.values,
            "numerator": readings.numerators,
            "exposure": readings.exposures,
            "mature": readings.mature,
            "phase": phase,
            "baseline": base,
            **shown,
            **{rule: signs[0].astype(int) for rule, signs in fired.items()},
        }
    )
