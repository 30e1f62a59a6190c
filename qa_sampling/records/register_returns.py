"""The register's tables of what comes back: audits, moderations, actions, fieldwork, activity."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint

from qa_sampling.records.register_columns import key, number, row_table, text, whole

audits = row_table(
    "audits",
    key("audit_id"),
    key("replaces"),
    key("draw_id", blank=True),
    key("case_ref"),
    key("period"),
    key("design"),
    text("stratum", blank=True),
    text("team", blank=True),
    key("audit_type", blank=True),
    key("auditor_id", blank=True),
    key("auditor_role", blank=True),
    key("date_assigned", blank=True),
    key("date_due", blank=True),
    key("date_completed", blank=True),
    key("practitioner_met", blank=True),
    key("family_feedback", blank=True),
    key("immediate_safeguarding_concern", blank=True),
    text("learning", blank=True),
    UniqueConstraint("audit_id", "replaces"),
)

answers = row_table(
    "answers",
    key("audit_id"),
    key("standard"),
    key("grade"),
    text("evidence", blank=True),
    UniqueConstraint("event", "audit_id", "standard"),
)

moderations = row_table(
    "moderations",
    key("moderation_id"),
    key("replaces"),
    key("audit_id"),
    key("moderator_id"),
    key("role", blank=True),
    key("date", blank=True),
    key("reflects_practice", blank=True),
    key("meaningful_learning", blank=True),
    text("comment", blank=True),
    key("panel_final_grade", blank=True),
    UniqueConstraint("moderation_id", "replaces"),
)

moderated_answers = row_table(
    "moderated_answers",
    key("moderation_id"),
    key("standard"),
    key("grade"),
    UniqueConstraint("event", "moderation_id", "standard"),
)

actions = row_table(
    "actions",
    key("action_id"),
    key("replaces"),
    key("audit_id"),
    key("standard", blank=True),
    text("text", blank=True),
    key("owner", blank=True),
    key("due", blank=True),
    key("completed", blank=True),
    key("verified_by", blank=True),
    key("verified_date", blank=True),
    key("status", blank=True),
    text("impact_evidence", blank=True),
    # Block "loop" of schema 3.
    key("source", blank=True),
    key("raised", blank=True),
    text("how_verified", blank=True),
    key("publishable", blank=True),
    text("you_said", blank=True),
    text("we_did", blank=True),
    text("what_changed", blank=True),
    key("sheet_id", blank=True),
    UniqueConstraint("action_id", "replaces"),
)

# Block "loop" of schema 3: other QA activity.

activities = row_table(
    "activities",
    key("activity_id"),
    key("replaces"),
    key("kind"),
    key("date"),
    key("service", blank=True),
    key("team", blank=True),
    key("observer_role", blank=True),
    text("standards", blank=True),
    key("grade", blank=True),
    number("score"),
    key("given_by", blank=True),
    key("view", blank=True),
    key("outcome", blank=True),
    whole("people", blank=True),
    text("themes", blank=True),
    text("note", blank=True),
    key("sheet_id", blank=True),
    UniqueConstraint("activity_id", "replaces"),
)

# Block "fieldwork" of schema 3: what becomes of drawn cases on their way.

outcomes = row_table(
    "outcomes",
    key("outcome_id"),
    key("replaces"),
    key("draw_id"),
    key("case_ref"),
    key("outcome"),
    text("reason", blank=True),
    key("said_by", blank=True),
    key("date"),
    UniqueConstraint("outcome_id", "replaces"),
)

grants = row_table(
    "grants",
    key("grant_id"),
    key("replaces"),
    key("audit_id"),
    key("kind"),
    key("new_due", blank=True),
    text("reason"),
    key("approved_by"),
    key("date"),
    UniqueConstraint("grant_id", "replaces"),
)

reassignments = row_table(
    "reassignments",
    key("reassignment_id"),
    key("replaces"),
    key("draw_id"),
    key("case_ref"),
    key("auditor_id"),
    key("auditor_role", blank=True),
    key("reason"),
    key("instead_of", blank=True),
    key("decided_by"),
    key("date"),
    UniqueConstraint("reassignment_id", "replaces"),
)

audit_tags = row_table(
    "audit_tags",
    key("tag_id"),
    key("replaces"),
    key("audit_id"),
    key("kind"),
    key("tag"),
    UniqueConstraint("tag_id", "replaces"),
)

# Block "loop" of schema 3: what stands is found by name and event.

for _kept in (audits, moderations, actions, activities):
    Index(f"{_kept.name}_by_name", list(_kept.columns)[2], _kept.c.event)
