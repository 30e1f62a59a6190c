"""The notebooks that read the register: what each is called, asks and needs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.errors import NothingReturned, ParameterError, RegisterError
from qa_sampling.records.chain import canonical_json
from qa_sampling.records.frame_text import plain_values
from qa_sampling.records.register import Register
from qa_sampling.reporting.dates import month_in_words, period_in_words
from qa_sampling.runs.collecting import open_collect
from qa_sampling.runs.enough_audits import need_graded, need_returns
from qa_sampling.runs.exercise_grades import (
    graders_of,
    grades_digest,
    is_contact,
    need_exercise,
    open_exercise,
    which_exercise,
)
from qa_sampling.runs.inputs import case_numbers, open_register
from qa_sampling.runs.outcomes_basis import extract_digest
from qa_sampling.runs.published_inputs import figures_digest, open_benchmarks, series_of
from qa_sampling.runs.returns_in import open_returns, staff_of
from qa_sampling.runs.themed_returns import open_design, open_programme
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.benchmarking import Benchmarking
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.settings.exercise import TrainingExercise
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.panel import PanelSession
from qa_sampling.settings.programme import QaProgramme
from qa_sampling.trends.measures import MEASURES


def _whole_span(settings: AnalysisSettings) -> str:
    return period_in_words(settings.first_day, settings.period_end)


def _of_measure(settings: AnalysisSettings) -> str:
    """Say which measure and month a deep dive is about."""
    title = MEASURES[getattr(settings, "measure", "")].title
    return f"{title}, {month_in_words(settings.period_end)}"


def _until(settings: AnalysisSettings) -> str:
    """Say up to which month: which months count, what came back decides."""
    return f"up to {month_in_words(settings.period_end)}"


@dataclass(frozen=True)
class Analysis:
    """A notebook that reads the register.

    Attributes
    ----------
    file : str
        The notebook's file.
    title : str
        What its page is called, before the period.
    question : str
        What it answers.
    files : tuple of (str, str)
        What it leaves besides its pages, by path or pattern in its folder, and what it is for.
    need : callable
        Takes the settings and the register (None where it does not rest on it); raises when
        there is nothing to look at.
    open : callable
        Takes the settings and opens the register.
    span : callable
        Takes the settings and says the months in words, or which exercise it is.
    span_of : str
        What these words are called at the foot of the page.
    basis_of_what : str
        What its fingerprint is called there.
    rests_on_register : bool
        Whether it reads the register; a dry run of one that does not starts none.
    """

    file: str
    title: str
    question: str
    files: tuple[tuple[str, str], ...]
    need: Callable[[AnalysisSettings, Register | None], None]
    open: Callable[[AnalysisSettings], Register] = open_returns
    span: Callable[[AnalysisSettings], str] = _whole_span
    span_of: str = "Audits of"
    basis_of_what: str = "Fingerprint of what the register held"
    rests_on_register: bool = True


def _need_moderations(settings: AnalysisSettings, register: Register) -> None:
    audits = register.audits()
    asked = audits["period"].between(settings.first_period, settings.period)
    if settings.designs:
        asked &= audits["design"].isin(settings.designs)
    if not register.moderations()["audit_id"].isin(audits.loc[asked, "audit_id"]).any():
        raise NothingReturned(
            f"The register holds no moderation of audits from {settings.first_period} to "
            f"{settings.period}{' of these designs' if settings.designs else ''}. Record what the "
            f"moderators found, or ask for other months with `period` and `months`."
        )


def _need_actions(settings: AnalysisSettings, register: Register) -> None:
    if register.actions().empty and register.activities().empty:
        raise NothingReturned(
            "The register holds no action and no other activity. Record them first: "
            "`qa-sampling actions record`, `qa-sampling activities record`."
        )


def _need_draws(settings: AnalysisSettings, register: Register) -> None:
    draws = register.draws()
    if not draws["period"].between(settings.first_period, settings.period).any():
        raise RegisterError(
            f"Nothing was drawn from {settings.first_period} to {settings.period}, so no audit "
            "is owed. Run the monthly audit plan first, or ask for other months."
        )


def _need_extract(settings: AnalysisSettings, register: Register | None) -> None:
    """Seek the files; the notebook's first step reads them, and refuses what is wrong with them."""
    for path in settings.extract_paths:
        if not path.exists():
            raise ParameterError(
                f"`extract`: {path.name} is not there. Name the workbook or the folder of the "
                "Annex A extract."
            )


