"""A small part of docs/intervals.md measured again, and the real draw end to end."""

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from frame_factory import make_frame

from qa_sampling.sampling.estimation import estimate_proportion, estimate_total, make_design
from qa_sampling.sampling.estimation_results import DEFAULT_INTERVAL
from qa_sampling.sampling.selection import Size, draw_sample

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "intervals.md"
DRAWS = 2_000
# three standard errors of a coverage of 95% over so many draws
SLACK = 3 * (0.95 * 0.05 / DRAWS) ** 0.5


@pytest.fixture(scope="module")
def script():
    path = ROOT / "benchmarks" / "coverage_estimation.py"
    spec = importlib.util.spec_from_file_location("coverage_estimation", path)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def statuses(script):
    """The six statuses of the measured month, as the page tells them."""
    named = [
        "Care leaver",
        "Child in need",
        "Child protection",
        "Early help",
        "Looked after",
        "Open",
    ]
    sizes = np.array([195, 770, 145, 262, 399, 127])
    cells = pd.DataFrame({"stratum": named, "row": named, "column": named, "population": sizes})
    return script.Population(cells, script.lay_truths(sizes, 5))


def measured(script, statuses, n: int, truth: float, methods: list[str], rule: str = "collapse"):
    return script.fixed_draws(
        statuses,
        n,
        truth,
        rule=rule,
        methods=methods,
        draws=DRAWS,
        dice=np.random.default_rng(11),
    )


@pytest.mark.parametrize("n", [10, 20, 40])
@pytest.mark.parametrize("truth", [0.02, 0.1, 0.5, 0.9])
def test_the_default_holds_its_level(script, statuses, n: int, truth: float) -> None:
    coverage, width = measured(script, statuses, n, truth, [DEFAULT_INTERVAL])[DEFAULT_INTERVAL]
    assert coverage >= 0.95 - SLACK
    assert 0 < width < {10: 0.7, 20: 0.5, 40: 0.36}[n]


def test_others_do_not(script, statuses) -> None:
    found = measured(script, statuses, 80, 0.9, ["wald", DEFAULT_INTERVAL])
    assert found["wald"][0] < 0.95 - SLACK < found[DEFAULT_INTERVAL][0]


def test_the_truths_are_laid_exactly(statuses) -> None:
    for truth, good in statuses.good.items():
        assert abs(good.sum() - truth * statuses.size) <= 1
        assert (good <= statuses.cells["population"]).all()
        assert statuses.share(truth) == good.sum() / 1898


def cells_of_page(title: str) -> list[list[str]]:
    part = PAGE.read_text(encoding="utf-8").partition(f"### {title}\n")[2].partition("###")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Stratified by status (6 strata)",
        "A plain random sample",
        "Rounded draws: every method, pooled",
    ],
)
def test_the_page_s_table_supports_the_default(title: str) -> None:
    head, *rows = cells_of_page(title)
    place = head.index(DEFAULT_INTERVAL)
    assert len(rows) == 16
    for row in rows:
        assert float(re.match(r"[\d.]+", row[place].strip("*"))[0]) >= 95.0
    lowest = {
        name: min(float(row[head.index(name)].strip("*").split(" / ")[0]) for row in rows)
        for name in ("wald", "wilson", "logit", "bayes")
    }
    assert max(lowest["wald"], lowest["bayes"]) < 95


# the real draw: frame, tickets, controlled rounding, families ---------------------------------

CELLS = [("N", "CP", 9), ("N", "CIN", 21), ("S", "CP", 6), ("S", "CIN", 14), ("E", "CIN", 10)]
FAMILIES = {
    "N.CP.1": "f",
    "N.CIN.1": "f",
    "S.CP.1": "g",
    "S.CIN.1": "g",
    "S.CIN.2": "g",
    "E.CIN.1": "h",
    "E.CIN.2": "h",
}


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    """400 seeds of a draw of 12 of 60: estimate, interval and total of each."""
    frame = make_frame(*CELLS, families=FAMILIES)
    good = frame.cases.assign(good=[number % 5 < 3 for number in range(len(frame.cases))])
    rows = []
    for seed in range(400):
        draw = draw_sample(frame, Size(12, reserves=0), seed=f"seed {seed}")
        sample = draw.cases.merge(good.drop(columns="stratum"), on="case_ref")
        design = make_design(
            sample,
            population=len(good),
            probability="inclusion_probability",
            approximation="pooled",
        )
        one = estimate_proportion(design, "good")
        interval = one.confidence_interval()
        total = estimate_total(design, "good")
        rows.append(
            (one.estimate, interval.low, interval.high, total.estimate, one.standard_error**2)
        )
    table = pd.DataFrame(rows, columns=["share", "low", "high", "total", "variance"])
    return table.assign(truth=good["good"].mean(), good=good["good"].sum())


def test_the_real_draw_s_totals_are_unbiased(drawn: pd.DataFrame) -> None:
    error = drawn["total"].std() / len(drawn) ** 0.5
    assert abs(drawn["total"].mean() - drawn["good"].iloc[0]) < 4 * error


def test_the_real_draw_s_intervals_hold_the_truth(drawn: pd.DataFrame) -> None:
    held = (drawn["low"] <= drawn["truth"]) & (drawn["truth"] <= drawn["high"])
    assert held.mean() >= 0.95 - 3 * (0.95 * 0.05 / len(drawn)) ** 0.5


def test_the_pooled_variance_is_near_the_real_draw_s(drawn: pd.DataFrame) -> None:
    assert 0.7 < drawn["variance"].mean() / drawn["share"].var() < 1.6


def test_the_golden_file_says_where_it_is_from() -> None:
    golden = json.loads((ROOT / "tests/golden/estimation.json").read_text("utf-8"))
    assert golden["session"].startswith("R version 4.2.2")
