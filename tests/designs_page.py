"""Write docs/designs.md: three designs of the invented authority's month side by side.

Run `python tests/designs_page.py` when designs or their comparison change; a test holds the page to
the code. Nothing is drawn for the month itself: the seeds are the comparison's own.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "designs.md"
DRAWS = 100
HEAD = """# Three designs for the same month

Made by `python tests/designs_page.py` from the invented authority; a test holds it to the code. So
many draws were simulated for each design: {draws}. Their seeds are not the month's, and the
comparison keeps only what is true of the draws together: **nobody learns who will be drawn.**

In a notebook, once `settings`, `inputs` and `frame` are there (steps 1 to 3 of the monthly plan):

```python
from dataclasses import replace
from qa_sampling.reporting.design_words import readable_comparison
from qa_sampling.sampling.comparison import compare_designs
from qa_sampling.sampling.designs import AtRandom

designs = {{
    "In proportion": settings.size,
    "Equal teams": replace(settings.size, method="equal", column_minimum=None),
    "At random": AtRandom(settings.audits),
}}
comparison = compare_designs(frame, designs, staff=inputs.staff, rules=settings.rules)
readable_comparison(comparison)
```

- **In proportion** is the monthly plan as it stands: targets in proportion to the cases, at
  least one audit a team, at least six children looked after and six on a plan, one child a family.
- **Equal teams** shares the audits out equally over teams and statuses.
- **At random** draws from all cases alike, without strata and without regard to families. It is
  here to measure the other two against.
"""
NOTES = """## How to read it

- *Precise* is half the width of a 95% interval for a share of {share}, the widest there can be, at
  the number of equally weighted audits that the sample is worth (Kish). Unequal weights cost
  precision for all cases; that is the price of an audit in every small team.
- *Unlike the caseload* is the share of the sample that would have to be other cases for it to look
  like all of them, in {characteristics}.
  A small sample can never be quite alike; the column "At random" says how much is chance.
- A *row* is a team, a *stratum* a team and a status. It *runs dry* when every case there was
  audited once and none came back.
- A case *without any chance* can never be found wanting. No design here has one; a design of
  fixed numbers with more strata than audits would.

## How to choose

- To speak of **all cases**, or of a service, choose the design that is precise there. Where one
  month is not enough, put three together.
- To be sure that **every team** is seen each month, look at the fewest audits of a row, and at what
  that costs: when small teams run dry, and how much precision is lost.
- To **learn** rather than to measure, let the sample look like the caseload.
- Choose before the frame is fixed. After that the design is part of what was fixed, and
  changing it needs a reason and two names.
"""


def comparison(folder: Path):
    """Compare the three designs on the invented authority written into a folder."""
    from dataclasses import replace

    from qa_sampling.inputs import load_inputs
    from qa_sampling.parameters import load_parameters, read_parameters
    from qa_sampling.plan_steps import frame_of
    from qa_sampling.sampling.comparison import compare_designs
    from qa_sampling.sampling.designs import AtRandom

    os.environ["QA_SAMPLING_OUTPUTS"] = str(folder)
    files = [ROOT / "parameters" / name for name in ("authority.yml", "monthly_audit_plan.yml")]
    settings = read_parameters("monthly_audit_plan", load_parameters(files), closed=True)
    inputs = load_inputs(settings)
    frame = frame_of(settings, inputs, None)
    designs = {
        "In proportion": settings.size,
        "Equal teams": replace(settings.size, method="equal", column_minimum=None),
        "At random": AtRandom(settings.audits),
    }
    return compare_designs(frame, designs, staff=inputs.staff, rules=settings.rules, draws=DRAWS)


def page(folder: Path) -> str:
    """Give the text of the page."""
    from qa_sampling.reporting.design_words import readable_comparison

    found = comparison(folder)
    names = ", ".join(found.balance["characteristic"].unique()).replace("_", " ")
    parts = [
        HEAD.format(draws=DRAWS),
        "## Side by side\n",
        in_markdown(readable_comparison(found)),
        "## Precision by service\n\nAudits a month on average, and the half-width in points.\n",
        in_markdown(_pivot(found.precision, "domain", ("expected", "half_width"))),
        "## Balance\n\nShare of the sample that would have to be other cases.\n",
        in_markdown(_pivot(found.balance, "characteristic", ("other",))),
        "## Workload by team\n\nCases, audits a month on average, and months until it runs dry.\n",
        in_markdown(_teams(found.dry)),
        NOTES.format(share="one half", characteristics=names),
    ]
    return "\n".join(parts)


def in_markdown(table: pd.DataFrame) -> str:
    """Give a table of text as Markdown."""
    head = "| " + " | ".join(map(str, table.columns)) + " |"
    rule = "|" + "|".join("---" for _ in table.columns) + "|"
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in table.itertuples(index=False)]
    return "\n".join([head, rule, *lines, ""])


def _pivot(table: pd.DataFrame, by: str, values: tuple[str, ...]) -> pd.DataFrame:
    wide = pd.DataFrame({by: table[by].drop_duplicates().str.replace("_", " ")})
    wide.columns = [by.replace("domain", "service")]
    if "cases" in table.columns:
        wide["cases"] = table.drop_duplicates(by)["cases"].tolist()
    for name, part in table.groupby("design", sort=False):
        shown = {
            "expected": part["expected"].map("{:.1f}".format) if "expected" in part else None,
            "half_width": "± " + (100 * part["half_width"]).map("{:.0f}".format)
            if "half_width" in part
            else None,
            "other": (100 * part["other"]).map("{:.1f}%".format) if "other" in part else None,
        }
        text = shown[values[0]].tolist()
        if len(values) == 2:
            text = [f"{a} ({b})" for a, b in zip(text, shown[values[1]], strict=True)]
        wide[str(name)] = text
    return wide


def _teams(dry: pd.DataFrame) -> pd.DataFrame:
    rows = dry[dry["part"] == "row"]
    wide = rows.drop_duplicates("label")[["label", "cases"]].rename(columns={"label": "team"})
    for name, part in rows.groupby("design", sort=False):
        wide[str(name)] = [
            f"{audits:.1f} ({months:.0f} months)"
            for audits, months in zip(part["audits_a_month"], part["months"], strict=True)
        ]
    return wide


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        PAGE.write_text(page(Path(place)), encoding="utf-8", newline="\n")
