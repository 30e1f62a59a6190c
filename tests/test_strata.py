"""Forming strata: nobody is dropped, and no two strata read alike."""

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import FrameError
from qa_sampling.sampling.strata import ALL, POOLED, form_strata


def table(**columns: list) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_cells_are_where_row_and_column_meet() -> None:
    formed = form_strata(table(team=["N", "S"], status=["CP", "CIN"]), ["team"], ["status"])
    assert formed["stratum"].tolist() == ["N / CP", "S / CIN"]
    assert formed["row"].tolist() == ["N", "S"]
    assert formed["column"].tolist() == ["CP", "CIN"]


def test_one_margin_names_the_stratum() -> None:
    cases = table(team=["N", "S"])
    by_row = form_strata(cases, ["team"])
    assert by_row["stratum"].tolist() == ["N", "S"]
    assert set(by_row["column"]) == {ALL}
    by_column = form_strata(cases, [], ["team"])
    assert by_column["stratum"].tolist() == ["N", "S"]
    assert set(by_column["row"]) == {ALL}


def test_no_margin_is_one_stratum() -> None:
    formed = form_strata(table(team=["N", "S"]), [])
    assert set(formed["stratum"]) == {ALL}


def test_several_columns_form_one_margin() -> None:
    cases = table(team=["N"], status=["CP"], age=["0"])
    formed = form_strata(cases, ["team", "age"], ["status"])
    assert formed.iloc[0].tolist() == ["N / 0 / CP", "N / 0", "CP"]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, "", "  ", "\t\n", "\u00a0"])
def test_a_missing_value_is_a_visible_stratum(missing: object) -> None:
    formed = form_strata(table(team=["N", missing], status=["CP", "CP"]), ["team"], ["status"])
    assert formed["stratum"].tolist() == ["N / CP", "Not recorded / CP"]


@pytest.mark.parametrize("text", ["nan", "None", "NA", "null", "<NA>", "0"])
def test_words_that_look_missing_are_kept(text: str) -> None:
    assert form_strata(table(team=[text]), ["team"])["stratum"].tolist() == [text]


@pytest.mark.parametrize("dtype", ["str", "object", "category", "string"])
def test_dtypes_make_no_difference(dtype: str) -> None:
    cases = table(team=["N", None, "S"]).astype({"team": dtype})
    assert form_strata(cases, ["team"])["stratum"].tolist() == ["N", "Not recorded", "S"]


def test_whole_numbers_stay_whole() -> None:
    cases = table(area=pd.array([1, None, 3], dtype="Int64"))
    assert form_strata(cases, ["area"])["stratum"].tolist() == ["1", "Not recorded", "3"]


def test_white_space_and_control_characters_are_tidied() -> None:
    cases = table(team=[" North\nEast ", "North\x1fEast", "North East"])
    assert set(form_strata(cases, ["team"])["stratum"]) == {"North East"}


def test_composed_and_decomposed_names_are_one_stratum() -> None:
    cases = table(team=["Caf\u00e9", "Cafe\u0301"])
    assert form_strata(cases, ["team"])["stratum"].nunique() == 1


def test_an_unobserved_category_forms_no_stratum() -> None:
    cases = table(team=pd.Categorical(["N"], categories=["N", "S"]))
    assert form_strata(cases, ["team"])["stratum"].tolist() == ["N"]


def test_small_rows_are_pooled_and_large_ones_are_not() -> None:
    cases = table(team=["N"] * 3 + ["S"] * 2 + ["E"] + [None], status=["CP"] * 7)
    formed = form_strata(cases, ["team"], ["status"], pool_below=3)
    assert formed["row"].tolist() == ["N"] * 3 + [POOLED] * 4
    assert formed["stratum"].iloc[-1] == f"{POOLED} / CP"
    assert form_strata(cases, ["team"], pool_below=1)["row"].nunique() == 4


def test_the_table_given_is_not_altered_and_its_index_is_kept() -> None:
    cases = table(team=["N", None]).set_index(pd.Index([7, 3]))
    before = cases.copy(deep=True)
    assert form_strata(cases, ["team"]).index.tolist() == [7, 3]
    pd.testing.assert_frame_equal(cases, before)


def test_no_cases_give_no_strata() -> None:
    cases = table(team=pd.Series([], dtype="str"))
    assert form_strata(cases, ["team"], pool_below=2).empty


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(FrameError, match=r"by tame, but .* no such column\. Choose from team"):
        form_strata(table(team=["N"]), ["tame"])


def test_a_column_in_both_margins_is_refused() -> None:
    with pytest.raises(FrameError, match="`team` cannot form both margins"):
        form_strata(table(team=["N"]), ["team"], ["team"])


def test_two_strata_that_read_alike_are_refused() -> None:
    cases = table(team=["A / B", "A"], status=["C", "B / C"])
    with pytest.raises(FrameError, match="would both be called by one name"):
        form_strata(cases, ["team"], ["status"])
