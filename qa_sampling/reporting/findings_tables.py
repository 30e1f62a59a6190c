"""The tables of findings that everybody may read: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
from qa_sampling.reporting.safe_table import PrintedTable
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

    def shared(self, span: str) -> tuple[SharedTable, ...]:
        """Give the tables with titles and captions, in the order to read them.

        Parameters
        ----------
        span : str
            The months in words.
        """
        about = f"Completed audits of {span}"
        made = [
            SharedTable(self.grades, "Overall grades", about),
            SharedTable(self.standards, "Grades by standard", f"Gradings in audits of {span}"),
            SharedTable(self.services, "Overall grades by service", about),
        ]
        made += [SharedTable(table, _FACTS[fact], about) for fact, table in self.facts.items()]
        if self.moderated is not None:
            made.append(SharedTable(self.moderated, "What moderators found", about))
        heads = {"strength": "Strengths", "learning": "Learning"}
        mentions = f"Tags in audits of {span}; an audit may have several"
        made += [SharedTable(table, heads[kind], mentions) for kind, table in self.themes.items()]
        return tuple(made)


def protect_findings(
    audits: pd.DataFrame,
    standards: Mapping[str, str],
    *,
    design: str,
    months: Sequence[str],
    days: Sequence[str],
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
        "over": {"month": list(months), "completed": list(days)},
        "population": population_of_edition(series, edition),
    }
    heads = {AUDITS: "Audits", "grade": "Overall grade", "kind": "Overall grade"}
    kind = audits["overall"].isin(GRADES[:2]).map({True: GOOD, False: LESS})
    services = sorted(set(audits["service"]))
    two_way = pd.crosstab(audits["service"], kind).reindex(
        index=services, columns=[GOOD, LESS], fill_value=0
    )
    two_way = two_way.rename_axis(index="service", columns="kind").stack().rename(AUDITS)
    requests = [
        request_of(_counted(audits["overall"], "grade", GRADES), by=["grade"], counts=[AUDITS],
                   labels=heads, **shared),
        request_of(two_way.reset_index(), by=["service", "kind"], counts=[AUDITS],
                   labels=heads | {"service": "Service"}, made_of={"kind": ("grade", _KINDS)},
                   coarser=[{"service": None}], **shared),
        request_of(_by_standard(audits, standards), by=["standard"],
                   counts=[GRADINGS, "good", "others"],
                   adding_up={GRADINGS: ["good", "others"]}, total_label="All standards",
                   labels={"standard": "Standard", GRADINGS: "Audits", "good": GOOD,
                           "others": _OTHERS}, **shared),
    ]  # fmt: skip
    for fact in _FACTS:
        answers = _order(audits[fact])
        coarser = [{fact: {one: "Yes" if one == "Yes" else "Not yes" for one in answers}}]
        requests.append(
            request_of(_counted(audits[fact], fact, answers), by=[fact], counts=[AUDITS],
                       labels=heads | {fact: "Answer"}, coarser=coarser, **shared)
        )  # fmt: skip
    if len(moderated):
        found = pd.Series(moderated).isin(GRADES[:2]).map({True: GOOD, False: LESS})
        table = _counted(found, "found", (GOOD, LESS)).rename(columns={AUDITS: MODERATED})
        requests.append(
            request_of(table, by=["found"], counts=[MODERATED], within={MODERATED: AUDITS},
                       labels={"found": "The moderator’s grade", MODERATED: "Moderated audits"},
                       **shared)
        )  # fmt: skip
    kinds = [] if tags is None else [one for one in ("strength", "learning")
                                     if (tags["kind"] == one).any()]  # fmt: skip
    for one in kinds:
        count = f"mentions of {one}"
        table = tags[tags["kind"] == one].rename(columns={"audits": count})
        requests.append(
            request_of(table[["tag", count]], by=["tag"], counts=[count],
                       total_label="All tags", labels={"tag": "Tag", count: "Audits"}, **shared)
        )  # fmt: skip
    known = tied_editions(requests, earlier, series=series, edition=edition)
    made = protect_linked(requests, earlier=known)
    grades, services_, standards_, feedback, met, *rest = made
    return FindingsTables(
        grades=grades,
        services=services_,
        standards=standards_,
        facts=dict(zip(_FACTS, (feedback, met), strict=True)),
        moderated=rest[0] if len(moderated) else None,
        themes=dict(zip(kinds, rest[bool(len(moderated)) :], strict=True)),
    )


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
