"""Benchmarks from published files to their page: planted truths, and the DfE's own figures."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import openpyxl
import pandas as pd
import pytest
from picture_checks import assert_picture, written

from qa_sampling import runner
from qa_sampling.errors import (
    DisclosureError,
    ExtractError,
    ParameterError,
    SchemaError,
    SecretError,
    TrendError,
)
from qa_sampling.parameters import read_parameters
from qa_sampling.records.invented.published import write_published
from qa_sampling.records.invented.published_areas import AREAS, NEIGHBOURS, OWN
from qa_sampling.records.published_measures import MEASURES, published_series
from qa_sampling.reporting.benchmark_said import ordinal, place_text
from qa_sampling.reporting.benchmark_words import benchmark_findings, benchmark_method
from qa_sampling.reporting.plots import PHONE_INCHES, at_width
from qa_sampling.results.benchmarks import BenchmarkTrends
from qa_sampling.runs.analyses import ANALYSES
from qa_sampling.runs.benchmarking.steps import (
    THEMES,
    compare,
    files_read,
    funnels_of,
    trends_of,
)
from qa_sampling.runs.publication import faults_of
from qa_sampling.runs.published_inputs import (
    figures_digest,
    neighbours_of,
    open_benchmarks,
    series_of,
)
from qa_sampling.trends.standing import judged, standing

NOTEBOOK = "benchmarking"
DFE = Path(__file__).parents[2] / "shared" / "data" / "dfe"
LATER_FILES = {
    "la_care_leavers_accommodation_suitability.csv", "la_care_leavers_activity.csv",
    "la_care_leavers_intouch.csv", "la_children_who_ceased_during_the_year.csv",
    "la_cla_swcount.csv", "la_conviction_health_outcome_cla.csv",
}  # fmt: skip
AGAIN, S47 = "Re-referrals within 12 months, %", "Section 47 enquiries per 10,000 children"


@pytest.fixture(scope="module")
def settings():
    return read_parameters(NOTEBOOK, {})


@pytest.fixture(scope="module")
def compared(settings):
    return compare(settings)


@pytest.fixture(scope="module")
def said(compared):
    return benchmark_findings(compared.tables, compared.moves).sentences


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("published")
    write_published(made)
    return made


def asked(folder: Path, **more: object):
    values = {"published": str(folder), "extract": "own.xlsx", "outputs": str(folder / "out")}
    return read_parameters(NOTEBOOK, values | more)


def _alike(real: Path, invented: Path) -> bool:
    """Tell whether both are the same table of the DfE: names begin alike, years follow."""
    name = invented.stem
    length = len(name.split("_")[0]) + 1 if name[0] in "bcd" else 12 if name[:3] == "la_" else 4
    return real.stem[:length] == name[:length]


class TestInventedFigures:
    def test_the_same_seed_gives_the_same_bytes(self, folder, tmp_path, settings) -> None:
        again = write_published(tmp_path)
        for path in again:
            assert path.read_bytes() == (folder / path.name).read_bytes()
        write_published(tmp_path, seed=7)
        assert again[0].read_bytes() != (folder / again[0].name).read_bytes()

    def test_no_authority_is_a_real_one(self) -> None:
        """England's old codes lie from 201 to 941; E99 and E98 begin no area's code."""
        assert all(int(area.code) < 201 for area in AREAS)
        assert all(area.ons.startswith("E99") for area in AREAS)
        if DFE.is_dir():
            with (DFE / "sn_model_2025_wide.csv").open(encoding="utf-8-sig") as handle:
                real = {row["la_name"] for row in csv.DictReader(handle)}
            assert not real & {area.name for area in AREAS}

    def test_their_columns_are_those_of_the_dfe(self, folder) -> None:
        if not DFE.is_dir():
            pytest.skip("the published files are not here")
        for path in folder.glob("*.csv"):
            held = [one for one in DFE.glob("*.csv") if _alike(one, path)]
            if not held:  # tests/test_published_leavers.py holds the columns of these
                assert path.name in LATER_FILES
                continue
            heads = [one.read_text(encoding="utf-8-sig").splitlines()[0].strip().split(",")
                     for one in (path, held[0])]  # fmt: skip
            assert set(heads[0]) <= set(heads[1]), path.name

    def test_what_is_printed_follows_from_the_counts(self, settings) -> None:
        whole = settings.model_copy(update={"measures": tuple(MEASURES), "funnels": ()})
        from qa_sampling.runs.published_inputs import published_figures

        published = published_figures(whole)
        for key in MEASURES:
            agrees = published_series(published, key)["agrees"].dropna()
            assert agrees.all(), key

    def test_all_that_dirties_real_files_is_in_them(self, settings, compared) -> None:
        table = files_read(settings)
        missing = " ".join(table["Missing"])
        for reason in ("suppressed", "not available", "unreliable", "not applicable"):
            assert reason in missing
        series = compared.series["re_referrals"].figures()
        codes = series[series["level"] == "authority"].groupby("year")["code"].agg(set)
        assert "026" in codes[2021]
        assert "026" not in codes[2022] >= {"027", "028"}
        counts = compared.series["three_placements"].figures()
        assert (counts["numerator"] == 0).any(), "a nought that is one"


class TestPlantedTruths:
    def test_the_one_that_differs_is_found(self, compared, said) -> None:
        assert compared.tables.verdicts[AGAIN] == ("outside", "apart")
        standing = compared.tables.standings[AGAIN]
        assert standing.row["place_high"] == 1
        assert said[0] == (
            "Re-referrals within 12 months, %: Inventshire has 15.3 in the year to March 2025, "
            "lower than its neighbours and outside how they differ among themselves: one more "
            "authority like them would be expected at 18.9 to 26.5."
        )
        assert any(
            one.startswith(f"{AGAIN} fell beyond chance from 29.5 in 2013 to 15.3 in 2025")
            for one in said
        )

    def test_what_is_outside_lies_beyond_the_printed_range(self, compared) -> None:
        """And what lies within it is not called outside; a few beyond it are so by chance."""
        asked = judged(compared.tables.standings, level=0.95).set_index("measure")
        for title, one in compared.tables.standings.items():
            low, high = asked.loc[title, ["low", "high"]]
            row = next(row for row in compared.tables.ranges.rows if row[0] == title)
            if pd.isna(low):
                assert row[-2:] == ("[x]", "[x]")
                continue
            assert row[-2:] == pytest.approx((low, high), abs=0.05)
            beyond = not low <= one.row["own"] <= high
            assert beyond == (one.chance_outside < 0.05), title
            assert beyond or compared.tables.verdicts[title][0] != "outside", title

    def test_the_one_that_does_not_is_not(self, compared, said) -> None:
        title = "Children looked after on 31 March per 10,000 children"
        assert compared.tables.verdicts[title] == ("alike", "alike")
        assert not [one for one in said if title in one and "can be told from chance" not in one]

    def test_the_spike_is_told_with_its_years(self, said) -> None:
        told = [one for one in said if one.startswith(S47)]
        assert [re.findall(r"in (20\d\d)", one) for one in told] == [
            ["2017", "2018"],
            ["2018", "2019"],
        ]
        assert "rose from 169.0 in 2017 to 412.3 in 2018" in told[0]

    def test_chance_is_never_called_a_difference(self, compared, said) -> None:
        """Every measure that is alike is told once, as that; and by no sentence that compares."""
        for title, (near, country) in compared.tables.verdicts.items():
            told = [one for one in said if title in one]
            beside = [one for one in told if "neighbours together" in one or "outside how" in one]
            assert bool(beside) == (near in ("outside", "apart")), title
            england = [one for one in told if "than England" in one]
            assert bool(england) == (country == "apart"), title
            if near == "alike":
                assert sum("No difference" in one for one in told) == 1

    def test_authorities_in_whom_nothing_was_planted_are_not_called_different(
        self, compared
    ) -> None:
        """Each neighbour beside the others; an authority beyond theirs can be drawn by chance."""
        found = 0
        for own in NEIGHBOURS[:9:2]:
            others = tuple(code for code in (*NEIGHBOURS[:9], "011") if code != own)
            held = {
                key: standing(one.figures(), own=own, neighbours=others, kind=one.kind,
                              scale=one.scale, design_effect=2.0)
                for key, one in compared.series.items()
            }  # fmt: skip
            found += (judged(held)["verdict"] == "outside").sum()
        assert found <= 1, "of 70"


class TestPictures:
    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("width", [7.2, PHONE_INCHES])
    def test_words_lie_inside_and_apart(self, compared, theme: str, width: float) -> None:
        (one,) = trends_of(compared, theme)
        with at_width(width):
            ax = one.picture
        assert_picture(ax)
        plt.close(ax.figure)

    def test_lines_and_band_are_the_table(self, compared) -> None:
        (one,) = trends_of(compared, "protection")
        ax, rows = one.picture, one.derived.result.table
        first = rows[rows["series"] == S47]
        lines = [line for line in ax.lines if len(line.get_xdata()) == len(first)]
        own = lines[3].get_ydata()
        grid = next(
            line
            for line in ax.lines
            if len(line.get_xdata()) == 2 and line.get_transform() == ax.transData
        )
        zero, top = grid.get_ydata()[0], own[5]
        assert (zero - own[0]) / (zero - top) == pytest.approx(176.0 / 412.3, abs=1e-6)
        assert pd.isna(own[1]), "a gap is no line"
        assert "178" in written(ax)
        plt.close(ax.figure)

    def test_our_own_point_is_ringed_and_bold(self, compared, settings) -> None:
        """A ring and a bold name hold in grey; the sign of what stands out is still to be seen."""
        (one,) = funnels_of(compared, settings, "exact")
        ax, rows = one.picture, one.derived.result.table.set_index("unit")
        (ring,) = [mark for mark in ax.collections
                   if len(mark.get_offsets()) == 1 and not len(mark.get_facecolor())]  # fmt: skip
        ours = rows.loc["Inventshire"]
        assert ring.get_offsets().tolist() == [[ours["n"], ours["value"]]]
        bold = {text.get_text() for text in ax.texts if text.get_fontweight() == "bold"}
        assert "Inventshire" in bold and not bold & set(rows.index.drop("Inventshire"))
        assert {"Inventshire", "Neighbours"} <= set(written(ax).splitlines())
        assert f"Ringed: Inventshire, {100 * ours['value']:.0f}%." in one.alt
        plt.close(ax.figure)

    def test_a_stranger_cannot_be_ringed(self, compared, settings) -> None:
        (one,) = funnels_of(compared, settings, "exact")
        with pytest.raises(SchemaError, match="`own` is none of the units"):
            replace(one.derived.result, own="Nowhere")

    def test_the_alt_text_tells_first_highest_and_last(self, compared) -> None:
        (one,) = trends_of(compared, "protection")
        assert f"{S47}: 176 in 2013, highest 412 in 2018, 178 in 2025" in one.alt
        assert one.alt.table is one.table

    def test_both_funnels_of_a_measure(self, compared, settings) -> None:
        exact, spread = (funnels_of(compared, settings, one)[0] for one in ("exact", "spread"))
        assert "Marked: Inventshire (unusual, 15%); Fernmere" in exact.alt
        assert "Marked: Inventshire (unusual, 15%)." in spread.alt
        for one in (exact, spread):
            plt.close(one.picture.figure)

    def test_a_theme_without_a_measure_has_no_picture(self, compared) -> None:
        few = type(compared)({}, compared.asked, compared.tables, compared.moves)
        assert trends_of(few, "care") == []
        with pytest.raises(ParameterError, match="no theme 'cars'; choose from front door"):
            trends_of(compared, "cars")

    def test_a_result_that_makes_no_sense_is_refused(self) -> None:
        rows = pd.DataFrame({"series": ["A", "A"], "year": [2014, 2013]})
        rows = rows.assign(own=1.0, lowest=3.0, median=2.0, highest=4.0, region=1.0, country=1.0)
        with pytest.raises(SchemaError, match=r"the median lies outside.*years are not in order"):
            BenchmarkTrends(rows, "Own", "Region")


class TestWords:
    @pytest.mark.parametrize(
        ("place", "words"),
        [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"),
         (13, "13th"), (21, "21st"), (102, "102nd"), (111, "111th")],
    )  # fmt: skip
    def test_ordinals(self, place: int, words: str) -> None:
        assert ordinal(place) == words

    def test_places(self) -> None:
        row = {"place_low": 3.0, "place_high": 9.0, "among": 11}
        assert place_text(pd.Series(row)) == "3rd to 9th of 11"
        assert place_text(pd.Series(row | {"place_high": 3.0})) == "3rd of 11"
        assert place_text(pd.Series(row | {"place_low": float("nan")})) == "–"

    def test_method_says_level_and_effect(self) -> None:
        text = " ".join(benchmark_method(level=0.9, design_effect=1.5).sentences)
        assert "90%" in text
        assert "1.5 times" in text


class TestSettings:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"authority_code": "E06000020"}, "`authority_code`: must be three digits"),
            ({"neighbours": ["12"]}, "`neighbours`: must be three digits each"),
            ({"funnels": ["s48"]}, "funnels names s48, which measures does not"),
            ({"measures": ["s47", "s47"], "funnels": []}, "measures names one twice"),
            ({"measures": []}, "`measures`"),
            ({"first_year": 2020, "last_year": 2019}, "last_year lies before first_year"),
            ({"extract": "own.xlsx"}, "published is the invented figures, but the extract is your"),
            ({"design_effect": 0.5}, "`design_effect`"),
        ],
    )
    def test_refused(self, values: dict, words: str) -> None:
        with pytest.raises(ParameterError, match=words):
            read_parameters(NOTEBOOK, values)

    def test_codes_may_come_as_numbers(self) -> None:
        values = {"authority_code": 894, "neighbours": [371, "002"]}
        settings = read_parameters(NOTEBOOK, values)
        assert (settings.authority_code, settings.neighbours) == ("894", ("371", "002"))
        with pytest.raises(ParameterError, match="`authority_code`"):
            read_parameters(NOTEBOOK, {"authority_code": 8940})

    def test_what_is_recorded_holds_no_path(self, folder) -> None:
        settings = asked(folder, neighbours="somewhere/list.csv")
        assert not {"published", "neighbours", "outputs"} & set(settings.record())
        assert asked(folder, neighbours=["002"]).record()["neighbours"] == ["002"]
        assert read_parameters(NOTEBOOK, settings.plain(), closed=True) == settings

    def test_a_folder_is_read_like_the_invented_figures(self, folder, settings, compared) -> None:
        own = asked(folder)
        assert not own.is_invented
        assert neighbours_of(own) == NEIGHBOURS
        assert OWN not in NEIGHBOURS
        series = series_of(own.model_copy(update={"measures": ("s47",), "funnels": ()}))
        pd.testing.assert_frame_equal(series["s47"].figures(), compared.series["s47"].figures())

    def test_what_is_not_there_is_said(self, folder, tmp_path) -> None:
        with pytest.raises(ParameterError, match="`published` is no folder"):
            series_of(asked(tmp_path / "none"))
        with pytest.raises(ParameterError, match=r"has 0 lists called sn_\*\.csv"):
            neighbours_of(asked(tmp_path))
        with pytest.raises(ParameterError, match="no authority 555"):
            neighbours_of(asked(folder, authority_code="555"))
        with pytest.raises(ExtractError, match="no published measure 's48'"):
            series_of(asked(folder, measures=["s48"], funnels=[]))

    def test_a_file_of_one_s_own_among_them_is_refused(self, folder, tmp_path) -> None:
        """The latest local count, put beside the downloads, is no published figure."""
        for path in folder.glob("c1*.csv"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
            head, *lines = path.read_text(encoding="utf-8-sig").splitlines()
        own = next(line for line in lines if ",Inventshire," in line)
        newer = own.replace("2025", "2026", 1)
        (tmp_path / "c1_own.csv").write_text(f"{head}\n{newer}\n", encoding="utf-8")
        with pytest.raises(TrendError, match=r"England is missing in 2026.*disclosure\.protect"):
            series_of(asked(tmp_path, measures=["re_referrals"], funnels=["re_referrals"]))

    def test_the_fingerprint_is_of_files_and_neighbours(self, folder, settings, tmp_path) -> None:
        for path in folder.glob("[bc]*.csv"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
        codes = list(NEIGHBOURS)
        own = figures_digest(asked(folder))
        assert figures_digest(asked(folder, neighbours=codes)) == own == figures_digest(settings)
        assert figures_digest(asked(tmp_path, neighbours=codes)) != own
        assert figures_digest(asked(folder, neighbours=codes[:9])) != own

    def test_nothing_to_read_is_refused_before_the_notebook(self, tmp_path) -> None:
        with pytest.raises(ExtractError, match="no published figures there"):
            ANALYSES[NOTEBOOK].need(asked(tmp_path), None)

    def test_a_missing_key_is_said_before_anything_runs(self, folder, tmp_path) -> None:
        values = asked(folder).plain() | {
            "outputs": str(tmp_path / "outputs"), "key_file": str(tmp_path / "no.key"),
        }  # fmt: skip
        steps = []
        for dry_run in (True, False):
            with pytest.raises(SecretError, match="no key"):
                runner.run(NOTEBOOK, values, dry_run=dry_run, progress=steps.append)
        with pytest.raises(SecretError, match="no key"):
            open_benchmarks(read_parameters(NOTEBOOK, values))
        assert not steps and not (tmp_path / "outputs").exists()


@pytest.mark.slow
class TestRun:
    @pytest.fixture(scope="class")
    @classmethod
    def published(cls, tmp_path_factory):
        outputs = str(tmp_path_factory.mktemp("outputs"))
        return runner.run(NOTEBOOK, {"outputs": outputs}), outputs

    def test_a_page_and_tables(self, published) -> None:
        result, outputs = published
        assert result.outcome == "published"
        assert faults_of(result.folder) == ()
        page = (result.folder / "shareable/benchmarks.html").read_text(encoding="utf-8")
        assert "Inventshire (invented): Benchmarks, years to March, 2013 to the latest" in page
        assert "Fingerprint of the published files" in page
        assert "lower than its neighbours and outside how they differ" in page
        assert page.count('<svg role="img"') == 6
        book = openpyxl.load_workbook(result.folder / "shareable/benchmark_tables.xlsx")
        cells = {cell.value for row in book["Table 1"].iter_rows() for cell in row}
        assert {15.3, 13.4, 17.5, "1st of 11", "Lower, outside their spread"} <= cells
        assert runner.run(NOTEBOOK, {"outputs": outputs}).outcome == "already published"

    def test_the_page_takes_no_table_that_is_not_in_the_ledger(self, compared) -> None:
        from qa_sampling.reporting.tables import require_shared

        with pytest.raises(DisclosureError, match="not in the ledger"):
            require_shared(compared.tables.shared(), what="a test", released=set())


@pytest.mark.skipif(not DFE.is_dir(), reason="the published files are not here")
class TestTelfordAndWrekin:
    """Printed figures of the DfE's files: the spike of 2017, the fall from 33% to 16%."""

    @pytest.fixture(scope="class")
    @classmethod
    def real(cls):
        values = {"published": str(DFE), "authority_code": "894", "extract": "own.xlsx"}
        asked = {"measures": ["re_referrals", "s47", "icpc_15_days", "looked_after"]}
        settings = read_parameters(NOTEBOOK, values | asked | {"authority": "Telford and Wrekin"})
        return compare(settings)

    @pytest.fixture(scope="class")
    @classmethod
    def told(cls, real):
        return benchmark_findings(real.tables, real.moves).sentences

    def test_the_spike_of_2017(self, told) -> None:
        first, *others = [one for one in told if one.startswith(S47)]
        assert first.startswith(f"{S47} rose from 168.7 in 2016 to 384.4 in 2017: in none of 110")
        assert "fell from 208.4 in 2023 to 111.9 in 2024" in others[0]
        assert "the neighbours’ median was 121.8 and 252.2" in others[1]

    def test_the_fall_of_re_referrals(self, real, told) -> None:
        assert (
            f"{AGAIN} fell beyond chance from 33.4 in 2013 to 15.8 in 2025; the neighbours’ median "
            "was 24.4 and 24.0."
        ) in told
        assert real.tables.verdicts[AGAIN] == ("apart", "apart")
        assert "In no measure is Telford and Wrekin outside" in told[0]
        assert any("than England" in one and AGAIN in one for one in told)

    def test_the_table_prints_what_the_dfe_prints(self, real) -> None:
        rows = {row[0]: dict(zip(real.tables.country.columns, row, strict=True))
                for row in real.tables.country.rows}  # fmt: skip
        assert (rows[AGAIN]["own"], rows[AGAIN]["region"], rows[AGAIN]["country"]) == (
            15.8, 19.5, 22.6,
        )  # fmt: skip
        assert (rows[S47]["year"], rows[S47]["own"], rows[S47]["country"]) == ("2024", 111.9, 187.1)
        assert "Already published by the Department for Education" in real.tables.trends.note

    def test_its_picture(self, real) -> None:
        (one,) = trends_of(real, "protection")
        assert f"{S47}: 138 in 2013, highest 384 in 2017, 112 in 2024" in one.alt
        ax = one.picture
        assert_picture(ax)
        plt.close(ax.figure)

    def test_years_rise(self, real) -> None:
        years = [int(row[1]) for row in real.tables.trends.rows if row[0] == S47]
        assert all(a < b for a, b in pairwise(years))
