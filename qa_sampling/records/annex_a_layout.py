"""Ofsted's Annex A lists as declared data: headers, kinds and the template's own codes.

The January 2024 layout of the eleven child-level lists (ILACS), in the order of the
template. How real extracts drift from it (other spellings of headers and codes) is in
:mod:`qa_sampling.records.annex_a_spellings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "date", "whole", "age", "code", "text", "postcode"]


@dataclass(frozen=True)
class ListColumn:
    """One column of an Annex A list.

    Attributes
    ----------
    header : str
        The template's header.
    field : str
        The name it is read into.
    kind : {"id", "date", "whole", "age", "code", "text", "postcode"}
        What its cells hold.
    codes : str
        Key of :data:`CODES` for a "code" column, else empty.
    may_be_blank : bool
        Whether the guidance allows a blank cell.
    """

    header: str
    field: str
    kind: Kind
    codes: str
    may_be_blank: bool


@dataclass(frozen=True)
class AnnexAList:
    """One Annex A list: its number, its titles and its columns."""

    number: int
    title: str
    other_titles: tuple[str, ...]
    columns: tuple[ListColumn, ...]

    @property
    def headers(self) -> list[str]:
        """The template's headers, in order."""
        return [column.header for column in self.columns]


_PERSON = """
Child Unique ID | child_id | id
Gender | gender | code gender
Ethnicity | ethnicity | code ethnicity
Date of Birth | date_of_birth | date | ?
Age of Child (Years) | age | age | ?
"""
_DISABILITY = "Does the Child have a Disability | disability | code yes_no\n"
_WORKER = "Allocated Team | team | text\nAllocated Worker | worker | text\n"

