"""The plan builder: two designs side by side, changed by controls, saved as a parameters file.

Everything it shows was worked out by ``runs.plan.designing`` and ``sampling.comparison``. It never
shows which cases would be drawn: who looks before the seed is given could choose the design
by whom it draws, and nobody could trust the draw any more.
"""

from __future__ import annotations

import html
from typing import Any

from qa_sampling.errors import ParameterError, QASamplingError
from qa_sampling.reporting.dates import month_in_words
from qa_sampling.reporting.design_tables import (
    balance_table,
    dry_table,
    margin_table,
    precision_table,
)
from qa_sampling.reporting.design_words import readable_comparison
from qa_sampling.reporting.plots_designs import design_chart, design_chart_alt
from qa_sampling.runs.inputs import Inputs
from qa_sampling.runs.plan.designing import NOT_THE_DESIGN, Look, look_at_design, side_by_side
from qa_sampling.sampling.comparison import DesignComparison
from qa_sampling.settings.builder import PlanBuilder
from qa_sampling.settings.plan import MonthlyAuditPlan
from qa_sampling.widgets.design_form import DesignForm
from qa_sampling.widgets.designs import design_of, design_values
from qa_sampling.widgets.frontend import keep_keys, shell_of_somebody
from qa_sampling.widgets.parameter_files import write_parameters
from qa_sampling.widgets.words import STYLE, new_figure, picture_html, said_html, table_html

NO_CASES = (
    "No case is shown here, and none is drawn. Which cases a design would draw is not looked at "
    "before the seed is given: a design could be chosen for whom it draws, and nobody could trust "
    "the draw. All figures come from simulated draws, whose seeds are not the month's."
)
NAMES = ("Design A", "Design B")


def first_comparison(builder: PlanBuilder, inputs: Inputs) -> DesignComparison:
    """Compare the two designs that the builder starts from.

    Parameters
    ----------
    builder : PlanBuilder
        Checked parameters.
    inputs : Inputs
        What ``planning_inputs`` gave.

    Raises
    ------
    ParameterError
        With every fault of a design's file.
    """
    looks = []
    for name, file in zip(NAMES, (builder.first, builder.second), strict=True):
        settings, faults = design_of(design_values(builder, file))
        if settings is None:
            raise ParameterError(f"{file}.yml: {' '.join(faults.values())}")
        looks.append(look(builder, settings, inputs, name).comparison)
    return side_by_side(*looks)


def look(builder: PlanBuilder, settings: MonthlyAuditPlan, inputs: Inputs, name: str) -> Look:
    """Look at one design as the builder's parameters ask.

    Parameters
    ----------
    builder : PlanBuilder
        Checked parameters.
    settings : MonthlyAuditPlan
        The design.
    inputs : Inputs
        What ``planning_inputs`` gave.
    name : str
        What it is called.
    """
    asked = {"draws": builder.draws, "proportion": builder.proportion}
    return look_at_design(settings, inputs, name=name, **asked)


def build_plan(builder: PlanBuilder, inputs: Inputs) -> None:
    """Show the plan builder; silent where nobody works in the notebook.

    Parameters
    ----------
    builder : PlanBuilder
        Checked parameters.
    inputs : Inputs
        What ``planning_inputs`` gave.
    """
    if shell_of_somebody() is None:
        return
    from IPython.display import display

    display(PlanDesk(builder, inputs).box)


