"""Sentences for actions, impact and feedback of invented audits."""

ACTIONS = {
    "assessment": "Update the assessment so that it weighs the children's history",
    "planning": "Rewrite the plan with measurable steps, owners and dates",
    "care_planning": "Hold the overdue care planning meeting and record its decisions",
    "voice": "Undertake direct work and record the child's wishes and feelings",
    "difference": "Review with the family what has changed since the last review",
    "oversight": "Record supervision with reflection and clear timescales",
    "statutory": "Complete the overdue visit and set the next dates",
    "visits": "Record the purpose and the learning of each visit",
    "recording": "Bring the chronology and the genogram up to date",
    "decisions": "Record the rationale of the threshold decision",
    "interventions": "Agree the intervention and how its effect will be known",
    "culture": "Share the learning in the team meeting",
}
"""An action by quality standard."""
IMPACT = (
    "The plan now has dates and owners, and the family has a copy",
    "The child's views are in the updated assessment",
    "The visit took place and the next ones are booked",
    "Supervision shows reflection and agreed next steps",
)
THEMES = (
    "Felt listened to",
    "Knows what has to change",
    "Too many changes of worker",
    "Wants meetings to be easier to follow",
    "Visits are kept as promised",
    "Would like reports sooner",
)
CONCERN_ACTION = "Same-day discussion with the service delivery manager about immediate safety"
