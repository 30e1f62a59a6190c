"""The two things that the trend explorer writes: a decided rebase, and a deep dive's parameters."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import ValidationError

from qa_sampling.errors import QASamplingError
from qa_sampling.reporting.explorer_view import measure_signals_view, proposed_view, when_words
from qa_sampling.runs.outcomes.exploring import Asked, Exploration, Look
from qa_sampling.settings.outcomes import RebaseDecision
from qa_sampling.trends.rebasing import Rebase
from qa_sampling.trends.spikes import Signal
from qa_sampling.widgets.trend_files import (
    dive_file_name,
    record_rebase,
    scheduled_trends,
    write_dive,
)
from qa_sampling.widgets.words import said_html, table_html

_ROW = {"flex_flow": "row wrap", "align_items": "flex-end"}
_ONE_MEASURE = (
    "Signals of this measure alone, looked for in everybody and unit by unit; the scheduled run "
    "looks at all measures together and keeps fewer."
)
_FOR_ALL = (
    "A decision holds for everybody: choose Everybody to record one. The lines of units are not "
    "set anew."
)


class RebaseForm:
    """What the change scan proposes, and the recording of a decision.

    Parameters
    ----------
    found : Exploration
        What is explored; after a decision its ``trends`` are read anew.
    then : Callable
        Called without arguments after a decision was recorded.
    """

    def __init__(self, found: Exploration, then: Callable[[], None]) -> None:
        import ipywidgets as widgets

        self.found, self._then = found, then
        self._asked: Asked | None = None
        self.proposed, self.told = widgets.HTML(), widgets.HTML()
        self.since = _above(widgets.Dropdown(options=[], description="New line since"), "11em")
        self.by = _above(_text("Decided by (role or name)"), "15em")
        self.reason = _above(_text("Why: what changed"), "26em")
        self.day = _above(_text("Decided on"), "9em", date.today().isoformat())
        self.button = widgets.Button(
            description="Record rebase", button_style="primary", layout={"margin": "0 0 .4em 0"}
        )
        self.button.on_click(lambda button: self.record())
        self.controls = widgets.HBox(
            [self.since, self.by, self.reason, self.day, self.button], layout=_ROW
        )
        self.box = widgets.VBox([self.proposed, self.controls, self.told])

    def show(self, look: Look | None, asked: Asked) -> None:
        """Show the proposals of a look; the form only where one can be recorded.

        Parameters
        ----------
        look : Look or None
            What is shown; None when nothing can be.
        asked : Asked
            What was asked for.
        """
        if self._asked != asked:
            self.told.value = ""
        self._asked = asked
        proposals = look.proposals if look else ()
        held = asked.unit_kind == "all" and bool(proposals)
        self.controls.layout.display = None if held else "none"
        self.since.options = [(f"{one.date:%B %Y}", f"{one.date:%Y-%m-%d}") for one in proposals]
        self.since.value = self.since.options[-1][1] if proposals else None
        parts = ["<h3>Has the level changed for good?</h3>"]
        decided = self.found.decided(asked)
        parts += [f"<p class='qa-note'>{html.escape(_decided_words(one))}</p>" for one in decided]
        if proposals:
            caption = "Proposed; nothing is set anew without a decision"
            parts.append(table_html(proposed_view(proposals), caption=caption))
            parts += [] if held else [f"<p class='qa-note'>{_FOR_ALL}</p>"]
        else:
            parts.append("<p class='qa-note'>No change of level is proposed.</p>")
        self.proposed.value = "".join(parts)

    def record(self) -> None:
        """Add the decision to the scheduled run's file, and show the chart with it."""
        asked = self._asked
        lacking = [
            words
            for words, one in (("who decides", self.by), ("what changed", self.reason))
            if not one.value.strip()
        ]
        if asked is None or not self.since.value or lacking:
            what = " and ".join(lacking) or "a proposal"
            self.told.value = said_html(f"Nothing is recorded yet. Say {what}.", fault=True)
            return
        try:
            decision = RebaseDecision(
                measure=asked.measure, since=self.since.value, by=self.by.value.strip(),
                reason=self.reason.value.strip(), decided=self.day.value.strip(),
            )  # fmt: skip
            self.found.check_rebase(asked, date.fromisoformat(decision.since))
            path = record_rebase(decision, self.found.settings)
            self.found.trends = scheduled_trends(self.found.settings.trends_file)
        except ValidationError as error:
            self.told.value = said_html(f"Nothing is recorded. {_faults(error)}", fault=True)
            return
        except QASamplingError as error:
            self.told.value = said_html(str(error), fault=True)
            return
        self._then()
        self.by.value = self.reason.value = ""
        self.told.value = said_html(
            f"Recorded in parameters/{path.name}: {decision.reason} ({decision.by}). The chart "
            "above and the scheduled run have the new centre line."
        )


