"""Turning the curve: the forecast's chance, what can be judged, the picture, and edges."""

from datetime import date

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import picture_factory as made
import pytest
from scipy import stats

from qa_sampling.errors import SchemaError, TrendError
from qa_sampling.reporting import plots
from qa_sampling.reporting.alt_texts import turning_chart_alt
from qa_sampling.results import Turning
from qa_sampling.trends import forecasting
from qa_sampling.trends.forecasting import forecast
from qa_sampling.trends.interrupted import interrupted
from qa_sampling.trends.turning import turning_the_curve

AS_AT = date(2026, 9, 30)


def readings(counts, *, of=None, open_months=0, start="2022-10-01"):
    counts = np.asarray(counts, dtype=float)
    months = len(counts)
    frame = pd.DataFrame(
        {
            "measure": "re_referrals", "unit_kind": "all", "unit": "All",
            "start": pd.date_range(start, periods=months, freq="MS"),
            "numerator": counts, "mature": np.arange(months) < months - open_months,
        }
    )  # fmt: skip
    return frame if of is None else frame.assign(denominator=np.broadcast_to(of, months) * 1.0)


def stepped(step=0.5, at=24, months=48, mean=20, seed=4):
    level = mean * np.where(np.arange(months) < at, 1, step)
    return np.random.default_rng(seed).poisson(level)


def told(frame, *interventions, **more):
    asked = {"better": "down", "as_at": AS_AT} | more
    return turning_the_curve(frame, interventions=interventions, **asked)


class TestChance:
    def test_it_is_the_exact_tail_where_nothing_is_forgotten(self, monkeypatch) -> None:
        monkeypatch.setattr(forecasting, "_KEPT", np.array([1.0]))
        monkeypatch.setattr(forecasting, "_SCATTER", np.array([1.0]))
        counts = [4, 6, 5, 7, 3, 5, 6, 4, 5, 5]
        table = pd.DataFrame(
            {"period": pd.date_range("2025-01-01", periods=10, freq="MS"), "numerator": counts}
        )
        chance = stats.nbinom(0.5 + sum(counts), (0.1 + 10) / (0.1 + 11))
        for better, exact in (("down", chance.cdf(3)), ("up", chance.sf(2))):
            fan = forecast(table, ahead=2, kind="count", target=3, better=better).fan
            assert fan["meets"].tolist() == pytest.approx([exact] * 2, abs=1e-4)

    def test_the_drift_adds_as_much_a_period(self) -> None:
        """A plain twin: variance of the level grows along a line (West and Harrison 1997, 6.3)."""
        told = ([40.0], [4.0], [0.8], [1.0], [1.0])
        known = forecasting._Known(*(np.array(one) for one in told))
        level = 40 / 16
        for steps in (1, 2, 6, 12):
            values, chance = forecasting._one_ahead(known, steps, 1.0, 1.0, "count", 1.0)
            mean = (values * chance).sum()
            variance = (values**2 * chance).sum() - mean**2
            assert mean == pytest.approx(10, rel=1e-3)
            assert variance == pytest.approx(10 + level * (1 + steps * 0.25), rel=0.01)

    @pytest.mark.parametrize("target", [0, 10, 1000])
    def test_both_ways_add_up_to_one_and_the_value_itself(self, target) -> None:
        frame = readings(stepped())
        down = told(frame, target=target)
        up = told(frame, target=target, better="up")
        assert 1 - 1e-9 <= down.chance + up.chance <= 1.2
        assert told(frame).chance is None and told(frame, target=target, better="").chance is None

    def test_a_year_ahead_after_a_step_is_still_of_use(self) -> None:
        counts = np.random.default_rng(5).binomial(80, np.where(np.arange(48) < 26, 0.26, 0.17))
        cast = told(readings(counts, of=80))
        low, high = cast.fan[["low_80", "high_80"]].iloc[-1]
        assert 0.05 < low < 0.17 < high < 0.35


