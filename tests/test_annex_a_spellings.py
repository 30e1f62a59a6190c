"""Spellings of codes: the template's own, the usual dirt, and a public table of local ones."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.records.annex_a_layout import CODES, LISTS
from qa_sampling.records.annex_a_patterns import WORDS
from qa_sampling.records.annex_a_spellings import allowed, normal_code, read_code
from qa_sampling.schema import ETHNICITIES, NOT_RECORDED

TABLE = Path(__file__).parents[2] / "shared/data/annex_a/Annex_A_schema_liia_pipeline.yml"
NOT_KEPT = {"LA of Placement", "Activity Status"}
"""We keep no code for the one; the table's spellings of the other are single letters."""
DEGRADED = {"ethnicity", "source", "placement_type", "care_end_reason", "legal_status"}
"""Code sets the table merges into a few groups, many by names that say no more than that."""


@pytest.mark.parametrize("code_set", sorted(CODES))
def test_template_texts_and_bare_codes_read_as_declared(code_set):
    for text, code in CODES[code_set].items():
        for written in (text, text.upper(), f"  {text}\u00a0", text.replace(") ", ")  ")):
            assert read_code(code_set, written) == code
        assert read_code(code_set, code) == code


@pytest.mark.parametrize("code_set", sorted(WORDS))
def test_patterns_give_codes_of_the_set(code_set):
    lines = WORDS[code_set].strip().replace("\n|", "|").splitlines()
    assert {line.split(" = ")[0] for line in lines} <= allowed(code_set) | {"?"}


@pytest.mark.parametrize(
    ("code_set", "text", "code"),
    [
        ("gender", "M", "Male"),
        ("gender", "2 - Female", "Female"),
        ("gender", "Unborn/Unknown", NOT_RECORDED),
        ("ethnicity", "WBRI - White British", "WBRI"),
        ("ethnicity", "White - British [WBRI]", "WBRI"),
        ("ethnicity", "s) NOBT", "NOBT"),
        ("ethnicity", "A1", "WBRI"),
        ("ethnicity", "Mixed / Multiple Ethnic Groups (White and Black Caribbean)", "MWBC"),
        ("ethnicity", "Black / African / Caribbean / Black British (African)", "BAFR"),
        ("ethnicity", "Asian or Asian British - Pakistani", "APKN"),
        ("ethnicity", "Gypsy / Roma", "WROM"),
        ("yes_no", "NFA", "Yes"),
        ("yes_no", "Further action", "No"),
        ("yes_no", "0", "No"),
        ("yes_no", "False", "No"),
        ("yes_no", "b. No", "No"),
        ("yes_no", "REFU", NOT_RECORDED),
        ("source", "3A", "3A"),
        ("source", "2A: Schools", "2A"),
        ("source", "Health services - A&E (Emergency Department)", "3E"),
        ("source", "Anonymous/Not known", "9"),
        ("source", "6 - Police", "6"),
        ("primary_need", "N1a - Neglect", "N1"),
        ("primary_need", "Abuse or Neglect", "N1"),
        ("primary_need", "N0 - Not stated", NOT_RECORDED),
        ("closure_reason", "RC7", "RC7"),
        ("closure_reason", "Child adopted", "RC1"),
        ("case_status", "CLA&CP", "Looked after"),
        ("case_status", "CP/CLA", "Looked after"),
        ("case_status", "LAC", "Looked after"),
        ("case_status", "CPP", "Child protection plan"),
        ("case_status", "CIN", "Child in need plan"),
        ("category_of_abuse", "NEG", "Neglect"),
        ("category_of_abuse", "Likelihood of Neglect", "Neglect"),
        ("category_of_abuse", "YNNN", "Neglect"),
        ("category_of_abuse", "Neglect, Emotional Abuse", "Multiple"),
        ("legal_status", "Placement Order & Full Care Order granted on same day", "E1"),
        ("care_end_reason", "E43 - Special guardianship made to former foster carer", "E46"),
        ("placement_type", "U6 - Foster placement - not FFA", "U6"),
        ("accommodation", "(B) With Parents or Relatives", "B"),
        ("accommodation", "With former foster carers [Z]", "Z"),
        ("suitability", "Accommodation is considered unsuitable", "Unsuitable"),
        ("activity", "Full time in higher education", "F1"),
        ("activity", "Full time in education other than higher", "F2"),
        ("adoption_reversal", "(RD2) The Court did not make a placement order", "RD2"),
        ("adopter_leaving", "1", "Withdrew"),
    ],
)  # fmt: skip
def test_spellings_in_the_wild(code_set, text, code):
    assert read_code(code_set, text) == code


