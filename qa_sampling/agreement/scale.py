"""The declared scale of a grade: its order, its spellings, and what is no grade.

A coefficient that weighs disagreements by their size needs the order of the grades. Sorting
words by the alphabet puts Good below Inadequate and changes every such coefficient in silence
(on one set of 40 cases AC2 falls from 0.83 to 0.27). So the order is declared, always: nothing
in this package derives it from the data, and a grade nobody gave keeps its place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from qa_sampling.errors import AgreementError
from qa_sampling.schema import GRADES, NOT_APPLICABLE, NOT_RECORDED

ABSENT = -1
"""Code of a grade that was never asked for: this rater did not grade this unit."""
BLANK = -2
"""Code of a grade that was asked for and is not recorded."""
NO_GRADE = -3
"""Code of a standard the rater called not applicable."""

MOST_GRADES = 100
"""Most grades a scale may have; codes are kept in one byte."""


@dataclass(frozen=True)
class Scale:
    """An ordered scale of grades.

    Attributes
    ----------
    grades : tuple of str
        Every grade, worst first, best last, whether or not anybody gave it.
    aliases : mapping of str to str
        Other spellings and the grade each stands for: ``{"RI": "Requires improvement"}``.
    not_applicable : tuple of str
        Spellings that mean the standard does not apply to the case.
    not_recorded : tuple of str
        Spellings that mean nothing was recorded. A blank or missing value always does.
    values : tuple of float
        What each grade is worth, rising, in the order of `grades`; 1, 2, 3 … by default. Used by
        weights and metrics that measure distance (quadratic, linear, ratio, ICC).

    Raises
    ------
    AgreementError
        When a spelling means two things, an alias names no grade, there are fewer than 2 grades
        or more than 100, the grades come as a set (which has no order), or values do not rise.

    Notes
    -----
    Upper and lower case, outer white space and runs of white space do not count.
    """

    grades: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    not_applicable: tuple[str, ...] = ()
    not_recorded: tuple[str, ...] = ()
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no scale."""
        if isinstance(self.grades, str | set | frozenset | Mapping):
            raise AgreementError(
                "`grades` must list every grade in its order, worst first; a "
                f"{type(self.grades).__name__} has no order. Give a tuple."
            )
        for name in ("not_applicable", "not_recorded"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        object.__setattr__(self, "grades", tuple(str(grade) for grade in self.grades))
        object.__setattr__(self, "aliases", dict(self.aliases))
        values = self.values or range(1, len(self.grades) + 1)
        object.__setattr__(self, "values", tuple(float(value) for value in values))
        self._check()
        object.__setattr__(self, "_codes", self._spellings())

    def _check(self) -> None:
        if not 2 <= len(self.grades) <= MOST_GRADES:
            raise AgreementError(
                f"A scale needs 2 to {MOST_GRADES} grades; got {len(self.grades)}. List every "
                "grade that could be given, worst first."
            )
        if len(self.values) != len(self.grades) or not np.isfinite(self.values).all():
            raise AgreementError(
                f"`values` must hold one finite number a grade ({len(self.grades)}); got "
                f"{len(self.values)}."
            )
        if any(low >= high for low, high in zip(self.values, self.values[1:], strict=False)):
            raise AgreementError("`values` must rise from the worst grade to the best.")
        if len({plain(grade) for grade in self.grades}) != len(self.grades):
            raise AgreementError("`grades` must name each grade of the scale once.")
        strangers = sorted(set(self.aliases.values()) - set(self.grades))
        if strangers:
            raise AgreementError(
                f"Aliases stand for grades that are not on the scale: {', '.join(strangers)}. The "
                f"scale has {', '.join(self.grades)}."
            )

    def _spellings(self) -> dict[str, int]:
        """Give the code of every spelling; refuse one that means two things."""
        place = {grade: code for code, grade in enumerate(self.grades)}
        meant = list(place.items())
        meant += [(alias, place[grade]) for alias, grade in self.aliases.items()]
        meant += [(spelling, NO_GRADE) for spelling in self.not_applicable]
        meant += [(spelling, BLANK) for spelling in self.not_recorded]
        codes = {"": BLANK}
        for spelling, code in meant:
            key = plain(spelling)
            if codes.get(key, code) != code:
                raise AgreementError(
                    f"The spelling {spelling!r} means two things on this scale. Let each "
                    "spelling mean one."
                )
            codes[key] = code
        return codes

    @property
    def size(self) -> int:
        """How many grades there are, used or not."""
        return len(self.grades)

    def encode(self, values: Iterable[object], *, what: str = "grade") -> np.ndarray:
        """Give the code of each value: its place on the scale, 0 for the worst grade.

        Parameters
        ----------
        values : iterable
            Grades as written; missing values count as not recorded. The order of a pandas
            Categorical is not used: the scale's is.
        what : str
            What the values are called in the message.

        Returns
        -------
        ndarray of int8
            0 to `size` - 1; :data:`BLANK` where not recorded, :data:`NO_GRADE` where not
            applicable.

        Raises
        ------
        AgreementError
            When a spelling is unknown. The message counts and places them and lists what is
            known; it never quotes them, since free text can name a child.
        """
        series = pd.Series(values if hasattr(values, "__len__") else list(values))
        places, spellings = pd.factorize(series, use_na_sentinel=True)
        known = [self._codes.get(plain(spelling)) for spelling in spellings]
        if None in known:
            wrong = {place for place, code in enumerate(known) if code is None}
            rows = np.flatnonzero(np.isin(places, list(wrong)))
            raise AgreementError(self._unknown(rows, len(wrong), what))
        codes = np.array([*known, BLANK], dtype=np.int8)
        return codes[places]

    def _unknown(self, rows: np.ndarray, spellings: int, what: str) -> str:
        shown = ", ".join(str(row + 1) for row in rows[:5])
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        others = [f"{alias} (= {grade})" for alias, grade in self.aliases.items()]
        others += [f"{spelling} (not applicable)" for spelling in self.not_applicable]
        others += [f"{spelling} (not recorded)" for spelling in self.not_recorded]
        also = f"; other spellings: {', '.join(others)}" if others else ""
        return (
            f"{len(rows)} values of `{what}` in {spellings} spellings are not on the scale (rows "
            f"{shown}{more}). Known, worst first: {', '.join(self.grades)}{also}. Mend the "
            "values, or declare the spelling as an alias."
        )

    def decode(self, codes: Iterable[int]) -> list[str | None]:
        """Give the grade of each code; None where there is none.

        Parameters
        ----------
        codes : iterable of int
            Codes as :meth:`encode` gives them.
        """
        return [self.grades[code] if code >= 0 else None for code in codes]

    def split_at(self, grade: str) -> Scale:
        """Give the scale of two grades that asks whether a case reaches `grade`.

        Parameters
        ----------
        grade : str
            The lowest grade that counts as reached; not the worst of the scale.
        """
        place = self.place(grade)
        if place == 0:
            raise AgreementError(
                f"Every grade reaches {grade!r}, the worst of the scale. Name a better one."
            )
        return Scale((f"Below {grade}", f"{grade} or better"))

    def place(self, grade: str) -> int:
        """Give the place of a grade, 0 for the worst.

        Parameters
        ----------
        grade : str
            A grade or one of its spellings.

        Raises
        ------
        AgreementError
            When it is not on the scale.
        """
        code = self._codes.get(plain(grade), BLANK)
        if code < 0:
            raise AgreementError(
                f"{grade!r} is no grade of this scale, which has {', '.join(self.grades)}."
            )
        return code

    @classmethod
    def of_numbers(cls, *values: float) -> Scale:
        """Give the scale of numeric grades, each worth itself.

        Parameters
        ----------
        values : float
            Every grade that could be given, rising.
        """
        return cls(tuple(plain(value) for value in values), values=tuple(values))


def plain(spelling: object) -> str:
    """Give a spelling without what does not count: case, outer and repeated white space.

    Parameters
    ----------
    spelling : object
        Text, or a number; 3.0 is written 3.
    """
    if isinstance(spelling, float | np.floating) and float(spelling).is_integer():
        spelling = int(spelling)
    return " ".join(unicodedata.normalize("NFKC", str(spelling)).casefold().split())


GRADES_SCALE = Scale(
    tuple(reversed(GRADES)),
    aliases={
        "O": "Outstanding",
        "G": "Good",
        "RI": "Requires improvement",
        "RI to be good": "Requires improvement",
        "Requires improvement to be good": "Requires improvement",
        "I": "Inadequate",
    },
    not_applicable=(NOT_APPLICABLE, "N/A", "NA"),
    not_recorded=(NOT_RECORDED, "Not graded"),
)
"""The four grades of the audits, worst first. Numbers are no spellings: 1 is the best grade for
inspectors and the worst in many spreadsheets."""
