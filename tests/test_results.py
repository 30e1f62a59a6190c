"""What results share, and what they refuse."""

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace

import pandas as pd
import picture_factory as made
import pytest

from qa_sampling import results
from qa_sampling.errors import SchemaError
from qa_sampling.results import Decomposition, Described, Interval
from qa_sampling.results.described import UNITS

NAN = float("nan")
MAKE = {
    "ControlChart": made.control,
    "Funnel": made.funnel,
    "AgreementTable": made.agreement,
    "Severities": made.severities,
    "Calibration": made.calibrated,
    "GradeDistribution": made.grades,
    "GradeProfiles": made.profiles,
    "IntervalList": made.changes,
    "Decomposition": made.decomposition,
    "Journey": made.journey,
    "CohortCurves": made.cohorts,
    "Turning": made.turning,
    "Forecast": made.forecast,
    "Sparklines": made.many,
}


def put(table: pd.DataFrame, row: int, **values) -> pd.DataFrame:
    """Give a copy of a table with some values of one row changed."""
    changed = table.copy()
    for name, value in values.items():
        changed[name] = changed[name].astype(object) if isinstance(value, str) else changed[name]
        changed.loc[row, name] = value
    return changed


def test_an_interval_knows_what_lies_in_it() -> None:
    interval = Interval(0.36, 0.77, method="wilson")
    assert 0.36 in interval
    assert 0.77 in interval
    assert 0.78 not in interval
    assert "0.5" not in interval
    assert interval.width == pytest.approx(0.41)
    assert interval.level == 0.95


def test_every_drawn_result_is_here() -> None:
    drawn = {name for name in results.__all__ if isinstance(getattr(results, name), type)}
    named = drawn - {"Interval", "Described"}
    assert named == set(MAKE)


@pytest.mark.parametrize("name", MAKE)
def test_results_are_frozen_documented_and_described(name: str) -> None:
    result = MAKE[name]()
    assert is_dataclass(result)
    assert isinstance(result, Described)
    with pytest.raises(FrozenInstanceError):
        result.measure = "another"
    told = "".join(one.__doc__ or "" for one in type(result).__mro__)
    inherited = ("measure", "scope", "unit", "n", "n_of", "baseline", "warnings")
    own = [one.name for one in fields(result) if one.name not in inherited]
    assert all(one in told for one in own)


@pytest.mark.parametrize("name", MAKE)
def test_results_keep_a_copy_and_alter_no_table(name: str) -> None:
    result = MAKE[name]()
    tables = [one.name for one in fields(result)
              if isinstance(getattr(result, one.name), pd.DataFrame)]  # fmt: skip
    for one in tables:
        given = getattr(result, one).drop(columns="hidden", errors="ignore")
        given.index = range(5, 5 + len(given))
        before = given.copy()
        again = replace(result, **{one: given})
        pd.testing.assert_frame_equal(given, before)
        assert getattr(again, one) is not given
        assert getattr(again, one).index[0] == 0


@pytest.mark.parametrize("name", MAKE)
def test_a_result_lacking_a_column_is_refused_with_its_name(name: str) -> None:
    result = MAKE[name]()
    attribute = "history" if isinstance(result, results.Forecast) else "table"
    first = {"Forecast": "period", "Turning": "period", "ControlChart": "centre"}.get(name)
    table = getattr(result, attribute)
    first = first or table.columns[0]
    with pytest.raises(SchemaError, match=f"column `{first}` is missing"):
        replace(result, **{attribute: table.drop(columns=first)})
    with pytest.raises(SchemaError, match="must be a DataFrame; got a list"):
        replace(result, **{attribute: [1, 2]})


@pytest.mark.parametrize("name", MAKE)
def test_an_unknown_unit_and_loose_warnings_are_refused(name: str) -> None:
    result = MAKE[name]()
    with pytest.raises(SchemaError, match=f"`unit` must be one of {', '.join(UNITS)}; got 'miles'"):
        replace(result, unit="miles")
    with pytest.raises(SchemaError, match="`warnings` must be a tuple of sentences"):
        replace(result, warnings="Beware.")
    if hasattr(result, "n"):
        with pytest.raises(SchemaError, match="`n` must be 0 or more; got -1"):
            replace(result, n=-1)


