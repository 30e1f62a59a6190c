"""Published figures: read as downloaded, every symbol a reason, every printed digit met."""

from pathlib import Path

import pandas as pd
import pytest

from qa_sampling.errors import ExtractError
from qa_sampling.records.published import (
    NEIGHBOURS,
    PUBLISHED,
    SYMBOLS,
    read_neighbours,
    read_published,
)
from qa_sampling.records.published_measures import MEASURES, absent, published_series

DFE = Path(__file__).parents[2] / "shared" / "data" / "dfe"
needs_dfe = pytest.mark.skipif(not DFE.is_dir(), reason="the published files are not here")
HEAD = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    "region_name,old_la_code,new_la_code,la_name,category"
)
ENGLAND = "{year},Reporting year,National,E92000001,England,,,,,,Referrals"
REGION = "{year},Reporting year,Regional,E92000001,England,E12000005,West Midlands,,,,Referrals"
TOWN = (
    "{year},Reporting year,Local authority,E92000001,England,E12000005,West Midlands,"
    "894,E06000020,Telford and Wrekin,Referrals"
)


def write(folder: Path, *lines: str, figures: str = "referral_count,rereferral_count") -> Path:
    path = folder / "referrals.csv"
    path.write_text("\n".join([f"{HEAD},{figures}", *lines]) + "\n", encoding="utf-8-sig")
    return path


def test_one_row_a_figure_with_its_area(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        ENGLAND.format(year=2025) + ",632830,142900",
        REGION.format(year=2025) + ",60000,13000",
        TOWN.format(year=2025) + ",1421,225",
    )
    table = read_published(path)
    assert list(table.columns) == PUBLISHED.names
    assert list(table["level"]) == ["country"] * 2 + ["region"] * 2 + ["authority"] * 2
    last = table.iloc[-1]
    assert (last["code"], last["old_code"], last["area"]) == (
        "E06000020",
        "894",
        "Telford and Wrekin",
    )
    assert (last["figure"], last["value"], last["breakdown"]) == (
        "rereferral_count",
        225,
        "Referrals",
    )


@pytest.mark.parametrize("symbol", [symbol for symbol in SYMBOLS if symbol])
def test_a_symbol_is_a_reason_and_never_a_zero(tmp_path: Path, symbol: str) -> None:
    path = write(
        tmp_path, TOWN.format(year=2025) + f",1421,{symbol}", TOWN.format(year=2024) + ",1489,284"
    )
    found = read_published(path).query("year == 2025 and figure == 'rereferral_count'").iloc[0]
    assert pd.isna(found["value"]) and found["reason"] == SYMBOLS[symbol]


@pytest.mark.parametrize(
    ("period", "year"), [("2025", 2025), ("202425", 2025), ("2024/25", 2025), ("199900", 2000)]
)
def test_periods_are_years_that_end(tmp_path: Path, period: str, year: int) -> None:
    table = read_published(write(tmp_path, TOWN.format(year=period) + ",1421,225"))
    assert set(table["year"]) == {year}


def test_every_fault_is_told_at_once_by_file_line_and_column(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        TOWN.format(year=2025) + ",1421,225",
        TOWN.format(year=2025) + ",1421,225",
        TOWN.format(year=2024) + ",1489,about 200",
        TOWN.format(year="2024-99") + ",1,1",
        TOWN.format(year=2023) + ",2247,400",
    )
    with pytest.raises(ExtractError) as told:
        read_published(path)
    for part in (
        "line 3: `referral_count` stands a second time",
        "line 4: an unknown symbol in `rereferral_count`",
        "line 5: `time_period` is no year",
    ):
        assert part in str(told.value)
    assert "about 200" not in str(told.value)


def test_wards_are_left_out_and_other_files_of_a_folder_passed_over(tmp_path: Path) -> None:
    ward = TOWN.format(year=2025).replace("Local authority", "Ward") + ",1,1"
    write(tmp_path, TOWN.format(year=2025) + ",1421,225", ward)
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert len(read_published(tmp_path)) == 2
    with pytest.raises(ExtractError, match=r"notes.csv has no column time_period"):
        read_published(tmp_path / "notes.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (f"{HEAD},n,n\n", "has a column twice"),
        (f"{HEAD},n\n{TOWN.format(year=2025)},1,2\n", "line 2: 13 fields under 12 headings"),
    ],
)
def test_files_that_are_not_whole(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "whole.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExtractError, match=message):
        read_published(path)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="no published figures there"):
        read_published(tmp_path)
    with pytest.raises(ExtractError, match=r"gone.csv is not there"):
        read_published(tmp_path / "gone.csv")


