"""A deep dive as it is run: what it says of a planted spike, and of a month without one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pandas as pd
import pytest

from qa_sampling.errors import FormError, ParameterError, TrendError
from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.records.form_templates import load_form
from qa_sampling.records.question_bank import load_question_bank, write_form
from qa_sampling.reporting.dive_tables import protect_dive, whole_of
from qa_sampling.reporting.dive_words import dive_findings
from qa_sampling.reporting.releases import printed_tables, release_text
from qa_sampling.runs.dive import pictures, said, view
from qa_sampling.runs.dive.brief import in_short
from qa_sampling.runs.dive.carried import (
    ELSEWHERE,
    explained,
    in_groups,
    monthly_scatter,
    take_apart,
    who_carries,
)
from qa_sampling.runs.dive.cases import in_words
from qa_sampling.runs.dive.comparisons import comparisons_view
from qa_sampling.runs.dive.model_view import goes_with_view, sooner_view
from qa_sampling.runs.dive.opening import open_dive
from qa_sampling.runs.dive.outputs import Found, publish_dive, question_bank, release_dive
from qa_sampling.runs.dive.reality import retest
from qa_sampling.runs.dive.sample import COMPARISON, CONCERNED, draw_reading, nothing_to_read
from qa_sampling.runs.dive.ways import (
    coming_again,
    coming_sooner,
    concerned_of,
    waited_for,
    ways_of,
)
from qa_sampling.runs.dive.who_is_who import who_is_who
from qa_sampling.runs.inputs import invented_authority, open_register
from qa_sampling.runs.keyring import load_keys
from qa_sampling.sampling.planning import size_for_proportion
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.settings.deep_dive import Factor
from qa_sampling.trends.factor_words import value_words
from qa_sampling.trends.measure_cases import cases_of, waits_of
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.spikes import deep_dive_parameters

PARAMETERS = Path(__file__).parents[1] / "parameters"
READY = sorted(PARAMETERS.glob("deep_dive_*.yml"))
QUIET = SimpleNamespace(signals=())
PLANTED = "referral source: Police (6), team Assessment East"


@pytest.fixture(scope="module")
def told(invented_told):
    """All records, with every child's family: the tests look at several days."""
    known = invented_authority().families.set_index("child_id")["family_id"]
    events = invented_told.events
    return replace(invented_told, events=events.assign(family_id=events["child_id"].map(known)))


@pytest.fixture(scope="module")
def outputs(invented_outputs):
    return invented_outputs


def asked(outputs, **values):
    return read_parameters("deep_dive", {"outputs": outputs} | values)


def found_of(told, settings):
    """Go through all steps."""
    dive = open_dive(told, settings)
    real = retest(told, dive, settings)
    carried = who_carries(dive, settings)
    reading = draw_reading(
        told, dive, settings, carried, key=load_keys(settings).key, is_signal=real.is_signal
    )
    return Found(dive, real, take_apart(dive, settings), carried, reading)


@pytest.fixture(scope="module")
def settings(outputs):
    return asked(outputs, unit="Assessment East")


@pytest.fixture(scope="module")
def found(told, settings):
    return found_of(told, settings)


