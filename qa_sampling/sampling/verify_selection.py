"""Check a published selection, or a large draw, with nothing but Python's standard library.

Usage: python verify_selection.py cases.csv selection.json

A sibling of ``verify_draw.py``; it shares no code with the package that made the selection.
``selection.json`` holds the seed, the method, its parameters and what was selected.
``cases.csv`` holds for a selection `case_ref`, `stratum`, `inclusion_probability` (Python's
``float.hex``) and `place` (in the ordered list, from 0; blank where no list counts); for a
large draw `case_ref` and `stratum`.

The rules. (1) A number from 0 to 1 is the SHA-256 of tag, zero byte, seed, zero byte and a name,
over 2**256. A case's own number has the tag qa_sampling/ticket/v1 and its reference as
name; what else chance decides has qa_sampling/selection/v1 and the method, the stratum and
what is decided, joined by byte 31. (2) Cases with probability 1 are taken. Of the others, n:
``tickets`` the lowest numbers u; ``poisson`` all with u < p; ``sequential_poisson`` the lowest
u / p; ``pareto`` the lowest u / (1 - u) over p / (1 - p); ``systematic`` those whose piece of the
running sum of p down the list holds start, start + 1 …; ``randomised_systematic`` the same with
the list in the order of numbers of its own. (3) A large draw takes the lowest tickets of each
stratum: the first 8 bytes of SHA-256, or SipHash-2-4 under half the SHA-256 of tag and seed.

The cube, Sampford, the pivotal and local pivotal methods are not checked here: they take hundreds
of lines, so a second program would convince nobody.
"""

import csv
import hashlib
import json
import sys
from math import fsum
from pathlib import Path

UNIT = 2**52
TICKET, SELECTION = "qa_sampling/ticket/v1", "qa_sampling/selection/v1"
LARGE = "qa_sampling/large-draw/v1"
LISTS = ("systematic", "randomised_systematic")
KNOWN = ("tickets", "poisson", "sequential_poisson", "pareto", *LISTS)
MASK = 2**64 - 1


def digest_of(tag: str, seed: str, name: str) -> str:
    """Give a ticket in hexadecimal.

    Parameters
    ----------
    tag : str
        What it is for.
    seed : str
        Seed text, as published.
    name : str
        Case reference, or what is decided.
    """
    return hashlib.sha256("\0".join((tag, seed, name)).encode()).hexdigest()


def fingerprint_of(lines: list) -> str:
    """Give the fingerprint of a selection's lines."""
    text = "\n".join([f"{SELECTION}\x1f{len(lines)}", *sorted(lines), ""])
    return hashlib.sha256(text.encode()).hexdigest()


def lines_of(cases: list) -> list:
    """Give the canonical lines of cases."""
    return [f"{case['case_ref']}\x1f{case['stratum']}\x1f{case['p'].hex()}" for case in cases]


