"""What followed invented audits: how actions were verified, what may be told of them."""

from __future__ import annotations

import pandas as pd

from qa_sampling.loop.vocabulary import HOW_VERIFIED
from qa_sampling.records.invented.dice import Dice

PUBLISHED_SHARE = 0.08
"""Share of verified actions of which the authority tells everybody."""
TOLD = {
    "voice": (
        "Children told us that they were not sure their wishes reached the plan",
        "Workers now do direct work before each review and read the plan with the child",
        "Children can say what their plan is for",
    ),
    "planning": (
        "Parents told us that plans were long and hard to follow",
        "Plans now have short steps, with who does what and by when",
        "Families have a copy and know what happens next",
    ),
    "oversight": (
        "Audits found that supervision recorded tasks and little reflection",
        "Supervision notes have a part for reflection, and managers were trained",
        "",
    ),
    "visits": (
        "Families told us that visits were changed at short notice",
        "Visits are booked ahead, and changes are told by phone",
        "Families say that visits are kept",
    ),
    "recording": (
        "Audits found chronologies that were out of date",
        "Teams have protected time to bring chronologies up to date",
        "",
    ),
    "assessment": (
        "Partners told us that assessments did not weigh the history",
        "Assessments start from a chronology that partners see",
        "Partners find their information in assessments",
    ),
}


def follow_up(actions: pd.DataFrame, audits: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Add what a register keeps of actions beside what auditors wrote.

    Parameters
    ----------
    actions : DataFrame
        The authority's actions, all of them: chance falls alike whatever is known of them.
    audits : DataFrame
        Its audits.
    seed : int
        Its seed.

    Returns
    -------
    DataFrame
        The actions with `source`, `raised`, `how_verified`, `publishable`, `you_said`,
        `we_did`, `what_changed`.
    """
    dice = Dice(seed, "follow-up of actions")
    days = audits.set_index("audit_id")["date_completed"]
    more = []
    for row in actions.itertuples(index=False):
        how, is_told = dice.pick(HOW_VERIFIED), dice.chance(PUBLISHED_SHARE)
        told = TOLD.get(row.standard) if is_told and pd.notna(row.verified_date) else None
        seen = how if pd.notna(row.verified_date) else None
        said = ("Yes", *(text or None for text in told)) if told else (None,) * 4
        more.append(("Audit", days[row.audit_id], seen, *said))
    columns = "source raised how_verified publishable you_said we_did what_changed".split()
    added = pd.DataFrame(more, columns=columns, index=actions.index)
    return pd.concat([actions, added], axis=1)
