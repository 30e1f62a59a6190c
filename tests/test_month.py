"""A month of the year's programme: the calendar, the order, what fails, and one month whole."""

from __future__ import annotations

import os
import re
import sys
import time
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import permutations
from pathlib import Path

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from small_authority import own_values, write_small

from qa_sampling import cli
from qa_sampling.commands.programme import Asked, line_of, programme_of
from qa_sampling.errors import DisclosureError, ParameterError
from qa_sampling.parameters import SETTINGS, load_parameters, read_calendar, read_parameters
from qa_sampling.reporting.index_page import Due, Link, Linked, build_index
from qa_sampling.runs.month import index as month_index
from qa_sampling.runs.month.index import PAGE, RESTRICTED_PAGE, publish_index
from qa_sampling.runs.month.side_by_side import in_order, run_side_by_side
from qa_sampling.runs.month.tasks import Ended, MonthTask, exit_code
from qa_sampling.runs.month.year import year_of
from qa_sampling.runs.publication import faults_of
from qa_sampling.settings.calendar import Calendar, CalendarEntry, calendar_of, require_month
from qa_sampling.settings.plan import MonthlyAuditPlan

ROOT = Path(__file__).parents[1]
DEFAULT = ROOT / "parameters" / "calendar.yml"
BASE = (ROOT / "parameters" / "authority.yml",)
PLAN = {"name": "monthly", "run": "monthly_audit_plan"}


def calendar(*entries: dict) -> Calendar:
    return calendar_of({"entries": list(entries)}, known=SETTINGS)


def task(name: str, code: str = "", after: tuple[str, ...] = (), folder: str = "out") -> MonthTask:
    command = (sys.executable, "-c", code)
    return MonthTask(name, name.title(), command, f"run {name}", "2026-11", Path(folder), after)


def silent(step: str) -> None:
    pass