class TestThePlantedSpike:
    def test_it_is_real_with_families_counted_once(self, found, settings):
        words = said.is_it_real(found.dive, found.real, settings)
        assert words[0].startswith("It is more than chance with families counted once")
        (signal,) = found.real.signals.signals
        assert signal.on_families and signal.unit == "Assessment East"
        assert any("does not rule out a change of recording" in one for one in words)
        assert not any("unlikely" in one for one in words)

    def test_the_picture_is_of_what_the_sentence_says(self, found, settings):
        """Families over the three months, with the limit that is told, not children by month."""
        (signal,) = found.real.signals.signals
        ((line, finding),) = pictures.tested_charts(found.real, found.dive)
        last = line.table.iloc[-1]
        assert (last["value"], last["high"], last["signal"]) == (37, signal.ordinary, "concern")
        assert last["centre"] == pytest.approx(signal.expected) and last["low"] == 0
        assert "over 3 months" in line.measure and "families" in line.measure
        assert finding == (
            "January to March 2026: 37 families in these 3 months together, where 25 or fewer "
            "would be ordinary."
        )
        words = " ".join(said.is_it_real(found.dive, found.real, settings))
        assert "37 families, where 10 were expected" in words and "at 25 families" in words
        assert (line.table["signal"] != "").sum() == 1
        assert pictures.tested_charts(replace(found.real, signals=QUIET), found.dive) == []

    def test_a_front_door_that_was_not_judged_says_nothing(self, found, settings):
        held = found.real.recording.assign(before=100.0, now=300.0, unusual=None)
        real = replace(found.real, recording=held)
        (line,) = [
            one
            for one in said.is_it_real(found.dive, real, settings)
            if one.startswith("Recording and the front door")
        ]
        assert "Not judged, for there are too few settled months: contacts, referrals" in line
        assert line.endswith("neither for nor against a change of recording.")
        assert "unusual" not in line and "unlikely" not in line
        first = replace(real, recording=held.assign(unusual=[True, None, False]))
        line = said.is_it_real(found.dive, first, settings)[2]
        assert "Unusual by themselves: contacts." in line and "Not judged" in line

    def test_its_source_and_team_are_named_and_no_other(self, found):
        assert found.carried["All"].named["group"].tolist() == [PLANTED]
        assert found.carried["Assessment East"].named["group"].tolist() == [
            "referral source: Police (6)"
        ]
        truth = invented_authority().truths["re_referral_spike"]
        assert in_words("source", truth["source"]) in PLANTED and truth["team"] in PLANTED
        assert "Police (6)" in said.who_words(found.carried, found.dive)[0]

    def test_the_parts_add_up_to_the_change(self, found):
        for one in (found.apart.together, *found.apart.each.values()):
            parts = one.parts["contribution"].sum()
            assert parts == pytest.approx(one.change, abs=1e-10)
        change = found.apart.together
        assert change.end == found.dive.now["concerned"].sum() / 3
        assert change.start == found.dive.before["concerned"].sum() / 12

    def test_the_concerned_are_those_of_the_measure(self, told, found, settings):
        own = readings_of(
            told.events,
            "re_referrals",
            as_at=settings.extract_day,
            first=date(2026, 1, 1),
            last=date(2026, 3, 31),
        )
        assert found.dive.now["concerned"].sum() == own["numerator"].sum()
        assert len(found.dive.now) == own["denominator"].sum()

    def test_what_went_before_explains_no_coming_again(self, found, settings):
        model = explained(found.dive, settings)
        assert set(model.columns["column"]) == {"source", "team", "age", "need"}
        assert any(one.startswith("Team Assessment") for one in said.model_words(model, found.dive))

    def test_what_makes_it_come_sooner_stands_beside_the_plain_shares(self, told, found, settings):
        waits = waited_for(told, found.dive, settings)
        model = coming_sooner(waits, told, found.dive, settings)
        whose, *words = said.model_words(model, found.dive)
        shown = sooner_view(model)
        assert whose == "These figures are of all teams together."
        assert re.match(r"Of [\d,]+ starts of [\d,]+ families, \d+ were followed by a", words[0])
        assert "something else came first" in words[0]
        assert any(one.startswith("Not in the model, for it came in too few") for one in words)
        assert len(shown) == len(model.table) and "Police (6)" in set(shown["Value"])
        one = shown[shown["Value"] == "Assessment South"].iloc[0]
        assert re.fullmatch(r"\d\.\d+ \(\d\.\d+ to \d\.\d+\)", one["Times as likely"])
        nothing = coming_sooner(None, told, found.dive, settings)
        assert "no time to it" in said.model_words(nothing, found.dive)[0]
        assert sooner_view(nothing).empty

    def test_figures_of_everybody_are_not_taken_for_the_team_s(self, told, found, settings):
        """The team's own are named; all others say whose they are, wherever they stand."""
        dive, all_teams = found.dive, "All teams together: "
        assert said.looked_into(dive, settings).endswith(
            "Looked into: Assessment East. Figures that do not name it are of all teams together."
        )
        for one in said.who_words(found.carried, dive)[:-1]:
            assert one.startswith((all_teams, "Within Assessment East: "))
        shown = (
            *pictures.change_waterfalls(found.apart, dive),
            *pictures.carried_waterfalls(found.carried, dive),
            pictures.group_ratios(found.carried, dive),
            *pictures.cohort_curves(coming_again(waited_for(told, dive, settings), dive), dive),
            *pictures.journey_pictures(ways_of(told, dive, settings, found.carried["All"]), dive),
        )
        assert len(shown) == 6 and all(one.scope.startswith(all_teams) for one in shown)
        words = said.is_it_real(dive, found.real, settings)
        assert any(one.startswith("Recording and the front door, all teams to") for one in words)
        terms = said.terms_of_reference(
            dive, found.real, found.carried, found.reading, settings, hypotheses=()
        )
        assert dict(terms)["Who carries it"].startswith(all_teams)
        assert "families concerned of Assessment East (" in dict(terms)["Sample"]

    def test_the_charts_say_that_no_month_alone_is_the_spike(self, found):
        said_of = {line.scope: text for line, text in
                   pictures.measure_charts(found.real, found.dive)}  # fmt: skip
        assert said_of == {
            "Inventshire (invented)": "No signal in January to March 2026.",
            "Assessment East": "No month of January to March 2026 stands out by itself; together "
            "they do.",
        }

    def test_the_ways_are_of_the_named_group(self, told, found, settings):
        flag = concerned_of(found.dive, found.carried["All"])
        ways = ways_of(told, found.dive, settings, found.carried["All"])
        assert ways.concerned.table.set_index("step").loc["Referral", "count"] <= flag.sum()
        assert view.ways_view(ways)["Step"].tolist()[0] == "Contact"
        assert "-0" not in view.ways_view(ways)["Points more (95%)"].str.cat()
        assert not any(re.search(r"[-+]0\b(?!\.)", one) for one in said.way_words(ways, found.dive))

    def test_declared_events_are_asked_first(self, told, found, outputs):
        events = [
            {"month": "2026-01", "what": "New case system"},
            {"month": "2020-01", "what": "Long ago"},
        ]
        named = asked(outputs, unit="Assessment East", events_declared=events)
        words = said.is_it_real(found.dive, retest(told, found.dive, named), named)
        assert "Declared: New case system (January 2026)" in " ".join(words)
        assert "Long ago" not in " ".join(words)


