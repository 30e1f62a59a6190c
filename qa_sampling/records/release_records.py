"""The ledger of releases: every table that was protected for others to read, as printed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from qa_sampling.errors import RegisterError
from qa_sampling.records.ledger import Ledger
from qa_sampling.records.register_schema import releases
from qa_sampling.records.transaction import Transaction

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ["source", "title", "fingerprint", "content", "released_at"]


class ReleaseRecords(Ledger):
    """The part of the register that holds releases."""

    def record_releases(self, source: str, tables: Mapping[str, str]) -> int:
        """Record tables before anyone can read them; again for the same is no second row.

        Parameters
        ----------
        source : str
            What they are of, such as the draw "2026-11-monthly".
        tables : mapping of str to str
            Text of each table by its title (see ``reporting.releases.release_text``): what is
            printed, and no hidden number.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        RegisterError
            When the source, a title or a text is blank.
        """
        if not source.strip() or not all(
            title.strip() and text.strip() for title, text in tables.items()
        ):
            raise RegisterError("A release needs a source, a title and a text.")

        def work(write: Transaction) -> int:
            rows = []
            for title, text in tables.items():
                digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
                same = and_(releases.c.source == source, releases.c.fingerprint == digest)
                if not write.rows(select(releases.c.event).where(same)):
                    row = {"source": source, "title": title, "fingerprint": digest}
                    rows.append(row | {"content": text, "released_at": write.at})
            if rows:
                write.facts |= {"source": source, "tables": len(rows)}
                write.add(releases, rows)
            return len(rows)

        return self._write("tables released", work)

    def releases(self, source: str | None = None) -> pd.DataFrame:
        """Give one row a released table, in the order of their release.

        Parameters
        ----------
        source : str, optional
            Only those of one draw or report.

        Returns
        -------
        DataFrame
            `source`, `title`, `fingerprint` (SHA-256 of the text), `content` (the text),
            `released_at`.
        """
        import pandas as pd

        query = select(*[releases.c[name] for name in _COLUMNS])
        if source is not None:
            query = query.where(releases.c.source == source)
        ordered = query.order_by(releases.c.event, releases.c.line)
        with self._reading() as connection:
            held = connection.execute(ordered).fetchall()
        return pd.DataFrame([tuple(row) for row in held], columns=_COLUMNS).astype("str")