class TestCalendar:
    def test_the_one_that_comes_with_the_package(self):
        default = read_calendar(DEFAULT)
        monthly = next(entry for entry in default.entries if entry.name == "monthly")
        assert [month for month in range(1, 13) if not monthly.in_month(month)] == [8, 12]
        for name in ("findings", "moderation", "actions"):
            entry = next(entry for entry in default.entries if entry.name == name)
            assert entry.months == "every"
        for month in range(1, 13):
            programme = programme_of(default, Asked(f"2026-{month:02d}", BASE))
            assert len(programme.tasks) >= 3
        assert all(entry.owner for entry in default.entries)

    def test_it_looks_into_measures_in_the_months_that_ask_for_it(self):
        """A deep dive is run like any entry: after the month's outcomes and draws, when settled."""
        default = read_calendar(DEFAULT)
        dives = [one for one in default.entries if one.run == "deep_dive"]
        assert {one.name: one.months for one in dives} == {
            "deep_dive_late_assessments": (6,),
            "deep_dive_s47_no_conference": (9,),
            "deep_dive_re_referrals": (11,),
        }
        for one in dives:
            period = f"2026-{one.months[0]:02d}"
            tasks = {task.name: task for task in programme_of(default, Asked(period, BASE)).tasks}
            task = tasks[one.name]
            assert task.draws and set(task.after) == {"outcomes", "monthly"} <= set(tasks)
            assert f"--period {one.period_in(period)}" in task.line and one.files[0] in task.line
            values = load_parameters([ROOT / name for name in one.files])
            settings = read_parameters("deep_dive", values | {"period": task.period})
            assert settings.extract_day < date.fromisoformat(f"{period}-01"), "not settled yet"

    def test_every_notebook_of_the_settings_may_be_run(self):
        entries = [{"name": name, "run": name} for name in SETTINGS]
        assert [entry.run for entry in calendar(*entries).entries] == list(SETTINGS)

    @pytest.mark.parametrize(
        ("entries", "message"),
        [
            (
                [PLAN | {"run": "tea_leaves"}, {"name": "b", "run": "crystal_ball"}],
                r"none of: tea_leaves \(entry monthly\), crystal_ball \(entry b\)\. Choose from",
            ),
            ([PLAN, PLAN], "monthly is there twice"),
            ([PLAN | {"after": ["dawn"]}], "monthly waits for dawn, which is no entry"),
            (
                [PLAN | {"after": ["week"]}, {"name": "week", "owner": "PSW"}],
                "monthly waits for week, which runs nothing",
            ),
            ([PLAN | {"after": ["monthly"]}], "monthly waits for monthly: a circle"),
            (
                [
                    PLAN | {"after": ["c"]},
                    {"name": "b", "run": "audit_findings", "after": ["monthly"]},
                    {"name": "c", "run": "audit_findings", "after": ["b"]},
                ],
                "monthly waits for c waits for b waits for monthly: a circle",
            ),
            ([PLAN | {"months": [0, 13]}], "entry monthly, months.*greater than or equal to 1"),
            ([PLAN | {"months": []}], 'months is empty; give some of 1 to 12, or "every"'),
            ([PLAN | {"months": "often"}], "entry monthly, months.*'every'"),
            ([PLAN | {"Owner": "x"}], "`entry monthly, Owner`: Extra inputs are not permitted"),
            ([{"name": "a"}], "entry a`: names neither run nor owner"),
            ([{"name": "a", "owner": "x", "months_back": 1}], "has no run, so files"),
            ([{"name": "A b", "owner": "x"}], "lower-case letters, digits and underscores"),
            ([{"owner": "x"}], "entry number 1, name`: Field required"),
            ([PLAN | {"parameters": {"period": "2026-01"}}], "period follow from the month"),
            ([], "entries`: Tuple should have at least 1 item"),
        ],
    )
    def test_what_is_refused(self, entries, message):
        with pytest.raises(ParameterError, match=message):
            calendar(*entries)

    def test_it_cannot_be_changed(self):
        with pytest.raises(ValueError, match="frozen"):
            calendar(PLAN).entries[0].run = "other"

    @pytest.mark.parametrize("period", ["2026-13", "2026", "26-11", "", "2026-11-01"])
    def test_what_is_no_month(self, period):
        with pytest.raises(ParameterError, match='must be one such as "2026-11"'):
            require_month(period)

    @given(st.integers(2001, 2098), st.integers(1, 12), st.integers(0, 12))
    def test_months_back_counted_one_by_one(self, year, month, back):
        entry = CalendarEntry(**PLAN, months_back=back)
        looked_at = entry.period_in(f"{year}-{month:02d}")
        for _ in range(back):
            year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        assert looked_at == f"{year}-{month:02d}"

    def test_a_year_as_a_table(self):
        table = year_of(
            calendar(
                {"name": "week", "owner": "PSW", "months": [3]},
                PLAN | {"months": [1, 3], "owner": "Managers"},
                {"name": "found", "run": "audit_findings", "months": [1], "months_back": 1}
                | {"after": ["monthly"]},
            ),
            2027,
        )
        assert table.to_numpy().tolist() == [
            ["January 2027", "runs", "Monthly", "Managers", "January 2027", ""],
            ["January 2027", "runs", "Found", "", "December 2026", "Monthly"],
            ["March 2027", "runs", "Monthly", "Managers", "March 2027", ""],
            ["March 2027", "due", "Week", "PSW", "", ""],
        ]