class TestWhatIsRead:
    def test_it_is_drawn_by_strata_of_the_named_groups(self, found):
        cases = found.reading.cases
        ours = cases[cases["part"] == CONCERNED]
        assert ours["stratum"].value_counts().to_dict() == {PLANTED: 7, ELSEWHERE: 7}
        assert set(ours["concerned"]) == {1}
        assert set(cases.loc[cases["part"] == COMPARISON, "concerned"]) == {0}
        assert (cases["part"] == COMPARISON).sum() == 6
        counts = found.reading.strata
        chance = dict(zip(counts["stratum"], counts["sampled"] / counts["population"], strict=True))
        beside = found.reading.frame.cases.groupby("family_ref")["case_ref"].transform("size")
        siblings = dict(zip(found.reading.frame.cases["case_ref"], beside, strict=True))
        for row in cases.itertuples():
            assert row.inclusion_probability == pytest.approx(
                chance[row.stratum] / siblings[row.case_ref]
            )

    def test_one_child_a_family_and_none_who_is_never_drawn(self, told, found, settings):
        cases = found.reading.cases
        family = invented_authority().families.set_index("child_id")["family_id"]
        assert cases["child_id"].map(family).is_unique
        barred = replace(told, never_drawn=frozenset(cases["child_id"]))
        again = draw_reading(
            barred,
            found.dive,
            settings,
            found.carried,
            key=load_keys(settings).key,
            is_signal=True,
        )
        assert not set(again.cases["child_id"]) & set(cases["child_id"])
        assert again.withheld == len(cases)

    def test_others_are_alike_in_what_was_matched(self, found):
        cases = found.reading.cases
        cells = cases["age"].astype(str) + ", " + cases["need"].astype(str)
        ours = cells[cases["part"] == CONCERNED].value_counts()
        others = cells[cases["part"] == COMPARISON].value_counts()
        assert (others <= ours.reindex(others.index).fillna(0)).all()
        for row in found.reading.balance.itertuples():
            held = (cases[row.column].astype(str) == row.value).groupby(cases["part"]).mean()
            assert (row.concerned, row.comparison) == (held[CONCERNED], held[COMPARISON])
        assert set(found.reading.balance["column"]) == {"age", "need"}

    def test_how_far_apart_they_are_is_said(self, found):
        """The largest gap by hand, with both shares and what one case of few weighs."""
        cases, gaps = found.reading.cases, {}
        for name in ("age", "need"):
            shares = pd.crosstab(cases[name].astype(str), cases["part"], normalize="columns")
            apart = (shares[CONCERNED] - shares[COMPARISON]).abs()
            gaps |= {f"in {value_words(name, value)}, ": gap for value, gap in apart.items()}
        words = said.balance_words(found.reading)
        told = [one for one in gaps if one in words]
        assert len(told) == 1 and gaps[told[0]] == pytest.approx(max(gaps.values()))
        other = (cases["part"] == COMPARISON).sum()
        assert f"of whom one alone is {100 / other:.0f} points" in words
        assert said.balance_words(nothing_to_read("nobody")) == ""

    def test_the_answers_stand_first_in_plain_sentences(self, found, settings):
        words = in_short(found.dive, found.real, found.carried, found.reading, settings)
        assert words[:4] == (
            "Why did re-referrals within 12 months in Assessment East change in January to March "
            "2026, against January to December 2025? Who carries it, and what do their cases tell?",
            "It is more than chance: Assessment East, 37 families where 10 were expected.",
            f"Carried by {PLANTED} (47 concerned where 4.5 were expected).",
            "The front door was as usual: contacts, referrals and those closed at once.",
        )
        assert words[4].startswith("To be read by 28 April 2026: ") and len(words) == 5

    def test_the_draw_follows_from_seed_and_frame(self, told, found, settings):
        key = load_keys(settings).key
        give = {"key": key, "is_signal": True}
        shuffled = replace(found.dive, now=found.dive.now.sample(frac=1, random_state=1))
        again = draw_reading(told, shuffled, settings, found.carried, **give)
        assert again.seed == found.reading.seed
        assert again.cases["case_ref"].tolist() == found.reading.cases["case_ref"].tolist()
        other = settings.model_copy(update={"seed": "31415926535"})
        third = draw_reading(told, found.dive, other, found.carried, **give)
        assert third.seed == "31415926535"
        assert third.frame_fingerprint == found.reading.frame_fingerprint
        assert third.cases["case_ref"].tolist() != found.reading.cases["case_ref"].tolist()
        row = again.cases.iloc[0]
        assert row["case_ref"] == pseudonym(row["child_id"], key.secret)

    def test_the_list_does_not_say_who_is_concerned(self, found):
        shown = view.to_read(found.reading)
        assert shown["Reference"].is_monotonic_increasing
        assert not {"Part", "Group"} & set(shown.columns)
        assert set(who_is_who(found.reading)["Part"]) == {CONCERNED, COMPARISON}


