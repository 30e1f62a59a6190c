"""Frames fixed, draws committed, redraws agreed: a month is drawn exactly once."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Select, func, select

from qa_sampling.errors import RegisterError
from qa_sampling.records.draw_rules import agreed, check_names, require_fixed
from qa_sampling.records.draw_tables import fixed_frame, fixed_row, of_draw
from qa_sampling.records.ledger import Ledger
from qa_sampling.records.link_tables import require_current_key
from qa_sampling.records.recorded_draw import (
    DrawRows,
    FixedFrame,
    RecordedDraw,
    plain_text,
    rows_of,
)
from qa_sampling.records.register_schema import (
    assignments,
    draws,
    events,
    frames,
    redraws,
    sampled_cases,
)
from qa_sampling.records.transaction import Transaction

if TYPE_CHECKING:
    import pandas as pd

    from qa_sampling.sampling.plan import Assignment, Draw


class DrawRecords(Ledger):
    """The part of the register that holds frames, draws and redraws."""

    def fix_frame(
        self,
        *,
        period: str,
        design: str,
        fingerprint: str,
        snapshot: str,
        parameters: dict,
        alone: bool = False,
    ) -> FixedFrame:
        """Fix the frame of a draw, before its seed is given.

        Fixing the same frame again gives the one that is fixed.

        Parameters
        ----------
        period : str
            Month, as "2026-11".
        design : str
            Name of the design: small letters, digits and underscores.
        fingerprint : str
            SHA-256 of `snapshot`.
        snapshot : str
            Canonical text of the pseudonymised frame.
        parameters : dict
            What the frame was built with, in values that JSON can hold.
        alone : bool
            Refuse while another frame waits for its draw: the cases of one would not be known
            to the other, and a child could be drawn twice.

        Raises
        ------
        RegisterError
            When another frame was fixed for this draw; when fingerprint and snapshot differ;
            when `parameters` name another key (`key_id`) than the current one.
        """
        check_names(period, design)
        if hashlib.sha256(snapshot.encode("utf-8")).hexdigest() != fingerprint:
            raise RegisterError(
                "`fingerprint` is not the SHA-256 of `snapshot`. Give the frame's own canonical "
                "text, unaltered."
            )
        row = {
            "period": period,
            "design": design,
            "fingerprint": fingerprint,
            "snapshot": snapshot,
            "parameters": plain_text(parameters, "the frame's parameters"),
        }

        def work(write: Transaction) -> tuple[int, bool]:
            number = current_redraw(write.connection, period, design)
            fixed = fixed_row(write.connection, period, design, number)
            if fixed is None:
                require_current_key(write.connection, str(parameters.get("key_id", "")))
                if alone:
                    _require_none_waiting(write)
                write.facts |= {"period": period, "design": design, "redraw": number}
                write.facts["fingerprint"] = fingerprint
                write.add(frames, [row | {"redraw": number, "fixed_at": write.at}])
                return number, False
            if fixed.fingerprint != fingerprint:
                raise RegisterError(
                    f"Another frame is fixed for {period} {design} (fingerprint "
                    f"{fixed.fingerprint[:16]}…, this one {fingerprint[:16]}…). Use the fixed "
                    "frame; or, when it was wrong, open a redraw with a reason and two names "
                    "(`qa-sampling redraw`), and fix the new frame then."
                )
            return number, True

        number, found = self._write("frame fixed", work)
        with self._reading() as connection:
            return fixed_frame(fixed_row(connection, period, design, number), found)

    def find_frame(self, period: str, design: str) -> FixedFrame | None:
        """Give the frame that is fixed for the current draw, or None."""
        check_names(period, design)
        with self._reading() as connection:
            number = current_redraw(connection, period, design)
            row = fixed_row(connection, period, design, number)
        return None if row is None else fixed_frame(row, found=True)

    def frame_of(self, draw: RecordedDraw) -> FixedFrame:
        """Give the frame a draw was made from.

        Parameters
        ----------
        draw : RecordedDraw
            A draw of this register.

        Raises
        ------
        RegisterError
            When the register does not hold it.
        """
        with self._reading() as connection:
            row = fixed_row(connection, draw.period, draw.design, draw.redraw)
        if row is None:
            raise RegisterError(f"The register holds no frame of {draw.draw_id}.")
        return fixed_frame(row, found=True)

    def commit_draw(
        self,
        *,
        period: str,
        design: str,
        draw: Draw,
        assignment: Assignment,
        as_at: dt.date,
        due: dt.date,
        title: str,
        library_version: str,
    ) -> RecordedDraw:
        """Commit a draw: this is the draw, and there is only one of a period and design.

        Parameters
        ----------
        period, design : str
            What is drawn; its frame must be fixed.
        draw, assignment
            The draw and who audits it.
        as_at, due : date
            Day the extract describes; day the audits are due.
        title : str
            What people call it.
        library_version : str
            Version of this package.

        Returns
        -------
        RecordedDraw
            What the register holds. If the period was drawn before, that draw, with `found`
            true, whatever was given here.

        Raises
        ------
        RegisterError
            When the draw's frame was not fixed; when something in it cannot be kept.
        """
        check_names(period, design)
        rows = rows_of(draw, assignment)
        rows.row.update(
            period=period,
            design=design,
            as_at=as_at.isoformat(),
            due=due.isoformat(),
            title=title,
            library_version=library_version,
        )
        return self.commit_rows(rows)

    def commit_rows(self, rows: DrawRows) -> RecordedDraw:
        """Commit a draw that is laid out in rows (see :meth:`commit_draw`)."""
        period, design = rows.row["period"], rows.row["design"]

        def work(write: Transaction) -> tuple[str, bool]:
            number = current_redraw(write.connection, period, design)
            draw_id = f"{period}-{design}" + (f"-r{number}" if number else "")
            if write.rows(select(draws.c.event).where(draws.c.draw_id == draw_id)):
                return draw_id, True
            fixed = fixed_row(write.connection, period, design, number)
            require_fixed(fixed and fixed.fingerprint, rows.row["frame_fingerprint"], draw_id)
            names = {"draw_id": draw_id}
            write.facts |= {"draw_id": draw_id, "fingerprint": rows.row["fingerprint"]}
            write.add(draws, [rows.row | names | {"redraw": number, "drawn_at": write.at}])
            write.add(sampled_cases, [row | names for row in rows.cases])
            write.add(assignments, [row | names for row in rows.assigned])
            return draw_id, False

        draw_id, found = self._write("draw committed", work)
        return self._recorded(draw_id, found=found)

    def find_draw(self, period: str, design: str) -> RecordedDraw | None:
        """Give the draw of a period and design that no redraw has superseded, or None."""
        check_names(period, design)
        with self._reading() as connection:
            number = current_redraw(connection, period, design)
            draw_id = connection.execute(
                select(draws.c.draw_id).where(of_draw(draws, period, design, number))
            ).scalar()
        return None if draw_id is None else self._recorded(draw_id, found=True)

    def get_draw(self, draw_id: str) -> RecordedDraw:
        """Give a draw by its name, superseded or not.

        Raises
        ------
        RegisterError
            When there is none of that name.
        """
        return self._recorded(draw_id, found=True)

    def open_redraw(
        self, period: str, design: str, *, reason: str, agreed_by: Sequence[str]
    ) -> int:
        """Set a fixed frame or a draw aside, visibly, so that it can be drawn once more.

        Parameters
        ----------
        period, design : str
            What is to be drawn again.
        reason : str
            Why, in at least 10 characters. No child's details.
        agreed_by : sequence of str
            Two people, by name or role.

        Returns
        -------
        int
            Number of the redraw. What it supersedes stays in the register.

        Raises
        ------
        RegisterError
            When a reason or a second name is missing; when there is nothing to draw again.
        """
        check_names(period, design)
        names = agreed(reason, agreed_by)

        def work(write: Transaction) -> int:
            number = current_redraw(write.connection, period, design)
            if fixed_row(write.connection, period, design, number) is None:
                held = f"redraw {number} is open and its frame not fixed" if number else "no frame"
                raise RegisterError(
                    f"There is nothing to draw again for {period} {design}: {held}. Fix a frame "
                    "and draw."
                )
            found = select(draws.c.draw_id).where(of_draw(draws, period, design, number))
            supersedes = write.connection.execute(found).scalar() or ""
            row = {"period": period, "design": design, "redraw": number + 1}
            write.facts |= row | {"supersedes": supersedes}
            more = {"supersedes": supersedes, "reason": reason.strip(), "opened_at": write.at}
            write.add(redraws, [row | more | {"agreed_by": plain_text(names, "names")}])
            return number + 1

        return self._write("redraw opened", work)

    def draws(self) -> pd.DataFrame:
        """Give one row a draw, in the order they were committed.

        Returns
        -------
        DataFrame
            `draw_id`, `period`, `design`, `redraw`, `title`, `as_at`, `due`, `sampled`,
            `reserves`, `moderated` (cases), `superseded`, `reason` (of the redraw), `agreed_by`,
            `seed`, `method`, `frame_fingerprint`, `sample_fingerprint`, `drawn_at`.
        """
        from qa_sampling.records.draw_tables import draws_table

        with self._reading() as connection:
            return draws_table(connection)

    def past_audits(
        self, *, design: str | None = None, known_to: tuple[str, str] | None = None
    ) -> pd.DataFrame:
        """Give the cases that were audited, or drawn and not returned yet.

        Parameters
        ----------
        design : str, optional
            Only this design's; all designs by default.
        known_to : (str, str), optional
            Period and design: only what the register held when the frame of their current
            draw was fixed; everything while it is not fixed.

        Returns
        -------
        DataFrame
            `case_ref`; `date`: day the audit was completed or, when it is not back yet, the
            as-at day of the draw; `period`; `design`; `kind`: "completed" or "assigned";
            `grade`: the overall grade, missing while there is none.
            Superseded draws count only by the audits that came back. References of an earlier
            key are given as the newest of the same case, as far as they were linked.
        """
        from qa_sampling.records.draw_tables import past_audits_table

        with self._reading() as connection:
            fixed = None
            if known_to is not None:
                fixed = fixed_row(connection, *known_to, current_redraw(connection, *known_to))
            before = None if fixed is None else fixed.event
            return past_audits_table(connection, design, before_event=before)

    def _recorded(self, draw_id: str, *, found: bool) -> RecordedDraw:
        def lines(table: object) -> Select:
            return select(table).where(table.c.draw_id == draw_id).order_by(table.c.line)

        with self._reading() as connection:
            row = connection.execute(lines(draws)).mappings().first()
            if row is None:
                raise RegisterError(f"The register holds no draw {draw_id!r}.")
            cases = connection.execute(lines(sampled_cases)).mappings().all()
            assigned = connection.execute(lines(assignments)).mappings().all()
            later = current_redraw(connection, row["period"], row["design"]) > row["redraw"]
            head = connection.execute(select(events.c.hash).where(events.c.n == row["event"]))
            return RecordedDraw.of_rows(
                row, cases, assigned, head=head.scalar_one(), superseded=later, found=found
            )


def current_redraw(connection: Connection, period: str, design: str) -> int:
    """Give the number of the latest redraw of a period and design; 0 when there is none.

    Parameters
    ----------
    connection : Connection
        To the register.
    period, design : str
        What was drawn.
    """
    latest = select(func.max(redraws.c.redraw)).where(of_draw(redraws, period, design))
    return connection.execute(latest).scalar() or 0


def waiting_frame(connection: Connection) -> tuple[str, str] | None:
    """Give period and design of a fixed frame that is neither drawn nor set aside, or None.

    Parameters
    ----------
    connection : Connection
        To the register.
    """
    named = (draws.c.period, draws.c.design, draws.c.redraw)
    drawn = {tuple(row) for row in connection.execute(select(*named))}
    fixed = select(frames.c.period, frames.c.design, frames.c.redraw).order_by(frames.c.event)
    for row in connection.execute(fixed).all():
        number = current_redraw(connection, row.period, row.design)
        if row.redraw == number and tuple(row) not in drawn:
            return row.period, row.design
    return None


def _require_none_waiting(write: Transaction) -> None:
    """Refuse while a fixed frame has neither been drawn nor been set aside by a redraw."""
    waiting = waiting_frame(write.connection)
    if waiting:
        raise RegisterError(
            f"The frame of {' '.join(waiting)} is fixed and waits for its draw; a child "
            f"could be drawn twice. Draw it first, or set it aside (`qa-sampling redraw`)."
        )
