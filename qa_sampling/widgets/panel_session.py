"""The panel's session: cases far apart, what the panel decides of each, and what that changes.

It holds what is chosen and typed, and decides nothing: cases, counts and coefficients are made by
``runs.moderation.session``. The register is asked anew after every decision, so what is shown
is what is recorded, also after the kernel was restarted.
"""

from __future__ import annotations

import html
from datetime import date
from typing import Any

from qa_sampling.errors import QASamplingError
from qa_sampling.records.register import Register
from qa_sampling.records.returned import REFLECTS
from qa_sampling.reporting.panel_view import (
    NOT_COMPARABLE,
    answers_view,
    effect_view,
    nearer_view,
    progress_words,
    standards_view,
)
from qa_sampling.runs.moderation.minutes import write_minutes
from qa_sampling.runs.moderation.session import Decision, Meeting, meeting_of, record_decision
from qa_sampling.runs.moderation.steps import review_of
from qa_sampling.runs.returns_in import staff_of
from qa_sampling.schema import GRADES, NOT_RECORDED
from qa_sampling.settings.common import home
from qa_sampling.settings.panel import PanelSession
from qa_sampling.widgets.frontend import keep_keys, shell_of_somebody
from qa_sampling.widgets.words import STYLE, said_html, table_html

_AS_WIDE = {"width": "max-content", "align_self": "flex-start"}
SIZES = ("Normal", "Large", "Very large")
_NOTE_SAYS = "What auditors should do differently; no names of children or families"
_SIZED = (
    "<style>"
    + "".join(
        f".qa-size-{place} {{ --jp-widgets-font-size: {size}px; --jp-widgets-inline-height: "
        f"{2 * size + 2}px; --jp-widgets-inline-label-width: 9em; font-size: {size}px; }}\n"
        f".qa-size-{place} .qa-table {{ font-size: {size}px; }}\n"
        for place, size in enumerate((13, 18, 25))
    )
    + ".qa-panel select, .qa-panel textarea { font-size: var(--jp-widgets-font-size) !important; }"
    "\n.qa-panel :focus-visible { outline: 3px solid #1a6fc4 !important; outline-offset: -3px; }"
    "\n.qa-panel .qa-above { flex-direction: column; height: auto; }"
    "\n.qa-panel .qa-above .widget-label { width: auto; text-align: left; font-weight: 600; }"
    "\n.qa-panel .qa-above select, .qa-panel .qa-above textarea { width: 100%; flex: none; }"
    "\n.qa-panel .qa-above select { height: auto; }"
    "\n.qa-panel p, .qa-panel h3 { line-height: 1.35; }"
    "\n.qa-panel .qa-table thead th { white-space: normal; max-width: 12em; }"
    "\n.qa-panel h3 { font-size: 1.15em; margin: .6em 0 .2em; }"
    "\n.qa-panel .qa-table tbody tr > * { padding-top: .15em; padding-bottom: .15em; }</style>"
)


def panel_session(settings: PanelSession, register: Register) -> None:
    """Show the panel's session; silent where nobody works in the notebook.

    Parameters
    ----------
    settings : PanelSession
        Checked parameters.
    register : Register
        Holds audits and moderations, and takes the decisions.
    """
    if shell_of_somebody() is None:
        return
    from IPython.display import display

    display(PanelDesk(settings, register).box)