@pytest.fixture(scope="module")
def calm(told, outputs):
    return found_of(told, asked(outputs, period="2026-10"))


class TestNoSpike:
    def test_it_says_so_and_what_would_be_needed(self, calm, outputs):
        words = said.is_it_real(calm.dive, calm.real, asked(outputs, period="2026-10"))
        assert words[0].startswith("There is no spike")
        assert any("To stand out it would have to lie outside" in one for one in words)
        assert any("What would be needed" in one for one in words)
        assert "No group stands out" in calm.carried["All"].words

    def test_in_short_nobody_is_accused_and_nothing_read(self, calm, outputs):
        asked_for = asked(outputs, period="2026-10")
        words = in_short(calm.dive, calm.real, calm.carried, calm.reading, asked_for)
        assert words[0].startswith("Did re-referrals within 12 months change in August to October")
        assert words[1] == (
            "It is not more than chance: Re-referrals within 12 months, August to October 2026."
        )
        assert words[2] == "No group carries it: none stands out by more than chance."
        assert words[-1].startswith("Nothing has to be read, and no case was drawn")

    def test_an_older_run_in_its_chart_is_not_taken_for_a_signal(self, calm):
        ((line, text),) = pictures.measure_charts(calm.real, calm.dive)
        marked = line.table.loc[line.table["signal"] != "", "period"]
        assert marked.between("2025-10-01", "2026-05-31").all() and len(marked) == 8
        assert text == (
            "No signal in August to October 2026. What is marked is older: October 2025 to May "
            "2026."
        )

    def test_without_a_unit_nothing_is_said_of_everybody(self, calm, outputs):
        settings = asked(outputs, period="2026-10")
        assert calm.dive.everybody == "" and "Looked" not in said.looked_into(calm.dive, settings)
        assert pictures.change_waterfalls(calm.apart, calm.dive)[0].scope.startswith(
            "August to Oct"
        )

    def test_nobody_is_drawn_unless_it_is_asked_for(self, told, calm, outputs):
        assert not calm.reading.is_drawn
        assert "draw_when: always" in said.sample_words(calm.reading, asked(outputs))
        assert view.to_read(calm.reading).empty
        assert view.filled(Drawn=view.strata_view(calm.reading)) == {}
        always = asked(outputs, period="2026-10", draw_when="always")
        reading = draw_reading(
            told,
            calm.dive,
            always,
            calm.carried,
            key=load_keys(always).key,
            is_signal=False,
        )
        ours = reading.cases[reading.cases["part"] == CONCERNED]
        assert set(ours["stratum"]) == {ELSEWHERE}
        n = len(ours)
        families = reading.strata.set_index("part").loc[CONCERNED, "population"]
        wanted = size_for_proportion(always.half_width, population=int(families)).n
        assert n == wanted and f"{wanted} of the {families}" in said.sample_words(reading, always)


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_every_ready_file_runs_its_steps(path, told, outputs):
    values = load_parameters([PARAMETERS / "authority.yml", path]) | {"outputs": outputs}
    settings = read_parameters("deep_dive", values, closed=True)
    found = found_of(told, settings)
    planted = settings.measure == "re_referrals"
    assert found.real.is_signal == planted == found.reading.is_drawn
    assert found.carried["All"].named["group"].tolist() == ([PLANTED] if planted else [])
    goes_with = explained(found.dive, settings)
    ways = ways_of(told, found.dive, settings, found.carried["All"])
    assert len(pictures.journey_pictures(ways, found.dive)) in (0, 2)
    waits = waited_for(told, found.dive, settings)
    assert (waits is None) == (waits_of(found.dive.measure) is None)
    curves = pictures.cohort_curves(coming_again(waits, found.dive), found.dive)
    assert bool(curves) <= (waits is not None)
    assert len(view.mixes_view(found.apart)) == (
        len(settings.factors) if found.dive.is_share else 0
    )
    parts = pictures.change_waterfalls(found.apart, found.dive)[0].table
    assert parts["contribution"].sum() == pytest.approx(found.apart.together.change, abs=1e-10)
    assert len(question_bank().asked_of(settings.measure)) > 3
    sooner = coming_sooner(waits, told, found.dive, settings)
    brief = in_short(found.dive, found.real, found.carried, found.reading, settings)
    assert 4 <= len(brief) <= 6
    text = [
        said.looked_into(found.dive, settings), *brief, *said.way_words(ways, found.dive),
        *said.is_it_real(found.dive, found.real, settings),
        *said.who_words(found.carried, found.dive), *said.model_words(goes_with, found.dive),
        *said.model_words(sooner, found.dive), said.sample_words(found.reading, settings),
    ]  # fmt: skip
    tables = (
        goes_with_view(goes_with), sooner_view(sooner), view.mixes_view(found.apart),
        view.carriers_view(found.carried), view.formed_view(found.reading),
        view.balance_view(found.reading), view.strata_view(found.reading), parts,
        pictures.group_ratios(found.carried, found.dive).table,
        comparisons_view(found.real, found.apart, found.carried, (goes_with, sooner), ways),
    )  # fmt: skip
    text += [table.drop(columns="factor", errors="ignore").to_csv() for table in tables]
    raw = [name for name in get_args(Factor) if "_" in name]
    assert not [name for name in (*raw, "child_id", "family_id") if name in "\n".join(text)]


