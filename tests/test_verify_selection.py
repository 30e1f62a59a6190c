"""The stand-alone check of selections and large draws agrees with the package."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_case_selection import caseload, pick

from qa_sampling.sampling import verify_selection as alone
from qa_sampling.sampling.case_selection import Selection, select_cases
from qa_sampling.sampling.large_draws import draw_large
from qa_sampling.sampling.probabilities import inclusion_probabilities
from qa_sampling.sampling.selection_verification import (
    large_draw_record,
    published_cases,
    selection_record,
)

SIZES = {"a": 4, "b": 7, "c": 2}
PROGRAM = Path(alone.__file__)
UNEQUAL = [method for method in alone.KNOWN if method != "tickets"]


def told(record: dict, table: pd.DataFrame) -> list[str]:
    """What the program says after both went through a file."""
    text = json.loads(json.dumps(record))
    return alone.check(table.astype(str).to_dict("records"), text)


def published(selection: Selection) -> tuple[dict, pd.DataFrame]:
    return selection_record(selection), published_cases(selection)


@pytest.mark.parametrize("method", alone.KNOWN)
def test_every_known_method_follows(method: str) -> None:
    for seed in range(8):
        record, cases = published(pick(caseload(), SIZES, method, seed=f"seed {seed}"))
        assert told(record, cases.sample(frac=1, random_state=seed)) == []
        whole, cases = published(pick(caseload(), 11, method, seed=f"seed {seed}"))
        assert told(whole, cases) == []


@pytest.mark.parametrize("method", UNEQUAL)
def test_unequal_probabilities_follow_certain_cases_included(method: str) -> None:
    size = np.arange(1.0, 61.0)
    size[-2:] = 1e6
    table = caseload().assign(size=size)
    for sizes in (9, SIZES):
        for seed in range(5):
            chosen = select_cases(
                table, sizes, method=method, seed=f"{seed}", size_column="size",
                order_by=["age"] if method == "systematic" else (),
            )  # fmt: skip
            assert (chosen.cases["inclusion_probability"] == 1).any()
            assert told(*published(chosen)) == []
    given = table.drop(columns="stratum").assign(p=inclusion_probabilities(size[:60], 9))
    by_column = select_cases(given, method=method, seed="x", probability_column="p")
    assert told(*published(by_column)) == []


@pytest.mark.parametrize(
    "method", ["cube", "local_pivotal", "pivotal", "ordered_pivotal", "sampford"]
)
def test_methods_of_hundreds_of_lines_are_not_claimed(method: str) -> None:
    record, cases = published(pick(caseload(), SIZES, method))
    assert told(record, cases) == [
        f"{method!r} cannot be checked by this program, only with the package."
    ]


def another(record: dict, cases: pd.DataFrame) -> str:
    return next(ref for ref in cases["case_ref"] if ref not in record["sample"])


@pytest.mark.parametrize("method", alone.KNOWN)
def test_every_tampering_is_named(method: str) -> None:
    record, cases = published(pick(caseload(), SIZES, method))
    stranger = another(record, cases)
    gone = record["sample"][0]
    swapped = record | {"sample": [stranger, *record["sample"][1:]]}
    assert f"Case {gone} follows but is not recorded." in told(swapped, cases)
    assert f"Case {stranger} is recorded but does not follow." in told(swapped, cases)
    assert told(record | {"seed": "another"}, cases)
    twice = record | {"sample": [*record["sample"], gone]}
    assert told(twice, cases) == ["The record names a case more than once."]
    assert told(record | {"fingerprint": "0" * 64}, cases) == [
        "The cases agree, but the record's fingerprint is another."
    ]
    other = "The cases are not those whose fingerprint was recorded."
    assert told(record, cases.iloc[1:]) == [other]
    moved = cases.assign(stratum=["a", *cases["stratum"][1:]])
    moved.loc[0, "stratum"] = "b" if cases["stratum"][0] == "a" else "a"
    assert told(record, moved) == [other]
    likely = cases.copy()
    likely.loc[0, "inclusion_probability"] = (0.9).hex()
    assert told(record, likely) == [other]
    fewer = copy.deepcopy(record)
    fewer["parameters"]["sizes"]["a"] = 3
    assert any("'a'" in fault for fault in told(fewer, cases))
    assert told(record, pd.concat([cases, cases.iloc[:1]])) == [
        "The table holds a case more than once."
    ]


def test_another_order_of_the_list_is_found() -> None:
    chosen = select_cases(caseload(), 11, method="systematic", seed="x", order_by=["age"])
    record, cases = published(chosen)
    assert told(record, cases) == []
    turned = cases.assign(place=cases["place"].tolist()[::-1])
    assert told(record, turned) == ["The cases are not those whose fingerprint was recorded."]


def test_unequal_probabilities_where_equal_ones_are_recorded() -> None:
    record, cases = published(pick(caseload(), 11, "pareto"))
    table = caseload().assign(size=np.arange(1.0, len(caseload()) + 1))
    sly = select_cases(table, 11, method="pareto", seed="7", size_column="size")
    record, cases = published(sly)
    record["parameters"]["size_column"] = ""
    assert told(record, cases) == ["The probabilities of 'all' are not equal."]


# large draws ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sha256", "siphash-2-4"])
def test_large_draws_follow(kind: str) -> None:
    dice = np.random.default_rng(4)
    refs = [*range(900), *(f"R/{number}é" for number in range(100)), "a" * 300]
    table = pd.DataFrame(
        {"case_ref": list(map(str, refs)), "stratum": dice.choice(["x", "y"], 1001)}
    )
    draw = draw_large(table, {"x": 20, "y": 35}, seed="seed", ticket=kind)
    record = large_draw_record(draw)
    assert told(record, table) == []
    assert told(record, table.iloc[::-1]) == []
    assert told(record | {"seed": "other"}, table) == [
        "The draw that follows is another than the recorded one."
    ]
    less = copy.deepcopy(record)
    less["strata"]["x"]["sampled"] = 19
    assert told(less, table) == ["The draw that follows is another than the recorded one."]
    assert told(record, table.iloc[1:]) == ["The strata do not hold the recorded numbers of cases."]
    assert told(record | {"ticket": "md5"}, table) == [
        "The record's tickets are of a kind this program does not know."
    ]


def test_siphash_agrees_with_its_authors() -> None:
    # Aumasson and Bernstein (2012), appendix A, and the first lines of their vectors.h.
    key = bytes(range(16))
    assert alone.siphash(key, bytes(range(15))) == 0xA129CA6149BE45E5
    assert alone.siphash(key, b"") == 0x726FDB47DD0E0E31
    assert alone.siphash(key, bytes(range(8))) == 0x93F5F5799A932462


# the program ------------------------------------------------------------------------------


def run(folder: Path, record: object, cases: pd.DataFrame) -> subprocess.CompletedProcess:
    cases.to_csv(folder / "cases.csv", index=False)
    (folder / "selection.json").write_text(json.dumps(record), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", str(PROGRAM), "cases.csv", "selection.json"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_program_says_yes_and_no_on_its_own(tmp_path: Path) -> None:
    record, cases = published(pick(caseload(), SIZES, "systematic"))
    yes = run(tmp_path, record, cases)
    assert (yes.returncode, yes.stdout) == (
        0,
        f"YES: what is recorded follows from the table of {len(cases)} cases and the seed.\n",
    )
    no = run(tmp_path, record | {"sample": record["sample"][1:]}, cases)
    assert no.returncode == 1
    assert no.stdout == f"NO: Case {record['sample'][0]} follows but is not recorded.\n"


@pytest.mark.parametrize("record", [{}, [], {"version": alone.SELECTION}, {"version": "other"}])
def test_the_program_says_no_to_what_is_not_a_record(
    record: object, tmp_path: Path, capsys
) -> None:
    (tmp_path / "cases.csv").write_text("case_ref,stratum\nR1,a\n", encoding="utf-8")
    (tmp_path / "selection.json").write_text(json.dumps(record), encoding="utf-8")
    assert alone.main([str(tmp_path / "cases.csv"), str(tmp_path / "selection.json")]) == 1
    assert capsys.readouterr().out.startswith("NO: The ")


def test_the_program_says_how_to_use_it(capsys) -> None:
    assert alone.main([]) == 2
    assert capsys.readouterr().out == "Usage: python verify_selection.py cases.csv selection.json\n"