class PanelDesk:
    """The list of cases, the form of one decision, and what the decisions so far change.

    Parameters
    ----------
    settings : PanelSession
        Checked parameters.
    register : Register
        Holds audits and moderations, and takes the decisions.
    """

    def __init__(self, settings: PanelSession, register: Register) -> None:
        self.settings, self.register = settings, register
        self.review = review_of(settings, register, staff_of(settings))
        self._make_controls()
        self.meeting: Meeting = meeting_of(self.review, settings, register)
        self._fill_list(self._first_open())
        self.show_case()
        self.show_effect()
        self.list.observe(lambda change: self.show_case(), names="value")
        self.size.observe(lambda change: self.resize(), names="index")
        self.record_button.on_click(lambda button: self.record())
        self.minutes_button.on_click(lambda button: self.minutes())

    def _make_controls(self) -> None:
        import ipywidgets as widgets

        wide = {"layout": {"width": "98%", "max_width": "60em"}}
        short = {"style": {"description_width": "initial"}}
        self.size = widgets.ToggleButtons(options=SIZES, description="Text size", **short)
        self.progress, self.case, self.told = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.effect, self.minutes_told = widgets.HTML(), widgets.HTML()
        self.list = widgets.Select(options=[], description="Case", **wide)
        self.grade = _choice("Final overall grade", GRADES)
        answers = [("Not answered" if one == NOT_RECORDED else one, one) for one in _in_order()]
        self.reflects = _choice("Does the audit reflect practice?", answers)
        self.learning = _choice("Is there meaningful learning?", answers)
        self.note = widgets.Textarea(
            placeholder=_NOTE_SAYS, description="What we learned", continuous_update=False,
            rows=3, **wide,
        )  # fmt: skip
        self.record_button = widgets.Button(
            description="Record decision", button_style="primary", layout=_AS_WIDE
        )
        self.minutes_button = widgets.Button(description="Write the minutes", layout=_AS_WIDE)
        row = {"flex_flow": "row wrap", "align_items": "flex-start"}
        self.box = widgets.VBox([
            widgets.HTML(f"{STYLE}{_SIZED}"), self.size, self.progress, self.list, self.case,
            widgets.HBox([self.grade, self.reflects, self.learning], layout=row),
            self.note, self.record_button, self.told, self.effect,
            self.minutes_button, self.minutes_told,
        ])  # fmt: skip
        for control in (self.list, self.grade, self.reflects, self.learning, self.note):
            control.add_class("qa-above")
        self.box.add_class("qa-panel")
        keep_keys(self.box)
        self.resize()

    def resize(self) -> None:
        """Show everything in the size of text that is chosen."""
        for place in range(len(SIZES)):
            self.box.remove_class(f"qa-size-{place}")
        self.box.add_class(f"qa-size-{self.size.index}")

    def show_case(self) -> None:
        """Show the chosen case, and what was decided of it."""
        case = self._chosen()
        self.told.value = ""
        self.record_button.disabled = case is None
        if case is None:
            self.case.value = ""
            return
        standards = self.meeting.standards
        mine = standards[standards["audit_id"] == case["audit_id"]]
        self.case.value = case_html(case, mine, gap=self.settings.gap)
        decided = isinstance(case["final_grade"], str)
        self.grade.value = case["final_grade"] if decided else None
        for control, name in (
            (self.reflects, "reflects_practice"),
            (self.learning, "meaningful_learning"),
        ):
            said = case[name] if isinstance(case[name], str) else NOT_RECORDED
            control.value = said if decided else None
        self.note.value = case["note"] if decided and isinstance(case["note"], str) else ""
        self.record_button.description = "Record the change" if decided else "Record decision"

    def record(self) -> None:
        """Record the decision in the register, and go on to the next case."""
        case = self._chosen()
        lacking = self._lacking()
        if case is None or lacking:
            self._say(f"Nothing is recorded yet. Choose {lacking}.", fault=True)
            return
        number = self.list.value + 1
        decision = Decision(
            case["audit_id"], self.grade.value, self.reflects.value, self.learning.value,
            self.note.value,
        )  # fmt: skip
        try:
            record_decision(self.register, decision, day=self._day())
            self.meeting = meeting_of(self.review, self.settings, self.register)
        except QASamplingError as error:
            self._say(str(error), fault=True)
            return
        following = self._first_open(after=number)
        self._fill_list(self.list.value if following is None else following)
        self.show_case()
        self.show_effect()
        words = f"Case {number} is recorded: {decision.grade}."
        if following is None:
            words += f" {progress_words(self.meeting.cases)}"
        else:
            words += f" Here is case {following + 1}."
            self.grade.focus()
        self._say(words, fault=False)

    def show_effect(self) -> None:
        """Show counts, coefficients and answers as they stand after the decisions so far."""
        meeting, said = self.meeting, html.escape
        words = progress_words(meeting.cases)
        self.progress.value = f"<p class='qa-note' role='status'><b>{said(words)}</b></p>"
        asked = {"weights": self.settings.weights, "level": self.settings.level}
        few = self.settings.fewest_for_interval
        effect = effect_view(meeting.before, meeting.after, **asked, fewest=few)
        shown = table_html(effect, caption="Counts and coefficients")
        shown += table_html(nearer_view(meeting.nearer()), caption="Where the final grades lie")
        shown += table_html(answers_view(meeting.cases), caption="The panel’s two questions")
        note = f"<p class='qa-note'>{said(NOT_COMPARABLE)}</p>"
        self.effect.value = (
            f"<h3>What the decisions change</h3><div class='qa-tables'>{shown}</div>{note}"
        )

    def minutes(self) -> None:
        """Write the minutes, and say where they are."""
        try:
            path = write_minutes(self.meeting, self.settings, self.register)
        except QASamplingError as error:
            self.minutes_told.value = said_html(str(error), fault=True)
            return
        inside = path.is_relative_to(home())
        where = path.relative_to(home()).as_posix() if inside else str(path)
        self.minutes_told.value = said_html(f"The minutes are written: {where}. Restricted.")

    def _chosen(self) -> dict[str, Any] | None:
        place = self.list.value
        return None if place is None else self.meeting.cases.iloc[place].to_dict()

    def _lacking(self) -> str:
        """Say what is not chosen yet."""
        asked = {
            "the final grade": self.grade,
            "whether the audit reflects practice": self.reflects,
            "whether there is meaningful learning": self.learning,
        }
        return " and ".join(words for words, one in asked.items() if one.value is None)

    def _first_open(self, after: int = 0) -> int | None:
        """Give the first undecided case from a place on, round to the beginning; None: all are."""
        n = len(self.meeting.cases)
        still = self.meeting.cases["final_grade"].isna().tolist()
        return next((one % n for one in range(after, after + n) if still[one % n]), None)

    def _fill_list(self, place: int | None) -> None:
        rows = enumerate(self.meeting.cases.itertuples())
        options = [(line_of(number + 1, row), number) for number, row in rows]
        first = 0 if options else None
        self.list.rows = min(max(len(options), 2), 10)
        self.list.options = options
        self.list.value = first if place is None else place

    def _day(self) -> date:
        named = self.settings.meeting
        return date.fromisoformat(named) if named else date.today()

    def _say(self, text: str, *, fault: bool) -> None:
        self.told.value = said_html(text, fault=fault)