class TestProgramme:
    def test_all_faults_are_told_together(self):
        asked = calendar(
            PLAN | {"parameters": {"audits": 0}},
            {"name": "other", "run": "audit_findings", "parameters": {"windw": 3}},
            {"name": "again", "run": "audit_findings"},
            {"name": "lost", "run": "audit_findings", "files": ["parameters/none.yml"]},
            {"name": "day", "owner": "PSW", "title": "The 7 of us"},
        )
        with pytest.raises(ParameterError) as refused:
            programme_of(asked, Asked("2026-11", BASE, ("audit=3", "x.seed=1")))
        told = str(refused.value)
        for fault in (
            "monthly: `audits`",
            "other: `windw`: not a parameter of this notebook. Did you mean `window`?",
            "lost: The parameter file",
            "`audit` is a parameter of none of the month's runs.",
            "`x.seed`: the month runs no entry 'x'.",
            "day",
        ):
            assert fault in told

    def test_two_entries_never_share_a_folder(self):
        asked = calendar(
            PLAN, PLAN | {"name": "other"}, PLAN | {"name": "index"} | _design("month")
        )
        with pytest.raises(ParameterError, match="other and monthly would both") as told:
            programme_of(asked, Asked("2026-11", BASE))
        assert "index and the month's index would both publish 2026-11-month" in str(told.value)

    def test_what_is_used_by_hand_is_not_run(self):
        asked = calendar(PLAN, {"name": "builder", "run": "plan_builder"})
        with pytest.raises(ParameterError, match="builder: plan_builder is used by hand"):
            programme_of(asked, Asked("2026-11", BASE))

    def test_entries_share_the_outputs(self):
        asked = calendar(PLAN | {"parameters": {"outputs": "elsewhere"}})
        with pytest.raises(ParameterError, match="monthly writes to other outputs"):
            programme_of(asked, Asked("2026-11", BASE))

    def test_a_seed_belongs_to_one_draw(self):
        asked = calendar(PLAN, PLAN | {"name": "other"} | _design("other"))
        with pytest.raises(ParameterError, match=r"name its entry, as `monthly\.seed`"):
            programme_of(asked, Asked("2026-11", BASE, ("seed=123",)))
        first, second = programme_of(asked, Asked("2026-11", BASE, ("other.seed=123",))).tasks
        assert "seed=123" in second.command
        assert "seed=123" not in first.command
        assert "123" not in second.line

    def test_parameters_reach_the_command_as_they_were(self):
        values = {"teams": ["A b", "C"], "title": "2026", "audits": 7, "open_at_least_weeks": 0}
        (only,) = programme_of(
            calendar(PLAN | {"parameters": values}), Asked("2026-11", BASE, ("audits=9",))
        ).tasks
        pairs = [
            word for word, flag in zip(only.command[1:], only.command, strict=False) if flag == "-p"
        ]
        assert cli._values(pairs) == values | {"audits": 9}
        assert only.command[:5] == (sys.executable, "-m", "qa_sampling", "run", PLAN["run"])

    def test_a_day_reaches_those_that_may_look_back_from_it(self):
        tasks = programme_of(
            calendar(
                PLAN,
                {"name": "findings", "run": "audit_findings", "months_back": 1},
                {"name": "collected", "run": "collect_audits", "months_back": 1},
            ),
            Asked("2026-11", BASE, as_at="2026-11-20"),
        ).tasks
        told = {one.name for one in tasks if "as_at=2026-11-20" in one.command}
        assert told == {"monthly", "collected"}
        assert [one.period for one in tasks] == ["2026-11", "2026-10", "2026-10"]

    def test_the_line_to_repeat(self, monkeypatch):
        monkeypatch.setenv("QA_SAMPLING_COMMAND", "python run.py")
        assert line_of(["run", "a b"]) == "python run.py run 'a b'"


def _design(name: str) -> dict:
    return {"parameters": {"design": name}}


@st.composite
def _orders(draw):
    """Tasks that wait for some of those with a smaller number, in any order."""
    number = draw(st.integers(1, 7))
    made = [
        task(f"t{place}", after=tuple(f"t{other}" for other in range(place) if draw(st.booleans())))
        for place in range(number)
    ]
    return draw(st.permutations(made))


