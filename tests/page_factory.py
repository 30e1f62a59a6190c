"""Pages for tests: notebooks of displayed outputs, and what a page is made of."""

from __future__ import annotations

from html.parser import HTMLParser

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from qa_sampling.reporting import narrative, plots
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.plan_tables import SHARES
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.report import build_page, share, share_figure, show

SCRIPT = "<script>alert(1)</script>"
TABLE = pd.DataFrame(
    {
        "status": ["Looked after", "Child protection plan", f"Other {SCRIPT}"],
        "cases": [224, 116, 98],
        "audits": [13, 4, 3],
    }
)
PAGE = {
    "title": "Practice Evaluations, November 2026",
    "question": "Which cases are audited this month?",
    "provenance": {"Draw": "2026-11 monthly 1", "Seed": SCRIPT},
}


@pytest.fixture(scope="module", autouse=True)
def shell():
    """A notebook's shell, without a history, so that what is displayed can be caught."""
    yield InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    InteractiveShell.clear_instance()


def safe_table():
    return protect(TABLE, by=["status"], counts=["cases", "audits"], percentages=SHARES)


def safe_two_way():
    rng = np.random.default_rng(1)
    rows = [
        (f"Team {team}", status, int(rng.poisson(20)), int(rng.poisson(7)))
        for team in range(4)
        for status in ("Looked after", "Child in need plan")
    ]
    table = pd.DataFrame(rows, columns=["team", "status", "cases", "audits"])
    return protect(table, by=["team", "status"], counts=["cases", "audits"])


def many_cases(number=40):
    """A table of cases such as only a restricted page may hold, wider than an upright sheet."""
    columns = {
        "case_ref": [f"REF{place:03d}AB7CD2EF" for place in range(number)],
        "child_id": [str(4_000_000 + place) for place in range(number)],
        "team": ["Family Safeguarding North 1"] * number,
        "status": ["Child in need plan"] * number,
        "service": ["Family Safeguarding"] * number,
        "age": [place % 18 for place in range(number)],
        "auditor": ["S0036"] * number,
        "moderator": ["S0040" if place % 4 == 0 else "" for place in range(number)],
        "due": pd.to_datetime(["2026-11-30"] * number),
        "seen": [place % 3 > 0 for place in range(number)],
        "note": ["A relative of an employee; see the register" * (place % 7 == 0) for place in
                 range(number)],
    }  # fmt: skip
    return pd.DataFrame(columns)


def outputs(call, *args, **kwargs):
    """The notebook outputs that a call displays."""
    with capture_output() as captured:
        call(*args, **kwargs)
    return [
        nbformat.v4.new_output("display_data", data=one.data, metadata=one.metadata)
        for one in captured.outputs
    ]


def chart(table):
    axes = plots.allocation_chart(table, ax=plt.figure().gca())
    return outputs(
        share_figure, axes, table, title="Audits follow cases", alt=narrative.allocation_alt(table)
    )


def raw(**data):
    return [nbformat.v4.new_output("display_data", data=data)]


def code(shown=(), *tags, count=1):
    cell = nbformat.v4.new_code_cell(
        "nobody_reads = this_code", metadata={"tags": list(tags)}, outputs=list(shown)
    )
    cell.execution_count = count
    return cell


def markdown(text, *tags):
    return nbformat.v4.new_markdown_cell(text, metadata={"tags": list(tags)})


def build(*cells, audience="shareable", **others):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    return build_page(notebook, audience=audience, **(PAGE | others))


def whole_page(safe, safe_grid, *, audience="shareable"):
    """A page with something in every place of it."""
    words = outputs(share, narrative.say("{n:case|cases} will be audited.", n=declared(40)))
    grid_chart = outputs(
        share_figure,
        plots.coverage_map(safe_grid, ax=plt.figure().gca()),
        safe_grid,
        title="Every team is covered",
        alt=narrative.coverage_alt(safe_grid),
    )
    return build(
        markdown("# The question"),
        code((), "parameters"),
        code(raw(**{"text/plain": "untagged and unseen"})),
        code(words, "page-finding"),
        code(chart(safe), "page-chart"),
        code(grid_chart, "page-chart"),
        code(outputs(share, safe, title="By status"), "page-table"),
        code(outputs(show, TABLE, title="Raw"), "page-table", "restricted-only"),
        markdown("# How\n\n## Drawn\n\nBy *ticket*.\n\n- first\n- second", "page-method"),
        audience=audience,
    )


def page_of_cases():
    """A restricted page of case-level tables, as `show` and as pandas put them."""
    cases = many_cases()
    return build(
        code((), "parameters"),
        markdown("## Cases to be audited\n\nOne row a case."),
        code(outputs(show, cases, title="Every case"), "page-table"),
        markdown("## The same as pandas shows it"),
        code(raw(**{"text/html": cases.set_index("case_ref").to_html()})),
        code(outputs(show, cases.iloc[:, :7], title="Seven columns"), "page-table"),
        code(raw(**{"text/plain": "one line\nanother line " + "that is very long " * 12})),
        audience="restricted",
    )


def page_of_long_names():
    """A page of names as long as teams have, and longer; one of them in a single word."""
    longest = "Children and Families Assessment and Intervention Service, North West Locality 2"
    teams = [longest, f"{longest} " * 4, "L" * 300, "Short"]
    statuses = ["Looked after", "Child in need plan", "Child protection plan", "Care leaver"]
    table = pd.DataFrame(
        [(team, status, 1_000_000 + place, 7) for place, team in enumerate(teams)
         for status in statuses],
        columns=["team", "status", "cases", "audits"],
    )  # fmt: skip
    grid = protect(table, by=["team", "status"], counts=["cases", "audits"])
    by_team = protect(
        table.groupby("team", as_index=False)[["cases", "audits"]].sum(),
        by=["team"],
        counts=["cases", "audits"],
        percentages=SHARES,
    )
    return build(
        code(outputs(share, grid, title="Teams and statuses"), "page-table"),
        code(outputs(share, by_team, title="Teams"), "page-table"),
    )


class Elements(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
