"""What a "turning the curve" page says."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sampling.trends.chart_words import period_words
from qa_sampling.trends.spike_words import number_words

__all__ = ["effect_words", "page_words", "value_words"]

VERDICT = {
    "better": "the curve turned for the better",
    "worse": "the curve turned for the worse",
    "changed": "the curve turned",
    "not shown": "no turn beyond what chance does",
}
EFFECT = (
    "{name} ({moment}): {verdict}. By {end} {it} {ratio} times what would have been "
    "(95% {low} to {high})."
)
SHORT = {
    "after": (
        "{name} ({moment}): too short to say; {settled} settled {every}s since, {least} needed."
    ),
    "before": (
        "{name} ({moment}): too short to say; {settled} settled {every}s before, {least} needed."
    ),
    "close": "{name} ({moment}): too close to what else was done to be told apart from it.",
    "ahead": "{name} ({moment}): not in the settled {every}s yet.",
    "none": "{name} ({moment}): nothing to say; there was no event in any settled {every}.",
}  # fmt: skip
"""Why nothing can be said, by key."""
LATEST = "{title}: {value} in {moment}, the latest settled {every}."
NO_VALUE = "{title}: there is no settled {every} yet."
AHEAD = "If nothing changes, {end} lies between {low} and {high} ({level}%)."
MEETS = "The target of {target} is met then with a chance of {chance}."
CAUSE = "A turn beside what was done need not come from it."


def value_words(value: float, unit: str) -> str:
    """Say a value in its unit: "18.2%", "6.4".

    Parameters
    ----------
    value : float
        The value; shares lie between 0 and 1.
    unit : str
        "share", "count" or "rate".
    """
    return f"{100 * value:.1f}%" if unit == "share" else number_words(value)


def effect_words(told: Mapping[str, object], verdict: str, *, unit: str, every: str) -> str:
    """Say whether the curve turned at one thing that was done.

    Parameters
    ----------
    told : mapping
        `name`, `period`; of a verdict `end`, `ratio`, `low`, `high`; when too short `why` (a key of
        :data:`SHORT`), `settled`, `least`.
    verdict : str
        Of ``results.turning.VERDICTS``.
    unit : str
        "share", "count" or "rate".
    every : str
        Length of a period.
    """
    said = dict(told) | {"moment": period_words(told["period"], every), "every": every}
    if verdict == "too short":
        return SHORT[str(told["why"])].format(**said)
    said |= {name: f"{told[name]:.2f}" for name in ("ratio", "low", "high")}
    said["it"] = "its odds are" if unit == "share" else "it is"
    said |= {"verdict": VERDICT[verdict], "end": period_words(told["end"], every)}
    return EFFECT.format(**said)


def page_words(told: Mapping[str, object], *, unit: str, every: str) -> str:
    """Say the whole page.

    Parameters
    ----------
    told : mapping
        `title`; `latest` and `value` (None without one); `end`, `low`, `high`, `level` of the
        forecast (`end` None without one); `target` and `chance` (None without); `effects`
        (sentences); `turned` (whether any curve turned); `warnings`.
    unit : str
        "share", "count" or "rate".
    every : str
        Length of a period.
    """
    said = {"title": told["title"], "every": every}
    if told["latest"] is None:
        parts = [NO_VALUE.format(**said)]
    else:
        value, moment = value_words(told["value"], unit), period_words(told["latest"], every)
        parts = [LATEST.format(**said, value=value, moment=moment)]
    if told["end"] is not None:
        low, high = (value_words(told[name], unit) for name in ("low", "high"))
        end = period_words(told["end"], every)
        parts.append(AHEAD.format(end=end, low=low, high=high, level=f"{100 * told['level']:g}"))
    parts += told["warnings"]
    if told["chance"] is not None:
        chance = told["chance"]
        share = (
            "less than 1%"
            if chance < 0.01
            else "more than 99%"
            if chance > 0.99
            else f"{chance:.0%}"
        )
        parts.append(MEETS.format(target=value_words(told["target"], unit), chance=share))
    parts += told["effects"]
    return " ".join([*parts, CAUSE] if told["turned"] else parts)
