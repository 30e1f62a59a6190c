"""The way of the children concerned: by hand, against a plain test, families, edges by name."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep
from tiers import thorough

from qa_sampling.errors import TrendError
from qa_sampling.trends.journeys import STEPS, _difference, journeys
from qa_sampling.trends.then_and_now import CHANGES


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def story(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["child_id", "event", "date"])
    return table.assign(date=pd.to_datetime(table["date"]))


def cases(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["child_id", "start", "concerned"])
    return table.assign(start=pd.to_datetime(table["start"]), family_id=table["child_id"])


EVENTS = story(
    ("a", "Contact", "2025-11-01"), ("a", "Contact", "2026-01-02"), ("a", "Referral", "2026-01-05"),
    ("a", "Assessment", "2026-01-15"), ("a", "Section 47 enquiry", "2026-01-09"),
    ("a", "Initial child protection conference", "2026-01-29"),
    ("a", "Child protection plan", "2026-01-29"), ("a", "Care episode", "2026-09-01"),
    ("b", "Referral", "2026-02-01"), ("b", "Assessment", "2026-02-11"),
    ("b", "Referral", "2026-03-01"), ("b", "Section 47 enquiry", "2026-03-01"),
    ("c", "Referral", "2026-06-01"), ("c", "Care episode", "2026-06-01"),
)  # fmt: skip
CASES = cases(("a", "2026-01-05", True), ("b", "2026-02-01", True), ("c", "2026-06-01", False))


def test_each_step_by_hand() -> None:
    found = journeys(EVENTS, CASES, as_at="2026-07-31", least=1)
    table = found.concerned.table.set_index("step")
    assert table["count"].tolist() == [1, 2, 2, 1, 1, 1, 0]
    # a: assessment 10 days after the referral, the enquiry 4; b: assessment 10, cut at 1 March.
    assert table["days"].tolist() == pytest.approx([np.nan, 3, 10, 4, 14, 0, np.nan], nan_ok=True)
    assert table["share_first"].tolist() == [0.5, 1, 1, 0.5, 0.5, 0.5, 0]
    assert table["share_before"].tolist() == pytest.approx(
        [np.nan, np.nan, 1, 0.5, 1, 1, 0], nan_ok=True
    )
    assert table["pending"].sum() == 0
    other = found.others.table.set_index("step")
    assert other["count"].tolist() == [0, 1, 0, 0, 0, 0, 1]
    assert other.loc["Care episode", "days"] == 0
    # Straight into care: no share of plans, where there was none.
    assert np.isnan(other.loc["Care episode", "share_before"])
    assert other["pending"].tolist() == [0, 0, 0, 0, 0, 0, 1]
    # c was not watched for 180 days, so nothing is compared.
    assert found.watched == (2, 0)
    assert found.table["difference"].isna().all()
    assert "Only 2 cases concerned and 0 others" in found.words[0]
    later = journeys(EVENTS, CASES, as_at="2026-12-31", within_days=300, least=1)
    assert later.concerned.table.set_index("step").loc["Care episode", "count"] == 1


def many(alike: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """100 concerned of whom 60 have an enquiry, 100 others of whom 30; families of `alike`."""
    held = cases(*[(f"c{one}", "2026-01-05", one < 100) for one in range(200)])
    held["family_id"] = [f"{one // alike}" for one in range(200)]
    met = [one for one in range(200) if one < 60 or 100 <= one < 130]
    rows = [(f"c{one}", "Referral", "2026-01-05") for one in range(200)]
    return story(*rows, *[(f"c{one}", "Section 47 enquiry", "2026-01-08") for one in met]), held


def ends_of(own: float, size: float, other: float, other_size: float) -> tuple[float, float]:
    """Newcombe's method 10 as statsmodels has it."""
    return confint_proportions_2indep(
        own * size, size, other * other_size, other_size, method="newcomb", compare="diff"
    )


def test_differences_against_the_plain_formula() -> None:
    events, held = many(1)
    found = journeys(events, held, as_at="2026-12-31")
    row = found.table.set_index("step").loc["Section 47 enquiry"]
    assert row[["concerned", "others", "difference"]].tolist() == pytest.approx([0.6, 0.3, 0.3])
    assert row[["low", "high"]].tolist() == pytest.approx(ends_of(0.6, 99, 0.3, 99))
    assert found.words == (
        "Section 47 enquiry: 60 in 100 of those concerned, 30 in 100 of others (+30; 95% interval "
        "+16 to +42).",
        "Compared are 100 cases concerned and 100 others that began at least 180 days before the "
        "records end, by how far they came in those days. The pictures count every case and every "
        "day, so their numbers differ.",
        "Six steps are compared, so a difference is told only where chance would not make it among "
        "six (Holm, 95%). Intervals are of one step by itself.",
    )
    # Families of five that share their fate: the error of a fifth of the cases.
    events, held = many(5)
    wide = journeys(events, held, as_at="2026-12-31").table.set_index("step")
    row = wide.loc["Section 47 enquiry"]
    size = 19 * (stats.t.ppf(0.975, 99) / stats.t.ppf(0.975, 19)) ** 2
    assert row[["low", "high"]].tolist() == pytest.approx(ends_of(0.6, size, 0.3, size))
    alone = journeys(events, held, as_at="2026-12-31", cluster=None).table.set_index("step")
    assert alone.loc["Section 47 enquiry", "high"] < row["high"]


