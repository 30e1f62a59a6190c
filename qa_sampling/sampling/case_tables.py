"""Reading a table of cases: references and strata as text that every dtype shares."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.errors import FrameError

_LOST = {"nan", "NaN", "<NA>", "NaT"}


def key_texts(values: pd.Series, name: str) -> list[str]:
    """Give a key column as text: whole numbers without a point, text as it is.

    Parameters
    ----------
    values : Series
        Text, whole numbers, true and false, or categories of these. So 1 and "1" are one key,
        "1.0" and "01" are others.
    name : str
        Column name, for messages.

    Raises
    ------
    FrameError
        When a value is missing or blank, is the word that a missing value becomes when it is
        turned into text ("nan", "NaN", "<NA>", "NaT"), or is a number with a point.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        missing = int(values.isna().sum())
        codes = values.cat.codes.to_numpy()
        used = np.unique(codes[codes >= 0])
        words = pd.Series(values.cat.categories[used], dtype=object)
        place = np.zeros(len(values.cat.categories) + 1, dtype=int)
        place[used] = np.arange(len(used))
        _refuse_missing(missing, name)
        texts = key_texts(words, name)
        return [texts[code] for code in place[codes].tolist()]
    if pd.api.types.is_float_dtype(values):
        raise FrameError(
            f"Column `{name}` holds numbers with a point, which lose leading zeros and long "
            f"digits. Read it as text."
        )
    _refuse_missing(int(values.isna().sum()), name)
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu":
        return list(map(str, values.tolist()))
    texts = [_text(value, name) for value in values.tolist()]
    if blank := sum(not text.strip() for text in texts):
        raise FrameError(f"Column `{name}` is blank in {blank} rows. {_ADVICE}")
    if lost := sum(text in _LOST for text in texts):
        raise FrameError(
            f"Column `{name}` holds a missing value that has become text (such as 'nan') in "
            f"{lost} rows. {_ADVICE}"
        )
    return texts


_ADVICE = 'Give every row a value; a stratum may be "Not recorded". No row is dropped silently.'


def _refuse_missing(missing: int, name: str) -> None:
    if missing:
        raise FrameError(f"Column `{name}` is missing in {missing} rows. {_ADVICE}")


def _text(value: object, name: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | np.integer | np.bool_):
        return str(value)
    raise FrameError(
        f"Column `{name}` holds a value that is neither text nor a whole number "
        f"({type(value).__name__}). Read it as text."
    )


def check_table(table: object) -> None:
    """Refuse what is not a table, and two columns of one name.

    Parameters
    ----------
    table : DataFrame
        A table of cases.

    Raises
    ------
    FrameError
        When it is something else, or repeats a column.
    """
    if not isinstance(table, pd.DataFrame):
        raise FrameError(f"The cases must be a table; got {type(table).__name__}.")
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()][0]
        raise FrameError(f"The table has two columns `{twice}`. Give every column its own name.")


def check_seed(seed: object) -> None:
    """Refuse a seed that is not a text, or blank.

    Parameters
    ----------
    seed : str
        Seed text.

    Raises
    ------
    FrameError
        When it is.
    """
    if not isinstance(seed, str):
        raise FrameError(
            f"`seed` must be a text, such as '53417960'; got {type(seed).__name__}. Leading zeros "
            f"count."
        )
    if not seed.strip():
        raise FrameError("`seed` is blank. Give the text that was rolled or committed to.")


def read_cases(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table of cases sorted by reference, its keys as text.

    Parameters
    ----------
    table : DataFrame
        `case_ref`, optionally `stratum`, and further columns; never altered.

    Returns
    -------
    DataFrame
        A copy with a fresh index; `stratum` is "all" when there was none.

    Raises
    ------
    FrameError
        When the table is empty, or a key is missing, blank or repeated.
    """
    check_table(table)
    if "case_ref" not in table.columns:
        raise FrameError("The table has no column `case_ref`; every case needs a reference.")
    if not len(table):
        raise FrameError("The table holds no case, so nothing can be drawn.")
    cases = table.copy()
    cases["case_ref"] = pd.Series(key_texts(table["case_ref"], "case_ref"), index=table.index)
    if repeated := int(cases["case_ref"].duplicated().sum()):
        raise FrameError(
            f"{repeated} rows repeat a `case_ref` (1 and '1' are the same). Give every case one "
            f"row."
        )
    strata = key_texts(table["stratum"], "stratum") if "stratum" in table.columns else "all"
    cases["stratum"] = strata
    order = sorted(range(len(cases)), key=cases["case_ref"].tolist().__getitem__)
    return cases.iloc[order].reset_index(drop=True)
