"""From references to case numbers: into a restricted workbook only, and always recorded."""

import json
import os
import shutil
import sys
from pathlib import Path

import openpyxl
import pytest
from key_samples import draw_under, mode_of
from small_authority import own_values, write_small

from qa_sampling import cli
from qa_sampling.errors import (
    ParameterError,
    PublicationError,
    RegisterError,
    SecretError,
    VerificationError,
)
from qa_sampling.parameters import read_parameters
from qa_sampling.records.keys import Key, create_key, load_key
from qa_sampling.records.register import Register
from qa_sampling.reporting.leaks import leak_scan
from qa_sampling.runs.inputs import case_numbers
from qa_sampling.runs.relinking import published_references, relink
from qa_sampling.runs.rotating import rotate
from qa_sampling.sampling.tickets import pseudonym

PLAN = "monthly_audit_plan"
ROOT = Path(__file__).parents[1]
WHY = {"by": "QA lead", "reason": "A complaint names the audit."}
posix = pytest.mark.skipif(os.name != "posix", reason="file modes and links are POSIX's")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_small(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def numbers(written):
    return sorted(case_numbers(read_parameters(PLAN, own_values(written))))


@pytest.fixture(scope="module")
def before(numbers, tmp_path_factory):
    """A key, and a draw under it, without a run."""
    base = tmp_path_factory.mktemp("before")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_KEYS", str(base / "keys"))
        create_key()
        (base / "out" / "restricted").mkdir(parents=True)
        with Register.open(base / "out" / "register.sqlite", create=True) as register:
            draw_under(register, load_key(), "2026-11", numbers[:30])
    return base


@pytest.fixture
def here(before, tmp_path, monkeypatch):
    shutil.copytree(before, tmp_path / "copy")
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "copy" / "keys"))
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path / "copy" / "out"))
    monkeypatch.setenv("QA_SAMPLING_HOME", str(ROOT))
    return tmp_path / "copy"


@pytest.fixture
def settings(written):
    return read_parameters(PLAN, own_values(written))


@pytest.fixture
def own(here, written):
    path = here / "own.yml"
    path.write_text(json.dumps(own_values(written)), encoding="utf-8")
    return str(path)


def listed(path):
    """The rows of the workbook's table, by reference."""
    book = openpyxl.load_workbook(path)
    rows = [row[:3] for row in book["Case numbers"].iter_rows(values_only=True)]
    start = rows.index(("Reference", "Case number", "Key")) + 1
    return {ref: (number, key) for ref, number, key in rows[start:] if ref}


def refs(numbers, key):
    return [pseudonym(number, key.secret) for number in numbers]


def test_every_reference_gets_its_own_number(here, settings, numbers):
    key = load_key()
    asked = refs(numbers[5:15], key)
    done = relink(settings, asked, **WHY)
    assert (done.asked_for, done.found) == (10, 10)
    expected = {ref: (one, key.key_id) for ref, one in zip(asked, numbers[5:15], strict=True)}
    assert listed(done.path) == expected
    assert done.path.parent == here / "out" / "restricted"
    assert mode_of(done.path) == 0o600
    assert not any(one in repr(done) for one in numbers)
    assert [path.name for path in done.path.parent.iterdir()] == [done.path.name]


def test_leading_zeros_stay(here, settings, numbers):
    zero = next(one for one in numbers if one.startswith("0"))
    done = relink(settings, refs([zero], load_key()), **WHY)
    assert next(iter(listed(done.path).values()))[0] == zero


def test_what_is_recorded_and_what_is_not(here, settings, numbers):
    asked = [*refs(numbers[:3], load_key()), "A" * 26]
    relink(settings, asked, **WHY, source="2026-11, as published")
    with Register.open(here / "out" / "register.sqlite") as register:
        (row,) = register.relinkings().to_dict("records")
        event = register.events()[-1]
        assert register.check() == ()
    assert row.pop("relinked_at").startswith("20")
    assert row == {
        "relinked_by": "QA lead",
        "reason": "A complaint names the audit.",
        "source": "2026-11, as published",
        "asked_for": 4,
        "found": 3,
    }
    assert event.kind == "references re-linked"
    assert not any(ref in event.body for ref in asked)


