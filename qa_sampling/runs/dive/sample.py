"""The cases to read: drawn by tickets from the children concerned, and from others alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from qa_sampling.records.keys import Key, keyed_text
from qa_sampling.records.recorded_draw import FixedFrame, RecordedDraw
from qa_sampling.runs.dive.cases import OUTCOME, Dive, of_unit
from qa_sampling.runs.dive.strata import strata_of
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.sampling.allocation import allocate
from qa_sampling.sampling.frame import frame_fingerprint, frame_from_snapshot
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.planning import size_for_proportion
from qa_sampling.sampling.planning_precision import precision_of
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import FRAME
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.day_cases import why_no_sample
from qa_sampling.trends.dive_cases import values_of
from qa_sampling.trends.driver_results import Drivers

CONCERNED, COMPARISON = "Concerned", "Comparison"
_PART = ": "
_MARGIN = "Deep dive"
"""Both margins of the frame: they are shown to readers, who must not see who is concerned."""


_NO_SIGNAL = (
    "No spike was found, and no group that carries one, so no case is drawn: reading would find "
    "what is always there. Write draw_when: always to read all the same."
)


@dataclass(frozen=True)
class Reading:
    """The cases to read. Restricted: a row a child.

    Attributes
    ----------
    cases : DataFrame
        One row a drawn case: `part` ("Concerned", "Comparison"), `case_ref`, `stratum`,
        `inclusion_probability`, `weight`, and what is known of it.
    strata : DataFrame
        `part`, `stratum`, `population` (families), `sampled`, `reserves`.
    balance : DataFrame
        `column`, `value`, `concerned`, `comparison`: shares of what both must have in common.
    frame : Frame or None
        All who could be drawn, in strata of part and group; None when nothing was drawn.
    draw : Draw or None
        The draw, as the register takes it.
    size_words : str
        How many there are, and why.
    withheld : int
        Children left out because their records are restricted.
    why_not : str
        Why nothing was drawn; blank when something was.
    formed : DataFrame
        How the strata of the concerned were formed: ``strata.Strata.formed``.
    note : str
        That the cases were drawn before, from other records; mostly blank.
    """

    cases: pd.DataFrame
    strata: pd.DataFrame
    balance: pd.DataFrame
    frame: Frame | None
    draw: Draw | None
    size_words: str
    withheld: int
    why_not: str
    formed: pd.DataFrame
    note: str = ""

    @property
    def is_drawn(self) -> bool:
        """Whether there are cases to read."""
        return self.draw is not None

    @property
    def seed(self) -> str:
        """Seed text of the draw; blank when nothing was drawn."""
        return self.draw.seed if self.draw else ""

    @property
    def frame_fingerprint(self) -> str:
        """SHA-256 of the frame, which was fixed before its seed."""
        return self.draw.frame_fingerprint if self.draw else ""


@dataclass(frozen=True)
class Earlier:
    """A draw of this deep dive that the register holds.

    Attributes
    ----------
    recorded : RecordedDraw
        The draw.
    fixed : FixedFrame
        Its frame.
    """

    recorded: RecordedDraw
    fixed: FixedFrame


_CASES = ["part", "case_ref", "stratum", "inclusion_probability", "weight"]
_STRATA = ["part", "stratum", "population", "sampled", "reserves"]
_BALANCE = ["column", "value", "concerned", "comparison"]


def nothing_to_read(why_not: str) -> Reading:
    """Give a reading without cases.

    Parameters
    ----------
    why_not : str
        Why nothing is drawn.
    """
    empty = [pd.DataFrame(columns=names) for names in (_CASES, _STRATA, _BALANCE)]
    return Reading(*empty, None, None, "", 0, why_not, pd.DataFrame())


def draw_reading(
    told: Told,
    dive: Dive,
    settings: DeepDive,
    found: Mapping[str, Drivers],
    *,
    key: Key,
    is_signal: bool,
    earlier: Earlier | None = None,
) -> Reading:
    """Draw the cases to read: one child a family, in every stratum by its lowest tickets.

    The concerned are drawn in strata of every driver (``strata.strata_of``) and "Elsewhere", in
    equal parts as far as there are families; the others alike from families of whom no child is
    concerned, as many in each cell of `match_on`, as far as there are such families. Of a count
    they are those of the months it is held against. It is one draw of fixed sizes, so that
    ``verify_draw`` can follow it.

    Parameters
    ----------
    told : Told
        Name the children who are never drawn.
    dive : Dive
        The cases.
    settings : DeepDive
        Say how many, and what others must have in common with them.
    found : mapping of str to Drivers
        What the searches named: of everybody, and within the unit.
    key : Key
        Key of the references; where no seed is given, the seed is made with it too.
    is_signal : bool
        Whether there is a signal.
    earlier : Earlier, optional
        The draw that the register holds: it stands.
    """
    none = not is_signal and all(one.named.empty for one in found.values())
    if why_not := why_no_sample(dive.measure):
        return nothing_to_read(why_not)
    if earlier is None and settings.draw_when == "signal" and none:
        return nothing_to_read(_NO_SIGNAL)
    ours, others, formed = _frames(told, dive, settings, found, key)
    if earlier is None and ours.empty:
        return nothing_to_read("No child is concerned in these months, so there is none to read.")
    known = pd.concat([ours, others], ignore_index=True)
    frame, note = _frame(known, key), ""
    if earlier is not None:
        if earlier.recorded.frame_fingerprint != frame.fingerprint:
            formed = formed.iloc[:0]
            note = (
                f"These cases were drawn on {earlier.recorded.drawn_at[:10]}; the records have "
                "changed since, and the draw stands."
            )
            frame = replace(
                frame,
                cases=frame_from_snapshot(earlier.fixed.snapshot),
                fingerprint=earlier.fixed.fingerprint,
            )
        draw = earlier.recorded.draw
    else:
        seed = settings.seed or keyed_text(
            key, "qa_sampling/deep_dive/v2", settings.slug, frame.fingerprint
        )
        draw = _drawn(frame, known, settings, seed)
    withheld = dive.now.loc[dive.now["child_id"].isin(told.never_drawn), "child_id"].nunique()
    cases = _known(draw, pd.concat([known, children_of(dive, told, key)]))
    strata = _counts(draw)
    return Reading(
        cases=cases, strata=strata, balance=_balance(cases, settings), frame=frame, draw=draw,
        size_words=_size_words(strata, settings), withheld=int(withheld), why_not="",
        formed=formed, note=note,
    )  # fmt: skip


def _frames(
    told: Told, dive: Dive, settings: DeepDive, found: Mapping[str, Drivers], key: Key
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give the concerned and the others, a row a child, each with its stratum; and how formed."""
    now, elsewhere = _children(dive.now, told, key), _children(dive.before, told, key)
    now, elsewhere = of_unit(now, settings), of_unit(elsewhere, settings)
    ours = now[now[OUTCOME] == 1]
    others = now[now[OUTCOME] == 0] if dive.is_share else elsewhere
    others = others[~others["family_ref"].isin(ours["family_ref"])]
    read = settings.read or _needed(max(1, ours["family_ref"].nunique()), settings)
    strata = strata_of(ours, found, fewest=settings.stratum_families, read=read)
    return (
        ours.assign(stratum=_label(CONCERNED, strata.stratum)),
        others.assign(stratum=_label(COMPARISON, _cells(others, settings))),
        strata.formed,
    )


