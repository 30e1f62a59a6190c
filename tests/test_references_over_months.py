"""Plans before and after a rotation of the key: nobody is forgotten, nothing old is lost."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from small_authority import own_values, write_small

from qa_sampling import cli, runner
from qa_sampling.errors import (
    FrameError,
    ParameterError,
    RegisterError,
    SecretError,
    SeedNeeded,
    VerificationError,
)
from qa_sampling.parameters import read_parameters
from qa_sampling.records.forms import read_form_identity
from qa_sampling.records.key_files import kept_path
from qa_sampling.records.keys import Key, create_key, load_key
from qa_sampling.records.register import Register
from qa_sampling.reporting.leaks import leak_scan
from qa_sampling.runs.inputs import case_numbers, load_inputs
from qa_sampling.runs.keyring import key_of_draw, key_place, load_keys
from qa_sampling.runs.plan.checking import explain_case, verify_folder
from qa_sampling.runs.plan.keys import returning_links
from qa_sampling.runs.plan.steps import fix_plan_frame, frame_of
from qa_sampling.runs.rotating import rotate
from qa_sampling.sampling.tickets import pseudonym

PLAN = "monthly_audit_plan"
ROOT = Path(__file__).parents[1]
DICE = {"2026-11": "6153 4421 6635 2214", "2026-12": "1632 5541 2266 3415"}
WHY = {"by": "QA lead", "reason": "The yearly rotation."}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_small(tmp_path_factory.mktemp("data"))


def month(written, period, **more):
    return own_values(written) | {"period": period, "as_at": "2026-10-31"} | more


def asked(written, period="2026-11", **more):
    return read_parameters(PLAN, month(written, period, **more))


def plan(written, period, **more):
    """Fix a month's frame, give the seed, publish."""
    values = month(written, period, **more)
    with pytest.raises(SeedNeeded):
        runner.run(PLAN, values)
    return runner.run(PLAN, values | {"seed": DICE[period]})


def set_up(patch, base):
    patch.setenv("QA_SAMPLING_KEYS", str(base / "keys"))
    patch.setenv("QA_SAMPLING_OUTPUTS", str(base / "out"))
    patch.setenv("QA_SAMPLING_HOME", str(ROOT))


