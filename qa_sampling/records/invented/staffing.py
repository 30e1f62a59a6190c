"""Services, teams and staff of an invented authority."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from qa_sampling.records.invented.days import OPEN, to_dates
from qa_sampling.records.invented.dice import Dice

CASELOAD = 18
"""Cases a worker holds on average."""
LOCALITIES = ("North", "South", "East", "West", "Central", "Vale", "Moor", "Coast")
FRONT_DOOR = "Family Connect"
REVIEW_SERVICE = "Safeguarding and Review"


@dataclass(frozen=True)
class Service:
    """A service: its name, the kind of work its teams do, and how many teams at scale 1."""

    name: str
    kind: str
    team: str
    teams: int
    worker: str


SERVICES = (
    Service("Assessment", "assessment", "Assessment", 4, "Social Worker"),
    Service("Family Safeguarding", "safeguarding", "Family Safeguarding", 7, "Social Worker"),
    Service("Children in Care", "care", "Children in Care", 5, "Social Worker"),
    Service("Children in Care", "permanence", "Permanence", 1, "Social Worker"),
    Service("Disabled Children", "disabled", "Disabled Children", 2, "Social Worker"),
    Service("Leaving Care", "leaving", "Leaving Care", 2, "Personal Advisor"),
    Service("Early Help", "early_help", "Strengthening Families", 4, "Early Help Practitioner"),
)
"""The services that hold cases: 25 teams at scale 1."""

FIRST_NAMES = (
    "Abena Aisha Alan Alice Amina Amir Andrew Angela Anita Ben Bridget Carol Cerys Chidi Claire "
    "Colin Dawn Deepa Denise Derek Dilys Edith Elaine Emeka Erin Farah Fiona Gareth Gemma Grace "
    "Gwen Hamza Harriet Helen Hugh Ines Iqbal Irene Isaac Jacqui Janet Joanne Kamal Karen Kofi "
    "Laila Leon Linda Lorna Lucy Malik Marcus Martin Meera Moira Nadia Neil Nia Olwen Omar Paula "
    "Priya Rachel Rhys Robert Rosa Ruth Sadia Sean Shanice Simon Stella Tariq Tessa Tom Umar Vera "
    "Wendy Yusuf Zoe"
).split()
LAST_NAMES = (
    "Abbott Ainsworth Akhtar Allsop Appiah Arkwright Baines Banerjee Barlow Beddoes Begum Birch "
    "Bostock Boyle Bradbury Cartwright Chaudhry Clewlow Corfield Cresswell Dalby Darby Devlin "
    "Dhillon Downes Eccles Edwards Egerton Fairley Farooq Fenwick Fletcher Garbett Gill Gough "
    "Hallam Hargreaves Haughton Heywood Hussain Ingram Jarvis Jenks Kaur Kelsall Khan Langley "
    "Lawal Lomas Maddox Mahmood Marsden Mensah Milner Mistry Nash Nkosi Norcross Oakley Okafor "
    "Onions Osei Parry Patel Peplow Pickering Quigley Rafiq Ravenhill Rowley Sandhu Shenton "
    "Siddiqui Tanner Thackray Tomkins Upton Venables Wainwright Whitlock Yardley Yates"
).split()


@dataclass(slots=True)
class Team:
    """A team that holds cases.

    Attributes
    ----------
    name, service, kind : str
        Its name, its service and the kind of work it does.
    locality : int
        Position of its locality; -1 when it works for all.
    share : float
        Share of the work of its kind that comes to it.
    manager : str
        Staff number of the team manager.
    workers : list of str
        Staff numbers of those who hold cases.
    """

    name: str
    service: str
    kind: str
    locality: int
    share: float = 1.0
    manager: str = ""
    workers: list[str] = field(default_factory=list)


def name_teams(scale: float) -> list[Team]:
    """Give the teams that an authority of this size has.

    Parameters
    ----------
    scale : float
        Size of the authority; 1 for 25 teams.
    """
    weights = locality_weights(scale)
    localities = len(weights)
    teams = []
    for service in SERVICES:
        number = _teams_of(service, scale)
        local = service.kind in ("assessment", "safeguarding", "early_help")
        for place in range(number):
            locality = place % localities if local else -1
            share = 1 / number
            name = service.team
            if local:
                turn = place // localities + 1
                again = number > localities
                name += f" {LOCALITIES[locality]}" + (f" {turn}" if again else "")
                alike = len(range(locality, number, localities))
                share = weights[locality] / sum(weights[:number]) / alike
            elif number > 1:
                name += f" {place + 1}"
            teams.append(Team(name, service.name, service.kind, locality, share))
    return teams


def locality_weights(scale: float) -> list[int]:
    """Give the weight of each locality: as many as there are assessment teams.

    Parameters
    ----------
    scale : float
        Size of the authority.

    Returns
    -------
    list of int
        A locality with more Family Safeguarding teams has more families.
    """
    number = min(len(LOCALITIES), _teams_of(SERVICES[0], scale))
    helping = _teams_of(SERVICES[1], scale)
    return [max(1, len(range(place, helping, number))) for place in range(number)]


def _teams_of(service: Service, scale: float) -> int:
    return max(1, int(service.teams * scale + 0.5))


class Staffing:
    """The staff of an authority, from chief executive to worker.

    Parameters
    ----------
    dice : Dice
        Chance.
    teams : list of Team
        Its teams; their manager and workers are filled in.
    stock : dict of str to float
        Average number of cases open, by kind of team.
    scale : float
        Size of the authority.
    until : int
        The day the records end.
    """

    def __init__(
        self, dice: Dice, teams: list[Team], stock: dict[str, float], *, scale: float, until: int
    ) -> None:
        self.dice = dice
        self.teams = teams
        self.until = until
        self.reviewers: list[str] = []
        self._rows: list[list] = []
        names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
        self._names = dice.shuffled(names)
        self._lead(scale)
        for team in teams:
            self._staff_team(team, stock)
        self._set_limits()

    @property
    def table(self) -> pd.DataFrame:
        """The staff in the layout of ``schema.STAFF``."""
        columns = "staff_id name role team service line_manager_id may_audit may_moderate".split()
        columns += ["monthly_cap", "unavailable_from", "unavailable_to"]
        table = pd.DataFrame(self._rows, columns=columns)
        table["monthly_cap"] = table["monthly_cap"].astype("Int64")
        for column in ("unavailable_from", "unavailable_to"):
            table[column] = to_dates(table[column])
        return table

    def _add(
        self,
        role: str,
        *,
        team: str | None = None,
        service: str | None = None,
        manager: str | None = None,
        audits: bool = False,
        moderates: bool = False,
    ) -> str:
        number = f"S{len(self._rows) + 1:04d}"
        name = self._names[len(self._rows)]
        row = [number, name, role, team, service, manager, audits, moderates, None, OPEN, OPEN]
        self._rows.append(row)
        return number

    def _lead(self, scale: float) -> None:
        add = self._add
        chief = add("Chief Executive", audits=True)
        add("Lead Member", audits=True)
        director = add("Director", manager=chief, audits=True, moderates=True)
        add("Principal Social Worker", manager=director, audits=True, moderates=True)
        heads = [
            add("Senior Manager", manager=director, audits=True)
            for _ in range(max(1, int(3 * scale + 0.5)))
        ]
        add("Quality Assurance Manager", service=REVIEW_SERVICE, manager=heads[0])
        services = list(dict.fromkeys([*(s.name for s in SERVICES), REVIEW_SERVICE]))
        self._leads = {
            service: [
                add(
                    "Service Delivery Manager",
                    service=service,
                    manager=heads[place % len(heads)],
                    audits=True,
                    moderates=True,
                )
                for _ in range(max(1, int(scale + 0.5)))
            ]
            for place, service in enumerate(services)
        }
        self._add_reviewers(scale)
        self._add_front_door(scale)

    def _next_lead(self, service: str) -> str:
        """Give the service delivery managers of a service in turn."""
        leads = self._leads[service]
        leads.append(leads.pop(0))
        return leads[-1]

    def _add_reviewers(self, scale: float) -> None:
        for _ in range(max(2, int(11 * scale + 0.5))):
            reviewer = self._add(
                "Independent Reviewing Officer",
                service=REVIEW_SERVICE,
                manager=self._next_lead(REVIEW_SERVICE),
                audits=True,
            )
            self.reviewers.append(reviewer)

    def _add_front_door(self, scale: float) -> None:
        place = {"team": FRONT_DOOR, "service": "Assessment"}
        manager = self._add("Team Manager", **place, manager=self._next_lead("Assessment"))
        for _ in range(max(2, int(8 * scale + 0.5))):
            self._add("Social Worker", **place, manager=manager)

    def _staff_team(self, team: Team, stock: dict[str, float]) -> None:
        workers = max(2, int(stock.get(team.kind, 0) * team.share / CASELOAD + 0.5))
        place = {"team": team.name, "service": team.service}
        role = next(service.worker for service in SERVICES if service.kind == team.kind)
        team.manager = self._add(
            "Team Manager", **place, manager=self._next_lead(team.service), audits=True
        )
        senior = self._add("Senior Practitioner", **place, manager=team.manager)
        team.workers = [
            self._add(role, **place, manager=team.manager) for _ in range(workers - (workers > 3))
        ]
        if workers > 3:
            team.workers.append(senior)

    def _set_limits(self) -> None:
        """Give some auditors a cap of their own, and some a leave."""
        caps = {"Chief Executive": 1, "Lead Member": 1, "Director": 1, "Senior Manager": 2}
        away, until = 0, self.until
        for row in self._rows:
            if not row[6]:
                continue
            row[8] = caps.get(row[2], 2 if self.dice.chance(0.15) else None)
            if row[2] in ("Team Manager", "Independent Reviewing Officer") and self.dice.chance(
                0.11
            ):
                away += 1
                row[9] = until - self.dice.between(20, 200)
                row[10] = OPEN if away % 3 == 0 else row[9] + self.dice.between(14, 240)
