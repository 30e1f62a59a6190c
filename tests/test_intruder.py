"""A motivated intruder with everything that is published, and without the key.

A reference is HMAC-SHA256 under 32 secret bytes, so the intruder's only way from numbers to
references is to guess the key or to find that something else stands for it. Seven digits make
ten million numbers, which any computer can try; what is tested is that trying finds nothing.

Why a sample of the ten million is enough: HMAC-SHA256 treats no number differently from another,
so a rule that turned numbers into references would do so for the numbers of the sample as well.
The sample holds the true numbers of every child of the frame, which no blind sample would, and
the same search with the right key finds all of them (`test_the_search_itself_works`). By chance
alone ten million tries meet one of 2,000 references of 130 bits with probability
2 · 10**10 / 2**130, less than 2 in 10**29.
"""

import base64
import hashlib
import hmac
import json

import numpy as np
import pytest
from key_samples import WORDS, draw_under, opened
from scipy import stats

from qa_sampling.records import keys, link_records, link_tables
from qa_sampling.records.key_files import KeyRing
from qa_sampling.records.key_rotation import rotate_key
from qa_sampling.records.keys import FOLDER_VARIABLE, INVENTED_KEY, Key, create_key, load_key
from qa_sampling.sampling.tickets import pseudonym, tickets
from qa_sampling.sampling.verification import draw_record, frame_csv

