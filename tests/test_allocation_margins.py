"""Bounds on two classifications at once: brute force, ties, contradictions."""

import itertools
import random
from fractions import Fraction

import pytest

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation import allocate, squared_measure


def cells(rows: int, columns: int) -> list[str]:
    return [f"r{row} / c{column}" for row in range(rows) for column in range(columns)]


def row_of(names: list[str]) -> dict[str, str]:
    return {name: name.split(" / ")[0] for name in names}


def column_of(names: list[str]) -> dict[str, str]:
    return {name: name.split(" / ")[1] for name in names}


def random_problem(dice: random.Random) -> dict:
    names = cells(dice.randint(1, 3), dice.randint(2, 3))
    sizes = {name: dice.choice([0, 1, 2, 3, 4, 6]) for name in names}
    filled = [name for name in names if sizes[name]]
    asked = {
        "populations": sizes,
        "n": dice.randint(len(filled), max(len(filled), sum(sizes.values()))),
        "method": dice.choice(["proportional", "equal", "neyman"]),
        "standard_deviations": {name: dice.choice([0, 0.5, 1, 2]) for name in names},
        "minimum": dice.choice([0, 1, 1, 1]),
        "groups": row_of(names),
        "columns": column_of(names),
    }
    for side, of in (("group", row_of(names)), ("column", column_of(names))):
        labels = sorted({of[name] for name in filled})
        for end, (least, most) in (("minimum", (0, 5)), ("maximum", (2, 12))):
            if dice.random() < 0.7:
                kept = [label for label in labels if dice.random() < 0.7]
                asked[f"{side}_{end}"] = {label: dice.randint(least, most) for label in kept}
    if asked.get("column_minimum") is None and asked.get("column_maximum") is None:
        asked["column_minimum"] = 0
    return asked


def possible_tables(asked: dict) -> list[dict[str, int]]:
    sizes = {name: size for name, size in asked["populations"].items() if size}
    names = sorted(sizes)
    low = {name: min(asked["minimum"], sizes[name]) for name in names}
    kept = []
    for counts in itertools.product(*(range(low[name], sizes[name] + 1) for name in names)):
        if sum(counts) != asked["n"]:
            continue
        table = dict(zip(names, counts, strict=True))
        if keeps(asked, table):
            kept.append(table)
    return kept


def keeps(asked: dict, table: dict[str, int]) -> bool:
    for side, of in (("group", asked["groups"]), ("column", asked["columns"])):
        sums: dict[str, int] = {}
        for name, count in table.items():
            sums[of[name]] = sums.get(of[name], 0) + count
        least, most = asked.get(f"{side}_minimum") or {}, asked.get(f"{side}_maximum") or {}
        if any(sums[label] < bound for label, bound in least.items()):
            return False
        if any(sums[label] > bound for label, bound in most.items()):
            return False
    return True


def worth(squares: dict[str, Fraction], table: dict[str, int]) -> tuple:
    missed = sum(1 for name, square in squares.items() if square and not table[name])
    parts = (square / table[name] for name, square in squares.items() if table[name])
    return (missed, sum(parts, Fraction(0)), [-table[name] for name in sorted(table)])


@pytest.mark.parametrize("block", range(6))
def test_no_other_table_is_better_and_ties_go_by_label(block: int) -> None:
    dice = random.Random(f"margins {block}")
    solved = refused = 0
    while solved + refused < 25:
        asked = random_problem(dice)
        if sum(map(bool, asked["populations"].values())) > 7 or not any(
            asked["populations"].values()
        ):
            continue
        tables = possible_tables(asked)
        try:
            result = allocate(**asked)
        except AllocationError:
            assert not tables
            refused += 1
            continue
        filled = {name: size for name, size in asked["populations"].items() if size}
        squares = squared_measure(filled, asked["method"], asked["standard_deviations"])
        table = {name: result.sizes[name] for name in filled}
        # Strata that get none are fewest, then the sum is least; among equals the first labels.
        assert table in tables
        assert worth(squares, table) == min(worth(squares, other) for other in tables)
        solved += 1
    assert solved > 5


