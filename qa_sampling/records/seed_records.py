"""Seeds in the register: the first one that is given for a fixed frame holds."""

from __future__ import annotations

from sqlalchemy import select

from qa_sampling.records.draw_records import current_redraw
from qa_sampling.records.draw_rules import check_names
from qa_sampling.records.draw_tables import of_draw
from qa_sampling.records.ledger import Ledger
from qa_sampling.records.register_schema import seeds
from qa_sampling.records.transaction import Transaction


class SeedRecords(Ledger):
    """The part of the register that holds seeds."""

    def record_seed(self, *, period: str, design: str, seed: str, counts: bool) -> str:
        """Record the seed of a fixed frame before anything is drawn with it: the first one holds.

        Parameters
        ----------
        period, design : str
            The draw whose frame is fixed.
        seed : str
            Seed text.
        counts : bool
            Whether it was given after the frame was fixed. One that was given before is kept as
            refused, and does not count later either.

        Returns
        -------
        str
            The seed that holds for the draw, which may be an earlier one; blank when none does.
        """
        check_names(period, design)

        def work(write: Transaction) -> str:
            number = current_redraw(write.connection, period, design)
            held = write.rows(select(seeds).where(of_draw(seeds, period, design, number)))
            given = [row.seed for row in held if row.state == "given"]
            if given:
                return given[0]
            refused = any(row.seed == seed for row in held)
            if not refused:
                state = "given" if counts else "refused"
                row = {"period": period, "design": design, "redraw": number, "seed": seed}
                write.facts |= {"period": period, "design": design, "state": state}
                write.add(seeds, [row | {"state": state, "given_at": write.at}])
            return "" if refused or not counts else seed

        return self._write("seed given", work)

    def find_seed(self, period: str, design: str) -> str:
        """Give the seed that was recorded for the current draw; blank when there is none."""
        check_names(period, design)
        with self._reading() as connection:
            number = current_redraw(connection, period, design)
            given = select(seeds.c.seed).where(
                of_draw(seeds, period, design, number), seeds.c.state == "given"
            )
            return connection.execute(given).scalar() or ""