def whole_units(probabilities: list, n: int) -> list:
    """Count probabilities in 2**-52 so that they add up to n exactly: the gap goes evenly."""
    units = [min(max(round(p * UNIT), 1), UNIT - 1) for p in probabilities]
    gap = n * UNIT - sum(units)
    middle_first = sorted(range(len(units)), key=lambda at: (abs(units[at] - UNIT // 2), at))
    while gap:
        share, sign = max(abs(gap) // len(units), 1), 1 if gap > 0 else -1
        for at in middle_first:
            move = sign * min(share, abs(gap))
            if gap and 0 < units[at] + move < UNIT:
                units[at] += move
                gap -= move
    return units


def _down_the_list(group: list, n: int, method: str, label: str, seed: str) -> list:
    """Take every case whose piece of the running sum holds a whole step from the start."""
    name = f"{method}\x1f{label}\x1f"
    if method == "systematic":
        order = sorted(range(len(group)), key=lambda at: group[at]["place"])
    else:
        own = [digest_of(SELECTION, seed, f"{name}case\x1f{case['case_ref']}") for case in group]
        order = sorted(range(len(group)), key=lambda at: (own[at], at))
    start = int(digest_of(SELECTION, seed, f"{name}start"), 16) * UNIT >> 256
    units = whole_units([case["p"] for case in group], n)
    taken, passed = [], 0
    for at in order:
        before, passed = passed, passed + units[at]
        if (passed - start - 1) // UNIT > (before - start - 1) // UNIT:
            taken.append(group[at]["case_ref"])
    return taken


def _by_numbers(group: list, n: int, method: str, seed: str) -> list:
    """Take cases by their own numbers."""
    ranked = []
    for case in group:
        ticket, p = digest_of(TICKET, seed, case["case_ref"]), case["p"]
        u = ((int(ticket, 16) >> 204) + 0.5) / UNIT
        if method == "poisson":
            ranked += [(0, case["case_ref"])] if u < p else []
            continue
        value = {"tickets": ticket, "sequential_poisson": u / p}.get(method)
        if method == "pareto":
            value = (u / (1 - u)) / (p / (1 - p))
        ranked.append((value, case["case_ref"]))
    return [ref for _, ref in (ranked if method == "poisson" else sorted(ranked)[:n])]


def derive(cases: list, record: dict) -> tuple:
    """Derive who is selected by the rules; also give what is wrong with the sizes."""
    rule, method, seed = record["parameters"], record["method"], record["seed"]
    sizes, groups, faults = rule["sizes"], {}, []
    for case in sorted(cases, key=lambda case: case["case_ref"]):
        apart = sizes is None or isinstance(sizes, dict)
        groups.setdefault(case["stratum"] if apart else "all", []).append(case)
    selected = [case["case_ref"] for case in cases if case["p"] >= 1]
    for label, group in sorted(groups.items()):
        expected = fsum(case["p"] for case in group)
        n = round(expected) if sizes is None else sizes[label] if apart else sizes
        if abs(expected - n) > 1e-6 and (method != "poisson" or sizes is not None):
            faults.append(f"The probabilities of {label!r} add up to {expected:.6f}, not to {n}.")
        if not rule["size_column"] and sizes is not None:
            equal = all(case["p"] == n / len(group) for case in group)
            faults += [] if equal else [f"The probabilities of {label!r} are not equal."]
        open_cases = [case for case in group if 0 < case["p"] < 1]
        left = n - sum(case["p"] >= 1 for case in group)
        if method in LISTS and open_cases:
            selected += _down_the_list(open_cases, left, method, label, seed)
        elif open_cases:
            selected += _by_numbers(open_cases, left, method, seed)
    return sorted(selected), faults


def check_selection(cases: list, record: dict) -> list:
    """List everything in which the record of a selection differs from the rules."""
    method = record["method"]
    if method not in KNOWN:
        return [f"{method!r} cannot be checked by this program, only with the package."]
    cases = [
        case | {"p": float.fromhex(case["inclusion_probability"]), "place": int(case["place"] or 0)}
        for case in cases
    ]
    if any(not 0 <= case["p"] <= 1 for case in cases):
        return ["A probability does not lie between 0 and 1."]
    lines, sizes = lines_of(cases), record["parameters"]["sizes"]
    apart = sizes is None or isinstance(sizes, dict)
    groups = {}
    for case in sorted(cases, key=lambda case: case["case_ref"]):
        if 0 < case["p"] < 1:
            groups.setdefault(case["stratum"] if apart else "all", []).append(case)
    for label, group in groups.items():
        refs = [case["case_ref"] for case in sorted(group, key=lambda case: case["place"])]
        if method == "systematic" and refs != sorted(refs):
            lines.append(f"order\x1f{label}\x1f" + "\x1f".join(refs))
    if fingerprint_of(lines) != record["frame_fingerprint"]:
        return ["The cases are not those whose fingerprint was recorded."]
    selected, faults = derive(cases, record)
    said = record["sample"]
    faults += [
        f"Case {ref} is recorded but does not follow." for ref in said if ref not in selected
    ]
    faults += [f"Case {ref} follows but is not recorded." for ref in selected if ref not in said]
    if len(set(said)) != len(said):
        faults.append("The record names a case more than once.")
    sample = lines_of([case for case in cases if case["case_ref"] in set(selected)])
    if not faults and fingerprint_of(sample) != record["fingerprint"]:
        faults.append("The cases agree, but the record's fingerprint is another.")
    return faults


def siphash(key: bytes, message: bytes) -> int:
    """Give SipHash-2-4 (Aumasson and Bernstein 2012) of a message, a number below 2**64."""
    low, high = (int.from_bytes(part, "little") for part in (key[:8], key[8:]))
    v = [low ^ 0x736F6D6570736575, high ^ 0x646F72616E646F6D]
    v += [low ^ 0x6C7967656E657261, high ^ 0x7465646279746573]

    def turn(at: int, bits: int) -> None:
        v[at] = (v[at] << bits | v[at] >> (64 - bits)) & MASK

    def mix(times: int) -> None:
        for _ in range(times):
            for a, b, c, d in ((0, 1, 2, 3), (2, 1, 0, 3)):
                v[a], v[c] = (v[a] + v[b]) & MASK, (v[c] + v[d]) & MASK
                turn(b, 13 if a == 0 else 17)
                turn(d, 16 if a == 0 else 21)
                v[b], v[d] = v[b] ^ v[a], v[d] ^ v[c]
                turn(a, 32)

    padded = message + b"\0" * (7 - len(message) % 8) + bytes([len(message) % 256])
    for start in range(0, len(padded), 8):
        word = int.from_bytes(padded[start : start + 8], "little")
        v[3] ^= word
        mix(2)
        v[0] ^= word
    v[2] ^= 0xFF
    mix(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def check_large(cases: list, record: dict) -> list:
    """List everything in which the record of a large draw differs from the rules."""
    kind, seed, strata = record["ticket"], record["seed"], {}
    if kind not in ("sha256", "siphash-2-4"):
        return ["The record's tickets are of a kind this program does not know."]
    key = hashlib.sha256(f"{TICKET}\0{seed}".encode()).digest()[:16]
    for case in cases:
        ref = case["case_ref"]
        if kind == "sha256":
            ticket = digest_of(TICKET, seed, ref)
        else:
            ticket = f"{siphash(key, ref.encode()):016x}"
        strata.setdefault(case["stratum"], []).append((ticket, ref))
    counted = {label: part["population"] for label, part in record["strata"].items()}
    if counted != {label: len(held) for label, held in strata.items()}:
        return ["The strata do not hold the recorded numbers of cases."]
    lines = []
    for label in sorted(strata):
        drawn = sorted(strata[label])[: record["strata"][label]["sampled"]]
        for rank, (ticket, ref) in enumerate(drawn, start=1):
            lines.append(f"{ref}\x1f{label}\x1f{rank}\x1f{ticket[:16]}\n")
    text = f"{LARGE}\x1f{kind}\x1f{len(lines)}\n" + "".join(lines)
    if hashlib.sha256(text.encode()).hexdigest() != record["fingerprint"]:
        return ["The draw that follows is another than the recorded one."]
    return []


def check(cases: list, record: dict) -> list:
    """List everything in which a record differs from the rules."""
    if len({case["case_ref"] for case in cases}) != len(cases):
        return ["The table holds a case more than once."]
    checks = {SELECTION: check_selection, LARGE: check_large}
    if record.get("version") not in checks:
        return ["The record is of a version this program does not know."]
    return checks[record["version"]](cases, record)


def main(arguments: list) -> int:
    """Check the two files named on the command line; 0 for YES, 1 for NO, 2 for misuse."""
    if len(arguments) != 2:
        print("Usage: python verify_selection.py cases.csv selection.json")
        return 2
    with Path(arguments[0]).open(encoding="utf-8-sig", newline="") as handle:
        cases = list(csv.DictReader(handle))
    try:
        faults = check(cases, json.loads(Path(arguments[1]).read_text(encoding="utf-8")))
    except (AttributeError, KeyError, TypeError, ValueError):
        faults = ["The table or the record is not of the published form."]
    for fault in faults:
        print(f"NO: {fault}")
    if not faults:
        print(f"YES: what is recorded follows from the table of {len(cases)} cases and the seed.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