class TestOrder:
    @given(_orders())
    def test_each_comes_after_those_it_waits_for(self, tasks):
        ordered = [one.name for one in in_order(tasks)]
        assert sorted(ordered) == sorted(one.name for one in tasks)
        for one in tasks:
            assert all(ordered.index(other) < ordered.index(one.name) for other in one.after)

    def test_the_given_order_holds_where_nothing_speaks_against_it(self):
        tasks = [task("c", after=("a",)), task("b"), task("a"), task("d", after=("not there",))]
        assert [one.name for one in in_order(tasks)] == ["b", "a", "c", "d"]
        free = [task(name) for name in "zyx"]
        assert all(list(in_order(order)) == list(order) for order in permutations(free))

    def test_a_circle(self):
        tasks = [task("a", after=("b",)), task("b", after=("a",)), task("c")]
        with pytest.raises(ParameterError, match="a, b wait for each other in a circle"):
            run_side_by_side(tasks, jobs=2, progress=silent)

    def test_nothing_to_do(self):
        assert run_side_by_side([], jobs=2, progress=silent) == ()


DONE = "print('x: published.')"


class TestSideBySide:
    def test_how_each_ended(self):
        steps: list[str] = []
        killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        ended = run_side_by_side(
            [
                task("good", DONE),
                task("before", "print('x: already published.')"),
                task("seed", _end(3, "· fixing the frame", "It waits for its seed.")),
                task("no", _end(2, "a warning", "Refused: The folder is empty", "Put forms in.")),
                task("fault", _end(4, "A fault: KeyError in x.py")),
                task("broken", _end(4, "Failed: Cell 4 of the notebook", "failed (OSError).")),
                task("early", _end(5, "Nothing to look at yet: No form is back.")),
                task("mute", _end(1)),
                *([task("killed", killed)] if os.name == "posix" else []),
                task("behind", DONE, after=("good", "no")),
                task("further", DONE, after=("behind",)),
                task("ready", DONE, after=("before", "good")),
            ],
            jobs=3,
            progress=steps.append,
        )
        told = {one.task.name: (one.state, one.message) for one in ended}
        assert told["good"] == ("published", "")
        assert told["before"] == ("already published", "")
        assert told["seed"] == ("waiting", "It waits for its seed.")
        assert told["no"] == ("refused", "The folder is empty Put forms in.")
        assert told["fault"] == ("failed", "A fault: KeyError in x.py")
        expected = "Cell 4 of the notebook failed (OSError)."
        assert told["broken"] == ("failed", expected)
        assert told["early"] == ("nothing yet", "No form is back.")
        assert told["mute"] == ("failed", "It ended with code 1 and said nothing.")
        if os.name == "posix":
            expected = "It was ended from outside (SIGKILL); nothing half-made is left."
            assert told["killed"] == ("failed", expected)
        assert told["behind"] == ("not started", "It waits for no, which did not publish.")
        assert told["further"] == ("not started", "It waits for behind, which did not publish.")
        assert told["ready"][0] == "published"
        assert "behind: not started, it waits for no" in steps
        assert "behind: started" not in steps
        assert steps.index("ready: started") > steps.index(_said(steps, "good: published"))

    def test_at_most_so_many_at_a_time(self, tmp_path):
        code = (
            "import sys, time; from pathlib import Path; place = Path(sys.argv[-1]);"
            "mine = place / sys.argv[-2]; mine.touch(); time.sleep(0.25);"
            "(place / ('seen-' + mine.name)).write_text(str(len(list(place.glob('task*')))));"
            "mine.unlink()"
        )
        tasks = [
            MonthTask(
                name, name, (sys.executable, "-c", code, name, str(tmp_path)), "", "", tmp_path
            )
            for name in ("task1", "task2", "task3", "task4")
        ]
        ended = run_side_by_side(tasks, jobs=2, progress=silent)
        assert [one.state for one in ended] == ["published"] * 4
        seen = [int(path.read_text()) for path in tmp_path.glob("seen-*")]
        assert max(seen) == 2

    def test_draws_of_a_period_come_one_after_the_other(self):
        slow = "import time; time.sleep(0.2); print('x: published.')"
        draws = [replace(task(name, slow), draws=True) for name in ("d1", "d2")]
        other = replace(task("e", slow), draws=True, period="2026-10")
        steps: list[str] = []
        run_side_by_side([*draws, other, task("f", slow)], jobs=4, progress=steps.append)
        assert steps[:3] == ["d1: started", "e: started", "f: started"]
        assert steps.index(_said(steps, "d1: published")) < steps.index("d2: started")

    def test_no_draw_begins_while_another_waits_for_its_seed(self):
        first = replace(task("d1", _end(3, "It waits.")), draws=True)
        second = replace(task("d2", DONE), draws=True)
        ended = run_side_by_side([first, second, task("e", DONE)], jobs=2, progress=silent)
        assert [one.state for one in ended] == ["waiting", "not started", "published"]
        assert ended[1].message == "It waits for d1, whose draw waits for its seed."
        assert exit_code(ended) == 3

    def test_what_cannot_be_started(self, tmp_path):
        lost = MonthTask("a", "A", (str(tmp_path / "none"),), "", "2026-11", tmp_path)
        (ended,) = run_side_by_side([lost], jobs=1, progress=silent)
        assert ended.state == "failed"
        assert "could not be started" in ended.message

    def test_an_interruption_ends_what_was_started(self, tmp_path):
        mark = tmp_path / "still there"
        slow = task("slow", f"import time; time.sleep(3); open({str(mark)!r}, 'w')")

        def interrupt(step: str) -> None:
            if step == "quick: published (0 s)":
                raise KeyboardInterrupt

        begun = time.perf_counter()
        with pytest.raises(KeyboardInterrupt):
            run_side_by_side([slow, task("quick", DONE)], jobs=2, progress=interrupt)
        assert time.perf_counter() - begun < 2.5
        assert not mark.exists()

    @pytest.mark.parametrize(
        ("states", "code"),
        [
            (("published", "already published", "nothing yet"), 0),
            (("published", "waiting"), 3),
            (("waiting", "refused", "not started"), 2),
            (("waiting", "refused", "failed"), 4),
            ((), 0),
        ],
    )
    def test_exit_codes(self, states, code):
        assert exit_code([Ended(task("a"), state) for state in states]) == code