def test_neighbours_by_rank(tmp_path: Path) -> None:
    path = tmp_path / "sn.csv"
    path.write_text(
        "old_la_code,la_name,SN_1,SN_1P,SN_2,SN_2P\n"
        "894,Telford and Wrekin,384,Very close,372,Close\n",
        encoding="utf-8-sig",
    )
    table = read_neighbours(path)
    assert list(table.columns) == NEIGHBOURS.names
    assert list(table["neighbour"]) == ["384", "372"]
    assert list(table["closeness"]) == ["Very close", "Close"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("894,T,894,372", "their own neighbour: 894"),
        ("894,T,384,384", "stand twice: 894"),
        ("894,T,38,372", "not three digits: 38"),
        ("894,T,384,372\n894,T,384,372", "stand twice: 894"),
    ],
)
def test_faulty_neighbours(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "sn.csv"
    path.write_text(f"old_la_code,la_name,SN1,SN2\n{line}\n", encoding="utf-8")
    with pytest.raises(ExtractError, match=message):
        read_neighbours(path)
    path.write_text("old_la_code,la_name\n894,T\n", encoding="utf-8")
    with pytest.raises(ExtractError, match="is no list of neighbours"):
        read_neighbours(path)


def test_a_series_has_the_counts_and_the_printed_figure(tmp_path: Path) -> None:
    figures = "referral_count,rereferral_count,rereferral_percent"
    path = write(
        tmp_path,
        TOWN.format(year=2025) + ",1421,225,15.8",
        TOWN.format(year=2024) + ",1489,c,c",
        TOWN.format(year=2023) + ",0,0,z",
        TOWN.format(year=2022) + ",1000,100,10.1",
        figures=figures,
    )
    table = published_series(read_published(path), "re_referrals").set_index("year")
    assert table.loc[2025, "value"] == 15.8
    assert table.loc[2025, "recomputed"] == pytest.approx(100 * 225 / 1421)
    assert list(table["agrees"].astype("object")) == [False, pd.NA, pd.NA, True]
    assert list(table["reason"]) == ["", "not applicable", "suppressed", ""]
    assert pd.isna(table.loc[2024, "numerator"])


def test_a_series_that_cannot_be_made(tmp_path: Path) -> None:
    table = read_published(write(tmp_path, TOWN.format(year=2025) + ",1421,225"))
    with pytest.raises(ExtractError, match="no published measure 'happiness'"):
        published_series(table, "happiness")
    with pytest.raises(ExtractError, match="s47 needs the published figures Section47"):
        published_series(table, "s47")


@needs_dfe
class TestPublishedByTheDfE:
    """Against the files as they were downloaded, and figures as the DfE prints them."""

    @pytest.fixture(scope="class")
    @classmethod
    def published(cls) -> pd.DataFrame:
        return read_published(DFE)

    def test_every_printed_share_of_every_area_is_met(self, published: pd.DataFrame) -> None:
        shares = [k for k, m in MEASURES.items() if m.printed and m.kind == "proportion"]
        shares = [key for key in shares if not absent(published, key)]
        assert len(shares) >= 6
        for key in shares:
            table = published_series(published, key)
            years = table.loc[table["value"].notna(), "year"].nunique()
            assert table["agrees"].sum() > 135 * years, key
            apart = table[~table["agrees"].fillna(True)]
            # Doncaster's second plans of 2022 are unreliable: the percentages of its region and
            # of England leave it out, their counts of plans do not.
            doncaster = {("E12000003", 2022), ("E92000001", 2022)}
            known = doncaster if key == "second_plans" else set()
            assert set(zip(apart["code"], apart["year"], strict=True)) == known, key

    def test_every_printed_rate_is_met_until_the_population_was_revised(
        self, published: pd.DataFrame
    ) -> None:
        for key in ("assessments", "s47", "icpc", "cp_plans", "cp_plan_starts", "cp_plan_ends"):
            table = published_series(published, key).query("year <= 2022")
            assert table["agrees"].fillna(True).all(), key
            assert table["agrees"].sum() > 1400, key

    def test_telford_and_wrekin_and_england_in_every_year(self, published: pd.DataFrame) -> None:
        """To the last digit; from 2023 the populations came out anew, and rates differ by that."""
        years = {"894": set(), "E92000001": set()}
        both = published[published["old_code"].eq("894") | published["code"].isin(years)]
        for key, measure in MEASURES.items():
            if not measure.printed or absent(published, key):
                continue
            series = published_series(both, key).query("2013 <= year <= 2025")
            for code, known in years.items():
                rows = series[(series["code"] == code) & series["agrees"].notna()]
                known |= set(rows["year"])
                apart = rows[~rows["agrees"].astype(bool)]
                if measure.kind == "rate":
                    assert (apart["year"] >= 2023).all(), key
                    near = pytest.approx(apart["value"].to_numpy(dtype=float), rel=0.01)
                    assert apart["recomputed"].to_numpy() == near, key
                else:  # Doncaster's year, as above
                    told = {2022} if (key, code) == ("second_plans", "E92000001") else set()
                    assert set(apart["year"]) == told, key
        assert all(known == set(range(2013, 2026)) for known in years.values())

    @pytest.mark.parametrize(
        ("key", "code", "year", "value"),
        [  # DfE, Children in need 2013 to 2025; Children looked after 2025
            ("re_referrals", "894", 2013, 33.4),
            ("re_referrals", "894", 2017, 21.8),
            ("re_referrals", "894", 2025, 15.8),
            ("re_referrals", "E92000001", 2024, 22.4),
            ("s47", "894", 2017, 384.4),
            ("s47", "894", 2024, 111.9),
            ("second_plans", "894", 2024, 22.9),
            ("second_plans", "E92000001", 2024, 24.7),
            ("looked_after", "894", 2025, 93),
            ("three_placements", "894", 2025, 13),
        ],
    )
    def test_printed_figures(
        self, published: pd.DataFrame, key: str, code: str, year: int, value: float
    ) -> None:
        table = published_series(published, key)
        found = table[(table["code"] == code) & (table["year"] == year)]
        assert list(found["value"]) == [value]

    def test_neighbours_of_telford_and_wrekin(self) -> None:
        table = read_neighbours(DFE / "sn_model_2025_wide.csv").query("old_code == '894'")
        assert list(table["neighbour"]) == "384 372 332 370 357 371 841 390 879 808".split()
