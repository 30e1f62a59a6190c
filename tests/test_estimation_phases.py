"""Audits and moderations: unbiased over all draws of both phases, edges, refusals."""

import itertools
from datetime import date

import numpy as np
import pandas as pd
import pytest
from estimation_samples import sample

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.estimation import estimate_proportion, make_design
from qa_sampling.sampling.estimation_phases import TWO_PHASE_METHODS, add_phase, estimate_moderated
from qa_sampling.sampling.moderation_phase import draw_moderations


def refused(message: str):
    return pytest.raises(EstimationError, match=message)


def phases(**more: object):
    design = make_design(sample("phases"), "stratum", population="population")
    return add_phase(design, "moderated", within="auditor", **more)


POPULATION = pd.DataFrame(
    {
        "stratum": list("aaaabbb"),
        "y": [3.0, 5, 9, 1, 2, 7, 4],
        "x": [2.0, 6, 8, 1, 2, 5, 5],
        "auditor": list("PQPQPPQ"),
    }
)


def every_draw():
    """Every pair of an audit sample (3 of 4, 2 of 3) and a moderation (2 an auditor)."""
    for a, b in itertools.product(
        itertools.combinations(range(4), 3), itertools.combinations(range(4, 7), 2)
    ):
        table = POPULATION.iloc[[*a, *b]].reset_index(drop=True)
        groups = [table.index[table["auditor"] == who].tolist() for who in "PQ"]
        picks = [list(itertools.combinations(group, min(2, len(group)))) for group in groups]
        for chosen in itertools.product(*picks):
            taken = [row for part in chosen for row in part]
            table["moderated"] = table.index.isin(taken)
            yield 1 / 12 / np.prod([len(one) for one in picks]), table.copy()


def test_both_phases_are_unbiased_over_all_draws() -> None:
    chances, totals, variances, corrected, corrected_variances = [], [], [], [], []
    for chance, table in every_draw():
        first = make_design(table, "stratum", population={"a": 4, "b": 3})
        design = add_phase(first, "moderated", within="auditor")
        w, y = first.weight[design.rows], table["y"].to_numpy()[design.rows]
        x = table["x"].to_numpy()
        apart = y - x[design.rows]
        chances.append(chance)
        totals.append((w / design.probability) @ y)
        variances.append(sum(design.parts(w * y, w * y)))
        corrected.append(first.weight @ x + (w / design.probability) @ apart)
        corrected_variances.append(sum(design.parts(w * y, w * apart)))
    chances = np.array(chances)
    assert chances.sum() == pytest.approx(1)
    for found, spread in ((totals, variances), (corrected, corrected_variances)):
        assert chances @ np.array(found) == pytest.approx(31)
        truth = chances @ (np.array(found) - 31) ** 2
        assert chances @ np.array(spread) == pytest.approx(truth, rel=1e-10)


def test_everything_moderated_is_the_audits_own_estimate() -> None:
    table = sample("phases")
    table["good"] = table["audited"] <= 2
    table["all"], table["found"] = True, table["good"]
    design = make_design(table, "stratum", population="population")
    plain = estimate_proportion(design, "good")
    for method in TWO_PHASE_METHODS:
        found = estimate_moderated(
            add_phase(design, "all", within="auditor"), "found", "good", method=method
        )
        assert found.estimate == pytest.approx(plain.estimate)
        assert found.standard_error == pytest.approx(plain.standard_error, rel=1e-9)
        assert found.n == plain.n


def test_the_difference_estimator_by_hand() -> None:
    design = phases()
    found = estimate_moderated(design, "moderated_score", "audited", values=(1, 2))
    table, w = sample("phases"), design.first.weight
    audited = table["audited"].isin([1, 2]).to_numpy(dtype=float)
    moderated = table["moderated_score"].isin([1, 2]).to_numpy(dtype=float)
    share = {"P": 4 / 11, "Q": 5 / 6, "R": 3 / 11}
    both = w / table["auditor"].map(share).to_numpy() * table["moderated"].to_numpy()
    expected = (w @ audited + both @ (moderated - audited)) / 125
    assert found.estimate == pytest.approx(expected)
    assert (found.n, found.population) == (12, 125)
    assert found.method == "two phases, difference; stratified, single cases: collapse"
    assert found.confidence_interval().method == "korn_graubard"


def test_agreement_everywhere_leaves_the_audits_variance_alone() -> None:
    table = sample("phases")
    table["good"] = table["audited"] <= 2
    table["found"] = table["good"].where(table["moderated"] == 1)
    design = make_design(table, "stratum", population="population")
    two = add_phase(design, "moderated", within="auditor")
    found = estimate_moderated(two, "found", "good")
    assert found.estimate == pytest.approx(estimate_proportion(design, "good").estimate)
    w = design.weight[two.rows] / 125
    around = table["good"].to_numpy()[two.rows] - found.estimate
    first, second = two.parts(w * around, 0 * w)
    assert second == 0
    assert found.standard_error == pytest.approx(first**0.5)


