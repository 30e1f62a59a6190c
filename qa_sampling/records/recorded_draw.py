"""What the register gives back of a frame and a draw, and how a draw is laid out in rows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Table

from qa_sampling.errors import RegisterError
from qa_sampling.records.chain import canonical_json
from qa_sampling.records.register_schema import assignments, sampled_cases

if TYPE_CHECKING:
    import pandas as pd

    from qa_sampling.sampling.plan import Assignment, Draw

PlainRow = dict[str, Any]


@dataclass(frozen=True)
class FixedFrame:
    """A frame as the register fixed it, before its seed was given.

    Attributes
    ----------
    period, design : str
        What it is the frame of.
    redraw : int
        0 for the first draw, then 1, 2, ….
    fingerprint : str
        SHA-256 of `snapshot`.
    snapshot : str
        Canonical text of the pseudonymised frame.
    parameters : dict
        What it was built with.
    fixed_at : str
        When, in UTC, as ISO text.
    head : str
        Hash of the event that fixed it.
    found : bool
        Whether it had been fixed before this call.
    """

    period: str
    design: str
    redraw: int
    fingerprint: str
    snapshot: str = field(repr=False)
    parameters: dict
    fixed_at: str
    head: str
    found: bool


@dataclass(frozen=True)
class RecordedDraw:
    """A draw as the register holds it: the draw itself, of which all files are copies.

    Attributes
    ----------
    draw_id : str
        Short name: "2026-11-monthly", or "2026-11-monthly-r1" for a redraw.
    period, design, title : str
        What was drawn, and what people call it.
    redraw : int
        0 for the first draw, then 1, 2, ….
    as_at, due : date
        Day the extract describes; day the audits are due.
    seed, method : str
        Seed text and allocation method.
    parameters : dict
        All arguments of the draw.
    frame_fingerprint, sample_fingerprint : str
        SHA-256 of the frame's and of the sample's canonical text.
    library_version : str
        Version of this package that drew.
    drawn_at : str
        When it was committed, in UTC, as ISO text.
    head : str
        Hash of the event that committed it; print it on every output.
    superseded : bool
        Whether a redraw has taken its place.
    found : bool
        Whether it had been drawn before this call.
    """

    draw_id: str
    period: str
    design: str
    title: str
    redraw: int
    as_at: dt.date
    due: dt.date
    seed: str
    method: str
    parameters: dict
    frame_fingerprint: str
    sample_fingerprint: str
    library_version: str
    drawn_at: str
    head: str
    superseded: bool
    found: bool
    _row: PlainRow = field(repr=False, compare=False)
    _cases: list[PlainRow] = field(repr=False, compare=False)
    _assigned: list[PlainRow] = field(repr=False, compare=False)

    @cached_property
    def draw(self) -> Draw:
        """The draw, as it was committed."""
        from qa_sampling.records.frame_text import frame_from_text
        from qa_sampling.sampling.plan import Draw

        return Draw(
            sample=_table(self._cases, json.loads(self._row["sample_layout"])),
            allocation=frame_from_text(self._row["allocation"]),
            set_aside=frame_from_text(self._row["set_aside"]),
            seed=self.seed,
            frame_fingerprint=self.frame_fingerprint,
            method=self.method,
            parameters=self.parameters,
            fingerprint=self.sample_fingerprint,
        )

    @cached_property
    def assignment(self) -> Assignment:
        """The assignment, as it was committed."""
        from qa_sampling.records.frame_text import frame_from_text
        from qa_sampling.sampling.plan import Assignment

        return Assignment(
            table=_table(self._assigned, json.loads(self._row["assignment_layout"])),
            loads=frame_from_text(self._row["loads"]),
            checks=frame_from_text(self._row["checks"]),
            parameters=json.loads(self._row["assignment_parameters"]),
        )

    @classmethod
    def of_rows(
        cls,
        row: Mapping[str, Any],
        cases: Sequence[Mapping[str, Any]],
        assigned: Sequence[Mapping[str, Any]],
        *,
        head: str,
        superseded: bool,
        found: bool,
    ) -> RecordedDraw:
        """Read a draw from its rows in the register."""
        same = ("draw_id", "period", "design", "title", "redraw", "seed", "method")
        return cls(
            **{name: row[name] for name in same},
            as_at=dt.date.fromisoformat(row["as_at"]),
            due=dt.date.fromisoformat(row["due"]),
            parameters=json.loads(row["parameters"]),
            frame_fingerprint=row["frame_fingerprint"],
            sample_fingerprint=row["fingerprint"],
            library_version=row["library_version"],
            drawn_at=row["drawn_at"],
            head=head,
            superseded=superseded,
            found=found,
            _row=dict(row),
            _cases=[dict(case) for case in cases],
            _assigned=[dict(case) for case in assigned],
        )


class DrawRows(NamedTuple):
    """A draw and its assignment as plain rows, ready to be written.

    Attributes
    ----------
    row : dict
        The row of `draws`, without what the register itself adds.
    cases, assigned : list of dict
        The rows of `sampled_cases` and `assignments`, without the draw's name.
    """

    row: PlainRow
    cases: list[PlainRow]
    assigned: list[PlainRow]


def rows_of(draw: Draw, assignment: Assignment) -> DrawRows:
    """Lay a draw and its assignment out in rows.

    Raises
    ------
    SchemaError
        When sample or assignment are not as declared.
    RegisterError
        When something in them cannot be kept, or a case is assigned that was not sampled.
    """
    from qa_sampling.records.frame_text import frame_text, layout_of
    from qa_sampling.schema import ASSIGNMENTS, SAMPLE, check_table

    check_table(draw.sample, SAMPLE)
    check_table(assignment.table, ASSIGNMENTS)
    strangers = ~assignment.table["case_ref"].isin(draw.cases["case_ref"])
    if strangers.any():
        raise RegisterError(
            f"{int(strangers.sum())} assigned cases are not in the sample. Assign the draw's own."
        )
    row = {
        "frame_fingerprint": draw.frame_fingerprint,
        "seed": draw.seed,
        "method": draw.method,
        "parameters": plain_text(draw.parameters, "the draw's parameters"),
        "allocation": frame_text(draw.allocation),
        "set_aside": frame_text(draw.set_aside),
        "fingerprint": draw.fingerprint,
        "sample_layout": canonical_json(layout_of(draw.sample)),
        "assignment_layout": canonical_json(layout_of(assignment.table)),
        "assignment_parameters": plain_text(assignment.parameters, "the assignment's parameters"),
        "loads": frame_text(assignment.loads),
        "checks": frame_text(assignment.checks),
    }
    cases = _rows(draw.sample, sampled_cases)
    return DrawRows(row, cases, _rows(assignment.table, assignments))


def plain_text(value: object, what: str) -> str:
    """Give plain values as canonical JSON text.

    Raises
    ------
    RegisterError
        When they hold something that JSON cannot; `what` is its name in the message.
    """
    try:
        return canonical_json(value)
    except (TypeError, ValueError) as error:
        raise RegisterError(
            f"The register keeps {what} as JSON, which cannot hold this ({error}). Give text, "
            "finite numbers, true and false, lists and dictionaries."
        ) from None


def _rows(frame: pd.DataFrame, table: Table) -> list[PlainRow]:
    from qa_sampling.records.frame_text import plain_values

    own = set(table.columns.keys()) - {"event", "line", "draw_id", "further"}
    kept = [name for name in frame.columns if name in own]
    more = [name for name in frame.columns if name not in kept]
    values = {name: plain_values(frame[name]) for name in frame.columns}
    rows = []
    for i in range(len(frame)):
        row = {name: values[name][i] for name in kept}
        if more:
            row["further"] = canonical_json({name: values[name][i] for name in more})
        rows.append(row)
    return rows


def _table(rows: list[PlainRow], layout: list[list[str]]) -> pd.DataFrame:
    from qa_sampling.records.frame_text import frame_from_rows

    whole = [row | json.loads(row["further"] or "{}") for row in rows]
    return frame_from_rows([[row[name] for name, _ in layout] for row in whole], layout)
