"""Conferences around the first day of an extract: in none of them, and so not counted."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from qa_sampling.records.register import Register
from qa_sampling.records.synthetic import write_authority
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.runs.outcome_inputs import read_outcomes
from qa_sampling.runs.outcomes.outputs import release_outcomes
from qa_sampling.runs.outcomes.steps import outcomes_of, signals_of
from qa_sampling.settings.outcomes import OutcomeTrends

ASKED = ("s47", "s47_to_icpc", "icpc", "icpc_to_plan")
DAYS = [date(2025, 9, 30), date(2026, 3, 31)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("extracts")
    write_authority(invented_authority(), folder, as_at=DAYS, faults=False)
    return OutcomeTrends(
        period="2026-03",
        measures=ASKED, months=13, extract=str(folder), authority="Elsewhere",
        outputs=str(folder / "outputs"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(settings):
    return read_outcomes(settings)


@pytest.fixture(scope="module")
def found(told, settings):
    return outcomes_of(told, settings)


def test_every_month_that_is_told_is_true(found, told):
    """Of April 2025 the extracts hold 4 conferences of 29, of October 8 of 22."""
    assert len(told.seams) == 2
    real = invented_authority().events
    real = real[real["event"] == "Initial child protection conference"]["date"]
    real = real.dt.to_period("M").value_counts()
    shown = found.readings[found.readings["measure"] == "icpc"].set_index("start")["numerator"]
    shown = shown.dropna()
    assert len(shown) >= 9
    assert all(real[start.to_period("M")] == n for start, n in shown.items())
    assert not {pd.Timestamp("2025-04-01"), pd.Timestamp("2025-10-01")} & set(shown.index)


def test_enquiries_just_before_a_later_extract_are_not_judged(found):
    rows = found.readings.set_index(["measure", "start"])
    row = rows.loc[("s47_to_icpc", pd.Timestamp("2025-09-01"))]
    assert pd.isna(row["value"])
    assert not row["mature"]
    assert "conferences of enquiries" in row["note"]
    assert rows.loc[("s47", pd.Timestamp("2025-09-01")), "numerator"] > 0


def test_charts_signals_and_tables_stand_the_gaps(found, told, settings, tmp_path):
    signals_of(found, settings)
    with Register.open(tmp_path / "register.sqlite", create=True) as register:
        tables = release_outcomes(told, found, settings, register)
    held = {one.whole: table for one, table in zip(tables.families, tables.tables, strict=True)}
    assert held["icpc"].body["quarter"].tolist() == ["Jan to Mar 2026"]
    assert len(held["s47"].body) > 1
