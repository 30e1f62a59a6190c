"""The rules of an assignment: independence, caps, role shares and the moderation phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction

from qa_sampling.errors import ParameterError
from qa_sampling.schema import GRADES


@dataclass(frozen=True)
class AssignmentRules:
    """Who may audit and moderate what, and how much.

    Attributes
    ----------
    period_start, period_end : date
        First and last day in which the audits are done; leave counts against these days.
    monthly_cap : int
        Most audits of an auditor for whom neither the staff list nor `caps_by_role` says.
    caps_by_role : mapping of str to int
        Most audits of an auditor by role; where the staff list gives a cap of their own as well,
        the smaller of the two.
    beside : mapping of str to int
        Audits that staff (by number) owe elsewhere in the same weeks: taken off their caps.
    role_shares : mapping of str to number
        Fewest audits by role: a whole number is a number of audits, a number below 1 a share
        of all audits (rounded up). Met as far as staff of that role can take audits; what is
        short is reported.
    role_shares_required : bool
        Whether an unmet role share is an error instead.
    allow_own_team : bool
        Whether an auditor may be given a case of their own team.
    allow_own_service : bool
        Whether an auditor may be given a case of their own service.
    manager_levels : int or None
        How far up the line of management counts: 1, the worker's own line manager; 2, that
        manager's manager too; None, everyone above. With None a Director who heads the whole
        service can audit nothing.
    team_manager_roles : tuple of str
        Roles that head a team. The line above a team begins with those who head it.
    previously_held_within_months : int or None
        How long after its end a role in a case still counts, in months before `period_start`;
        None, for ever; 0, only roles that go on.
    prefer_other_team_same_service : bool
        Whether a peer from another team of the same service is preferred.
    spread_over_workers : bool
        Whether two cases of one worker, or of one team, for one auditor are avoided.
    moderation_rate : float
        Share of each auditor's audits in the random moderation phase, 0 to 1.
    moderation_min_per_auditor : int
        Fewest audits of each auditor in the random moderation phase; all, if they have fewer.
    moderation_required : bool
        Whether it is an error when a moderation phase is asked for and nobody may moderate.
    moderator_cap : int or None
        Most moderations of each moderator; None, no cap.
    moderator_caps : mapping of str to int
        Most moderations by staff number or by role; a staff number goes before a role.
    allow_line_moderation : bool
        Whether an auditor's own line manager, or someone they manage, may moderate the audit
        where nobody else can. Otherwise never.
    mandatory_grades : tuple of str
        Grades always moderated when audits come back. Recorded only: the random phase does
        not depend on them, so its probabilities stay known.
    """

    period_start: date
    period_end: date
    monthly_cap: int = 2
    caps_by_role: Mapping[str, int] = field(default_factory=dict)
    beside: Mapping[str, int] = field(default_factory=dict)
    role_shares: Mapping[str, float] = field(default_factory=dict)
    role_shares_required: bool = False
    allow_own_team: bool = False
    allow_own_service: bool = True
    manager_levels: int | None = 1
    team_manager_roles: tuple[str, ...] = ("Team Manager",)
    previously_held_within_months: int | None = None
    prefer_other_team_same_service: bool = True
    spread_over_workers: bool = True
    moderation_rate: float = 0.2
    moderation_min_per_auditor: int = 0
    moderation_required: bool = False
    moderator_cap: int | None = None
    moderator_caps: Mapping[str, int] = field(default_factory=dict)
    allow_line_moderation: bool = False
    mandatory_grades: tuple[str, ...] = ("Outstanding", "Inadequate")

    def __post_init__(self) -> None:
        faults = [*self._range_faults(), *self._mapping_faults()]
        if faults:
            raise ParameterError("The assignment rules cannot be used: " + "; ".join(faults) + ".")

    def _range_faults(self) -> list[str]:
        faults = []
        if self.period_end < self.period_start:
            faults.append(
                f"`period_end` ({self.period_end}) lies before `period_start` "
                f"({self.period_start}); give the last day of the period"
            )
        if not 0 <= self.moderation_rate <= 1:
            faults.append(
                "`moderation_rate` must lie between 0 and 1; "
                f"got {self.moderation_rate}; give 0.2 for one audit in five"
            )
        floors = {
            "monthly_cap": 0,
            "moderation_min_per_auditor": 0,
            "moderator_cap": 0,
            "previously_held_within_months": 0,
            "manager_levels": 1,
        }
        for name, floor in floors.items():
            value = getattr(self, name)
            if value is not None and (not _is_whole(value) or value < floor):
                faults.append(f"`{name}` must be a whole number from {floor}; got {value!r}")
        unknown = [grade for grade in self.mandatory_grades if grade not in GRADES]
        if unknown:
            faults.append(
                f"`mandatory_grades` holds {', '.join(map(repr, unknown))}; "
                f"the grades are {', '.join(GRADES)}"
            )
        return faults

    def _mapping_faults(self) -> list[str]:
        faults = []
        for name in ("caps_by_role", "beside", "moderator_caps"):
            for key, value in getattr(self, name).items():
                if not _is_whole(value) or value < 0:
                    faults.append(
                        f"`{name}` must give whole numbers from 0; got {value!r} for {key!r}"
                    )
        for role, value in self.role_shares.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or value < 0 or (value > 1 and value != int(value)):
                faults.append(
                    "`role_shares` must give a number of audits (2) or a share below 1 (0.05); "
                    f"got {value!r} for {role!r}"
                )
        return faults

    def role_minimum(self, role: str, audits: int) -> int:
        """Give the fewest audits asked of a role.

        Parameters
        ----------
        role : str
            A key of `role_shares`.
        audits : int
            Number of audits in all.
        """
        asked = Fraction(str(self.role_shares[role]))
        return int(asked) if asked >= 1 else -int(-asked * audits // 1)

    def as_parameters(self) -> dict:
        """Give the rules as plain values that JSON can hold."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: value[key] for key in sorted(value)}
    if isinstance(value, tuple | list):
        return list(value)
    return value