@pytest.fixture(scope="module")
def published(told, found, settings):
    register = open_register(settings)
    table = release_dive(told, found, settings, register)
    words = dive_findings(table, title=found.dive.measure.title)
    bank = question_bank()
    slug = publish_dive(found, settings, register, bank=bank, table=table, findings=words)
    register.close()
    return settings.outputs_folder / slug, table, words


class TestFiles:
    def test_everybody_reads_no_child_and_no_idea(self, published, found, told):
        folder, table, words = published
        files = sorted((folder / "shareable").rglob("*"))
        assert {path.name for path in files} == {
            "deep_dive_tables.csv",
            "deep_dive_tables.xlsx",
            "manifest.json",
        }
        text = (folder / "shareable" / "deep_dive_tables.csv").read_text(encoding="utf-8")
        text += (folder / "shareable" / "manifest.json").read_text(encoding="utf-8")
        text += " ".join(words.sentences)
        held = found.reading.cases
        for known in (*held["case_ref"], *held["child_id"], found.reading.seed):
            assert known not in text
        assert "two auditors" not in text, "who reads is for those who look into it"
        assert "Cases are closed" not in text
        numbers = table.table.numbers("referrals").dropna()
        assert not numbers.between(1, 5).any()

    def test_the_form_can_be_read_as_any_form(self, published):
        form = load_form(published[0] / "restricted" / "deep_dive_form.yml")
        keys = [one.key for one in form.questions]
        assert "closed_too_soon" in keys and keys[-1] == "immediate_concern"
        assert "edge_of_care" not in keys

    def test_the_cases_are_named_by_reference_alone(self, published, found):
        path = published[0] / "restricted" / "deep_dive_cases.csv"
        assert pd.read_csv(path)["case_ref"].tolist() == sorted(found.reading.cases["case_ref"])

    def test_terms_of_reference_say_everything(self, found, settings):
        rows = dict(
            said.terms_of_reference(
                found.dive,
                found.real,
                found.carried,
                found.reading,
                settings,
                hypotheses=("One.", "Two."),
            )
        )
        assert list(rows)[:4] == ["Question", "Is it real", "Who carries it", "Ideas to test"]
        assert rows["Ideas to test"] == "1. One. 2. Two."
        assert "7 of 30" in rows["Sample"]
        assert (
            rows["Who"]
            == "Lead: Quality Assurance. Readers: two auditors who do not hold the cases."
        )

    def test_once_readers_are_drawn_the_default_is_dropped(self, found, settings):
        assigned = SimpleNamespace(table=pd.DataFrame({"auditor_id": ["S1", "S2"]}))
        drawn = SimpleNamespace(draw=SimpleNamespace(assignment=assigned), words="22 cases.")

        def who(settings):
            parts = (found.dive, found.real, found.carried, found.reading, settings)
            return dict(said.terms_of_reference(*parts, recorded=drawn, hypotheses=()))["Who"]

        assert who(settings) == "Lead: Quality Assurance. 22 cases."
        own = settings.model_copy(update={"readers": "the QA Group"})
        assert who(own) == "Lead: Quality Assurance. Readers: the QA Group. 22 cases."


