"""An attack on what two months' moderations leave for everybody: nothing can be recovered."""

from __future__ import annotations

from collections import Counter

import pytest
from output_attack import attack, read_page, read_workbook

from qa_sampling import runner
from qa_sampling.records.register import Register
from qa_sampling.runs.moderation.steps import moderations_in
from qa_sampling.settings.analyses import ModerationAgreement

MONTHS = ("2026-09", "2026-10")
COUNTS = {"Moderations": "moderations"}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    base = tmp_path_factory.mktemp("moderated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(base))
        for month in MONTHS:
            runner.run("moderation_agreement", {"period": month})
        yield base / "invented"


def found_in(outputs, month):
    """Read the page and the workbook; the answers to two questions are told apart."""
    folder = outputs / f"{month}-moderation" / "shareable"
    found = read_page((folder / "moderation.html").read_text(encoding="utf-8"))
    book = read_workbook(folder / "moderation_tables.xlsx")
    found.tables = [
        (caption, header, [[_named(caption, header, row[0]), *row[1:]] for row in rows])
        for caption, header, rows in [*found.tables, *book.tables]
        if "Moderations" in header and (caption in QUESTIONS or header[0] != ANSWER)
    ]
    return found


def _named(caption, header, label):
    if label == "Total":
        return label
    return f"{caption if header[0] == ANSWER else header[0]}: {label}"


def truth_of(outputs, month) -> Counter:
    with Register.open(outputs / "register.sqlite") as register:
        made = moderations_in(ModerationAgreement(period=month), register)
    return Counter({frozenset(): len(made)}) + Counter(
        frozenset([f"{STEPS}: {int(gap)}"]) for gap in made["gap"]
    )


STEPS = "Grades the auditor is above the moderator"
ANSWER = "The panel’s answer"
QUESTIONS = ("Does the audit reflect the quality of practice?", "Is there meaningful learning?")


@pytest.mark.slow
@pytest.mark.parametrize("month", MONTHS)
def test_no_hidden_count_can_be_recovered(outputs, month):
    found, truth = found_in(outputs, month), truth_of(outputs, month)
    assert len(found.tables) == 5, "three on the page, and two more in the workbook"
    ranges = attack(found, counts=COUNTS, least=0)
    assert ranges, "something is hidden"
    for (_, labels), (low, high) in ranges.items():
        if not labels or next(iter(labels)).startswith(STEPS):
            assert low <= truth[labels] <= high, "the intruder's equations are true"
        assert high >= 6
        assert high - low >= 5


@pytest.mark.slow
def test_the_attack_would_find_a_count_that_is_alone(outputs):
    """One hidden count beside a printed total is no secret: the attack can fail."""
    found = found_in(outputs, MONTHS[1])
    careless = [["Careless: Yes", "64"], ["Careless: No", "[c]"], ["Total", "69"]]
    found.tables = [("", ["Careless", "Moderations"], careless)]
    found.texts, found.pictures = [], []
    ranges = attack(found, counts=COUNTS, least=0)
    assert ranges["moderations", frozenset(["Careless: No"])] == (5, 5)
