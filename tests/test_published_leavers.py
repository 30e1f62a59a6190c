"""Care leavers, adoption, health: the layouts of the DfE's releases, and a file that is not given.

Lines, columns and printed figures are those of "Children looked after in England including
adoptions", releases of November 2022, 2024 and 2025 (Crown copyright, Open Government Licence).
"""

from pathlib import Path

import pytest

from qa_sampling.errors import ExtractError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.invented.published import write_published
from qa_sampling.records.published import read_published
from qa_sampling.records.published_measures import absent, files_of, published_series
from qa_sampling.reporting.benchmark_words import benchmark_findings
from qa_sampling.runs.benchmarking.steps import compare, files_read, funnels_of

AREA = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    "region_name,old_la_code,la_name,new_la_code"
)
ENGLAND = "{},Reporting year,National,E92000001,England,,,,,,"
TOWN = (
    "{},Reporting year,Local authority,E92000001,England,E12000005,West Midlands,894,"
    "Telford and Wrekin,E06000020,"
)
COLUMNS = {
    "la_care_leavers_accommodation_suitability": "care_leaver_age,breakdown,care_leaver_count,"
    "care_leaver_percent",
    "la_care_leavers_activity": "care_leaver_age,breakdown,care_leaver_count,care_leaver_percent",
    "la_care_leavers_intouch": "age,in_touch,number,percentage",
    "la_children_who_ceased_during_the_year": "cla_group,characteristic,number,percentage",
    "la_cla_swcount": "cla_group,sw_stability,number,percentage",
    "la_conviction_health_outcome_cla": "characteristic,breakdown,children_count,children_percent",
}
"""Columns after the area's, as published."""
ACTIVE = "Total in education, employment or training"
PRINTED = {
    "care_leavers_activity_19_21": (
        "la_care_leavers_activity",
        [(ENGLAND, f'19 to 21 years,"{ACTIVE}",20760,54'),
         (ENGLAND, "19 to 21 years,Total,38440,100"),
         (TOWN, f'19 to 21 years,"{ACTIVE}",70,56'), (TOWN, "19 to 21 years,Total,125,100")],
        2025, {"E92000001": 54, "894": 56},
    ),
    "care_leavers_accommodation_17_18": (
        "la_care_leavers_accommodation_suitability",
        [(ENGLAND, "17 to 18 years,Accommodation considered suitable,13380,91"),
         (ENGLAND, "17 to 18 years,Suitability total,14750,100"),
         (TOWN, "17 to 18 years,Accommodation considered suitable,54,92"),
         (TOWN, "17 to 18 years,Accommodation considered unsuitable,c,c"),
         (TOWN, "17 to 18 years,Suitability total,59,100")],
        2025, {"E92000001": 91, "894": 92},
    ),
    "care_leavers_in_touch_17_18": (
        "la_care_leavers_intouch",
        [(ENGLAND, "Aged 17 to 18,Local authority in touch with care leaver,13370,94"),
         (ENGLAND, "Aged 17 to 18,Young person refuses contact,50,k"),
         (ENGLAND, "Aged 17 to 18,Total,14300,100"),
         (TOWN, "Aged 17 to 18,Local authority in touch with care leaver,59,98"),
         (TOWN, "Aged 17 to 18,Total,60,100")],
        2024, {"E92000001": 94, "894": 98},
    ),
    "adopted": (
        "la_children_who_ceased_during_the_year",
        [(ENGLAND, "Reason episode ceased,Adopted,2980,9"),
         (ENGLAND, "Reason episode ceased,Total,33620,100"), (ENGLAND, "Gender,Total,33620,100"),
         (TOWN, "Reason episode ceased,Adopted,29,20"),
         (TOWN, "Reason episode ceased,Total,146,100"), (TOWN, "Gender,Total,146,100")],
        2024, {"E92000001": 9, "894": 20},
    ),
    "three_social_workers": (
        "la_cla_swcount",
        [(ENGLAND, "CLA on 31 March,Total children,83300,100"),
         (ENGLAND, "CLA on 31 March,3 or more social workers during the year,22140,27"),
         (TOWN, "CLA on 31 March,Total children,412,100"),
         (TOWN, "CLA on 31 March,3 or more social workers during the year,86,21")],
        2024, {"E92000001": 27, "894": 21},
    ),
    "dental_checks": (
        "la_conviction_health_outcome_cla",
        [(area, f"Health assessments: Children looked after all ages,{row}")
         for area, row in [
             (ENGLAND, "Had their teeth checked by a dentist,47320,81"),
             (ENGLAND, "Total all ages,58530,100"),
             (TOWN, "Had their teeth checked by a dentist,285,93"),
             (TOWN, "Total all ages,307,100")]],
        2025, {"E92000001": 81, "894": 93},
    ),
}  # fmt: skip


