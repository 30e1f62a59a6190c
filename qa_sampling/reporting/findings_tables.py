"""The tables of findings that everybody may read: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import changed, population_of_edition, tied_editions
from qa_sampling.reporting.safe_table import HIDDEN_MARK, PrintedTable
from qa_sampling.reporting.table_request import TableRequest
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.schema import GRADES, NOT_RECORDED

GOOD, LESS = "Good or better", "Less than good"
_KINDS = {GOOD: list(GRADES[:2]), LESS: list(GRADES[2:])}
_OTHERS = "Less than good, or not graded"
AUDITS, GRADINGS, MODERATED = "audits", "gradings", "moderated"
_FACTS = {
    "family_feedback": "Was the family’s feedback sought?",
    "practitioner_met": "Did the auditor meet the practitioner?",
}


HEADS = {"strength": "Strengths", "learning": "Learning"}
"""Kinds of tags, and what their tables are called."""


@dataclass(frozen=True)
class FindingsTables:
    """The protected tables.

    Attributes
    ----------
    grades : SafeTable
        Audits by overall grade.
    services : SafeTable
        Audits by service and whether the overall grade is good or better.
    standards : SafeTable
        Audits by standard: good or better, and all others. How many a standard did not apply to
        is not told, since those are few and their number would hide the grades.
    facts : dict of str to SafeTable
        Audits by answer, of each question about the audit itself.
    moderated : SafeTable or None
        Moderated audits by what the moderator found; None when none was moderated.
    themes : dict of str to SafeTable
        Mentions by tag, of "strength" and "learning"; those without a tag are absent.
    """

    grades: SafeTable
    services: SafeTable
    standards: SafeTable
    facts: dict[str, SafeTable]
    moderated: SafeTable | None
    themes: dict[str, SafeTable]

    def by_title(self) -> dict[str, SafeTable]:
        """Give the tables by the titles they are shared under."""
        return {shared.title: shared.table for shared in self.shared("")}

    def shared(self, span: str, *, audits: str = "Completed audits") -> tuple[SharedTable, ...]:
        """Give the tables with titles and captions, in the order to read them.

        Parameters
        ----------
        span : str
            The months in words.
        audits : str
            What they are called, where other kinds of audits are told of beside them.
        """
        about = f"{audits} of {span}"
        made = [
            SharedTable(self.grades, "Overall grades", about),
            SharedTable(self.standards, "Grades by standard", f"Gradings in audits of {span}"),
            SharedTable(self.services, "Overall grades by service", about),
        ]
        made += [SharedTable(table, _FACTS[fact], about) for fact, table in self.facts.items()]
        if self.moderated is not None:
            made.append(SharedTable(self.moderated, "What moderators found", about))
        mentions = f"Tags in audits of {span}; an audit may have several"
        made += [SharedTable(table, HEADS[kind], mentions) for kind, table in self.themes.items()]
        return tuple(made)


def protect_findings(
    audits: pd.DataFrame,
    standards: Mapping[str, str],
    *,
    design: str,
    months: Sequence[str],
    days: Sequence[str],
    begun: Mapping[str, str] | None = None,
    moderated: Sequence[str] = (),
    tags: pd.DataFrame | None = None,
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> FindingsTables:
    """Protect the counts of findings, all together.

    Parameters
    ----------
    audits : DataFrame
        One row a completed audit: `overall`, `service`, `family_feedback`, `practitioner_met`,
        and a column a standard (a grade, "Not applicable" or "Not recorded").
    standards : mapping of str to str
        Key of each standard and its words.
    design : str
        The design whose audits these are.
    months, days : sequence of str
        The months the audits belong to, and the days on which they were completed, from the first
        on which any was: they tie the tables to those of other months, also where an audit came
        late.
    begun : mapping of str to str, optional
        First day on which an audit of a month can have been completed; the first of the month
        where nothing is said. Days before it hold nothing, as a reader knows, and are not thought
        of: a year of pages would have several times as many counts with them.
    moderated : sequence of str
        The moderators' overall grades of those of the audits that were moderated.
    tags : DataFrame, optional
        `kind`, `tag`, `audits` (that have it); none by default.
    edition : str
        What tells corrected figures from earlier ones; blank for the first.
    earlier : sequence of PrintedTable
        What was released before.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; give an `edition`.
    """
    series = f"{design} audits"
    shared = {
        "over": {_WHEN: _when(months, days, begun or {})},
        "population": population_of_edition(series, edition),
    }
    kinds = [] if tags is None else [one for one in HEADS if (tags["kind"] == one).any()]
    requests = [
        _grades(audits, shared),
        _services(audits, shared),
        _standards(audits, standards, shared),
        *(_fact(audits, fact, shared) for fact in _FACTS),
        *([_moderated(moderated, shared)] if len(moderated) else []),
        *(_tags(tags, kind, shared) for kind in kinds),
    ]
    out = [_by_when(table, begun or {}) for table in earlier]
    known = tied_editions(requests, out, series=series, edition=edition)
    grades, services, standard, feedback, met, *rest = protect_linked(requests, earlier=known)
    return FindingsTables(
        grades=grades,
        services=services,
        standards=standard,
        facts=dict(zip(_FACTS, (feedback, met), strict=True)),
        moderated=rest.pop(0) if len(moderated) else None,
        themes=dict(zip(kinds, rest, strict=True)),
    )


_WHEN = "month, day completed"
"""One dimension and not two, so that only what is possible has a name."""


def days_released(
    earlier: Sequence[PrintedTable], *, design: str, edition: str = ""
) -> dict[str, tuple[str, ...]]:
    """Give the days as at which findings of a design were released, with the months they were of.

    Parameters
    ----------
    earlier : sequence of PrintedTable
        The ledger of releases.
    design, edition : str
        As for :func:`protect_findings`.

    Returns
    -------
    dict of str to tuple of str
        The last day a release counts, and the months of the latest release as at that day.
    """
    of = population_of_edition(f"{design} audits", edition)
    found: dict[str, tuple[str, ...]] = {}
    for table in reversed(earlier):
        if table.population != of or set(table.over) != {_WHEN}:
            continue
        whens = [one.split(", ") for one in table.over[_WHEN]]
        months = tuple(dict.fromkeys(month for month, _ in whens))
        found.setdefault(max(day for _, day in whens), months)
    return found


def days_telling(
    earlier: Sequence[PrintedTable], *, design: str, edition: str = ""
) -> tuple[str, ...]:
    """Give the days as at which a release of a design shows how many are good or better.

    Parameters
    ----------
    earlier, design, edition
        As for :func:`days_released`.

    Returns
    -------
    tuple of str
        Those days, the one released last first.
    """
    telling = [one for one in earlier if "kind" in one.by and _shows_totals(one)]
    return tuple(days_released(telling, design=design, edition=edition))


def _shows_totals(table: PrintedTable) -> bool:
    rest = [table.columns.index(name) for name in table.by if name != "kind"]
    totals = [row for row in table.rows if all(row[at] == table.total_label for at in rest)]
    return bool(totals) and not any(HIDDEN_MARK in row for row in totals)


def _when(months: Sequence[str], days: Sequence[str], begun: Mapping[str, str]) -> list[str]:
    return [f"{month}, {day}" for month in months for day in days if day >= begun.get(month, month)]


def _by_when(table: PrintedTable, begun: Mapping[str, str]) -> PrintedTable:
    """Give a table of an older ledger, which names months and days apart, as tables are now."""
    if set(table.over) != {"month", "completed"}:
        return table
    when = _when(table.over["month"], table.over["completed"], begun)
    return changed(table, over={_WHEN: tuple(when)})


_NAMED = {AUDITS: "Audits", "grade": "Overall grade", "kind": "Overall grade"}


def _grades(audits: pd.DataFrame, shared: Mapping[str, Any]) -> TableRequest:
    counted = _counted(audits["overall"], "grade", GRADES)
    return request_of(counted, by=["grade"], counts=[AUDITS], labels=_NAMED, **shared)


def _services(audits: pd.DataFrame, shared: Mapping[str, Any]) -> TableRequest:
    counted = pd.crosstab(audits["service"], _kind(audits["overall"]))
    counted = counted.reindex(columns=[GOOD, LESS], fill_value=0)
    counted = counted.rename_axis(index="service", columns="kind").stack().rename(AUDITS)
    return request_of(
        counted.reset_index(),
        by=["service", "kind"],
        counts=[AUDITS],
        labels=_NAMED | {"service": "Service"},
        made_of={"kind": ("grade", _KINDS)},
        coarser=[{"service": None}],
        **shared,
    )


def _standards(
    audits: pd.DataFrame, standards: Mapping[str, str], shared: Mapping[str, Any]
) -> TableRequest:
    return request_of(
        _by_standard(audits, standards),
        by=["standard"],
        counts=[GRADINGS, "good", "others"],
        adding_up={GRADINGS: ["good", "others"]},
        total_label="All standards",
        labels={"standard": "Standard", GRADINGS: "Audits", "good": GOOD, "others": _OTHERS},
        **shared,
    )


def _fact(audits: pd.DataFrame, fact: str, shared: Mapping[str, Any]) -> TableRequest:
    answers = _order(audits[fact])
    return request_of(
        _counted(audits[fact], fact, answers),
        by=[fact],
        counts=[AUDITS],
        labels=_NAMED | {fact: "Answer"},
        coarser=[{fact: {one: "Yes" if one == "Yes" else "Not yes" for one in answers}}],
        **shared,
    )


def _moderated(grades: Sequence[str], shared: Mapping[str, Any]) -> TableRequest:
    counted = _counted(_kind(pd.Series(grades)), "found", (GOOD, LESS))
    return request_of(
        counted.rename(columns={AUDITS: MODERATED}),
        by=["found"],
        counts=[MODERATED],
        within={MODERATED: AUDITS},
        labels={"found": "The moderator’s grade", MODERATED: "Moderated audits"},
        **shared,
    )


def _tags(tags: pd.DataFrame, kind: str, shared: Mapping[str, Any]) -> TableRequest:
    count = f"mentions of {kind}"
    table = tags.loc[tags["kind"] == kind, ["tag", "audits"]].rename(columns={"audits": count})
    heads = {"tag": "Tag", count: "Audits"}
    return request_of(
        table, by=["tag"], counts=[count], total_label="All tags", labels=heads, **shared
    )


def _kind(grades: pd.Series) -> pd.Series:
    return grades.isin(GRADES[:2]).map({True: GOOD, False: LESS})


def _counted(values: pd.Series, name: str, labels: Sequence[str]) -> pd.DataFrame:
    counts = values.value_counts().reindex(labels, fill_value=0)
    return pd.DataFrame({name: list(labels), AUDITS: counts.to_numpy()})


def _order(values: pd.Series) -> list[str]:
    """Give the answers, the usual ones first."""
    usual = ["Yes", "No", "Declined", "Not appropriate", NOT_RECORDED]
    held = set(values)
    first = [one for one in usual if one in held or one in ("Yes", "No")]
    return first + sorted(held - set(usual))


def _by_standard(audits: pd.DataFrame, standards: Mapping[str, str]) -> pd.DataFrame:
    rows = []
    for key, words in standards.items():
        good = int(audits[key].isin(GRADES[:2]).sum())
        rows.append((words, len(audits), good, len(audits) - good))
    return pd.DataFrame(rows, columns=["standard", GRADINGS, "good", "others"])
