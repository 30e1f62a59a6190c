"""Which cases: tickets, draws, reserves, and why a case was drawn.

The rule, in one paragraph. Every case has a reference (a keyed pseudonym) and a ticket: the
SHA-256 of a version tag that names the purpose, a zero byte, the seed text, a zero byte and
the reference, all in UTF-8. Where one child stands for each family, the child with the
lowest "family" ticket does. In each stratum the cases are put in the order of their
"draw" tickets, ties by reference; the first n are audited, the next are its reserves. How
many n is follows from the allocation: a fixed table, or a table of targets
rounded with "rounding" tickets (of "order" and the stratum's label for the order of the
cells, of "step" and its number for each toss). The frame is fixed, and its fingerprint
recorded, before the seed is known, so nobody can steer who is drawn.

Within a stratum a larger draw begins with the smaller; row order, dtypes and library
versions change nothing; adding a case or a stratum changes the order of its own stratum
only. (How many each stratum gives may change with the frame, since all share the audits;
so may the child that stands for a family when the family changes.)
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Literal

import pandas as pd

from qa_sampling.errors import AllocationError, FrameError
from qa_sampling.sampling.allocation import Method
from qa_sampling.sampling.bounds import Bound
from qa_sampling.sampling.case_tables import check_seed
from qa_sampling.sampling.drawn_sizes import cells_of, drawn_sizes
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.rounding import coin
from qa_sampling.sampling.tickets import ticket, tickets
from qa_sampling.schema import SAMPLE

Rounding = Literal["controlled", "fixed"]
SAMPLE_VERSION = "qa_sampling/sample/v1"


@dataclass(frozen=True)
class Size:
    """How many audits, and from where.

    Attributes
    ----------
    audits : int
        Audits in all.
    method : {"proportional", "equal", "square_root", "power", "neyman", "cost_optimal"}
        Measure that the allocation follows (see ``allocation_measures``).
    rounding : {"controlled", "fixed"}
        "controlled": targets rounded at random, margins held, everybody has a chance (for
        the normal month with more strata than audits). "fixed": the same whole numbers
        whatever the seed; refused when there are fewer audits than strata.
    row_minimum, row_maximum, column_minimum, column_maximum : int, mapping or None
        Bounds of the two margins, such as at least 1 audit a team.
    minimum, maximum : int, mapping or None
        Bounds of the strata; "fixed" rounding only.
    certainty : tuple of str
        Strata audited whole; "fixed" rounding only.
    standard_deviations : mapping of str to float or None
        By stratum, for "neyman" and "cost_optimal"; "power" uses them where they are given.
    power : float or None
        Power of "power", from 0 (equal) to 1 (proportional); None for 0.5.
    costs : mapping of str to float or None
        Cost of an audit by stratum, for "cost_optimal".
    reserves : int
        Reserves in each stratum that is sampled, as far as it has cases.
    one_per_family : bool
        Whether one child stands for each family.
    """

    audits: int
    method: Method = "proportional"
    rounding: Rounding = "controlled"
    row_minimum: Bound = None
    row_maximum: Bound = None
    column_minimum: Bound = None
    column_maximum: Bound = None
    minimum: Bound = 1
    maximum: Bound = None
    certainty: tuple[str, ...] = ()
    standard_deviations: Mapping[str, float] | None = None
    reserves: int = 2
    one_per_family: bool = True
    power: float | None = None
    costs: Mapping[str, float] | None = None

    @property
    def measure(self) -> dict:
        """What the method needs to know, by the names that allocations know it by."""
        return {
            "method": self.method,
            "standard_deviations": self.standard_deviations,
            "power": self.power,
            "costs": self.costs,
        }


LATER_PARAMETERS = ("power", "costs")
"""Parameters that records of the first release lack; they are recorded only where given."""


@dataclass(frozen=True)
class _Tickets:
    """What chance decides in a draw; tests put in their own."""

    draw: Mapping[str, str]
    family: Mapping[str, str]
    toss: object
    order: Mapping[str, str] = field(default_factory=dict)


def draw_sample(
    frame: Frame,
    size: Size,
    *,
    seed: str,
    ticket_seed: str = "",
    start_after: Mapping[str, str] | None = None,
) -> Draw:
    """Draw the sample of a fixed frame.

    Parameters
    ----------
    frame : Frame
        Fixed frame.
    size : Size
        How many, and from where.
    seed : str
        Seed text, given after the frame was fixed.
    ticket_seed : str, optional
        Seed of permanent tickets, for rotation over a year: the same tickets every month.
        Empty for fresh tickets from `seed`.
    start_after : mapping of str to str, optional
        By stratum, the ticket after which the order starts (rotation by rank; Ohlsson 1995);
        the order wraps round. Only with `ticket_seed`.

    Returns
    -------
    Draw

    Raises
    ------
    FrameError
        When the frame is empty or the seed is blank.
    AllocationError
        When the size cannot be met, or is not in whole numbers.

    Notes
    -----
    With one child a family the draw has two phases: the child that stands, 1 of m in the
    family; then `target` of the `available` cases that stand in its stratum. A case's inclusion
    probability is the product of the two, given who stands; its inverse is the weight, which
    estimates totals without bias.
    """
    if frame.cases.empty:
        raise FrameError(
            "No case is eligible, so nothing can be drawn. See the funnel for the rule that "
            "excluded them."
        )
    for name in ("audits", "reserves"):
        value = getattr(size, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise AllocationError(f"`{name}` must be a whole number, 0 or more; got {value!r}.")
    check_seed(seed)
    if start_after and not ticket_seed:
        raise FrameError("`start_after` rotates permanent tickets; give their `ticket_seed` too.")
    refs = frame.cases["case_ref"].tolist()
    chance = _Tickets(
        draw=dict(zip(refs, tickets(refs, ticket_seed or seed), strict=True)),
        family=_family_tickets(refs, frame.cases, seed) if size.one_per_family else {},
        toss=coin(seed),
        order={
            label: ticket(f"order {label}", seed, purpose="rounding")
            for label in frame.cases["stratum"].unique().tolist()
        },
    )
    sample, allocation, set_aside = _select(frame.cases, size, chance, dict(start_after or {}))
    parameters = _plain(size) | {
        "ticket_seed": ticket_seed,
        "start_after": dict(sorted((start_after or {}).items())),
    }
    return Draw(
        sample=sample,
        allocation=allocation,
        set_aside=set_aside,
        seed=seed,
        frame_fingerprint=frame.fingerprint,
        method=f"{size.method}, {size.rounding} rounding",
        parameters=parameters,
        fingerprint=sample_fingerprint(sample),
    )


def _family_tickets(refs: list[str], cases: pd.DataFrame, seed: str) -> dict[str, str]:
    """Give the "family" tickets of children with siblings in the frame; others need none."""
    families = cases["family_ref"].tolist()
    children = Counter(families)
    together = [ref for ref, family in zip(refs, families, strict=True) if children[family] > 1]
    return dict(zip(together, tickets(together, seed, purpose="family"), strict=True))


def sample_fingerprint(sample: pd.DataFrame) -> str:
    """Give the SHA-256 of the canonical text of a sample; row order does not count.

    Parameters
    ----------
    sample : DataFrame
        Columns `case_ref`, `stratum`, `drawn_as`, `rank`, `ticket`.
    """
    columns = ["case_ref", "stratum", "drawn_as", "rank", "ticket"]
    rows = zip(*(sample[name].tolist() for name in columns), strict=True)
    lines = sorted("\x1f".join(map(str, row)) for row in rows)
    text = "\n".join([f"{SAMPLE_VERSION}\x1f{len(lines)}", *lines, ""])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _plain(size: Size) -> dict:
    """Give the size as plain values for a record."""
    record = {}
    for name, value in vars(size).items():
        if name in LATER_PARAMETERS and value is None:
            continue
        if isinstance(value, Mapping):
            value = dict(sorted(value.items()))
        record[name] = list(value) if isinstance(value, tuple) else value
    return record


def _select(
    cases: pd.DataFrame, size: Size, chance: _Tickets, start_after: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Do the draw with the chances given: sample, allocation and siblings set aside."""
    refs = cases["case_ref"].tolist()
    labels = cases["stratum"].tolist()
    family_of = dict(zip(refs, cases["family_ref"].tolist(), strict=True))
    children = Counter(family_of.values()) if size.one_per_family else {}
    away = _set_aside(family_of, children, chance) if size.one_per_family else set()
    waiting: dict[str, dict[str, str]] = {label: {} for label in sorted(set(labels))}
    for ref, label in zip(refs, labels, strict=True):
        if ref not in away:
            waiting[label][ref] = chance.draw[ref]
    available = {label: len(held) for label, held in waiting.items()}
    table = drawn_sizes(
        cells_of(cases, labels),
        Counter(labels),
        available,
        size,
        toss=chance.toss,
        order=chance.order,
    )
    drawn, spares = [], []
    for label, target, taken in zip(
        table["stratum"], table["target"], table["sampled"].tolist(), strict=True
    ):
        held = waiting[label]
        spares.append(min(size.reserves, len(held) - taken) if taken else 0)
        first = in_ticket_order(held, start_after.get(label, ""), count=taken + spares[-1])
        for rank, ref in enumerate(first, start=1):
            probability = target / len(held) / children.get(family_of[ref], 1)
            drawn.append(_drawn(ref, label, rank, rank <= taken, chance.draw[ref], probability))
    sample = _sample_table(drawn)
    table.insert(table.columns.get_loc("sampled") + 1, "reserves", spares)
    aside = sorted(away)
    reason = "another child of the family stands for it"
    set_aside = pd.DataFrame({"case_ref": aside, "reason": [reason] * len(aside)}, dtype="str")
    return sample, table, set_aside


