"""Opening the register for collecting, and the files that are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.register import Register
from qa_sampling.records.returned_batch import FAULTS, Batch
from qa_sampling.records.returned_report import write_batch_report
from qa_sampling.reporting.collect_tables import CollectTables, protect_progress
from qa_sampling.reporting.dates import period_in_words
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.collect.moderations import moderation_lines
from qa_sampling.runs.collecting import folder_of
from qa_sampling.runs.moderation_owed import moderation_form, owed_moderations
from qa_sampling.runs.returned_folder import (
    Sent,
    fieldwork_of,
    progress_of,
    read_folder,
    sent_out,
)
from qa_sampling.runs.returns_in import staff_of
from qa_sampling.runs.shared_tables import record_tables, write_shared_tables
from qa_sampling.sampling.progress import Progress
from qa_sampling.settings.collect import CollectAudits

_NO_FORMS = Batch((), (), FAULTS.empty())


@dataclass(frozen=True)
class Collection:
    """What came back, and how the audits of the months stand.

    Attributes
    ----------
    batch : Batch
        What the folder of returned forms holds; nothing where none was given.
    progress : Progress
        Every audit of the months.
    sent : Sent
        The draws.
    names : dict of str to str
        Staff number to name.
    moderations : DataFrame
        Every moderation that is asked for (``runs.moderation_owed.owed_moderations``).
    """

    batch: Batch
    progress: Progress
    sent: Sent
    names: dict[str, str]
    moderations: pd.DataFrame


def collection_of(settings: CollectAudits, register: Register) -> Collection:
    """Read the folder again, and say how the audits of the months stand.

    Parameters
    ----------
    settings : CollectAudits
        Checked parameters.
    register : Register
        What :func:`open_collect` gave.
    """
    staff, today = staff_of(settings), settings.extract_day
    folder, batch = folder_of(settings, register), _NO_FORMS
    if folder is not None:
        _, batch = read_folder(settings, register, folder, today=today)
    sent = _of_months(settings, sent_out(register))
    known = {} if staff is None else dict(zip(staff["staff_id"], staff["name"], strict=True))
    names = {number: str(name) for number, name in known.items() if isinstance(name, str)}
    owed = owed_moderations(register, sent, form=moderation_form(), as_at=today)
    stand = progress_of(register, sent, staff, as_at=today)
    return Collection(batch, stand, sent, names, owed)


def _of_months(settings: CollectAudits, sent: Sent) -> Sent:
    asked = {
        name: draw
        for name, draw in sent.draws.items()
        if settings.first_period <= draw.period <= settings.period
        and (not settings.designs or draw.design in settings.designs)
    }
    expected = {place: one for place, one in sent.expected.items() if place[0] in asked}
    return Sent(asked, expected)


def release_progress(
    collection: Collection, settings: CollectAudits, register: Register
) -> CollectTables:
    """Protect the tables, and enter them in the ledger before anyone reads them.

    Parameters
    ----------
    collection : Collection
        How the audits stand.
    settings : CollectAudits
        Checked parameters.
    register : Register
        Holds the ledger of releases.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; name an `edition` then, and keep it.
    """
    tables = protect_progress(
        collection.progress.table,
        as_at=settings.extract_day.isoformat(),
        periods=settings.all_periods,
        edition=settings.edition,
        earlier=printed_tables(register.releases()["content"]),
    )
    record_tables(register, settings.slug, tables.by_title())
    return tables


def publish_collect(
    collection: Collection,
    settings: CollectAudits,
    register: Register,
    *,
    tables: CollectTables,
    findings: Words = NOTHING_SAID,
) -> str:
    """Write the files, all or nothing; give the name of their folder.

    Parameters
    ----------
    collection : Collection
        What came back.
    settings : CollectAudits
        Checked parameters.
    register : Register
        What it all rests on.
    tables : CollectTables
        The protected tables the page shows, of the ledger of releases.
    findings : Words
        What the page says first.
    """
    span = period_in_words(settings.first_day, settings.period_end)
    day: date = settings.extract_day

    def write(folder: Path) -> None:
        write_batch_report(
            folder / "restricted" / "returned",
            collection.batch,
            names=collection.names,
            as_at=day,
            more=moderation_lines(collection.moderations),
        )
        shared = tables.shared(span)
        write_shared_tables(
            folder,
            "collected_tables",
            shared,
            settings,
            register,
            title=f"Returned audits, {span}",
            as_at=day,
            findings=findings,
        )

    return publish_files(settings, register, write)


def forms_view(batch: Batch) -> pd.DataFrame:
    """Give what the forms are, in words people read.

    Parameters
    ----------
    batch : Batch
        What was read.
    """
    counts = batch.counts()
    rows = [
        ("Complete", counts["complete"]),
        ("Cannot be audited", counts["cannot"]),
        ("Not finished", counts["unfinished"]),
        ("Not begun", counts["untouched"]),
        ("To put right", counts["faulty"]),
        ("Workbooks that are no form of ours", counts["not_ours"]),
    ]
    if counts["replaced"]:
        rows.append(("Replaced already", counts["replaced"]))
    return pd.DataFrame(rows, columns=["What came back", "Sheets"])


def faults_view(collection: Collection) -> pd.DataFrame:
    """Give what is to be put right or still to do, by auditor. Restricted.

    Parameters
    ----------
    collection : Collection
        What came back.
    """
    faults = collection.batch.faults
    held = faults[faults["kind"] != "note"]
    who = held["auditor_id"].map(lambda one: collection.names.get(one, one) or "Not known whose")
    shown = pd.DataFrame(
        {
            "Auditor": who,
            "Sheet": held["sheet"],
            "Cell": held["cell"],
            "What is wrong": held["fault"],
            "What to do": held["action"],
        }
    )
    untouched = held["fault"] == "nothing has been filled in"
    return shown[~untouched].sort_values(["Auditor", "Sheet"], ignore_index=True)


def progress_view(found: Progress, by: str, names: dict[str, str] | None = None) -> pd.DataFrame:
    """Give counts by a column, in words people read. Restricted where it names people.

    Parameters
    ----------
    found : Progress
        How the audits stand.
    by : str
        "service", "team" or "auditor_id".
    names : dict of str to str, optional
        What the values are called.
    """
    heads = {
        by: {"auditor_id": "Auditor"}.get(by, by.capitalize()),
        "planned": "Planned",
        "returned": "Returned",
        "late": "Of them late",
        "overdue": "Overdue",
        "not_due": "Not yet due",
        "exempted": "Exempted",
        "not_auditable": "Cannot be audited",
    }
    counted = found.counts(by)
    if names:
        counted[by] = [names.get(value, value) for value in counted[by]]
    return counted[list(heads)].rename(columns=heads)


def chase_view(collection: Collection, *, due_within_days: int) -> pd.DataFrame:
    """Give whom to remind. Restricted.

    Parameters
    ----------
    collection : Collection
        How the audits stand.
    due_within_days : int
        Audits due within so many days count as well.
    """
    rows = collection.progress.chase(due_within_days=due_within_days)
    return pd.DataFrame(
        {
            "Auditor": [collection.names.get(one, one) for one in rows["auditor_id"]],
            "Audit": rows["audit_id"],
            "Team": rows["team"],
            "Due": rows["due"].dt.strftime("%d/%m/%Y"),
            "Days overdue": (-rows["days_left"]).clip(lower=0),
        }
    )


def reserves_view(register: Register, collection: Collection) -> pd.DataFrame:
    """Give the reserves that are due, and the cases for which another auditor is needed.

    Parameters
    ----------
    register : Register
        Holds frames and outcomes.
    collection : Collection
        The draws.
    """
    given = set(register.reassignments()["reassignment_id"])
    rows = []
    for name, draw in collection.sent.draws.items():
        if draw.superseded:
            continue
        work = fieldwork_of(register, draw)
        rows += [
            (case_name(name, row.instead_of), row.stratum, "open its reserve")
            for row in work.to_open.itertuples()
            if case_name(name, row.case_ref) not in given
        ]
        rows += [
            (case_name(name, row.case_ref), row.stratum, "give it to another auditor")
            for row in work.to_reassign.itertuples()
            if case_name(name, row.case_ref) not in given
        ]
    return pd.DataFrame(rows, columns=["Audit", "Stratum", "What to do"])