ANALYSES: dict[str, Analysis] = {
    "actions_and_activity": Analysis(
        file="35_actions_and_activity.ipynb",
        title="Actions and other activity",
        question="Are actions closed, and what did we do besides audits?",
        files=(
            ("restricted/open_actions_*.xlsx", "all open actions, to be filled in and recorded"),
            ("shareable/actions_tables.xlsx", "its tables, to share; also as CSV"),
        ),
        need=_need_actions,
    ),
    "benchmarking": Analysis(
        file="70_benchmarking.ipynb",
        title="Benchmarks",
        question="How do we compare with neighbours and England?",
        files=(("shareable/benchmark_tables.xlsx", "its tables, to share; also as CSV"),),
        need=lambda settings, register: series_of(settings) and None,
        open=open_benchmarks,
        span=lambda settings: settings.span,
        span_of="Published figures of",
        basis_of_what="Fingerprint of the published files",
        rests_on_register=False,
    ),
    "published_deep_dive": Analysis(
        file="61_published_deep_dive.ipynb",
        title="Why a published figure moved",
        question="Which step carries the change, and did neighbours' steps move as much?",
        files=(("shareable/published_dive_tables.xlsx", "its tables, to share; also as CSV"),),
        need=lambda settings, register: series_of(settings) and None,
        open=open_benchmarks,
        span=lambda settings: settings.span,
        span_of="Published figures of",
        basis_of_what="Fingerprint of the published files",
        rests_on_register=False,
    ),
    "collect_audits": Analysis(
        file="20_collect_audits.ipynb",
        title="Returned audits",
        question="What came back, what is missing or late, what is wrong with it?",
        files=(
            ("restricted/returned", "what is wrong with the forms, and what goes back to whom"),
            ("shareable/collected_tables.xlsx", "its tables, to share; also as CSV"),
        ),
        need=_need_draws,
        open=open_collect,
    ),
    "audit_findings": Analysis(
        file="30_audit_findings.ipynb",
        title="What audits found",
        question=(
            "How good is practice, per standard, service and team, and what did families say?"
        ),
        files=(
            ("restricted/audit_findings_*.xlsx", "everything, a sheet a table"),
            ("shareable/findings_tables.xlsx", "its tables, to share; also as CSV"),
        ),
        need=need_graded,
        open=open_design,
        span=_until,
    ),
    "training_exercise": Analysis(
        file="45_training_exercise.ipynb",
        title="Training exercise",
        question="Do auditors who read the same cases give the same grades?",
        files=(
            ("restricted/feedback_*.xlsx", "a sheet for each auditor, and for nobody else"),
            ("shareable/exercise_tables.xlsx", "its tables, to share; also as CSV"),
        ),
        need=need_exercise,
        open=open_exercise,
        span=which_exercise,
        span_of="Exercise of",
        basis_of_what="Fingerprint of the grades, made with a key",
        rests_on_register=False,
    ),
    "moderation_agreement": Analysis(
        file="40_moderation_agreement.ipynb",
        title="Moderation of audits",
        question="Do moderators agree with auditors, and which way do they differ?",
        files=(
            ("restricted/calibration_pack_*.xlsx", "the cases for the panel, a sheet each"),
            ("shareable/moderation_tables.xlsx", "its tables, to share; also as CSV"),
        ),
        need=_need_moderations,
    ),
    "qa_programme": Analysis(
        file="80_qa_programme.ipynb",
        title="The QA programme",
        question="How much did we do, how well did we do it, and what difference did it make?",
        files=(
            (
                "restricted/qa_programme_*.xlsx",
                "who owes what by name, and every piece of evidence",
            ),
            ("shareable/members_page.html", "one page in plain words, for elected members"),
            ("shareable/slide_*.png", "pictures for slides, with their words"),
            ("shareable/programme_tables.xlsx", "its tables, to share; also as CSV"),
        ),
        need=need_returns,
        open=open_programme,
    ),
    "outcome_trends": Analysis(
        file="50_outcome_trends.ipynb",
        title="Outcomes",
        question="What do the outcomes do, and which need a closer look?",
        files=(
            ("restricted/outcome_trends_*.xlsx", "every figure, a sheet a table"),
            ("restricted/slide_overview.png", "what matters most, as a slide, with its words"),
            ("restricted/signals.yml", "what each signal fills of a deep dive"),
            ("shareable/outcome_tables.xlsx", "its tables, to share; also as CSV"),
        ),
        need=_need_extract,
        open=open_register,
        span=_until,
        span_of="Months",
        basis_of_what="Fingerprint of the extract and the register",
        rests_on_register=False,
    ),
    "deep_dive": Analysis(
        file="60_deep_dive.ipynb",
        title="Deep dive",
        question="Why did this measure move, who carries it, and which cases should be read?",
        files=(
            ("restricted/deep_dive_*.xlsx", "terms of reference, every table, and the cases"),
            ("restricted/deep_dive_form.yml", "what the forms ask, as a file"),
            ("restricted/deep_dive_cases.csv", "the cases to read, by reference"),
            ("restricted/forms", "a form for each reader"),
            ("restricted/verification", "what anyone needs to verify the draw"),
            ("shareable/deep_dive_tables.xlsx", "its table, to share; also as CSV"),
        ),
        need=_need_extract,
        open=open_register,
        span=_of_measure,
        span_of="Deep dive into",
        basis_of_what="Fingerprint of the extract",
        rests_on_register=False,
    ),
}
"""By the notebook's name without its number."""