_SPECIFICATION: dict[tuple[int, str, tuple[str, ...]], str] = {
    (1, "Contacts", ()): _PERSON
    + """
Date of Contact | contact_date | date
Contact Source | source | code source
""",
    (2, "Early help assessments", ("Early Help",)): _PERSON
    + """
Assessment start date | start_date | date
Assessment completion date | completion_date | date | ?
Organisation completing assessment | organisation | text
""",
    (3, "Referrals", ()): _PERSON
    + """
Date of referral | referral_date | date
Referral Source | source | code source
Referral NFA? | nfa | code yes_no | ?
Number of Referrals in Last 12 Months | referrals_12m | whole
"""
    + _WORKER,
    (4, "Assessments", ()): _PERSON
    + _DISABILITY
    + """
Continuous Assessment Start Date | start_date | date
Child Seen During Continuous Assessment | child_seen | code yes_no
Continuous Assessment Date of Authorisation | authorisation_date | date | ?
Was the child assessed as requiring LA children's social care support? | needs_support | code yes_no | ?
"""
    + _WORKER,
    (5, "Section 47 enquiries and ICPC", ("Sec47 and ICPC", "S47 and ICPC")): _PERSON
    + _DISABILITY
    + """
Strategy discussion initiating Section 47 Enquiry Start Date | strategy_date | date
Was an Initial Child Protection Conference deemed unnecessary? | icpc_unnecessary | code yes_no | ?
Date of Initial Child Protection Conference | icpc_date | date | ?
Did the Initial Child Protection Conference Result in a Child Protection Plan | plan_made | code yes_no | ?
Number of Section 47 Enquiries in the last 12 months | s47_12m | whole
Number of ICPCs in the last 12 months | icpc_12m | whole
"""
    + _WORKER,
    (6, "Children in need", ("CIN",)): _PERSON
    + _DISABILITY
    + """
CIN Start Date | start_date | date | ?
Primary Need Code | primary_need | code primary_need
Date Child Was Last Seen | last_seen | date | ?
CIN Closure Date | closure_date | date | ?
Reason for Closure | closure_reason | code closure_reason | ?
Case Status | case_status | code case_status
"""
    + _WORKER,
    (7, "Child protection", ("CP",)): _PERSON
    + _DISABILITY
    + """
Child Protection Plan Start Date | start_date | date
Initial Category of Abuse | initial_category | code category_of_abuse
Latest Category of Abuse | latest_category | code category_of_abuse
Date of the Last Statutory Visit | last_visit | date | ?
Was the Child Seen Alone? | seen_alone | code yes_no | ?
Date of latest review conference | last_review | date | ?
Child Protection Plan End Date | end_date | date | ?
Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N) | emergency_order | code yes_no
Number of Previous Child Protection Plans | previous_plans | whole
"""
    + _WORKER,
    (8, "Children in care", ("CLA", "LAC", "Looked after children")): _PERSON
    + """
Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N) | uasc | code yes_no
Does the Child have a Disability | disability | code yes_no
Date Started to be Looked After | start_date | date
Child's Category of Need | primary_need | code primary_need
Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N) | subsequent_period | code yes_no
Start date of current legal status | legal_status_date | date
Child's Legal Status | legal_status | code legal_status
Date of Latest Statutory Review | last_review | date | ?
Date of Last Social Work Visit | last_visit | date | ?
What is the permanence plan for this child? | permanence_plan | code permanence_plan | ?
Date of Last IRO Visit / Contact to the Child | last_iro_contact | date | ?
Date of Last Health Assessment | last_health_assessment | date | ?
Date of Last Dental Check | last_dental_check | date | ?
Number of Placements in the Last 12 months | placements_12m | whole
Date Ceased to be Looked After | end_date | date | ?
Reason Ceased to be Looked After | end_reason | code care_end_reason | ?
Start Date of Most Recent Placement | placement_date | date
Placement Type | placement_type | code placement_type
Placement Provider | placement_provider | code placement_provider
Placement postcode | placement_postcode | postcode
URN of Placement | placement_urn | text | ?
Placement Location | placement_location | code placement_location
LA of Placement | placement_authority | text
Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months | missing_12m | whole
Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months | absent_12m | whole
Was the child offered a Return Interview after their last missing episode (Y/N)? | interview_offered | code yes_no | ?
Did the child accept a Return Interview after their last missing episode (Y/N)? | interview_accepted | code yes_no | ?
"""
    + _WORKER,
    (9, "Care leavers", ("Leaving care", "Leaving care services")): _PERSON
    + """
Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N) | uasc | code yes_no
Does the Child have a Disability | disability | code yes_no
Allocated Team | team | text
Allocated Worker | worker | text
Allocated Personal Advisor | personal_advisor | text
Eligibility Category | eligibility | code eligibility
Latest Pathway Plan Review Date | pathway_review | date | ?
LA in Touch | in_touch | code in_touch
Latest Date of Contact | last_contact | date | ?
Type of Accommodation | accommodation | code accommodation | ?
Suitability of Accommodation | suitability | code suitability | ?
Activity Status | activity | code activity | ?
""",
    (10, "Adoption", ("Adoptions",)): """
Child Unique ID | child_id | id
Family identifier | family_id | text | ?
Gender | gender | code gender
Ethnicity | ethnicity | code ethnicity
Date of Birth | date_of_birth | date | ?
Age of Child (Years) | age | age | ?
Does the Child have a Disability | disability | code yes_no
Date the Child Entered Care | care_date | date
Date of Decision that Child Should be Placed for Adoption | decision_date | date
Date of Placement Order | placement_order_date | date | ?
Date of Matching Child and Prospective Adopters | matching_date | date | ?
Date Placed for Adoption | placed_date | date | ?
Date of Adoption Order | adoption_order_date | date | ?
Date of Decision that Child Should No Longer be Placed for Adoption | reversal_date | date | ?
Reason Why Child No Longer Placed for Adoption | reversal_reason | code adoption_reversal | ?
Date the child was placed for fostering in FFA or concurrent planning placement | early_placement_date | date | ?
""",
    (11, "Adopters", ()): """
Individual adopter identifier | adopter_id | id
Family identifier | family_id | text | ?
Gender | gender | code gender
Ethnicity | ethnicity | code ethnicity
Disability | disability | code yes_no
Is the (prospective) adopter fostering for adoption? | fostering_for_adoption | code yes_no
Date enquiry received | enquiry_date | date
Date Stage 1 started | stage_1_start | date | ?
Date Stage 1 ended | stage_1_end | date | ?
Date Stage 2 started | stage_2_start | date | ?
Date Stage 2 ended | stage_2_end | date | ?
Date application submitted | application_date | date | ?
Date application approved | approval_date | date | ?
Date adopter matched with child(ren) | matching_date | date | ?
Date child/children placed with adopter(s) | placed_date | date | ?
No. of children placed | children_placed | whole | ?
Date of Adoption Order | adoption_order_date | date | ?
Date of leaving adoption process | leaving_date | date | ?
Reason for leaving adoption process | leaving_reason | code adopter_leaving | ?
""",
}


