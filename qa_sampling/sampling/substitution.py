"""Reserves and substitutions that keep the design honest: which case is opened next, and why.

A drawn case is *opened* when its file is looked at. What is found decides what follows:

- ``audited``: it counts.
- ``out_of_scope``: the file shows that the case should not have been in the frame. The case counts
  as opened and contributes nothing; how many cases are in scope is estimated from it.
- ``unavailable``: the record cannot be audited. It is non-response: the answered cases of its
  stratum carry its weight, and the response rate is shown.
- ``conflict``: this auditor must not audit it. The case stays; somebody else audits it.
- ``pending``: not known yet.

Only the first two losses call the next reserve, in the order of the tickets. No other reason
does: a case is never replaced because of what its file shows. The words are those of
``schema.AUDIT_OUTCOMES``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from qa_sampling.errors import FrameError, SelectionError
from qa_sampling.sampling.estimation_outcomes import carry_weights
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.schema import AUDIT_OUTCOMES

LOSSES = ("out_of_scope", "unavailable")
"""Outcomes that call the next reserve."""


@dataclass(frozen=True)
class Fieldwork:
    """Where the audits of a draw stand, and what estimation needs of them.

    Attributes
    ----------
    to_open : DataFrame
        Reserves that are to be opened now, by stratum and rank: `case_ref`, `stratum`, `rank`,
        `instead_of` (the lost case whose place it takes).
    to_reassign : DataFrame
        Cases for which another auditor is needed: `case_ref`, `stratum`.
    cases : DataFrame
        One row an opened case, by stratum and rank: `case_ref`, `stratum`, `rank`, `drawn_as`,
        `population` (N, cases of the stratum in the frame), `available` (those that stand when
        one child stands for each family), `stands_for` (children of its family, itself included;
        1 without siblings), `opened` (n, cases opened in the stratum),
        `outcome`, `probability` (of being opened), `weight` (how many cases of the frame it
        stands for once non-response is carried: 0 when unavailable, missing while the stratum
        is not settled or when nobody in it answered).
    strata : DataFrame
        One row a stratum that is sampled: `stratum`, `population`, `available`, `sampled`,
        `opened`, `audited`, `out_of_scope`, `unavailable`, `waiting` (pending, conflict
        or to be opened), `response_rate` (audited and out of scope, of the opened with an
        outcome), `reserves_left`, `short` (losses that no reserve can replace), `is_settled`.
    is_settled : bool
        Whether every opened case has its final outcome and no reserve is due.
    """

    to_open: pd.DataFrame
    to_reassign: pd.DataFrame
    cases: pd.DataFrame
    strata: pd.DataFrame
    is_settled: bool


def follow_up(frame: Frame, draw: Draw, outcomes: pd.DataFrame) -> Fieldwork:
    """Say which reserves are opened next, and recompute probabilities and weights.

    Parameters
    ----------
    frame, draw : Frame, Draw
        The fixed frame and its draw.
    outcomes : DataFrame
        `case_ref`, `outcome` (of ``schema.AUDIT_OUTCOMES``), one row a case. Sampled cases without
        a row are pending. A reserve has a row only when it was opened.

    Returns
    -------
    Fieldwork

    Raises
    ------
    FrameError
        When the draw is of another frame.
    SelectionError
        When an outcome is unknown, a case was not drawn or has two rows, or reserves were opened
        out of turn or without a loss.

    Notes
    -----
    With n sampled and m opened in a stratum, the probability of being opened is that of the draw
    times m / n. Among the in-scope cases of a stratum the audited ones are a simple random
    sample however many reserves were needed, so estimates for cases in scope hold. The number
    of cases in scope, N (audited) / (audited + out of scope), is slightly too high when the
    last case opened made the number full, as it does under such a stopping rule.
    """
    if frame.fingerprint != draw.frame_fingerprint:
        raise FrameError("The draw was made from another frame; give the frame of its month.")
    found = _outcomes(draw, outcomes)
    listed = draw.sample.sort_values(["stratum", "rank"], ignore_index=True)
    listed["outcome"] = listed["case_ref"].map(found)
    pending = (listed["drawn_as"] == "sample") & listed["outcome"].isna()
    listed["outcome"] = listed["outcome"].where(~pending, "pending")
    lost = listed["outcome"].isin(LOSSES)
    replaced = lost | ((listed["drawn_as"] == "reserve") & listed["outcome"].notna())
    touched = listed[listed["stratum"].isin(listed.loc[replaced, "stratum"])]
    _check_turn(touched)
    opened = listed[listed["outcome"].notna()].reset_index(drop=True)
    to_open = _to_open(touched)
    strata = _strata(draw, opened, listed, to_open)
    conflicts = opened.loc[opened["outcome"] == "conflict", ["case_ref", "stratum"]]
    return Fieldwork(
        to_open=to_open,
        to_reassign=conflicts.reset_index(drop=True),
        cases=_weighted(frame, draw, opened, strata),
        strata=strata,
        is_settled=bool(strata["is_settled"].all()),
    )


def _outcomes(draw: Draw, outcomes: pd.DataFrame) -> dict[str, str]:
    """Give the outcome by case; refuse what does not keep the design."""
    for name in ("case_ref", "outcome"):
        if name not in outcomes.columns:
            raise SelectionError(f"The table of outcomes has no column `{name}`.")
    if unknown := int((~outcomes["outcome"].isin(list(AUDIT_OUTCOMES))).sum()):
        raise SelectionError(
            f"{unknown} rows hold an outcome that is none of {', '.join(AUDIT_OUTCOMES)}. A case "
            f"is never replaced because of what its file shows: audit it, however it looks."
        )
    if repeated := int(outcomes["case_ref"].duplicated().sum()):
        raise SelectionError(f"{repeated} rows repeat a case; give its latest outcome only.")
    if strangers := int((~outcomes["case_ref"].isin(draw.sample["case_ref"])).sum()):
        raise SelectionError(
            f"{strangers} rows name a case that is neither sampled nor a reserve of this draw. "
            f"Nobody may be added by hand."
        )
    return dict(zip(outcomes["case_ref"].tolist(), outcomes["outcome"].tolist(), strict=True))


def _check_turn(listed: pd.DataFrame) -> None:
    """Refuse reserves that were opened out of turn or without a loss before them."""
    for label, part in listed.groupby("stratum"):
        lost = part["outcome"].isin(LOSSES)
        spare = part["drawn_as"] == "reserve"
        opened = part["outcome"].notna()[spare].tolist()
        if opened != sorted(opened, reverse=True):
            raise SelectionError(
                f"A reserve of {label!r} was opened before one with a lower rank. Open them in "
                f"the order of their ranks."
            )
        losses = int(lost.sum())
        if sum(opened) > losses:
            raise SelectionError(
                f"{sum(opened)} reserves of {label!r} were opened, but only {losses} cases are "
                f"out of scope or unavailable. Withdraw the others."
            )


def _to_open(listed: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for label, part in listed.groupby("stratum"):
        lost = part.loc[part["outcome"].isin(LOSSES), "case_ref"].tolist()
        spare = part[part["drawn_as"] == "reserve"]
        used = int(spare["outcome"].notna().sum())
        due = spare.iloc[used : len(lost)]
        for ref, rank, gone in zip(due["case_ref"], due["rank"], lost[used:], strict=False):
            rows.append((ref, label, int(rank), gone))
    return pd.DataFrame(rows, columns=["case_ref", "stratum", "rank", "instead_of"])


def _strata(
    draw: Draw, opened: pd.DataFrame, listed: pd.DataFrame, to_open: pd.DataFrame
) -> pd.DataFrame:
    sampled = draw.allocation[draw.allocation["sampled"] > 0]
    table = sampled[["stratum", "population", "available", "sampled"]].reset_index(drop=True)
    labels = table["stratum"]
    table["opened"] = _by_stratum(opened, labels)
    for name in ("audited", "out_of_scope", "unavailable"):
        table[name] = _by_stratum(opened[opened["outcome"] == name], labels)
    known = table["audited"] + table["out_of_scope"]
    settled = known + table["unavailable"]
    due = _by_stratum(to_open, labels)
    table["waiting"] = table["opened"] - settled + due
    table["response_rate"] = (known / settled).where(settled > 0)
    spare = _by_stratum(listed[listed["outcome"].isna()], labels)
    table["reserves_left"] = spare - due
    lost = table["out_of_scope"] + table["unavailable"]
    used = _by_stratum(opened[opened["drawn_as"] == "reserve"], labels)
    table["short"] = lost - used - due
    table["is_settled"] = table["waiting"] == 0
    return table


def _by_stratum(rows: pd.DataFrame, labels: pd.Series) -> pd.Series:
    return labels.map(Counter(rows["stratum"].tolist())).fillna(0).astype(int)


def _weighted(frame: Frame, draw: Draw, opened: pd.DataFrame, strata: pd.DataFrame) -> pd.DataFrame:
    """Give every opened case its probability and weight."""
    here = strata.set_index("stratum")
    target = draw.allocation.set_index("stratum")["target"]
    family = frame.cases.set_index("case_ref")["family_ref"]
    children = family.map(family.value_counts()) if draw.parameters["one_per_family"] else None
    labels, refs = opened["stratum"], opened["case_ref"]
    stands_for = refs.map(children) if children is not None else 1
    standing = labels.map(here["available"])
    share = labels.map(here["opened"]) / labels.map(here["sampled"])
    table = opened[["case_ref", "stratum", "rank", "drawn_as"]].copy()
    table["population"] = labels.map(here["population"])
    table["available"] = standing
    table["stands_for"] = stands_for
    table["opened"] = labels.map(here["opened"])
    table["outcome"] = opened["outcome"]
    table["probability"] = labels.map(target) * share / standing / stands_for
    answers = (opened["outcome"] != "unavailable").to_numpy()
    codes = pd.factorize(labels)[0]
    carried = carry_weights(1 / table["probability"].to_numpy(dtype=float), answers, codes)
    table["weight"] = pd.Series(carried).where(labels.map(here["is_settled"]))
    return table