def call(patch, *words):
    """Call the command line; give its exit code."""
    patch.setattr(sys, "argv", ["qa-sampling", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code or 0


@pytest.fixture(scope="module")
def before(written, tmp_path_factory):
    """November, drawn and published under a first key."""
    base = tmp_path_factory.mktemp("before")
    with pytest.MonkeyPatch.context() as patch:
        set_up(patch, base)
        create_key()
        assert plan(written, "2026-11").outcome == "published"
    return base


@pytest.fixture
def here(before, tmp_path, monkeypatch):
    """A copy of November."""
    shutil.copytree(before, tmp_path / "copy")
    set_up(monkeypatch, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def rotated(here, written):
    """A copy of November, the key rotated since."""
    old = load_key()
    done = rotate(asked(written), **WHY)
    assert done.recorded.not_linked == 0
    assert done.recorded.linked == len(case_numbers(asked(written)))
    return here, old


def children_of(register, draw_id, numbers, key):
    number = {pseudonym(one, key.secret): one for one in numbers}
    return {number[ref] for ref in register.get_draw(draw_id).draw.cases["case_ref"]}


def test_nobody_is_audited_again_under_the_new_key(rotated, written, monkeypatch):
    here, old = rotated
    settings = asked(written, "2026-12")
    assert plan(written, "2026-12").outcome == "published"
    inputs = load_inputs(settings)
    numbers = list(inputs.cases["child_id"])
    with Register.open(here / "out" / "register.sqlite") as register:
        first = children_of(register, "2026-11-monthly", numbers, old)
        second = children_of(register, "2026-12-monthly", numbers, load_key())
        assert register.key_id_of("2026-11-monthly") == old.key_id
        assert register.key_id_of("2026-12-monthly") == load_key().key_id
        frame = frame_of(settings, inputs, register)
    assert len(first) == len(second) == 12
    assert not first & second
    out = frame.exclusions[frame.exclusions["reason"].str.startswith("audited or drawn")]
    register_knows = {pseudonym(one, load_key().secret) for one in first}
    assert register_knows <= set(out["case_ref"])
    for name in ("2026-11", "2026-12"):
        assert verify_folder(here / "out" / name) == ()
        assert call(monkeypatch, "verify", here / "out" / name) == 0


def test_without_the_links_they_would_be_drawn_from_again(rotated, written):
    """The test above can fail: the same frame from a register that knows no links."""
    here, _ = rotated
    inputs = load_inputs(asked(written, "2026-12"))
    with Register.open(here / "out" / "register.sqlite") as register:
        links = register.latest_references()
        drawn = [links[ref] for ref in register.get_draw("2026-11-monthly").draw.cases["case_ref"]]
        with_links = frame_of(asked(written, "2026-12"), inputs, register)
        register.past_audits = lambda **_: Register.past_audits(register, design="none")
        without = frame_of(asked(written, "2026-12"), inputs, register)
    assert not set(drawn) & set(with_links.cases["case_ref"])
    assert set(drawn) <= set(without.cases["case_ref"])


class TestOldDraws:
    def test_the_same_line_changes_nothing(self, rotated, written):
        assert runner.run(PLAN, month(written, "2026-11")).outcome == "already published"

    @pytest.mark.thorough
    def test_lost_files_are_written_again_byte_for_byte(self, rotated, written):
        folder = rotated[0] / "out" / "2026-11"
        held = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        shutil.rmtree(folder)
        values = month(written, "2026-11", seed=DICE["2026-11"])
        assert runner.run(PLAN, values).outcome == "published"
        now = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        assert now == held

    def test_not_without_the_key_they_were_made_with(self, rotated, written):
        here, old = rotated
        kept_path(key_place(asked(written)), old.key_id).unlink()
        shutil.rmtree(here / "out" / "2026-11")
        with pytest.raises(RegisterError, match=f"fixed with key {old.key_id}, and this one is"):
            runner.run(PLAN, month(written, "2026-11"))

    def test_explained_by_number_and_by_either_reference(self, rotated, written):
        here, old = rotated
        folder = here / "out" / "2026-11"
        numbers = case_numbers(asked(written))
        with Register.open(here / "out" / "register.sqlite") as register:
            ref = register.get_draw("2026-11-monthly").draw.cases["case_ref"].iloc[0]
        (number,) = [one for one in numbers if pseudonym(one, old.secret) == ref]
        new = pseudonym(number, load_key().secret)
        said = {explain_case(folder, case, asked(written)) for case in (ref, number, new)}
        assert len(said) == 1
        assert said.pop().sentence.endswith("drawn.")
        with pytest.raises(FrameError, match="not in this month's population"):
            explain_case(folder, "no such case", asked(written))

    def test_explained_by_number_only_while_the_old_key_is_kept(self, rotated, written):
        here, old = rotated
        number = next(iter(case_numbers(asked(written))))
        kept_path(key_place(asked(written)), old.key_id).unlink()
        with pytest.raises(VerificationError, match=f"made with another key .{old.key_id}"):
            explain_case(here / "out" / "2026-11", number, asked(written))

    def test_a_form_of_before_is_recognised(self, rotated, written):
        here, old = rotated
        form = next((here / "out" / "2026-11" / "restricted" / "forms").glob("*.xlsx"))
        with Register.open(here / "out" / "register.sqlite") as register:
            key = key_of_draw(asked(written), register, "2026-11-monthly")
        assert key == old.secret
        assert read_form_identity(form, key=key).tokens_valid
        assert not read_form_identity(form, key=load_key().secret).tokens_valid

    def test_and_not_when_its_key_is_gone(self, rotated, written):
        here, old = rotated
        kept_path(key_place(asked(written)), old.key_id).unlink()
        wrong = pytest.raises(SecretError, match=f"was made with key {old.key_id}, which is not")
        with Register.open(here / "out" / "register.sqlite") as register, wrong:
            key_of_draw(asked(written), register, "2026-11-monthly")

    def test_a_redraw_after_the_rotation_is_under_the_new_key(self, rotated, written):
        here, old = rotated
        with Register.open(here / "out" / "register.sqlite") as register:
            register.open_redraw(
                "2026-11", "monthly", reason="The extract lacked a team.", agreed_by=["A", "B"]
            )
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, month(written, "2026-11"))
        runner.run(PLAN, month(written, "2026-11", seed="5544 1231 6652 3341"))
        with Register.open(here / "out" / "register.sqlite") as register:
            assert register.key_id_of("2026-11-monthly") == old.key_id
            assert register.key_id_of("2026-11-monthly-r1") == load_key().key_id


class TestBack:
    """Children who were in no file when the key was rotated, and are in the extract again."""

    @pytest.fixture
    def away(self, here, written, monkeypatch):
        from qa_sampling.runs import rotating

        old, numbers = load_key(), case_numbers(asked(written))
        with Register.open(here / "out" / "register.sqlite") as register:
            gone = children_of(register, "2026-11-monthly", numbers, old)
        monkeypatch.setattr(rotating, "case_numbers", lambda settings: numbers - gone)
        done = rotate(asked(written), **WHY).recorded
        assert (done.not_linked, done.audited_not_linked) == (12, 12)
        return here, gone

    def test_they_are_not_audited_again(self, away, written):
        here, gone = away
        settings = asked(written, "2026-12")
        inputs = load_inputs(settings)
        mine = {pseudonym(one, load_key().secret) for one in gone}
        with Register.open(here / "out" / "register.sqlite") as register:
            late = returning_links(settings, inputs, register)
            assert set(late.values()) == mine
            frame = frame_of(settings, inputs, register)
            assert not set(frame.cases["case_ref"]) & mine
            assert register.latest_references().keys().isdisjoint(late), "a trial records nothing"
            fix_plan_frame(settings, inputs, frame, register)
            assert set(register.latest_references().values()) >= mine
            assert returning_links(settings, inputs, register) == {}
            again = frame_of(settings, inputs, register)
            kinds = [event.kind for event in register.events()][-2:]
        assert again.fingerprint == frame.fingerprint, "the same frame when run again"
        assert kinds == ["references linked", "frame fixed"]

    def test_once_the_old_key_is_gone_they_are_not_known(self, away, written):
        here, _ = away
        ids = load_keys(asked(written, "2026-12")).earlier
        kept_path(key_place(asked(written)), ids[0].key_id).unlink()
        with Register.open(here / "out" / "register.sqlite") as register:
            inputs = load_inputs(asked(written, "2026-12"))
            assert returning_links(asked(written, "2026-12"), inputs, register) == {}


class TestRefused:
    def test_while_a_month_waits_for_its_seed(self, here, written):
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, month(written, "2026-12"))
        with pytest.raises(RegisterError, match="frame of 2026-12 monthly is fixed and waits"):
            rotate(asked(written), **WHY)
        assert len(list((here / "keys").iterdir())) == 1

    def test_a_key_inside_the_outputs(self, here, written):
        moved = here / "out" / "references.key"
        shutil.copy(here / "keys" / "references.key", moved)
        with pytest.raises(SecretError, match="must not live inside"):
            rotate(asked(written, key_file=str(moved)), **WHY)
        assert not list((here / "out").glob("references-*"))

    def test_the_invented_authority(self, here):
        with pytest.raises(ParameterError, match="key is public and is never rotated"):
            rotate(read_parameters(PLAN, {}), **WHY)

    def test_before_there_is_a_register(self, tmp_path, monkeypatch, written):
        set_up(monkeypatch, tmp_path)
        create_key()
        with pytest.raises(RegisterError, match="There is no register at"):
            rotate(asked(written), **WHY)

    @pytest.mark.parametrize("name", ["by", "reason"])
    def test_a_case_number_in_the_words(self, here, written, name):
        number = max(case_numbers(asked(written)), key=len)
        with pytest.raises(ParameterError, match=f"`{name}` holds a case number") as seen:
            rotate(asked(written), **WHY | {name: f"Asked for because of {number}."})
        assert number not in str(seen.value)
        assert len(list((here / "keys").iterdir())) == 1

    def test_a_round_of_permanent_tickets_does_not_go_on(self, here, written):
        round_of = {"rotation_seed": "a round of 2026"}
        plan(written, "2026-12", **round_of)
        rotate(asked(written), **WHY)
        for months, words in ((12, "in the last 12 months stays out"), (0, "nobody stays out")):
            again = round_of | {"not_audited_within_months": months}
            said = rf"`rotation_seed`: 2026-12-monthly used it before .* {words}"
            with pytest.raises(RegisterError, match=said):
                runner.run(PLAN, month(written, "2027-01", **again))
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, month(written, "2027-01", rotation_seed="a new round"))

    def test_a_key_made_anew_where_one_is_lost(self, here, own, monkeypatch, capsys):
        (here / "keys" / "references.key").unlink()
        assert call(monkeypatch, "key", "-f", own) == 2
        assert "Restore it from the backup" in capsys.readouterr().err
        assert list((here / "keys").iterdir()) == []


