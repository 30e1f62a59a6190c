"""What the readers found, joined back to the ideas; what was agreed; how it stands at review."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep

from qa_sampling.records.fieldwork import ANSWER_KIND, case_name
from qa_sampling.records.question_bank import QuestionBank
from qa_sampling.records.register import Register
from qa_sampling.records.returned import ACTIONS
from qa_sampling.runs.dive.recording import Recorded
from qa_sampling.runs.dive.sample import COMPARISON, CONCERNED, Reading, parts_of
from qa_sampling.runs.recording import framed
from qa_sampling.sampling.estimation import estimate_proportion, make_design
from qa_sampling.settings.deep_dive import DeepDive

FOR, AGAINST, OPEN = "supports", "does not", "cannot tell"
_LEAST = 5
"""Fewest cases read from which a share is estimated."""
_COLUMNS = ["idea", "part", "drawn", "read", FOR, AGAINST, OPEN, "share", "low", "high"]


@dataclass(frozen=True)
class Closing:
    """What the reading found. Restricted: small counts.

    Attributes
    ----------
    table : DataFrame
        One row an idea and part: `idea`, `part`, `drawn`, `read` (cases), `supports`, `does not`,
        `cannot tell` (cases), `share` that supports it of all such families with `low` and `high`
        (95%; missing below five cases).
    gaps : DataFrame
        One row an idea: `idea`, `gap` (share of the concerned less that of the others), `low`,
        `high`; missing where one part was not read.
    verdicts : DataFrame
        One row a case and idea: `case_ref`, `part`, `idea`, `verdict`.
    """

    table: pd.DataFrame
    gaps: pd.DataFrame
    verdicts: pd.DataFrame

    @property
    def is_read(self) -> bool:
        """Whether any case came back."""
        return len(self.verdicts) > 0


def what_was_found(
    recorded: Recorded | None,
    reading: Reading,
    register: Register,
    settings: DeepDive,
    bank: QuestionBank,
) -> Closing:
    """Join the answers of the forms that came back to the ideas they test.

    A case supports an idea where at least one of its answers speaks for it and none against;
    where answers disagree, or say neither, the case cannot tell. Shares of the concerned are
    weighted to all families of each group, with their finite numbers.

    Parameters
    ----------
    recorded : Recorded or None
        The draw; None where none was made.
    reading : Reading
        Which case is of which part and group.
    register : Register
        Holds the answers.
    settings : DeepDive
        Name the measure.
    bank : QuestionBank
        Says which answer speaks for an idea, and which against it.
    """
    none = pd.DataFrame(columns=["case_ref", "part", "stratum", "idea", "verdict"])
    verdicts = none if recorded is None else _verdicts(recorded, register, settings, bank)
    if verdicts.empty:
        gaps = pd.DataFrame(columns=["idea", "gap", "low", "high"])
        return Closing(pd.DataFrame(columns=_COLUMNS), gaps, none)
    ideas = list(dict.fromkeys(verdicts["idea"]))
    rows = [_row(verdicts, reading, idea, part) for idea in ideas for part in _parts(reading)]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    gaps = pd.DataFrame([_gap(table, idea) for idea in ideas])
    return Closing(table, gaps, verdicts)


def _parts(reading: Reading) -> list[str]:
    return [part for part in (CONCERNED, COMPARISON) if (reading.cases["part"] == part).any()]


def _verdicts(
    recorded: Recorded, register: Register, settings: DeepDive, bank: QuestionBank
) -> pd.DataFrame:
    """Give what each case that came back says of each idea, reserves as those they stand for."""
    name = recorded.draw.draw_id
    audits = register.audits()
    back = audits.loc[(audits["draw_id"] == name) & audits["date_completed"].notna()]
    tags = register.audit_tags()
    tags = tags[tags["kind"].str.startswith(ANSWER_KIND)]
    chosen = {
        (row.audit_id, row.kind.removeprefix(ANSWER_KIND)): row.tag for row in tags.itertuples()
    }
    asked = [one for one in bank.asked_of(settings.measure) if one.supports]
    ideas = dict.fromkeys(one.tests for one in asked)
    groups = parts_of(recorded.draw.draw)
    rows = []
    for ref in back["case_ref"]:
        if ref not in groups.index:
            continue
        for idea in ideas:
            said = {
                one.says(chosen.get((case_name(name, ref), str(one.asked["key"])), ""))
                for one in asked
                if one.tests == idea
            } - {0}
            verdict = {(1,): FOR, (-1,): AGAINST}.get(tuple(said), OPEN)
            rows.append((ref, *groups.loc[ref], idea, verdict))
    return pd.DataFrame(rows, columns=["case_ref", "part", "stratum", "idea", "verdict"])


def _row(verdicts: pd.DataFrame, reading: Reading, idea: str, part: str) -> tuple:
    own = verdicts[(verdicts["idea"] == idea) & (verdicts["part"] == part)]
    drawn = int((reading.cases["part"] == part).sum())
    counts = [int((own["verdict"] == kind).sum()) for kind in (FOR, AGAINST, OPEN)]
    ends = _share(own, reading, part) if len(own) >= _LEAST else (float("nan"),) * 3
    return (idea, part, drawn, len(own), *counts, *ends)


def _share(own: pd.DataFrame, reading: Reading, part: str) -> tuple[float, float, float]:
    """Estimate the share of all families of a part that would support an idea."""
    strata = reading.strata[reading.strata["part"] == part].set_index("stratum")["population"]
    table = own.assign(held=(own["verdict"] == FOR).astype(int))
    there = {name: int(strata[name]) for name in table["stratum"].unique()}
    design = make_design(table, "stratum", population=there)
    found = estimate_proportion(design, "held")
    ends = found.confidence_interval(0.95)
    return found.estimate, ends.low, ends.high


def _gap(table: pd.DataFrame, idea: str) -> dict[str, object]:
    """Set the read cases of both parts beside each other (Newcombe's interval, cases alike)."""
    rows = table[table["idea"] == idea].set_index("part")
    none = {"idea": idea, "gap": float("nan"), "low": float("nan"), "high": float("nan")}
    if not {CONCERNED, COMPARISON} <= set(rows.index) or (rows["read"] == 0).any():
        return none
    first, second = rows.loc[CONCERNED], rows.loc[COMPARISON]
    low, high = confint_proportions_2indep(
        first[FOR], first["read"], second[FOR], second["read"], method="newcomb"
    )
    gap = first[FOR] / first["read"] - second[FOR] / second["read"]
    return {"idea": idea, "gap": float(gap), "low": float(low), "high": float(high)}


def closing_words(closing: Closing, recorded: Recorded | None) -> tuple[str, ...]:
    """Say of each idea whether the cases bear it out, and whether it is only of the concerned.

    Parameters
    ----------
    closing : Closing
        What was found.
    recorded : Recorded or None
        The draw.
    """
    if recorded is None:
        return ("No case was drawn, so there is nothing to close.",)
    if not closing.is_read:
        return (
            "No form has come back yet. Send out the forms, collect them "
            "(`qa-sampling run collect_audits`), and run this again with the same parameters.",
        )
    return tuple(_idea_words(closing, idea) for idea in closing.gaps["idea"])


def _idea_words(closing: Closing, idea: str) -> str:
    rows = closing.table[closing.table["idea"] == idea].set_index("part")
    own = rows.loc[CONCERNED]
    said = (
        f"{idea} Of {own['read']} cases read ({own['drawn']} drawn), {own[FOR]} support it, "
        f"{own[AGAINST]} do not, {own[OPEN]} cannot tell"
    )
    if pd.isna(own["share"]):
        return f"{said}: too few to say."
    said += f": {_percent(own)} of all families concerned. {_verdict(own)}"
    gap = closing.gaps.set_index("idea").loc[idea]
    if pd.isna(gap["gap"]):
        return f"{said} No case to compare was read."
    other = rows.loc[COMPARISON]
    beside = f"{other[FOR]} of the {other['read']} others read support it too"
    if gap["low"] > 0:
        return f"{said} It is more often so than among the others ({beside})."
    if gap["high"] < 0:
        return f"{said} It is less often so than among the others ({beside})."
    return f"{said} Whether it is more often so than elsewhere cannot be told ({beside})."


def _percent(row: pd.Series) -> str:
    return f"{row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%})"


def _verdict(row: pd.Series) -> str:
    if row["low"] > 0.5:
        return "Borne out in most of them."
    if row["high"] < 0.5 and 2 * (row[FOR] + row[OPEN]) >= row["read"]:
        return "Not shown: too many of the cases cannot tell."
    if row["high"] < 0.5:
        return "Not borne out in most of them."
    return "Open: it may be most of them or few."


def agree_actions(
    recorded: Recorded | None, register: Register, settings: DeepDive
) -> pd.DataFrame:
    """Record what was agreed in the register of actions; give the actions of this deep dive.

    An action that is there already is left as it stands, for somebody may have followed it up.

    Parameters
    ----------
    recorded : Recorded or None
        The draw they follow from.
    register : Register
        Holds the actions.
    settings : DeepDive
        Name the actions.

    Returns
    -------
    DataFrame
        Columns of ``returned.ACTIONS``. Restricted.
    """
    if recorded is None:
        return ACTIONS.empty()
    name = recorded.draw.draw_id
    audits = register.audits()
    read = audits.loc[audits["draw_id"] == name, "date_completed"].dropna()
    raised = read.max() if len(read) else pd.Timestamp(recorded.draw.as_at)
    held = set(register.actions()["action_id"])
    rows = [
        {
            "action_id": f"{name}/action/{number}", "audit_id": name, "text": one.what,
            "owner": one.owner, "due": one.due, "source": "Deep dive", "raised": raised,
        }
        for number, one in enumerate(settings.actions, 1)
    ]  # fmt: skip
    new = [row for row in rows if row["action_id"] not in held]
    if new:
        register.record_actions(framed(new, ACTIONS))
    every = register.actions()
    return every[every["audit_id"] == name].reset_index(drop=True)