class PlanDesk:
    """Two designs' controls, what they would give, and the saving of one.

    Parameters
    ----------
    builder : PlanBuilder
        Checked parameters.
    inputs : Inputs
        What ``planning_inputs`` gave.
    """

    def __init__(self, builder: PlanBuilder, inputs: Inputs) -> None:
        import ipywidgets as widgets

        self.builder, self.inputs = builder, inputs
        self.shown = widgets.HTML()
        files = (builder.first, builder.second)
        self.forms = {
            name: DesignForm(builder, name, file, self.look)
            for name, file in zip(NAMES, files, strict=True)
        }
        self._looked: dict[str, tuple[MonthlyAuditPlan, Look]] = {}
        self.which = widgets.Dropdown(
            options=NAMES, description="Save", style=_NARROW, layout={"width": "14em"}
        )
        self.name = widgets.Text(
            value="my_plan",
            description="as file",
            continuous_update=False,
            style=_NARROW,
            layout={"width": "18em"},
        )
        self.replace = widgets.Checkbox(
            description="Replace a file of that name", indent=False, layout={"width": "16em"}
        )
        self.save_button = widgets.Button(description="Save design", button_style="primary")
        self.saved = widgets.HTML()
        self.save_button.on_click(lambda button: self.save())
        row = {"flex_flow": "row wrap", "align_items": "center"}
        saving = [self.which, self.name, self.replace, self.save_button]
        month = month_in_words(builder.period_start)
        self.box = widgets.VBox([
            widgets.HTML(f"{STYLE}<p class='qa-note'>{html.escape(_intro(month))}</p>"),
            widgets.HBox([form.box for form in self.forms.values()], layout=row | _TOP),
            widgets.HBox(saving, layout=row),
            self.saved,
            self.shown,
        ])  # fmt: skip
        keep_keys(self.box)
        self.look()

    def look(self) -> None:
        """Show what the designs would give; a design with a fault shows the fault instead."""
        looks = [found for name in NAMES if (found := self._look(name)) is not None]
        self.save_button.disabled = not looks
        if not looks:
            self.shown.value = "<p class='qa-note'>No design is in order.</p>"
            return
        found = side_by_side(*(one.comparison for one in looks))
        missing = "" if len(looks) == len(NAMES) else f"<p class='qa-note'>{_LEFT_OUT}</p>"
        self.shown.value = missing + comparison_html(found)

    def save(self) -> None:
        """Save the design that is asked for as a parameters file, and say where it is."""
        name = self.which.value
        found = self._look(name)
        if found is None:
            self._say(f"{name} is not in order; mend what is said beneath it.", fault=True)
            return
        note = (
            f"Made by the plan builder. The design alone: authority.yml says whose cases.\n"
            f"qa-sampling run monthly_audit_plan -f parameters/authority.yml "
            f"-f parameters/{self.name.value.strip()}.yml"
        )
        try:
            path = write_parameters(
                self.name.value.strip(), found.settings, leave_out=NOT_THE_DESIGN, note=note,
                replace=self.replace.value,
            )  # fmt: skip
        except ParameterError as error:
            self._say(str(error), fault=True)
            return
        self._say(f"{name} is saved as parameters/{path.name}. {_THEN} {path.name}.", fault=False)

    def _look(self, name: str) -> Look | None:
        form = self.forms[name]
        settings = form.settings()
        if settings is None:
            return None
        before = self._looked.get(name)
        if before is None or before[0] != settings:
            try:
                found = look(self.builder, settings, self.inputs, name)
            except QASamplingError as error:
                form.tell({"": str(error)})
                return None
            self._looked[name] = (settings, found)
        return self._looked[name][1]

    def _say(self, text: str, *, fault: bool) -> None:
        self.saved.value = said_html(text, fault=fault)


_LEFT_OUT = "The other design is left out until what is said beneath it is mended."
_NARROW = {"description_width": "4em"}
_TOP = {"align_items": "flex-start"}
_THEN = "The scheduled run and the chooser of the monthly plan take it as"


def _intro(month: str) -> str:
    return f"Designs for {month}. {NO_CASES}"


def comparison_html(comparison: DesignComparison) -> str:
    """Give a comparison as HTML: the picture in words as well, then the tables.

    Parameters
    ----------
    comparison : DesignComparison
        One design, or several side by side.
    """
    figure, ax = new_figure()
    design_chart(comparison, ax=ax)
    picture = picture_html(figure, alt=design_chart_alt(comparison))
    summary = readable_comparison(comparison).rename(columns={"question": "Question"})
    tables: list[tuple[str, Any]] = [
        ("At a glance", summary),
        (
            "Audits of each row of the strata a month, and over draws",
            margin_table(comparison, "row"),
        ),
        ("Audits of each column of the strata a month", margin_table(comparison, "column")),
        ("How precise, by service", precision_table(comparison)),
        ("How unlike the caseload a sample is", balance_table(comparison)),
        ("Strata that run dry within two years", dry_table(comparison)),
    ]
    shown = "".join(table_html(table, caption=caption) for caption, table in tables)
    return f"{picture}<div class='qa-tables'>{shown}</div>"
