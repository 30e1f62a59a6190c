"""What a signal says: its numbers, why this method, and what it would take to look ordinary."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["NOT_JUDGED", "WHY", "round_words", "sampled_words", "signal_words"]

SPIKE = (
    "{title}, {unit}, {moment}: {observed} {counted}{out_of} where {expected} were expected, "
    "{excess} {way}.{families} {ordinary} {why}"
)
ORDINARY = "{among} it would look ordinary at {ordinary}{out_of} or {edge}."
WINDOW_ORDINARY = (
    "{among} these {length} {every}s would look ordinary at {ordinary}{out_of} or {edge}."
)
SAMPLED = (
    "{title}, {unit}, {moment}: {observed} estimated from audits where {expected} was expected. "
    "{among} it would look ordinary at {ordinary} or {edge}. An estimate as precise as {out_of} "
    "audits drawn plainly at random. {why}"
)
WINDOW = "the {length} {every}s to {moment}"
FAMILIES = " They came from {families} families, where {expected} were expected."
AMONG, ALONE = "Among the {series} series looked at,", "Looked at by itself,"
"""Of how many: the more are looked at, the further off one must be to be told from chance."""
COUNTED = {"high": ("more", "fewer"), "low": ("fewer", "more")}
"""How much it is off, and what would be ordinary."""

WHY = {
    "years": "Held against the same time of the years before: {periods} {every}s.",
    "short": (
        "Held against the {periods} {every}s before; there are too few years to tell the time of "
        "year."
    ),
    "season": "Held against the {periods} {every}s before, the time of year allowed for.",
    "few": (
        "Held against the {periods} {every}s before; with less than one a {every} the time of "
        "year cannot be told."
    ),
    "share": "A share: held against the {periods} {every}s before, for as many who could.",
    "sampled": "Held against the {periods} {every}s before, the draw's design allowed for.",
    "window": "No one {every} makes it: held against the {periods} {every}s before them.",
}
"""Why this method and not another, by key."""

NOT_JUDGED = {
    "history": "fewer than 12 settled periods before it",
    "gap": "no count in the latest period",
    "open": "the latest period can still change",
    "years": "fewer than three years before it",
    "gappy": "no event, or too many gaps, in the months held against",
    "uncounted": "Farrington's method watches counts, not rates or shares",
}
"""Why a series was not judged, by key."""


def number_words(value: float) -> str:
    """Say a number that need not be whole: to one decimal place, small ones to two digits.

    Parameters
    ----------
    value : float
        The number.
    """
    if abs(value) < 1 and value != 0:
        return f"{value:.2g}"
    return f"{value:.1f}".removesuffix(".0") if abs(value) < 1000 else f"{value:,.0f}"


def signal_words(told: Mapping[str, object]) -> str:
    """Say a signal in sentences.

    Parameters
    ----------
    told : mapping
        Of the signal: `title`, `unit`, `moment`, `every`, `length`, `observed`, `expected`,
        `ordinary` and `excess` (numbers), `out_of` (those who could; None for counts),
        `series` (how many were looked at), `kind` ("spike" or "drift"), `side` ("high" or "low"),
        `why` (a key of :data:`WHY`), `periods`, `children` and `expected_children` (where
        families were tested, else None).
    """
    drift = told["kind"] == "drift"
    more, edge = COUNTED[str(told["side"])]
    said = dict(told) | {name: number_words(float(told[name])) for name in ("observed", "expected")}
    said["among"] = _among(told)
    said["out_of"] = "" if told["out_of"] is None else f" of {number_words(told['out_of'])}"
    said["counted"], said["families"] = "counted", ""
    said["excess"], said["way"] = number_words(abs(float(told["excess"]))), more
    if told["children"] is not None:
        said["families"] = FAMILIES.format(families=said["observed"], expected=said["expected"])
        said["observed"] = number_words(float(told["children"]))
        said["expected"] = number_words(float(told["expected_children"]))
    if drift:
        said["moment"] = WINDOW.format(**said)
    ordinary = {**said, "ordinary": number_words(float(told["ordinary"])), "edge": edge}
    if told["children"] is not None:
        ordinary["out_of"] = " families"
    said["ordinary"] = (WINDOW_ORDINARY if drift else ORDINARY).format(**ordinary)
    said["why"] = WHY[str(told["why"])].format(**said)
    return SPIKE.format(**said)


def _among(told: Mapping[str, object]) -> str:
    """Say among how many series it stands out."""
    return ALONE if told["series"] == 1 else AMONG.format(series=f"{told['series']:,}")


def sampled_words(told: Mapping[str, object]) -> str:
    """Say a signal of a share that is estimated from audits.

    Parameters
    ----------
    told : mapping
        As for :func:`signal_words`; `out_of` in effective audits.
    """
    audits = float(told["out_of"])
    moment = WINDOW.format(**told) if told["kind"] == "drift" else told["moment"]
    why = "window" if told["kind"] == "drift" else "sampled"
    shares = {name: f"{float(told[name]) / audits:.0%}" for name in ("observed", "expected")}
    return SAMPLED.format(
        title=told["title"], unit=told["unit"], moment=moment, **shares,
        ordinary=f"{float(told['ordinary']) / round(audits):.0%}", out_of=number_words(audits),
        among=_among(told), edge="less" if told["side"] == "high" else "more",
        why=WHY[why].format(**told),
    )  # fmt: skip


def round_words(judged: int, spikes: int, drifts: int, share: float) -> str:
    """Say the round in a sentence.

    Parameters
    ----------
    judged : int
        Series that were judged.
    spikes, drifts : int
        Signals of each kind.
    share : float
        Allowed share of false signals.
    """
    series = f"{judged} series {'was' if judged == 1 else 'were'} looked at"
    if not judged:
        return "No series is long and settled enough to be looked at."
    if not spikes + drifts:
        return f"{series}; none stands out from what chance does among so many."
    parts = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in (
            (spikes, "latest period stands out", "latest periods stand out"),
            (drifts, "slow drift", "slow drifts"),
        )
        if count
    ]
    return f"{series}: {' and '.join(parts)}. About {share:.0%} of them or fewer may be chance."