@pytest.mark.parametrize(
    ("code_set", "text"),
    [
        ("primary_need", "PSRMEM - Support with memory and cognition"),
        ("primary_need", "N10"),
        ("yes_no", "CS Assessment Updated"),
        ("case_status", "Waiting"),
        ("legal_status", "Special Guardianship Order"),
        ("care_end_reason", "E4 - Returned home to live with parents (no order)"),
        ("gender", "7"),
        ("ethnicity", "..."),
        ("adopter_leaving", "4"),
    ],
)
def test_what_is_not_recognised_is_not_guessed(code_set, text):
    assert read_code(code_set, text) is None


@given(st.sampled_from(sorted(CODES)), st.text(max_size=40))
def test_any_text_gives_a_code_of_the_set_or_none(code_set, text):
    assert read_code(code_set, text) in allowed(code_set) | {None}


@given(st.sampled_from(sorted(set(CODES) - {"in_touch"})), st.data())
def test_case_and_spaces_change_nothing(code_set, data):
    text = data.draw(st.sampled_from(sorted(CODES[code_set])))
    assert read_code(code_set, text.swapcase().replace(" ", "  ")) == read_code(code_set, text)
    assert normal_code(text.upper()) == normal_code(text.lower())


def local_spellings():
    """(code set, code of the public table, spelling), each once."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["column_map"]
    seen = set()
    for sheet, columns in table.items():
        ours = {c.header: c for c in LISTS[int(sheet.removeprefix("list_"))].columns}
        for header, entry in columns.items():
            if header in NOT_KEPT:
                continue
            for category in entry.get("category", ()):
                for name in map(str, category["name"]):
                    seen.add((ours[header].codes, str(category["code"]), name))
    return sorted(seen)


@pytest.mark.skipif(not TABLE.exists(), reason="the public table is not beside the project")
def test_share_of_local_spellings_recognised(record_property):
    recognised, every = Counter(), Counter()
    for code_set, _, name in local_spellings():
        every[code_set] += 1
        recognised[code_set] += read_code(code_set, name) is not None
    kept = [name for name in every if name not in DEGRADED]
    share = sum(recognised[name] for name in kept) / sum(every[name] for name in kept)
    overall = sum(recognised.values()) / sum(every.values())
    record_property("recognised", f"{share:.3f} of sets kept as they are, {overall:.3f} of all")
    assert share > 0.96
    assert overall > 0.95


@pytest.mark.skipif(not TABLE.exists(), reason="the public table is not beside the project")
def test_local_spellings_are_read_as_the_table_reads_them():
    expected = {
        "case_status": dict(zip("abcde", CODES["case_status"].values(), strict=True)),
        "category_of_abuse": dict(zip("abcde", CODES["category_of_abuse"].values(), strict=True)),
        "primary_need": {letter: f"N{place}" for place, letter in enumerate("abcdefghi", 1)},
        "gender": dict(zip("abcd", ["Male", "Female", NOT_RECORDED, "Neither"], strict=True)),
        "yes_no": {"T": "Yes", "F": "No", "U": NOT_RECORDED},
        "accommodation": dict(zip("abcdefghijklmnop", "BCDEGHKRSTUVWXZY", strict=True)),
    }
    checked = wrong = 0
    for code_set, code, name in local_spellings():
        wanted = expected.get(code_set, {}).get(code[0])
        found = read_code(code_set, name)
        if wanted and found:
            checked += 1
            wrong += found != wanted
    assert checked > 1000
    assert wrong / checked < 0.01


def test_groups_of_ethnicity_keep_their_first_letter():
    first = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "O": "Other"}
    for code in ETHNICITIES:
        if code[0] in first and code not in ("REFU", "NOBT"):
            assert read_code("ethnicity", f"{code} - {first[code[0]]}") == code
