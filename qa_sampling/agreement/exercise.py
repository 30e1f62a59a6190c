"""A training exercise: all auditors grade the same case or cases, and talk about why they differ.

What may be shown to all is how the grades spread, and how often they meet the expert's. How far
each auditor lies from the others is for the auditor alone: it is restricted, and in no order
of merit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.agreement.net_bias import ShareFound, check_level, net_bias, share_found
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError

__all__ = ["Exercise", "exercise"]


@dataclass(frozen=True)
class Exercise:
    """What came of a training exercise.

    Attributes
    ----------
    spread : DataFrame
        One row a question (case and standard): the columns of the units, `n` (auditors who graded
        it), one column a grade with its count, best first, `consensus` (the middle grade; of an
        even number the lower of the two), `range` (grades between the highest and lowest),
        `same` (auditors with the most frequent grade), `expert` (missing without one),
        `with_expert`.
    auditors : DataFrame
        Restricted. One row an auditor, by name: `auditor`, `n` (questions), `shift` (mean of
        their grade less the middle of the others', or less the expert's, in grades), `low`,
        `high`, `distance` (mean steps from it, either way), `same` (questions with that grade).
    expert_share : ShareFound or None
        Grades that are the expert's; auditors, not grades, are what its interval counts.
    against : {"expert", "others"}
        What auditors are held against.
    level : float
        Level of the intervals.
    grades : DataFrame
        Restricted. One row a grade that is held against another: the columns of the units,
        `auditor`, `grade`, `held_against` (the grade), `gap` (grades the auditor is above it).
    """

    spread: pd.DataFrame
    auditors: pd.DataFrame
    expert_share: ShareFound | None
    against: str
    level: float
    grades: pd.DataFrame

    def furthest(self) -> pd.DataFrame:
        """Give the auditors whose mean distance is the largest: restricted, for them alone."""
        most = self.auditors["distance"].max()
        return self.auditors[self.auditors["distance"] >= most - 1e-9].reset_index(drop=True)


def exercise(
    ratings: Ratings, *, expert: Mapping[str, str] | str | None = None, level: float = 0.95
) -> Exercise:
    """Tell how auditors who graded the same cases spread, and how far each is from the rest.

    Parameters
    ----------
    ratings : Ratings
        One case or more, each graded by several people.
    expert : mapping of str to str, or str, optional
        The expert's grades: case (or "case / standard" where there are several standards) to
        grade; or the name of the rater who is the expert. Without, auditors are held against the
        middle of the others.
    level : float
        Confidence level.

    Returns
    -------
    Exercise

    Raises
    ------
    AgreementError
        When no case was graded by two auditors, or the expert is unknown or graded no case.
    """
    check_level(level)
    scale, codes = ratings.scale, np.where(ratings.codes >= 0, ratings.codes, -1).astype(int)
    names, key = list(ratings.raters), np.full(len(codes), -1)
    if isinstance(expert, str):
        codes, names, key = _take_out(codes, names, expert)
    elif expert is not None:
        key = _expert_codes(ratings, expert)
    if not ((codes >= 0).sum(axis=1) >= 2).any():
        raise AgreementError(
            "No case was graded by two auditors; an exercise needs several for each case."
        )
    has_expert = expert is not None
    spread = _spread(ratings, codes, key)
    people, met, held = [], [], []
    for place, name in enumerate(names):
        graded = codes[:, place] >= 0
        middle = key if has_expert else _middle_of(np.delete(codes, place, axis=1))
        used = graded & (middle >= 0)
        gap = (codes[used, place] - middle[used]).astype(float)
        cases = ratings.units["case_ref"].astype(str).to_numpy()[used]
        people.append(_person(name, gap, cases, scale.size - 1, level))
        met += [(name, hit) for hit in gap == 0]
        held.append(
            ratings.units[used].assign(
                auditor=name,
                grade=scale.decode(codes[used, place]),
                held_against=scale.decode(middle[used]),
                gap=gap,
            )
        )
    share = None
    if has_expert:
        share = share_found([hit for _, hit in met], clusters=[name for name, _ in met])
    grades = pd.concat(held, ignore_index=True)
    against = "expert" if has_expert else "others"
    return Exercise(spread, pd.DataFrame(people), share, against, level, grades)


def _person(
    name: str, gap: np.ndarray, cases: np.ndarray, most: int, level: float
) -> dict[str, object]:
    found = net_bias(gap, clusters=cases, most=most)
    ends = found.confidence_interval(level)
    return {
        "auditor": name,
        "n": len(gap),
        "shift": np.nan if found.estimate is None else found.estimate,
        "low": ends.low if ends else np.nan,
        "high": ends.high if ends else np.nan,
        "distance": float(np.abs(gap).mean()) if len(gap) else np.nan,
        "same": int((gap == 0).sum()),
    }


def _spread(ratings: Ratings, codes: np.ndarray, key: np.ndarray) -> pd.DataFrame:
    scale = ratings.scale
    counts = (codes[:, :, None] == np.arange(scale.size)).sum(axis=1)
    table = ratings.units.assign(n=(codes >= 0).sum(axis=1))
    for place in reversed(range(scale.size)):
        table[scale.grades[place]] = counts[:, place]
    highest = codes.max(axis=1, initial=-1)
    lowest = np.where(codes >= 0, codes, scale.size).min(axis=1, initial=scale.size)
    known = key >= 0
    at_key = np.take_along_axis(counts, np.maximum(key, 0)[:, None], axis=1)[:, 0]
    return table.assign(
        consensus=scale.decode(_middle_of(codes)),
        range=np.maximum(highest - lowest, 0),
        same=counts.max(axis=1),
        expert=scale.decode(key),
        with_expert=np.where(known, at_key, np.nan),
    )


def _middle_of(codes: np.ndarray) -> np.ndarray:
    """Give the middle grade of each row, the lower of two; -1 where nobody graded."""
    given = np.sort(np.where(codes >= 0, codes, np.iinfo(np.int64).max), axis=1)
    count = (codes >= 0).sum(axis=1)
    if not codes.shape[1]:
        return np.full(len(codes), -1)
    place = np.maximum((count - 1) // 2, 0)
    found = np.take_along_axis(given, place[:, None], axis=1)[:, 0]
    return np.where(count > 0, found, -1)


def _take_out(
    codes: np.ndarray, names: list[str], expert: str
) -> tuple[np.ndarray, list[str], np.ndarray]:
    if expert not in names:
        raise AgreementError(
            "The expert is none of the raters. Give a rater's name, or the expert's grades by case."
        )
    place = names.index(expert)
    key = codes[:, place]
    if not (key >= 0).any():
        raise AgreementError("The expert graded no case.")
    return np.delete(codes, place, axis=1), [*names[:place], *names[place + 1 :]], key


def _expert_codes(ratings: Ratings, expert: Mapping[str, str]) -> np.ndarray:
    cases = ratings.units["case_ref"].astype(str)
    if "standard" in ratings.units.columns and ratings.units["standard"].nunique() > 1:
        cases = cases + " / " + ratings.units["standard"].astype(str)
    if strangers := len(set(expert) - set(cases)):
        raise AgreementError(
            f"The expert graded {strangers} questions that are not in the exercise. Name each by "
            "its case, or by case / standard where there are several standards."
        )
    places = {name: ratings.scale.place(grade) for name, grade in expert.items()}
    return np.array([places.get(name, -1) for name in cases])
