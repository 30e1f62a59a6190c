"""Shifts by the chance of moderation: by hand, as without where chances are alike, unbiased."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from moderation_samples import moderated, with_gaps
from scipy import stats

from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.severity import bias_funnel, severity
from qa_sampling.agreement.shifts import p_values, shifts

ROWS = [("c1", "A", "M", 2, 1, 0.25), ("c2", "A", "M", 0, 1, 1.0), ("c3", "A", "M", 2, 2, 0.25),
        ("c4", "B", "M", 0, 0, 1.0), ("c5", "B", "M", 2, 2, 0.25)]  # fmt: skip
NAMES = "case_ref auditor moderator first second chance"


def test_weighted_shifts_by_hand() -> None:
    found = shifts(moderated(ROWS, NAMES, probability="chance"))
    # A: weights 4, 1, 4 and gaps 1, -1, 0; B: weights 1, 4 and no gap
    assert found["mean"].tolist() == pytest.approx([3 / 9, 0])
    assert found["n"].tolist() == [3, 2]
    assert found["effective_n"].tolist() == pytest.approx([81 / 33, 25 / 17])
    usual = 14 / 5
    rest = 16 * (2 / 3) ** 2 + (4 / 3) ** 2 + 16 * (1 / 3) ** 2
    left = {"A": (9, 33), "B": (5, 17)}
    told = sum(
        w**2 * (1 - 2 * w / left[who][0] + left[who][1] / left[who][0] ** 2)
        for who, w in (("A", 4), ("A", 1), ("A", 4), ("B", 1), ("B", 4))
    )
    spread = np.sqrt((rest / usual**2 + 2) / (told / usual**2 + 2))
    assert found.attrs["spread"] == pytest.approx(spread)
    assert found["standard_error"].tolist() == pytest.approx(
        [spread * np.sqrt(33) / 9, spread * np.sqrt(17) / 5]
    )
    assert found["stands_for"].tolist() == pytest.approx([9 / 3, 5 / 2])


def test_the_exact_sum_is_that_of_every_way_it_can_come() -> None:
    ratings = moderated(ROWS, NAMES, probability="chance")
    table = shifts(ratings)
    cases = table.attrs["cases"]
    sums = np.rint(8 * cases["weight"] * cases["gap"]).astype(int).to_numpy()
    one = [*sums, 8, -8]
    one += [-value for value in one]
    far = abs(int(sums[:3].sum()))
    ways = [sum(way) for way in product(one, repeat=3)]
    exact = 2 * np.mean([way >= far for way in ways])
    t = 2 * stats.t.sf(table["mean"] / table["standard_error"], table.attrs["degrees_of_freedom"])
    assert p_values(table, "moderators")[0] == pytest.approx(max(exact, t[0]))


def test_equal_chances_change_nothing() -> None:
    gaps, who = [1, 1, 0, -1, 0, 0, 1], ["A"] * 4 + ["B"] * 3
    plain = severity(with_gaps(gaps, who), control="none").table
    rows = [(f"C{n:03d}", name, "M1", 1 + gap, 1, 0.2)
            for n, (gap, name) in enumerate(zip(gaps, who, strict=True))]  # fmt: skip
    alike = severity(moderated(rows, NAMES, probability="chance"), control="none")
    assert "weighted" not in alike.method
    for name in ("n", "shift", "low", "high", "p_value"):
        assert alike.table[name].tolist() == pytest.approx(plain[name].tolist()), name


def risky(seed: int) -> tuple[Ratings, Ratings, np.ndarray]:
    """Give audits of 20 alike auditors: all moderated, and every worst grade and a fifth else."""
    dice = np.random.default_rng(seed)
    truth = dice.normal(1.6, 0.9, 4000)
    first, second = (np.clip(np.rint(truth + dice.normal(0, 0.5, 4000)), 0, 3).astype(int)
                     for _ in range(2))  # fmt: skip
    chance = np.where(first == 0, 1.0, 0.2)
    chosen = dice.random(4000) < chance
    who = [f"A{n % 20:02d}" for n in range(4000)]
    table = pd.DataFrame({"case_ref": np.arange(4000), "auditor": who, "moderator": "M",
                          "first": first, "second": second, "chance": chance})  # fmt: skip
    rows = list(table[chosen].itertuples(index=False, name=None))
    return moderated(rows, NAMES), moderated(rows, NAMES, probability="chance"), first - second


def test_chances_undo_that_the_worst_grades_are_always_moderated() -> None:
    plain, weighted, gaps = risky(3)
    bias = shifts(plain)["mean"].mean() - gaps.mean()
    left = shifts(weighted)["mean"].mean() - gaps.mean()
    assert bias < -0.08
    assert abs(left) < 0.035
    assert severity(weighted).method.endswith("weighted")


def test_nobody_is_told_by_always_moderated_grades_alone() -> None:
    rows = [(f"a{n}", "only worst", "M", 0, 1, 1.0) for n in range(4)]
    rows += [(f"b{n}", "usual", "M", 2, 2, 0.2) for n in range(6)]
    once = [(f"x{n}", "only worst", None, 2, None, 0.2) for n in range(20)]
    ratings = moderated(rows + once, NAMES, probability="chance")
    found = severity(ratings)
    shown = found.table.set_index("auditor")
    assert np.isnan(shown.loc["only worst", "shift"]) and shown.loc["usual", "shift"] == (
        pytest.approx(0, abs=0.3)
    )
    assert any("Of 1 auditor nearly only grades" in one for one in found.warnings)
    assert bias_funnel(ratings).table["unit"].tolist() == ["usual"]


def test_moderators_shifts_are_weighted_too() -> None:
    found = shifts(moderated(ROWS, NAMES, probability="chance"), role="moderator")
    assert found["mean"].tolist() == pytest.approx([-3 / 14])


def test_means_over_standards_have_their_exact_sums_too() -> None:
    gaps = [(1, 0), (1, 1), (0, 0), (0, -1), (1, 0), (0, 0)]
    rows = [(f"c{n}", "A" if n < 3 else "B", "M", 1 + gap, 1, f"s{s}")
            for n, pair in enumerate(gaps) for s, gap in enumerate(pair)]  # fmt: skip
    table = shifts(moderated(rows, "case_ref auditor moderator first second standard"))
    assert table["mean"].tolist() == pytest.approx([0.5, 0])
    eighths = [4, 8, 0, -4, 4, 0, 8, -8]
    eighths += [-one for one in eighths]
    ways = [sum(way) for way in product(eighths, repeat=3)]
    exact = 2 * np.mean([way >= 12 for way in ways])
    t = 2 * stats.t.sf(table["mean"] / table["standard_error"], table.attrs["degrees_of_freedom"])
    assert p_values(table, "moderators")[0] == pytest.approx(max(exact, t[0]))
    assert exact > t[0]