class TestVerdicts:
    def test_a_turn_for_the_better_as_interrupted_has_it(self) -> None:
        frame = readings(stepped())
        found = told(frame, ("2024-10-01", "New front door"), target=12)
        row = found.done.iloc[0]
        plain = pd.DataFrame({"period": frame["start"], "numerator": frame["numerator"]})
        (effect,) = interrupted(plain, kind="count", done=[("2024-10-01", "x")]).effects
        interval = effect.confidence_interval("by_then")
        assert row[["ratio", "low", "high"]].tolist() == pytest.approx(
            [effect.by_then, interval.low, interval.high]
        )
        assert row["verdict"] == "better" and effect.p < 0.05
        assert row["words"] == (
            "New front door (October 2024): the curve turned for the better. By September 2026 it "
            f"is {effect.by_then:.2f} times what would have been (95% {interval.low:.2f} to "
            f"{interval.high:.2f})."
        )
        latest = frame["numerator"].iloc[-1]
        start = f"re_referrals, All: {latest:.0f} in September 2026, the latest settled month. If "
        assert found.words.startswith(start)
        assert f"The target of 12 is met then with a chance of {found.chance:.0%}." in found.words
        assert found.words.endswith("A turn beside what was done need not come from it.")

    @pytest.mark.parametrize(
        ("step", "better", "verdict"),
        [(0.5, "up", "worse"), (2, "down", "worse"), (2, "up", "better"), (2, "", "changed"),
         (1, "down", "not shown")],
    )  # fmt: skip
    def test_which_way(self, step, better, verdict) -> None:
        found = told(readings(stepped(step)), ("2024-10-01", "x"), better=better)
        assert found.done["verdict"].tolist() == [verdict]

    def test_shares_tell_odds(self) -> None:
        counts = np.random.default_rng(1).binomial(60, np.where(np.arange(48) < 24, 0.4, 0.2))
        found = told(readings(counts, of=60), ("2024-10-01", "x"))
        assert "its odds are" in found.words and found.unit == "share"

    @pytest.mark.parametrize(
        ("day", "why"),
        [
            ("2026-03-01", "too short to say; 7 settled months since, 8 needed"),
            ("2023-05-01", "too short to say; 7 settled months before, 8 needed"),
            ("2026-10-15", "not in the settled months yet"),
            ("2020-01-01", "0 settled months before, 8 needed"),
        ],
    )
    def test_too_short_to_say(self, day, why) -> None:
        found = told(readings(stepped()), (day, "x"))
        assert found.done["verdict"].tolist() == ["too short"] and why in found.done["words"][0]
        assert found.done[["ratio", "low", "high"]].isna().all(axis=None)
        assert "need not come from it" not in found.words

    def test_what_is_too_recent_does_not_hide_what_came_before(self) -> None:
        frame = readings(stepped())
        both = told(frame, ("2024-10-01", "a"), ("2026-05-01", "b")).done
        assert both["verdict"].tolist() == ["better", "too short"]
        until = frame[frame["start"] < "2026-05-01"]
        alone = told(until, ("2024-10-01", "a")).done
        assert both["ratio"][0] == pytest.approx(alone["ratio"][0])

    def test_two_close_together_cannot_be_told_apart(self) -> None:
        found = told(readings(stepped()), ("2024-10-01", "a"), ("2025-01-01", "b")).done
        assert set(found["verdict"]) == {"too short"}
        assert found["words"].str.contains("too close to what else was done").all()

    def test_two_in_one_month_are_told_as_one_from_the_next_whole_month(self) -> None:
        found = told(readings(stepped()), ("2024-09-20", "b"), ("2024-09-02", "a")).done
        assert found["name"].tolist() == ["a and b"]
        assert found["period"].tolist() == [pd.Timestamp("2024-10-01")]

    def test_open_months_and_gaps_are_not_used(self) -> None:
        counts = stepped().astype(float)
        wild = counts.copy()
        wild[-3:] = 500
        wild[30] = np.nan
        found = told(readings(wild, open_months=3), ("2024-10-01", "x"))
        counts[30] = counts[-3:] = np.nan
        again = told(readings(counts), ("2024-10-01", "x"))
        assert found.done["ratio"][0] == pytest.approx(again.done["ratio"][0])
        assert (~found.history["mature"]).sum() == 3 and found.history["value"].isna().sum() == 1

    def test_a_row_left_out_is_a_gap(self) -> None:
        frame = readings(stepped())
        there = told(frame.assign(numerator=frame["numerator"].where(frame.index != 20)))
        gone = told(frame.drop(index=20).sample(frac=1, random_state=1))
        pd.testing.assert_frame_equal(there.fan, gone.fan)
        pd.testing.assert_frame_equal(there.history, gone.history)

    def test_what_comes_after_the_day_is_left_out(self) -> None:
        frame = readings(stepped())
        found = told(frame, as_at=date(2026, 6, 15))
        assert found.history["period"].iloc[-1] == pd.Timestamp("2026-06-01")
        assert not found.history["mature"].iloc[-1] and found.history["mature"].iloc[-2]
        assert found.fan["period"].iloc[0] == pd.Timestamp("2026-07-01")

    def test_quarters(self) -> None:
        frame = readings(stepped(months=32, at=16, mean=60))
        frame["start"] = pd.date_range("2018-10-01", periods=32, freq="QS")
        found = told(frame, ("2022-10-01", "x"), every="quarter", ahead=4)
        assert found.done["verdict"].tolist() == ["better"] and len(found.fan) == 4
        assert found.frequency == "quarter" and "the quarter from" in found.words

    def test_no_event_and_one_month(self) -> None:
        never = told(readings(np.zeros(40)), ("2024-10-01", "x"), target=1)
        assert never.done["verdict"].tolist() == ["too short"] and never.chance is None
        assert "no event in any settled month" in never.words and len(never.fan) == 0
        one = told(readings([3]), ("2022-10-01", "x"))
        assert "Nothing is foretold" in one.words and one.done["verdict"][0] == "too short"
        still_open = told(readings([3], open_months=1))
        assert still_open.words.startswith("re_referrals, All: there is no settled month yet.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": ["A"] * 24 + ["B"] * 24}, "one measure of one unit; these readings hold 2"),
        ({"start": pd.date_range("2022-10-02", periods=48, freq="D")}, "first day of a month"),
        ({"numerator": [-1.0] * 48}, "counts must be 0 or more"),
    ],
)
def test_refused(change, message) -> None:
    with pytest.raises(TrendError, match=message):
        told(readings(stepped()).assign(**change))