class TestForEverybody:
    cases = pd.DataFrame(
        {"team": ["A"] * 20 + ["B"] * 30 + ["C"] * 15, "met": [True] * 8 + [False] * 12
         + [True] * 2 + [False] * 28 + [True] * 7 + [False] * 8}
    )  # fmt: skip

    def protect(self, measure="re_referrals", **values):
        given = {"kind": "team", "quarter": pd.Timestamp("2026-01-01"), "edition": "e"} | values
        return protect_dive(self.cases, MEASURES[measure], **given)

    def test_small_counts_are_hidden_with_what_would_tell_them(self):
        table = self.protect().table
        assert table.numbers("re_referrals").isna().sum() >= 2
        assert table.numbers("referrals").notna().all()

    def test_another_measure_of_the_same_cases_is_tied_to_it(self):
        first = self.protect()
        ledger = printed_tables(pd.Series([release_text(first.table)]))
        again = self.protect("referral_nfa", earlier=ledger)
        assert again.table.population == first.table.population

    def test_a_count_is_a_table_of_its_own(self):
        table = self.protect("referrals")
        assert table.part is None
        assert table.table.numbers("referrals").tolist() == [20, 30, 15]
        words = dive_findings(table, title="Referrals").sentences
        assert words[1] == "Referrals, Jan to Mar 2026: 65."

    def test_without_a_count_of_all_there_is_no_table(self):
        assert whole_of(MEASURES["step_down_re_referrals"]) is None
        assert self.protect("step_down_re_referrals") is None
        assert whole_of(MEASURES["icpc_to_plan"]).name == "icpc"
        words = dive_findings(None, title="Re-referrals within 12 months").sentences
        assert "no table to share" in words[1]