def children_of(dive: Dive, told: Told, key: Key) -> pd.DataFrame:
    """Give every child of the dive who may be read, with the reference, each child's latest case.

    Parameters
    ----------
    dive : Dive
        The cases of both spans.
    told : Told
        Name the children who are never drawn.
    key : Key
        Key of the references.
    """
    every = pd.concat([_children(one, told, key) for one in (dive.now, dive.before)])
    return every.drop_duplicates("case_ref").reset_index(drop=True)


def _label(part: str, group: pd.Series) -> pd.Series:
    return part + _PART + group.astype("str")


def _children(cases: pd.DataFrame, told: Told, key: Key) -> pd.DataFrame:
    held = cases[~cases["child_id"].isin(told.never_drawn)]
    held = held.sort_values([OUTCOME, "start"], kind="stable").drop_duplicates(
        "child_id", keep="last"
    )
    reference = pd.Series(
        [pseudonym(number, key.secret) for number in held["child_id"]], held.index, dtype="str"
    )
    known = held["family_id"].notna() & (held["family_id"].astype("str").str.strip() != "")
    family = [
        pseudonym(f"family {one}", key.secret) if there else own
        for one, there, own in zip(held["family_id"], known, reference, strict=True)
    ]
    return held.assign(family_ref=family, case_ref=reference).reset_index(drop=True)


