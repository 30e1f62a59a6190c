"""Why a case was drawn, and whether a published draw follows from its frame and seed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, fields

import pandas as pd

from qa_sampling.errors import AllocationError, FrameError, VerificationError
from qa_sampling.sampling.frame import frame_fingerprint
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.rounding import UNIT
from qa_sampling.sampling.selection import (
    LATER_PARAMETERS,
    Size,
    draw_sample,
    in_ticket_order,
)
from qa_sampling.sampling.tickets import as_fraction, ticket, tickets

RECORD_VERSION = "qa_sampling/draw/v1"
_FRAME_COLUMNS = ["case_ref", "stratum", "row", "column", "family_ref"]


@dataclass(frozen=True)
class Explanation:
    """Why one case was drawn, or was not.

    Attributes
    ----------
    case_ref : str
        Reference of the case.
    sentence : str
        The reason in words, such as "Ticket 0.0132, rank 7 of 96 in North / Child protection
        plan, cut at 10: drawn."
    """

    case_ref: str
    sentence: str


def explain(frame: Frame, draw: Draw, case_ref: str) -> Explanation:
    """Say why a case was drawn, or was not.

    Parameters
    ----------
    frame : Frame
        The frame of the draw.
    draw : Draw
        The draw.
    case_ref : str
        Reference of the case.

    Raises
    ------
    FrameError
        When the reference is unknown to the population, or the draw is of another frame.
    """
    if frame.fingerprint != draw.frame_fingerprint:
        raise FrameError("The draw was made from another frame; give the frame of its month.")
    excluded = frame.exclusions.set_index("case_ref")["reason"]
    aside = draw.set_aside.set_index("case_ref")["reason"]
    for reasons, where in ((excluded, "Not in the frame"), (aside, "In the frame, not drawn")):
        if case_ref in reasons.index:
            return Explanation(case_ref, f"{where}: {reasons[case_ref]}.")
    known = frame.cases.set_index("case_ref")
    if case_ref not in known.index:
        raise FrameError("That reference is not in this month's population. Check how it is typed.")
    stratum = known.loc[case_ref, "stratum"]
    beside = known[(known["stratum"] == stratum) & ~known.index.isin(aside.index)].index
    seed = draw.parameters["ticket_seed"] or draw.seed
    start = draw.parameters["start_after"].get(stratum, "")
    order = in_ticket_order(dict(zip(beside, tickets(beside, seed), strict=True)), start)
    rank = order.index(case_ref) + 1
    here = draw.allocation.set_index("stratum").loc[stratum]
    cut, reserves = int(here["sampled"]), int(here["reserves"])
    verdict = "drawn" if rank <= cut else "a reserve" if rank <= cut + reserves else "not drawn"
    number = as_fraction(ticket(case_ref, seed))
    return Explanation(
        case_ref,
        f"Ticket {number:.4f}, rank {rank} of {len(order)} in {stratum}, cut at {cut}: {verdict}.",
    )


def frame_csv(frame: Frame) -> str:
    """Give the pseudonymised frame as CSV: what a verifier needs, and no child's number.

    Parameters
    ----------
    frame : Frame
        The frame of a draw.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_FRAME_COLUMNS)
    writer.writerows(frame.cases[_FRAME_COLUMNS].itertuples(index=False, name=None))
    return text.getvalue()


def draw_record(draw: Draw) -> dict:
    """Give a draw as plain values: with the frame's CSV all that is needed to verify it.

    Parameters
    ----------
    draw : Draw
        The draw.

    Returns
    -------
    dict
        `version`, `seed`, `frame_fingerprint`, `sample_fingerprint`, `parameters`, `strata` (by
        stratum the target in millionths of an audit, the whole number and the reserves)
        and `sample` (reference, stratum, drawn as, rank, ticket).
    """
    columns = ["stratum", "target", "sampled", "reserves"]
    rows = draw.allocation[columns].itertuples(index=False, name=None)
    sample = draw.sample[["case_ref", "stratum", "drawn_as", "rank", "ticket"]]
    return {
        "version": RECORD_VERSION,
        "seed": draw.seed,
        "frame_fingerprint": draw.frame_fingerprint,
        "sample_fingerprint": draw.fingerprint,
        "parameters": draw.parameters,
        "strata": {
            label: {
                "target_millionths": round(target * UNIT),
                "sampled": int(sampled),
                "reserves": int(reserves),
            }
            for label, target, sampled, reserves in rows
        },
        "sample": [
            [ref, label, kind, int(rank), value]
            for ref, label, kind, rank, value in sample.itertuples(index=False, name=None)
        ],
    }


