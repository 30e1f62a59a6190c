"""Named sets of rules, as declared data: ours, and those of others as they publish them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qa_sampling.errors import TrendError

__all__ = ["PRESETS", "RULES", "Preset", "preset_named"]

RULES: dict[str, str] = {
    "beyond_limit": "a point beyond a limit",
    "shift": "a run of points on one side of the centre line",
    "trend": "a run of points that only rise or only fall",
    "two_of_three": "two of three points near or beyond the same limit, all three on one side",
    "long_run": "an unusually long run on one side of the median",
    "few_crossings": "unusually few crossings of the median",
}
"""Every rule, with what it says."""


@dataclass(frozen=True)
class Preset:
    """A set of rules.

    Attributes
    ----------
    name : str
        What it is asked for by.
    about : str
        Whose it is, with its source.
    rules : tuple of str
        Names of ``RULES``, in the order in which one of them labels a point.
    shift, trend : int
        Points of a shift, and of a trend (its rises or falls are one less).
    beyond_counts_as_near : bool
        Whether a point beyond a limit counts towards two of three.
    screen : bool
        Whether outlying ranges are left out of an XmR chart's limits.
    least : int
        Points of the baseline below which there are no limits and no icons.
    improvement_first : bool
        Whether improvement is shown where a point has a signal each way; the first rule otherwise.
    target_at_limit : bool
        Whether a target that lies on a limit counts as never (or always) met.
    """

    name: str
    about: str
    rules: tuple[str, ...]
    shift: int = 7
    trend: int = 7
    beyond_counts_as_near: bool = True
    screen: bool = False
    least: int = 12
    improvement_first: bool = False
    target_at_limit: bool = False


_MDC = ("beyond_limit", "trend", "two_of_three", "shift")
_ALL = (
    Preset(
        "steady",
        "Ours: limits that are chances, and a run; no trend, no two of three (docs/trends.md).",
        ("beyond_limit", "shift"),
        shift=8,
    ),
    Preset(
        "mdc",
        "NHS England, Making Data Count, as published now: since November 2023 points beyond the "
        "limits count towards two of three (NHSRplotthedots, issue 194).",
        _MDC,
        target_at_limit=True,
    ),
    Preset(
        "nhsr",
        "NHSRplotthedots 0.2.2: ranges screened once; points beyond the limits do not count "
        "towards two of three.",
        _MDC,
        beyond_counts_as_near=False,
        screen=True,
    ),
    Preset(
        "excel",
        "Making Data Count's workbook: limits and icons from 13 points; improvement is shown where "
        "a point has both (NHSRplotthedots, issue 194). It also offers runs of 6.",
        _MDC,
        least=13,
        improvement_first=True,
        target_at_limit=True,
    ),
    Preset(
        "anhoej",
        "Anhøj and Olesen 2014, PLoS ONE 9:e113825: long runs and few crossings of the median.",
        ("long_run", "few_crossings"),
    ),
)
PRESETS: dict[str, Preset] = {one.name: one for one in _ALL}
"""Every named set of rules."""


def preset_named(preset: str | Preset) -> Preset:
    """Give the set of rules of a name, or the set itself.

    Parameters
    ----------
    preset : str or Preset
        A name of ``PRESETS``, or a set of one's own.

    Raises
    ------
    TrendError
        When the name, or a rule of the set, is unknown.
    """
    if isinstance(preset, Preset):
        if unknown := [rule for rule in preset.rules if rule not in RULES]:
            raise TrendError(_unknown("rule", unknown[0], RULES))
        if preset.shift < 2 or preset.trend < 3:
            raise TrendError(
                f"A shift needs at least 2 points and a trend 3; got {preset.shift} and "
                f"{preset.trend}."
            )
        return preset
    if preset not in PRESETS:
        raise TrendError(_unknown("preset", preset, PRESETS))
    return PRESETS[preset]


def _unknown(what: str, name: object, known: Iterable[str]) -> str:
    return f"The {what} {name!r} is unknown; it must be one of {', '.join(known)}."
