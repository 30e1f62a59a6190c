"""The trend explorer: one measure from every side, its rebase decided, its deep dive handed over.

It holds what is chosen and typed, and computes nothing: charts, rules, proposals and signals are
those of ``runs.outcomes.exploring``, the sentences those of ``reporting.explorer_view``.
"""

from __future__ import annotations

import html
from typing import Any

from qa_sampling.errors import QASamplingError
from qa_sampling.reporting.alt_texts import control_chart_alt
from qa_sampling.reporting.explorer_view import (
    finding_words,
    fired_view,
    rules_words,
    twin_view,
)
from qa_sampling.reporting.outcomes_view import unable_view
from qa_sampling.reporting.plots import control_chart
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.outcomes.asked import Asked, Look
from qa_sampling.runs.outcomes.exploring import Exploration, first_asked
from qa_sampling.runs.outcomes.registered import FindingsOf, read_registered
from qa_sampling.settings.explorer import TrendExplorer
from qa_sampling.trends.chart_kinds import CHARTS
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.widgets.frontend import keep_keys, shell_of_somebody
from qa_sampling.widgets.trend_deciding import DiveForm, RebaseForm
from qa_sampling.widgets.trend_files import scheduled_trends
from qa_sampling.widgets.words import STYLE, new_figure, picture_html, said_html, table_html

KINDS = {
    "all": "Everybody", "service": "Service", "team": "Team", "source": "Source of referral",
    "need": "Need", "age": "Age", "gender": "Gender", "ethnicity": "Ethnic group",
}  # fmt: skip
PERIODS = {"month": "Month", "quarter": "Quarter", "rolling": "Rolling 12 months"}
RULE_SETS = {
    "ours": "Ours: chart and rules that fit the data",
    "mdc": "Making Data Count (XmR)",
    "nhsr": "NHSRplotthedots (XmR)",
    "excel": "Making Data Count's workbook (XmR)",
    "anhoej": "Anhøj's runs and crossings (run chart)",
}
CHARTS_OFFERED = {"": "As fits the data or the rules"} | {
    name: one.words[:1].upper() + one.words[1:]
    for name, one in CHARTS.items()
    if name != "sampled_grade"
}
_HIGH = 4.4
_FIRED = ("What fired",)
_LOOKS = (
    "<style>"
    ".qa-trends .qa-above { flex-direction: column; height: auto; }"
    "\n.qa-trends .qa-above .widget-label { width: auto; text-align: left; font-weight: 600; }"
    "\n.qa-trends .qa-above select, .qa-trends .qa-above input { width: 100%; flex: none; }"
    "\n.qa-trends :focus-visible { outline: 3px solid #1a6fc4 !important; outline-offset: -3px; }"
    "\n.qa-trends .qa-above select { height: var(--jp-widgets-inline-height); }"
    "\n.qa-trends p, .qa-trends h3 { line-height: 1.35; }"
    "\n.qa-trends h3 { font-size: 1.15em; margin: 1em 0 .2em; }"
    "\n.qa-trends .qa-table td { max-width: 40em; white-space: normal; }"
    "\n.qa-trends .qa-twin tbody tr > * { padding-top: .1em; padding-bottom: .1em; }</style>"
)


def explore(settings: TrendExplorer, told: Told, findings: FindingsOf | None = None) -> Exploration:
    """Give what is explored: extracts and register, with the scheduled run's targets and rebases.

    Parameters
    ----------
    settings : TrendExplorer
        Checked parameters.
    told : Told
        What ``read_outcomes`` gave.
    findings : callable, optional
        Brings audits together with their draws (``runs.findings.steps.findings_of``); without it
        the register is not read.

    Raises
    ------
    ParameterError
        With every fault of the scheduled run's file.
    """
    trends = scheduled_trends(settings.trends_file)
    if findings is None:
        return Exploration(told, settings, trends)
    asked = trends.model_copy(update={name: getattr(settings, name) for name in _SAME})
    return Exploration(told, settings, trends, read_registered(asked, findings))


_SAME = (
    "authority", "extract", "extra_tables", "register_at", "outputs", "key_file", "period", "as_at",
    "months",
)  # fmt: skip
"""What is taken from the explorer's parameters, whatever the scheduled run has."""


def trend_explorer(found: Exploration) -> None:
    """Show the trend explorer; silent where nobody works in the notebook.

    Parameters
    ----------
    found : Exploration
        What ``explore`` gave.
    """
    if shell_of_somebody() is None:
        return
    from IPython.display import display

    display(TrendDesk(found).box)


