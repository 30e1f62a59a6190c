"""Who graded what: a matrix of codes, one row a unit, one column a rater.

A unit is one question about one case: a case and a standard in a period. A role belongs to a
grade, not to a person, for who audits one case may moderate another. Coefficients that compare
margins of columns (Cohen, Conger, Scott's two raters) need columns that mean something when
auditors rotate: :meth:`Ratings.by_role` gives auditor, moderator, moderator 2, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.agreement.ratings_table import assemble
from qa_sampling.agreement.scale import ABSENT, BLANK, NO_GRADE, Scale
from qa_sampling.errors import AgreementError

ROLES = ("auditor", "moderator")
"""Roles of a grade; the place in this tuple is its code."""
APPLICABLE = Scale(("Not applicable", "Applicable"))
"""The scale of agreement about whether a standard applies at all."""


@dataclass(frozen=True, eq=False)
class Ratings:
    """Grades as codes, on a declared scale.

    Attributes
    ----------
    scale : Scale
        The scale of the codes.
    units : DataFrame
        One row a unit, sorted by its key: `case_ref`; where given `standard`, `period` and
        groups such as `service` and `team`. Rows are numbered from 0.
    raters : tuple of str
        Names of the columns of `codes`, sorted (raters), or role columns in their order.
    codes : ndarray of int8, (units, raters)
        Place of the grade on the scale, 0 for the worst; below 0 one of ``scale.ABSENT`` (did
        not grade this unit), ``scale.BLANK`` (not recorded), ``scale.NO_GRADE`` (not applicable).
    roles : ndarray of int8, (units, raters)
        Place in :data:`ROLES` of each grade; -1 where absent.
    weights : ndarray, (units,)
        How many cases each unit stands for; 1 without a design. 0: left out.
    """

    scale: Scale
    units: pd.DataFrame
    raters: tuple[str, ...]
    codes: np.ndarray
    roles: np.ndarray
    weights: np.ndarray

    @classmethod
    def from_long(
        cls,
        table: pd.DataFrame,
        *,
        scale: Scale,
        case: str = "case_ref",
        rater: str = "rater",
        role: str = "role",
        standard: str = "standard",
        grade: str = "grade",
        period: str = "period",
        groups: Sequence[str] = ("service", "team"),
        weight: str | None = None,
        probability: str | None = None,
    ) -> Ratings:
        """Make ratings from a table of one row a grade.

        Parameters
        ----------
        table : DataFrame
            One row a rater and unit; its order does not matter.
        scale : Scale
            The declared scale.
        case, rater, grade : str
            Names of the columns that must be there.
        role, standard, period : str
            Names of columns that may be left out. `role` holds "auditor" or "moderator"; all
            are auditors without it.
        groups : sequence of str
            Further columns of the unit, those that are there; one value a unit.
        weight : str, optional
            Column of how many cases a unit stands for (inverse of its chance of being drawn),
            0 or more, the same in every row of a unit.
        probability : str, optional
            Column of the chance of being graded again, above 0, at most 1; needed for units
            with two raters or more, which then stand for 1 / chance. Units with one rater are
            weighted 0, since those that were graded again speak for them.

        Returns
        -------
        Ratings

        Raises
        ------
        AgreementError
            When a column is missing, a spelling unknown, a rater graded a unit twice, a key is
            blank, a role is another, or weights or groups contradict each other within a unit.
        """
        names = {"case_ref": case, "rater": rater, "grade": grade, "role": role}
        names |= {"standard": standard, "period": period}
        return cls(
            scale, *assemble(table, scale, names, tuple(groups), weight, probability, roles=ROLES)
        )

    @classmethod
    def from_codes(
        cls,
        codes: np.ndarray,
        *,
        scale: Scale,
        raters: Sequence[str] | None = None,
        roles: Sequence[Literal["auditor", "moderator"]] | None = None,
        weights: np.ndarray | None = None,
        units: pd.DataFrame | None = None,
    ) -> Ratings:
        """Make ratings from a matrix of codes, as :meth:`Scale.encode` gives them.

        Parameters
        ----------
        codes : ndarray of int, (units, raters)
            Place on the scale, below 0 where there is no grade (-1 absent, -2 not recorded,
            -3 not applicable).
        scale : Scale
            The declared scale.
        raters : sequence of str, optional
            Names of the columns; "rater 1" … by default.
        roles : sequence, optional
            Role of each column; all auditors by default.
        weights : ndarray, optional
            How many cases each unit stands for; 1 by default.
        units : DataFrame, optional
            What is known of each unit; must have `case_ref`. Cases are numbered by default.

        Raises
        ------
        AgreementError
            When codes are off the scale or lengths differ.
        """
        given = np.asarray(codes)
        if given.ndim != 2 or not np.issubdtype(given.dtype, np.integer):
            raise AgreementError(
                "`codes` must be a matrix of whole numbers, one row a unit and one column a "
                f"rater; got {given.ndim} dimensions of {given.dtype}. Use Scale.encode."
            )
        if given.size and not NO_GRADE <= int(given.min()) <= int(given.max()) < scale.size:
            raise AgreementError(
                f"`codes` must lie between {NO_GRADE} and {scale.size - 1} on a scale of "
                f"{scale.size} grades; they go from {given.min()} to {given.max()}."
            )
        named = tuple(raters or (f"rater {place + 1}" for place in range(given.shape[1])))
        known = pd.DataFrame({"case_ref": np.arange(len(given))}) if units is None else units
        each = np.ones(len(given)) if weights is None else np.asarray(weights, dtype=float)
        if (len(named), len(known), len(each)) != (given.shape[1], len(given), len(given)):
            raise AgreementError(
                f"`codes` has {len(given)} rows and {given.shape[1]} columns; got {len(known)} "
                f"units, {len(each)} weights and {len(named)} raters."
            )
        check_weights(each)
        role = [ROLES.index(one) for one in (roles or ["auditor"] * len(named))]
        small = given.astype(np.int8, copy=False)
        placed = np.where(small == ABSENT, np.int8(-1), np.array(role, dtype=np.int8))
        return cls(scale, known.reset_index(drop=True), named, small, placed, each)

    @classmethod
    def from_counts(
        cls,
        table: np.ndarray,
        *,
        scale: Scale,
        raters: tuple[str, str] = ("auditor", "moderator"),
    ) -> Ratings:
        """Make ratings from how often each pair of grades met.

        Parameters
        ----------
        table : ndarray of int, (grades, grades)
            Rows: grade of the first rater; columns: of the second; in the order of the scale,
            worst first.
        scale : Scale
            The declared scale.
        raters : (str, str)
            Names of the two; "auditor" and "moderator" have these roles.

        Raises
        ------
        AgreementError
            When the table is not square on the scale or holds other than whole counts.
        """
        counts = np.asarray(table)
        if counts.shape != (scale.size, scale.size) or (counts < 0).any() or (counts % 1).any():
            raise AgreementError(
                f"`table` must hold whole counts, one row and one column for each of the "
                f"{scale.size} grades, unused ones too."
            )
        codes = np.argwhere(np.ones_like(counts)).repeat(counts.ravel().astype(int), axis=0)
        roles = list(raters) if set(raters) == set(ROLES) else None
        return cls.from_codes(codes.astype(np.int8), scale=scale, raters=raters, roles=roles)

    @property
    def has_roles(self) -> bool:
        """Whether every unit has at most one auditor, and there are moderators."""
        if self.roles.max(initial=-1) < 1:
            return False
        return bool(((self.roles == 0).sum(axis=1) <= 1).all())

    def states(self) -> pd.DataFrame:
        """Count, by role, the three states: nothing is dropped in silence.

        Returns
        -------
        DataFrame
            One row a role that occurs: `role`, `grades`, `not_applicable`, `not_recorded`.
        """
        rows = []
        for place, role in enumerate(ROLES):
            found = self.codes[self.roles == place]
            if len(found):
                none, blank = int((found == NO_GRADE).sum()), int((found == BLANK).sum())
                rows.append((role, int((found >= 0).sum()), none, blank))
        return pd.DataFrame(rows, columns=["role", "grades", "not_applicable", "not_recorded"])

    def where(self, chosen: np.ndarray) -> Ratings:
        """Give the ratings of some units; raters who graded none of them are left out.

        Parameters
        ----------
        chosen : ndarray of bool, (units,)
            Which units.
        """
        roles = self.roles[chosen]
        present = (roles >= 0).any(axis=0)
        return replace(
            self,
            units=self.units[chosen].reset_index(drop=True),
            raters=tuple(name for name, here in zip(self.raters, present, strict=True) if here),
            codes=self.codes[chosen][:, present],
            roles=roles[:, present],
            weights=self.weights[chosen],
        )

    def by(self, column: str) -> dict[object, Ratings]:
        """Give the ratings group by group, groups sorted.

        Parameters
        ----------
        column : str
            A column of `units` ("standard", "period", "service" …), or "auditor" or
            "moderator": the units each of them graded in that role.

        Returns
        -------
        dict
            Group to its ratings. Units without a value are in none.

        Raises
        ------
        AgreementError
            When there is no such column.
        """
        if column in ROLES and column not in self.units.columns:
            graded = self.roles == ROLES.index(column)
            names = [(name, graded[:, place]) for place, name in enumerate(self.raters)]
            return {name: self.where(chosen) for name, chosen in names if chosen.any()}
        if column not in self.units.columns:
            raise AgreementError(
                f"There is no column `{column}` to group by; choose one of "
                f"{', '.join([*self.units.columns, *ROLES])}."
            )
        places, groups = pd.factorize(self.units[column], sort=True)
        return {group: self.where(places == place) for place, group in enumerate(groups)}

    def by_role(self) -> Ratings:
        """Give the same grades in columns of roles: auditor, moderator, moderator 2, and so on.

        Several raters of one role in one unit take its columns in the order of their names.
        """
        parts, names, kinds = [], [], []
        for place, role in enumerate(ROLES):
            here = self.roles == place
            most = int(here.sum(axis=1).max(initial=0))
            order = np.argsort(~here, axis=1, kind="stable")[:, :most]
            found = np.take_along_axis(np.where(here, self.codes, ABSENT), order, axis=1)
            parts.append(found)
            names += [role if column == 0 else f"{role} {column + 1}" for column in range(most)]
            kinds.append(
                np.where(np.take_along_axis(here, order, axis=1), place, -1).astype(np.int8)
            )
        return replace(
            self,
            raters=tuple(names),
            codes=np.concatenate(parts, axis=1).astype(np.int8),
            roles=np.concatenate(kinds, axis=1),
        )

    def pairs(self) -> pd.DataFrame:
        """Give every auditor with every moderator of the same unit.

        Returns
        -------
        DataFrame
            One row a pair: the columns of `units`, `unit` (row of `units`), `auditor`,
            `moderator` (names), `auditor_code`, `moderator_code`, `auditor_grade`,
            `moderator_grade` (None where there is none), `gap` (auditor less moderator, in steps
            of the scale; missing unless both graded; above 0 the auditor graded higher),
            `weight`.
        """
        sides = []
        for place, role in enumerate(ROLES):
            unit, column = np.nonzero(self.roles == place)
            names = np.array(self.raters, dtype=object)[column]
            codes = self.codes[unit, column]
            sides.append(pd.DataFrame({"unit": unit, role: names, f"{role}_code": codes}))
        met = sides[0].merge(sides[1], on="unit").sort_values(["unit", *ROLES])
        first, second = met["auditor_code"], met["moderator_code"]
        both = (first >= 0) & (second >= 0)
        gap = (first.astype(float) - second.astype(float)).where(both)
        met = met.assign(
            auditor_grade=self.scale.decode(first),
            moderator_grade=self.scale.decode(second),
            gap=gap,
            weight=self.weights[met["unit"].to_numpy()],
        )
        return met.join(self.units, on="unit").reset_index(drop=True)

    def applicability(self) -> Ratings:
        """Give the ratings that only ask whether the standard applies; blanks stay absent."""
        codes = np.full(self.codes.shape, ABSENT, dtype=np.int8)
        codes[self.codes == NO_GRADE] = 0
        codes[self.codes >= 0] = 1
        return replace(self, scale=APPLICABLE, codes=codes)

    def reaching(self, grade: str) -> Ratings:
        """Give the ratings that only ask whether a case reaches a grade, such as Good.

        Parameters
        ----------
        grade : str
            The lowest grade that counts; not the worst of the scale.
        """
        place = self.scale.place(grade)
        codes = np.where(self.codes >= 0, (self.codes >= place).astype(np.int8), self.codes)
        return replace(self, scale=self.scale.split_at(grade), codes=codes.astype(np.int8))


def check_weights(weights: np.ndarray) -> None:
    """Refuse weights that are negative or not finite.

    Parameters
    ----------
    weights : ndarray
        One a unit.
    """
    wrong = ~np.isfinite(weights) | (weights < 0)
    if wrong.any():
        raise AgreementError(
            f"{int(wrong.sum())} weights are missing, negative or not finite. A weight says how "
            "many cases a unit stands for: 0 or more."
        )
