"""What the sample covers: cases and audits side by side."""

from __future__ import annotations

import pandas as pd

from qa_sampling.sampling.plan import Draw, Frame


def coverage(frame: Frame, draw: Draw, by: str | list[str]) -> pd.DataFrame:
    """Count cases of the frame and audits by one or two of their descriptors.

    Parameters
    ----------
    frame, draw : Frame, Draw
        A frame and its draw.
    by : str or list of str
        Columns of the frame's cases, such as "status".

    Returns
    -------
    DataFrame
        The columns of `by`, then `cases` and `audits` (whole numbers), sorted; every
        combination that occurs in the frame.
    """
    names = [by] if isinstance(by, str) else list(by)
    audited = frame.cases["case_ref"].isin(draw.cases["case_ref"])
    counted = frame.cases.assign(audits=audited.astype(int), cases=1)
    return counted.groupby(names, sort=True)[["cases", "audits"]].sum().reset_index()