def test_references_of_earlier_keys(here, settings, numbers):
    keys = [load_key()]
    for reason in ("The yearly rotation.", "A laptop was stolen."):
        rotate(settings, by="QA lead", reason=reason)
        keys.append(load_key())
    asked = [ref for key, one in zip(keys, numbers[:3], strict=True) for ref in refs([one], key)]
    done = relink(settings, asked, **WHY)
    assert [number for number, _ in listed(done.path).values()] == numbers[:3]
    assert [key for _, key in listed(done.path).values()] == [key.key_id for key in keys]


def test_a_reference_whose_key_is_gone_goes_by_its_newest_one(here, settings, numbers):
    first = load_key()
    done = rotate(settings, by="QA lead", reason="The yearly rotation.")
    done.kept_file.unlink()
    found = relink(settings, refs(numbers[:1], first), **WHY)
    assert list(listed(found.path).values()) == [(numbers[0], load_key().key_id)]


def test_a_lost_current_key_leaves_the_earlier_ones(here, settings, numbers):
    first = load_key()
    rotate(settings, by="QA lead", reason="The yearly rotation.")
    (here / "keys" / "references.key").unlink()
    assert relink(settings, refs(numbers[:2], first), **WHY).found == 2
    (here / "keys" / f"references-{first.key_id}.key").unlink()
    with pytest.raises(SecretError, match="There is no key at"):
        relink(settings, refs(numbers[:2], first), **WHY)


def test_twice_in_one_second_is_two_workbooks(here, settings, numbers):
    done = [relink(settings, refs(numbers[:1], load_key()), **WHY) for _ in range(3)]
    assert len({one.path for one in done}) == 3
    assert all(one.path.is_file() for one in done)


def test_what_is_in_no_file_is_said(here, settings, numbers):
    done = relink(settings, [*refs(["9999999"], load_key()), *refs(numbers[:1], load_key())], **WHY)
    assert (done.asked_for, done.found) == (2, 1)
    assert next(iter(listed(done.path).values())) == (None, "not found")
    about = [row[:2] for row in openpyxl.load_workbook(done.path)["About"].iter_rows(
        values_only=True)]  # fmt: skip
    assert ("Not found", "1: its case number is in no file that was read.") in about
    assert ("Asked by", "QA lead") in about


def test_twice_asked_is_once_answered(here, settings, numbers):
    (ref,) = refs(numbers[:1], load_key())
    assert relink(settings, [ref, f" {ref.lower()} ", ref], **WHY).asked_for == 1


class TestPlaces:
    @pytest.fixture
    def ref(self, numbers):
        return refs(numbers[:1], load_key())

    @pytest.mark.parametrize(
        "place",
        [
            "shareable/x.xlsx",
            "x.xlsx",
            "restricted.xlsx",
            "restricted/../x.xlsx",
            "restricted/shareable/x.xlsx",
            "not-restricted/x.xlsx",
            "-",
            "/dev/stdout",
        ],
    )
    def test_elsewhere_is_refused_and_nothing_recorded(self, here, settings, ref, place):
        for folder in ("shareable", "restricted/shareable", "not-restricted"):
            (here / "out" / folder).mkdir(parents=True, exist_ok=True)
        with pytest.raises(ParameterError, match="below a folder called restricted only, and nev"):
            relink(settings, ref, **WHY, save=here / "out" / place)
        with Register.open(here / "out" / "register.sqlite") as register:
            assert register.relinkings().empty

    @posix
    def test_a_link_out_of_restricted_is_followed(self, here, settings, ref):
        (here / "elsewhere").mkdir()
        (here / "out" / "restricted" / "away").symlink_to(here / "elsewhere")
        with pytest.raises(ParameterError, match="below a folder called restricted"):
            relink(settings, ref, **WHY, save=here / "out" / "restricted" / "away" / "x.xlsx")

    def test_a_published_folder_stays_whole(self, here, settings, ref):
        folder = here / "out" / "2026-11"
        for part in ("shareable", "restricted"):
            (folder / part).mkdir(parents=True)
        (folder / "shareable" / "manifest.json").write_text("{}", encoding="utf-8")
        with pytest.raises(ParameterError, match="lies in a published folder"):
            relink(settings, ref, **WHY, save=folder / "restricted" / "x.xlsx")

    @pytest.mark.parametrize("name", ["there.xlsx", "x.csv", "nowhere/x.xlsx"])
    def test_a_new_workbook_in_a_folder_that_exists(self, here, settings, ref, name):
        (here / "out" / "restricted" / "there.xlsx").write_text("mine", encoding="utf-8")
        with pytest.raises(ParameterError, match=r"a new \.xlsx file in a folder that exists"):
            relink(settings, ref, **WHY, save=here / "out" / "restricted" / name)
        assert (here / "out" / "restricted" / "there.xlsx").read_text("utf-8") == "mine"

    def test_where_nothing_can_be_written(self, here, settings, ref, monkeypatch):
        def full(self, *_, **__):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "rename", full)
        with pytest.raises(PublicationError, match=r"could not be written .No space left"):
            relink(settings, ref, **WHY)
        assert list((here / "out" / "restricted").iterdir()) == [], "no numbers are left behind"

    def test_not_recorded_not_written(self, here, settings, ref, monkeypatch):
        def refused(*_, **__):
            raise RegisterError("busy")

        monkeypatch.setattr(Register, "record_relinking", refused)
        with pytest.raises(RegisterError, match="busy"):
            relink(settings, ref, **WHY)
        assert list((here / "out" / "restricted").iterdir()) == []