def _end(code: int, *lines: str) -> str:
    said = "\n".join(lines)
    return f"import sys; sys.stderr.write({said!r}); sys.exit({code})"


def _said(steps: list[str], begins: str) -> str:
    return next(step for step in steps if step.startswith(begins))


PARTS = {"title": "A month", "question": "What?", "missing": (), "provenance": {}}


class TestIndexPage:
    def test_for_everybody_it_leads_to_nothing_restricted(self):
        for href in ("../../x/restricted/a.html", "/shareable/restricted/a.html", "a.html"):
            one = Linked("Plan", "November", (Link(href, "Page"),))
            with pytest.raises(DisclosureError, match="may lead to shareable files only"):
                build_index(**PARTS, audience="shareable", published=[one], due=())

    def test_for_everybody_it_holds_no_number_that_was_typed(self):
        due = [Due("Visit of 3 homes", "PSW")]
        with pytest.raises(DisclosureError, match="the calendar's title"):
            build_index(**PARTS, audience="shareable", published=(), due=due)

    def test_nothing_yet(self):
        page = build_index(**PARTS, audience="shareable", published=(), due=())
        assert "Nothing yet." in page
        assert "What is missing" not in page

    def test_titles_are_text(self):
        due = [Due("<script>alert()</script>", "a & b")]
        page = build_index(**PARTS, audience="restricted", published=(), due=due)
        assert "<script" not in page
        assert "&lt;script&gt;" in page

    def test_the_last_redraw_is_linked(self, tmp_path):
        for name in ("2026-11", "2026-11-r1", "2026-11-r10", "2026-11-r2", "2026-11-re_audit"):
            (tmp_path / name).mkdir()
        one = task("monthly", folder=str(tmp_path / "2026-11"))
        assert one.published_folder.name == "2026-11-r10"
        other = task("re", folder=str(tmp_path / "2026-11-re_audit"))
        assert other.published_folder.name == "2026-11-re_audit"

    def test_the_same_index_is_left_and_another_replaces_it(self, tmp_path, monkeypatch):
        monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
        settings = MonthlyAuditPlan()
        place = settings.outputs_folder
        plan = place / "2026-11" / "shareable"
        plan.mkdir(parents=True)
        (plan / "audit_plan.html").touch()
        done = Ended(task("monthly", folder=str(place / "2026-11")), "published")
        lost = Ended(task("found"), "refused", "Table S0012 is empty.")
        first = publish_index(settings, "2026-11", [done, lost], ())
        assert first.outcome == "published"
        assert faults_of(first.folder) == ()
        again = [Ended(done.task, "already published"), lost]
        assert publish_index(settings, "2026-11", again, ()).outcome == "already published"
        assert "S0012" in (first.folder / RESTRICTED_PAGE).read_text(encoding="utf-8")
        assert "S0012" not in (first.folder / PAGE).read_text(encoding="utf-8")
        (first.folder / PAGE).write_text("altered", encoding="utf-8")
        assert publish_index(settings, "2026-11", again, ()).outcome == "published"
        assert faults_of(first.folder) == ()
        assert sorted(path.name for path in place.iterdir() if path.name[0] != ".") == [
            "2026-11",
            "2026-11-month",
            "2026-11-month.replaced-1",
        ]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [str(value) for name, value in attrs if tag == "a" and name == "href"]