def test_a_day_before_all_readings_and_a_table_without_a_column() -> None:
    with pytest.raises(TrendError, match="No reading begins by 2020-01-01; give a later day"):
        told(readings(stepped()), as_at=date(2020, 1, 1))
    with pytest.raises(TrendError, match='must be "month" or "quarter"'):
        told(readings(stepped()), every="week")
    with pytest.raises(SchemaError, match="`mature` is missing"):
        told(readings(stepped()).drop(columns="mature"))


def test_a_result_that_contradicts_itself() -> None:
    turning = made.turning()
    about = vars(turning)
    with pytest.raises(SchemaError, match="must lie between 0 and 1; got 2"):
        Turning(**about | {"chance": 2})
    with pytest.raises(SchemaError, match="a chance to meet a target, but no target"):
        Turning(**about | {"target": None})
    with pytest.raises(SchemaError, match="not in order"):
        Turning(**about | {"done": turning.done.iloc[::-1]})


def test_the_picture_numbers_what_was_done_and_says_it() -> None:
    turning = made.turning()
    ax = plots.turning_chart(turning)
    texts = [one.get_text() for one in (*ax.texts, *ax.figure.texts)]
    assert {"1", "2"} <= set(texts)
    assert any(one.startswith("1 New front door, Jun 2025: turned for the better") for one in texts)
    assert any(one.startswith("2 Family group meetings, Mar 2026: too short") for one in texts)
    lines = [one for one in ax.lines if len(set(one.get_xdata())) == 1]
    assert len(lines) >= 3  # two things done, and where the forecast begins
    plt.close("all")
    words = turning_chart_alt(turning)
    assert "It is met by then with a chance of 21%." in words
    assert "New front door from June 2025 (turned for the better)" in words
