"""The trend explorer without a browser: what it looks at, what it says, what it writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from graded_samples import years

from qa_sampling.errors import ParameterError, TrendError
from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.reporting.explorer_view import (
    WHY_IT_MATTERS,
    finding_words,
    fired_view,
    twin_view,
)
from qa_sampling.runs.outcomes.asked import ROLLING_NOTE, STOCK_NOTE, Asked
from qa_sampling.runs.outcomes.exploring import Exploration, first_asked
from qa_sampling.runs.outcomes.rebased import rebases_of
from qa_sampling.runs.outcomes.steps import outcomes_of
from qa_sampling.settings.explorer import TrendExplorer
from qa_sampling.settings.outcomes import OutcomeTrends, RebaseDecision
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.presets import PRESETS, RULES
from qa_sampling.widgets.trend_explorer import TrendDesk, explore, look_html, trend_explorer
from qa_sampling.widgets.trend_files import record_rebase, scheduled_trends, write_dive

ROOT = Path(__file__).parents[1]
EAST = "Assessment East"
MADE = {"measure": "re_referrals", "since": "2025-07-01", "by": "Director", "reason": "New: door"}


@pytest.fixture(scope="module")
def found(invented_told):
    return Exploration(invented_told, TrendExplorer(), OutcomeTrends(period="2026-03"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The project's parameters in a folder of their own, which `home` finds."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(ROOT / "parameters", tmp_path / "parameters")
    monkeypatch.setenv("QA_SAMPLING_HOME", str(tmp_path))
    return tmp_path / "parameters"


@pytest.fixture
def desk(folder, invented_told):
    return TrendDesk(explore(TrendExplorer(), invented_told))


# What is looked at ---------------------------------------------------------------------------


def test_every_measure_is_tellable_or_says_why_not(found) -> None:
    known, unable = found.tellable(), found.unable()
    assert len(known) + len(unable) == len(MEASURES)
    assert not {one.title for one in known.values()} & set(unable["measure"])
    why = unable.set_index("measure")["needs"]
    assert why[MEASURES["pre_proceedings"].title] == MEASURES["pre_proceedings"].needs
    assert "page of outcome trends reads it" in why[MEASURES["complaints"].title]
    assert {"cp_visits", "three_placements"} <= set(known)
    assert found.look(Asked("cp_visits")).chart.long_enough
    assert found.look(Asked("three_placements")).chart is None
    assert len(found.signals(Asked("cp_visits")).considered)
    assert "No signal is looked for" in found.signals(Asked("three_placements")).words


def test_the_chart_is_that_of_the_scheduled_run(found, invented_told) -> None:
    run = outcomes_of(invented_told, OutcomeTrends(period="2026-03", measures=("re_referrals",)))
    everybody = found.look(Asked("re_referrals"))
    pd.testing.assert_frame_equal(everybody.chart.table, run.charts["re_referrals"].table)
    team = found.look(Asked("re_referrals", "team", EAST))
    pd.testing.assert_frame_equal(team.chart.table, run.unit_charts["re_referrals", EAST].table)


def test_a_measure_is_counted_once(invented_told) -> None:
    found = Exploration(invented_told, TrendExplorer(), OutcomeTrends(period="2026-03"))
    found.look(Asked("referrals"))
    found.told = None  # whatever is counted again fails
    assert found.look(Asked("referrals", rules="mdc")).chart.kind.name == "xmr"
    assert found.look(Asked("referrals", every="rolling")).chart is None
    with pytest.raises(AttributeError):
        found.look(Asked("s47"))


def test_quarters_add_up_and_rules_hold_for_them(found) -> None:
    months = found.look(Asked("referrals")).control.table
    quarters = found.look(Asked("referrals", every="quarter"))
    assert quarters.control.frequency == "quarter"
    summed = months.groupby(months["period"].dt.to_period("Q"))["value"].sum()
    whole = quarters.control.table["value"].notna().to_numpy()
    assert whole.sum() == 9, "the first is not whole"
    assert summed[whole].tolist() == quarters.control.table["value"][whole].tolist()


def test_rolling_years_are_a_line_at_their_last_month(found) -> None:
    months = found.look(Asked("re_referrals")).counts
    look = found.look(Asked("re_referrals", every="rolling"))
    last = look.control.table.iloc[-1]
    year = months.iloc[-12:].sum()
    assert last["period"] == pd.Timestamp("2026-03-01")
    assert last["value"] == pytest.approx(year["numerator"] / year["denominator"], abs=1e-12)
    assert (look.chart, look.notes, look.proposals) == (None, (ROLLING_NOTE,), ())
    assert (look.control.table["signal"] == "").all()


@pytest.fixture(scope="module")
def registered(invented_told, tmp_path_factory):
    """The explorer with a register: the invented complaints, and two years of audits."""
    asked = TrendExplorer(outputs=str(tmp_path_factory.mktemp("explorer")))
    grades = years(months=24, last="2026-03")
    return explore(asked, invented_told, lambda settings, register, staff: grades)


def test_complaints_are_looked_at_as_any_other_measure(registered) -> None:
    assert {"complaints", "audits_good"} <= set(registered.tellable())
    look = registered.look(Asked("complaints"))
    assert look.chart.kind.name == "gamma_poisson" and look.chart.long_enough
    months = look.control.table.set_index("period")["value"]
    year = registered.look(Asked("complaints", every="rolling")).control.table
    assert year["value"].iloc[-1] == months.iloc[-12:].sum()
    assert registered.units("complaints", "source") == []
    with pytest.raises(TrendError, match="has no cases of All"):
        registered.look(Asked("complaints", "source"))
    assert len(registered.signals(Asked("complaints")).considered)


def test_audits_are_looked_at_with_the_limits_of_their_draw(registered) -> None:
    look = registered.look(Asked("audits_good"))
    assert look.chart.kind.name == "sampled_grade" and look.chart.long_enough
    assert look.control.unit == "share" and look.control.n_of == "audits"
    shown = twin_view(look.control, look.counts)
    assert shown["Cases"].tolist() == ["20"] * 24
    quarter = registered.look(Asked("audits_good", every="quarter"))
    assert quarter.control.frequency == "quarter" and len(quarter.control.table) == 8
    assert registered.look(Asked("audits_good", rules="mdc")).chart.kind.name == "xmr"
    service = registered.look(Asked("audits_good", "service", "North"))
    assert service.chart.table["value"].tolist() == look.chart.table["value"].tolist()
    with pytest.raises(TrendError, match="Choose months or quarters"):
        registered.look(Asked("audits_good", every="rolling"))
    assert registered.signals(Asked("audits_good")).signals == ()


def test_stocks_are_a_line_and_have_no_rolling_year(found) -> None:
    assert found.look(Asked("looked_after")).notes == (STOCK_NOTE,)
    with pytest.raises(TrendError, match="Show its months"):
        found.look(Asked("looked_after", every="rolling"))
    assert found.signals(Asked("looked_after")).signals == ()


def test_open_periods_are_shown_and_never_signalled(invented_told) -> None:
    """A month whose follow-up goes on; rules are tried with the loosest limits there are."""
    found = Exploration(invented_told, TrendExplorer(), OutcomeTrends(period="2026-03"))
    rows = found.readings("referrals", "all", "month").copy()
    rows.loc[rows.index[-2:], "mature"] = False
    rows.loc[rows.index[-2:], "numerator"] = 9000
    found._counted["referrals", "all", "month"] = rows
    for rules in ("ours", "mdc", "nhsr", "excel", "anhoej"):
        look = found.look(Asked("referrals", rules=rules))
        table = twin_view(look.control, look.counts)
        assert table["Meaning"].tolist()[:2] == ["can still change"] * 2
        assert table["What fired"].tolist()[:2] == ["", ""]
        assert not look.control.table["mature"].to_numpy()[-2:].any()
        fired = " ".join(fired_view(look.chart)["When"])
        assert "February 2026" not in fired
        assert "March 2026" not in fired


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"measure": "complaints"}, "cannot be told over time"),
        ({"unit_kind": "team", "unit": "Nowhere"}, "there is no 'Nowhere'"),
    ],
)
def test_what_cannot_be_looked_at_first_is_told(invented_told, asked, told) -> None:
    with pytest.raises(TrendError, match=told):
        first_asked(
            Exploration(invented_told, TrendExplorer(**asked), OutcomeTrends(period="2026-03"))
        )


# What it says --------------------------------------------------------------------------------


def test_every_rule_has_words_for_why_it_matters() -> None:
    assert set(WHY_IT_MATTERS) == set(RULES)
    assert len(set(WHY_IT_MATTERS.values())) == len(RULES)


@pytest.mark.parametrize("rules", ["ours", *sorted(set(PRESETS) - {"steady"})])
def test_every_rule_at_every_point_is_told(found, rules) -> None:
    """In the table by period, and in the list by stretch."""
    fired = 0
    for name in ("re_referrals", "second_plans", "plans_two_years", "s47", "icpc_to_plan"):
        look = found.look(Asked(name, rules=rules))
        twin = twin_view(look.control, look.counts).set_index("Period")["What fired"]
        listed = fired_view(look.chart)
        signs = look.chart.table[list(look.chart.preset.rules)]
        for place, row in signs.iterrows():
            marks = int((row != 0).sum())
            told = twin.get(f"{look.chart.table['period'][place]:%B %Y}", "")
            assert told.count(";") + bool(told) == marks
            fired += marks
        assert set(listed["The rule"]) == {RULES[one] for one in signs if signs[one].any()}
        if len(listed):
            assert listed.iloc[:, 1:].ne("").all(axis=None)
    assert fired > 0


def test_a_run_stands_in_one_row_with_what_it_means(found) -> None:
    look = found.look(Asked("re_referrals", rules="mdc"))
    listed = fired_view(look.chart).to_dict("records")
    assert [(one["When"], one["What fired"], one["Meaning"]) for one in listed] == [
        ("December 2024 to June 2025 (7 months)", "7 below the centre line", "Improvement")
    ]
    assert finding_words(look.control, look.chart).startswith("March 2026: 22%, where ")


def test_the_picture_has_words_and_a_table(found) -> None:
    shown = look_html(found.look(Asked("re_referrals")))
    assert 'role="img" aria-label="Control chart.' in shown


def test_the_table_says_what_the_picture_shows(found) -> None:
    look = found.look(Asked("re_referrals", rules="mdc"))
    table = twin_view(look.control, look.counts)
    assert table.iloc[0].tolist() == [
        "March 2026",
        "22%",
        "33 of 150",
        "18%",
        "5.1%",
        "32%",
        "",
        "",
    ]
    assert table.iloc[-1]["Period"] == "April 2023 to October 2024"
    assert table.iloc[-1]["Meaning"] == "no figure"
    shown = look.control.table["value"].notna().sum()
    assert len(table) == shown + 1
    assert (table["Meaning"] == "Improvement").sum() == 7


# What it writes ------------------------------------------------------------------------------

LISTS = {
    "empty": "rebases: []   # such as\nbudget: 3\n",
    "missing": "# mine\nbudget: 3",
    "flow": "rebases: [{measure: s47, since: 2025-01-01, by: A, reason: B}]  # why\nbudget: 3\n",
    "block": "rebases:\n  # first\n  - measure: s47\n    since: 2025-01-01\n    by: A\n"
    "    reason: B - C  # kept\n\n# next\nbudget: 3\n",
    "flush": "budget: 3\nrebases:\n- {measure: s47, since: 2025-01-01, by: A, reason: B}\n",
    "windows": "budget: 3\r\nrebases: []\r\n",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_decision_is_added_and_all_else_stays(folder, text) -> None:
    path = folder / "outcome_trends.yml"
    path.write_text(text, encoding="utf-8", newline="")
    before = load_parameters([path])
    made = RebaseDecision(**MADE, decided="2026-04-02")
    for one in (made, made.model_copy(update={"since": "2025-09-01", "reason": "# “two”"})):
        assert record_rebase(one, TrendExplorer()) == path
    held = scheduled_trends("outcome_trends").rebases
    assert [one.since for one in held if one.measure == "re_referrals"] == [
        "2025-07-01", "2025-09-01",
    ]  # fmt: skip
    assert held[-1].reason == "# “two”"
    after = load_parameters([path])
    others = len(before.get("rebases") or [])
    assert after["rebases"][:others] == (before.get("rebases") or [])
    assert after["budget"] == 3
    new = path.read_bytes().decode("utf-8")
    for kept in ("# such as", "# mine", "# why", "# first", "# kept", "# next"):
        assert (kept in text) == (kept in new)
    assert ("\r\n" in new) == ("\r\n" in text)
    assert list(folder.glob("*.draft")) == []


def test_a_decision_is_not_recorded_twice_nor_on_other_data(folder) -> None:
    record_rebase(RebaseDecision(**MADE), TrendExplorer())
    text = (folder / "outcome_trends.yml").read_bytes()
    with pytest.raises(ParameterError, match="already, decided by Director"):
        record_rebase(RebaseDecision(**MADE), TrendExplorer())
    other = RebaseDecision(**(MADE | {"since": "2025-08-01"}))
    with pytest.raises(ParameterError, match="would be made on other data"):
        record_rebase(other, TrendExplorer(extract="data/annex_a.xlsx"))
    with pytest.raises(ParameterError, match="cannot be read"):
        record_rebase(other, TrendExplorer(trends_file="nowhere"))
    assert (folder / "outcome_trends.yml").read_bytes() == text


def test_the_scheduled_run_draws_what_was_decided(folder, invented_told) -> None:
    record_rebase(RebaseDecision(**MADE), TrendExplorer())
    settings = scheduled_trends("outcome_trends").model_copy(
        update={"measures": ("re_referrals",), "period": "2026-03"}
    )
    run = outcomes_of(invented_told, settings).charts["re_referrals"]
    assert run.rebases == rebases_of(settings)["re_referrals"]
    look = explore(TrendExplorer(), invented_told).look(Asked("re_referrals"))
    pd.testing.assert_frame_equal(look.chart.table, run.table)
    assert look.control.table["phase"].max() == 1


def test_a_deep_dive_file_is_one_of_the_deep_dive(folder, found) -> None:
    signal = found.signals(Asked("re_referrals")).signals[0]
    path = write_dive("my_dive", signal)
    values = load_parameters([folder / "authority.yml", path])
    settings = read_parameters("deep_dive", values, closed=True)
    assert (settings.measure, settings.period) == ("re_referrals", "2026-03")
    assert (settings.unit_kind, settings.unit) == ("team", EAST)
    assert "extract" not in load_parameters([path])
    with pytest.raises(ParameterError, match="Choose another name"):
        write_dive("my_dive", signal)


# The desk ------------------------------------------------------------------------------------


def test_without_somebody_at_the_page_nothing_is_shown(found, capsys) -> None:
    assert trend_explorer(found) is None
    assert capsys.readouterr().out == ""


def test_choices_change_what_is_shown(desk) -> None:
    assert "Re-referrals within 12 months" in desk.shown.value
    desk.unit_kind.value = "team"
    desk.unit.value = EAST
    desk.measure.value = "s47"
    assert desk.asked == Asked("s47", "team", EAST), "the unit stays"
    desk.every.value = "rolling"
    assert "Neighbours share 11" in desk.shown.value
    desk.measure.value = "looked_after"
    assert "role='alert'" in desk.shown.value
    desk.every.value = "month"
    assert "role='alert'" not in desk.shown.value
    assert desk.dive.controls.layout.display == "none"


def test_a_rebase_needs_who_and_why_and_shows_at_once(desk, folder) -> None:
    before = desk.shown.value
    desk.rebase.button.click()
    assert "Say who decides and what changed" in desk.rebase.told.value
    desk.rebase.by.value, desk.rebase.reason.value = "Director", "<b>New</b> front door"
    desk.rebase.day.value = "soon"
    desk.rebase.button.click()
    assert "Nothing is recorded. decided: must be a day" in desk.rebase.told.value
    desk.rebase.day.value = "2026-04-02"
    desk.rebase.button.click()
    assert "Recorded in parameters/outcome_trends.yml" in desk.rebase.told.value
    assert "<b>New</b>" not in desk.rebase.told.value + desk.rebase.proposed.value
    assert desk.shown.value != before
    held = scheduled_trends("outcome_trends").rebases
    assert [(one.since, one.decided) for one in held] == [("2025-07-01", "2026-04-02")]
    assert "No change of level is proposed" in desk.rebase.proposed.value
    desk.unit_kind.value = "team"
    assert desk.rebase.controls.layout.display == "none", "a decision holds for everybody"


def test_the_deep_dive_button_writes_the_signal_that_is_chosen(desk, folder) -> None:
    assert desk.dive.which.options[0][0] == f"{EAST}, since Jan 2026"
    desk.dive.button.click()
    assert "Written: parameters/dive_re_referrals_2026_03.yml" in desk.dive.told.value
    desk.dive.button.click()
    assert "role='alert'" in desk.dive.told.value
    assert load_parameters([folder / "dive_re_referrals_2026_03.yml"])["unit"] == EAST