def test_probabilities_of_a_number_rounded_at_random() -> None:
    table = sample("phases")
    chance = {"P": 3.6 / 11, "Q": 5 / 6, "R": 3.2 / 11}
    table["chance"] = table["auditor"].map(chance)
    design = add_phase(
        make_design(table, "stratum", population="population"),
        "moderated",
        within="auditor",
        probability="chance",
    )
    who = table["auditor"].to_numpy()[design.rows]
    p, r = np.flatnonzero(who == "P"), np.flatnonzero(who == "R")
    # 3 with chance 0.4, 4 with 0.6: pairs 0.4 * 6 + 0.6 * 12 of 110
    assert design.joint[p[0], p[1]] == pytest.approx((0.4 * 6 + 0.6 * 12) / 110)
    assert design.joint[p[0], r[0]] == pytest.approx(3.6 / 11 * 3.2 / 11)
    assert design.joint[p[0], p[0]] == pytest.approx(3.6 / 11)


def test_the_package_s_own_moderation_fits() -> None:
    table = sample("phases").rename(columns={"auditor": "auditor_id"})
    rules = AssignmentRules(
        period_start=date(2026, 11, 1),
        period_end=date(2026, 11, 30),
        moderation_rate=0.3,
        moderation_min_per_auditor=2,
    )
    drawn = draw_moderations(
        table[["case_ref", "auditor_id"]].assign(can_be_moderated=True), rules=rules, seed="dice"
    )
    table = table.drop(columns="moderated").merge(drawn, on="case_ref")
    table["found"] = table["audited"].where(table["moderated"])
    design = add_phase(
        make_design(table, "stratum", population="population"),
        "moderated",
        within="auditor_id",
        probability="moderation_probability",
    )
    found = estimate_moderated(design, "found", "audited", values=(1, 2))
    assert found.n == int(drawn["moderated"].sum())
    assert 0 < found.confidence_interval().width < 1


def test_a_shift_below_zero_stays_a_proportion() -> None:
    table = pd.DataFrame({"good": [1] * 2 + [0] * 8, "moderated": [1, 1] + [0] * 8})
    table["found"] = [0.0, 0.0] + [np.nan] * 8
    design = add_phase(make_design(table, population=50), "moderated")
    found = estimate_moderated(design, "found", "good")
    assert found.estimate == 0
    assert "none" in found.flags
    assert found.confidence_interval().width > 0


def test_domains_of_both_phases() -> None:
    found = estimate_moderated(
        phases(), "moderated_score", "audited", values=(1, 2), where={"stratum": "b"}
    )
    assert found.n == 6
    with refused("No audit of the domain was moderated"):
        estimate_moderated(
            phases(), "moderated_score", "audited", values=(1,), where={"case_ref": "M01"}
        )


def test_faults_of_the_second_phase_are_told() -> None:
    table = sample("phases")
    design = make_design(table, "stratum", population="population")
    with refused("`method` 'ratio' is unknown; choose one of expansion, difference, regression"):
        estimate_moderated(phases(), "moderated_score", "audited", method="ratio")
    with refused("No audit was moderated"):
        nobody = make_design(table.assign(moderated=0), "stratum", population="population")
        add_phase(nobody, "moderated")
    table["chance"] = np.linspace(0.3, 0.6, len(table))
    uneven = make_design(table, "stratum", population="population")
    with refused("`chance` differs within a stratum of the moderation"):
        add_phase(uneven, "moderated", within="auditor", probability="chance")
    table["chance"] = table["auditor"].map({"P": 0.4, "Q": 0.8, "R": 0.0})
    with refused("11 audits had no chance of moderation"):
        add_phase(
            make_design(table, "stratum", population="population"),
            "moderated",
            within="auditor",
            probability="chance",
        )
    table["chance"] = 0.9
    with refused("More or fewer audits of a stratum were moderated than"):
        add_phase(
            make_design(table, "stratum", population="population"),
            "moderated",
            within="auditor",
            probability="chance",
        )
    with refused("`moderated_score` is missing for 1 of 12"):
        blank = table.copy()
        blank.loc[4, "moderated_score"] = None
        two = add_phase(make_design(blank, "stratum", population="population"), "moderated")
        estimate_moderated(two, "moderated_score", "audited", values=(1, 2))
    assert design.n == 28


def test_joint_probabilities_that_are_known() -> None:
    plain = phases()
    keys = sample("phases")["case_ref"].to_numpy()
    whole = pd.DataFrame(0.5, index=keys, columns=keys)
    moderated = keys[plain.rows]
    whole.loc[moderated, moderated] = plain.joint
    given = phases(joint=whole)
    assert given.joint == pytest.approx(plain.joint)
    values = {"values": (1, 2)}
    one, two = (
        estimate_moderated(design, "moderated_score", "audited", **values)
        for design in (plain, given)
    )
    assert one.standard_error == pytest.approx(two.standard_error)
    with refused("`joint` lacks a moderated case"):
        phases(joint=whole.drop(index=moderated[0]))
    whole.loc[moderated[0], moderated[1]] = 0
    with refused("`joint` says 0 for two cases that were moderated together"):
        phases(joint=whole)


def test_audits_that_nobody_may_moderate_are_told() -> None:
    table = sample("phases")
    table["chance"] = table["auditor"].map({"P": 4 / 11, "Q": 5 / 6, "R": 3 / 11})
    table.loc[0, "chance"] = 0
    design = make_design(table, "stratum", population="population")
    with refused("1 audits had no chance of moderation"):
        add_phase(design, "moderated", within="auditor", probability="chance")