def _cells(cases: pd.DataFrame, settings: DeepDive) -> pd.Series:
    if not settings.match_on:
        return pd.Series("All", index=cases.index)
    text = [cases[name].astype("object").astype("str") for name in settings.match_on]
    joined = text[0]
    for one in text[1:]:
        joined = joined + ", " + one
    return joined


def _frame(known: pd.DataFrame, key: Key) -> Frame:
    """Give the frame as the monthly plan has one, so that the register and the verifier take it."""
    described = ["age", "need", "team", "start"]
    cases = known.assign(row=_MARGIN, column=_MARGIN)[[*FRAME.names, *described]]
    cases = cases.astype(dict.fromkeys(FRAME.names, "str")).sort_values("case_ref")
    return Frame(
        cases=cases.reset_index(drop=True),
        link=known[["case_ref", "child_id"]].sort_values("case_ref").reset_index(drop=True),
        funnel=pd.DataFrame(columns=["step", "reason", "excluded", "remaining"]),
        exclusions=pd.DataFrame(columns=["case_ref", "reason"]),
        strata=("part",),
        fingerprint=frame_fingerprint(cases),
    )


def _drawn(frame: Frame, known: pd.DataFrame, settings: DeepDive, seed: str) -> Draw:
    """Draw the concerned, see what they share, and draw all in fixed sizes: they stay the same."""
    ours = frame.cases["stratum"].str.startswith(CONCERNED + _PART)
    part = replace(frame, cases=frame.cases[ours].reset_index(drop=True))
    held = part.cases.drop_duplicates("family_ref")
    n = max(settings.read or _needed(len(held), settings), part.cases["stratum"].nunique())
    n = min(n, _families(part, seed))
    fixed = {"method": "equal", "rounding": "fixed"}
    first = draw_sample(part, Size(n, **fixed, minimum=1, reserves=0), seed=seed)
    sizes = dict(zip(first.allocation["stratum"], first.allocation["sampled"], strict=True))
    drawn = known[known["case_ref"].isin(first.cases["case_ref"])]
    there = _one_a_family(frame.cases[~ours], frame, seed)
    sizes |= _others(drawn, there, settings)
    sizes = {label: int(sizes.get(label, 0)) for label in frame.cases["stratum"].unique()}
    size = Size(
        sum(sizes.values()), **fixed, minimum=sizes, maximum=sizes, reserves=settings.reserves
    )
    return draw_sample(frame, size, seed=seed)


def _families(frame: Frame, seed: str) -> int:
    """Give how many can be drawn when one child stands for a family and every stratum counts."""
    return int(_one_a_family(frame.cases, frame, seed).sum())


def _one_a_family(cases: pd.DataFrame, frame: Frame, seed: str) -> pd.Series:
    """Count the families that stand in each stratum."""
    if cases.empty:
        return pd.Series(dtype="int64")
    whole = replace(frame, cases=cases.reset_index(drop=True))
    every = draw_sample(whole, Size(0, minimum=0, method="equal", rounding="fixed"), seed=seed)
    return every.allocation.set_index("stratum")["available"]


