"""Keys, yearly secrets and seeds."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.errors import ParameterError, SecretError
from qa_sampling.records.keys import (
    FOLDER_VARIABLE,
    INVENTED_KEY,
    Key,
    check_seed,
    commitment,
    create_key,
    key_folder,
    load_key,
    seed_from_secret,
    yearly_secret,
)
from qa_sampling.sampling.tickets import pseudonym

PRINT = "ab" * 32
SEED = "1ad30521b9a153c67169a0eba3c1622f4c13375f678b5c6cb44371ba7127a87f"
PARTS = ["period", "design", "frame", "redraw", "key"]
HEX = "ab" * 32
DAMAGED = ["", "x", HEX, f"heading\n{HEX}", "é", "{heading}\nab", "{heading}\n" + HEX.upper()]
posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


@pytest.fixture(autouse=True)
def keys(tmp_path, monkeypatch):
    folder = tmp_path / "keys"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


class TestKey:
    def test_what_is_made_is_what_is_read(self, keys):
        key = create_key()
        assert load_key() == key
        assert len(key.secret) == 32
        assert (keys / "references.key").exists()

    def test_two_keys_differ(self, tmp_path):
        assert create_key(tmp_path / "a") != create_key(tmp_path / "b")

    def test_it_is_never_shown(self):
        key = create_key()
        for shown in (repr(key), str(key), f"{key}", f"{[key]!r}"):
            assert key.secret.hex() not in shown
            assert repr(key.secret) not in shown
            assert key.key_id in shown

    def test_key_id_is_the_start_of_an_hmac(self):
        # printf id | openssl dgst -sha256 -mac HMAC -macopt hexkey:0000…00 (64 zeros)
        key = Key(bytes(32))
        assert key.key_id == "34ce0b03"
        assert len(key.key_id) == 8

    def test_the_invented_key_is_the_same_everywhere(self):
        assert INVENTED_KEY.key_id == "a7824517"
        assert pseudonym("1", INVENTED_KEY.secret) == pseudonym("1", INVENTED_KEY.secret)

    def test_a_second_key_does_not_overwrite_the_first(self):
        key = create_key()
        with pytest.raises(SecretError, match="already, and another would break"):
            create_key()
        assert load_key() == key

    def test_missing(self):
        with pytest.raises(SecretError, match="There is no key at"):
            load_key()

    @pytest.mark.parametrize("text", DAMAGED)
    def test_damaged_files_are_refused_without_quoting_them(self, tmp_path, text):
        create_key()
        heading = (key_folder() / "references.key").read_text().splitlines()[0]
        path = tmp_path / "other.key"
        path.write_text(text.replace("{heading}", heading), encoding="utf-8")
        path.chmod(0o600)
        with pytest.raises(SecretError, match="damaged or not one") as caught:
            load_key(path)
        assert "abab" not in str(caught.value).lower()

    @posix
    def test_its_mode_is_the_owners_alone(self, keys):
        create_key()
        assert (keys / "references.key").stat().st_mode & 0o777 == 0o600

    @posix
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
    def test_a_key_open_to_others_is_refused(self, keys, mode):
        create_key()
        (keys / "references.key").chmod(mode)
        with pytest.raises(SecretError, match="can be read by others"):
            load_key()

    def test_a_folder_is_no_key(self, tmp_path):
        folder = tmp_path / "folder"
        folder.mkdir(mode=0o700)
        with pytest.raises(SecretError, match="cannot be read"):
            load_key(folder)

    def test_a_key_where_nothing_can_be_kept(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(SecretError, match="could not be kept"):
            create_key(tmp_path / "file" / "references.key")

    @pytest.mark.parametrize("place", ["key", "deep/er/key", "../repo/key"])
    def test_never_inside_the_repository(self, tmp_path, place):
        repository = tmp_path / "repo"
        repository.mkdir()
        for give in (create_key, load_key):
            with pytest.raises(SecretError, match="must not live inside"):
                give(repository / place, never_inside=[tmp_path / "outputs", repository])
        assert not (repository / "key").exists()

    @posix
    def test_a_link_into_the_repository_is_followed(self, tmp_path):
        (tmp_path / "repo").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "repo")
        with pytest.raises(SecretError, match="must not live inside"):
            create_key(tmp_path / "link" / "key", never_inside=[tmp_path / "repo"])

    def test_the_default_folder_is_the_users_own(self, monkeypatch):
        monkeypatch.delenv(FOLDER_VARIABLE)
        assert "qa-sampling" in str(key_folder())
        monkeypatch.setenv(FOLDER_VARIABLE, "  ")
        assert "qa-sampling" in str(key_folder())


class TestYearlySecret:
    def test_made_once_and_read_again(self):
        secret = yearly_secret(2027, create=True)
        assert yearly_secret(2027) == secret
        assert yearly_secret(2027, create=True) == secret
        assert yearly_secret(2028, create=True) != secret

    def test_missing(self):
        with pytest.raises(SecretError, match="There is no secret of 2027"):
            yearly_secret(2027)

    def test_never_inside(self, tmp_path):
        with pytest.raises(SecretError, match="must not live inside"):
            yearly_secret(2027, folder=tmp_path / "x", create=True, never_inside=[tmp_path])

    @pytest.mark.parametrize("year", [27, "2027", True, 20270])
    def test_a_year_is_a_year(self, year):
        with pytest.raises(ParameterError, match="`year` must be a year"):
            yearly_secret(year)

    def test_commitment_is_the_sha256_of_the_bytes(self):
        # head -c 32 /dev/zero | sha256sum
        zeros = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
        assert commitment(Key(bytes(32))) == zeros

    def test_seed_by_another_program(self):
        # printf 'qa_sampling/seed/v1\0002026-11\000monthly\0000\000abab…' |
        #     openssl dgst -sha256 -mac HMAC -macopt hexkey:0000…00 (64 zeros)
        assert seed_from_secret(Key(bytes(32)), "2026-11", "monthly", PRINT) == SEED
        assert check_seed(SEED) == SEED

    @given(st.lists(st.sampled_from(PARTS), min_size=1, unique=True))
    def test_every_part_counts(self, parts):
        changed = {
            "key": Key(b"1" * 32) if "key" in parts else Key(bytes(32)),
            "period": "2026-12" if "period" in parts else "2026-11",
            "design": "themed" if "design" in parts else "monthly",
            "frame": "cd" * 32 if "frame" in parts else PRINT,
        }
        seed = seed_from_secret(*changed.values(), redraw=int("redraw" in parts))
        assert seed != seed_from_secret(Key(bytes(32)), "2026-11", "monthly", PRINT)

    def test_no_seed_without_a_frame(self):
        with pytest.raises(ParameterError, match="Fix the frame first"):
            seed_from_secret(Key(bytes(32)), "2026-11", "monthly", "")

    @pytest.mark.parametrize("names", [("", "monthly"), ("2026-11", " "), ("2026\x00", "x")])
    def test_no_seed_without_names(self, names):
        with pytest.raises(ParameterError, match="must name the draw"):
            seed_from_secret(Key(bytes(32)), *names, PRINT)


class TestSeed:
    @pytest.mark.parametrize("seed", ["5341796018", "53417 96018", "seed😊12345", "0000000001"])
    def test_fair_throws(self, seed):
        assert check_seed(seed) == seed

    @pytest.mark.parametrize(
        ("seed", "message"),
        [
            (5341796018, "must be text; got int"),
            (None, "must be text"),
            ("", "at least 10 characters; got 0"),
            ("123456789", "at least 10 characters; got 9"),
            ("1 2 3 4 5 6 7 8", "at least 10 characters; got 8"),
            ("1111111111", "repeats one character"),
            ("11111 11111", "repeats one character"),
            (" 5341796018", "white space around it"),
            ("5341796018\n", "white space around it"),
            ("53417\n96018", "control characters"),
            ("53417\x0096018", "control characters"),
        ],
    )
    def test_refused(self, seed, message):
        with pytest.raises(ParameterError, match=message):
            check_seed(seed)
