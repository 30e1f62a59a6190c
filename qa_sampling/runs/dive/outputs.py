"""The files of a deep dive: everything for those who look into it, one table for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qa_sampling.records.question_bank import QuestionBank, load_question_bank, write_form
from qa_sampling.records.register import Register
from qa_sampling.reporting.dive_tables import DiveTable, protect_dive
from qa_sampling.reporting.outcomes_workbook import write_outcomes_workbook
from qa_sampling.reporting.releases import printed_tables, release_text
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.dive.carried import Apart
from qa_sampling.runs.dive.cases import Dive, unit_words
from qa_sampling.runs.dive.closing import Closing, closing_words
from qa_sampling.runs.dive.code_words import in_words
from qa_sampling.runs.dive.medians import median_groups_view, median_parts_view
from qa_sampling.runs.dive.reality import Reality
from qa_sampling.runs.dive.recording import Recorded, write_reading
from qa_sampling.runs.dive.reviewing import Review, review_words
from qa_sampling.runs.dive.said import terms_of_reference, who_words
from qa_sampling.runs.dive.sample import Reading
from qa_sampling.runs.dive.view import (
    agreed_view,
    balance_view,
    carriers_view,
    formed_view,
    ideas_view,
    in_full,
    mixes_view,
    population_view,
    questions_view,
    readers_view,
    recording_view,
    review_view,
    strata_view,
    to_read,
)
from qa_sampling.runs.dive.who_is_who import who_is_who
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.shared_tables import CASE_SYSTEM, write_shared_tables
from qa_sampling.settings.common import home
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.day_cases import why_no_sample
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.measure_cases import cases_of
from qa_sampling.trends.measures import MEASURES

_MARKING = "RESTRICTED – single children"
_COVER = (
    ("For", "Those who look into it: the lead, the readers, the head of service. Nobody else."),
    (
        "Terms of reference",
        "One page to agree on before a case is opened: the question, what the figures say, the "
        "ideas to test, the sample, who and by when.",
    ),
    (
        "Cases to read",
        "Concerned and others in one list, by reference: a reader should not know which is which. "
        "The sheet 'Who is who' is for the lead.",
    ),
    (
        "The draw",
        "The cases were drawn by tickets from the seed below, and are in the register as a "
        "selection of their own: they are no audits of the monthly plan. Anyone can verify them "
        "with what is in the folder 'verification'.",
    ),
)


@dataclass(frozen=True)
class Found:
    """What the steps of a deep dive found. Restricted.

    Attributes
    ----------
    dive : Dive
        The cases.
    real : Reality
        The tests.
    apart : Apart or None
        The change taken apart.
    carried : dict of str to Drivers
        Who carries it.
    reading : Reading
        The cases to read.
    recorded : Recorded or None
        The same in the register, with readers; None where none was drawn.
    closing : Closing or None
        What the readers found.
    agreed : DataFrame or None
        The actions of this deep dive.
    review : Review or None
        The measure at review.
    """

    dive: Dive
    real: Reality
    apart: Apart | None
    carried: dict[str, Drivers]
    reading: Reading
    recorded: Recorded | None = None
    closing: Closing | None = None
    agreed: pd.DataFrame | None = None
    review: Review | None = None


def question_bank() -> QuestionBank:
    """Read the question bank of the project.

    Raises
    ------
    FormError
        With every fault of the file.
    """
    return load_question_bank(home() / "parameters" / "question_bank.yml", measures=MEASURES)


def terms_of(found: Found, settings: DeepDive, bank: QuestionBank) -> pd.DataFrame:
    """Give the terms of reference as a table of two columns.

    Parameters
    ----------
    found : Found
        What the steps found.
    settings : DeepDive
        Checked parameters.
    bank : QuestionBank
        Gives the ideas to test where none were named.
    """
    rows = terms_of_reference(
        found.dive, found.real, found.carried, found.reading, settings, recorded=found.recorded,
        hypotheses=bank.hypotheses_of(settings.measure),
    )  # fmt: skip
    return pd.DataFrame(rows, columns=["About", "Agreed"])


def release_dive(
    told: Told, found: Found, settings: DeepDive, register: Register
) -> DiveTable | None:
    """Protect the latest finished quarter's counts, and enter them in the ledger of releases.

    Parameters
    ----------
    told : Told
        The events.
    found : Found
        The measure.
    settings : DeepDive
        Checked parameters.
    register : Register
        Holds the ledger.

    Returns
    -------
    DiveTable or None
        None where there is nothing that can be shared.

    Raises
    ------
    DisclosureError
        When figures of the same extract contradict what was released; name an `edition` then.
    """
    dive = found.dive
    is_told = dive.kind == "period" and not dive.is_elsewhere
    quarter = _finished_quarter(dive) if is_told else None
    if quarter is None:
        return None
    kind = "team" if settings.unit_kind == "all" else settings.unit_kind
    cases = cases_of(
        told.known_on(settings.extract_day), found.dive.measure, as_at=settings.extract_day,
        first=quarter.date(), last=(quarter + pd.offsets.QuarterEnd(0)).date(),
    )  # fmt: skip
    day = f"extract of {settings.extract_day.isoformat()}"
    table = protect_dive(
        cases.assign(source=[in_words("source", one) for one in cases["source"]]),
        found.dive.measure,
        kind=kind,
        quarter=quarter,
        edition=f"{settings.edition}, {day}" if settings.edition else day,
        earlier=printed_tables(register.releases()["content"]),
    )
    if table is not None:
        register.record_releases(settings.slug, {table.shared.title: release_text(table.table)})
    return table


def _finished_quarter(dive: Dive) -> pd.Timestamp | None:
    """Give the latest quarter up to the months looked at whose months are all settled."""
    settled = set(dive.readings.loc[dive.readings["mature"], "start"])
    last = dive.days[1].to_period("Q")
    for one in (last, last - 1):
        months = pd.date_range(one.start_time, one.end_time, freq="MS")
        if settled.issuperset(months):
            return one.start_time
    return None


def publish_dive(
    found: Found,
    settings: DeepDive,
    register: Register,
    *,
    bank: QuestionBank,
    table: DiveTable | None,
    findings: Words = NOTHING_SAID,
) -> str:
    """Write the files, all or nothing; give the name of their folder.

    Parameters
    ----------
    found : Found
        What the steps found.
    settings : DeepDive
        Checked parameters.
    register : Register
        Holds the ledger of releases.
    bank : QuestionBank
        The questions.
    table : DiveTable or None
        The table of the ledger of releases.
    findings : Words
        What the page says first.
    """
    title = f"Deep dive: {found.dive.title}, {found.dive.spans[1]}"

    def write(folder: Path) -> None:
        restricted = folder / "restricted"
        write_outcomes_workbook(
            restricted / f"deep_dive_{settings.measure}_{settings.period}.xlsx",
            _sheets(found, settings, bank), title=title, as_at=settings.extract_day,
            cover=(*_COVER, *_whose(found.dive, settings),
                   ("Seed", found.reading.seed or "nothing was drawn"),
                   ("Frame", found.reading.frame_fingerprint or "–")), marking=_MARKING,
        )  # fmt: skip
        write_form(
            restricted / "deep_dive_form.yml",
            bank.form_of(settings.measure, title=f"Deep dive: {found.dive.title}"),
        )
        if found.recorded is not None:
            write_reading(restricted, found.recorded, settings, bank=bank)
        cases = found.reading.cases.reindex(columns=["case_ref"]).sort_values("case_ref")
        text = cases.to_csv(index=False, lineterminator="\n")
        (restricted / "deep_dive_cases.csv").write_text(text, encoding="utf-8")
        shared = () if table is None else (table.shared,)
        if not shared:
            return
        write_shared_tables(
            folder,
            "deep_dive_tables",
            shared,
            settings,
            register,
            title=shared[0].caption,
            source=CASE_SYSTEM,
            findings=findings,
        )

    return publish_files(settings, register, write)


def _whose(dive: Dive, settings: DeepDive) -> tuple[tuple[str, str], ...]:
    """Say on the cover whose figures they are, where one unit is looked into."""
    if not dive.everybody:
        return ()
    return (
        ("Whose figures", f"{dive.everybody}, but for what names {unit_words(settings)}. The "
                          f"cases to read are of {unit_words(settings)}."),
    )  # fmt: skip


def _sheets(found: Found, settings: DeepDive, bank: QuestionBank) -> dict[str, pd.DataFrame]:
    said = pd.DataFrame({"Who carries it": who_words(found.carried, found.dive)})
    return {
        "Terms of reference": terms_of(found, settings, bank),
        "Front door": recording_view(found.real),
        "Population": population_view(found.real),
        **_taken_apart(found),
        "In words": said,
        "Who carries it": carriers_view(
            found.carried, of_families=not why_no_sample(found.dive.measure)
        ),
        "All groups": in_full(found.carried["All"].groups),
        "Cases to read": to_read(found.reading),
        "Readers": readers_view(found.recorded),
        "Strata": formed_view(found.reading),
        "Drawn": strata_view(found.reading),
        "Alike": balance_view(found.reading),
        "Questions": questions_view(bank, settings.measure),
        "Who is who": who_is_who(found.reading, found.recorded),
        **_afterwards(found, settings),
    }


def _taken_apart(found: Found) -> dict[str, pd.DataFrame]:
    """Give the sheets of the change; none of one day alone."""
    apart, median = found.apart, found.real.median
    if apart is None:
        return {}
    medians = {} if median is None else {
        "What moved the median": median_parts_view(median), "Medians": median_groups_view(median),
    }  # fmt: skip
    return medians | {
        "Taken apart": in_full(apart.together.parts),
        "By value": in_full(apart.together.values),
        "Mix by factor": mixes_view(apart),
    }


def _afterwards(found: Found, settings: DeepDive) -> dict[str, pd.DataFrame]:
    """Give the sheets of the closing; none before a case was read."""
    if found.closing is None or not found.closing.is_read:
        return {}
    said = [*closing_words(found.closing, found.recorded), *review_words(found.review, settings)]
    agreed = pd.DataFrame() if found.agreed is None else agreed_view(found.agreed, settings)
    return {
        "What was found": pd.DataFrame({"In words": said}),
        "Ideas": ideas_view(found.closing),
        "Agreed": agreed,
        "At review": review_view(found.review),
    }
