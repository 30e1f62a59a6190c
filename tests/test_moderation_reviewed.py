"""What a review of the moderation pages found: few moderations, several of one audit, blanks."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.counts import counts
from qa_sampling.agreement.moderated import moderated_share
from qa_sampling.errors import RegisterError
from qa_sampling.reporting.moderation_tables import protect_moderation
from qa_sampling.reporting.moderation_view import auditors_view
from qa_sampling.reporting.moderation_words import moderation_findings
from qa_sampling.runs.moderation.panel import cases_apart, panel_questions
from qa_sampling.runs.moderation.steps import days_moderated, moderations_in, review_of
from qa_sampling.runs.returns_in import open_returns
from qa_sampling.settings.analyses import ModerationAgreement

SETTINGS = ModerationAgreement()


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """What the invented authority's register holds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path_factory.mktemp("reviewed")))
        with open_returns(SETTINGS) as register:
            names = ("audits", "answers", "moderations", "moderated_answers")
            tables = {name: getattr(register, name)() for name in names}
    asked = tables["audits"]["period"].between(SETTINGS.first_period, SETTINGS.period)
    looked_at = set(tables["audits"].loc[asked, "audit_id"])
    kept = tables["moderations"]["audit_id"].isin(looked_at)
    tables["moderations"] = tables["moderations"][kept].reset_index(drop=True)
    return tables


def register_with(held, **other):
    """Give a register that holds these tables."""
    tables = held | other
    return SimpleNamespace(**{name: (lambda one=one: one.copy()) for name, one in tables.items()})


def again(held, suffix, **columns):
    """Give the moderations with every one told once more."""
    copied = held["moderations"].assign(**columns)
    copied["moderation_id"] = copied["moderation_id"] + suffix
    told = held["moderated_answers"].copy()
    told["moderation_id"] = told["moderation_id"] + suffix
    return {
        "moderations": pd.concat([held["moderations"], copied], ignore_index=True),
        "moderated_answers": pd.concat([held["moderated_answers"], told], ignore_index=True),
    }


def said(register):
    """Give the findings in one text."""
    review = review_of(SETTINGS, register, None)
    tables = protect_moderation(
        moderations_in(SETTINGS, register), days=days_moderated(SETTINGS, register)
    )
    share = moderated_share(review.overall)
    found = agreement(review.overall, coefficients=("ac2", "alpha"))
    return " ".join(moderation_findings(tables, share=share, coefficients=found).sentences)


@pytest.mark.parametrize("number", [1, 4])
def test_few_moderations_have_findings_with_everything_hidden(held, number):
    text = said(register_with(held, moderations=held["moderations"].iloc[:number]))
    assert "coefficient of agreement is hidden" in text
    assert "nan" not in text


def test_no_moderation_is_refused_in_words(held):
    with pytest.raises(RegisterError, match="has been moderated"):
        review_of(SETTINGS, register_with(held, moderations=held["moderations"].iloc[:0]), None)


def test_every_moderator_of_an_audit_is_named_in_the_pack(held):
    more = again(held, "-x", moderator_id="Z1", date=pd.Timestamp("2025-11-02"))
    wide, _ = cases_apart(review_of(SETTINGS, register_with(held, **more), None), SETTINGS)
    assert "Z1" in set(wide["moderator"])
    assert wide["moderator"].notna().all()


def test_the_same_moderator_twice_counts_with_the_latest(held):
    twice = again(held, "-x")
    twice["moderated_answers"].loc[
        lambda rows: rows["moderation_id"].str.endswith("-x") & (rows["standard"] == "overall"),
        "grade",
    ] = "Inadequate"
    review = review_of(SETTINGS, register_with(held, **twice), None)
    assert review.moderated == len(held["moderations"])
    seen = review.audits.loc[review.audits["moderated"], "moderated_grade"]
    assert set(seen) == {"Inadequate"}


def test_questions_nobody_answered_are_not_recorded(held):
    blank = held["moderations"].assign(reflects_practice=None, meaningful_learning=None)
    register = register_with(held, moderations=blank)
    wide, _ = cases_apart(review_of(SETTINGS, register, None), SETTINGS)
    assert set(wide["reflects_practice"]) == {"Not recorded"}
    assert "Whether there is meaningful learning was not recorded." in said(register)


def test_the_panels_answers_come_in_their_order(held):
    reflects, _ = panel_questions(review_of(SETTINGS, register_with(held), None))
    assert reflects["Answer"].tolist() == ["Yes", "Partly", "No"]


def test_auditors_stand_by_name_with_counts_alone(held):
    review = review_of(SETTINGS, register_with(held), None)
    names = {number: f"Name {1000 - place}" for place, number in enumerate(sorted(review.names))}
    shown = auditors_view(counts(review.overall, by="auditor"), names)
    assert shown["Auditor"].is_monotonic_increasing
    assert shown["Moderated"].sum() == review.moderated
    parts = shown[["Same grade", "Auditor higher", "Auditor lower"]].sum(axis=1)
    assert parts.equals(shown["Moderated"])
