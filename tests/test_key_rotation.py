"""Rotation of the key: what it links, what it refuses, and what a crash leaves."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from key_samples import (
    CHILDREN,
    WORDS,
    draw_under,
    drawn_children,
    fix_under,
    mode_of,
    opened,
    register_v1,
)
from plan_factory import KEY
from tiers import thorough

from qa_sampling.errors import RegisterError, SecretError
from qa_sampling.records import key_files, keys
from qa_sampling.records.key_files import find_key, find_keys, kept_path, next_path
from qa_sampling.records.key_rotation import links_to, rotate_key
from qa_sampling.records.keys import FOLDER_VARIABLE, Key, create_key, load_key
from qa_sampling.records.link_tables import follow
from qa_sampling.records.register import Register
from qa_sampling.records.transaction import Transaction
from qa_sampling.sampling.tickets import pseudonym

posix = pytest.mark.skipif(os.name != "posix", reason="uses fork")


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "keys"))
    return tmp_path / "keys" / "references.key"


@pytest.fixture
def register(tmp_path):
    with opened(tmp_path / "register.sqlite") as held:
        yield held
        assert held.check() == ()


def refs_of(children, key):
    return {pseudonym(child, key.secret) for child in children}


def again(reason):
    return WORDS | {"reason": reason}


class TestRotation:
    def test_every_number_is_linked_and_both_keys_are_there(self, register, path):
        old = create_key()
        draw = draw_under(register, old, "2026-11")
        done = rotate_key(None, register, CHILDREN, **WORDS)
        new = load_key()
        assert new != old
        assert load_key(done.kept_file) == old
        assert done.kept_file.name == f"references-{old.key_id}.key"
        assert (done.key_file, done.resumed) == (path.resolve(), False)
        assert {mode_of(file) for file in path.parent.iterdir()} == {0o600}
        assert sorted(file.name for file in path.parent.iterdir()) == sorted(
            ["references.key", done.kept_file.name]
        )
        expected = {pseudonym(c, old.secret): pseudonym(c, new.secret) for c in CHILDREN}
        assert register.latest_references() == expected
        past = register.past_audits()
        assert set(past["case_ref"]) == {expected[ref] for ref in draw.cases["case_ref"]}
        assert set(past["kind"]) == {"assigned"}

    def test_what_is_recorded(self, register):
        old = create_key()
        draw_under(register, old, "2026-11")
        done = rotate_key(None, register, CHILDREN, **WORDS).recorded
        (row,) = register.rotations().to_dict("records")
        assert row == vars(done)
        assert (done.old_key_id, done.new_key_id) == (old.key_id, load_key().key_id)
        assert (done.rotated_by, done.reason) == ("QA lead", "The yearly rotation.")
        assert done.rotated_at == "2026-11-02T12:00:00+00:00"
        assert (done.linked, done.not_linked, done.audited_not_linked) == (30, 0, 0)
        event = register.events()[-1]
        assert event.kind == "key rotated"
        assert json.loads(event.body)["rows"]["reference_links"][0] == 30

    def test_who_is_in_no_file_any_more_is_counted(self, register):
        old = create_key()
        draw = draw_under(register, old, "2026-11", audits=4)
        gone = [*drawn_children(draw, old)[:3]]
        gone += [child for child in CHILDREN if child not in drawn_children(draw, old)][:5]
        here = [child for child in CHILDREN if child not in gone]
        done = rotate_key(None, register, here, **WORDS).recorded
        assert (done.linked, done.not_linked, done.audited_not_linked) == (22, 8, 3)

    def test_the_draw_of_before_is_as_it_was(self, register):
        old = create_key()
        draw = draw_under(register, old, "2026-11")
        rotate_key(None, register, CHILDREN, **WORDS)
        recorded = register.find_draw("2026-11", "monthly")
        assert recorded.draw.sample.equals(draw.sample)
        assert register.key_id_of("2026-11-monthly") == old.key_id

    def test_links_are_not_in_the_order_of_the_numbers(self, register, tmp_path):
        """Rows in the order of the numbers would tell whose number is larger."""
        old = create_key()
        draw_under(register, old, "2026-11")
        rotate_key(None, register, CHILDREN, **WORDS)
        links = list(register.latest_references())
        assert links == sorted(links)
        assert links != [pseudonym(child, old.secret) for child in CHILDREN]

    def test_blank_numbers_and_white_space_do_not_count(self, register):
        old = create_key()
        draw_under(register, old, "2026-11")
        done = rotate_key(None, register, ["", "  ", f" {CHILDREN[0]} ", CHILDREN[0]], **WORDS)
        assert done.recorded.linked == 1
        assert set(register.latest_references()) == refs_of([CHILDREN[0]], old)

    def test_no_number_at_all(self, register):
        old = create_key()
        draw_under(register, old, "2026-11", audits=4)
        done = rotate_key(None, register, [], **WORDS).recorded
        assert (done.linked, done.not_linked, done.audited_not_linked) == (0, 30, 4)

    def test_a_key_file_with_another_name(self, register, tmp_path):
        place = tmp_path / "safe" / "inventshire.key"
        old = create_key(place)
        draw_under(register, old, "2026-11")
        done = rotate_key(place, register, CHILDREN, **WORDS)
        assert done.kept_file.name == f"inventshire-{old.key_id}.key"
        assert find_key(place, old.key_id) == old

    @posix
    def test_a_link_to_the_key_is_followed(self, register, tmp_path):
        real = tmp_path / "safe" / "real.key"
        old = create_key(real)
        draw_under(register, old, "2026-11")
        (tmp_path / "link.key").symlink_to(real)
        rotate_key(tmp_path / "link.key", register, CHILDREN, **WORDS)
        assert load_key(tmp_path / "link.key") == load_key(real) != old
        assert load_key(kept_path(real, old.key_id)) == old

    def test_the_link_by_another_program(self, register):
        # printf 'qa_sampling/pid/v1\\0' > m; printf '0012345' >> m
        # openssl dgst -sha256 -mac HMAC -macopt hexkey:1111…11 (64 digits) -binary m |
        #     base32 -w0 | cut -c1-26; the same with hexkey:2222…22
        # printf id | openssl dgst -sha256 -mac HMAC -macopt hexkey:… | first 8 digits
        one, two = Key(b"\x11" * 32), Key(b"\x22" * 32)
        assert (one.key_id, two.key_id) == ("b362f817", "a51aaa39")
        found = links_to(["0012345"], two, current=one, earlier=(), recorded=(), latest={})
        assert found == {"VGAVBF27LUURCAJW65HLSHS6ZM": "EIAS7LMFFRBHGOKT6P2N5WJ5KR"}


class TestChain:
    def test_twice_in_a_year(self, register):
        first = create_key()
        draw = draw_under(register, first, "2026-01")
        rotate_key(None, register, CHILDREN, **again("The yearly rotation."))
        second = load_key()
        later = draw_under(register, second, "2026-05")
        rotate_key(None, register, CHILDREN, **again("A laptop was stolen."))
        third = load_key()
        assert register.key_ids_in_order() == [first.key_id, second.key_id, third.key_id]
        assert find_keys(keys.key_path(), register.key_ids_in_order()) == (first, second, third)
        audited = {*drawn_children(draw, first), *drawn_children(later, second)}
        assert set(register.past_audits()["case_ref"]) == refs_of(audited, third)

    def test_a_child_who_was_away_is_linked_when_back(self, register):
        first = create_key()
        draw = draw_under(register, first, "2026-01")
        child = drawn_children(draw, first)[0]
        others = [one for one in CHILDREN if one != child]
        away = rotate_key(None, register, others, **again("The yearly rotation.")).recorded
        assert (away.not_linked, away.audited_not_linked) == (1, 1)
        back = rotate_key(None, register, CHILDREN, **again("A laptop was stolen.")).recorded
        assert (back.not_linked, back.audited_not_linked) == (0, 0)
        latest = register.latest_references()
        assert latest[pseudonym(child, first.secret)] == pseudonym(child, load_key().secret)

    def test_the_same_words_on_the_same_day_are_the_same_rotation(self, register):
        create_key()
        first = rotate_key(None, register, CHILDREN, **WORDS)
        second = rotate_key(None, register, CHILDREN, **WORDS)
        assert second.resumed
        assert second.recorded == first.recorded
        assert len(register.rotations()) == 1

    def test_a_lost_key(self, register, path):
        first = create_key()
        draw = draw_under(register, first, "2026-01")
        rotate_key(None, register, CHILDREN, **again("The yearly rotation."))
        later = draw_under(register, load_key(), "2026-05", [*CHILDREN, "9999999"], audits=31)
        path.unlink()
        with pytest.raises(SecretError, match="There is no key at"):
            rotate_key(None, register, CHILDREN, **again("The disk failed, no backup."))
        done = rotate_key(None, register, CHILDREN, lost=True, **again("The disk failed."))
        assert done.recorded.old_key_is_lost
        assert done.kept_file is None
        assert (done.recorded.not_linked, done.recorded.audited_not_linked) == (1, 1)
        third = load_key()
        audited = refs_of(CHILDREN, third)
        assert len(later.cases) == 31
        assert set(register.past_audits()["case_ref"]) > audited
        assert len(set(register.past_audits()["case_ref"]) - audited) == 1
        assert set(draw.cases["case_ref"]) <= set(register.latest_references())

    def test_lost_without_an_earlier_key(self, register, path):
        old = create_key()
        draw_under(register, old, "2026-11", audits=4)
        path.unlink()
        done = rotate_key(None, register, CHILDREN, lost=True, **WORDS).recorded
        assert (done.linked, done.not_linked, done.audited_not_linked) == (0, 30, 4)
        assert done.new_key_id == load_key().key_id

    def test_lost_but_there(self, register, path):
        draw_under(register, create_key(), "2026-11")
        with pytest.raises(SecretError, match="is not lost: it lies beside"):
            rotate_key(None, register, CHILDREN, lost=True, **WORDS)
        path.unlink()
        other = create_key()
        with pytest.raises(SecretError, match=r"another key at .* than the lost one"):
            rotate_key(None, register, CHILDREN, lost=True, **WORDS)
        assert load_key() == other

    def test_lost_where_nothing_was_made_with_a_key(self, register):
        with pytest.raises(RegisterError, match="so none is lost"):
            rotate_key(None, register, CHILDREN, lost=True, **WORDS)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        present=st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=4),
        recorded=st.lists(st.sets(st.integers(0, 5)), min_size=5, max_size=5),
    )
    def test_a_child_is_known_from_its_last_presence_on(self, present, recorded):
        """Naive twin: whoever is present at a rotation has one newest reference."""
        made = [Key(bytes([number]) * 32) for number in range(len(present) + 1)]
        links, held = {}, set()
        for turn, here in enumerate(present):
            held |= refs_of(map(str, recorded[turn]), made[turn])
            links |= links_to(
                map(str, here),
                made[turn + 1],
                current=made[turn],
                earlier=made[:turn],
                recorded=held,
                latest=follow(links),
            )
        latest = follow(links)
        for child in range(6):
            last = max((turn for turn, here in enumerate(present) if child in here), default=None)
            for turn in range(len(present) if last is None else last + 1):
                mine = pseudonym(str(child), made[turn].secret)
                if mine in held and last is not None:
                    assert latest[mine] == pseudonym(str(child), made[last + 1].secret)
                elif last is None:
                    assert mine not in latest
        assert len(set(links)) == len(links)

    def test_links_that_go_round_are_refused(self):
        assert follow({"A": "B", "B": "C"}) == {"A": "C", "B": "C"}
        assert follow({}) == {}
        with pytest.raises(RegisterError, match="go round in a circle"):
            follow({"A": "B", "B": "C", "C": "A"})


class TestRefused:
    def test_while_a_frame_waits_for_its_seed(self, register, path):
        old = create_key()
        fix_under(register, old, "2026-11")
        before = sorted(path.parent.iterdir())
        with pytest.raises(RegisterError, match=r"frame of 2026-11 monthly .* waits .* its seed"):
            rotate_key(None, register, CHILDREN, **WORDS)
        assert sorted(path.parent.iterdir()) == before
        assert load_key() == old
        register.open_redraw(
            "2026-11", "monthly", reason="The key must go.", agreed_by=["A. A.", "B. B."]
        )
        rotate_key(None, register, CHILDREN, **WORDS)
        assert load_key() != old

    def test_with_another_key_than_the_registers(self, register, path):
        draw_under(register, create_key(), "2026-11")
        path.unlink()
        other = create_key()
        with pytest.raises(RegisterError, match=f"is {other.key_id}; this register's references"):
            rotate_key(None, register, CHILDREN, **WORDS)
        assert load_key() == other

    def test_in_the_repository_or_the_outputs(self, register, tmp_path):
        place = tmp_path / "outputs" / "references.key"
        draw_under(register, create_key(place), "2026-11")
        with pytest.raises(SecretError, match="must not live inside"):
            rotate_key(place, register, CHILDREN, **WORDS, never_inside=[tmp_path / "outputs"])
        assert [file.name for file in place.parent.iterdir()] == ["references.key"]

    @posix
    def test_a_key_that_others_can_read(self, register, path):
        draw_under(register, create_key(), "2026-11")
        path.chmod(0o644)
        with pytest.raises(SecretError, match="can be read by others"):
            rotate_key(None, register, CHILDREN, **WORDS)

    def test_a_kept_key_is_never_overwritten(self, register, path):
        old = create_key()
        draw_under(register, old, "2026-11")
        place = kept_path(path, old.key_id)
        other = create_key(place)
        with pytest.raises(SecretError, match="another key than its name says"):
            rotate_key(None, register, CHILDREN, **WORDS)
        assert (load_key(), load_key(place)) == (old, other)

    def test_a_key_that_waits_and_was_used_before(self, register, path):
        old = create_key()
        draw_under(register, old, "2026-11")
        shutil.copy(path, next_path(path))
        with pytest.raises(SecretError, match="a key that was used before"):
            rotate_key(None, register, CHILDREN, **WORDS)
        assert load_key() == old

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ({"by": " "}, "A rotation of the key needs the name or role"),
            ({"by": "x" * 201}, "needs the name or role"),
            ({"reason": "because"}, "needs a reason of at least 10 characters"),
        ],
    )
    def test_without_who_and_why(self, register, words, message):
        old = create_key()
        draw_under(register, old, "2026-11")
        with pytest.raises(RegisterError, match=message):
            rotate_key(None, register, CHILDREN, **WORDS | words)
        assert load_key() == old

    def test_where_nothing_can_be_written(self, register, path, monkeypatch):
        old = create_key()
        draw_under(register, old, "2026-11")

        def full(*_, **__):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(key_files.os, "fsync", full)
        with pytest.raises(SecretError, match="no key was lost"):
            rotate_key(None, register, CHILDREN, **WORDS)
        monkeypatch.undo()
        assert load_key(path) == old

    def test_the_old_key_after_the_rotation(self, register):
        old = create_key()
        draw_under(register, old, "2026-11")
        rotate_key(None, register, CHILDREN, **WORDS)
        new = load_key().key_id
        with pytest.raises(RegisterError, match=f"{old.key_id} was replaced, and {new} is current"):
            draw_under(register, old, "2026-12")
        with pytest.raises(RegisterError, match="made with another key"):
            draw_under(register, Key(b"z" * 32), "2026-12")
        draw_under(register, load_key(), "2026-12")

    def test_a_key_cannot_be_rotated_to_one_of_before(self, register):
        draw_under(register, create_key(), "2026-11")
        first = register.key_ids_in_order()[0]
        for old, new, message in (
            (first, first, "was used before"),
            ("11111111", "22222222", "made with another key"),
        ):
            with pytest.raises(RegisterError, match=message):
                register.record_rotation(old_key_id=old, new_key_id=new, links={}, **WORDS)
        assert register.rotations().empty

    def test_late_links_of_another_key(self, register):
        draw_under(register, create_key(), "2026-11")
        with pytest.raises(RegisterError, match="made with another key"):
            register.record_links({"A": "B"}, new_key_id="22222222")
        assert register.record_links({}, new_key_id=register.key_ids_in_order()[0]) == 0

    def test_no_such_draw(self, register):
        with pytest.raises(RegisterError, match="holds no draw '2026-11-monthly'"):
            register.key_id_of("2026-11-monthly")


def test_on_a_register_of_the_released_code(tmp_path, path):
    """The register that 0.1.0 made, its key in a file, rotated and drawn from again."""
    path.parent.mkdir()
    path.write_text(Key(KEY).file_text(), encoding="ascii")
    path.chmod(0o600)
    children = [f"40{number:05d}" for number in range(1101, 1117)]
    with opened(register_v1(tmp_path / "old.sqlite"), create=False) as register:
        before = len(register.past_audits())
        done = rotate_key(None, register, children, **WORDS).recorded
        assert (done.linked, done.not_linked) == (16, 0)
        assert set(register.past_audits()["case_ref"]) <= refs_of(children, load_key())
        assert len(register.past_audits()) == before
        assert register.check() == ()


# What a crash leaves -------------------------------------------------------------------------

STEPS = [
    (key_files.os, "open"),
    (key_files.os, "fsync"),
    (os, "link"),
    (os, "unlink"),
    (os, "replace"),
    (Path, "touch"),
    (Path, "replace"),
    (Path, "unlink"),
    (Transaction, "add"),
    (Transaction, "seal"),
]


class Killed(BaseException):
    """Stands for a process that ends where it is."""


def interrupt(patch, at: int, *, after: bool, how) -> list[int]:
    """Count the calls of every step that touches disk or register; stop at one of them."""
    calls = [0]

    def counted(real):
        def call(*given, **named):
            calls[0] += 1
            stop = calls[0] == at
            if stop and not after:
                how()
            try:
                return real(*given, **named)
            finally:
                if stop and after:
                    how()

        return call

    for owner, name in STEPS:
        patch.setattr(owner, name, counted(getattr(owner, name)))
    return calls


def stop() -> None:
    raise Killed


def started(tmp_path):
    """A register with a draw under a key; gives the key."""
    old = create_key()
    with opened(tmp_path / "register.sqlite") as register:
        draw_under(register, old, "2026-11")
    return old


def rotate(tmp_path):
    with opened(tmp_path / "register.sqlite") as register:
        return rotate_key(None, register, CHILDREN, **WORDS)


def holds_together(tmp_path, path, old) -> str:
    """Check what a crash left: sound, no key lost, and a key for whatever is current."""
    with opened(tmp_path / "register.sqlite", create=False) as register:
        assert register.check() == ()
        current = register.key_ids_in_order()[-1]
        links = register.latest_references()
    assert find_key(path, old.key_id) == old, "the old key is never lost"
    found = find_key(path, current)
    assert found is not None, "whatever is current has its key"
    assert load_key(path).key_id in (old.key_id, current), "the current file is whole"
    expected = {} if found == old else {pseudonym(c, old.secret) for c in CHILDREN}
    assert set(links) == set(expected)
    return current


def converges(tmp_path, path, old) -> None:
    """A second call ends where an undisturbed one does, whatever the first one left."""
    done = rotate(tmp_path)
    with opened(tmp_path / "register.sqlite", create=False) as register:
        assert len(register.rotations()) == 1
        assert register.key_ids_in_order() == [old.key_id, done.recorded.new_key_id]
        assert register.check() == ()
        drawn = draw_under(register, load_key(), "2026-12", audits=20)
        assert len(drawn.cases) == 20
    assert load_key(path).key_id == done.recorded.new_key_id
    assert load_key(kept_path(path, old.key_id)) == old
    assert not next_path(path).exists()


def every_step(tmp_path, monkeypatch):
    """Give, for every step of a rotation, its number and a place where it has not begun."""
    first = tmp_path / "first"
    first.mkdir()
    monkeypatch.setenv(FOLDER_VARIABLE, str(first / "keys"))
    old = started(first)
    shutil.copytree(first, tmp_path / "counted")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "counted" / "keys"))
    with pytest.MonkeyPatch.context() as patch:
        calls = interrupt(patch, -1, after=False, how=stop)
        rotate(tmp_path / "counted")
    assert calls[0] > 15
    for at in range(1, calls[0] + 1):
        place = tmp_path / f"at{at}"
        shutil.copytree(first, place)
        monkeypatch.setenv(FOLDER_VARIABLE, str(place / "keys"))
        yield at, place, keys.key_path(), old


@pytest.mark.parametrize("after", [False, thorough(True)])
def test_raised_at_every_step(tmp_path, monkeypatch, after):
    seen = set()
    for at, place, path, old in every_step(tmp_path, monkeypatch):
        with pytest.MonkeyPatch.context() as patch:
            interrupt(patch, at, after=after, how=stop)
            with pytest.raises(Killed):
                rotate(place)
        current = holds_together(place, path, old)
        seen.add((current == old.key_id, load_key(path) == old, next_path(path).exists()))
        converges(place, path, old)
    assert (True, True, False) in seen, "before anything was made"
    assert (True, True, True) in seen, "between the new key's file and the register"
    if after:
        assert (False, False, False) in seen, "after the last step"
    else:
        assert (False, True, True) in seen, "between the register and the rename"


@posix
@pytest.mark.slow
def test_killed_at_every_step(tmp_path, monkeypatch):
    """The same with a process that really ends there: nothing is flushed, closed or tidied."""
    for at, place, path, old in every_step(tmp_path, monkeypatch):
        child = os.fork()
        if not child:
            try:
                with pytest.MonkeyPatch.context() as patch:
                    interrupt(patch, at, after=False, how=lambda: os._exit(137))
                    rotate(place)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
        holds_together(place, path, old)
        converges(place, path, old)
        left = [file.name for file in path.parent.iterdir() if file.suffix == ".new"]
        assert all(mode_of(path.parent / name) == 0o600 for name in left)


def test_between_register_and_rename_the_next_run_finds_the_right_key(tmp_path, path):
    old = started(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_files, "put_in_place", lambda *_, **__: stop())
        with pytest.raises(Killed):
            rotate(tmp_path)
    assert load_key() == old
    with Register.open(tmp_path / "register.sqlite") as register:
        current = register.key_ids_in_order()[-1]
        assert find_key(path, current).key_id == current != old.key_id
        draw_under(register, find_key(path, current), "2026-12")
    assert rotate(tmp_path).resumed
    assert load_key().key_id == current


def test_between_register_and_rename_a_strange_key_is_not_overwritten(tmp_path, path):
    started(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_files, "put_in_place", lambda *_, **__: stop())
        with pytest.raises(Killed):
            rotate(tmp_path)
    path.unlink()
    other = create_key()
    with pytest.raises(SecretError, match="neither the key before the last rotation"):
        rotate(tmp_path)
    assert load_key() == other


def test_a_key_that_waits_is_not_put_over_another(path):
    old = create_key()
    waiting = create_key(next_path(path))
    with pytest.raises(SecretError, match="where none was"):
        key_files.put_in_place(path, old=None, new_key_id=waiting.key_id)
    with pytest.raises(SecretError, match="not the key that was recorded"):
        key_files.put_in_place(path, old=old, new_key_id="00000000")
    assert load_key() == old


def test_two_rotations_at_once_leave_one_chain(tmp_path, path):
    """The second has read the old key as current before the first was done."""
    old = started(tmp_path)
    real = Register.record_rotation
    done = []

    def overtaken(self, **given):
        if not done:
            done.append(True)
            rotate(tmp_path)
        return real(self, **given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Register, "record_rotation", overtaken)
        with pytest.raises(SecretError, match="There is no key at"):
            rotate(tmp_path)
    holds_together(tmp_path, path, old)
    with opened(tmp_path / "register.sqlite", create=False) as register:
        assert len(register.rotations()) == 1
        assert load_key().key_id == register.key_ids_in_order()[-1]
