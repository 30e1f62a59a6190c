"""What people said, beside the audits; themes of the invented authority's audits."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from qa_sampling.records.activities import ACTIVITIES
from qa_sampling.records.invented.audit_tags import invented_tags
from qa_sampling.reporting.voices_view import said_view, voices_view
from qa_sampling.runs.findings.voices import VOICES, voices, what_was_said

ROWS = (
    # kind, day, view, outcome, people, themes
    ("Feedback from a family", "2026-10-01", "Positive", None, None, "visits_kept; listened_to"),
    ("Feedback from a family", "2026-10-31", "Mixed", None, None, "reports_late"),
    ("Feedback from a family", "2026-11-01", "Negative", None, None, "reports_late"),
    ("Feedback from a child", "2026-09-30", "Negative", None, None, "not_listened_to"),
    ("Survey", "2026-10-12", "Negative", None, 40, "reports_late"),
    ("Complaint", "2026-10-05", None, "Partly upheld", None, "reports_late"),
    ("Complaint", "2026-10-06", None, "Not upheld", None, ""),
    ("Deskside discussion", "2026-10-06", None, None, None, "drift"),
)


def register_of(rows=ROWS):
    names = ("kind", "date", "view", "outcome", "people", "themes")
    table = pd.DataFrame(rows, columns=names).reindex(columns=ACTIVITIES.names)
    table["activity_id"] = [f"X{place}" for place in range(len(table))]
    table["date"] = pd.to_datetime(table["date"])
    held = table.astype(ACTIVITIES.empty().dtypes.to_dict())
    return SimpleNamespace(activities=lambda: held)


class TestVoices:
    found = SimpleNamespace(now=("2026-10",))

    def test_counts_of_the_months_and_no_others(self):
        table = voices(self.found, register_of()).set_index("kind")
        assert tuple(table.index) == VOICES
        assert table.loc["Feedback from a family"].tolist() == [2, 2, 1, 1, 0, 0]
        assert table.loc["Survey"].tolist() == [1, 40, 0, 0, 1, 0]
        assert table.loc["Complaint"].tolist() == [2, 2, 0, 0, 0, 1]
        assert table.loc["Feedback from a child"].sum() == 0
        assert "Deskside discussion" not in table.index

    def test_themes_in_words_the_most_frequent_first(self):
        table = what_was_said(self.found, register_of())
        assert table.values.tolist() == [
            ["Reports come late", 3, 0, 1],
            ["Felt listened to", 1, 1, 0],
            ["Visits are kept", 1, 1, 0],
        ]

    def test_nothing_said_is_nothing_and_not_an_error(self):
        quiet = register_of(ROWS[:0])
        assert voices(self.found, quiet)["times"].sum() == 0
        assert what_was_said(self.found, quiet).empty
        assert said_view(what_was_said(self.found, quiet)).columns[0] == "Theme"

    def test_heads_stand_over_their_columns(self):
        shown = voices_view(voices(self.found, register_of())).set_index("From")
        assert shown.loc["Survey", "People"] == 40
        assert shown.loc["Survey", "Upheld"] == "–"
        assert shown.loc["Complaint"].tolist() == [2, 2, "–", "–", "–", 1]
        assert shown.loc["Compliment"].tolist() == [0, 0, "–", "–", "–", "–"]


class TestInventedTags:
    def test_best_is_a_strength_and_worst_is_learning(self):
        answers = pd.DataFrame(
            [
                ("A1", "planning", "Good"),
                ("A1", "assessment", "Outstanding"),
                ("A1", "voice", "Inadequate"),
                ("A1", "visits", "Requires improvement"),
                ("A1", "overall", "Inadequate"),
                ("A2", "voice", "Good"),
                ("A2", "assessment", "Good"),
                ("A3", "voice", "Not applicable"),
                ("A4", "visits", "Inadequate"),
            ],
            columns=["audit_id", "standard", "grade"],
        )
        table = invented_tags(answers)
        assert table[["audit_id", "kind", "tag"]].values.tolist() == [
            ["A1", "learning", "Voice"],
            ["A1", "strength", "Assessments"],
            ["A2", "strength", "Assessments"],
            ["A4", "learning", "Visits"],
        ]
        assert table["tag_id"].is_unique
