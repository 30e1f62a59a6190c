"""Write docs/designs.md and its picture: designs of the invented authority's month side by side.

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
PICTURE = ROOT / "docs" / "designs.svg"
DRAWS = 40
TITLE = "The balanced draw is most like the caseload; only strata reach every team"
HEAD = """# Six designs for the same month

Made by `python tests/designs_page.py` from the invented authority; a test holds it to the code. So
many draws were simulated for each design: {draws}. Their seeds are not the month's, and the
comparison keeps only what is true of the draws together: **nobody learns who will be drawn.**

![{alt}](designs.svg)

- **In proportion** is the monthly plan as it stands: targets in proportion to the cases, at
  least one audit a team, at least six children looked after and six on a plan, one child a family.
- **Equal teams** shares the audits out equally over teams and statuses.
- **Down a list** takes every so many-th case of a list by service, team and age band
  (systematic).
- **Balanced** makes the weighted sample meet the caseload in age, gender, ethnic group, need and
  time open (cube).
- **Well spread** lets no two alike cases come together, so that every kind of case lies near one
  that is drawn (local pivotal).
- **At random** draws from all cases alike, without strata and without regard to families. It is
  here to measure the others against.

In a notebook, once `settings`, `inputs` and `frame` are there (steps 1 to 3 of the monthly plan):

```python
from dataclasses import replace
from qa_sampling.reporting.design_words import readable_comparison
from qa_sampling.reporting.plots import design_chart
from qa_sampling.sampling.comparison import compare_designs
from qa_sampling.sampling.designs import AtRandom
from qa_sampling.sampling.selection_designs import SelectionDesign

alike = ["age_band", "gender", "ethnic_group", "primary_need", "weeks_open"]
audits = settings.audits
designs = {{
    "In proportion": settings.size,
    "Equal teams": replace(settings.size, method="equal", column_minimum=None),
    "Down a list": SelectionDesign(audits, "systematic", order_by=["service", "team", "age_band"]),
    "Balanced": SelectionDesign(audits, "cube", balance_on=alike),
    "Well spread": SelectionDesign(audits, "local_pivotal", spread_over=alike),
    "At random": AtRandom(audits),
}}
comparison = compare_designs(frame, designs, staff=inputs.staff, rules=settings.rules, draws={draws})
design_chart(comparison)
readable_comparison(comparison)
```

A simulated draw takes 0.1 seconds by the cube, 0.06 by the local pivotal method and a hundredth or two
by the others. `SelectionDesign` takes every method of [the family](selection_methods.md): with
`size_column` also unequal probabilities (Sampford, pivotal, systematic), with `strata` fixed numbers a
service, with `one_per_family` one child a family.
"""  # noqa: E501
NOTES = """## How to read it

- *Precise* is half the width of a 95% interval for a share of {share}, the widest there can be, at
  the number of equally weighted audits that the sample is worth (Kish). Unequal weights cost
  precision for all cases; that is the price of an audit in every small team. The four designs of equal
  chances are the same in this.
- *If characteristics count*: the same, were {explained} of what makes practice good explained by
  the characteristics below (anticipated variance). Grades of audits seldom depend on them so much; the
  truth then lies between the two lines.
- *Unlike the caseload* is the share of the sample that would have to be other cases for it to look
  like all of them, in {characteristics}.
  A small sample can never be quite alike; the column "At random" says how much is chance.
- A *row* is a team, a *stratum* a team and a status. It *runs dry* when every case there was
  audited once and none came back.
- A case *without any chance* can never be found wanting. No design here has one; a design of
  fixed numbers with more strata than audits would.

## How to choose

Begin with the question the month has to answer, not with the table.

| what the month is for | choose | what it costs here |
|---|---|---|
| every team is seen each month, and minimums by status are kept | In proportion | {cost_proportion} |
| small teams count as much as large ones | Equal teams | {cost_equal}; small teams run dry first |
| what is true of all cases, and nobody can call the sample odd | Balanced | {cost_balanced} |
| to learn from all kinds of cases, also the rare ones | Well spread | {cost_spread} |
| the same purpose, told in one sentence and checked by hand | Down a list | spread over three columns only |

- **Who can check it** counts as well: *In proportion*, *Equal teams* and *Down a list* can be checked with
  standard Python alone; the cube and the local pivotal method need this package
  ([checking](selection_methods.md)). Registered monthly plans are ticket draws; the others are for themed
  audits and for planning.
- **How surely it can be told afterwards**: intervals were measured for each ([coverage](intervals.md)).
- Where one month is not precise enough, put three together; no design makes up for too few audits.
- Designs can be joined: `SelectionDesign({{"Assessment": 4, ...}}, "cube", strata="service", ...)` balances
  with fixed numbers a service.
