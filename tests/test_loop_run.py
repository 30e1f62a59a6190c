"""Actions and activity from the register to their pages: what is read, released, refused."""

from __future__ import annotations

from collections import Counter

import openpyxl
import pandas as pd
import pytest
from output_attack import MARK, Found, attack, read_page

from qa_sampling import runner
from qa_sampling.errors import DisclosureError, ParameterError, RegisterError
from qa_sampling.loop.actions import action_counts
from qa_sampling.loop.activity import activity_counts
from qa_sampling.loop.closing import closing_times
from qa_sampling.loop.said import said_and_done
from qa_sampling.parameters import read_parameters
from qa_sampling.records.action_sheet import read_action_sheet
from qa_sampling.records.register import Register
from qa_sampling.reporting.loop_tables import STATES, state_of
from qa_sampling.reporting.loop_view import action_list, actions_view, closing_view
from qa_sampling.reporting.loop_words import closing_words, loop_findings, said_words
from qa_sampling.reporting.plots_loop import closing_curve, closing_curve_alt
from qa_sampling.runs.analyses import identifiers_of
from qa_sampling.runs.loop.outputs import release_loop
from qa_sampling.runs.loop.steps import by_month, loop_of
from qa_sampling.runs.publication import faults_of
from qa_sampling.runs.returns_in import open_returns, staff_of
from qa_sampling.settings.analyses import ActionsAndActivity