class TestFaults:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"measure": "re_referals"}, "there is no measure 're_referals'; choose one of"),
            ({"factors": ["open_for"]}, "known of a count on a day"),
            ({"unit": "A", "unit_kind": "all"}, "unit_kind is all"),
            ({"factors": ["team", "team"]}, "names a column twice"),
            ({"factors": ["since_referral"]}, "explains nothing"),
            ({"measure": "referrals", "concerned": "not_met"}, "needs a share"),
            ({"events_declared": [{"month": "2026", "what": "x"}]}, "must be a month"),
            ({"due": "soon"}, "must be a day"),
        ],
    )
    def test_faults_are_told_by_field(self, values, words):
        with pytest.raises(ParameterError, match=re.escape(words)):
            read_parameters("deep_dive", values)

    def test_too_few_settled_months_are_refused(self, told, outputs):
        with pytest.raises(TrendError, match="too few for 3 months and others"):
            open_dive(told, asked(outputs, period="2024-11"))

    def test_records_of_other_months_are_refused_with_the_months_they_are_of(self, told, outputs):
        settings = asked(outputs)
        events = told.events
        referral, late = events["event"] == "Referral", events["date"] >= "2025-06-01"
        few = replace(told, events=events[~referral | late])
        with pytest.raises(TrendError, match=r"lists the event 'referral' in June 2025 to October"):
            open_dive(few, asked(outputs, period="2025-07"))
        nobody = replace(told, events=events[~referral])
        with pytest.raises(TrendError, match="lists no referral at all"):
            open_dive(nobody, settings)

    def test_a_measure_of_lists_has_no_cases(self, told):
        day = date(2026, 3, 31)
        with pytest.raises(TrendError, match="no cases to look into"):
            cases_of(told.events, MEASURES["cp_visits"], as_at=day, first=day, last=day)

    def test_a_period_is_seen_from_when_it_is_settled(self):
        late = asked("outputs", measure="s47_to_icpc")
        assert late.extract_day == date(2026, 6, 30)
        assert asked("outputs").extract_day == date(2026, 3, 31)
        assert asked("outputs", unit="Assessment East").slug == (
            "2026-03-deep_dive-re_referrals-assessment_east"
        )

    def test_records_too_short_to_judge_are_not_called_calm(self, told, outputs):
        short = replace(told, events=told.events[told.events["date"] >= "2024-08-01"])
        settings = asked(outputs, unit_kind="all")
        dive = open_dive(short, settings)
        real = retest(short, dive, settings)
        assert not real.is_judged and not real.is_signal
        words = said.is_it_real(dive, real, settings)
        assert words[0].startswith("Whether there is a spike cannot be told: the records hold too")
        assert not any("There is no spike" in one or "no reason has" in one for one in words)

    def test_open_months_are_left_out_and_it_is_said(self, told, outputs):
        early = asked(outputs, measure="s47_to_icpc", as_at="2026-04-30")
        dive = open_dive(told, early)
        assert (dive.dropped, dive.spans[1]) == (2, "November 2025 to January 2026")
        words = said.is_it_real(dive, retest(told, dive, early), early)
        assert "latest 2 months can still change" in words[-1]

    def test_the_line_of_a_signal_is_taken_as_it_is(self, found):
        given = deep_dive_parameters(found.real.signals.signals[0])
        taken = read_parameters("deep_dive", given, closed=True)
        assert (taken.measure, taken.unit, taken.is_of_unit) == (
            "re_referrals",
            "Assessment East",
            True,
        )
        everybody = given | {"unit_kind": "all", "unit": "All"}
        assert not read_parameters("deep_dive", everybody, closed=True).is_of_unit

    def test_scatter_is_never_below_chance(self, found):
        assert monthly_scatter(found.dive) >= 1
        short = replace(found.dive, readings=found.dive.readings.tail(8))
        assert monthly_scatter(short) == 1

    def test_nothing_named_puts_all_elsewhere(self, found):
        nobody = replace(found.carried["All"], named=found.carried["All"].named.iloc[:0])
        assert set(in_groups(found.dive.now, nobody)) == {ELSEWHERE}


