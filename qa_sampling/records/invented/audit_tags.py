"""Themes of invented audits: what their auditors would have chosen from the form's lists."""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.fieldwork import TAGS
from qa_sampling.records.form_layout import STANDARD_NAMES
from qa_sampling.schema import GRADES, QUALITY_STANDARDS


def invented_tags(answers: pd.DataFrame) -> pd.DataFrame:
    """Give the themes of audits: the standard graded best is a strength, the worst is learning.

    Of standards graded alike the first in their order is taken. Where all are Good or better
    nothing is to be learned; where none is, there is no strength.

    Parameters
    ----------
    answers : DataFrame
        ``records.returned.ANSWERS``.

    Returns
    -------
    DataFrame
        ``records.fieldwork.TAGS``, at most two rows an audit.
    """
    steps = {grade: place for place, grade in enumerate(GRADES)}
    places = {key: place for place, key in enumerate(QUALITY_STANDARDS)}
    held = answers[answers["grade"].isin(GRADES) & answers["standard"].isin(QUALITY_STANDARDS)]
    held = held.assign(step=held["grade"].map(steps), place=held["standard"].map(places))
    parts = []
    for kind, ascending, fits in (
        ("strength", True, held["step"] <= 1),
        ("learning", False, held["step"] > 1),
    ):
        ordered = held[fits].sort_values(
            ["audit_id", "step", "place"], ascending=[True, ascending, True]
        )
        first = ordered.drop_duplicates("audit_id").rename(columns={"standard": "tag"})
        parts.append(
            first.assign(
                kind=kind,
                tag_id=first["audit_id"] + f"/{kind}",
                tag=first["tag"].map(STANDARD_NAMES),
            )
        )
    table = pd.concat(parts).sort_values("tag_id")[list(TAGS.names)]
    return table.reset_index(drop=True).astype(TAGS.empty().dtypes.to_dict())
