"""Check a published audit draw with nothing but Python's standard library.

Usage: python verify_draw.py frame.csv draw.json

``frame.csv`` holds the pseudonymised cases that could be drawn; ``draw.json`` holds the seed,
the parameters and the sample. This program shares no code with the package that made the
draw. It derives the sample again by the published rule and says YES, or what differs.

The rule. (1) The frame's fingerprint is the SHA-256 of its lines, sorted, under a header.
(2) A ticket is the SHA-256 of: tag, zero byte, seed, zero byte, reference. Tags:
qa_sampling/ticket/v1 (draw), qa_sampling/family/v1, qa_sampling/rounding/v1. (3) If one
child stands for each family, it is the one with the lowest family ticket. (4) In each
stratum the lowest draw tickets are audited, the next are reserves. (5) How many: as the
record says; where targets were rounded at random, that rounding is done again here.
"""

import csv
import hashlib
import json
import sys
from pathlib import Path

MILLION = 1_000_000
COLUMNS = ["case_ref", "stratum", "row", "column", "family_ref"]


def ticket_of(tag: str, seed: str, name: str) -> str:
    """Give one ticket in hexadecimal.

    Parameters
    ----------
    tag : {"ticket", "family", "rounding"}
        What the ticket is for.
    seed : str
        Seed text, as published.
    name : str
        Case reference, or the name of a toss or a cell.
    """
    return hashlib.sha256("\0".join((f"qa_sampling/{tag}/v1", seed, name)).encode()).hexdigest()


def fingerprint_of(frame: list) -> str:
    """Give the fingerprint of the frame."""
    lines = sorted("\x1f".join(case[name] for name in COLUMNS) for case in frame)
    head = f"qa_sampling/frame/v1\x1f{','.join(COLUMNS)}\x1f{len(lines)}"
    return hashlib.sha256(("\n".join([head, *lines]) + "\n").encode()).hexdigest()


def one_per_family(frame: list, seed: str) -> list:
    """Keep the child with the lowest family ticket of each family."""
    lowest = {}
    for case in frame:
        mine = (ticket_of("family", seed, case["case_ref"]), case["case_ref"])
        lowest[case["family_ref"]] = min(lowest.get(case["family_ref"], mine), mine)
    chosen = {ref for _, ref in lowest.values()}
    return [case for case in frame if case["case_ref"] in chosen]


def find_loop(edges: dict) -> list:
    """Walk along cells that are not whole, row, column, row …, until a line is met again."""
    open_cells = [cell for cell in edges if edges[cell] % MILLION]
    if not open_cells:
        return []
    line, loop, met = ("row", open_cells[0][1]), [], []
    while line not in met:
        met.append(line)
        side = 1 if line[0] == "row" else 2
        for cell in open_cells:
            if cell[side] == line[1] and (not loop or cell != loop[-1]):
                break
        loop.append(cell)
        line = ("column", cell[2]) if line[0] == "row" else ("row", cell[1])
    return loop[met.index(line) :]