@pytest.fixture
def own(here, written):
    """A parameter file of the small authority."""
    path = here / "own.yml"
    path.write_text(json.dumps(month(written, "2026-12")), encoding="utf-8")
    return str(path)


class TestCommandLine:
    def test_rotate_and_show(self, here, own, monkeypatch, capsys):
        old = load_key()
        words = ["--by", "QA lead", "--reason", "The yearly rotation.", "-f", own]
        assert call(monkeypatch, "key", "rotate", *words) == 0
        told = capsys.readouterr().out
        new = load_key()
        assert f"Key {old.key_id} is replaced by {new.key_id}.\n" in told
        assert "0 in the register could not be linked" in told
        assert "Back it up now" in told
        assert call(monkeypatch, "key", "rotate", *words) == 0
        assert "(recorded before" in capsys.readouterr().out
        assert load_key() == new
        assert call(monkeypatch, "key", "show", "-f", own) == 0
        told = capsys.readouterr().out
        assert told.startswith(f"Current key: {new.key_id}\n")
        assert f"{old.key_id} → {new.key_id}  by QA lead: The yearly rotation." in told

    def test_who_and_why_are_asked_for(self, here, own, monkeypatch, capsys):
        assert call(monkeypatch, "key", "rotate", "-f", own) == 2
        assert "--by" in capsys.readouterr().err
        assert call(monkeypatch, "key", "rotate", "--by", "X", "--reason", "short", "-f", own) == 2
        assert "at least 10 characters" in capsys.readouterr().err

    def test_the_option_belongs_after_the_command(self, here, own, monkeypatch, capsys):
        assert call(monkeypatch, "key", "-f", own, "show") == 2
        assert "Give -f after the name of the command" in capsys.readouterr().err

    def test_a_lost_key(self, here, own, monkeypatch, capsys):
        (here / "keys" / "references.key").unlink()
        words = ["--by", "QA lead", "--reason", "The disk failed, no backup.", "-f", own]
        assert call(monkeypatch, "key", "rotate", *words) == 2
        assert call(monkeypatch, "key", "rotate", "--lost", *words) == 0
        told = capsys.readouterr().out
        assert "12 of them drawn or audited" in told
        assert "The old key is lost" in told