def line_of(number: int, case: Any) -> str:  # noqa: ANN401 (a row)
    """Give a case as a line of the list.

    Parameters
    ----------
    number : int
        Its number, from 1.
    case : row
        Of ``Meeting.cases``.
    """
    decided = isinstance(case.final_grade, str)
    start = f"✓ {number}. decided {case.final_grade}:" if decided else f"… {number}."
    grades = f"{case.auditor_grade} / {case.moderator_grade}"
    return f"{start} {grades}, {case.period}, {case.case_ref[:8]}"


def case_html(case: dict[str, Any], standards: Any, *, gap: int) -> str:  # noqa: ANN401
    """Give a case as HTML: its reference, both overall grades, then every standard.

    Parameters
    ----------
    case : dict
        A row of ``Meeting.cases``.
    standards : DataFrame
        Its rows of ``Meeting.standards``.
    gap : int
        Grades apart from which a standard is marked.
    """
    said = html.escape
    about = f"Case {case['case_ref']}, audit {case['audit_id']} of {case['period']}, {case['team']}"
    grades = (
        f"Overall: auditor <b>{said(case['auditor_grade'])}</b>, "
        f"moderator <b>{said(case['moderator_grade'])}</b>."
    )
    caption = f"By standard; ◀ marks {gap} or more grades apart"
    table = table_html(standards_view(standards, gap=gap), caption=caption)
    return f"<h3>{said(about)}</h3><p class='qa-note'>{grades}</p>{table}"


def _choice(title: str, options: Any) -> Any:  # noqa: ANN401
    """Give a list to choose one of: one stop of the Tab key, arrow keys within."""
    import ipywidgets as widgets

    return widgets.Select(
        options=options, value=None, rows=len(options), description=title,
        style={"description_width": "initial"}, layout={"width": "auto", "margin": "0 2em 0 0"},
    )  # fmt: skip


def _in_order() -> tuple[str, ...]:
    order = ("Yes", "Partly", "No", NOT_RECORDED)
    return tuple(sorted(REFLECTS, key=order.index))
