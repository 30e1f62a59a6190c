"""What the forms of themes asked, and what their auditors chose: from the register's answers."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from qa_sampling.records.fieldwork import ANSWER_KIND
from qa_sampling.records.register import Register
from qa_sampling.runs.form_questions import own_questions
from qa_sampling.settings.programme import QaProgramme

COLUMNS = ("design", "key", "question", "answer", "audits", "answered")


def form_answers(settings: QaProgramme, register: Register, designs: Iterable[str]) -> pd.DataFrame:
    """Count what auditors of themes chose, by question of the form. Restricted: small numbers.

    It says how the audited cases stood, and not how all cases of the theme do.

    Parameters
    ----------
    settings : QaProgramme
        Say which months, and up to which day.
    register : Register
        Holds audits and what was chosen in them.
    designs : iterable of str
        Designs of the themes, in the order to show.

    Returns
    -------
    DataFrame
        A row an answer that can be chosen, in the order of the form, those that nobody chose
        included: `design`, `key`, `question`, `answer`, `audits` (that chose it), `answered`
        (audits that answered the question). Questions nobody answered are left out.
    """
    audits, tags = register.audits(), register.audit_tags()
    back = audits["date_completed"] <= pd.Timestamp(settings.extract_day)
    audits = audits[back & audits["period"].isin(settings.all_periods)]
    tags = tags[tags["kind"].str.startswith(ANSWER_KIND)]
    held = tags.merge(audits[["audit_id", "design"]], on="audit_id")
    held["key"] = held["kind"].str.removeprefix(ANSWER_KIND)
    rows: list[tuple] = []
    for design in designs:
        own = held[held["design"] == design]
        for asked in own_questions(design):
            chosen = own.loc[own["key"] == asked.key, "tag"]
            rows += [
                (design, asked.key, asked.label, option, int((chosen == option).sum()), len(chosen))
                for option in asked.options
                if len(chosen)
            ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def form_answers_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give the answers as people read them: a row a question.

    Parameters
    ----------
    table : DataFrame
        From :func:`form_answers`.
    """
    rows = []
    for (design, _), own in table.groupby(["design", "key"], sort=False):
        said = ", ".join(f"{one.answer} {one.audits}" for one in own.itertuples())
        theme = str(design).replace("_", " ").capitalize()
        rows.append((theme, own["question"].iloc[0], int(own["answered"].iloc[0]), said))
    return pd.DataFrame(rows, columns=["Theme", "Asked on its form", "Audits", "Answers"])