def basis_of(settings: AnalysisSettings, register: Register) -> str:
    """Give the fingerprint of what an analysis rests on: all that came back and stands.

    Parameters
    ----------
    settings : AnalysisSettings
        A training exercise rests on its own grades, whose fingerprint is made with the key;
        outcomes on the extract, and on the audits and activity of the register where there are
        any; a benchmark on the published files.
    register : Register
        The register.
    """
    if isinstance(settings, TrainingExercise):
        return grades_digest(settings)
    if isinstance(settings, DeepDive):
        return _dive_basis(settings, register)
    if isinstance(settings, OutcomeTrends):
        return _trends_basis(settings, register)
    if isinstance(settings, Benchmarking):
        return figures_digest(settings)
    digest = hashlib.sha256()
    tables = [
        register.audits(),
        register.answers(),
        register.moderations(),
        register.moderated_answers(),
        register.actions(),
        register.activities(),
    ]
    if isinstance(settings, PanelSession):
        tables.append(register.panel_decisions())
    if isinstance(settings, QaProgramme):
        digest.update(extract_digest(settings).encode())
    _take_in(digest, tables)
    return digest.hexdigest()


def _take_in(digest: hashlib._Hash, tables: Sequence[pd.DataFrame]) -> None:
    for table in tables:
        ordered = table.sort_values(list(table.columns[:2]), kind="stable")
        columns = [plain_values(ordered[name].astype("str")) for name in ordered.columns]
        digest.update(canonical_json([list(ordered.columns), *map(list, columns)]).encode())


def _trends_basis(settings: OutcomeTrends, register: Register) -> str:
    """Give the fingerprint of the extract, with the register's where it has what is read of it.

    The invented authority's audits and activity follow from its seed.
    """
    extract = extract_digest(settings)
    tables = [register.audits(), register.answers(), register.outcomes(), register.activities()]
    if settings.is_invented or all(table.empty for table in tables):
        return extract
    digest = hashlib.sha256(extract.encode())
    _take_in(digest, tables)
    return digest.hexdigest()


def _dive_basis(settings: DeepDive, register: Register) -> str:
    """Give the fingerprint of the extract; once cases were read, of what was found as well.

    Of its actions only those that are done count: a run may add others itself.
    """
    extract = extract_digest(settings)
    audits = register.audits()
    own = audits[(audits["period"] == settings.period) & (audits["design"] == settings.design)]
    if own.empty:
        return extract
    tags, actions = register.audit_tags(), register.actions()
    held = [own["audit_id"], tags[tags["audit_id"].isin(own["audit_id"])].stack()]
    done = actions[actions["audit_id"].isin(own["draw_id"]) & actions["completed"].notna()]
    held.append(done.astype("str").stack())
    text = "\n".join([extract, *(str(value) for column in held for value in column)])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


_REFERENCE = r"(?=.*\d)\S{5,}"
"""What people name actions and owners by, if it can be told from any other word."""


def identifiers_of(settings: AnalysisSettings, register: Register) -> list[str]:
    """Give what must not be read on a page for everybody: references, audits, staff.

    Parameters
    ----------
    settings : AnalysisSettings
        Say where the staff list is. Whoever is named as contact may be read.
    register : Register
        The register.
    """
    audits, moderations, actions = register.audits(), register.moderations(), register.actions()
    columns = [audits[name] for name in ("case_ref", "audit_id", "auditor_id")]
    columns += [moderations[name] for name in ("moderation_id", "moderator_id")]
    named = [actions[name] for name in ("action_id", "owner", "verified_by")]
    named.append(register.activities()["activity_id"])
    columns += [column[column.str.fullmatch(_REFERENCE).fillna(False)] for column in named]
    if isinstance(settings, TrainingExercise):
        columns.append(pd.Series(graders_of(settings), dtype="str"))
    if isinstance(settings, OutcomeTrends | DeepDive | QaProgramme):
        columns.append(pd.Series(sorted(case_numbers(settings)), dtype="str"))
    staff = staff_of(settings)
    if staff is not None:
        names = staff["name"].dropna().astype(str)
        columns.append(names[[not is_contact(name, settings.contact) for name in names]])
    return sorted({str(value) for column in columns for value in column.dropna()})