def links_of(page: Path) -> list[str]:
    reader = _Links()
    reader.feed(page.read_text(encoding="utf-8"))
    return [link for link in reader.links if not link.startswith("#")]


@pytest.fixture
def qa(monkeypatch, capsys):
    """Call the command line; give its exit code, what it printed and what it complained of."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qa-sampling", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path / "out"))
    monkeypatch.setenv("QA_SAMPLING_HOME", str(ROOT))
    return tmp_path


FEW = {"audits": 8, "row_minimum": None, "column_minimum": None}
SMALL = [
    {"name": "findings", "run": "audit_findings", "months_back": 1},
    PLAN | {"parameters": FEW},
    {"name": "themed", "title": "Themed audits", "run": "monthly_audit_plan", "after": ["monthly"]}
    | {"parameters": FEW | {"design": "themed"}},
    {"name": "week", "title": "Practice week", "months": [11], "owner": "Social Worker"},
    {"name": "never", "run": "audit_findings", "months": [1]},
]


def test_a_month_whole(qa, place, monkeypatch):
    """What waits, what is refused, the seed given, the rest done; the index after each."""
    monkeypatch.setenv("QA_SAMPLING_COMMAND", "python run.py")
    shared = ("authority", "extract", "extra_tables")
    values = own_values(write_small(place / "data"))
    own, asked = place / "own.yml", place / "calendar.yml"
    own.write_text(yaml.safe_dump({name: values[name] for name in shared}), encoding="utf-8")
    asked.write_text(yaml.safe_dump({"entries": SMALL}), encoding="utf-8")
    line = ("month", "2026-11", "-f", own, "--calendar", asked, "-p", "reserves=1")

    code, out, _ = qa(*line, "--dry-run")
    assert code == 0
    assert re.findall(r"^(\w+):", out, re.M) == ["findings", "monthly", "themed", "due"]
    assert not (place / "out").exists()

    assert qa("key")[0] == 0
    code, out, err = qa(*line)
    assert code == 2
    assert "Waiting for a seed (3): Monthly (monthly)" in out
    assert "Refused (2): Findings (findings)" in out
    assert "Not started: Themed audits (themed)\n  It waits for monthly, which" in out
    assert f"What is missing is done by: python run.py month 2026-11 -f {own}" in out
    assert "· monthly: waiting (" in err
    index = place / "out" / "2026-11-month"
    assert links_of(index / PAGE) == []

    code, out, _ = qa(*line, "-p", "monthly.seed", "31415926535")
    assert code == 3
    assert "Nothing to look at yet (5): Findings (findings)" in out
    assert f"{asked} -p reserves=1" in out
    assert "31415926535" not in out
    assert "Published: Monthly (monthly)" in out
    assert "Waiting for a seed (3): Themed audits (themed)" in out
    assert faults_of(index) == ()
    shared, all_of_it = links_of(index / PAGE), links_of(index / RESTRICTED_PAGE)
    assert {Path(link).name for link in shared} == {"audit_plan.html", "audit_plan_tables.xlsx"}
    assert {Path(link).name for link in set(all_of_it) - set(shared)} == {
        "audit_plan_restricted.html",
        "audit_plan_2026-11.xlsx",
        "data_quality.xlsx",
    }
    assert all((index / "shareable" / link).is_file() for link in shared)
    assert all((index / "restricted" / link).is_file() for link in all_of_it)
    text = (index / PAGE).read_text(encoding="utf-8")
    assert "<strong>Findings</strong>: there was nothing to look at yet." in text
    assert "Practice week" in text
    assert "Social Worker" in text
    assert "restricted/" not in text


def test_a_calendar_that_does_not_hold_writes_nothing(qa, place):
    asked = place / "calendar.yml"
    asked.write_text("entries:\n  - {name: a, run: tarot}\n", encoding="utf-8")
    for words in (("month", "2026-11"), ("calendar", "2026")):
        code, _, err = qa(*words, "--calendar", asked)
        assert code == 2
        assert "tarot (entry a)" in err
    code, _, err = qa("month", "2026-11", "--as-at", "last week")
    assert code == 2
    assert "`--as-at` must be a day" in err
    assert not (place / "out").exists()


def test_the_year_in_print_and_as_a_workbook(qa, place):
    code, out, _ = qa("calendar", "2027", "--save", place / "year.xlsx")
    assert code == 0
    months = re.findall(r"^\w+ 2027$", out, re.M)
    assert len(months) == 12
    august = out.partition("August 2027")[2].partition("September 2027")[0]
    assert "Practice Evaluations" not in august
    assert "due   Training exercise of all auditors: Head of Quality Assurance" in august
    book = openpyxl.load_workbook(place / "year.xlsx")
    glance = list(book["At a glance"].iter_rows(values_only=True))
    (plan,) = [row for row in glance if row[0] == "Practice Evaluations"]
    assert "".join({"runs": "x", "–": "."}[mark] for mark in plan[2:]) == "xxxxxxx.xxx."
    (survey,) = [row for row in glance if row[0] == "Survey of families and children"]
    assert [place for place, mark in enumerate(survey[2:], 1) if mark == "due"] == [3, 9]
    sheet = book["Programme"]
    assert len(sheet.tables) == 1
    rows = list(sheet.iter_rows(values_only=True))
    assert sum(row[0] == "August 2027" for row in rows) == august.count("\n  ")
    code, _, err = qa("calendar", "2027", "--save", place / "year.xlsx")
    assert code == 2
    assert "must name a new .xlsx file" in err


def test_pages_that_read_the_register_wait_for_what_came_back() -> None:
    """A page whose register changes while it is made would fail."""
    calendar = read_calendar(DEFAULT)
    entries = {one.name: one for one in calendar.entries}

    def waits(name: str) -> set[str]:
        return {name}.union(*(waits(before) for before in entries[name].after))

    reading = {"audit_findings", "moderation_agreement", "actions_and_activity"}
    reading |= {"outcome_trends", "qa_programme"}
    asked = [one for one in calendar.entries if one.run in reading]
    assert {one.run for one in asked} == reading
    assert [one.name for one in asked if "collected" not in waits(one.name)] == []


def test_the_index_leads_to_the_page_first_and_to_slides_once(tmp_path):
    """Fourteen slides are one link: to what each shows, with the names of their files."""
    shareable = tmp_path / "2026-10-programme" / "shareable"
    shareable.mkdir(parents=True)
    names = ("members_page.html", "programme.html", "slide_a.png", "slide_b.png")
    for name in (*names, "slides_in_words.txt"):
        (shareable / name).touch()
    links = [*month_index._links(shareable.parent, "shareable")]
    assert [one.text for one in links] == [
        "Page", "Page for elected members", "Slides, listed with what each shows"
    ]  # fmt: skip
    assert links[-1].href.endswith("/shareable/slides_in_words.txt")
