"""Write the worked quarter of docs/estimation.md, and its picture.

Run `python tests/quarter_page.py` when estimation, the sentences or the picture change; a test
holds the page to the code.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
from quarter_pipeline import FIRST, GOOD, SECOND, Month, design_of, fieldwork, months, sample_of

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "estimation.md"
PICTURE = ROOT / "docs" / "estimation_grades.svg"
BEGIN, END = "<!-- quarter -->\n", "<!-- end of quarter -->"
AUDITS = 20
WORDS = """## A quarter from the draw to the sentence

Made by `python tests/quarter_page.py`; a test holds it to the code. Six monthly plans of {audits}
audits were drawn from the invented authority's open cases (team by status, rounded at random,
one child a family). Each opened case has one of the outcomes of `schema.AUDIT_OUTCOMES`: a case
that should not have been in the frame counts as zero and calls a reserve; so does a record that is
not to be had, which is non-response; a conflict gives the case to another auditor. `follow_up` says
which reserve is next, and gives the probabilities.

{table}
```text
table = pd.concat(samples)  # the cases opened, as follow_up gives them, and their grades
design = make_design(table, population=frame_sizes, probability="probability", outcome="outcome",
                     approximation="pooled", draw="period")
quarter = estimate_proportion(design, "grade", values=("Outstanding", "Good"), where=last_three)
windows = rolling_estimates(design, "grade", values=("Outstanding", "Good"), window=3)
```

The sentences are reporting's own (`share_words`, `change_words`), made from the results:

> {month}
>
> {quarter}
>
> {change}

Three months at a time, each window against the one three months before, which shares no audits
with it:

{windows}
The whole distribution of the grade, `grade_distribution` drawn by `reporting.plots`:

![{alt}](estimation_grades.svg)

How often such a quarter's intervals hold the planted truth is [measured](intervals.md).
"""


def worked(chosen: list[Month]) -> tuple[object, pd.DataFrame]:
    """Draw, open and grade six months; give the design and what happened in each."""
    samples, rows = [], []
    for month in chosen:
        found, happened = fieldwork(month, f"worked example {month.period}", AUDITS)
        samples.append(sample_of(month, found))
        outcomes = found.cases["outcome"].value_counts()
        rows.append(
            {
                "month": month.period,
                "open cases": f"{month.frame.size:,}",
                "drawn": int((found.cases["drawn_as"] == "sample").sum()),
                "reserves opened": happened["reserves opened"],
                "given to another auditor": happened["assigned again"],
                "out of scope": int(outcomes.get("out_of_scope", 0)),
                "unavailable": int(outcomes.get("unavailable", 0)),
                "audited": int(outcomes["audited"]),
            }
        )
    frames = {month.period: month.frame for month in chosen}
    return design_of(samples, frames), pd.DataFrame(rows)


def sentences(design) -> dict[str, str]:
    """Say the last month, the last quarter, and its change."""
    from qa_sampling.reporting.sentence_changes import change_words
    from qa_sampling.reporting.sentence_estimates import share_words
    from qa_sampling.sampling.change_windows import rolling_estimates
    from qa_sampling.sampling.estimation import estimate_difference, estimate_proportion

    def good(periods: list[str]) -> int:
        rows = design.rows_where({"period": periods})
        return int(design.table["grade"][rows].isin(GOOD).sum())

    def share(periods: list[str]) -> str:
        where = {"period": periods}
        found = estimate_proportion(design, "grade", values=GOOD, where=where)
        count = good(periods)
        words = share_words(
            found.estimate,
            found.confidence_interval(),
            what="were graded good or better",
            count=count,
            n=found.n,
            population=round(found.population / len(periods)),
        )
        return " ".join(words.sentences)

    difference = estimate_difference(
        design, "grade", first={"period": list(FIRST)}, second={"period": list(SECOND)}, values=GOOD
    )
    change = change_words(
        difference.estimate,
        difference.confidence_interval(),
        what="the share graded good or better",
        between=("the quarter to April", "the quarter to July"),
        counts=[
            (good(list(part)), int(design.rows_where({"period": list(part)}).sum()))
            for part in (FIRST, SECOND)
        ],
    )
    windows = rolling_estimates(design, "grade", values=GOOD, window=3)
    last = windows.iloc[-1]
    assert abs(last["change"] - difference.estimate) < 1e-12
    return {
        "month": share([list(SECOND)[-1]]),
        "quarter": share(list(SECOND)),
        "change": " ".join(change.sentences),
    }


def grades(design):
    """Give the distribution of the last quarter, for the cases of its average month."""
    from qa_sampling.sampling.estimation_grades import grade_distribution

    found = grade_distribution(design, "grade", where={"period": list(SECOND)})
    return replace(found, population=round(found.population / len(SECOND)))


def picture(found) -> bytes:
    """Draw the distribution as SVG."""
    import matplotlib.pyplot as plt
    from picture_checks import svg_of

    from qa_sampling.reporting import plots

    ax = plots.grade_distribution(found, title="Grades of all open cases, quarter to July 2026")
    stored = svg_of(ax)
    plt.close(ax.figure)
    return stored


def page(chosen: list[Month]) -> tuple[str, bytes]:
    """Give the section of the page and the picture."""
    from designs_page import in_markdown

    from qa_sampling.reporting.alt_texts import grade_distribution_alt
    from qa_sampling.sampling.change_windows import rolling_estimates

    design, happened = worked(chosen)
    found = grades(design)
    windows = rolling_estimates(design, "grade", values=GOOD, window=3)
    text = WORDS.format(
        audits=AUDITS,
        table=in_markdown(happened),
        windows=in_markdown(_shown(windows)),
        alt=grade_distribution_alt(found),
        **sentences(design),
    )
    return text, picture(found)


def _shown(windows: pd.DataFrame) -> pd.DataFrame:
    """Give the windows as people read them."""
    from qa_sampling.reporting.number_words import percent_text

    rows = []
    for one in windows.itertuples():
        told = ["", ""]
        share, low, high = map(percent_text, (one.estimate, one.low, one.high))
        if not pd.isna(one.change):
            ends = f"{100 * one.change_low:+.0f} to {100 * one.change_high:+.0f}"
            chance = "more than chance" if one.distinguishable else "not to be told from chance"
            told = [f"{100 * one.change:+.0f} ({ends})", chance]
        rows.append(
            {
                "months": f"{one.start} to {one.end}",
                "audits": one.n,
                "good or better": f"{share} ({low} to {high})",
                "change in points": told[0],
                "which is": told[1],
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Write the section and the picture."""
    from qa_sampling.records.synthetic import invent

    text, stored = page(months(invent(2026)))
    before, _, after = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    rest = after.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}{text}{END}{rest}", encoding="utf-8", newline="\n")
    PICTURE.write_bytes(stored)


if __name__ == "__main__":
    import matplotlib

    matplotlib.use("Agg")
    main()
