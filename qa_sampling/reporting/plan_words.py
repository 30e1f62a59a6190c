"""The words of the coordinator's workbook: its cover, and how to verify the draw."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sampling.sampling.plan import AuditPlan

Row = tuple[str, object] | str
"""A label with its text, or a heading."""

_ROTATION = (
    " Tickets are kept over the months here, made from the seed of the permanent tickets; the "
    "order in a stratum starts after the ticket where its last draw ended."
)
RULE = (
    "Every case has a reference, made from its number with a secret key, and a ticket: the "
    "SHA-256 of the text qa_sampling/ticket/v1, a zero byte, the seed, a zero byte and the "
    "reference. Where one child stands for each family, it is the one with the lowest ticket "
    "under the tag qa_sampling/family/v1. In each stratum the cases are put in the order of "
    "their tickets; the lowest are audited and the next are the reserves. How many are audited "
    "in each stratum is on the sheet Allocation: where the target is not a whole number, it "
    "was rounded by tickets under the tag qa_sampling/rounding/v1. The frame was fixed, and its "
    "fingerprint taken, before the seed was known."
)


def cover_rows(plan: AuditPlan) -> Iterator[Row]:
    """Give the rows of the cover: what this is, its fingerprints, what is not guaranteed."""
    assignment, draw = plan.assignment.table, plan.draw
    yield "What this is"
    yield "Month", plan.month
    yield "Design", plan.design.replace("_", " ").capitalize()
    yield "Cases as at", plan.as_at
    yield "Audits due", plan.due
    yield "Cases that could be drawn", f"{plan.frame.size:,}"
    yield "Audits", f"{len(draw.cases):,}, with {len(draw.reserves):,} reserves"
    moderated = int(assignment["moderator_id"].notna().sum())
    yield "Auditors", f"{assignment['auditor_id'].nunique():,}; {moderated:,} audits are moderated"
    yield "What cannot be guaranteed"
    if not plan.notes:
        yield "Nothing to note", "Every rule could be checked with the tables that were given."
    for number, note in enumerate(plan.notes, start=1):
        yield f"{number}.", note
    yield "The draw"
    yield "Draw number", plan.draw_id
    yield "Seed", draw.seed
    if draw.parameters.get("ticket_seed"):
        yield "Seed of the permanent tickets", draw.parameters["ticket_seed"]
    yield "How many from where", draw.method.replace("_", " ").capitalize()
    yield "Fingerprint of the frame", draw.frame_fingerprint
    yield "Fingerprint of the sample", draw.fingerprint
    yield "Handling"
    yield (
        "Keep it restricted",
        "This workbook holds children's case numbers and names members of staff. Keep it in the "
        "restricted folder; send auditors their own form, not this workbook.",
    )


def verify_rows(plan: AuditPlan) -> Iterator[Row]:
    """Give the rows of the sheet on verification: the rule, the steps, the commands."""
    yield "In short"
    yield (
        "What is checked",
        "That these cases, and no others, follow from the frame, the seed and the published "
        "rule: that nobody picked them.",
    )
    rotated = plan.draw.parameters.get("ticket_seed")
    yield "The rule", RULE + (_ROTATION if rotated else "")
    yield "Steps"
    yield (
        "1. Get two files",
        f"frame.csv (the {plan.frame.size:,} cases that could be drawn, by reference, without any "
        "child's number) and draw.json (seed, parameters, sample), both in the folder verification "
        "beside this workbook. Keep them together with verify_draw.py.",
    )
    yield (
        "2. Check the seed",
        "It must be the one that was rolled, or agreed, after the frame was fixed: "
        f"{plan.draw.seed}",
    )
    yield (
        "3. Run the check",
        "python verify_draw.py frame.csv draw.json",
    )
    yield (
        "What that does",
        "verify_draw.py needs only Python, no software of ours. It takes the frame's fingerprint, "
        "makes every ticket again, draws again by the rule, and says YES, or every case that "
        "differs. Anyone can read it: it is one short file.",
    )
    yield (
        "4. Compare",
        f"The fingerprint of the frame must be {plan.draw.frame_fingerprint}, and that of the "
        f"sample {plan.draw.fingerprint}.",
    )
    yield from _commands(plan)


def _commands(plan: AuditPlan) -> Iterator[Row]:
    yield "With our own software"
    yield (
        "The folder",
        "The one this workbook was published in, one above the folder restricted; for the monthly "
        f"plan outputs/{plan.folder_name}.",
    )
    yield "Check draw and files", f"qa-sampling verify outputs/{plan.folder_name}"
    yield "Why this case?", f"qa-sampling explain outputs/{plan.folder_name} REFERENCE"
    yield "Check the register", "qa-sampling register check"
    yield "By hand, for one case"
    yield (
        "One ticket",
        "Take a case's reference from the sheet Plan. Any tool that gives a SHA-256 shows that its "
        "ticket starts as the sheet says:",
    )
    seed = plan.draw.parameters.get("ticket_seed") or plan.draw.seed
    command = f"printf 'qa_sampling/ticket/v1\\0%s\\0%s' '{seed}' REFERENCE | sha256sum"
    yield "Command", command