- Choose before the frame is fixed. After that the design is part of what was fixed, and
  changing it needs a reason and two names.
"""  # noqa: E501


def comparison(folder: Path):
    """Compare the designs on the invented authority written into a folder."""
    from dataclasses import replace

    from qa_sampling.parameters import load_parameters, read_parameters
    from qa_sampling.runs.inputs import load_inputs
    from qa_sampling.runs.plan.steps import frame_of
    from qa_sampling.sampling.comparison import compare_designs
    from qa_sampling.sampling.designs import AtRandom
    from qa_sampling.sampling.selection_designs import SelectionDesign

    os.environ["QA_SAMPLING_OUTPUTS"] = str(folder)
    files = [ROOT / "parameters" / name for name in ("authority.yml", "monthly_audit_plan.yml")]
    settings = read_parameters("monthly_audit_plan", load_parameters(files), closed=True)
    inputs = load_inputs(settings)
    frame = frame_of(settings, inputs, None)
    alike = ["age_band", "gender", "ethnic_group", "primary_need", "weeks_open"]
    order, audits = ["service", "team", "age_band"], settings.audits
    designs = {
        "In proportion": settings.size,
        "Equal teams": replace(settings.size, method="equal", column_minimum=None),
        "Down a list": SelectionDesign(audits, "systematic", order_by=order),
        "Balanced": SelectionDesign(audits, "cube", balance_on=alike),
        "Well spread": SelectionDesign(audits, "local_pivotal", spread_over=alike),
        "At random": AtRandom(audits),
    }
    return compare_designs(frame, designs, staff=inputs.staff, rules=settings.rules, draws=DRAWS)


def page(found) -> str:
    """Give the text of the page for a comparison."""
    from qa_sampling.reporting.design_words import readable_comparison
    from qa_sampling.reporting.plots_designs import design_chart_alt

    names = ", ".join(found.balance["characteristic"].unique()).replace("_", " ")
    parts = [
        HEAD.format(draws=DRAWS, alt=design_chart_alt(found)),
        "## Side by side\n",
        in_markdown(readable_comparison(found)),
        "## Precision by service\n\nAudits a month on average, and the half-width in points.\n",
        in_markdown(_pivot(found.precision, "domain", ("expected", "half_width"))),
        "## Balance\n\nShare of the sample that would have to be other cases.\n",
        in_markdown(_pivot(found.balance, "characteristic", ("other",))),
        "## Workload by team\n\nCases, audits a month on average, and months until it runs dry.\n",
        in_markdown(_teams(found.dry)),
        NOTES.format(
            share="one half", characteristics=names, explained="a quarter", **_costs(found)
        ),
    ]
    return "\n".join(parts)


def picture(found) -> str:
    """Give the picture of the page as SVG."""
    import matplotlib.pyplot as plt

    from qa_sampling.reporting.plots_designs import design_chart
    from qa_sampling.reporting.svg import figure_svg

    figure = plt.figure()
    try:
        design_chart(found, title=TITLE)
        return figure_svg(figure)
    finally:
        plt.close(figure)


def _costs(found) -> dict[str, str]:
    """Say in figures what the designs to choose from cost."""
    summary = found.summary.set_index("question")
    width, never = (
        summary.loc["How precise, all cases?"],
        summary.loc["A service without any audit"],
    )
    other, least = (
        summary.loc["Sample unlike the caseload"],
        summary.loc["Fewest audits of a row in a month"],
    )
    wide = {name: 100 * (width[name] - width["At random"]) for name in width.index[1:]}
    skipped = {
        name: f"teams are missed in some months, a service in {100 * never[name]:.0f}%"
        for name in ("Balanced", "Well spread")
    }
    if least["Balanced"] or least["Well spread"] or not least["In proportion"]:
        raise ValueError("The words on teams that are missed no longer hold; mend them.")
    return {
        "cost_proportion": f"{wide['In proportion']:.1f} points wider for all cases than at random",
        "cost_equal": f"{wide['Equal teams']:.1f} points wider",
        "cost_balanced": f"{skipped['Balanced']}; {100 * other['Balanced']:.0f}% unlike against "
        f"{100 * other['At random']:.0f}% at random",
        "cost_spread": f"{skipped['Well spread']}; {100 * other['Well spread']:.0f}% unlike",
    }


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
        compared = comparison(Path(place))
    PAGE.write_text(page(compared), encoding="utf-8", newline="\n")
    PICTURE.write_text(picture(compared), encoding="utf-8", newline="\n")