def test_equal_to_one_classification_where_the_other_does_not_bind() -> None:
    dice = random.Random("one of two")
    for _ in range(25):
        names = cells(dice.randint(1, 4), dice.randint(1, 4))
        sizes = {name: dice.randint(1, 30) for name in names}
        asked = {
            "n": dice.randint(len(names), sum(sizes.values())),
            "method": dice.choice(["proportional", "equal", "square_root"]),
            "groups": row_of(names),
            "group_minimum": dice.choice([None, 1, 3]),
        }
        free = {"columns": column_of(names), "column_minimum": 0}
        assert allocate(sizes, **asked, **free).sizes == allocate(sizes, **asked).sizes


def test_an_authority_of_25_teams_and_6_statuses() -> None:
    names = [f"T{team:02d} / S{status}" for team in range(25) for status in range(6)]
    sizes = {name: (7 * place) % 31 for place, name in enumerate(names)}
    filled = {name for name, size in sizes.items() if size}
    rows, columns = row_of(names), column_of(names)
    result = allocate(
        sizes,
        180,
        groups=rows,
        group_minimum=6,
        group_maximum=9,
        columns=columns,
        column_minimum={"S0": 40},
        column_maximum={"S1": 25},
    )
    held = result.margins.set_index(["margin", "label"])["sampled"]
    assert held.loc["group"].between(6, 9).all()
    assert held["column", "S0"] >= 40
    assert held["column", "S1"] <= 25
    assert sum(result.sizes.values()) == 180
    assert all(result.sizes[name] >= 1 for name in filled)
    assert result.loss > 0
    shuffled = dict(reversed(list(sizes.items())))
    assert (
        allocate(
            shuffled,
            180,
            groups=rows,
            group_minimum=6,
            group_maximum=9,
            columns=columns,
            column_minimum={"S0": 40},
            column_maximum={"S1": 25},
        ).sizes
        == result.sizes
    )


def test_more_strata_than_the_tie_break_ranks() -> None:
    names = [f"T{team:03d} / S{status}" for team in range(420) for status in range(5)]
    sizes = {name: 1 + (place * 31) % 12 for place, name in enumerate(names)}
    asked = {"groups": row_of(names), "group_minimum": 6}
    free = {"columns": column_of(names), "column_minimum": 0}
    one, two = allocate(sizes, 3000, **asked), allocate(sizes, 3000, **asked, **free)
    assert two.objective == pytest.approx(one.objective, rel=1e-12)
    assert two.n == 3000


def test_columns_alone_may_be_bounded() -> None:
    sizes = {"a": 50, "b": 50, "c": 50}
    result = allocate(sizes, 12, columns={"a": "x", "b": "x", "c": "y"}, column_maximum={"x": 5})
    assert result.sizes == {"a": 3, "b": 2, "c": 7}
    assert result.margins["margin"].unique().tolist() == ["column"]


def test_certainty_and_maxima_of_strata_hold_within_margins() -> None:
    names = cells(2, 2)
    result = allocate(
        dict.fromkeys(names, 10),
        20,
        certainty=[names[0]],
        maximum={names[1]: 2},
        columns=column_of(names),
        column_minimum={"c1": 5},
        groups=row_of(names),
        group_minimum={"r0": 12},
    )
    assert [result.sizes[name] for name in names] == [10, 2, 4, 4]


CONTRADICTIONS = [
    (
        {"group_minimum": {"r0": 9}, "column_maximum": {"c0": 2, "c1": 3}},
        r"The bounds contradict each other: .*the group minimum of 'r0' \(9\).* ask for .* audits, "
        r"but .*the column maximum of 'c1' \(3\).* allow only",
    ),
    (
        {"column_minimum": {"c0": 7, "c1": 7}},
        r"the column minimum of 'c0' \(7\).* ask for .*, but the audits in all \(12\) allow only",
    ),
    (
        {"group_maximum": 5, "column_minimum": 0},
        r"the audits in all \(12\) ask for 12 audits, but the group maximum of 'r0' \(5\), the "
        r"group maximum of 'r1' \(5\) allow only 10",
    ),
    ({"column_minimum": {"c9": 1}}, "A column minimum is given for 'c9', which is not in the fra"),
    ({"column_minimum": {"c0": 99}}, "The bounds of 'c0' cannot be met: at least 99"),
]


@pytest.mark.parametrize(("bounds", "message"), CONTRADICTIONS, ids=lambda value: str(value)[:40])
def test_contradictions_are_named(bounds: dict, message: str) -> None:
    names = cells(2, 2)
    with pytest.raises(AllocationError, match=message):
        allocate(
            dict.fromkeys(names, 10),
            12,
            groups=row_of(names),
            columns=column_of(names),
            **bounds,
        )