class TestRefused:
    def test_a_case_number_in_place_of_a_reference_is_not_quoted(self, here, settings, numbers):
        ref = refs(numbers[:1], load_key())
        with pytest.raises(ParameterError, match="No reference stands at place 2") as seen:
            relink(settings, [*ref, numbers[0]], **WHY)
        assert numbers[0] not in str(seen.value)

    def test_nothing_asked(self, here, settings):
        with pytest.raises(ParameterError, match="No reference was given"):
            relink(settings, [], **WHY)

    @pytest.mark.parametrize(
        ("words", "message"),
        [({"by": ""}, "Re-linking needs the name"), ({"reason": "curious"}, "at least 10")],
    )
    def test_without_who_and_why(self, here, settings, words, message):
        with pytest.raises(RegisterError, match=message):
            relink(settings, ["A" * 26], **WHY | words)
        assert list((here / "out" / "restricted").iterdir()) == []

    @pytest.mark.parametrize("name", ["by", "reason", "source"])
    def test_a_case_number_in_the_words(self, here, settings, numbers, name):
        with pytest.raises(ParameterError, match=f"`{name}` holds a case number"):
            words = WHY | {name: f"Because of {max(numbers, key=len)}."}
            relink(settings, ["A" * 26], **words)

    def test_a_folder_without_a_draw(self, tmp_path):
        with pytest.raises(VerificationError, match="holds no draw"):
            published_references(tmp_path)

    def test_without_a_register(self, here, settings):
        (here / "out" / "register.sqlite").unlink()
        with pytest.raises(RegisterError, match="There is no register"):
            relink(settings, ["A" * 26], **WHY)


def test_on_the_command_line_nothing_is_shown(here, own, numbers, monkeypatch, capfd):
    key: Key = load_key()
    drawn = here / "out" / "2026-11" / "restricted" / "verification"
    drawn.mkdir(parents=True)
    sample = [[ref, "North", "sample", 1, "00"] for ref in refs(numbers[:4], key)]
    (drawn / "draw.json").write_text(json.dumps({"sample": sample}), encoding="utf-8")
    words = ["--folder", str(here / "out" / "2026-11"), "-f", own, "--by", "QA lead"]
    extra = refs(numbers[4:5], key)
    said = ""
    for more, code in (
        ([*words, "--reason", "A complaint names the audit.", *extra], 0),
        ([*words, "--reason", "why"], 2),
        ([*words, "--reason", "A complaint names the audit.", numbers[0]], 2),
        (["-f", own, *extra], 2),
        (["show", "-f", own], 0),
    ):
        command = "key" if more[0] == "show" else "relink"
        monkeypatch.setattr(sys, "argv", ["qa-sampling", command, *more])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert (ended.value.code or 0) == code
        shown = capfd.readouterr()
        said += shown.out + shown.err
    assert "5 of 5 references have a case number" in said
    assert "re-linked 5 of 5 (2026-11, as published and given) by QA lead: A complaint" in said
    (here / "said.txt").write_text(said, encoding="utf-8")
    assert not leak_scan([here / "said.txt"], numbers)
    (book,) = (here / "out" / "restricted").glob("relinked_*.xlsx")
    (here / "said.txt").write_text(f"{said} {numbers[0]}", encoding="utf-8")
    assert leak_scan([here / "said.txt"], numbers), "the search finds a number where there is one"
    assert {number for number, _ in listed(book).values()} == set(numbers[:5])
    with Register.open(here / "out" / "register.sqlite") as register:
        assert register.relinkings()["source"].tolist() == ["2026-11, as published and given"]