def _set_aside(
    family_of: Mapping[str, str], children: Mapping[str, int], chance: _Tickets
) -> set[str]:
    """Give the siblings who do not stand for their family: all but the lowest "family" ticket."""
    together: dict[str, list[tuple[str, str]]] = {}
    for ref, family in family_of.items():
        if children[family] > 1:
            together.setdefault(family, []).append((chance.family[ref], ref))
    return {ref for held in together.values() for _, ref in sorted(held)[1:]}


def _sample_table(drawn: list[tuple]) -> pd.DataFrame:
    kinds = dict.fromkeys(SAMPLE.names, "str") | {
        "rank": "Int64",
        "inclusion_probability": "float64",
        "weight": "float64",
    }
    parts = zip(*drawn, strict=True) if drawn else [()] * len(kinds)
    columns = zip(kinds.items(), parts, strict=True)
    return pd.DataFrame({name: pd.Series(list(part), dtype=kind) for (name, kind), part in columns})


def _drawn(ref: str, label: str, rank: int, audited: bool, value: str, probability: float) -> tuple:
    if not audited:
        return (ref, label, "reserve", rank, value, None, None)
    return (ref, label, "sample", rank, value, probability, 1 / probability)


def in_ticket_order(
    held: Mapping[str, str], start: str = "", *, count: int | None = None
) -> list[str]:
    """Order references by ticket, ties by reference.

    Parameters
    ----------
    held : mapping of str to str
        Ticket by reference.
    start : str, optional
        Ticket after which the order starts; it wraps round. Empty for the lowest.
    count : int, optional
        How many, the first ones; all by default.
    """
    pairs = zip(held.values(), held.keys(), strict=True)
    if count is not None and not start:
        return [ref for _, ref in nsmallest(count, pairs)]
    line = sorted(pairs)
    first = bisect_right(line, start, key=lambda place: place[0]) if start else 0
    return [ref for _, ref in line[first:] + line[:first]][:count]
