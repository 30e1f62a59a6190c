"""The page that JupyterLab opens with: what is here, in which order, on what data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from qa_sampling.parameters import SETTINGS
from qa_sampling.reporting.dates import month_in_words
from qa_sampling.runs.analyses import ANALYSES
from qa_sampling.runs.plan.run import FILE as PLAN_FILE
from qa_sampling.settings.common import home

START_PAGE = "start_here.md"
"""Its file in `notebooks/`."""
BUILDER_FILE = "15_plan_builder.ipynb"
PANEL_FILE = "41_panel_session.ipynb"
EXPLORER_FILE = "51_trend_explorer.ipynb"
_PERIOD = re.compile(r'"period = \\"(\d{4}-\d{2})\\"')
_BY_HAND = {
    PLAN_FILE: (
        "monthly_audit_plan",
        "Monthly audit plan",
        "Which cases are audited this month, by whom, and which are moderated?",
    ),
    BUILDER_FILE: (
        "plan_builder",
        "Plan builder",
        "Which design is right for next month, and what would it give?",
    ),
    PANEL_FILE: (
        "panel_session",
        "Panel session",
        "What does the panel decide of audits that were seen far apart?",
    ),
    EXPLORER_FILE: (
        "trend_explorer",
        "Trend explorer",
        "What does one measure do, what fired and why, and what is to be decided?",
    ),
}
_HEAD = """# Start here

One notebook answers one question. They stand in the order of the monthly cycle; each reads the
register and records what it did, so each can also be run alone.

| Notebook | Its question | Its month |
|:---|:---|:---|
"""
_FOOT = """
## On what data

As they stand, all of them use **the invented authority**: nobody in it exists, so you can try
anything. For your own, name your extract in `parameters/authority.yml` (`extract`, `extra_tables`);
the list of parameters files in each notebook then takes it from there.

## How to run one

1. Open it from the table above. The kernel is chosen for you (Python 3).
2. *Run → Run All Cells.* It runs with the values of its first code cell.
3. **To use a parameters file** run the first two code cells, choose a file from the list that
   appears, look at the values it sets, and press *Use these values*. Mistakes are told by field;
   nothing runs with them. Then run the cells below. No code is edited, and the file stays chosen
   until the kernel is restarted or you choose *The cell above*.
4. A month is drawn once. To try designs beforehand use the [plan builder]({builder}); it shows
   no case, and saves a parameters file that the scheduled run uses.

## What is kept when you save

Outputs made from the invented authority. **All others are left out of the saved file**, so that
no child's details lie in a notebook; run it again to see them. What is to be kept of a real run is
written to `outputs/` by the notebook itself.
"""


@dataclass(frozen=True)
class Listed:
    """A notebook as the start page lists it.

    Attributes
    ----------
    file : str
        Its file.
    name : str
        Its name without the number.
    title, question : str
        What it is called, and what it answers.
    """

    file: str
    name: str
    title: str
    question: str


def listed_notebooks() -> list[Listed]:
    """Give all notebooks in the order of the monthly cycle."""
    found = [Listed(file, *about) for file, about in _BY_HAND.items()]
    found += [Listed(one.file, name, one.title, one.question) for name, one in ANALYSES.items()]
    return sorted(found, key=lambda one: one.file)


def start_page() -> str:
    """Give the start page as markdown; `notebooks/start_here.md` holds it."""
    rows = [
        f"| [{one.file.partition('_')[0]} {one.title}]({one.file}) | {one.question} | "
        f"{month_in_words(_month_of(one))} |"
        for one in listed_notebooks()
    ]
    return _HEAD + "\n".join(rows) + "\n" + _FOOT.format(builder=BUILDER_FILE)


def _month_of(one: Listed) -> date:
    """Give the month that a notebook is of as it stands: its own cell's, else its model's."""
    text = (home() / "notebooks" / one.file).read_text(encoding="utf-8")
    own = _PERIOD.search(text)
    return date.fromisoformat(f"{own[1]}-01") if own else SETTINGS[one.name]().period_start
