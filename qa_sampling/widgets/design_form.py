"""The controls of one design in the plan builder."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any, get_args

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.allocation import Method
from qa_sampling.settings.builder import PlanBuilder
from qa_sampling.settings.plan import CaseColumn, MonthlyAuditPlan
from qa_sampling.widgets.designs import PLAN, design_of, design_values, read_bound, said_bound
from qa_sampling.widgets.parameter_files import fitting_files

_BOUNDS = {
    "row_minimum": "Fewest by row",
    "row_maximum": "Most by row",
    "column_minimum": "Fewest by column",
    "column_maximum": "Most by column",
}
_WIDE = {"layout": {"width": "29em", "max_width": "100%"}, "style": {"description_width": "10.5em"}}
_NEEDS_MORE = {"neyman", "cost_optimal"}


class DesignForm:
    """The controls of one design; they hold what is typed and decide nothing.

    Parameters
    ----------
    builder : PlanBuilder
        Checked parameters of the builder.
    name : str
        What the design is called, such as "Design A".
    file : str
        Parameters file that it starts from.
    told : callable
        Called after every change.
    """

    def __init__(
        self, builder: PlanBuilder, name: str, file: str, told: Callable[[], None]
    ) -> None:
        import ipywidgets as widgets

        self.builder, self.name, self._told = builder, name, told
        files = [(f"{one}.yml", one) for one in fitting_files(PLAN)]
        self.values = design_values(builder, file)
        self.file = widgets.Dropdown(options=files, value=file, description="Start from", **_WIDE)
        self.controls: dict[str, Any] = {
            "audits": widgets.BoundedIntText(
                value=1, min=1, max=100_000, description="Audits a month", **_WIDE
            ),
            "strata_rows": widgets.Dropdown(description="Strata: rows", **_WIDE),
            "strata_columns": widgets.Dropdown(description="Strata: columns", **_WIDE),
            "pool_below": widgets.BoundedIntText(
                min=0, max=10_000, description="Pool rows below", **_WIDE
            ),
            "method": widgets.Dropdown(description="Shared out", **_WIDE),
            **{
                field: widgets.Text(
                    description=title, continuous_update=False, placeholder="no bound", **_WIDE
                )
                for field, title in _BOUNDS.items()
            },
            "one_per_family": widgets.Checkbox(
                description="One child for each family", indent=True, **_WIDE
            ),
        }
        self.faults = widgets.HTML()
        self.box = widgets.VBox(
            [widgets.HTML(f"<h3>{html.escape(name)}</h3>"), self.file, *self.controls.values(),
             self.faults],
            layout={"width": "31em", "max_width": "100%", "margin": "0 2em 0 0"},
        )  # fmt: skip
        self._fill()
        self.file.observe(self._start_anew, names="value")
        for control in self.controls.values():
            control.observe(self._changed, names="value")

    def settings(self) -> MonthlyAuditPlan | None:
        """Give the checked parameters; None, and the faults shown by field, when they are wrong."""
        values, faults = dict(self.values), {}
        for field, control in self.controls.items():
            try:
                values[field] = read_bound(control.value) if field in _BOUNDS else control.value
            except ParameterError as error:
                faults[field] = str(error)
        values |= {name: list(values[name]) for name in ("strata_rows", "strata_columns")}
        if values["method"] != "power":
            values["power"] = None
        found, others = design_of(values)
        self.tell(faults or others)
        return None if faults else found

    def tell(self, faults: dict[str, str]) -> None:
        """Show what is wrong with the design; nothing when it is in order.

        Parameters
        ----------
        faults : dict of str to str
            By field; "" for the whole design.
        """
        rows = "".join(
            f"<li>{f'<b>{html.escape(self._title(name))}</b>: ' if name else ''}"
            f"{html.escape(text)}</li>"
            for name, text in faults.items()
        )
        self.faults.value = (
            f"<div class='qa-fault' role='alert'><ul>{rows}</ul></div>" if faults else ""
        )

    def _title(self, field: str) -> str:
        control = self.controls.get(field)
        return control.description if control is not None else field

    def _fill(self) -> None:
        """Put the values into the controls, without telling anybody."""
        columns = [("(none)", ()), *((name, (name,)) for name in get_args(CaseColumn))]
        for field in ("strata_rows", "strata_columns"):
            held = tuple(self.values[field])
            more = [] if held in [pair[1] for pair in columns] else [(" and ".join(held), held)]
            self.controls[field].options = [*columns, *more]
            self.controls[field].value = held
        usable = [one for one in get_args(Method) if one not in _NEEDS_MORE]
        method = self.values["method"]
        self.controls["method"].options = list(dict.fromkeys([*usable, method]))
        for field in ("audits", "pool_below", "method", "one_per_family"):
            self.controls[field].value = self.values[field]
        for field in _BOUNDS:
            self.controls[field].value = said_bound(self.values[field])

    def _start_anew(self, change: dict[str, Any]) -> None:
        told, self._told = self._told, lambda: None
        try:
            self.values = design_values(self.builder, self.file.value)
            self._fill()
        except ParameterError as error:
            self.tell({"": str(error)})
            return
        finally:
            self._told = told
        self._told()

    def _changed(self, change: dict[str, Any]) -> None:
        self._told()