def _needed(families: int, settings: DeepDive) -> int:
    return size_for_proportion(settings.half_width, population=families).n


def _others(drawn: pd.DataFrame, there: pd.Series, settings: DeepDive) -> dict[str, int]:
    """Give how many others of each cell: no more than of the concerned, nor than there are."""
    wanted = _label(COMPARISON, _cells(drawn, settings)).value_counts()
    least = pd.concat([wanted, there], axis=1, join="inner").min(axis=1).astype(int).sort_index()
    n = min(settings.compare, int(least.sum()))
    least = least[least > 0]
    if n == 0:
        return {}
    found = allocate(least, n, minimum=0 if n < len(least) else 1).table
    return {str(row.stratum): int(row.sampled) for row in found.itertuples()}


def _known(draw: Draw, known: pd.DataFrame) -> pd.DataFrame:
    columns = [name for name in known.columns if name not in ("stratum", "family_ref", "family_id")]
    sample = draw.cases[[name for name in _CASES if name != "part"]]
    known = known.drop_duplicates("case_ref")
    cases = sample.merge(known[columns], on="case_ref", how="left")
    return _told_apart(cases)


def parts_of(draw: Draw) -> pd.DataFrame:
    """Give the part and the group of each drawn case and each reserve, by `case_ref`.

    Parameters
    ----------
    draw : Draw
        The draw.
    """
    held = draw.sample[["case_ref", "stratum"]].set_index("case_ref")
    return _told_apart(held)[["part", "stratum"]]


def _told_apart(table: pd.DataFrame) -> pd.DataFrame:
    """Tell part and group of a stratum apart."""
    part = table["stratum"].str.partition(_PART)
    return table.assign(part=part[0], stratum=part[2])


def _counts(draw: Draw) -> pd.DataFrame:
    held = draw.allocation.rename(columns={"population": "children", "available": "population"})
    held = _told_apart(held)
    held = held[(held["sampled"] > 0) | (held["part"] == CONCERNED)]
    held = held.sort_values(["part", "stratum"], ascending=[False, True], kind="stable")
    return held[_STRATA].reset_index(drop=True)


def _size_words(strata: pd.DataFrame, settings: DeepDive) -> str:
    """Say how many were drawn, why, and what can be told from so many."""
    ours = strata[strata["part"] == CONCERNED]
    families, n = int(ours["population"].sum()), int(ours["sampled"].sum())
    told = precision_of(n, population=families, proportions=(0.5,)).table["half_width"].iloc[-1]
    if settings.read:
        why = f"{n} were asked for (`read`)"
    else:
        endless = size_for_proportion(settings.half_width).n
        why = (
            f"a share known to {_points(settings.half_width)} points with 95% confidence, "
            f"whatever it is, needs {endless} of very many families and "
            f"{_needed(families, settings)} of the {families} there are (`half_width`); {n} are "
            "drawn"
        )
    said = f"How many: {why}, which tells a share of one in two to {_points(told)} points."
    if other := int(strata.loc[strata["part"] == COMPARISON, "sampled"].sum()):
        wide = precision_of(other, proportions=(0.5,)).table["half_width"].iloc[-1]
        said += f" The {other} others tell one only to {_points(wide)} points."
    return said


def _points(share: float) -> str:
    return f"±{100 * share:.0f}"


def _balance(cases: pd.DataFrame, settings: DeepDive) -> pd.DataFrame:
    """Give the shares of what was matched on, in both parts."""
    rows = []
    for name in settings.match_on:
        code, labels = values_of(cases[name])
        shares = pd.crosstab(labels[code], cases["part"], normalize="columns").loc[list(labels)]
        shares = shares.reindex(columns=[CONCERNED, COMPARISON])
        rows += [(name, str(value), float(row[CONCERNED]), float(row[COMPARISON]))
                 for value, row in shares.iterrows()]  # fmt: skip
    return pd.DataFrame(rows, columns=_BALANCE)