def verify_draw(record: Mapping, frame_table: pd.DataFrame) -> tuple[str, ...]:
    """Draw again from the published frame, seed and parameters, and compare.

    Parameters
    ----------
    record : mapping
        What :func:`draw_record` gave, as read back from JSON.
    frame_table : DataFrame
        The published frame: `case_ref`, `stratum`, `row`, `column`, `family_ref`, as text.

    Returns
    -------
    tuple of str
        What differs, in words; empty when the draw follows exactly.

    Raises
    ------
    VerificationError
        When the record or the frame is not of the known form.
    """
    _check_form(record, frame_table)
    fingerprint = frame_fingerprint(frame_table)
    if fingerprint != record["frame_fingerprint"]:
        return (
            f"The frame is not the one that was fixed: its fingerprint is {fingerprint[:16]}…, the "
            f"record says {record['frame_fingerprint'][:16]}….",
        )
    try:
        again = draw_record(draw_again(record, frame_table)[1])
    except (AllocationError, FrameError) as refused:
        return (f"The recorded parameters do not lead to a draw: {refused}",)
    return (*_different_strata(record, again), *_different_cases(record, again))


def draw_again(
    record: Mapping, frame_table: pd.DataFrame, exclusions: pd.DataFrame | None = None
) -> tuple[Frame, Draw]:
    """Draw once more from a published record and its frame.

    Parameters
    ----------
    record, frame_table
        As for :func:`verify_draw`.
    exclusions : DataFrame, optional
        `case_ref` and `reason` of the cases that were not in the frame.

    Returns
    -------
    (Frame, Draw)
        With empty link and funnel: a published record does not hold them.
    """
    given = dict(record["parameters"])
    ticket_seed, start_after = given.pop("ticket_seed"), given.pop("start_after")
    size = Size(**given | {"certainty": tuple(given["certainty"])})
    nothing = pd.DataFrame({"case_ref": [], "reason": []}, dtype="str")
    left_out = nothing if exclusions is None else exclusions
    fingerprint = frame_fingerprint(frame_table)
    frame = Frame(frame_table, nothing, nothing, left_out, (), fingerprint)
    draw = draw_sample(
        frame,
        size,
        seed=record["seed"],
        ticket_seed=ticket_seed,
        start_after=start_after or None,
    )
    return frame, draw


def _check_form(record: Mapping, frame_table: pd.DataFrame) -> None:
    if record.get("version") != RECORD_VERSION:
        raise VerificationError(
            f"This record is of version {record.get('version')!r}; this package verifies "
            f"{RECORD_VERSION!r}. Use the release that made it."
        )
    missing = [name for name in _FRAME_COLUMNS if name not in frame_table.columns]
    if missing:
        raise VerificationError(f"The published frame has no column {missing[0]!r}.")
    if frame_table["case_ref"].duplicated().any():
        raise VerificationError("The published frame holds a case more than once.")
    parts = ("seed", "frame_fingerprint", "sample_fingerprint", "parameters", "strata", "sample")
    absent = [name for name in parts if name not in record]
    rule = record.get("parameters", {})
    expected = {field.name for field in fields(Size)} | {"ticket_seed", "start_after"}
    absent += [f"parameters.{name}" for name in sorted(expected - set(rule) - {*LATER_PARAMETERS})]
    if absent:
        raise VerificationError(f"The record lacks `{absent[0]}`; it is not whole.")
    if strangers := sorted(set(rule) - expected):
        raise VerificationError(f"The record's parameter `{strangers[0]}` is unknown.")


def _different_strata(record: Mapping, again: Mapping) -> tuple[str, ...]:
    differences = []
    for label in sorted(set(record["strata"]) | set(again["strata"])):
        said, found = record["strata"].get(label), again["strata"].get(label)
        if said != found:
            published = said["sampled"] if said else "no"
            derived = found["sampled"] if found else "no"
            differences.append(
                f"Stratum {label!r}: the record says {published} audits, the rule gives {derived} "
                f"(or its target or reserves differ)."
            )
    return tuple(differences)


def _different_cases(record: Mapping, again: Mapping) -> tuple[str, ...]:
    said = {row[0]: tuple(row) for row in record["sample"]}
    found = {row[0]: tuple(row) for row in again["sample"]}
    differences = []
    for ref in sorted(set(said) | set(found)):
        if ref not in found:
            differences.append(f"Case {ref} is in the record, but the rule does not draw it.")
        elif ref not in said:
            differences.append(f"Case {ref} should have been drawn as {found[ref][2]}.")
        elif said[ref] != found[ref]:
            differences.append(f"Case {ref} is recorded with another stratum, rank or ticket.")
    if len(said) != len(record["sample"]):
        differences.append("The record names a case more than once.")
    if not differences and again["sample_fingerprint"] != record["sample_fingerprint"]:
        differences.append("The cases agree, but the record's sample fingerprint is another.")
    return tuple(differences)
