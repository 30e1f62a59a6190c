"""An attack on every shareable output of whole runs: nothing that is hidden can be recovered."""

from __future__ import annotations

import calendar
import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from output_attack import Found, attack, read_folder, read_page, unexplained
from small_authority import own_values, write_small

from qa_sampling import runner
from qa_sampling.errors import SeedNeeded
from qa_sampling.records.keys import create_key

COUNTS = {"Cases in the frame": "cases", "Cases": "extract", "Audits": "audits"}
SAME = {("extract", "Can be drawn"): "cases"}
CARELESS = {"Cases in the frame": "cases", "Cases": "cases"}
MONTHS = ("2026-11", "2026-12")
DICE = {"2026-11": "6153 4421 6635 2214", "2026-12": "1342 6651 2234 5516"}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Two months of a small authority, in which many counts are small."""
    base = tmp_path_factory.mktemp("attacked")
    written = write_small(base / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_KEYS", str(base / "keys"))
        patch.setenv("QA_SAMPLING_OUTPUTS", str(base / "out"))
        create_key()
        for month in MONTHS:
            values = own_values(written) | {"period": month, "as_at": "2026-10-31"}
            with pytest.raises(SeedNeeded):
                runner.run("monthly_audit_plan", values)
            runner.run("monthly_audit_plan", values | {"seed": DICE[month]})
    return base / "out"


def truth_of(folder: Path) -> Counter:
    """True counts by team, status and both, from the restricted frame."""
    counts: Counter = Counter()
    with (folder / "restricted/verification/frame.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for labels in ((), (row["row"],), (row["column"],), (row["row"], row["column"])):
                counts[frozenset(labels)] += 1
    return counts


@pytest.mark.parametrize("month", MONTHS)
def test_no_hidden_count_of_a_run_can_be_recovered(outputs, month):
    found = read_folder(outputs / month / "shareable")
    truth = truth_of(outputs / month)
    ranges = attack(found, counts=COUNTS, least=1, same=SAME)
    cases = {labels: span for (count, labels), span in ranges.items() if count == "cases"}
    assert len(cases) >= 10, "many counts are small in a small authority"
    for labels, (low, high) in cases.items():
        assert low <= truth[labels] <= high, "the intruder's equations are true"
        assert high >= 6
        assert high - low >= 5


def test_last_months_output_does_not_help(outputs):
    """Two plans of the same extract: what one hides, the other does not show."""
    frames = [truth_of(outputs / month) for month in MONTHS]
    ranges = [
        attack(read_folder(outputs / month / "shareable"), counts=COUNTS, least=1, same=SAME)
        for month in MONTHS
    ]
    hidden = [{labels for count, labels in one if count == "cases"} for one in ranges]
    unchanged = {
        labels for labels in hidden[0] | hidden[1] if frames[0][labels] == frames[1][labels]
    }
    assert len(unchanged) >= 5
    assert unchanged <= hidden[0] & hidden[1]
    for labels in unchanged:
        low = max(one["cases", labels][0] for one in ranges)
        high = min(one["cases", labels][1] for one in ranges)
        assert high >= 6
        assert high - low >= 5


NAMES = "|".join(calendar.month_name[1:])
EXPLAINED = (
    rf"\d{{1,2}} (?:{NAMES}) \d{{4}}, \d\d:\d\d:\d\d UTC",
    rf"\d{{1,2}} (?:{NAMES}) \d{{4}}",
    r"(?:October|November|December) 2026",
    r"\d{4}-\d{2}-\d{2}T\S+",
    r"\d{4}-\d{2}(?:-\w+)?",
    r"[0-9a-f]{64}",
    r"qa-sampling [\d.]+",
    r"SHA-256",
    r"[Cc]ounts of 1 to 5",
    r"between 1 and 5",
    r"\d+ of \d+ (?:counts|cells hidden)",
    r"\d+ auditors take part; nobody has more than \d+ audits?",
    r"\d+ audits? will be read by a moderator",
    r"Map of \d+ team rows by \d+ status columns",
    r"\d+ of \d+ teams that have cases have an audit",
    *DICE.values(),
)
"""Phrases whose numbers tell nothing of a case: dates, digests, staff, sizes of tables, seeds."""


@pytest.mark.parametrize("month", MONTHS)
def test_every_number_in_words_is_printed_in_a_table_or_known_to_tell_nothing(outputs, month):
    found = read_folder(outputs / month / "shareable")
    assert unexplained(found, EXPLAINED) == set()


def test_nothing_beside_the_text_tells_a_hidden_count(outputs):
    """File names, ids, labels for screen readers, properties: no sizes and no numbers of cases."""
    for month in MONTHS:
        found = read_folder(outputs / month / "shareable")
        beside = " ".join(found.beside)
        assert "restricted/" not in beside
        assert not re.search(r"\d+ cases", beside)
        beside = re.sub(r"\b[0-9a-f]{64}\b", " ", beside)
        sizes = {
            str(path.stat().st_size)
            for path in (outputs / month / "restricted").rglob("*")
            if path.is_file() and path.stat().st_size > 999
        }
        assert not sizes & set(re.findall(r"\d+", beside))


# The intruder is no straw man: it recovers what careless tables give away ---------------------


def page(table: str, text: str = "") -> Found:
    return read_page(f"<html><body><p>{text}</p>{table}</body></html>")


def table(header: list[str], *rows: list[str], caption: str = "") -> str:
    def line(cells, tag):
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<table><caption>{caption}</caption>{line(header, 'th')}{body}</table>"


def test_the_intruder_subtracts():
    html = table(["Team", "Cases"], ["A", "12"], ["B", "[c]"], ["Total", "15"])
    assert attack(page(html), counts=CARELESS, least=0) == {("cases", frozenset({"B"})): (3, 3)}


def test_the_intruder_reads_percentages():
    html = table(
        ["Team", "Cases", "% of cases"],
        ["A", "[c]", "42.9"],
        ["B", "[c]", "[c]"],
        ["Total", "7", "100.0"],
    )
    assert attack(page(html), counts=CARELESS, least=0)["cases", frozenset({"A"})] == (3, 3)


@pytest.mark.parametrize("said", ["A: 4 cases", "Most: A (4 cases)", "“A”: 4 cases, 2 audits"])
def test_the_intruder_reads_sentences_and_alt_texts(said):
    html = table(["Team", "Cases"], ["A", "[c]"], ["B", "[c]"], ["Total", "15"])
    expected = {("cases", frozenset({"A"})): (4, 4), ("cases", frozenset({"B"})): (11, 11)}
    assert attack(page(html, said), counts=CARELESS, least=0) == expected
    picture = page(html + f'<img alt="Bar chart. {said}." src="x">')
    assert attack(picture, counts=CARELESS, least=0) == expected


def test_the_intruder_combines_two_tables():
    grid = table(
        ["Team", "Plan", "Care", "Total"],
        ["A", "[c]", "[c]", "20"],
        ["B", "[c]", "[c]", "20"],
        ["Total", "[c]", "[c]", "40"],
        caption="Cases in the frame",
    )
    single = table(["Status", "Cases"], ["Plan", "21"], ["Care", "19"], ["Total", "40"])
    more = table(["Place", "Cases"], ["A", "20"], ["B", "20"], ["Total", "40"])
    loose = attack(page(grid), counts=CARELESS, least=0)
    tight = attack(page(grid + single + more), counts=CARELESS, least=0)
    assert loose["cases", frozenset({"Plan"})] == (0, 40)
    assert ("cases", frozenset({"Plan"})) in tight
    assert tight["cases", frozenset({"Plan"})] == (21, 21)


def test_the_intruder_reads_pictures_and_knows_an_axis_from_a_count():
    def picture(*texts):
        return "<svg>" + "".join(f"<text>{text}</text>" for text in texts) + "</svg>"

    html = table(["Team", "Cases"], ["A", "[c]"], ["B", "[c]"], ["Total", "15"])
    axis = picture("A", "0", "5", "10", "15", "20", "cases")
    assert unexplained(page(html + axis)) == set()
    assert unexplained(page(html + picture("A", "0", "5", "10", "4"))) == {"4"}
    assert unexplained(page(html + picture("A", "4", "B", "11"))) == {"4", "11"}
    said = page(html + picture("A: 4 cases"))
    assert attack(said, counts=CARELESS, least=0)["cases", frozenset({"A"})] == (4, 4)


def test_the_intruder_finds_words_that_say_too_much():
    html = table(["Team", "Cases"], ["A", "[c]"], ["B", "[c]"], ["Total", "15"])
    assert unexplained(page(html, "There were 4 more in May.")) == {"4"}
