"""A signal is handed to a deep dive by one line, in which its id fills the parameters."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from qa_sampling import cli
from qa_sampling.errors import ParameterError
from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.reporting.outcome_signals import (
    filled_by,
    handed_over,
    medians_handed_over,
    signal_tables,
)
from qa_sampling.runs.outcomes.outputs import write_signals
from qa_sampling.runs.outcomes.steps import outcomes_of, signals_of
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.signals import FILLED, SIGNALS_FILE, filled_by_signal
from qa_sampling.trends.charts import chart
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.spikes import find_spikes


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    return tmp_path_factory.mktemp("handed over")  # with a blank, as such folders have


@pytest.fixture(scope="module")
def settings(outputs):
    estimates = ({"year": 2024, "children": 43242, "vintage": "Invented"},)
    values = {
        "period": "2026-03",
        "measures": ["re_referrals"],
        "outputs": str(outputs),
        "population": estimates,
    }
    return read_parameters("outcome_trends", values)


@pytest.fixture(scope="module")
def signals(invented_told, settings):
    return signals_of(outcomes_of(invented_told, settings), settings)


@pytest.fixture(scope="module")
def left(outputs, signals, settings):
    """The file that the trends run leaves, where it leaves it."""
    path = outputs / "invented" / settings.slug / SIGNALS_FILE
    path.parent.mkdir(parents=True)
    write_signals(path, signals, settings)
    return path


@pytest.fixture
def pasted(monkeypatch, capsys):
    """Run a line as a shell would hand it over; give its exit code and all it said."""

    def run(line: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out + said.err

    return run


class TestTheLine:
    def test_as_pasted_it_fills_the_parameters(self, left, signals, settings, pasted):
        (line,) = signal_tables(signals, budget=9, file=settings.signals_file)[
            "What each says, and how to look into it"
        ]["Deep dive"]
        assert shlex.split(line)[:4] == ["qa-sampling", "run", "deep_dive", "-f"]
        assert f'-f "{left.as_posix()}"' in line
        code, said = pasted(f"{line} --dry-run")
        assert code == 0, said
        assert "2026-03-deep_dive-re_referrals-assessment_east: checked" in said
        words = shlex.split(line)
        files = [Path(words[place + 1]) for place, one in enumerate(words) if one == "-f"]
        values = load_parameters(files) | {"signal": words[-1]}
        asked = read_parameters("deep_dive", values, closed=True)
        assert (asked.measure, asked.period) == ("re_referrals", "2026-03")
        assert (asked.unit_kind, asked.unit, asked.over) == ("team", "Assessment East", 3)
        assert asked.as_at == "2026-03-31"
        assert asked.population[0].children == 43242, "what the trends run was given"

    def test_no_shell_reads_anything_into_it(self):
        """Neither a POSIX shell nor cmd nor PowerShell gives any of these a meaning."""
        odd = 'A & B\'s "$team" 100% `x`|y'
        readings = pd.DataFrame(
            {
                "measure": "referrals", "unit_kind": "team", "unit": odd, "mature": True,
                "start": pd.date_range("2023-01-01", periods=39, freq="MS"),
                "numerator": [5.0] * 38 + [60.0],
            }
        )  # fmt: skip
        found = find_spikes(readings)
        (one,) = found.signals
        (line,) = handed_over(found, file="outputs/2026-03-trends/restricted/signals.yml")[
            "Deep dive"
        ]
        assert re.fullmatch(r"[A-Za-z0-9_./ -]+", line)
        assert filled_by(found, as_at="2026-03-31")[one.id]["unit"] == odd

    def test_where_outputs_are_set_for_the_machine_the_id_is_enough(
        self, left, outputs, signals, settings, monkeypatch, pasted
    ):
        monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(outputs))
        (line,) = handed_over(signals, file=settings.signals_file)["Deep dive"]
        assert line == f"qa-sampling run deep_dive -p signal {signals.signals[0].id}"
        code, said = pasted(f"{line} --dry-run")
        assert code == 0 and "assessment_east: checked" in said

    def test_what_is_not_known_is_refused_with_what_is(self, left, outputs, signals, pasted):
        known = signals.signals[0].id
        asked = f'qa-sampling run deep_dive -p outputs "{outputs}" --dry-run'
        code, said = pasted(f"{asked} -p signal re_referrals.team.Assessment_East.2026-03")
        assert code == 2 and f"Did you mean {known}? Known: {known}." in " ".join(said.split())
        code, said = pasted(f"{asked} -p signal {known} -p over 6 --period 2026-03")
        assert code == 2 and "fills `period`, `over` already" in " ".join(said.split())
        code, said = pasted(f'qa-sampling run deep_dive -f "{left}" --dry-run')
        assert code == 2 and f"Choose one of: {known}" in " ".join(said.split())


class TestFilling:
    def test_filled_again_it_stays_as_it_is(self, left, outputs, signals):
        asked = {"signal": signals.signals[0].id, "outputs": str(outputs), "over": 12}
        once = filled_by_signal(asked)
        assert once["over"] == 3 and filled_by_signal(once) == once
        assert filled_by_signal({"over": 12}) == {"over": 12}

    def test_an_own_extract_stays(self, left, outputs, signals):
        asked = {"signal": signals.signals[0].id, "outputs": str(outputs), "extract": "own.xlsx"}
        assert filled_by_signal(asked)["extract"] == "own.xlsx"

    def test_without_a_run_it_says_what_to_run(self, tmp_path):
        with pytest.raises(ParameterError, match="outcome_trends` first"):
            read_parameters("deep_dive", {"signal": "a.b.c", "outputs": str(tmp_path)})

    def test_a_run_that_was_replaced_does_not_count(self, left, tmp_path, signals):
        old = tmp_path / "invented" / "2026-03-trends.replaced-1" / SIGNALS_FILE
        old.parent.mkdir(parents=True)
        old.write_bytes(left.read_bytes())
        with pytest.raises(ParameterError, match="no run of the trends notebook"):
            filled_by_signal({"signal": signals.signals[0].id, "outputs": str(tmp_path)})

    def test_the_file_holds_no_count_and_nothing_of_a_child(self, left, signals):
        held = yaml.safe_load(left.read_text(encoding="utf-8"))
        (fill,) = held["signals"].values()
        assert set(fill) <= set(FILLED)
        assert str(int(signals.signals[0].children)) not in str(fill)

    def test_neither_it_nor_others_are_published(self, left, outputs, signals):
        asked = {"signal": signals.signals[0].id, "outputs": str(outputs)}
        dive = read_parameters("deep_dive", asked)
        assert not {"signal", "signals"} & set(dive.record())
        assert dive.record()["written"] != read_parameters("deep_dive", {}).record()["written"]
        assert OutcomeTrends().signals_file.startswith("outputs/invented/2026-10-trends/")


def charted_days(latest):
    """A median of days by month, steady but for the latest month."""
    days = [28.0, 30.0] * 13 + [latest, 70.0]
    months = pd.date_range("2024-01-01", periods=len(days), freq="MS")
    table = pd.DataFrame({"period": months, "numerator": days})
    table["mature"] = [True] * (len(days) - 1) + [False]
    about = {"measure": "Working days to complete an assessment", "unit": "days"}
    return chart(Readings(table, kind="duration", better="down", **about))


@pytest.mark.parametrize(("latest", "way"), [(60.0, "more"), (4.0, "fewer"), (29.0, "")])
def test_a_median_that_stands_out_is_handed_over_by_measure_and_month(latest, way):
    """The latest settled month alone; without a signal the page says how one is begun by hand."""
    charts = {"assessment_days": charted_days(latest)}
    words, line = medians_handed_over(charts, file="my outputs/signals.yml")
    assert ("None stands out" in words) == (not way)
    assert ("in March 2026" in words) == bool(way)
    asked = shlex.split(line)
    assert asked[:7] == ["qa-sampling", "run", "deep_dive", "-f", "parameters/deep_dive.yml", "-f",
                         "my outputs/signals.yml"]  # fmt: skip
    values = dict(zip(asked[8::3], asked[9::3], strict=True))
    held = read_parameters("deep_dive", values)
    assert (held.measure, held.period) == ("assessment_days", "2026-03")
    assert held.direction == (way or "more")


def test_without_a_settled_median_nothing_is_said_of_medians():
    assert medians_handed_over({}) == ()
