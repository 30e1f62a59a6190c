"""The words real extracts use for the template's codes: one line a code, first match first.

Each line is `code = pattern`, a regular expression on the cell in lower case without
punctuation (:func:`annex_a_spellings.normal_code`); a line that begins with a bar continues the
line above. Written from the kinds of spelling
described for Annex A extracts; see :mod:`annex_a_spellings` for how they are used and tested.
"""

from __future__ import annotations

WORDS: dict[str, str] = {
    "yes_no": r"""
Not recorded = ^(u|unk|unknown|not (yet )?(obtained|known|recorded|stated)|nobt|refu|refused)\b
Yes = ^(y|yes|true|1|1 yes|nfa|no further action|seen|child seen|seen alone|uasc
|offered and accepted)\b
No = ^(n|no|false|0|0 no|none|fa|further action|not seen|child not seen|not offered|non uasc
|unborn)\b
Yes = ^(mob|hand|pc|inc|comm|ld|hear|vis|beh|con|aut|dda|mobility|personal care|incontin\w*)$
Yes = disab|autis|asperger|hearing|vision|learning|communication|behaviour|conc?s?c?ious|incont
|hand function|other dda
""",
    "gender": r"""
Not recorded = not (known|recorded|stated|specified)|unknown|unspecified|withheld|unborn|^[09iu]$
Neither = neither|non ?binary|indeterminate|transgender|unable to classify|gender dysphoria
Male = ^(1 )?(m|male|boy)$|^1$
Female = ^(2 )?(f|female|girl)$|^2$
""",
    "ethnicity": r"""
REFU = refus|declin|prefer|did not wish|would not say|not di(sclosed|vulged)|do not wish
NOBT = information not|not (yet )?(obtain|availab|asked|establish)|no (initial )?client contact
|awaiting|before ethnicity
Not recorded = ^(x?unborn|nan|ns|none|not|no (data|information)|unk|xxxx)\b
|(?<!part )not (stated|known|recorded|given|populated|declared)|unborn|undeclared|do not use|dtg
|unable to provide
WIRT = irish (herit|travel)|travell?er
WROM = \bgyp?sy|gyspy|\broma\b|romany
MWBC = (white|wb).*car+ib|carib\w*( and)? white|^wbcar
MWBA = white.*african|african and white|^wbafr
MWAS = white (and |or )?(black )?(asian|indian|pakist|bangla)|^whasian|^asian and white
AOTH = asian.*mixed asian|^mixed asian|caribbean asian|african asian|african indian
WOTH = ^white( other)?( and)? .*mixed|^white mixed
BOTH = ^mixed black$|black black brit|^black british|bbri|^black mixed black
MOTH = mixed|dual|multiple|(black|asian) and (asian|white|black|chinese|any)
|white and (black|chinese|any)
WIRI = ^(white|w|a2|wiri|a a2( white)?|a4 2)?( white| w)*( or)? ?irish$|white.*\birish$
OOTH = afghan|filipino|vietnam|iraq|iran|arab|japan|korea|\bthai|malay(?!sian chinese)|lebanese
|libyan|yemen|egypt|latin|south american|central american|polynes|cambodia
CHNE = chin|hong kong|taiwan|singapor
APKN = pakistan
ABAN = bangla
AIND = (?<!west )indian
AOTH = \basian|sri lanka|tamil|punjab|kashmir|nepal|sikh|mauriti|sinhal
WBRI = (white|^a1|^w\b|^whb|^british|^a4 1|^)(?!.*(other back|european)).*\b(british|english
|scottish|welsh|cornish|northern irish|england|scotland|wales)\b(?!.*black)
BCRB = (black|^bl?b?|^d1|^a4 14|^)(?!.*(other|african)).*(carib|carri|jamaic|west ind)
BOTH = (other|any).*black|black.*(other|unspecified)$|other black
BAFR = african|afric|somal|nigeri|ghana|congo|eritr|ethiop|zimbab|kenya|sudan|angola|gambia|zair
|ugand|sierra|malawi|tanzan
BCRB = caribbean|carribean
BOTH = black
WOTH = white|europe|albani|bulgar|greek|italia|kurd|polish|portug|turk|bosni|kosov|romanian
|spanish|russian|jewish|jersey|mediterr|lithua|latvia|slovak|czech|hungar|serb|croat|ukrain
OOTH = other|moroc|^oth
""",
    "source": r"""
9 = anonym
5B = other internal|other than s(ocial|c)|not (social care|csc)|la.*other (council )?dep
|internal (other|dep|not)
5C = external (e ?g|la|another|from|serv)|(services?|la) external|another la|other las?\b
|other local auth|\bola\b|out of (area|borough).*social
3C = school n(?!ursery)|nurs\w* school nurse
3B = health vis|^helthvis
3A = \bgps?\b|^g p\b|general pract
3E = \ba and e\b|^a e\b|a e (dep|\w*)$|accident|emergency dep|casualty|^aande|walk in
3D = primary (health|serv)|health.*primary|midwi|matern|dentist|district nurs
|community (nurse|health|matron)|practice nurse|^clinic$|family nurse|optic|pharm
5D = early help|early interv|family support|famil(y|ies) (first|solution|work)|stronger famil
|troubled famil|parent(ing)? support
6 = police|^pol\b|merlin
7 = court|probation|c?j?afcass|prison|immigration|legal|solicitor|home office|^hmp|law cent
|community rehab|youth justice|benefits? agency|central government
2A = (?<!pre )(?<!not )school(?! based)(?!s and early)|academy|\bpru\b|sen ?co|^sch$
2B = ^educ
5B = youth offend|\by[oi][ts]\b|emergency duty|\bedt\b|council (staff|dep)|anti social|\basb\b
|neighbourhoods|internal
3F = health|hospital|hospice|\bnhs\b|camhs|cahms|mental|psych|paed|clinic|nurs(e|ing)\b|doctor
|consultant|ambulance|drug|alcohol|substance|addict|audiolog|medical|surgery|therap|ward\b
|physio|emergency serv|^a dent
4 = hous(?!emem|ehold|e m)|homeless|landlord|shelter|supported living|hostel|tenan|^hou[s]?$
|warden|home ?start
2B = educat|nursery|college|early y|connexion|\bewo\b|universit|pre ?school|training prov
|\beduc?\b|\bfe\b|send?\b
5C = ^external|external serv
5A = social (care|work|serv)|adult|\bssd\b|care manager|la serv|local authority|\bla\b
|leaving care|disabilit|children and famil|childrens? (and famil|serv|social)
|foster(ing)? (team|serv)|mash\b|duty|occupational|resource centre|day centre|home care
1C = \bself\b|in person
1B = acqu|aquain|neighb|friend|child ?minder|^nei|^frei$
1A = famil|relative|parent|carer|mother|father|sister|brother|aunt|uncle|grand|daughter|\bson\b
|niece|nephew|partner|husband|wife|household|house ?mem
1D = individual|stranger|public|\bmps?\b|politician|member of|councillor|elected
|community member|employ
8 = other|volunt|charit|nspcc|n s p c c|centre|independ|independant|agency|provider|fire|advoca
|refuge|church|faith|ofsted|lado|military|forces|ministry|organi[sz]ation|residential|care home
|hostel|job ?centre|domestic|safety|passport|barnardo|catch 22
10 = unkn?own|not (known|recorded|mapped)|^nk$|^u$
""",
    "primary_need": r"""
Not recorded = not (stated|recorded|specified|known)|^no( need code recorded)?$|unknown
|yet to be determined|information received
N9 = other than (a )?child|not (in need|cin|a? ?child in need)|case not|o cin|^other1?$
|need other|adoption support|post adopt|step parent|child death
N8 = ^8|absent par|parent absent|uasc|unaccomp|asylum|no parents available|16 17 yr|^abp
N7 = low income|income below|non habit|^inc\b
N6 = unacceptable behav|offend|^bhv|impacting detrimentally
N4 = acute (stress|distress)|temporary crisis|^homeless|financial|^missing person|parenting issues
N5 = dysfunct|disfunct|chronically inadequate|control issues|^fds|^fst
N3 = parent\w*( carer)?( \w+)? (ill|dis)|parents? ill|parents or carers.*(impaired|illness)
|mental health parent|^par (alc|drg|men)|parental (ill|dis|alc|drug)|young carer
N1 = abuse|neglect|harm|sexual|exploit|violence|^abs |section 47|substance|slavery|^multiple$
|trilogy|genital
N2 = disab|frailty|impair|^dis |mental health|sensory|physical support|occupational therapy
|learning diff|^cyads
""",
    "closure_reason": r"""
RC7 = return(ed)? home|left care|no longer|including child|ceased for any
|period of being looked after|remand|custody|reached 18
RC1 = \badopt
RC2 = \b(died|deceased|death)\b
RC4 = special g
RC3 = residence order|child arr?angements? order|res order
RC9 = (after|follow\w*|and|c and f) .*assess.*early help
|early help.*(after|follow\w*|and|at) .*assess|referred to early help
RC8 = no step down|after (initial|assess|single|continuous|c and f)
|assess\w*.*(nfa|no (further )?action)|after.*assess|at first c and f|not (to be )?in need after
RC6 = adult
RC5 = another (la|local)|other (la|local)|(left|out of) (the )?area|moved (out|to)
|transf\w* (to|of) .*(authority|la)\b
Not recorded = ^(unknown|not (known|recorded|stated))$
RC7 = ceased|aim|complet|objective|step(ped)? (down|up|across)|early help|earlyhlp|withdr|refus
|declin|inappropriate|error|advice|information|\bother\b|moved away|\b18\b|closed?\b|closure|nfa
|no further|not required|transf|cancel|ended|universal|universal plus|contact lost|engag|eligib
|ineligible|circumstances|looked after|\blac\b|\bcp\b|referr|needs? met|duplicate|no assess|plan
|\btaf\b|caf\b|objectives|eha\b|age of|carer resigned|threshold|leaving age|outcome|support
|disability|school|ehcp
""",
    "case_status": r"""
Closed = ^(case |episode )?(closed|closure|ended)|^care leaver
Looked after = ^(cla|lac|clac)\b|^looked after|child(ren)? (looked after|in care)|^cp (and )?cla
|cp cla
Child protection plan = ^(cpp?|child protection)\b
Open assessment = as+e?ss?m|assessment|asmt
Child in need plan = ^(cin|cinp|child in need|child(ren)? in need)\b
""",
    "category_of_abuse": r"""
Multiple = multiple|muliple|^mul$|not recommended
Multiple = (neglect|physical|sexual|emotional|neg|phy|sab|emo)\b.*\b(neglect|physical|sexual
|emotional|neg|phy|sab|emo)\b
Multiple = ^n*y[ny]*y[ny]*$
Neglect = neglect|^neg$|^ynnn$
Physical abuse = physical|^(phy|phys|pa|physab|nynn)$
Sexual abuse = sexual|^(sab|sa|nnyn)$
Emotional abuse = emotion|^(emo|ea|nnny)$
""",
    "legal_status": r"""
V4 = short.?term break.*agreement|agreement.*short.?term break|breaks when agreements
|recording agreements
V3 = short.?term break|short break
E1 = placement order|^po$
D1 = free(d|ing)
C1 = interim care|\bico\b
J3 = youth rehab|supervision order with
J2 = \bpace\b
J1 = remand|committed for trial|detained on
L1 = police (prot|powers)
L2 = emergency prot|\bepo\b
L3 = child assessment
C2 = (?<!interim )care order|\bfco\b|ward of court|wardship
V2 = section 20|\bs ?20\b|single (period|placement)|voluntary acc
""",
    "permanence_plan": r"""
SGO or CAO = sgo|\bcao\b|special g|child arr?angement|residence order
Adoption = adopt
Long-term residential placement = residential
Supported living in the community = supported living|independent living
Long-term fostering = foster|long term placement with (foster|rel)
Return to family = return|birth (family|parent)|place with parent|remain with
Other = other|parallel|concurrent|transition|treatment|time limited
""",
    "care_end_reason": r"""
? = ^e4 (?!a|b)|^e4$
E12 = adopt.*(dispens|consect)
E11 = adopt
E2 = \bdied\b|deceased
E17 = staying put|stayed with|remained? with|remains living with|former carers at
|(18|eighteen).*(former|current) (foster )?carer
E4B = (not|wsa not) (been )?(a )?part of|unplanned
E4A = (as )?part of (the )?(current )?care plan|planned ret
E46 = (?<!not )former f(oster|c)\w*( carers?| carer s)?( s)? other than
|(former|ex) f(oster)? ?(carer|c)\w* other
E45 = (?<!than )former foster.*(relative|friend)(?!.*not former)|former.*who were? (a )?relative
E47 = special.*other than former.*(relative|friend)|relative.*(friend)? not former
E48 = special.*(other than|not former|not w|carers not)|s(pec|g).*(not|other than) (w )?former
E46 = special.*former|spec guard.*former
E48 = special g|spec guard
E15 = age assess|aged? disput|assessed as over|over 18
E13 = no p[ae]rental resp|no pr\b|without pr
E41 = residence|child arr?angement|care arr?angement
E7 = adult
E6 = (without|no|unsupported|not supported|non supportive).*(support|advice|arrange|accom)
|unsupported|no (ongoing|formal)|no formal|^independent acc
E5 = support|ongoing
E9 = custody
E14 = remand
E16 = abroad
E3 = (over|taken|services of) .*(another|other) (la|local)|another (la|local)
E8 = any other reason|ceased for|post 21
""",
    "placement_type": r"""
A3 = adopt.*(consent)(?!.*not with).*(former|current) foster|adopt.*current foster.*consent
A4 = adopt.*consent.*not with|adopt.*not with.*consent
A5 = adopt.*(placement|court) order.*(with) (former|current) foster(?<!not)
|adopt.*with (former|current) foster
A6 = ^placed for adopt|^placed? with adopt|^adopt
H5 = not subject|semi indep
P2 = independent living
U2 = (relative|friend|connected|kinship).*(ffa|concurrent|approved adopter|foster\w* (for
|to) adopt)
U1 = (relative|friend|connected|kinship).*(?<!not )long term
U3 = relative|friend|connected|kinship
U5 = approved adopter|(?<!or )\bffa\b|concurrent(?! planning$)|foster\w* (for|to) adopt
|foster carer to adopter
U4 = (?<!not )long term foster
T1 = hospital(?!.*trust)
T3 = (carer|foster).*holiday
T2 = holiday
U6 = foster
P1 = parent(?!.*baby)
P3 = employment|work based
R3 = family cent|mother|baby
S1 = residential school|^schools? except
K1 = secure (unit|child|acc|home)|^secure
R5 = young offend|\byoi\b|prison|youth treatment|\bytc\b|secure training|custod
R2 = nhs|health trust|nursing
K2 = child(ren)?s? home|children.*home|homes? (and )?hostels?
H5 = supported (acc|lodg)|hostel
R1 = residential (care|home)|care home
T4 = (7|seven) days
T0 = temporary|respite|short break
Z1 = other place|whereabouts|refuge
""",
    "placement_provider": r"""
PR0 = parent
PR2 = (other|another) (la|local)
PR3 = public
PR1 = \bown\b|^local authority$
PR4 = private
PR5 = volunt|third|3rd
Not recorded = ^(not (recorded|known|required)|unknown)$
""",
    "placement_location": r"""
In = ^(in|inside|y|yes)\b
Out = ^(out|outside|n|no)\b
""",
    "eligibility": r"""
Qualifying = ^(q|qualifying)\b
Former relevant = former relevant|^fr$|care leaver pa to 25
Relevant = ^(r|relevant)\b
Eligible = ^(?!.*not eligible).*eligible|^e$
""",
    "in_touch": r"""
Died = died|death
Returned home = rhom|returned to
Refused contact = refu
Not required = nreq|no longer requires|not required
Not recorded = not recorded|no contact recorded|unknown|no care leaver details
No = ^(n|no|2|4|5|0?[245] no|0 no|residence not)\b
Yes = ^(y|yes|1|0?[13] yes|in touch)\b
""",
    "accommodation": r"""
Z = former fost|foster placement|foster carer|staying put|former foster
X = custody|young offender|prison
W = bed and br
V = emergency acc
T = foyer
S = homeless|no fixed
E = supported lodg
K = ordinary lodg|lodgings no formal
D = semi indep|self contained|mother and baby|not subject to child
C = community home|residential (care|placement)|nhs|homes and hostels
B = parent|relative
U = independ[ea]nt liv|own tenancy|universit
R = not know|whereabouts|no information|not (recorded|stated)
G = abroad
H = deport
Y = other acc|friends
""",
    "suitability": r"""
Not recorded = not (recorded|known|in touch)|^0$|unknown
Unsuitable = unsuitable|not (considered )?suitable|^(n|no|false|2)$
Suitable = suitable|^(y|yes|true|1)$
""",
    "activity": r"""
G4 = illness|disab
G6 = pregnan|parenting
F4 = full time.*(?<!not )(?<!not an )apprentice(?!ship\))
P4 = part time.*(?<!not )(?<!not an )apprentice
F2 = full time.*(other than|not) higher
P2 = part time.*(other than|not) higher
F1 = full time.*higher
P1 = part time.*higher
F5 = full time.*(training|employ).*not.*apprent
P5 = part time.*(training|employ).*not.*apprent
F3 = full time.*(training|employ)
P3 = part time.*(training|employ)
G5 = not in education|\bneet\b
""",
    "adoption_reversal": r"""
RD2 = court did not|placement order not|did not (make|grant)
RD1 = needs? changed|change of plan|overturned
RD3 = adopters
RD4 = other reason|disrupt
""",
    "adopter_leaving": r"""
Withdrew = withdr|^1$
On hold = on hold|^2$
Refused = refused|^3$
""",
}
"""Patterns by code set."""

