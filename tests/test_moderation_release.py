"""Moderations month after month through the ledger: late ones, parts of months, designs, words."""

import pytest
from moderation_register import Moderated, asked, known_too_well, month, record, truth_of

from qa_sampling.agreement.moderated import moderated_share
from qa_sampling.errors import DisclosureError
from qa_sampling.records.keys import create_key
from qa_sampling.records.register import Register
from qa_sampling.reporting.moderation_words import good_words
from qa_sampling.runs.moderation.outputs import publish_moderation, release_moderation
from qa_sampling.runs.moderation.steps import review_of
from qa_sampling.runs.publication import faults_of

MONTHS = ("2026-08", "2026-09", "2026-10")


@pytest.fixture
def register(tmp_path):
    with Register.open(tmp_path / "register.sqlite", create=True) as opened:
        yield opened


def tables_of(released):
    return list(released.by_title().values())


@pytest.mark.parametrize("seed", range(4))
def test_months_of_a_new_register_do_not_give_each_other_away(register, seed):
    # whoever reads them knows that nothing was moderated before the first month
    printed, parts = [], {}
    for period in MONTHS:
        parts[period] = month(seed, period, 14)
        record(register, parts[period])
        released = release_moderation(asked(period), register)
        printed.append((list(parts), tables_of(released)))
    assert known_too_well(printed, truth_of(parts)) == []


def test_the_intruder_recovers_counts_when_empty_months_are_thought_full(register):
    # days before the first moderation, named as if they could hold some
    from qa_sampling.reporting.moderation_tables import protect_moderation
    from qa_sampling.runs.moderation.steps import moderations_in

    printed, parts, out = [], {}, []
    for period in MONTHS:
        parts[period] = month(3, period, 14)
        record(register, parts[period])
        settings = asked(period)
        tables = protect_moderation(
            moderations_in(settings, register), days=settings.all_periods, earlier=out
        )
        out += tables_of(tables)
        printed.append((list(parts), tables_of(tables)))
    assert known_too_well(printed, truth_of(parts))


def test_a_late_moderation_is_refused_and_an_edition_mends_it_for_good(register):
    parts = {period: month(5, period, 14) for period in MONTHS}
    for rows in parts.values():
        record(register, rows)
    before = release_moderation(asked("2026-09"), register)
    release_moderation(asked("2026-10"), register)
    record(register, [Moderated("late", "2026-10-28", 2, 1, "No", "No")])
    out = len(register.releases())
    with pytest.raises(
        DisclosureError, match=r"recorded, corrected .* Run again with an `edition`"
    ):
        release_moderation(asked("2026-10"), register)
    assert len(register.releases()) == out
    second = release_moderation(asked("2026-10", edition="second edition"), register)
    assert second.steps.totals["moderations"] == 43
    parts["2026-11"] = month(5, "2026-11", 14)
    record(register, parts["2026-11"])
    with pytest.raises(DisclosureError, match="Corrected figures are out since: 'second edition'"):
        release_moderation(asked("2026-11"), register)
    third = release_moderation(asked("2026-11", edition="second edition"), register)
    parts["2026-10"].append(Moderated("late", "2026-10-28", 2, 1, "No", "No"))
    printed = [
        (MONTHS[:2], tables_of(before)),
        (MONTHS, tables_of(second)),
        ((*MONTHS, "2026-11"), tables_of(third)),
    ]
    assert known_too_well(printed, truth_of(parts)) == []


def test_an_edition_is_protected_against_what_it_does_not_correct(register):
    # October's figures are new; August and September, of the first edition, still stand
    parts = {period: month(8, period, 20) for period in MONTHS}
    record(register, [*parts["2026-08"], *parts["2026-09"]])
    before = release_moderation(asked("2026-09"), register)
    record(register, parts["2026-10"])
    after = release_moderation(asked("2026-10", edition="second edition"), register)
    printed = [(MONTHS[:2], tables_of(before)), (MONTHS, tables_of(after))]
    assert known_too_well(printed, truth_of(parts)) == []


def test_part_of_a_month_does_not_stand_in_the_way_of_the_whole(register):
    rows = month(2, "2026-10", 40)
    parts = {
        "first": [one for one in rows if one.day <= "2026-10-15"],
        "then": [one for one in rows if one.day > "2026-10-15"],
    }
    record(register, rows)
    half = release_moderation(asked("2026-10", as_at="2026-10-15"), register)
    whole = release_moderation(asked("2026-10"), register)
    assert whole.steps.totals["moderations"] == 40
    printed = [(["first"], tables_of(half)), (["first", "then"], tables_of(whole))]
    assert known_too_well(printed, truth_of(parts)) == []


def test_a_design_is_released_beside_all_designs(register):
    parts = {
        "monthly": month(6, "2026-10", 30),
        "themed": month(6, "2026-10", 12, "themed_2"),
    }
    record(register, [*parts["monthly"], *parts["themed"]])
    every = release_moderation(asked("2026-10"), register)
    one = release_moderation(asked("2026-10", designs=("monthly",)), register)
    assert one.steps.totals[one.count] == 30
    printed = [(list(parts), tables_of(every)), (["monthly"], tables_of(one))]
    assert known_too_well(printed, truth_of(parts)) == []


def test_a_share_is_hidden_with_what_moderators_found_and_counts_no_audits(register):
    record(register, [Moderated(f"{n}", "2026-10-05", 2, 2 - (n < 3)) for n in range(30)])
    settings = asked("2026-10")
    released = release_moderation(settings, register)
    share = moderated_share(review_of(settings, register, None).overall)
    assert released.found.hidden
    assert "is hidden" in good_words(share, released.found).sentences[0]
    record(register, [Moderated(f"more {n}", "2026-11-05", 2, 2 - (n < 15)) for n in range(30)])
    settings = asked("2026-11")
    released = release_moderation(settings, register)
    share = moderated_share(review_of(settings, register, None).overall)
    (said,) = good_words(share, released.found).sentences
    assert said == (
        "Had moderators graded every audit, about 70% of them (57% to 80%) would be good or better."
    )


@pytest.mark.parametrize("authority", ["Three Rivers", "Cyngor Sir Gâr 2"])
def test_an_authority_with_a_number_in_its_name_publishes(
    register, authority, tmp_path, monkeypatch
):
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path / "out"))
    create_key()
    record(register, month(1, "2026-10", 14))
    settings = asked("2026-10").model_copy(
        update={"authority": authority, "contact": "Siân, 01234 567890"}
    )
    tables = release_moderation(settings, register)
    review = review_of(settings, register, None)
    name = publish_moderation(review, settings, register, tables=tables)
    assert faults_of(settings.outputs_folder / name) == ()