def test_a_step_that_is_apart_by_itself_is_not_told_among_six() -> None:
    """18 of 100 against 8 of 100: p = 0.036 alone (score test), and 6 x 0.036 is above 0.05."""
    held = cases(*[(f"c{one}", "2026-01-05", one < 100) for one in range(200)])
    met = [one for one in range(200) if one < 18 or 100 <= one < 108]
    rows = [(f"c{one}", "Referral", "2026-01-05") for one in range(200)]
    events = story(*rows, *[(f"c{one}", "Care episode", "2026-02-01") for one in met])
    found = journeys(events, held, as_at="2026-12-31")
    row = found.table.set_index("step").loc["Care episode"]
    assert row["low"] > 0 and row["change"] == CHANGES[2]
    assert found.words[0].startswith("No step is reached more or less often")
    assert found.words[3].startswith(
        "Not told for that reason, though it would be of one step alone: Care episode: 18 in 100"
    )
    steps = ("Referral", "Care episode")
    alone = journeys(events, held, as_at="2026-12-31", steps=steps)
    assert alone.table.set_index("step").loc["Care episode", "change"] == CHANGES[0]
    assert not any("Holm" in one for one in alone.words), "one comparison needs no correction"


def test_a_step_whose_short_cases_were_all_cut_is_named() -> None:
    held = cases(*[(f"c{one}", "2026-01-05", one < 20) for one in range(40)])
    rows = [(f"c{one}", "Referral", "2026-01-05") for one in range(40)]
    rows += [(f"c{one}", "Assessment", "2026-01-09") for one in range(10)]
    rows += [(f"c{one}", "Referral", "2026-02-01") for one in range(10, 20)]  # cut short, the rest
    found = journeys(story(*rows), held, as_at="2026-12-31")
    row = found.table.set_index("step").loc["Assessment"]
    assert np.isnan(row["difference"]) and row["change"] == CHANGES[3]
    assert found.words[-1].startswith("Not compared: Assessment. All who had not come so far were")
    assert found.words[-2].startswith("Five steps are compared")


def test_row_order_and_later_events_do_not_matter() -> None:
    events, held = many(2)
    one = journeys(events, held, as_at="2026-06-30")
    late = story(("c1", "Care episode", "2026-07-02"), ("c2", "Care episode", "2026-06-30"))
    more = pd.concat([events, late]).sample(frac=1, random_state=2)
    two = journeys(more, held, as_at="2026-06-30", within_days=175)
    pd.testing.assert_frame_equal(
        one.others.table, journeys(more, held, as_at="2026-06-30").others.table
    )
    assert two.concerned.table.set_index("step").loc["Care episode", "count"] == 0
    assert two.concerned.table["pending"].sum() == 0


def test_nothing_differs_and_steps_may_be_chosen() -> None:
    events, held = many(1)
    held["concerned"] = np.arange(200) % 2 == 0
    found = journeys(events, held, as_at="2026-12-31", steps=("Referral", "Section 47 enquiry"),
                     measure="The way")  # fmt: skip
    assert found.words[0].startswith("No step is reached more or less often within 180 days")
    assert found.concerned.table["step"].tolist() == ["Referral", "Section 47 enquiry"]
    assert found.concerned.measure == "The way"
    assert STEPS[1] == "Referral"


def test_ways_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(TrendError, match="there must be cases that are concerned, and others"):
        journeys(EVENTS, CASES.assign(concerned=True), as_at="2026-07-31")
    with pytest.raises(TrendError, match=r"lacks the column family_id.*`within_days`"):
        journeys(EVENTS, CASES.drop(columns="family_id"), as_at="2026-07-31", within_days=0)
    with pytest.raises(TrendError, match=r"`steps` must name.*`level`.*`as_at` is missing"):
        journeys(EVENTS, CASES, as_at=None, steps=("Visit",), level=2)


@pytest.mark.parametrize(
    ("own", "other", "ends"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
        ((84, 101), (89, 105), (-0.1177, 0.0851)),
    ],
)
def test_published_intervals_of_differences(own: tuple, other: tuple, ends: tuple) -> None:
    """Newcombe's method 10 of eight pairs and of a trial, to the four decimals printed.

    R G Newcombe (1998), Statistics in Medicine 17, 873-890, table II, (a) to (h). The article was
    not at hand. (a), (b) and (g) were read in W Garner (2016), Constructing confidence intervals
    for the differences of binomial proportions in SAS, WUSS 2016, paper 127, who repeats that table
    and adds the trial (84 of 101 and 89 of 105). All eight stand so in the tests of the package
    `mergeron-extra`, which name the table; (a) and (b) in those of the R package `propint` too.
    """
    both = [(met / cases, cases) for met, cases in (own, other)]
    assert _difference(*both, 0.95)[3:] == pytest.approx(ends, abs=5e-5)