class DiveForm:
    """The signals of a measure, and the writing of a deep dive's parameters.

    Parameters
    ----------
    found : Exploration
        What is explored.
    """

    def __init__(self, found: Exploration) -> None:
        import ipywidgets as widgets

        self.found = found
        self._signals: dict[str, Signal] = {}
        self._asked: Asked | None = None
        self.shown, self.told = widgets.HTML(), widgets.HTML()
        self.which = _above(widgets.Dropdown(options=[], description="Look into"), "24em")
        self.name = _above(_text("as file"), "22em")
        self.replace = widgets.Checkbox(
            description="Replace a file of that name", indent=False, layout={"width": "16em"}
        )
        self.button = widgets.Button(
            description="Write the deep dive's parameters", button_style="primary",
            layout={"width": "auto", "margin": "0 0 .4em 0"},
        )  # fmt: skip
        self.which.observe(lambda change: self._named(), names="value")
        self.button.on_click(lambda button: self.write())
        self.controls = widgets.HBox(
            [self.which, self.name, self.replace, self.button], layout=_ROW
        )
        self.box = widgets.VBox([self.shown, self.controls, self.told])

    def show(self, asked: Asked) -> None:
        """Show the signals of the measure that is chosen, the chosen unit's first.

        Parameters
        ----------
        asked : Asked
            What is looked at.
        """
        if self._asked == asked:
            return
        self._asked, self.told.value = asked, ""
        head = "<h3>Is it worth a deep dive?</h3>"
        found = self.found.signals(asked)
        signals = sorted(found.signals, key=lambda one: one.unit != asked.unit)
        self._fill(signals)
        more = f" {_ONE_MEASURE}" if len(found.considered) else ""
        note = f"<p class='qa-note'>{html.escape(found.words)}{more}</p>"
        table = measure_signals_view(found)
        shown = table_html(table, caption="Signals, the most children first") if len(table) else ""
        self.shown.value = f"{head}{note}{shown}"

    def _fill(self, signals: list[Signal]) -> None:
        self._signals = {one.id: one for one in signals}
        self.which.options = [
            (f"{one.unit}, {when_words(one.kind, one.period, one.since)}", one.id)
            for one in signals
        ]
        self.which.value = signals[0].id if signals else None
        self.controls.layout.display = None if signals else "none"
        self._named()

    def _named(self) -> None:
        if self.which.value is not None:
            self.name.value = dive_file_name(self._signals[self.which.value])

    def write(self) -> None:
        """Write the parameters of a deep dive into the signal, and say how to run it."""
        if self.which.value is None:
            return
        name = self.name.value.strip()
        try:
            path = write_dive(name, self._signals[self.which.value], replace=self.replace.value)
        except QASamplingError as error:
            self.told.value = said_html(str(error), fault=True)
            return
        self.told.value = said_html(
            f"Written: parameters/{path.name}. Run it: qa-sampling run deep_dive -f "
            f"parameters/authority.yml -f parameters/{path.name}, or choose it in 60_deep_dive."
        )


def _decided_words(one: Rebase) -> str:
    when = f", decided {one.decided}" if one.decided else ""
    return f"Recorded: new centre line since {one.date:%B %Y}. {one.words}{when}."


def _faults(error: ValidationError) -> str:
    """Say what is wrong with a decision, by field."""
    found = error.errors(include_url=False, include_context=False)
    said = [(fault["loc"][0] if fault["loc"] else "", fault["msg"]) for fault in found]
    return " ".join(f"{name}: {text.removeprefix('Value error, ')}." for name, text in said)


def _text(title: str) -> Any:  # noqa: ANN401
    import ipywidgets as widgets

    return widgets.Text(description=title, continuous_update=False)


def _above(control: Any, width: str, value: str | None = None) -> Any:  # noqa: ANN401
    """Put the title above a control, and give it its width."""
    control.layout = {"width": width, "max_width": "100%", "margin": "0 1em .4em 0"}
    control.add_class("qa-above")
    if value is not None:
        control.value = value
    return control