OLDER_CODES: dict[str, str] = {
    "WENG WSCO WWEL WCOR WOWB WNIR": "WBRI",
    "WALB WBOS WCRO WKOS WSER WGRE WGRK WGRC WITA WPOR WTUK WTUR WTUC WEUR WEEU WWEU WOTW": "WOTH",
    "WROG WROR WROO": "WROM",
    "MWAP MWAI MWAO": "MWAS",
    "MAOE MABL MACH MBOE MBCH MCOE MWOE MWCH MOTM": "MOTH",
    "AMPK AKPA AOPK": "APKN",
    "AAFR AKAO ANEP ASNL ASLT ASRO AOTA": "AOTH",
    "BANN BCON BGHA BNGN BSLN BSOM BSUD BAOF": "BAFR",
    "BEUR BNAM BOTB": "BOTH",
    "CHKC CMAL CSNG CTWN COCH": "CHNE",
    "OAFG OARA OEGY OFIL OIRN OIRQ OJPN OKOR OKRD OLAM OLEB OLIB OMAL OMRC OOEG OPOL OTHA OVIE "
    "OYEM": "OOTH",
    "XXXX": "Not recorded",
}
"""Finer ethnicity codes of the school census, and the code of the census each belongs to."""

LETTERED = dict(
    zip(
        "A1 A2 A3 A4 A5 B1 B2 B3 B4 C1 C2 C3 C4 D1 D2 D3 E1 E2 E3 E4".split(),
        "WBRI WIRI WOTH WIRT WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE "
        "OOTH REFU NOBT".split(),
        strict=True,
    )
)
"""Ethnicity as case systems number it, when the cell holds nothing more."""

OLDER_PLACEMENTS = {
    "Q1": "U3",
    "Q2": "U6",
    "F1": "U3",
    "F4": "U3",
    "F2": "U6",
    "F3": "U6",
    "F5": "U6",
    "F6": "U6",
    "M1": "Z1",
    "M2": "Z1",
    "M3": "Z1",
}
"""Placement codes before 2015, and the nearest of today's."""
OLDER_ENDINGS = {"E42": "E48", "E43": "E46", "E44": "E48"}
"""Reasons of leaving care before 2014, and the nearest of today's."""