NOTEBOOK = "actions_and_activity"
MONTHS = ("2026-09", "2026-10")
COUNTS = {
    "Actions": "actions",
    "Activities": "activities",
    "Times families or children told us": "feedback",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def settings():
    return ActionsAndActivity()


@pytest.fixture(scope="module")
def register(outputs, settings):
    with open_returns(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def staff(settings):
    return staff_of(settings)


@pytest.fixture(scope="module")
def loop(settings, register, staff):
    return loop_of(settings, register, staff)


@pytest.fixture(scope="module")
def months(register, staff):
    """What two months leave for everybody, month by month: small counts, much of it hidden."""
    made = {}
    for period in MONTHS:
        asked = ActionsAndActivity(period=period, months=1)
        held = loop_of(asked, register, staff)
        made[period] = held, release_loop(held, asked, register)
    return made


class TestLoop:
    def test_it_is_what_a_plain_count_of_the_register_gives(self, loop, register, settings):
        actions, audits = register.actions(), register.audits().set_index("audit_id")
        raised = actions["audit_id"].map(audits["date_completed"])
        assert actions["raised"].equals(raised.astype("datetime64[us]"))
        recent = actions[raised >= pd.Timestamp(settings.first_day)]
        seen = recent["verified_date"].notna() & (recent["verified_by"] != recent["owner"])
        counted = action_counts(loop.recent).table.iloc[0]
        assert (counted["raised"], counted["closed"]) == (len(recent), int(seen.sum()))
        late = recent["completed"].isna() & (recent["due"] < loop.day)
        assert counted["overdue"] == late.sum() > 0
        assert len(by_month(loop)) == 12
        assert by_month(loop).drop(columns="Month").sum().sum() == len(loop.activities)

    def test_every_owner_has_a_team(self, loop):
        assert "Not recorded" not in set(loop.actions["team"])

    def test_as_it_stood_on_an_earlier_day(self, register, staff):
        before = loop_of(ActionsAndActivity(period="2026-03"), register, staff)
        assert before.actions["raised"].max() <= pd.Timestamp("2026-03-31")
        assert before.activities["date"].max() <= pd.Timestamp("2026-03-31")
        assert before.due.table["date_completed"].max() <= pd.Timestamp("2026-03-31")

    def test_designs_keep_actions_of_other_activity(self, register, staff):
        none = loop_of(ActionsAndActivity(designs=("themed",)), register, staff)
        assert none.actions.empty
        assert len(none.activities) > 0

    def test_what_makes_no_sense_is_refused_by_name(self):
        for change in ({"regraded": ["Bad"]}, {"level": 95}, {"re_audit_after_months": -1}):
            with pytest.raises(ParameterError, match=f"`{next(iter(change))}"):
                read_parameters(NOTEBOOK, change, closed=True)

    def test_the_quiet_service_shows(self, loop):
        heard = activity_counts(loop.activities, by=["group", "service"]).table
        heard = heard[heard["group"] == "Feedback"].set_index("service")["activities"]
        assert heard.idxmin() in ("Disabled Children", "Leaving Care")


class TestViews:
    def test_lists_and_tables_show_no_missing_word(self, loop):
        late = loop.actions[loop.actions["overdue"]]
        closing = closing_times(loop.recent, as_at=loop.day)
        for shown in (
            action_list(late, loop.names),
            actions_view(action_counts(loop.recent, by="team")),
            closing_view((closing,)),
        ):
            assert not {"nan", "None", "<NA>"} & set(shown.to_numpy().ravel().astype(str))
        assert action_list(late, loop.names)["Owner"].str.contains(r"\(S\d+\)").all()

    def test_the_curve_is_what_the_result_says(self, loop):
        times = [closing_times(loop.recent, as_at=loop.day, until=one)
                 for one in ("completed", "closed")]  # fmt: skip
        ax = closing_curve(times)
        first = next(line for line in ax.lines if len(line.get_xdata()) > 2)
        shares = times[0].curve[times[0].curve["days"] <= 182]["share_waiting"]
        assert list(first.get_ydata())[1:-1] == pytest.approx(shares.tolist())
        assert f"half within {times[0].median:.0f} days" in closing_curve_alt(times)

    def test_nothing_watched_draws_nothing(self, loop):
        none = closing_times(loop.recent.iloc[:0], as_at=loop.day)
        assert "0 of 0" in closing_curve_alt([none])
        closing_curve([none])

    def test_few_are_said_nothing_of(self, loop):
        few = closing_times(loop.recent.iloc[:8], as_at=loop.day)
        assert closing_words(few, fewest=10).sentences == ()


class TestSaid:
    def test_names_and_numbers_are_left_out(self, loop):
        said = said_and_done(loop.recent)
        assert len(said.table) > 2
        name = next(iter(loop.names.values())).partition(" (")[0]
        bad = said.table.iloc[[0, 0]].copy()
        bad["we_did"] = [f"{name} spoke with them", "We saw three families"]
        both = type(said)(pd.concat([said.table, bad]), 0, 0)
        told = said_words(both, never=[name])
        assert told.left_out == 2
        assert name not in " ".join(told.words.sentences)
        assert said_words(said).words.sentences == told.words.sentences

    def test_nothing_to_tell_is_said(self, loop):
        none = said_and_done(loop.recent.iloc[:0])
        assert "nothing has been written" in said_words(none).words.sentences[0]


def found_in(tables) -> Found:
    """Read the tables as an intruder does; labels of different tables are told apart."""
    found = Found()
    for table in (tables.states, tables.standards, tables.groups, tables.heard):
        head = [table.heading(name) for name in table.columns]
        rows = [
            [row[0] if row[0] == "Total" else f"{head[0]}: {row[0]}", *map(str, row[1:])]
            for row in table.rows
        ]
        found.tables.append((head[0], head, rows))
    return found


def truth_of(loop) -> Counter:
    truth = Counter({("actions", frozenset()): len(loop.recent)})
    for state, number in state_of(loop.recent).map(STATES).value_counts().items():
        truth["actions", frozenset([f"What has become of it: {state}"])] = number
    return truth


class TestRelease:
    @pytest.mark.parametrize("month", MONTHS)
    def test_no_hidden_count_can_be_recovered(self, months, month):
        held, tables = months[month]
        ranges = attack(found_in(tables), counts=COUNTS, least=0)
        assert ranges, "something is hidden"
        truth = truth_of(held)
        for (count, labels), (low, high) in ranges.items():
            if count == "actions" and next(iter(labels), "What").startswith("What has become"):
                assert low <= truth[count, labels] <= high, "the intruder's equations are true"
            assert high >= 6
            assert high - low >= 5

    def test_the_attack_would_find_a_count_that_is_alone(self, months):
        found = found_in(months[MONTHS[1]][1])
        found.tables = [
            ("", ["Careless", "Activities"], [["A", "64"], ["B", MARK], ["Total", "69"]])
        ]
        ranges = attack(found, counts=COUNTS, least=0)
        assert ranges["activities", frozenset(["B"])] == (5, 5)

    def test_again_it_is_the_same(self, months, register):
        held, tables = months[MONTHS[1]]
        asked = ActionsAndActivity(period=MONTHS[1], months=1)
        again = release_loop(held, asked, register)
        assert [one.rows for one in again.by_title().values()] == [
            one.rows for one in tables.by_title().values()
        ]

    def test_activity_that_was_recorded_late_needs_an_edition(self, months, register, staff):
        held, _ = months[MONTHS[0]]
        more = held.activities.iloc[[0] * 8].assign(activity_id=[f"L{n}" for n in range(8)])
        later = type(held)(**(vars(held) | {"activities": pd.concat([held.activities, more])}))
        asked = ActionsAndActivity(period=MONTHS[0], months=1)
        with pytest.raises(DisclosureError, match="edition"):
            release_loop(later, asked, register)

    def test_findings_hold_only_what_tables_print(self, loop, months):
        _, tables = months[MONTHS[1]]
        words = loop_findings(tables, times=closing_times(loop.recent, as_at=loop.day))
        text = " ".join(words.sentences)
        assert "closed" in text
        assert "[c]" not in text


class TestCommands:
    @pytest.fixture
    def say(self, outputs, register, monkeypatch):
        from typer.testing import CliRunner

        from qa_sampling.cli import app

        monkeypatch.setattr("qa_sampling.commands.loop.out.width", 300, raising=False)

        def run(*words):
            done = CliRunner().invoke(app, [str(word) for word in words])
            if done.exception and not isinstance(done.exception, SystemExit):
                raise done.exception
            return done.output

        return run

    def test_actions_go_out_and_come_back(self, say, tmp_path):
        with pytest.raises(ParameterError, match="below a folder called restricted"):
            say("actions", "export", tmp_path / "a.xlsx")
        (tmp_path / "restricted").mkdir()
        path = tmp_path / "restricted" / "a.xlsx"
        assert "actions written to" in say("actions", "export", path)
        said = say("actions", "record", path, "--as-at", "2026-10-31")
        assert "0 actions recorded, 0 corrected, " in said
        with pytest.raises(ParameterError, match="`--as-at` must be a day such as 2026-10-31"):
            say("actions", "record", path, "--as-at", "soon")

    def test_activity_comes_in(self, say, tmp_path):
        path = tmp_path / "t.xlsx"
        assert "A new one for each" in say("activities", "template", path)
        assert "0 activities recorded, 0 corrected, 0 unch" in say("activities", "record", path)


def test_a_register_without_either_is_refused(tmp_path, monkeypatch):
    from qa_sampling.runs.analyses import ANALYSES

    words = "no action and no other activity"
    with (
        Register.open(tmp_path / "r.sqlite", create=True) as empty,
        pytest.raises(RegisterError, match=words),
    ):
        ANALYSES[NOTEBOOK].need(ActionsAndActivity(), empty)


@pytest.mark.slow
class TestRun:
    @pytest.fixture(scope="class")
    @classmethod
    def published(cls, outputs, register):
        return runner.run(NOTEBOOK, {})

    def test_two_pages_a_sheet_and_tables(self, published):
        folder = published.folder
        assert published.outcome == "published"
        assert faults_of(folder) == ()
        names = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
        assert names == {
            "restricted/35_actions_and_activity.ipynb",
            "restricted/actions_restricted.html",
            "restricted/manifest.json",
            "restricted/open_actions_2026-10.xlsx",
            "shareable/actions.html",
            "shareable/actions_tables.csv",
            "shareable/actions_tables.xlsx",
            "shareable/manifest.json",
        }

    def test_the_page_for_everybody_names_nobody(self, published, loop, register, settings):
        shareable = published.folder / "shareable"
        text = "".join(one.read_text(encoding="utf-8") for one in shareable.glob("*.[hjc]*"))
        people = [name.partition(" (")[0] for name in loop.names.values()]
        secrets = [*identifiers_of(settings, register), *people]
        secrets += [*loop.actions["text"].dropna(), *loop.actions["impact_evidence"].dropna()]
        assert not [one for one in set(secrets) if one in text]
        restricted = published.folder / "restricted/actions_restricted.html"
        assert any(name in restricted.read_text(encoding="utf-8") for name in people)
        assert attack(read_page(text), counts=COUNTS, least=0) is not None

    def test_the_sheet_reads_back_as_it_is(self, published, register, settings, staff):
        path = published.folder / "restricted/open_actions_2026-10.xlsx"
        found = read_action_sheet(path, register.actions(), today=settings.extract_day, staff=staff)
        assert len(found.table) == 0
        rows = openpyxl.load_workbook(path, read_only=True)["Open actions"].max_row - 1
        assert found.unchanged == rows > 100

    def test_again_is_the_same(self, published):
        assert runner.run(NOTEBOOK, {}).outcome == "already published"
