"""What difference the programme made, in sentences that everybody may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from qa_sampling.reporting.free_text import numbers_in
from qa_sampling.reporting.loop_tables import STATES, LoopTables
from qa_sampling.reporting.loop_words import closed_words
from qa_sampling.reporting.programme_words import joined, lowered
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.words import NOTHING_SAID, Words, _sealed, say
from qa_sampling.results import Turning
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.spikes import Spikes
from qa_sampling.trends.then_and_now import CHANGES

_LEVEL = 0.05
_VERDICTS = {
    "better": "it has got better, by more than chance",
    "worse": "it has got worse, by more than chance",
    "changed": "it has changed, by more than chance",
    "not shown": "no clear change; chance alone could explain what moved",
    "too short": "too early to tell",
}


def difference_words(
    curves: Iterable[Turning], escalations: Sequence[int], signals: Spikes
) -> Words:
    """Say whether curves turned, whether escalations fell, and whether outcomes give a signal.

    Parameters
    ----------
    curves : iterable of Turning
        Measures that were to be turned.
    escalations : sequence of int
        Escalations by month, in order.
    signals : Spikes
        Latest months and drifts that stand out among all series looked at.
    """
    held = signals.considered
    judged = held[held["why_not"] == ""].drop_duplicates(["measure", "unit_kind", "unit"])
    words = say(
        "Outcomes: of {all:figure|figures} followed month by month, for all children and for each "
        "team, {found} moved further than chance explains.",
        all=declared(len(judged)),
        found=declared(len(signals.signals)) if signals.signals else "none",
    )
    everybody = [one.measure for one in signals.signals if one.unit == EVERYBODY]
    if everybody:
        words += say(
            "For all children these did: {names}.",
            names=declared(joined([MEASURES[name].title for name in dict.fromkeys(everybody)])),
        )
    for curve in curves:
        for one in curve.done.to_dict("records"):
            if numbers_in(str(one["name"])):
                continue
            words += say(
                "{measure}, for all children, since {name}: {verdict}.",
                measure=declared(curve.measure),
                name=str(one["name"]),
                verdict=_VERDICTS.get(one["verdict"], str(one["verdict"])),
            )
    return words + escalation_words(escalations)


def escalation_words(escalations: Sequence[int]) -> Words:
    """Say whether escalations of reviewing officers fell in the later half of the months.

    Parameters
    ----------
    escalations : sequence of int
        Escalations by month, in order.
    """
    from scipy import stats

    half = len(escalations) // 2
    first, second = sum(escalations[:half]), sum(escalations[len(escalations) - half :])
    if not first + second:
        return NOTHING_SAID
    p = stats.binomtest(second, first + second, 0.5).pvalue
    if p >= _LEVEL:
        return _sealed(
            "Reviewing officers raised concerns formally (escalations): no clear difference "
            "between the earlier and the later months."
        )
    way = "fewer" if second < first else "more"
    return say(
        "Reviewing officers raised concerns formally (escalations): {way} in the later months, by "
        "more than chance; fewer can also mean that less is said.",
        way=way,
    )


def actions_words(tables: LoopTables) -> Words:
    """Say what has become of actions.

    Parameters
    ----------
    tables : LoopTables
        The protected tables of actions.
    """
    table, words = tables.states, closed_words(tables)
    if words == NOTHING_SAID:
        return words
    if not table.totals[tables.count]:
        return _sealed("No action of these months is on record.")
    if STATES["overdue"] in [row[0] for row in table.rows]:
        words += say(
            "{late:action is|actions are} overdue.",
            late=cell(table, tables.count, STATES["overdue"]),
        )
    return words


def reconciling_words(changes: pd.DataFrame, curves: Iterable[Turning], *, service: str) -> Words:
    """Say why one service can read otherwise than the curve of everybody.

    Parameters
    ----------
    changes : DataFrame
        What is told of the service: `measure` (its name), `change` (of ``then_and_now.CHANGES``).
    curves : iterable of Turning
        Curves of everybody.
    service : str
        The service.

    Returns
    -------
    Words
        A sentence a measure whose change in the service is told, and whose curve does not say the
        same; nothing where both agree.
    """
    told = dict(zip(changes["measure"], changes["change"], strict=True))
    titles = {MEASURES[name].title: name for name in told}
    words = NOTHING_SAID
    for curve in curves:
        change = told.get(titles.get(curve.measure, ""), "")
        verdicts = set(curve.done["verdict"])
        if change not in CHANGES[:2] or not verdicts or _same_way(change, curve.better, verdicts):
            continue
        words += say(
            "{measure}: {way} in {service}, and the curve of all children does not say the same. "
            "Both can be true: the first sets the latest quarters of the teams of {service} "
            "beside as many before; the curve asks of all children whether the months since "
            "something was done leave the course they were on already.",
            measure=declared(curve.measure),
            way=change.lower(),
            service=service,
        )
    return words


def _same_way(change: str, better: str, verdicts: set[str]) -> bool:
    """Say whether a curve turned the way a service changed."""
    if change == CHANGES[0]:
        turned = {"up": "better", "down": "worse"}.get(better, "changed")
    else:
        turned = {"up": "worse", "down": "better"}.get(better, "changed")
    return turned in verdicts


def undrawn_words(measures: Mapping[str, bool]) -> Words:
    """Say of which outcomes no line is drawn, and why.

    Parameters
    ----------
    measures : mapping of str to bool
        Their names in the registry, and whether a table by quarter shows them, most of whose
        quarters are hidden; nothing is said of none.
    """
    kinds: dict[str, list[str]] = {}
    for name, hidden in measures.items():
        kinds.setdefault(_why_undrawn(name, hidden=hidden), []).append(
            lowered(MEASURES[name].title)
        )
    words = NOTHING_SAID
    for why, titles in kinds.items():
        words += say("No line is drawn {why}: {which}.", why=why, which=declared(joined(titles)))
    return words


def _why_undrawn(name: str, *, hidden: bool) -> str:
    if hidden:
        return "where most quarters are hidden so that nobody is identified"
    if MEASURES[name].base.of == "measure_events":
        return "of what the extracts do not hold"
    if MEASURES[name].carries_over or MEASURES[name].stock:
        return "of what is counted on a day, since most of its children are the same on the next"
    return "of what no table by quarter shows"