HIDES = {
    "ControlChart": "value",
    "Funnel": "value",
    "AgreementTable": "count",
    "Severities": "shift",
    "Calibration": "average",
    "GradeDistribution": "share",
    "Journey": "count",
    "Sparklines": "value",
}


@pytest.mark.parametrize("name", HIDES)
def test_a_hidden_row_may_hold_no_value(name: str) -> None:
    result = MAKE[name]()
    table = result.table.assign(hidden=False)
    table.loc[0, "hidden"] = True
    with pytest.raises(SchemaError, match=f"`{HIDES[name]}` holds 1 values in hidden rows"):
        replace(result, table=table)


def test_values_must_be_finite() -> None:
    chart = made.control()
    with pytest.raises(SchemaError, match="column `value` holds values that are not finite"):
        replace(chart, table=put(chart.table, 0, value=float("inf")))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"mature": False}, "1 signals stand at periods that can still change"),
        ({"value": NAN}, "1 signals stand at periods without a value"),
        ({"centre": 0.9}, "in 1 periods the centre line lies outside the limits"),
        ({"phase": 2}, "`phase` must begin with 0 and rise by 1"),
        ({"signal": "alarm"}, r"column `signal` holds 1 values outside its codes"),
    ],
)
def test_a_control_chart_refuses_nonsense(values: dict, message: str) -> None:
    chart = made.control()
    with pytest.raises(SchemaError, match=message):
        replace(chart, table=put(chart.table, 11, **values))


def test_periods_are_in_order_and_once() -> None:
    chart = made.control()
    with pytest.raises(SchemaError, match="periods are not in order; sort by `period`"):
        replace(chart, table=chart.table.iloc[::-1].assign(phase=0))
    twice = put(chart.table, 1, period=chart.table["period"].iloc[0])
    with pytest.raises(SchemaError, match=r"1 rows repeat the key \(period\)"):
        replace(chart, table=twice)
    with pytest.raises(SchemaError, match='`better` must be "up", "down" or blank'):
        replace(chart, better="sideways")


def test_a_forecast_refuses_nonsense() -> None:
    cast = made.forecast()
    with pytest.raises(SchemaError, match="an interval does not lie within the wider one"):
        replace(cast, fan=put(cast.fan, 0, high_80=999.0))
    with pytest.raises(SchemaError, match=r"`levels` must rise and lie between 0 and 1"):
        replace(cast, levels=(0.95, 0.8))
    with pytest.raises(SchemaError, match="the fan begins before the history ends"):
        replace(cast, history=cast.history.assign(period=made.months(24, "2025-04-01")))
    with pytest.raises(SchemaError, match="column `low_50` is missing"):
        replace(cast, levels=(0.5, 0.8))
    assert cast.ends(0.95) == ("low_95", "high_95")
    assert cast.ends(0.975) == ("low_97.5", "high_97.5")


def test_a_funnel_refuses_nonsense() -> None:
    funnel = made.funnel()
    with pytest.raises(SchemaError, match="`n` must be above 0"):
        replace(funnel, table=put(funnel.table, 0, n=0))
    with pytest.raises(SchemaError, match="a unit has a value but no `n`"):
        replace(funnel, table=put(funnel.table, 0, n=NAN))
    with pytest.raises(SchemaError, match="a unit has a signal but no value"):
        replace(funnel, table=put(funnel.table, 3, value=NAN))
    with pytest.raises(SchemaError, match="limits cross in 1 rows"):
        replace(funnel, limits=put(funnel.limits, 0, low=1.0, high=0.5))
    with pytest.raises(SchemaError, match="`limits` must be in order of `n`"):
        replace(funnel, limits=funnel.limits.iloc[::-1])
    with pytest.raises(SchemaError, match="`levels` must be two levels that rise"):
        replace(funnel, levels=(0.998, 0.95))