@pytest.mark.parametrize("own", [(56, 70), (0, 10), (10, 10), (6, 7)])
@pytest.mark.parametrize("other", [(48, 80), (0, 20), (3, 10)])
def test_differences_as_their_definition(own: tuple, other: tuple) -> None:
    """The ends worked out from the definition: Wilson's ends are the roots of his score equation.

    (p - x)^2 = z^2 x (1 - x) / n; then each end is off by the root of the sum of two squares.
    """

    def wilson(met: int, n: int) -> tuple[float, float]:
        p, z = met / n, stats.norm.ppf(0.975)
        return tuple(sorted(np.roots([1 + z**2 / n, -2 * p - z**2 / n, p**2]).real))

    p, q = (met / cases for met, cases in (own, other))
    (low, high), (other_low, other_high) = wilson(*own), wilson(*other)
    below = p - q - np.hypot(p - low, other_high - q)
    above = p - q + np.hypot(high - p, q - other_low)
    found = _difference((p, own[1]), (q, other[1]), 0.95)[3:]
    assert found == pytest.approx((below, above), abs=1e-7)


def test_none_of_few_against_some_of_many_is_not_beyond_chance() -> None:
    # 0 of 19 against 7 of 116: Fisher's exact test gives p = 0.59.
    met = [one for one in range(135) if 19 <= one < 26]
    held = cases(*[(f"c{one}", "2026-01-05", one < 19) for one in range(135)])
    rows = [(f"c{one}", "Referral", "2026-01-05") for one in range(135)]
    events = story(*rows, *[(f"c{one}", "Child protection plan", "2026-02-01") for one in met])
    found = journeys(events, held, as_at="2026-12-31")
    row = found.table.set_index("step").loc["Child protection plan"]
    assert row["low"] < 0 < row["high"]
    assert found.words[0].startswith("No step is reached")


def world(
    seed: int, *, sizes: tuple[int, int], share: float, again: tuple[float, float], alike: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Equal shares by 90 days, siblings in pairs; a new referral comes at a pace of its own."""
    rng = np.random.default_rng(seed)
    number = sum(sizes)
    families = np.r_[np.arange(sizes[0]) // 2, 10_000 + np.arange(sizes[1]) // 2]
    fate = dict(zip(np.unique(families), rng.random(len(np.unique(families))), strict=True))
    drawn = np.where(
        rng.random(number) < alike, [fate[one] for one in families], rng.random(number)
    )
    start = pd.Timestamp("2026-01-05")
    concerned = np.arange(number) < sizes[0]
    held = pd.DataFrame(
        {"child_id": np.arange(number).astype(str), "start": start, "concerned": concerned,
         "family_id": families.astype(str)}
    )  # fmt: skip
    step = start + pd.to_timedelta(rng.integers(0, 90, number), unit="D")
    back = start + pd.to_timedelta(rng.integers(1, 90, number), unit="D")
    comes = rng.random(number) < np.where(concerned, *again)
    parts = [("Referral", np.full(number, True), pd.Series(start, range(number))),
             ("Section 47 enquiry", drawn < share, step), ("Referral", comes, back)]  # fmt: skip
    events = pd.concat(
        [pd.DataFrame({"child_id": held["child_id"], "event": name, "date": days})[kept]
         for name, kept, days in parts], ignore_index=True,
    )  # fmt: skip
    return events, held


def false_alarms(worlds: int, **kind: object) -> int:
    """In how many of so many worlds without a difference one is told."""
    steps = ("Referral", "Section 47 enquiry")
    found = [journeys(*world(seed, **kind), as_at="2026-12-31", steps=steps)
             for seed in range(worlds)]  # fmt: skip
    return sum(one.table["change"].iloc[1] in CHANGES[:2] for one in found)


@pytest.mark.parametrize(
    ("kind", "worlds", "most"),
    [
        # At 5% so many or fewer with a chance of 97%.
        ({"sizes": (19, 116), "share": 0.06, "again": (0, 0), "alike": 0.8}, 6, 1),
        ({"sizes": (100, 100), "share": 0.3, "again": (0.8, 0.05), "alike": 0.0}, 6, 1),
        thorough({"sizes": (19, 116), "share": 0.06, "again": (0, 0), "alike": 0.8}, 30, 4),
        thorough({"sizes": (100, 100), "share": 0.3, "again": (0.8, 0.05), "alike": 0.0}, 15, 3),
    ],
)
def test_worlds_without_a_difference(kind: dict, worlds: int, most: int) -> None:
    assert false_alarms(worlds, **kind) <= most