def round_targets(targets: dict, seed: str) -> dict:
    """Round a table of targets at random, its rows, columns and total held."""
    names = {cell: ticket_of("rounding", seed, f"order {cell[0]}") for cell in targets}
    order = sorted(targets, key=lambda cell: (names[cell], cell))
    edges = {cell: targets[cell] % MILLION for cell in order}
    rest = "\0slack"
    rows, columns = {}, {}
    for cell in order:
        rows[cell[1]] = (rows.get(cell[1], 0) + edges[cell]) % MILLION
        columns[cell[2]] = (columns.get(cell[2], 0) + edges[cell]) % MILLION
    for name, part in rows.items():
        edges[(rest, name, rest)] = (MILLION - part) % MILLION
    for name, part in columns.items():
        edges[(rest, rest, name)] = (MILLION - part) % MILLION
    corner = sum(edges[(rest, name, rest)] for name in rows)
    edges[(rest, rest, rest)] = (MILLION - corner % MILLION) % MILLION
    step = 0
    while loop := find_loop(edges):
        step += 1
        raised, lowered = loop[::2], loop[1::2]
        gain = min([MILLION - edges[cell] for cell in raised] + [edges[cell] for cell in lowered])
        loss = min([edges[cell] for cell in raised] + [MILLION - edges[cell] for cell in lowered])
        heads = int(ticket_of("rounding", seed, f"step {step}"), 16) * (gain + loss) < loss << 256
        change = gain if heads else -loss
        for cell in raised:
            edges[cell] += change
        for cell in lowered:
            edges[cell] -= change
    return {cell: targets[cell] // MILLION + edges[cell] // MILLION for cell in order}


def _sizes_of(record: dict, standing: list) -> tuple:
    """Settle how many of each stratum are audited; also give what differs."""
    strata, rule = record["strata"], record["parameters"]
    cells = {(case["stratum"], case["row"], case["column"]) for case in standing}
    recorded = {label: part["sampled"] for label, part in strata.items()}
    if rule["rounding"] != "controlled":
        return recorded, []
    targets = {cell: strata.get(cell[0], {}).get("target_millionths", 0) for cell in cells}
    if sum(targets.values()) != rule["audits"] * MILLION:
        return recorded, ["The targets do not add up to the number of audits."]
    derived = {cell[0]: size for cell, size in round_targets(targets, record["seed"]).items()}
    wrong = [label for label in recorded if recorded[label] != derived.get(label, 0)]
    faults = [f"Stratum {label!r}: another number of audits follows." for label in sorted(wrong)]
    return derived, faults


def derive(frame: list, record: dict) -> tuple:
    """Derive the sample by the rule: rows as in the record, and what differs in the sizes."""
    rule, seed = record["parameters"], record["seed"]
    standing = one_per_family(frame, seed) if rule["one_per_family"] else frame
    sizes, faults = _sizes_of(record, standing)
    ticket_seed = rule["ticket_seed"] or seed
    sample = []
    for label in sorted(sizes):
        start = rule["start_after"].get(label, "")
        line = []
        for case in standing:
            if case["stratum"] == label:
                value = ticket_of("ticket", ticket_seed, case["case_ref"])
                line.append((value <= start if start else False, value, case["case_ref"]))
        line.sort()
        taken = sizes[label]
        spare = min(rule["reserves"], len(line) - taken) if taken else 0
        for rank, (_, value, ref) in enumerate(line[: taken + spare], start=1):
            kind = "sample" if rank <= taken else "reserve"
            sample.append([ref, label, kind, rank, value])
    return sample, faults


def sample_fingerprint_of(sample: list) -> str:
    """Give the fingerprint of a sample."""
    lines = sorted("\x1f".join(map(str, row)) for row in sample)
    text = "\n".join([f"qa_sampling/sample/v1\x1f{len(lines)}", *lines, ""])
    return hashlib.sha256(text.encode()).hexdigest()


def check(frame: list, record: dict) -> list:
    """List everything in which the record differs from the rule."""
    if record.get("version") != "qa_sampling/draw/v1":
        return ["The record is of a version this program does not know."]
    if len({case["case_ref"] for case in frame}) != len(frame):
        return ["The frame holds a case more than once."]
    if fingerprint_of(frame) != record["frame_fingerprint"]:
        return ["The frame is not the one whose fingerprint was recorded."]
    sample, faults = derive(frame, record)
    said, found = sorted(map(tuple, record["sample"])), sorted(map(tuple, sample))
    faults += [
        f"Case {row[0]} is recorded but does not follow." for row in said if row not in found
    ]
    faults += [f"Case {row[0]} follows but is not recorded so." for row in found if row not in said]
    if len(set(said)) != len(said):
        faults.append("The record names a case more than once.")
    for label, part in sorted(record["strata"].items()):
        spare = sum(row[1] == label and row[2] == "reserve" for row in found)
        if part["reserves"] != spare:
            faults.append(f"Stratum {label!r}: another number of reserves follows.")
    if not faults and sample_fingerprint_of(sample) != record["sample_fingerprint"]:
        faults.append("The cases agree, but the record's sample fingerprint is another.")
    audits = sum(row[2] == "sample" for row in found)
    if audits != record["parameters"]["audits"]:
        faults.append(f"{audits} audits follow; {record['parameters']['audits']} were asked for.")
    return faults


def main(arguments: list) -> int:
    """Check the two files named on the command line; 0 for YES, 1 for NO, 2 for misuse."""
    if len(arguments) != 2:
        print("Usage: python verify_draw.py frame.csv draw.json")
        return 2
    with Path(arguments[0]).open(encoding="utf-8-sig", newline="") as handle:
        frame = list(csv.DictReader(handle))
    try:
        record = json.loads(Path(arguments[1]).read_text(encoding="utf-8"))
        faults = check(frame, record)
    except (AttributeError, KeyError, TypeError, ValueError):
        faults = ["The frame or the record is not of the published form."]
    for fault in faults:
        print(f"NO: {fault}")
    if not faults:
        audits = record["parameters"]["audits"]
        print(f"YES: all {audits} audits follow from the frame of {len(frame)} cases and the seed.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