def test_an_agreement_table_refuses_nonsense() -> None:
    met = made.agreement()
    with pytest.raises(SchemaError, match="1 grades are not on the scale"):
        replace(met, table=put(met.table, 0, auditor_grade="Fine"))
    with pytest.raises(SchemaError, match="`grades` must name each grade of the scale once"):
        replace(met, grades=(*met.grades, "Good"))
    with pytest.raises(SchemaError, match="`count` must hold whole numbers of at least 0"):
        replace(met, table=put(met.table, 0, count=1.5))
    with pytest.raises(SchemaError, match="`count` is missing in rows that are not hidden"):
        replace(met, table=put(met.table, 0, count=NAN))
    with pytest.raises(SchemaError, match="must rise in this order"):
        replace(met, same=60)
    with pytest.raises(SchemaError, match="the estimate lies outside its own interval"):
        replace(met, estimate=0.1)


def test_severities_refuse_nonsense() -> None:
    people = made.severities()
    with pytest.raises(SchemaError, match="1 shifts lie outside their own interval"):
        replace(people, table=put(people.table, 0, shift=2.0))
    with pytest.raises(SchemaError, match="an auditor stands out but has no shift"):
        replace(people, table=put(people.table, 13, signal="easier"))
    with pytest.raises(SchemaError, match="an auditor has a shift but no `n`"):
        replace(people, table=put(people.table, 0, n=NAN))
    with pytest.raises(SchemaError, match="`n` must be above 0"):
        replace(people, table=put(people.table, 0, n=0))
    with pytest.raises(SchemaError, match="`level` must lie between 0 and 1; got 95"):
        replace(people, level=95)


def test_a_distribution_of_grades_refuses_nonsense() -> None:
    spread = made.grades()
    with pytest.raises(SchemaError, match="must lie between 0 and 1; divide by 100"):
        replace(spread, table=put(spread.table, 0, share=9.0, high=20.0))
    with pytest.raises(SchemaError, match="1 shares lie outside their own interval"):
        replace(spread, table=put(spread.table, 0, share=0.5))
    with pytest.raises(SchemaError, match="`level` must lie between 0 and 1; got 95"):
        replace(spread, level=95)


def test_a_decomposition_adds_up() -> None:
    change = made.decomposition()
    with pytest.raises(SchemaError, match="the contributions miss the change by 1"):
        replace(change, end=25.1)
    hidden = change.table.assign(hidden=[False] * 4 + [True])
    hidden.loc[4, ["contribution", "low", "high"]] = NAN
    with pytest.raises(SchemaError, match="a single hidden part follows from the others"):
        replace(change, table=hidden)
    hidden.loc[0, "hidden"] = True
    hidden.loc[0, ["contribution", "low", "high"]] = NAN
    with pytest.raises(SchemaError, match="hidden parts must stand last"):
        replace(change, table=hidden)
    with pytest.raises(SchemaError, match="a contribution is missing in rows that are not hidden"):
        replace(change, table=put(change.table, 0, contribution=NAN))
    with pytest.raises(SchemaError, match="1 contributions lie outside their own interval"):
        replace(change, table=put(change.table, 0, low=2.5))
    two = hidden.sort_values("hidden", kind="stable")
    assert isinstance(replace(change, table=two), Decomposition)


def test_a_journey_refuses_nonsense() -> None:
    way = made.journey()
    with pytest.raises(SchemaError, match="counts and days must be 0 or more"):
        replace(way, table=put(way.table, 0, count=-1))
    with pytest.raises(SchemaError, match="`count` is missing in rows that are not hidden"):
        replace(way, table=put(way.table, 0, count=NAN))
    with pytest.raises(SchemaError, match="shares must lie between 0 and 1; divide by 100"):
        replace(way, table=put(way.table, 1, share_first=28.6))
    with pytest.raises(SchemaError, match="in 1 steps the median lies outside its quartiles"):
        replace(way, table=put(way.table, 2, days=99.0))
    with pytest.raises(SchemaError, match="names 1 steps that the journey does not have"):
        replace(way, targets=(("Nowhere", 3.0),))


def test_many_series_refuse_nonsense() -> None:
    many = made.many()
    with pytest.raises(SchemaError, match="1 series of `table` are not in `lines`"):
        replace(many, lines=many.lines.iloc[1:])
    with pytest.raises(SchemaError, match="in 1 series the centre line lies outside the limits"):
        replace(many, lines=put(many.lines, 0, centre=99.0))
    with pytest.raises(SchemaError, match="periods are not in order"):
        replace(many, table=many.table.iloc[::-1])
