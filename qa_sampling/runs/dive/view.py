"""The tables of a deep dive as they are shown. Restricted: small groups and single children."""

from __future__ import annotations

from typing import Any

import pandas as pd

from qa_sampling.records.question_bank import QuestionBank
from qa_sampling.runs.dive.carried import Apart
from qa_sampling.runs.dive.closing import AGAINST, FOR, OPEN, Closing
from qa_sampling.runs.dive.population_said import estimate_words
from qa_sampling.runs.dive.reality import Reality
from qa_sampling.runs.dive.recording import READERS, Recorded
from qa_sampling.runs.dive.reviewing import Review
from qa_sampling.runs.dive.sample import Reading
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.day_cases import why_no_sample
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.factor_words import factor_words
from qa_sampling.trends.journeys import Journeys
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.then_and_now import CHANGES


def filled(**tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give the tables that have rows, by their titles; words say why the others have none.

    Parameters
    ----------
    **tables : DataFrame
        Tables by their titles, with an underscore for each space.
    """
    return {name.replace("_", " "): one for name, one in tables.items() if len(one)}


def recording_view(real: Reality) -> pd.DataFrame:
    """Give the front door before and now.

    Parameters
    ----------
    real : Reality
        The tests.
    """
    held = real.recording
    form = ["{:.1%}" if unit == "share" else "{:.0f} a month" for unit in held["unit"]]
    said = {True: "unusual", False: "as usual"}
    return pd.DataFrame(
        {
            "Measure": held["measure"],
            "Before": [_said(one, way) for one, way in zip(held["before"], form, strict=True)],
            "Now": [_said(one, way) for one, way in zip(held["now"], form, strict=True)],
            "By itself": [said.get(one, "not judged") for one in held["unusual"]],
        }
    )


def population_view(real: Reality) -> pd.DataFrame:
    """Give the children of the authority and the rates per 10,000 of them; no rows without any.

    Parameters
    ----------
    real : Reality
        The tests.
    """
    found = real.population
    rows: list[tuple[str, str, str]] = []
    if found is not None:
        both = (found.before, found.now)
        rows.append(("Children aged 0 to 17", *(f"{one.children:,.0f}" for one in both)))
        rows.append(("Estimate for the", *(estimate_words(one) for one in both)))
        rows.append(("Which estimate", *(", ".join(one.vintages) for one in both)))
        if found.carried is not None:
            held = (found.carried.before, found.carried.now)
            rows.append(("Children, were they to grow on", *(f"{one:,.0f}" for one in held)))
        rows += [
            (f"{row.what}, per 10,000 {'a year' if row.annual else found.per}",
             f"{row.before:.1f}", f"{row.now:.1f}")
            for row in found.rates.itertuples()
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=["Population", "Before", "Now"])


def ends_view(real: Reality) -> pd.DataFrame:
    """Give how many there were at the ends of the latest quarters; no rows of a measure of months.

    Parameters
    ----------
    real : Reality
        The tests.
    """
    held = pd.DataFrame(columns=["start", "numerator", "denominator"])
    if real.day is not None and len(real.day.ends) > 1:
        held = real.day.ends
    table = pd.DataFrame(
        {
            "At the end of": [f"{day:%B %Y}" for day in held["start"]],
            "Counted": [f"{one:.0f}" for one in held["numerator"]],
        }
    )
    if held["denominator"].notna().any():
        share = held["numerator"].astype("float64") / held["denominator"]
        table["Of"] = [_said(one, "{:.0f}") for one in held["denominator"]]
        table["Share"] = [_said(one, "{:.0%}") for one in share]
    return table


def _said(value: float, form: str) -> str:
    return "–" if pd.isna(value) else form.format(value)


def mixes_view(apart: Apart | None) -> pd.DataFrame:
    """Give what the mix of each factor did by itself; no rows of a count, or of one day alone.

    Parameters
    ----------
    apart : Apart or None
        The change taken apart.
    """
    heads = ["Factor", "Mix did", "95% interval", "More than chance"]
    if apart is None or (apart.table["mix"] == 0).all():
        return pd.DataFrame(columns=heads)
    scale, per = (100, "points") if apart.together.of == "rate" else (1, apart.per)
    rows = [
        (_title(row.factor), f"{_signed(scale * row.mix)} {per}",
         f"{_signed(scale * row.low)} to {_signed(scale * row.high)}",
         "yes" if row.low * row.high > 0 else "no")
        for row in apart.table.itertuples()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=heads)


def _signed(value: float) -> str:
    """Give a number with its sign, and none before 0."""
    said = f"{value:+.1f}"
    return said if float(said) else "0"


def _title(name: str) -> str:
    said = factor_words(name)
    return said[:1].upper() + said[1:]


def in_full(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table of figures with its columns in words.

    Parameters
    ----------
    table : DataFrame
        Any table of results.
    """
    return table.rename(columns={name: _title(str(name)) for name in table.columns})


def carriers_view(found: dict[str, Drivers], *, of_families: bool = True) -> pd.DataFrame:
    """Give the named groups.

    Parameters
    ----------
    found : dict of str to Drivers
        The searches.
    of_families : bool
        Whether families stand behind the cases: entries of the register have none.
    """
    rows = [
        ("Everybody" if unit == "All" else unit, _title(row.group), f"{row.observed:.0f}",
         f"{row.expected:.1f}", f"{row.families:.0f}", f"{row.families_expected:.1f}",
         f"{row.explains:+.0f}", "–" if pd.isna(row.share) else f"{row.share:.0%}")
        for unit, one in found.items()
        for row in one.named.itertuples()
    ]  # fmt: skip
    heads = ["Looked at", "Group", "Seen", "Expected", *_FAMILIES, "Explains", "Share"]
    table = pd.DataFrame(rows, columns=heads)
    return table if of_families else table.drop(columns=_FAMILIES)


_FAMILIES = ["Families", "Families expected"]


def ways_view(found: Journeys | str) -> pd.DataFrame:
    """Give each step for the concerned and the others; no rows where too few were watched.

    Parameters
    ----------
    found : Journeys or str
        The ways, or why there are none.
    """
    rows = []
    is_told = not isinstance(found, str) and found.table["difference"].notna().any()
    for row in found.table.itertuples() if is_told else ():
        shares = [_said(one, "{:.0%}") for one in (row.concerned, row.others)]
        begins = row.step == "Referral"  # where all ways begin
        gap, apart = ("–", "–") if begins else (_gap(row), _APART[row.change])
        days = [_said(one, "{:.0f}") for one in (row.days_concerned, row.days_others)]
        rows.append((row.step, *shares, gap, apart, *days))
    heads = ["Step", "Concerned", "Others", "Points more (95%)", "Beyond chance",
             "Their days", "Others' days"]  # fmt: skip
    return pd.DataFrame(rows, columns=heads)


_APART = {CHANGES[0]: "more", CHANGES[1]: "less", CHANGES[2]: "no", CHANGES[3]: "cannot be told"}
"""Whether those concerned reach a step more or less often, of all steps together."""


def _gap(row: Any) -> str:  # noqa: ANN401 - a row of a table
    """Say how far apart two shares may be, in points; of none or all in both, that alone.

    An interval of such a difference says only how few cases there are.
    """
    if pd.isna(row.low):
        return "–"
    if row.concerned == row.others and row.concerned in (0, 1):
        return "none: all in both" if row.concerned else "none: nobody in both"
    low, high = (f"{_points(end)}" for end in (row.low, row.high))
    return f"{_points(row.difference)} ({low} to {high})"


def _points(share: float) -> str:
    """Say a difference of shares in points, without a sign before 0."""
    points = round(100 * share)
    return f"{points:+d}" if points else "0"


def strata_view(reading: Reading) -> pd.DataFrame:
    """Give how many families there were and were drawn.

    Parameters
    ----------
    reading : Reading
        The cases.
    """
    names = {"part": "Part", "stratum": "Group", "population": "Families", "sampled": "Drawn",
             "reserves": "Reserves"}  # fmt: skip
    held = reading.strata.assign(stratum=reading.strata["stratum"].map(_title))
    return held.rename(columns=names)


def formed_view(reading: Reading) -> pd.DataFrame:
    """Give what became of each driver in the strata; no rows where none was found.

    Parameters
    ----------
    reading : Reading
        The cases.
    """
    held = reading.formed.reindex(columns=["driver", "families", "strata", "why"])
    heads = ["Driver", "Families concerned", "Drawn in", "Why no stratum of its own"]
    alone = held["strata"] == held["driver"]
    held = held.astype("object").where(held.notna(), "–").replace("", "–")
    held["strata"] = held["strata"].where(~alone, "A stratum of its own")
    held = held.assign(driver=held["driver"].map(_title), strata=held["strata"].map(_title))
    held = held.set_axis(heads, axis=1)
    return held if (held[heads[-1]] != "–").any() else held.drop(columns=heads[-1])


def balance_view(reading: Reading) -> pd.DataFrame:
    """Give how far both parts are alike in what was matched.

    Parameters
    ----------
    reading : Reading
        The cases.
    """
    held = reading.balance
    return pd.DataFrame(
        {
            "What": [_title(name) for name in held["column"]],
            "Value": held["value"],
            "Concerned": [_said(one, "{:.0%}") for one in held["concerned"]],
            "Comparison": [_said(one, "{:.0%}") for one in held["comparison"]],
        }
    )


_SHOWN = ["case_ref", "child_id", "start", "team", "source", "about"]
_HEADS = ["Reference", "Case number", "Day", "Team", "Source", "Age and need"]


def to_read(reading: Reading) -> pd.DataFrame:
    """Give the cases to read, by reference, so that nobody sees which of them are concerned.

    Parameters
    ----------
    reading : Reading
        The cases.
    """
    if not reading.is_drawn:
        return pd.DataFrame(columns=_HEADS)
    held = reading.cases.sort_values("case_ref")
    about = held["age"].astype("str") + "; " + held["need"].astype("str")
    held = held.assign(start=[f"{day:%d %b %Y}" for day in held["start"]], about=about)[_SHOWN]
    return held.set_axis(_HEADS, axis=1).astype("str").reset_index(drop=True)


def readers_view(recorded: Recorded | None) -> pd.DataFrame:
    """Give who reads how many cases; no rows where none was drawn.

    Parameters
    ----------
    recorded : Recorded or None
        What the register holds.
    """
    return pd.DataFrame(columns=READERS) if recorded is None else recorded.table


def ideas_view(closing: Closing) -> pd.DataFrame:
    """Give what the reads say of each idea, the concerned and the others.

    Parameters
    ----------
    closing : Closing
        What was found.
    """
    held = closing.table
    ends = zip(held["share"], held["low"], held["high"], strict=True)
    return pd.DataFrame(
        {
            "Idea": held["idea"],
            "Part": held["part"],
            "Drawn": held["drawn"],
            "Read": held["read"],
            "Supports": held[FOR],
            "Does not": held[AGAINST],
            "Cannot tell": held[OPEN],
            "Of all such families": [
                "–" if pd.isna(share) else f"{share:.0%} ({low:.0%} to {high:.0%})"
                for share, low, high in ends
            ],
        }
    )


def agreed_view(actions: pd.DataFrame, settings: DeepDive) -> pd.DataFrame:
    """Give the recommendation, the actions and the month of the review.

    Parameters
    ----------
    actions : DataFrame
        ``returned.ACTIONS`` of this deep dive.
    settings : DeepDive
        Give the recommendation and the review.
    """
    rows = [("Recommendation", settings.recommendation, "", "")] if settings.recommendation else []
    rows += [("Action", row.text, row.owner, f"{row.due:%d %b %Y}") for row in actions.itertuples()]
    if settings.review:
        rows.append(("Review", "The measure is tested again.", settings.lead, settings.review))
    return pd.DataFrame(rows, columns=["What", "In words", "Owner", "By"])


def review_view(found: Review | None) -> pd.DataFrame:
    """Give the measure before the deep dive, in its months and at review.

    Parameters
    ----------
    found : Review or None
        The review.
    """
    held = pd.DataFrame(columns=["when", "months", "concerned", "of", "share"])
    held = held if found is None else found.table
    return pd.DataFrame(
        {
            "When": [_title(str(one)) for one in held["when"]],
            "Months": held["months"],
            "Concerned": [f"{one:.1f}" for one in held["concerned"]],
            "Of cases": [_said(one, "{:.0f}") for one in held["of"]],
            "Share": [_said(one, "{:.0%}") for one in held["share"]],
        }
    )


_ASKED = ["Question", "Answers", "Tests the idea"]


def questions_view(bank: QuestionBank, measure: str) -> pd.DataFrame:
    """Give the questions that the readers answer, and the idea that each tests; none unread.

    Parameters
    ----------
    bank : QuestionBank
        The bank.
    measure : str
        Name of the measure.
    """
    if why_no_sample(MEASURES[measure]):
        return pd.DataFrame(columns=_ASKED)
    rows = [
        (one.asked["label"], " / ".join(one.asked.get("options", ())) or "in words", one.tests)
        for one in bank.asked_of(measure)
    ]
    return pd.DataFrame(rows, columns=_ASKED)
