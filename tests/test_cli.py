"""The command line: exit codes, one clear message, and nothing written when refused."""

import json
import sys
from pathlib import Path

import pytest
from small_authority import own_values, write_small

from qa_sampling import __version__, cli
from qa_sampling.records.register import Register
from qa_sampling.runs.publication import digest_of

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_small(tmp_path_factory.mktemp("data"))


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path / "out"))
    monkeypatch.setenv("QA_SAMPLING_HOME", str(ROOT))
    return tmp_path


@pytest.fixture
def own(place, written):
    """A parameter file of the small authority."""
    path = place / "own.yml"
    path.write_text(json.dumps(own_values(written)), encoding="utf-8")
    return str(path)


@pytest.fixture
def qa(monkeypatch, capsys):
    """Call the command line; give its exit code, what it printed and what it complained of."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qa-sampling", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


def test_help_and_version(qa):
    code, out, _ = qa("--help")
    assert code == 0
    commands = "run check verify explain redraw templates key relink secret"
    for command in commands.split():
        assert command in out
    assert qa("version") == (0, f"qa-sampling {__version__}\n", "")


def test_the_first_month_from_nothing(qa, place, own):
    out = place / "out"
    code, _, said = qa("run", "monthly_audit_plan", "-f", own)
    assert code == 2, "there is no key yet"
    assert "Refused:" in said
    assert qa("key", "-f", own)[0] == 0
    code, told, _ = qa("run", "monthly_audit_plan", "-f", own, "--dry-run")
    assert code == 0
    assert "Checked; no case was drawn and nothing was published." in told
    assert not (out / "register.sqlite").exists()
    code, _, said = qa("run", "monthly_audit_plan", "-f", own)
    assert code == 3
    assert "waits for its seed" in said
    dice = "3 6 1 2 5 5 4 1 6 2 3 1"
    code, told, said = qa("run", "monthly_audit_plan", "-f", own, "-p", "seed", dice)
    assert code == 0, said
    assert "2026-11-monthly: published." in told
    assert "fixing the frame" in said
    folder = out / "2026-11"
    code, told, _ = qa("verify", folder)
    assert code == 0
    assert "YES: the draw follows from its frame and seed." in told
    assert "agrees with the manifest and with the register beside it" in told
    assert "2026-11-monthly" in qa("register", "show", "-f", own)[1]
    code, told, _ = qa("register", "check", "-f", own)
    assert code == 0
    head = told.split()[-1]
    assert qa("register", "check", "-f", own, "--expect-head", head)[0] == 0
    assert qa("register", "check", "-f", own, "--expect-head", "0" * 64)[0] == 1
    assert qa("register", "backup", place / "copy.sqlite", "-f", own)[0] == 0
    with Register.open(place / "copy.sqlite") as copy:
        assert copy.check() == ()
    draw = json.loads((folder / "restricted/verification/draw.json").read_text("utf-8"))
    code, told, _ = qa("explain", folder, draw["sample"][0][0], "-f", own)
    assert code == 0
    assert "rank 1 of" in told
    (folder / "restricted/verification/frame.csv").write_text("case_ref\n", encoding="utf-8")
    assert qa("verify", folder)[0] in (1, 2)


def test_redraw_needs_two_names(qa, place, own):
    words = ["redraw", "2026-11", "--reason", "The extract lacked a team.", "-f", own]
    code, _, said = qa(*words, "--agreed-by", "A. Assurer")
    assert code == 2
    assert "Refused:" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-p", "audits=-1"], "`audits`: input should be greater than or equal to 1; got -1"),
        (["-p", "audits", "-1"], "got -1"),
        (["-p", "audit=12"], "Did you mean `audits`"),
        (["-p", "audits=90000"], "but only"),
        (["-p", 'teams=["Nowhere"]'], "No case has the team"),
        (["--period", "2026-13"], "`period`"),
        (["--extract", "nowhere.xlsx"], "`extract`"),
        (["-p", "design=../../x"], "`design`"),
    ],
)
def test_refused_with_code_2_and_nothing_written(qa, place, own, words, message):
    assert qa("key", "-f", own)[0] == 0
    code, out, said = qa("run", "monthly_audit_plan", "-f", own, *words)
    assert code == 2
    assert message in said
    assert said.count("Refused:") == 1
    assert out == ""
    written = [path.name for path in (place / "out").glob("*")]
    assert [name for name in written if not name.startswith(".lock")] == []


def test_a_pair_without_a_value(qa):
    code, _, said = qa("run", "monthly_audit_plan", "-p", "audits")
    assert code == 2
    assert "name=value" in said


def test_an_unknown_notebook(qa, place):
    code, _, said = qa("run", "nothing")
    assert code == 2
    assert "choose from monthly_audit_plan" in said


def test_check_prints_a_report_that_names_no_child(qa, place, written):
    extract = next(iter(written.extracts.values()))[0]
    tables = next(iter(written.tables.values())).parent
    report = place / "report.xlsx"
    words = ["check", extract, "--tables", tables, "--save", report, "--as-at", "2026-10-31"]
    code, out, _ = qa(*words)
    assert code == 0
    assert "11 of 11 lists" in out
    assert "Date Child Was Last Seen" in out
    assert report.is_file()


def test_check_says_no_to_what_is_no_extract(qa, place):
    path = place / "letter.xlsx"
    path.write_text("Dear colleague", encoding="utf-8")
    code, _, said = qa("check", path)
    assert code == 1
    assert said


def test_templates(qa, place):
    code, out, _ = qa("templates", place / "tables")
    assert code == 0
    assert "staff.csv" in out
    assert (place / "tables" / "staff.csv").is_file()
    code, _, said = qa("templates", place / "tables" / "staff.csv")
    assert code == 2
    assert "no folder that can be made" in said


def test_a_report_is_never_written_over_a_file(qa, place, written):
    extract = next(iter(written.extracts.values()))[0]
    before = extract.read_bytes()
    for target in (extract, place / "report.csv", place / "nowhere" / "report.xlsx"):
        code, _, said = qa("check", extract, "--save", target)
        assert code == 2
        assert "`--save` must name a new .xlsx file" in said
    assert extract.read_bytes() == before
    code, _, said = qa("check", extract, "--as-at", "31/10/2026")
    assert code == 2
    assert "must be a day such as 2026-10-31" in said


def test_looking_at_a_register_does_not_start_one(qa, place, own):
    for words in (["register", "check"], ["register", "show"]):
        code, _, said = qa(*words, "-f", own)
        assert code == 2
        assert "Refused" in said
    assert not (place / "out" / "register.sqlite").exists()


def test_the_invented_authority_commits_no_secret(qa, place):
    code, _, said = qa("secret", "2027")
    assert code == 2
    assert "has a public secret of its own" in said


def test_verify_says_what_it_compared_with(qa, place, own):
    import shutil

    qa("key", "-f", own)
    qa("run", "monthly_audit_plan", "-f", own)
    assert qa("run", "monthly_audit_plan", "-f", own, "-p", "seed", "612 345 612 345")[0] == 0
    folder = place / "out" / "2026-11"
    shutil.copytree(folder, place / "alone" / "2026-11")
    assert "no register was beside it" in qa("verify", place / "alone" / "2026-11")[1]
    page, manifest = folder / "shareable/audit_plan.html", folder / "shareable/manifest.json"
    page.write_text(page.read_text("utf-8") + " ", encoding="utf-8", newline="\n")
    facts = json.loads(manifest.read_text("utf-8"))
    facts["files"]["shareable/audit_plan.html"]["sha256"] = digest_of(page)
    manifest.write_text(json.dumps(facts), encoding="utf-8")
    code, told, _ = qa("verify", folder)
    assert code == 1
    assert "knows of no publication with this manifest" in told


def test_a_yearly_secret_is_committed_once(qa, place, own):
    code, out, _ = qa("secret", "2027", "-f", own)
    assert code == 0
    committed = out.split()[-1]
    assert len(committed) == 64
    with Register.open(place / "out" / "register.sqlite") as register:
        assert register.commitment(2027) == committed
    assert qa("secret", "2027", "-f", own)[1] == out, "again is the same"


def test_a_fault_of_ours_quotes_nothing(qa, place, monkeypatch):
    from qa_sampling.runs.plan import checking

    def broken(folder):
        raise KeyError("CHILD-0012345")

    monkeypatch.setattr(checking, "verify_folder", broken)
    code, out, said = qa("verify", place)
    assert code == 4
    assert "KeyError" in said
    assert "0012345" not in out + said


def test_values_that_look_like_numbers_stay_text_where_text_is_wanted():
    assert cli._values(["seed=0123456789", "audits=12", 'teams=["A"]', "title=2026"]) == {
        "seed": "0123456789",
        "audits": 12,
        "teams": ["A"],
        "title": "2026",
    }
