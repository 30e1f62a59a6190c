"""Runs, publications and the yearly commitments, as the register keeps them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sqlalchemy import and_, select

from qa_sampling.errors import RegisterError
from qa_sampling.records.ledger import Ledger
from qa_sampling.records.recorded_draw import plain_text
from qa_sampling.records.register_schema import commitments, draws, frames, publications, runs
from qa_sampling.records.transaction import Transaction

if TYPE_CHECKING:
    import pandas as pd

_SHA256 = re.compile(r"[0-9a-f]{64}")


class RunRecords(Ledger):
    """The part of the register that holds runs, publications and commitments."""

    def record_run(
        self,
        *,
        notebook: str,
        period: str,
        design: str,
        parameters: dict,
        library_version: str,
    ) -> str:
        """Record that a run has started.

        Parameters
        ----------
        notebook : str
            What runs, such as "monthly_audit_plan".
        period, design : str
            What it runs for.
        parameters : dict
            Its parameters, in values that JSON can hold. No child's details.
        library_version : str
            Version of this package.

        Returns
        -------
        str
            Name of the run, such as "run-000012", for :meth:`finish_run`.
        """
        row = {
            "state": "started",
            "notebook": notebook,
            "period": period,
            "design": design,
            "draw_id": "",
            "parameters": plain_text(parameters, "a run's parameters"),
            "detail": "",
            "library_version": library_version,
        }

        def work(write: Transaction) -> str:
            run_id = f"run-{write.n:06d}"
            write.facts["run_id"] = run_id
            write.add(runs, [row | {"run_id": run_id, "at": write.at}])
            return run_id

        return self._write("run started", work)

    def finish_run(
        self,
        run_id: str,
        *,
        state: Literal["completed", "failed"],
        draw_id: str = "",
        detail: str = "",
    ) -> None:
        """Record how a run ended.

        Parameters
        ----------
        run_id : str
            What :meth:`record_run` gave.
        state : {"completed", "failed"}
            How it ended.
        draw_id : str
            The draw it made or published again.
        detail : str
            One line, such as the step that failed. No child's details.

        Raises
        ------
        RegisterError
            When there is no such run, or it has ended already.
        """
        if state not in ("completed", "failed"):
            raise RegisterError(f"`state` must be completed or failed; got {state!r}.")

        def work(write: Transaction) -> None:
            held = write.rows(select(runs).where(runs.c.run_id == run_id).order_by(runs.c.event))
            if len(held) != 1:
                already = f"ended already ({held[-1].state})" if held else "not in the register"
                raise RegisterError(f"Run {run_id!r} is {already}. Record a new run.")
            row = dict(held[0]._mapping)
            write.facts |= {"run_id": run_id, "state": state}
            more = {"state": state, "draw_id": draw_id, "detail": detail, "at": write.at}
            write.add(runs, [row | more])

        self._write("run ended", work)

    def runs(self) -> pd.DataFrame:
        """Give one row a run: the latest that is known of it.

        Returns
        -------
        DataFrame
            `run_id`, `notebook`, `period`, `design`, `state` ("started", "completed",
            "failed"), `draw_id`, `started_at`, `ended_at`, `detail`, `library_version`.
        """
        import pandas as pd

        names = (
            "run_id notebook period design state draw_id started_at ended_at detail library_version"
        ).split()
        latest: dict[str, dict] = {}
        with self._reading() as connection:
            for row in connection.execute(select(runs).order_by(runs.c.event)).mappings():
                earlier = latest.get(row["run_id"])
                began = earlier["started_at"] if earlier else row["at"]
                ended = row["at"] if earlier else None
                latest[row["run_id"]] = dict(row) | {"started_at": began, "ended_at": ended}
        return pd.DataFrame(list(latest.values()), columns=names).astype("str")

    def record_publication(self, draw_id: str, folder: str, manifest_sha256: str) -> None:
        """Record that the files of a draw were published; again for the same is no second row.

        Parameters
        ----------
        draw_id : str
            The draw.
        folder : str
            Folder below the outputs, such as "2026-11/monthly".
        manifest_sha256 : str
            SHA-256 of the manifest, 64 hexadecimal digits.

        Raises
        ------
        RegisterError
            When the draw is not in the register, or the digest is none.
        """
        if not _SHA256.fullmatch(manifest_sha256):
            raise RegisterError("`manifest_sha256` must be 64 small hexadecimal digits.")
        row = {"draw_id": draw_id, "folder": str(folder), "manifest_sha256": manifest_sha256}

        def work(write: Transaction) -> None:
            if not write.rows(select(draws.c.event).where(draws.c.draw_id == draw_id)):
                raise RegisterError(f"The register holds no draw {draw_id!r}; draw it first.")
            same = and_(*(publications.c[name] == row[name] for name in row))
            if not write.rows(select(publications.c.event).where(same)):
                write.facts |= row
                write.add(publications, [row | {"published_at": write.at}])

        self._write("draw published", work)

    def publications(self) -> pd.DataFrame:
        """Give one row a publication: `draw_id`, `folder`, `manifest_sha256`, `published_at`."""
        import pandas as pd

        names = ["draw_id", "folder", "manifest_sha256", "published_at"]
        columns = [publications.c[name] for name in names]
        with self._reading() as connection:
            held = connection.execute(select(*columns).order_by(publications.c.event)).fetchall()
        return pd.DataFrame([tuple(row) for row in held], columns=names).astype("str")

    def record_commitment(self, year: int, commitment: str) -> None:
        """Record the commitment to a year's secret, before any frame of that year is fixed.

        Parameters
        ----------
        year : int
            The year whose periods will be drawn with the secret.
        commitment : str
            SHA-256 of the secret (see :func:`~qa_sampling.records.keys.commitment`).

        Raises
        ------
        RegisterError
            When another commitment stands for the year, or a frame of the year is fixed.
        """
        if not _SHA256.fullmatch(commitment):
            raise RegisterError("`commitment` must be 64 small hexadecimal digits.")

        def work(write: Transaction) -> None:
            held = self._commitment(write, year)
            if held == commitment:
                return
            if held is not None:
                raise RegisterError(
                    f"Another commitment stands for {year}, and a year has one. Use the secret "
                    "it belongs to, or seeds thrown with dice."
                )
            before = select(frames.c.period).where(frames.c.period.like(f"{year:04d}-%"))
            if write.rows(before):
                raise RegisterError(
                    f"A frame of {year} is fixed already, so nobody could tell whether the secret "
                    f"came first. Use seeds thrown with dice for the rest of {year}, and commit "
                    f"the secret of {year + 1} now."
                )
            write.facts |= {"year": year, "commitment": commitment}
            write.add(commitments, [{"year": year, "commitment": commitment}])

        self._write("secret committed", work)

    def commitment(self, year: int) -> str | None:
        """Give the commitment that stands for a year, or None."""
        with self._reading() as connection:
            return connection.execute(_commitment_of(year)).scalar()

    @staticmethod
    def _commitment(write: Transaction, year: int) -> str | None:
        return write.connection.execute(_commitment_of(year)).scalar()


def _commitment_of(year: int) -> object:
    return select(commitments.c.commitment).where(commitments.c.year == year)
