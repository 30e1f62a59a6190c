"""The register: the only memory. Draws, assignments, audits, moderations, actions.

Everything is added and nothing changed: a correction is a new row that names the one
it replaces, and a hash chain shows every quiet change (see
:mod:`~qa_sampling.records.chain`). Committing a draw **is** the draw; the files are
copies of it that can be published again. A period of a design is drawn exactly once,
also when many processes start together: the others find what the first has drawn.

The class is put together from parts by subject: the store itself (``ledger``), draws
(``draw_records``), runs (``run_records``), keys and links (``link_records``); what comes
back is below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa_sampling.records.draw_records import DrawRecords
from qa_sampling.records.link_records import LinkRecords
from qa_sampling.records.recorded_draw import FixedFrame, RecordedDraw
from qa_sampling.records.release_records import ReleaseRecords
from qa_sampling.records.returned import PANEL
from qa_sampling.records.run_records import RunRecords
from qa_sampling.records.seed_records import SeedRecords

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from qa_sampling.records.form_history import FormHistory
    from qa_sampling.records.moderation_history import Said
    from qa_sampling.records.return_records import FormRows, Recorded
    from qa_sampling.records.transaction import Transaction

__all__ = ["FixedFrame", "RecordedDraw", "Register"]


class Register(DrawRecords, SeedRecords, RunRecords, LinkRecords, ReleaseRecords):
    """The register of one authority.

    Open it with :meth:`open`, as a context manager::

        with Register.open("register.sqlite", actor="QA analyst") as register:
            register.find_draw("2026-11", "monthly")

    On SQLite, writers queue for one lock (at most 15 seconds by default) and every write is
    on the disk before its method returns. On a database server, unique keys hold what the
    lock holds here; take UPDATE and DELETE from its role.
    """

    def record_audits(self, audits: pd.DataFrame, answers: pd.DataFrame) -> Recorded:
        """Record audits with all their answers.

        The same again writes nothing. An audit that differs from what is held, or whose
        answers do, is recorded anew and replaces the earlier one whole.

        Parameters
        ----------
        audits : DataFrame
            Columns of :data:`~qa_sampling.records.returned.AUDITS`.
        answers : DataFrame
            Columns of :data:`~qa_sampling.records.returned.ANSWERS`: one row an audit and
            standard.

        Returns
        -------
        Recorded
            How many were new, corrected, unchanged.

        Raises
        ------
        SchemaError
            When a table is not as declared.
        RegisterError
            When a table has further columns, or answers belong to no audit given with them.
        """
        return self._record("AUDITS", "audits recorded", audits, answers)

    def record_moderations(
        self, moderations: pd.DataFrame, answers: pd.DataFrame | None = None
    ) -> Recorded:
        """Record moderations with the grades the moderators gave (see :meth:`record_audits`).

        Parameters
        ----------
        moderations : DataFrame
            Columns of :data:`~qa_sampling.records.returned.MODERATIONS`.
        answers : DataFrame, optional
            Columns of :data:`~qa_sampling.records.returned.MODERATED_ANSWERS`.
        """
        return self._record("MODERATIONS", "moderations recorded", moderations, answers)

    def record_actions(self, actions: pd.DataFrame) -> Recorded:
        """Record actions, or what has become of them (see :meth:`record_audits`).

        Parameters
        ----------
        actions : DataFrame
            Columns of :data:`~qa_sampling.records.returned.ACTIONS`.

        Raises
        ------
        RegisterError
            When an action cannot be so, such as one that its own owner has verified.
        """
        from qa_sampling.records.action_rules import check_actions

        check_actions(actions)
        return self._record("ACTIONS", "actions recorded", actions, None)

    def record_activities(self, activities: pd.DataFrame) -> Recorded:
        """Record other QA activity, such as observations (see :meth:`record_audits`).

        Parameters
        ----------
        activities : DataFrame
            Columns of :data:`~qa_sampling.records.activities.ACTIVITIES`.
        """
        return self._record("ACTIVITIES", "activities recorded", activities, None)

    def record_outcomes(self, outcomes: pd.DataFrame) -> Recorded:
        """Record what became of drawn cases (see :meth:`record_audits`).

        Parameters
        ----------
        outcomes : DataFrame
            Columns of :data:`~qa_sampling.records.fieldwork.OUTCOMES`.
        """
        return self._record("OUTCOMES", "outcomes recorded", outcomes, None)

    def record_grants(self, grants: pd.DataFrame) -> Recorded:
        """Record exemptions and extensions (see :meth:`record_audits`).

        Parameters
        ----------
        grants : DataFrame
            Columns of :data:`~qa_sampling.records.fieldwork.GRANTS`.
        """
        return self._record("GRANTS", "exemptions recorded", grants, None)

    def record_reassignments(self, reassignments: pd.DataFrame) -> Recorded:
        """Record who audits a case in place of the plan's auditor (see :meth:`record_audits`).

        Parameters
        ----------
        reassignments : DataFrame
            Columns of :data:`~qa_sampling.records.fieldwork.REASSIGNMENTS`.
        """
        return self._record("REASSIGNMENTS", "new auditors recorded", reassignments, None)

    def record_audit_tags(self, tags: pd.DataFrame) -> Recorded:
        """Record the themes that auditors chose (see :meth:`record_audits`).

        Parameters
        ----------
        tags : DataFrame
            Columns of :data:`~qa_sampling.records.fieldwork.TAGS`.
        """
        return self._record("TAGS", "tags recorded", tags, None)

    def record_forms(self, make: Callable[[FormHistory], FormRows]) -> dict[str, Recorded]:
        """Record what returned forms leave, all of it or nothing (see :meth:`record_audits`).

        Parameters
        ----------
        make : callable
            Gives the rows from what forms left before; it is read under the same lock, so that
            two that record at once see each other. It has no other effect.

        Returns
        -------
        dict of str to Recorded
            For "audits", "outcomes", "actions" and "tags".

        Raises
        ------
        RegisterError
            When an action cannot be so.
        """
        from qa_sampling.records import return_records as returns
        from qa_sampling.records.action_rules import check_actions
        from qa_sampling.records.form_history import read_history

        def work(write: Transaction) -> dict[str, Recorded]:
            made = make(read_history(write.connection))
            check_actions(made.actions)
            return returns.add_forms(write, made)

        return self._write("returned forms recorded", work)

    def form_history(self) -> FormHistory:
        """Give every row that forms ever left, replaced ones too."""
        from qa_sampling.records.form_history import read_history

        with self._reading() as connection:
            return read_history(connection)

    def moderation_versions(self) -> dict[str, list[Said]]:
        """Give what each moderation has said so far, by its name, the oldest first."""
        from qa_sampling.records.moderation_history import read_versions

        with self._reading() as connection:
            return read_versions(connection)

    def corrected_since_moderation(self) -> frozenset[str]:
        """Give the audits that were corrected after a moderation of them had been recorded."""
        from qa_sampling.records.moderation_history import read_corrected

        with self._reading() as connection:
            return read_corrected(connection)

    def audits(self) -> pd.DataFrame:
        """Give the audits that stand: columns of :data:`~qa_sampling.records.returned.AUDITS`."""
        return self._current("AUDITS")

    def answers(self) -> pd.DataFrame:
        """Give the answers that stand: columns of :data:`~qa_sampling.records.returned.ANSWERS`."""
        return self._current("AUDITS", details=True)

    def moderations(self) -> pd.DataFrame:
        """Give the moderations that stand (:data:`~qa_sampling.records.returned.MODERATIONS`).

        What the panel decided is no moderation: see :meth:`panel_decisions`.
        """
        held = self._current("MODERATIONS")
        return held[held["moderator_id"] != PANEL].reset_index(drop=True)

    def panel_decisions(self) -> pd.DataFrame:
        """Give what the moderation panel decided, one row an audit.

        Columns of :data:`~qa_sampling.records.returned.MODERATIONS`; `date` is the day of the
        meeting, `comment` what was learned.
        """
        held = self._current("MODERATIONS")
        return held[held["moderator_id"] == PANEL].reset_index(drop=True)

    def moderated_answers(self) -> pd.DataFrame:
        """Give the moderators' grades that stand, one row a moderation and standard."""
        return self._current("MODERATIONS", details=True)

    def actions(self) -> pd.DataFrame:
        """Give the actions that stand: columns of :data:`~qa_sampling.records.returned.ACTIONS`."""
        return self._current("ACTIONS")

    def activities(self) -> pd.DataFrame:
        """Give the activities that stand (:data:`~qa_sampling.records.activities.ACTIVITIES`)."""
        return self._current("ACTIVITIES")

    def outcomes(self) -> pd.DataFrame:
        """Give what became of drawn cases (:data:`~qa_sampling.records.fieldwork.OUTCOMES`)."""
        return self._current("OUTCOMES")

    def grants(self) -> pd.DataFrame:
        """Give exemptions and extensions (:data:`~qa_sampling.records.fieldwork.GRANTS`)."""
        return self._current("GRANTS")

    def reassignments(self) -> pd.DataFrame:
        """Give new auditors (:data:`~qa_sampling.records.fieldwork.REASSIGNMENTS`)."""
        return self._current("REASSIGNMENTS")

    def audit_tags(self) -> pd.DataFrame:
        """Give the themes of audits (:data:`~qa_sampling.records.fieldwork.TAGS`).

        Those that a corrected form no longer has are left out.
        """
        from qa_sampling.records.fieldwork import WITHDRAWN_TAG

        held = self._current("TAGS")
        return held[held["tag"] != WITHDRAWN_TAG].reset_index(drop=True)

    def _record(
        self, name: str, kind: str, rows: pd.DataFrame, details: pd.DataFrame | None
    ) -> Recorded:
        from qa_sampling.records import return_records as returns

        table = getattr(returns, name)
        versions = returns.versions_of(table, rows, details)
        return self._write(kind, lambda write: returns.add_versions(write, table, versions))

    def _current(self, name: str, *, details: bool = False) -> pd.DataFrame:
        """Give the rows that stand; read once for as long as nothing has been written."""
        from qa_sampling.records import return_records as returns
        from qa_sampling.records.transaction import last_event

        give = returns.current_details if details else returns.current_table
        with self._reading() as connection:
            last = last_event(connection)
            head, held = self._held.get((name, details), ("", None))
            if last is None or held is None or head != last.hash:
                held = give(connection, getattr(returns, name))
                self._held[name, details] = ("" if last is None else last.hash, held)
        return held.copy()
