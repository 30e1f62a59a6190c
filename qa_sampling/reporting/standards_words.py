"""Each quality standard by itself, as everybody may read it: what good is, and what tells of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from qa_sampling.loop.standards import SAYS, Evidence, Reading, marked, share_of
from qa_sampling.reporting.findings_words import share_told
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.reporting.outcome_tables import OutcomeTables, table_of
from qa_sampling.reporting.programme_view import judged_on, way_in_short
from qa_sampling.reporting.programme_words import joined, lowered
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable
from qa_sampling.reporting.word_table import WordTable
from qa_sampling.reporting.words import NOTHING_SAID, Words, _sealed, say
from qa_sampling.schema import QUALITY_STANDARDS
from qa_sampling.trends.measures import MEASURES

_AUDITS = "Audits"
_QUARTERS = 4
_SAID = dict(zip(SAYS, ("good", "cannot tell", "not yet good", "too little to go by"), strict=True))
_BY = ("good by {}", "cannot tell by {}", "not yet good by {}", "too little to go by from {}")
_HEADS = ("Standard, and how it reads", "What good looks like", "What tells of it")
_BESIDES = ("Standard", "What else the framework names, and what measures cannot say")
STANDARDS_CAPTION = (
    "Of audits, the share of open cases graded good or better; of measures, the share over the "
    "latest year of finished quarters; what is counted on a day, such as visits in time, is held "
    "against what is wanted on the latest day, and its share is told to named readers alone. In "
    "brackets behind a share: where the true share very likely lies."
)


def standards_table(
    readings: Sequence[Reading],
    ways: Mapping[str, str],
    good: Mapping[str, str],
    *,
    no_measure: Mapping[str, str],
    estimates: pd.DataFrame,
    graded: SafeTable,
    quarters: OutcomeTables,
    fewest: int,
    level: float,
    measures: Mapping[tuple[str, str], str] | None = None,
) -> WordTable:
    """Give every standard with its reading, what good looks like, and what each source says.

    Shares are told where their counts are printed: of audits those of the table of grades by
    standard, of measures those of the tables by quarter, added up as they are printed there. All
    other sources say what they say, and no share.

    Parameters
    ----------
    readings : sequence of Reading
        The scorecard.
    ways, good, no_measure : mapping of str to str
        By standard: direction of travel, what good looks like, and why there is no measure.
    estimates : DataFrame
        Grades of open cases by standard: `standard`, `graded`, `count_good`, `share_good`,
        `low_good`, `high_good`.
    graded : SafeTable
        ``FindingsTables.standards``.
    quarters : OutcomeTables
        Outcomes by quarter.
    fewest : int
        Gradings or cases below which no share is told.
    level : float
        Of the intervals.
    measures : mapping of (str, str) to str, optional
        Which way each measure goes beside a year before (``well.Well.measures``).
    """
    ways_of = measures or {}
    audited = estimates.rename(columns={"graded": "n"}).set_index("standard")
    titles = {measure.title: name for name, measure in MEASURES.items()}
    rows = []
    for one in readings:
        words = NOTHING_SAID
        for part in one.evidence:
            if part.source == _AUDITS:
                share = _of_audits(part, audited, graded, fewest)
                words += _sealed(f"{part.source}: {share}{_SAID[part.says]}.")
            elif part.n and part.source in titles and not _is_of_a_day(titles[part.source]):
                share = _of_quarters(part, titles[part.source], quarters, fewest, level)
                words += _sealed(f"{part.source}: {share}{_SAID[part.says]}.")
        held = [part for part in one.evidence if part.source in titles]
        words += _on_the_day([part for part in held if _is_of_a_day(titles[part.source])])
        words += _not_counted(held) + _others(one, {_AUDITS, *titles})
        words += _moved([ways_of.get((one.standard, part.source), "") for part in held], held)
        if one.standard in no_measure:
            words += _sealed(f"{judged_on(one, has_measure=False)}.")
        rows.append((_read(one, ways), say("{text}", text=declared(good[one.standard])), words))
    return WordTable(_HEADS, tuple(rows))


def _read(one: Reading, ways: Mapping[str, str]) -> Words:
    words = _sealed(QUALITY_STANDARDS[one.standard]) + _sealed(marked(one.reading))
    words += _sealed(f"Confidence: {one.confidence.lower()}")
    return words + _sealed(f"Since the months before: {way_in_short(ways[one.standard]).lower()}")


def _is_of_a_day(name: str) -> bool:
    return MEASURES[name].stock or MEASURES[name].carries_over


def _on_the_day(held: Sequence[Evidence]) -> Words:
    """Say what measures of a day say, those that say the same at once, without their shares."""
    words = NOTHING_SAID
    for says, text in _SAID.items():
        own = [f"{lowered(part.source)} ({_wanted(part)} wanted)"
               for part in held if part.n and part.says == says]  # fmt: skip
        if own:
            words += _sealed(f"{text} on the latest day: {joined(own)}.")
    return words


def _not_counted(held: Sequence[Evidence]) -> Words:
    names = [lowered(part.source) for part in held if not part.n]
    if not names:
        return NOTHING_SAID
    return _sealed(f"Not counted, because the extracts do not hold it: {joined(names)}.")


def _moved(ways: Sequence[str], held: Sequence[Evidence]) -> Words:
    """Say which measures went up or down beside a year before; or that none clearly did."""
    words = NOTHING_SAID
    for way in ("Better", "Worse"):
        names = [lowered(part.source) for part, one in zip(held, ways, strict=True) if one == way]
        if names:
            words += _sealed(f"{way} than a year before: {joined(names)}.")
    known = [one for one in ways if one and not one.startswith("Not known")]
    if known and not words.sentences:
        text = "No measure has" if len(known) > 1 else "The measure has not"
        words += _sealed(f"{text} clearly changed against a year before.")
    return words


def _others(one: Reading, apart: Collection[str]) -> Words:
    """Say what the sources say whose share is not told, those that say the same at once."""
    words = NOTHING_SAID
    for says, template in zip(SAYS, _BY, strict=True):
        names = [lowered(source) for source in one.sources(says) if source not in apart]
        if names:
            words += _sealed(f"{template.format(joined(names))}.")
    return words


def besides_table(no_measure: Mapping[str, str], other_evidence: Mapping[str, str]) -> WordTable:
    """Give what the framework names besides, and why a standard is held against no measure.

    Parameters
    ----------
    no_measure, other_evidence : mapping of str to str
        By standard, as the file declares it.
    """
    told = {
        key: (other_evidence.get(key, ""), no_measure.get(key, "")) for key in QUALITY_STANDARDS
    }
    rows = [
        (
            _sealed(QUALITY_STANDARDS[key]),
            (say("{text}", text=declared(others)) if others else NOTHING_SAID)
            + (say("No measure: {text}", text=declared(why)) if why else NOTHING_SAID),
        )
        for key, (others, why) in told.items()
        if others or why
    ]
    return WordTable(_BESIDES, tuple(rows))


def _of_audits(part: Evidence, audited: pd.DataFrame, graded: SafeTable, fewest: int) -> str:
    row = audited.loc[part.standard]
    if graded.withheld:
        return "share hidden; "
    if row["n"] < fewest or pd.isna(row["share_good"]):
        return ""
    told = share_told(row, cell(graded, "good", QUALITY_STANDARDS[part.standard]))
    return f"{told}; " if told else "share hidden; "


def _wanted(part: Evidence) -> str:
    return f"{'at most' if part.better == 'down' else 'at least'} {percent_text(part.wanted)}"


def _of_quarters(
    part: Evidence, name: str, quarters: OutcomeTables, fewest: int, level: float
) -> str:
    """Give the share of the latest quarters as they are printed, with what is wanted."""
    wanted = f"{_wanted(part)} wanted; "
    table = table_of(quarters, name)
    if table is None or f"share_{name}" not in table.percentages:
        return f"share not told here, {wanted}"
    cells = table.body[list(table.percentages[f"share_{name}"])].tail(_QUARTERS)
    if len(cells) < _QUARTERS or cells.isna().any().any() or (cells == HIDDEN_MARK).any().any():
        return f"share hidden, {wanted}"
    count, whole = (int(cells[column].sum()) for column in cells.columns)
    found = share_of(
        part.standard, part.source, count, whole, wanted=part.wanted, fewest=fewest, level=level,
        better=part.better,
    )  # fmt: skip
    if found.share is None or found.low is None or found.high is None:
        return wanted
    low, high = percent_text(found.low), percent_text(found.high)
    return f"{percent_text(found.share)} ({low} to {high}), {wanted}"
