"""How the cases were drawn, in words, as this draw did it."""

from __future__ import annotations

from collections.abc import Sequence

from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.words import Words, _sealed, say
from qa_sampling.sampling.plan import AuditPlan

_FRAME_FIRST = (
    "The cases that can be drawn were fixed, and their fingerprint recorded, before the seed was "
    "known."
)
_TICKETS = (
    "Every case has a ticket: the SHA-256 of a tag, the seed and the case's keyed reference. In "
    "each stratum ({by}) the cases with the lowest tickets were drawn; the next are reserves."
)
_CONTROLLED = (
    "How many came from each stratum follows a {method} table of targets, rounded at random so "
    "that each stratum's expected number is exactly its target and no case is without a chance."
)
_FIXED = (
    "How many came from each stratum is the {method} whole-number optimum within the bounds that "
    "were set, the same whatever the seed."
)
_ROTATION = "Tickets are permanent: each month goes on where the last one stopped."
_ONE_PER_FAMILY = "One child stands for each family, chosen by a ticket of its own."
_SIBLINGS = "Brothers and sisters can be drawn in the same month."
_ASSIGNED = (
    "Auditors and moderators were assigned by an integer programme under independence rules; "
    "which audits are moderated was drawn at random."
)
_UNASSIGNED = "Auditors are found by hand: no staff list was given."
_HIDDEN = (
    "Counts of 1 to 5 cases are hidden, and others from which they could be worked out. Numbers "
    "of audits are decisions and are shown, unless so many cases are audited, or so few can be "
    "shown, that they would give cases away."
)
_LIMITS = (
    "Limits: a sample says something of all cases only with its interval; the plan cannot know "
    "what is missing from the extract; reserves stand in in their order only."
)


def plan_method(plan: AuditPlan, *, cannot_guarantee: Sequence[str] = ()) -> Words:
    """Say how the cases were drawn and what that cannot show, as this draw did it.

    Parameters
    ----------
    plan : AuditPlan
        The plan; only its parameters are read.
    cannot_guarantee : sequence of str
        Sentences on what absent tables leave open (``records.extras``); fixed words, no counts.
    """
    given = plan.draw.parameters
    by = " by ".join(plan.frame.strata) or "all cases"
    require_all_free("plan_method", by=by, method=str(given["method"]))
    sizes = _CONTROLLED if given["rounding"] == "controlled" else _FIXED
    words = _sealed(_FRAME_FIRST) + _sealed(_TICKETS.format(by=by.replace("_", " ")))
    words += _sealed(sizes.format(method=str(given["method"]).replace("_", "-")))
    if given["ticket_seed"]:
        words += _sealed(_ROTATION)
    cases = plan.frame.cases
    if not given["one_per_family"]:
        words += _sealed(_SIBLINGS)
    elif (cases["family_ref"] != cases["case_ref"]).any():
        words += _sealed(_ONE_PER_FAMILY)
    words += _sealed(_ASSIGNED if len(plan.assignment.table) else _UNASSIGNED)
    for sentence in cannot_guarantee:
        words += say("{sentence}", sentence=sentence)
    return words + _sealed(_HIDDEN) + _sealed(_LIMITS)


_MODERATED = (
    "An audit is moderated when a second person reads the case again and grades it. Some grades "
    "are always moderated, others by a random share; each moderated audit counts for as many "
    "audits as its chance of being moderated says."
)
_COEFFICIENTS = (
    "Gwet's AC2 and Krippendorff's alpha allow for agreement by chance; nearly the same grade "
    "counts by {weights} weights on the scale of four grades. Intervals hold {level}: "
    "t intervals on the atanh scale, with two cases added, one alike and one by chance."
)
_CORRECTED = (
    "The moderated share takes what auditors graded and corrects it by what moderators found among "
    "the audits of each grade (a two-phase estimator); its interval counts both steps."
)
_SHIFTS = (
    "Auditors' shifts are shrunken towards the middle, since few audits say little about one "
    "person; how many look unusual by chance alone is allowed for, and nobody is ranked."
)


def moderation_method(*, weights: str, level: float) -> Words:
    """Say how a moderation was worked out, and what it cannot show.

    Parameters
    ----------
    weights : str
        Weights of the coefficients.
    level : float
        Level of the intervals.
    """
    require_all_free("moderation_method", weights=weights)
    words = _sealed(_MODERATED)
    words += _sealed(_COEFFICIENTS.format(weights=weights, level=f"{100 * level:g}%"))
    words += _sealed(_CORRECTED) + _sealed(_SHIFTS)
    words += _sealed(
        "Tables count moderations by the month they were made in. Counts of 1 to 5 are hidden, and "
        "others from which they could be worked out."
    )
    return words + _sealed(
        "Limits: moderators can be wrong as well, so agreement is not correctness; a few dozen "
        "moderations a year show large differences only."
    )
