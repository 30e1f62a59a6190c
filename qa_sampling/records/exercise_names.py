"""Who graded in a training exercise: one person under one name, however it was typed."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from itertools import combinations

import pandas as pd

from qa_sampling.records.quality import FaultLog

_NEARLY = 0.88
"""Likeness from which two names may be one: of ten letters one may be missing or another."""
_QUESTION = ["case_ref", "standard"]


def one_spelling(names: pd.Series) -> pd.Series:
    """Let names that differ by capitals, spaces, accents or signs only be one, as first written.

    Parameters
    ----------
    names : Series of str
        Names as they were typed; "expert" is the expert.
    """
    first: dict[str, str] = {"expert": "Expert"}
    for name in names:
        first.setdefault(_plain(name), " ".join(name.split()))
    return pd.Series([first[_plain(name)] for name in names], index=names.index, dtype="object")


def without_blank_copies(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out blank rows of whoever answered the same question elsewhere, or left it blank there.

    Parameters
    ----------
    table : DataFrame
        `case_ref`, `rater`, `standard`, `grade` and where each row stands.
    """
    who = ["rater", *_QUESTION]
    blank = table["grade"].isna()
    answered = pd.MultiIndex.from_frame(table[who]).isin(
        pd.MultiIndex.from_frame(table.loc[~blank, who])
    )
    again = table[blank & ~answered].duplicated(who).reindex(table.index, fill_value=False)
    return table[~blank | (~answered & ~again)].reset_index(drop=True)


def refuse_two_spellings(file: str, table: pd.DataFrame, log: FaultLog, *, expert: str) -> None:
    """Note two names that are nearly the same where neither answered what the other did.

    Two people of nearly the same name grade the same questions; one who is spelled in two ways
    never does.

    Parameters
    ----------
    file : str
        Name of the file.
    table : DataFrame
        `case_ref`, `rater`, `standard`, `grade`, `sheet`, `row`.
    log : FaultLog
        Takes the fault, without a name.
    expert : str
        What the expert is called.
    """
    graded = table[table["grade"].notna() & (table["rater"] != expert)]
    answered = {
        name: set(part[_QUESTION].itertuples(index=False, name=None))
        for name, part in graded.groupby("rater", sort=False)
    }
    for one, other in combinations(answered, 2):
        alike = SequenceMatcher(None, _plain(one), _plain(other)).ratio() >= _NEARLY
        if alike and not answered[one] & answered[other]:
            where = graded[graded["rater"] == other]
            log.add("stop", file, str(where["sheet"].iloc[0]),
                    "the name is nearly that of another auditor, and neither graded what the "
                    "other did", "Spell one person’s name in one way; call two people by names "
                    "that differ more.", column="auditor", rows=where["row"].tolist())  # fmt: skip


def _plain(name: str) -> str:
    """Give a name without capitals, accents, spaces and signs; never blank."""
    apart = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[\W_]+", "", apart.translate(_ACCENTS)) or name


_ACCENTS = dict.fromkeys(range(0x300, 0x370))