class TestQuestionBank:
    def bank(self, tmp_path, text):
        path = tmp_path / "bank.yml"
        path.write_text(text, encoding="utf-8")
        return load_question_bank(path, measures=MEASURES)

    def test_every_measure_of_events_makes_a_form(self, tmp_path):
        bank = question_bank()
        for name, one in MEASURES.items():
            if one.base is not None and one.base.of == "events" and not one.stock:
                form = write_form(tmp_path / "form.yml", bank.form_of(name, title=one.title))
                assert form.title == one.title

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("a: [", "not readable"),
            ("version: 1", "holds no question bank"),
            ("questions: []\nx: 1", "unknown key `x`"),
            ("questions: [{key: a}]", "question 1 needs `key` and `label`"),
            ("questions: [{key: a, label: b}]", "needs `measures`"),
            ("questions: [{key: a, label: b, measures: [x]}]", "not there: x"),
            ("questions: [{key: a, label: b, measures: [], y: 1}]", "unknown key `y`"),
        ],
    )
    def test_faults_are_told(self, text, words, tmp_path):
        with pytest.raises(FormError, match=words):
            self.bank(tmp_path, text)

    def test_a_missing_bank_is_told(self, tmp_path):
        with pytest.raises(FormError, match="There is no question bank"):
            load_question_bank(tmp_path / "none.yml", measures=MEASURES)