class TrendDesk:
    """The choices, what they show, and the two things that can be written.

    Parameters
    ----------
    found : Exploration
        What ``explore`` gave.
    """

    def __init__(self, found: Exploration) -> None:
        import ipywidgets as widgets

        self.found = found
        self._filling = False
        self.shown, self.tables = widgets.HTML(), widgets.HTML()
        self.rebase = RebaseForm(found, self.look)
        self.dive = DiveForm(found)
        self._make_choices(first_asked(found))
        row = {"flex_flow": "row wrap", "align_items": "flex-start"}
        choices = [self.measure, self.unit_kind, self.unit, self.every, self.rules, self.chart]
        unable = table_html(unable_view(found.unable()), caption="What the data cannot tell")
        self.box = widgets.VBox([
            widgets.HTML(f"{STYLE}{_LOOKS}"), widgets.HBox(choices, layout=row), self.shown,
            self.rebase.box, self.dive.box, self.tables, widgets.HTML(unable),
        ])  # fmt: skip
        self.box.add_class("qa-trends")
        keep_keys(self.box)
        for one in choices:
            one.observe(lambda change: self._changed(change["owner"]), names="value")
        self.look()

    def _make_choices(self, asked: Asked) -> None:
        measures = {one.title: name for name, one in self.found.tellable().items()}
        kinds = {KINDS[one]: one for one in self.found.unit_kinds()}
        self.measure = _choice("Measure", measures, asked.measure, "26em")
        self.unit_kind = _choice("Unit", kinds, asked.unit_kind, "11em")
        self.unit = _choice("Which", {}, None, "16em")
        self.every = _choice("Period", _turned(PERIODS), asked.every, "11em")
        self.rules = _choice("Rules", _turned(RULE_SETS), asked.rules, "22em")
        self.chart = _choice("Chart", _turned(CHARTS_OFFERED), asked.chart, "22em")
        self.freeze = asked.freeze
        self._fill_units(asked.unit)

    def _fill_units(self, wanted: str | None) -> None:
        """List the units of the kind; the one shown before stays where it is there too."""
        units = self.found.units(self.measure.value, self.unit_kind.value)
        self.unit.options = units
        first = units[0] if units else None
        self.unit.value = wanted if wanted in units else first
        self.unit.disabled = self.unit_kind.value == "all"

    def _changed(self, control: Any) -> None:  # noqa: ANN401 (an ipywidgets control)
        if self._filling:
            return
        if control in (self.measure, self.unit_kind):
            self._filling = True
            self._fill_units(self.unit.value)
            self._filling = False
        self.look()

    @property
    def asked(self) -> Asked:
        """What is chosen."""
        return Asked(
            self.measure.value, self.unit_kind.value, self.unit.value or EVERYBODY,
            self.every.value, self.rules.value, self.chart.value, self.freeze,
        )  # fmt: skip

    def look(self) -> None:
        """Show what is chosen; what cannot be shown is told instead."""
        asked = self.asked
        try:
            look = self.found.look(asked)
        except QASamplingError as error:
            self.shown.value, self.tables.value = said_html(str(error), fault=True), ""
            self.rebase.show(None, asked)
        else:
            self.shown.value, self.tables.value = look_html(look), twin_html(look)
            self.rebase.show(look, asked)
        self.dive.show(asked)


def look_html(look: Look) -> str:
    """Give a look as HTML: the finding, the picture in words as well, what fired and why.

    Parameters
    ----------
    look : Look
        Of ``Exploration.look``.
    """
    said, control = html.escape, look.control
    figure, ax = new_figure(_HIGH)
    control_chart(control, ax=ax)
    parts = [
        f"<h3>{said(control.measure)}, {said(control.scope)}</h3>",
        f"<p class='qa-note' role='status'><b>{said(finding_words(control, look.chart))}</b></p>",
        picture_html(figure, alt=str(control_chart_alt(control))),
        *(f"<p class='qa-note'>{said(one)}</p>" for one in look.notes),
    ]
    if look.chart is not None:
        fired = fired_view(look.chart)
        if len(fired):
            parts.append(
                table_html(fired, caption="Every rule that fired, and why it matters", words=_FIRED)
            )
        parts.append(f"<p class='qa-note'>{said(rules_words(look.chart))}</p>")
    return "".join(parts)


def twin_html(look: Look) -> str:
    """Give the table that says all that the chart shows as HTML.

    Parameters
    ----------
    look : Look
        Of ``Exploration.look``.
    """
    table = twin_view(look.control, look.counts)
    shown = table_html(table, caption="The chart as a table", words=_FIRED)
    return f"<div class='qa-twin'>{shown}</div>"


def _turned(words: dict[str, str]) -> dict[str, str]:
    return {shown: name for name, shown in words.items()}


def _choice(title: str, options: dict[str, str], value: str | None, width: str) -> Any:  # noqa: ANN401
    """Give a list to choose one of, with its title above."""
    import ipywidgets as widgets

    made = widgets.Dropdown(
        options=options, value=value, description=title,
        layout={"width": width, "max_width": "100%", "margin": "0 1em .4em 0"},
    )  # fmt: skip
    made.add_class("qa-above")
    return made