CHILDREN = [f"{number:07d}" for number in range(1_234_500, 1_234_700)]
SAMPLE = [*CHILDREN, *(f"{number:07d}" for number in range(0, 10_000_000, 2_500))]
SEED = "dice of 2026-11"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Everything a month leaves that names no child, before and after a rotation of its key."""
    from key_samples import frame_under

    base = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(base / "keys"))
        key = create_key()
        with opened(base / "register.sqlite") as register:
            draw = draw_under(register, key, "2026-11", CHILDREN, audits=12)
            rotate_key(None, register, CHILDREN, **WORDS)
            new = load_key()
            links = register.latest_references()
            head = register.head()
    record = draw_record(draw)
    frame = frame_under(key, CHILDREN)
    return {
        "key": key,
        "new": new,
        "references": set(frame.cases["case_ref"]),
        "links": links,
        "known": [SEED, draw.frame_fingerprint, draw.fingerprint, head, key.key_id, new.key_id],
        "texts": [frame_csv(frame), json.dumps(record)],
    }


def guesses(published):
    """Give the rules an intruder would try, each from a number to a reference."""

    def shown(digest: bytes) -> str:
        return base64.b32encode(digest).decode()[:26]

    prefixes = [b"", b"qa_sampling/pid/v1", b"qa_sampling/pid/v1\x00"]
    for prefix in prefixes:
        yield lambda text, p=prefix: shown(hashlib.sha256(p + text.encode()).digest())
        yield lambda text, p=prefix: shown(hashlib.sha256(text.encode() + p).digest())
    candidates = [b"", bytes(16), bytes(32), b"id", INVENTED_KEY.secret]
    for text in published["known"]:
        candidates += [text.encode(), hashlib.sha256(text.encode()).digest()]
        if len(text) % 2 == 0 and set(text) <= set("0123456789abcdef"):
            candidates.append(bytes.fromhex(text))
    candidates += [text.encode() for text in sorted(published["references"])[:5]]
    for candidate in candidates:
        yield lambda text, c=candidate: shown(
            hmac.new(c, b"qa_sampling/pid/v1\x00" + text.encode(), hashlib.sha256).digest()
        )


def test_trying_numbers_finds_none(published):
    rules = list(guesses(published))
    assert len(rules) >= 25
    for rule in rules:
        assert not published["references"] & {rule(number) for number in SAMPLE}


def test_the_search_itself_works(published):
    key = published["key"].secret
    found = {pseudonym(number, key) for number in SAMPLE} & published["references"]
    assert found == published["references"]
    assert len(found) == len(CHILDREN)


def test_a_plain_hash_would_have_been_found(published):
    """What the key is for: without one, the same search finds every child."""
    rule = next(guesses(published))
    plain = {rule(number) for number in CHILDREN}
    assert {rule(number) for number in SAMPLE} >= plain


def test_two_keys_share_nothing(published):
    """Neither references, nor their order, nor their bits, nor the tickets made from them."""
    one = [pseudonym(number, b"1" * 32) for number in CHILDREN]
    two = [pseudonym(number, b"2" * 32) for number in CHILDREN]
    assert not {*one} & {*two}
    for these, those in ((one, two), (tickets(one, SEED), tickets(two, SEED))):
        rank = stats.spearmanr(np.argsort(np.argsort(these)), np.argsort(np.argsort(those)))
        assert abs(rank.statistic) < 4 / np.sqrt(len(CHILDREN))
    same = sum(bits(a) == bits(b) for a, b in zip("".join(one), "".join(two), strict=True))
    assert same / len("".join(one)) == pytest.approx(1 / 32, abs=0.01)
    differing = [
        (int.from_bytes(raw(a)) ^ int.from_bytes(raw(b))).bit_count()
        for a, b in zip(one, two, strict=True)
    ]
    half = 8 * len(raw(one[0])) / 2
    assert np.mean(differing) == pytest.approx(half, abs=4 * np.sqrt(half / 2 / len(differing)))


def bits(character: str) -> int:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".index(character)


def raw(reference: str) -> bytes:
    return base64.b32decode(reference + "=" * (-len(reference) % 8))[:16]


def test_references_say_nothing_of_the_numbers(published):
    """Neighbouring numbers have references that are strangers to each other."""
    refs = [pseudonym(number, b"1" * 32) for number in CHILDREN]
    order = stats.spearmanr(range(len(refs)), np.argsort(np.argsort(refs)))
    assert abs(order.statistic) < 4 / np.sqrt(len(refs))
    assert len({ref[:8] for ref in refs}) == len(refs)
    assert not any(number in "".join(published["texts"]) for number in CHILDREN)


def test_the_links_need_a_key_as_well(published):
    """The register says which old reference is which new one, and of neither whose it is."""
    assert set(published["links"]) == published["references"]
    for rule in guesses(published):
        tried = {rule(number) for number in SAMPLE}
        assert not tried & {*published["links"], *published["links"].values()}


def test_with_the_old_key_and_the_register_the_new_references_fall(published):
    """Said in docs/references.md: after a theft, the register is as secret as the stolen key."""
    stolen = published["key"].secret
    fallen = {published["links"].get(pseudonym(number, stolen)) for number in SAMPLE} - {None}
    assert fallen == {pseudonym(number, published["new"].secret) for number in CHILDREN}


def test_the_id_says_nothing_of_the_key():
    """It is 32 bits of an HMAC of a fixed text: no bit of the key, and no bit of a reference."""
    made = [Key(hashlib.sha256(bytes([number])).digest()) for number in range(200)]
    ids = [key.key_id for key in made]
    assert len(set(ids)) == len(ids)
    for key in made:
        assert key.key_id not in key.secret.hex()
        assert bytes.fromhex(key.key_id) not in key.secret
        assert not pseudonym("id", key.secret).startswith(
            base64.b32encode(bytes.fromhex(key.key_id)).decode()[:6]
        )
    near = Key(made[0].secret[:-1] + bytes([made[0].secret[-1] ^ 1]))
    turned = int(near.key_id, 16) ^ int(made[0].key_id, 16)
    assert 6 <= turned.bit_count() <= 26, "one bit of the key turns half of the id"


def test_keys_are_compared_in_a_time_that_says_nothing(monkeypatch):
    used = []
    real = hmac.compare_digest

    def watched(one, other):
        used.append((one, other))
        return real(one, other)

    monkeypatch.setattr(keys.hmac, "compare_digest", watched)
    one, two = Key(b"1" * 32), Key(b"2" * 32)
    assert one == Key(b"1" * 32)
    assert one != two
    assert len(used) == 2
    assert one != "1" * 32
    assert {one, Key(b"1" * 32), two} == {one, two}


def test_nothing_shows_a_key():
    ring = KeyRing(Key(b"1" * 32), (Key(b"2" * 32),))
    for shown in (repr(ring), str(ring), f"{ring}"):
        for key in (ring.key, *ring.earlier):
            assert key.secret.hex() not in shown
            assert repr(key.secret) not in shown
            assert key.key_id in shown


def test_what_the_register_keeps_of_a_key_is_its_id():
    columns = {
        *link_records.key_rotations.columns.keys(),
        *link_tables.reference_links.columns.keys(),
        *link_records.relinkings.columns.keys(),
    }
    assert not {name for name in columns if "secret" in name or "child" in name}
    assert {name for name in columns if "key" in name} == {
        "old_key_id",
        "new_key_id",
        "old_key_is_lost",
    }
