"""Records of selections and large draws: they follow, and every tampering is named."""

import copy
import json

import pytest
from test_case_selection import caseload, pick

from qa_sampling.errors import VerificationError
from qa_sampling.sampling.large_draws import count_strata, draw_large
from qa_sampling.sampling.selection_methods import METHODS
from qa_sampling.sampling.selection_verification import (
    large_draw_record,
    selection_record,
    verify_large_draw,
    verify_selection,
)

SIZES = {"a": 4, "b": 7, "c": 2}


def record_of(method: str) -> dict:
    return json.loads(json.dumps(selection_record(pick(caseload(), SIZES, method))))


@pytest.mark.parametrize("method", METHODS)
def test_every_selection_follows_from_its_record(method: str) -> None:
    record = record_of(method)
    assert verify_selection(record, caseload().sample(frac=1, random_state=1)) == ()
    other = record | {"seed": "8"}
    assert verify_selection(other, caseload())
    fewer = caseload().iloc[:-1]
    assert verify_selection(record, fewer) == (
        "The table is not the one that was selected from: references, strata, probabilities or "
        "covariates differ.",
    )


@pytest.mark.parametrize("method", ["systematic", "ordered_pivotal", "cube", "local_pivotal"])
def test_an_edited_covariate_is_found(method: str) -> None:
    edited = caseload()
    edited.loc[0, "age"] = 17
    assert "The table is not the one" in verify_selection(record_of(method), edited)[0]


def test_the_words_for_every_tampering() -> None:
    record = record_of("pivotal")
    out = next(r for r in caseload()["case_ref"] if r not in record["sample"])
    swapped = copy.deepcopy(record)
    gone, swapped["sample"][0] = swapped["sample"][0], out
    assert verify_selection(swapped, caseload()) == (
        f"Case {out} is in the record, but the method does not select it.",
        f"Case {gone} should have been selected.",
    )
    doubled = record | {"sample": [*record["sample"], record["sample"][0]]}
    assert verify_selection(doubled, caseload()) == ("The record names a case more than once.",)
    relabelled = record | {"fingerprint": "0" * 64}
    assert verify_selection(relabelled, caseload()) == (
        "The cases agree, but the record's fingerprint is another.",
    )
    wrong = record | {"method": "luck"}
    assert "do not lead to a selection: `method` 'luck'" in verify_selection(wrong, caseload())[0]
    strange = record | {"parameters": record["parameters"] | {"luck": 1}}
    assert "do not lead to a selection" in verify_selection(strange, caseload())[0]


@pytest.mark.parametrize("kind", ["sha256", "siphash-2-4"])
def test_a_large_draw_follows_from_its_record(kind: str) -> None:
    table = caseload()
    draw = draw_large(table, SIZES, seed="1", ticket=kind)
    record = json.loads(json.dumps(large_draw_record(draw)))
    assert verify_large_draw(record, table) == ()
    assert verify_large_draw(record | {"seed": "2"}, table) == (
        "The sample that follows is another than the recorded one.",
    )
    assert verify_large_draw(record, table.iloc[:-1]) == (
        "The table is not the one that was drawn from: its strata hold other numbers.",
    )
    greedy = copy.deepcopy(record)
    greedy["strata"]["a"]["sampled"] = count_strata(table)["a"] + 1
    assert "sizes do not lead to a draw: 21 cases" in verify_large_draw(greedy, table)[0]


def test_records_of_another_form_are_refused() -> None:
    record = record_of("tickets")
    with pytest.raises(VerificationError, match="version 'v0'; 'qa_sampling/selection/v1' was"):
        verify_selection(record | {"version": "v0"}, caseload())
    with pytest.raises(VerificationError, match="version 'qa_sampling/selection/v1'; 'qa_sampling"):
        verify_large_draw(record, caseload())
    del record["seed"]
    with pytest.raises(VerificationError, match="The record lacks `seed`; it is not whole"):
        verify_selection(record, caseload())
