"""The index of a month: one page for everybody and one for named readers, all or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa_sampling import __version__
from qa_sampling.reporting.dates import month_in_words
from qa_sampling.reporting.index_page import Due, Link, Linked, Missing, build_index
from qa_sampling.reporting.quantities import declared
from qa_sampling.runs.month.tasks import Ended
from qa_sampling.runs.publication import (
    faults_of,
    only_run,
    publish,
    stage_for,
    write_manifest,
)
from qa_sampling.runs.result import RunResult
from qa_sampling.settings.calendar import CalendarEntry, first_day
from qa_sampling.settings.common import Settings

STEM = "month"
PAGE = "shareable/index.html"
RESTRICTED_PAGE = "restricted/index_restricted.html"
FILES = (
    (RESTRICTED_PAGE, "the month's index, for named readers"),
    (PAGE, "the month's index, for everybody"),
)
_QUESTION = "What was run and made this month, what is missing, and what else is due?"
_WHY = {
    "nothing yet": "there was nothing to look at yet.",
    "waiting": "it waits for its seed, which is given by the dice.",
    "refused": "it was refused; the Quality Assurance team knows why.",
    "failed": "it failed; the Quality Assurance team runs it again.",
    "not started": "it waits for another run that is missing.",
}
_WHAT = {
    "shareable": (
        ("*.html", "Page"),
        ("*.pdf", "Page as PDF"),
        ("*.xlsx", "Tables, as a workbook"),
        ("slides_in_words.txt", "Slides, listed with what each shows"),
    ),
    "restricted": (
        ("*.html", "Restricted page"),
        ("*.xlsx", "Restricted workbook"),
    ),
}
_FOR = {"members_page.html": " for elected members"}
_SEVERAL = ("restricted", "*.xlsx")
"""What there may be several of, so that each is named."""


def publish_index(
    settings: Settings,
    period: str,
    ended: Sequence[Ended],
    due: Sequence[CalendarEntry],
) -> RunResult:
    """Write the month's index and publish it; the same index is left as it is.

    Parameters
    ----------
    settings : Settings
        Say whose it is and where outputs are.
    period : str
        The month, as "2026-11".
    ended : sequence of Ended
        How the month's runs ended.
    due : sequence of CalendarEntry
        What stands in the calendar without a run.

    Raises
    ------
    DisclosureError
        When a title or a role of the calendar holds a number.
    PublicationError
        When the outputs cannot be written.
    """
    slug = f"{period}-{STEM}"
    target = settings.outputs_folder / slug
    with only_run(settings.outputs_folder, slug):
        pages = index_pages(settings, period, ended, due)
        if _is_there(target, pages):
            return RunResult("already published", target, slug, FILES)
        with stage_for(settings.outputs_folder, slug) as stage:
            for name, text in pages.items():
                (stage / name).write_text(text, encoding="utf-8", newline="\n")
            facts = {
                "manifest": "qa_sampling/manifest/v2",
                "authority": settings.authority,
                "analysis": STEM,
                "period": period,
                "written_with": {"qa-sampling": __version__},
            }
            write_manifest(stage, facts, blind=secrets.token_hex(32))
            publish(stage, target)
    return RunResult("published", target, slug, FILES)


def index_pages(
    settings: Settings, period: str, ended: Sequence[Ended], due: Sequence[CalendarEntry]
) -> dict[str, str]:
    """Give the text of both pages by their path.

    Parameters
    ----------
    settings, period, ended, due
        As for :func:`publish_index`.
    """
    title = f"{settings.whose}: the QA month, {month_in_words(first_day(period))}"
    provenance = {
        "Authority": settings.whose,
        "Month": month_in_words(first_day(period)),
        "Made with": f"qa-sampling {__version__}",
        "Where the links lead": "to the folders beside this one; keep them together",
    }
    pages = {}
    for path, audience in ((PAGE, "shareable"), (RESTRICTED_PAGE, "restricted")):
        kinds = ("shareable",) if audience == "shareable" else ("shareable", "restricted")
        pages[path] = build_index(
            title=declared(title),
            question=_QUESTION,
            audience=audience,
            published=[_linked(one, kinds) for one in ended if one.done],
            missing=[Missing(one.task.title, _why(one, audience)) for one in ended if not one.done],
            due=[Due(entry.label, entry.owner) for entry in due],
            provenance=provenance,
        )
    return pages


def _is_there(target: Path, pages: dict[str, str]) -> bool:
    """Say whether this very index is published and sound."""
    if not target.exists() or faults_of(target):
        return False
    return all((target / name).read_text(encoding="utf-8") == one for name, one in pages.items())


def _linked(one: Ended, kinds: Sequence[str]) -> Linked:
    folder = one.task.published_folder
    about = month_in_words(first_day(one.task.period))
    links = tuple(link for kind in kinds for link in _links(folder, kind))
    return Linked(one.task.title, about, links)


def _links(folder: Path, kind: str) -> Iterator[Link]:
    for pattern, text in _WHAT[kind]:
        held = (folder / kind).glob(pattern)
        for path in sorted(held, key=lambda one: (one.name in _FOR, one.name)):
            named = f": {path.stem.replace('_', ' ')}" if (kind, pattern) == _SEVERAL else ""
            named = _FOR.get(path.name, named)
            yield Link(f"../../{folder.name}/{kind}/{path.name}", f"{text}{named}")


def _why(one: Ended, audience: str) -> str:
    """Say why a run is missing: in a word for everybody, in its own words for named readers."""
    if audience == "shareable" or not one.message:
        return _WHY[one.state]
    said = {
        "nothing yet": "nothing to look at yet",
        "waiting": "waits for its seed",
    }.get(one.state, one.state)
    return f"{said}. {one.message}"
