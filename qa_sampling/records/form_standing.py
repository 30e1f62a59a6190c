"""What the forms of a case have said so far, and what another one of it would change.

A form is known by what it says, not by its file. What it said before a correction is not taken
again. An action that somebody has followed up since is theirs: no form changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from qa_sampling.records.fieldwork import WITHDRAWN_TAG
from qa_sampling.records.form_history import FormHistory
from qa_sampling.records.returned import ACTIONS, REASONS_OF_WITHDRAWAL

AGREED = ("standard", "text", "owner", "due")
"""What a form says of an action."""
_SAID = (
    "date_completed",
    "practitioner_met",
    "family_feedback",
    "immediate_safeguarding_concern",
    "learning",
)
_FOLLOWED_UP = tuple(
    name for name in ACTIONS.names if name not in ("action_id", "audit_id", *AGREED)
)

Agreed = tuple[str, ...]
"""An action as a form says it, in the order of ``AGREED``; blank for nothing."""


class Content(NamedTuple):
    """What one form says: plain text, blank for nothing, in an order of its own."""

    outcome: tuple[str, ...]
    audit: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    actions: tuple[Agreed, ...]
    tags: tuple[tuple[str, ...], ...]


@dataclass
class Standing:
    """What the forms of one case have said.

    Attributes
    ----------
    contents, days : list
        What stood after each form, and the day (ISO) it was recorded; the last one stands.
    actions : dict of str to Agreed
        Actions that stand, as the last form that had them said.
    moved_on : dict of str to str
        Those of them that somebody has followed up since, with their status.
    names : set of str
        Every name an action of the audit ever had.
    audit : dict or None
        The audit's row that stands, whether it was completed or not.
    """

    contents: list[Content] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    actions: dict[str, Agreed] = field(default_factory=dict)
    moved_on: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    audit: dict | None = None

    def replaced_on(self, content: Content) -> date | None:
        """Give the day a form that says the same was replaced; None when none was."""
        if not self.contents or self.contents[-1] == content or content not in self.contents:
            return None
        at = max(n for n, one in enumerate(self.contents) if one == content)
        return date.fromisoformat(self.days[at + 1])

    def recorded_on(self, *, audited: bool) -> date | None:
        """Give the last day a form said that the case was audited, or that it cannot be."""
        for content, day in zip(reversed(self.contents), reversed(self.days), strict=True):
            if content.outcome[0] and (content.outcome[0] == "audited") == audited:
                return date.fromisoformat(day)
        return None


def standing_forms(history: FormHistory) -> dict[str, Standing]:
    """Give what the forms of every case have said, by the name of its audit.

    Parameters
    ----------
    history : FormHistory
        Everything that was recorded.
    """
    by_event: dict[tuple[str, int], dict[str, list[dict]]] = {}
    for table, rows in history.rows.items():
        key = "outcome_id" if table == "outcomes" else "audit_id"
        for row in rows:
            own = by_event.setdefault((row[key], row["event"]), {})
            own.setdefault(table, []).append(row)
    found: dict[str, _Replay] = {}
    for name, event in sorted(by_event, key=lambda place: place[1]):
        found.setdefault(name, _Replay()).apply(by_event[name, event])
    return {name: replay.standing for name, replay in found.items()}


def content_of(
    outcome: Mapping[str, object],
    audit: Mapping[str, object] | None,
    answers: Iterable[Mapping[str, object]],
    actions: Iterable[Agreed],
    tags: Iterable[Mapping[str, object]],
) -> Content:
    """Give what a form says, to be held against what others said.

    Parameters
    ----------
    outcome, audit : mapping
        Rows as the register keeps them; None for an audit that was not done.
    answers, tags : iterable of mapping
        Rows of grades and themes.
    actions : iterable of Agreed
        Its actions.
    """
    done = audit is not None and audit.get("date_completed") is not None
    return Content(
        _texts(outcome, ("outcome", "reason", "said_by")),
        _texts(audit, _SAID) if done else (),
        tuple(sorted(_texts(one, ("standard", "grade", "evidence")) for one in answers)),
        tuple(sorted(actions)),
        tuple(sorted(_texts(one, ("kind", "tag")) for one in tags)),
    )


def agreed(row: Mapping[str, object]) -> Agreed:
    """Give an action as a form says it.

    Parameters
    ----------
    row : mapping
        With the columns of ``AGREED``.
    """
    return _texts(row, AGREED)


def is_followed_up(row: Mapping[str, object]) -> bool:
    """Say whether somebody other than a form has recorded something of an action.

    Parameters
    ----------
    row : mapping
        An action, as the register keeps it.
    """
    return not _is_taken_back(row) and any(row[name] is not None for name in _FOLLOWED_UP)


def _is_taken_back(row: Mapping[str, object]) -> bool:
    by_a_form = row["impact_evidence"] in REASONS_OF_WITHDRAWAL.values()
    return row["status"] == "Withdrawn" and by_a_form


def _texts(row: Mapping[str, object], names: Iterable[str]) -> tuple[str, ...]:
    values = (row.get(name) for name in names)
    return tuple("" if value is None else str(value) for value in values)


@dataclass
class _Replay:
    """Goes through the events of one case."""

    standing: Standing = field(default_factory=Standing)
    outcome: dict = field(default_factory=dict)
    answers: list[dict] = field(default_factory=list)
    tags: dict[str, dict] = field(default_factory=dict)

    def apply(self, rows: dict[str, list[dict]]) -> None:
        now = self.standing
        if "audits" in rows:
            now.audit, self.answers = rows["audits"][-1], rows.get("answers", [])
        if "outcomes" in rows:
            self.outcome = rows["outcomes"][-1]
        for row in rows.get("audit_tags", []):
            self.tags[row["kind"]] = row
        for row in rows.get("actions", []):
            self._action(row)
        tags = [row for row in self.tags.values() if row["tag"] != WITHDRAWN_TAG]
        actions = now.actions.values()
        content = content_of(self.outcome, now.audit, self.answers, actions, tags)
        if not now.contents or now.contents[-1] != content:
            now.contents.append(content)
            now.days.append(next(iter(rows.values()))[0]["day"])

    def _action(self, row: dict) -> None:
        now, name = self.standing, row["action_id"]
        now.names.add(name)
        now.moved_on.pop(name, None)
        if _is_taken_back(row):
            now.actions.pop(name, None)
        elif is_followed_up(row):
            now.moved_on[name] = row["status"] or ""
        else:
            now.actions[name] = agreed(row)