def test_a_whole_rotation_leaks_nothing(rotated, written, own, monkeypatch, capfd, caplog):
    """Numbers and keys in everything that is said, recorded, published or named."""
    caplog.set_level("DEBUG")
    here, old = rotated
    words = ["--by", "QA lead", "--reason", "A laptop was stolen.", "-f", own]
    assert call(monkeypatch, "key", "rotate", *words) == 0
    assert call(monkeypatch, "run", PLAN, "-f", own) == 3
    assert call(monkeypatch, "run", PLAN, "-f", own, "-p", "seed", DICE["2026-12"]) == 0
    assert call(monkeypatch, "key", "show", "-f", own) == 0
    assert call(monkeypatch, "register", "show", "-f", own) == 0
    assert call(monkeypatch, "key", "-f", own) == 2, "there is one"
    said = capfd.readouterr()
    keys = [old, load_key(), *load_keys(asked(written, "2026-12")).earlier]
    assert len({key.key_id for key in keys}) == 3
    texts = here / "texts"
    texts.mkdir()
    (texts / "said.txt").write_text(said.out + said.err + caplog.text, encoding="utf-8")
    (texts / "register.txt").write_text(
        register_text(here / "out" / "register.sqlite"), encoding="utf-8"
    )
    names = "\n".join(path.relative_to(here).as_posix() for path in here.rglob("*"))
    (texts / "names.txt").write_text(names, encoding="utf-8")
    shutil.copytree(here / "out" / "2026-12" / "shareable", texts / "shareable")
    numbers = [one for one in case_numbers(asked(written)) if one not in DICE.values()]
    everywhere = [texts, here / "out" / "2026-12" / "restricted" / "verification"]
    assert not leak_scan(everywhere, numbers)
    spelled = [spelling for key in keys for spelling in spellings(key)]
    everything = b"".join(
        path.read_bytes() for path in [*texts.rglob("*"), *(here / "out").rglob("*")]
        if path.is_file()
    ).lower()  # fmt: skip
    assert not [one for one in spelled if one.lower() in everything]
    assert keys[0].secret.hex().encode() in (
        kept_path(key_place(asked(written)), old.key_id).read_bytes()
    ), "the search finds a key where there is one"


def spellings(key: Key) -> list[bytes]:
    import base64

    return [
        key.secret,
        key.secret.hex().encode(),
        base64.b64encode(key.secret).rstrip(b"="),
        base64.b32encode(key.secret).rstrip(b"="),
    ]


def register_text(path: Path) -> str:
    """Every text that the register holds, one a line, but for its fingerprints' digits."""
    import sqlite3

    connection = sqlite3.connect(path)
    listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = [name for (name,) in listed if not name.startswith("sqlite_")]
    lines = []
    for table in tables:
        for row in connection.execute(f"SELECT * FROM {table}"):
            lines += [str(value) for value in row if isinstance(value, str)]
    connection.close()
    assert any(line.startswith("The yearly rotation.") for line in lines)
    return "\n".join(lines)
