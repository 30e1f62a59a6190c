"""You said, we did: what the authority lets everybody read of an action, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

_TEXTS = ("you_said", "we_did", "what_changed")


@dataclass(frozen=True)
class SaidAndDone:
    """What people said, what was done, what changed.

    Attributes
    ----------
    table : DataFrame
        One row a closed action that is marked as publishable: `action_id`, `standard`, `source`,
        `you_said`, `we_did`, `what_changed` (blank where nothing is written), `closed` (day).
    held_back : int
        Marked as publishable, but not closed yet: nothing is told before somebody has seen it.
    incomplete : int
        Marked as publishable and closed, but without what was said or what was done.
    """

    table: pd.DataFrame
    held_back: int
    incomplete: int


def said_and_done(held: pd.DataFrame) -> SaidAndDone:
    """Give the "you said, we did" table.

    The text of the action and its evidence of impact are never in it: they are restricted, and
    only what was written to be published is published.

    Parameters
    ----------
    held : DataFrame
        What ``actions.known_at`` gives, with `publishable`, `you_said`, `we_did`,
        `what_changed`, `source` and `standard`.
    """
    marked = held[held["publishable"] == "Yes"]
    closed = marked[marked["status"] == "Closed"]
    texts = closed[list(_TEXTS)].astype("str").apply(lambda one: one.str.strip())
    texts = texts.where(closed[list(_TEXTS)].notna(), "")
    whole = (texts["you_said"] != "") & (texts["we_did"] != "")
    table = closed.assign(**texts, closed=closed["verified_date"])[whole]
    columns = ["action_id", "standard", "source", *_TEXTS, "closed"]
    table = table[columns].sort_values(["closed", "action_id"]).reset_index(drop=True)
    return SaidAndDone(table, len(marked) - len(closed), int((~whole).sum()))