def _column(line: str) -> ListColumn:
    header, field, kind, *blank = (part.strip() for part in line.split(" | "))
    kind, _, codes = kind.partition(" ")
    return ListColumn(header, field, kind, codes, bool(blank))


LISTS: dict[int, AnnexAList] = {
    number: AnnexAList(
        number,
        title,
        others,
        tuple(_column(line) for line in text.strip().splitlines() if line.strip()),
    )
    for (number, title, others), text in _SPECIFICATION.items()
}
"""The eleven lists by number."""

ABSENT_BEFORE_2024 = {9: ("uasc", "personal_advisor", "pathway_review", "last_contact")}
"""Fields that the 2018 to 2022 layouts lack, by list."""


def _codes(text: str) -> dict[str, str]:
    """Read lines of `template string = meaning`."""
    pairs = (line.split(" = ") for line in text.strip().splitlines())
    return {left.strip(): right.strip() for left, right in pairs}


CODES: dict[str, dict[str, str]] = {
    "gender": _codes("""
a) Male = Male
b) Female = Female
c) Not stated/recorded = Not recorded
d) Neither = Neither
"""),
    "ethnicity": {
        f"{letter}) {code}": code
        for letter, code in zip(
            "abcdefghijklmnopqrst",
            "WBRI WIRI WIRT WOTH WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH "
            "CHNE OOTH REFU NOBT".split(),
            strict=True,
        )
    }
    | {"u) UNKNOWN": "Not recorded"},
    "yes_no": _codes("""
a) Yes = Yes
b) No = No
c) Unknown = Not recorded
"""),
    "source": _codes("""
a) 1A: Individual = 1A
b) 1B: Individual = 1B
c) 1C: Individual = 1C
d) 1D: Individual = 1D
e) 2A: Schools = 2A
f) 2B: Education services = 2B
g) 3A: Health services = 3A
h) 3B: Health services = 3B
i) 3C: Health services = 3C
j) 3D: Health services = 3D
k) 3E: Health services = 3E
l) 3F: Health services = 3F
m) 4: Housing = 4
n) 5A: LA services = 5A
o) 5B: LA services = 5B
p) 5C: LA services = 5C
p1) 5D: LA services = 5D
q) 6: Police = 6
r) 7: Other legal agency = 7
s) 8: Other = 8
t) 9: Anonymous = 9
u) 10: Unknown = 10
"""),
    "primary_need": _codes("""
N1 - Abuse or neglect = N1
N2 - Child's disability = N2
N3 - Parental disability or illness = N3
N4 - Family in acute stress = N4
N5 - Family dysfunction = N5
N6 - Socially unacceptable behaviour = N6
N7 - Low income = N7
N8 - Absent parenting = N8
N9 - Cases other than children in need = N9
N0 - Not stated = Not recorded
"""),
    "closure_reason": _codes("""
RC1 - Adopted = RC1
RC2 - Died = RC2
RC3 - Child arrangements order = RC3
RC4 - Special guardianship order = RC4
RC5 - Transferred to services of another local authority = RC5
RC6 - Transferred to adult social care services = RC6
RC7 - Services ceased for any other reason, including child no longer in need = RC7
RC8 - Case closed after assessment, no further action = RC8
RC9 - Case closed after assessment, referred to early help = RC9
"""),
    "case_status": _codes("""
a) Looked after child = Looked after
b) Child Protection plan = Child protection plan
c) Child in need plan = Child in need plan
d) Open assessment = Open assessment
e) Closed episode = Closed
"""),
    "category_of_abuse": _codes("""
a) Neglect = Neglect
b) Physical abuse = Physical abuse
c) Sexual abuse = Sexual abuse
d) Emotional abuse = Emotional abuse
e) Multiple/not recommended = Multiple
"""),
    "legal_status": _codes("""
C1: ICO = C1
C2: FCO = C2
D1: Freeing order = D1
E1: Placement order = E1
V2: Single period under S20 = V2
L1: Police protection LA accommodation = L1
L2: EPO = L2
L3: Child assessment order LA accommodation = L3
J1: Remanded to LA or youth detention = J1
J2: LA accommodation under PACE = J2
J3: Youth rehabilitation order = J3
V3: Short term breaks, episodes recorded = V3
V4: Short term breaks, agreements recorded = V4
"""),
    "permanence_plan": _codes("""
a) Return to family = Return to family
b) Adoption = Adoption
c) SGO/CAO = SGO or CAO
d) Supported living in the community = Supported living in the community
e) Long-term residential placement = Long-term residential placement
f) Long-term fostering = Long-term fostering
g) other = Other
"""),
    "care_end_reason": _codes("""
a) E11: Adopted - application unopposed = E11
b) E12: Adopted - consent dispensed = E12
c) E2: Died = E2
d) E3: Care taken by another LA = E3
e) E4A: Returned home to parents as part of the care planning process = E4A
f) E4B: Returned home to parents not as part of the care planning process = E4B
g) E13: Left care to live with parents, relatives or other with no parental responsibility = E13
h) E41: Residence order granted = E41
i) E45 = E45
j) E46 = E46
k) E47 = E47
l) E48 = E48
m) E5: Moved into independent living - supported = E5
n) E6: Moved into independent living - no support = E6
o) E7: Transferred to residential care funded by adult social services = E7
p) E9: Sentenced to custody = E9
q) E14: Accommodation on remand ended = E14
r) E15: Age assessment determined child was 18 or over = E15
s) E16: Child moved abroad = E16
t) E8: Care ceased for any other reason = E8
u) X1: CodeError = Not recorded
v) E17: Aged 18+ and remained with current carers = E17
"""),
    "placement_type": {
        f"{letter}) {code}": code
        for letter, code in zip(
            "a b c d e f g h i j k l m n o p q r s t u v w x y z zz".split(),
            "U1 U2 U3 U4 U5 U6 A3 A4 A5 A6 P1 P2 P3 H5 K1 K2 R1 R2 R3 R5 S1 Z1 T0 T1 T2 T3 T4".split(),
            strict=True,
        )
    },
    "placement_provider": _codes("""
a) PR0: Parents/Parental responsibility = PR0
b) PR1: Own provision = PR1
c) PR2: Other LA provision = PR2
d) PR3: Other public provision = PR3
e) PR4: Private provision = PR4
f) PR5: Voluntary/third sector = PR5
"""),
    "placement_location": _codes("a) In = In\nb) Out = Out"),
    "eligibility": _codes("""
a) Relevant child = Relevant
b) Former relevant child = Former relevant
c) Qualifying care leaver = Qualifying
d) Eligible child = Eligible
"""),
    "in_touch": _codes("""
a) Yes = Yes
b) No = No
c) Died = Died
d) Refu = Refused contact
e) NREQ = Not required
f) Rhom = Returned home
"""),
    "accommodation": _codes("""
B: Parents/relatives = B
C: Community home/residential care = C
D: Semi-independent, transitional accommodation = D
E: Supported lodgings = E
G: Abroad = G
H: Deported = H
K: Ordinary lodgings, without formal support = K
R: Residence not known = R
S: No fixed abode/homeless = S
T: Foyers and similar supported accommodation = T
U: Independent living = U
V: Emergency accommodation = V
W: Bed and breakfast = W
X: In custody = X
Y: Other accommodation = Y
Z: With former foster carers = Z
"""),
    "suitability": _codes("a) Suitable = Suitable\nb) Unsuitable = Unsuitable"),
    "activity": {code: code for code in "F1 P1 F2 P2 F3 P3 F4 P4 F5 P5 G4 G5 G6".split()},
    "adoption_reversal": _codes("RD1 = RD1\nRD2 = RD2\nRD3 = RD3\nRD4 = RD4"),
    "adopter_leaving": _codes("""
1 - Adopter withdrew from process = Withdrew
2 - Process put on hold = On hold
3 - Application refused = Refused
"""),
}
"""The template's own codes, by code set: the cell's text and what it is read as."""