def write(folder: Path, name: str, columns: str, year: int, lines: list[tuple[str, str]]) -> None:
    """Write a file as the DfE publishes it, with the mark that Excel wants at its head."""
    rows = [area.format(year) + rest for area, rest in lines]
    text = "\n".join([f"{AREA},{columns}", *rows]) + "\n"
    (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig")


@pytest.mark.parametrize("key", PRINTED)
def test_what_the_dfe_prints_is_met(tmp_path: Path, key: str) -> None:
    file, lines, year, printed = PRINTED[key]
    write(tmp_path, file, COLUMNS[file], year, lines)
    published = read_published(tmp_path)
    table = published_series(published, key)
    assert dict(zip(table["code"], table["value"], strict=True)) == printed
    assert set(table["year"]) == {year} and table["agrees"].all()
    assert absent(published, key) == "" and files_of(published, key) == (f"{file}.csv",)


def test_older_releases_lengthen_the_years_and_the_newest_prevails(tmp_path: Path) -> None:
    """The columns and words of 2022 and 2024 beside those of 2025; revisions prevail."""
    file = "la_care_leavers_activity"
    new, old = "19 to 21 years", "Aged 19 to 21"

    def lines(age: str, count: int, percent: int) -> list[tuple[str, str]]:
        return [(TOWN, f'{age},"{ACTIVE}",{count},{percent}'), (TOWN, f"{age},Total,125,100")]

    write(tmp_path, f"{file}_released_2024", "age,activity,number,percentage", 2024,
          lines(old, 60, 48))  # fmt: skip
    both = lines(new, 70, 56) + [
        (area.replace("{}", "2024"), rest) for area, rest in lines(new, 61, 49)
    ]
    write(tmp_path, file, COLUMNS[file], 2025, both)
    write(tmp_path, f"{file}_a", "age,activity,number,percentage", 2022, lines(old, 50, 40))
    write(tmp_path, f"{file}_22to25", "age,activity,number,percentage", 2025,
          lines("Aged 22", 1, 1))  # fmt: skip
    table = published_series(read_published(tmp_path), "care_leavers_activity_19_21")
    assert dict(zip(table["year"], table["value"], strict=True)) == {2022: 40, 2024: 49, 2025: 56}


def test_totals_of_other_files_are_not_taken(tmp_path: Path) -> None:
    """Releases before 2025 call the total of every file on care leavers "Total"."""
    for name, total in (("intouch", 60), ("activity", 59)):
        words = {"intouch": "Local authority in touch with care leaver", "activity": f'"{ACTIVE}"'}
        write(tmp_path, f"la_care_leavers_{name}", "age,what,number,percentage", 2024,
              [(TOWN, f"Aged 17 to 18,{words[name]},45,x"),
               (TOWN, f"Aged 17 to 18,Total,{total},100"),
               (ENGLAND, f"Aged 17 to 18,{words[name]},13370,94"),
               (ENGLAND, "Aged 17 to 18,Total,14300,100")])  # fmt: skip
    published = read_published(tmp_path)
    for key, total in (("care_leavers_in_touch_17_18", 60), ("care_leavers_activity_17_18", 59)):
        table = published_series(published, key).set_index("code")
        assert table.at["894", "denominator"] == total


class TestAFileThatIsNotGiven:
    @pytest.fixture(scope="class")
    @classmethod
    def settings(cls, tmp_path_factory):
        folder = tmp_path_factory.mktemp("without")
        write_published(folder)
        for name in ("la_care_leavers_activity", "d3_cpps_subsequent_plan"):
            (folder / f"{name}.csv").unlink()
        return read_parameters("benchmarking", {
            "published": str(folder), "extract": "own.xlsx", "outputs": str(folder / "out"),
            "measures": ["re_referrals", "care_leavers_activity_19_21", "second_plans"],
            "funnels": ["re_referrals", "second_plans"],
        })  # fmt: skip

    def test_it_is_named_and_the_rest_is_compared(self, settings) -> None:
        compared = compare(settings)
        assert list(compared.series) == ["re_referrals"]
        said = benchmark_findings(compared.tables, compared.moves, lacking=compared.lacking)
        assert said.sentences[-1] == (
            "Not compared, since the file was not given: Care leavers aged 19 to 21 in education, "
            "employment or training (la_care_leavers_activity.csv); Second or subsequent plans "
            "(the file with CPP_subsequent)."
        )
        files = files_read(settings).set_index("File")["Missing"]
        assert files["la_care_leavers_activity.csv"] == "the file"
        assert len(funnels_of(compared, settings, "exact")) == 1

    def test_nothing_is_left(self, settings) -> None:
        none = settings.model_copy(update={"measures": ("second_plans",), "funnels": ()})
        with pytest.raises(ExtractError, match="second_plans needs the file with CPP_subsequent"):
            compare(none)

    def test_an_unknown_measure_is_refused_and_not_left_out(self, settings) -> None:
        wrong = settings.model_copy(update={"measures": ("s48",), "funnels": ()})
        with pytest.raises(ExtractError, match="no published measure 's48'"):
            compare(wrong)


def test_invented_files_have_the_dfe_s_columns(tmp_path: Path) -> None:
    write_published(tmp_path)
    for name, columns in COLUMNS.items():
        head = (tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()[0]
        assert set(head.split(",")) == {*AREA.split(","), *columns.split(",")}, name
