"""Finds the lists in a workbook and the columns in a list, whatever they were called.

Headers are compared without case, punctuation, curly quotes and spacing; what still
differs from the template is met by the patterns below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa_sampling.records.annex_a_layout import LISTS, AnnexAList
from qa_sampling.records.book import Cell, Row, Sheet
from qa_sampling.records.cells import plain

HEADER_SEARCH_ROWS = 30
"""How many rows from the top may stand above the header."""

PATTERNS = {
    "child_id": r"\bchild\b.*\b(id|identifier|number|ref)\b|\b(id|identifier)\b.*\bchild\b"
    r"|^(unique|person|client|service user) (id|identifier|number|ref)$",
    "adopter_id": r"adopter.*\b(id|identifier|number|ref)\b",
    "family_id": r"\bfamily\b.*\b(id|identifier|number|ref)\b",
    "gender": r"^(gender|sex)\b",
    "ethnicity": r"^(ethnic|ethnicity|ethnic origin|ethnic group)\b",
    "date_of_birth": r"date.*\bbirth\b|\bdob\b|birth date",
    "age": r"^age\b",
    "disability": r"\bdisab(ility|led)\b",
    "team": r"\bteam\b",
    "worker": r"\b(allocated|case|social|key) worker\b|^worker\b",
    "personal_advisor": r"personal advis[oe]r",
    "contact_date": r"date.*\bcontact\b|^contact date",
    "source": r"(contact|referral).*source|source of (contact|referral)|^source$",
    "referral_date": r"date.*\breferral\b|^referral (start )?date",
    "nfa": r"referral.*\bnfa\b|\bno further action\b",
    "referrals_12m": r"(number|no|count).*referrals",
    "2.start_date": r"(assessment|early help).*start",
    "2.completion_date": r"assessment.*(complet|end|closed)",
    "organisation": r"\b(organi[sz]ation|agency)\b",
    "4.start_date": r"assessment.*start|date.*assessment.*start",
    "child_seen": r"\bseen\b.*assessment|assessment.*\bseen\b",
    "authorisation_date": r"assessment.*(authori[sz]|complet|end)",
    "needs_support": r"child assessed.*social care support",
    "strategy_date": r"(strategy|s47|section 47).*(start|date)",
    "icpc_unnecessary": r"conference.*(unnecessary|not required)|icpc.*(unnecessary|not required)",
    "icpc_date": r"date.*(initial child protection conference|icpc)|^icpc date",
    "plan_made": r"(conference|icpc).*result.*plan",
    "s47_12m": r"number.*(section 47|s47)",
    "icpc_12m": r"number.*(icpc|initial child protection conference)",
    "6.start_date": r"\b(cin|child(ren)? in need|episode)\b.*start",
    "primary_need": r"primary need|category of need|\bneed code\b",
    "last_seen": r"last seen",
    "closure_date": r"(closure|closed|end) date|date.*(closure|closed|ceased)",
    "closure_reason": r"reason.*clos",
    "case_status": r"\bstatus\b",
    "7.start_date": r"(plan|cpp?).*start",
    "initial_category": r"(initial|first) category",
    "latest_category": r"(latest|current|last) category",
    "7.last_visit": r"(last|latest).*visit",
    "seen_alone": r"seen alone",
    "7.last_review": r"(last|latest).*review",
    "7.end_date": r"(plan|cpp?).*(end|ceas|clos)",
    "emergency_order": r"emergency protection order|police powers",
    "previous_plans": r"(number|no).*previous.*plan",
    "uasc": r"\buasc\b|unaccompanied asylum",
    "8.start_date": r"(date )?started to be looked after|start(ed)?.*(looked after|care)$",
    "subsequent_period": r"second or subsequent.*of being a looked after child",
    "legal_status_date": r"start date.*legal status",
    "legal_status": r"child.*legal status|^legal status",
    "8.last_review": r"(last|latest).*(statutory )?review",
    "8.last_visit": r"(last|latest).*social work.*visit|(last|latest) (statutory )?visit",
    "permanence_plan": r"permanence plan",
    "last_iro_contact": r"\biro\b",
    "last_health_assessment": r"health assessment",
    "last_dental_check": r"\bdent(al|ist)\b",
    "placements_12m": r"number.*placements",
    "8.end_date": r"ceased to be looked after|date.*(ceased|left) care",
    "end_reason": r"reason.*ceas",
    "placement_date": r"start date.*placement",
    "placement_type": r"placement type|type of placement",
    "placement_provider": r"placement provider|provider",
    "placement_postcode": r"post ?code",
    "placement_urn": r"\burn\b",
    "placement_location": r"placement location|in out",
    "placement_authority": r"\bla of placement\b|authority of placement",
    "missing_12m": r"\bmissing\b.*last 12 months",
    "absent_12m": r"\babsent\b.*last 12 months",
    "interview_offered": r"offered.*return.*interview",
    "interview_accepted": r"accept.*return.*interview",
    "eligibility": r"eligib",
    "pathway_review": r"pathway plan",
    "in_touch": r"in touch",
    "last_contact": r"(latest|last).*contact",
    "accommodation": r"type of accommodation|^accommodation( type)?$",
    "suitability": r"suitab",
    "activity": r"activity",
}
"""Pattern on a normalised header, by field or by "list.field"."""


def normal(text: str) -> str:
    """Give a header or sheet name in lower case with single spaces and no punctuation.

    Parameters
    ----------
    text : str
        Header or sheet name.
    """
    lowered = plain(text).casefold().replace("_", " ")
    lowered = re.sub("['’‘`´\"“”]", "", lowered)
    return re.sub(r"[\W]+", " ", lowered).strip()


@dataclass(frozen=True)
class HeaderMatch:
    """Which column of a sheet holds which field of a list.

    Attributes
    ----------
    row : int
        Number of the header row.
    columns : dict of str to int
        Position, from 0, of every field that was found.
    repeated : tuple of str
        Fields that two columns claim.
    extra : int
        How many further columns have a header; they are not read.
    """

    row: int
    columns: dict[str, int]
    repeated: tuple[str, ...]
    extra: int


def match_headers(cells: Sequence[Cell], wanted: AnnexAList, row: int = 1) -> HeaderMatch:
    """Match one row of cells with the columns of a list.

    Exact template headers come first; then, for fields still missing, the pattern.

    Parameters
    ----------
    cells : sequence of Cell
        The row.
    wanted : AnnexAList
        The list.
    row : int
        Its number, handed on.
    """
    names = [normal(cell) if isinstance(cell, str) else "" for cell in cells]
    columns: dict[str, int] = {}
    repeated: list[str] = []
    taken: set[int] = set()
    for column in wanted.columns:
        places = [place for place, name in enumerate(names) if name == normal(column.header)]
        if places:
            columns[column.field] = places[0]
            taken.update(places)
        if len(places) > 1:
            repeated.append(column.field)
    for column in wanted.columns:
        if column.field in columns:
            continue
        pattern = PATTERNS.get(f"{wanted.number}.{column.field}") or PATTERNS.get(column.field)
        if not pattern:
            continue
        places = [
            place
            for place, name in enumerate(names)
            if name and place not in taken and re.search(pattern, name)
        ]
        if places:
            columns[column.field] = places[0]
            taken.update(places[:1])
        if len(places) > 1 and len({names[place] for place in places}) == 1:
            repeated.append(column.field)
    extra = sum(1 for place, name in enumerate(names) if name and place not in taken)
    return HeaderMatch(row, columns, tuple(repeated), extra)


def find_header(rows: Iterable[Row], wanted: AnnexAList) -> HeaderMatch | None:
    """Find the row among the first ones that names most of a list's columns.

    Parameters
    ----------
    rows : iterable of Row
        The sheet's rows.
    wanted : AnnexAList
        The list.

    Returns
    -------
    HeaderMatch or None
        None when no row names at least three columns.
    """
    best: HeaderMatch | None = None
    for row in rows:
        if row.number > HEADER_SEARCH_ROWS:
            break
        match = match_headers(row.cells, wanted, row.number)
        if len(match.columns) == len(wanted.columns):
            return match
        if len(match.columns) >= 3 and (best is None or len(match.columns) > len(best.columns)):
            best = match
    return best


def list_from_name(name: str) -> int | None:
    """Give the list that a sheet or file name stands for: "List_3", "3 Referrals", "Referrals".

    Parameters
    ----------
    name : str
        Sheet name, or file name without its ending.
    """
    tidy = normal(name)
    match = re.search(r"\blist ?0*(\d{1,2})(?!\d)", tidy) or re.match(r"0*(\d{1,2})(?!\d)", tidy)
    if match:
        number = int(match[1])
        return number if number in LISTS else None
    bare = re.sub(r"^(annex a|annexa) ", "", tidy)
    for number, each in LISTS.items():
        titles = {normal(title) for title in (each.title, *each.other_titles)}
        if bare in titles:
            return number
    return None


def list_from_headers(sheet: Sheet) -> int | None:
    """Give the one list whose own columns a sheet holds, or None when no list fits well.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    """
    scores: dict[int, float] = {}
    for number, each in LISTS.items():
        match = find_header(sheet.rows, each)
        own = [c.field for c in each.columns if c.field not in _COMMON]
        found = sum(field in match.columns for field in own) if match else 0
        scores[number] = found / len(own)
    ordered = sorted(scores, key=lambda number: -scores[number])
    best, second = ordered[0], ordered[1]
    clear = scores[best] >= 0.75 and scores[best] > scores[second]
    return best if clear else None


_COMMON = {
    "child_id",
    "gender",
    "ethnicity",
    "date_of_birth",
    "age",
    "disability",
    "team",
    "worker",
    "family_id",
}
