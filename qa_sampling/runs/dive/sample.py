"""The cases to read: drawn by tickets from the children concerned, and from others alike."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pandas as pd

from qa_sampling.records.keys import Key, keyed_text
from qa_sampling.runs.dive.carried import in_groups
from qa_sampling.runs.dive.cases import OUTCOME, Dive, of_unit
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.sampling.allocation import allocate
from qa_sampling.sampling.case_selection import Selection, select_cases
from qa_sampling.sampling.tickets import pseudonym, ticket
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.dive_cases import values_of
from qa_sampling.trends.driver_results import Drivers

CONCERNED, COMPARISON = "Concerned", "Comparison"
METHOD = "tickets"


@dataclass(frozen=True)
class Reading:
    """The cases to read. Restricted: a row a child.

    Attributes
    ----------
    cases : DataFrame
        One row a drawn case: `part` ("Concerned", "Comparison"), `case_ref`, `stratum`,
        `inclusion_probability`, `weight`, and what is known of it.
    strata : DataFrame
        `part`, `stratum`, `population` (families), `sampled`.
    balance : DataFrame
        `column`, `value`, `concerned`, `comparison`: shares of what both must have in common.
    frame : DataFrame
        All who could be drawn: `part`, `case_ref`, `stratum`.
    frame_fingerprint : str
        SHA-256 of the frame, which was fixed before its seed.
    seed : str
        Seed text of the draw; blank when nothing was drawn.
    withheld : int
        Children left out because their records are restricted.
    why_not : str
        Why nothing was drawn; blank when something was.
    """

    cases: pd.DataFrame
    strata: pd.DataFrame
    balance: pd.DataFrame
    frame: pd.DataFrame
    frame_fingerprint: str
    seed: str
    withheld: int
    why_not: str

    @property
    def is_drawn(self) -> bool:
        """Whether there are cases to read."""
        return len(self.cases) > 0


_CASES = ["part", "case_ref", "stratum", "inclusion_probability", "weight"]
_STRATA = ["part", "stratum", "population", "sampled"]
_BALANCE = ["column", "value", "concerned", "comparison"]
_FRAME = ["part", "case_ref", "stratum"]


def nothing_to_read(why_not: str) -> Reading:
    """Give a reading without cases.

    Parameters
    ----------
    why_not : str
        Why nothing is drawn.
    """
    empty = [pd.DataFrame(columns=names) for names in (_CASES, _STRATA, _BALANCE, _FRAME)]
    return Reading(*empty, "", "", 0, why_not)


def draw_reading(
    told: Told, dive: Dive, settings: DeepDive, found: Drivers, *, key: Key, is_signal: bool
) -> Reading:
    """Draw the cases to read: one child a family, in every stratum by its lowest tickets.

    The concerned are drawn in strata of the named groups and "Elsewhere", in equal parts as far
    as there are families; the others alike from families of whom no child is concerned, so many
    in each cell of `match_on` as were drawn there, as far as there are such families. Of a count
    there are no others now, so they are those of the months it is held against.

    Parameters
    ----------
    told : Told
        Name the children who are never drawn.
    dive : Dive
        The cases.
    settings : DeepDive
        Say how many, and what others must have in common with them.
    found : Drivers
        The named groups.
    key : Key
        Key of the references; where no seed is given, the seed is made with it too.
    is_signal : bool
        Whether there is a signal.
    """
    if settings.draw_when == "signal" and not is_signal and found.named.empty:
        return nothing_to_read(
            "There is no spike and no group that carries one, so no case is drawn: reading would "
            "find what is always there. Write draw_when: always to read all the same."
        )
    ours, others = _frames(told, dive, settings, found, key)
    if ours.empty:
        return nothing_to_read("No child is concerned in these months, so there is none to read.")
    frame = pd.concat([one.assign(part=part)[_FRAME] for part, one in
                       ((CONCERNED, ours), (COMPARISON, others))], ignore_index=True)  # fmt: skip
    print_ = _fingerprint(frame)
    seed = settings.seed or keyed_text(key, "qa_sampling/deep_dive/v1", settings.slug, print_)
    ours = _one_a_family(ours, seed)
    drawn = select_cases(ours[["case_ref", "stratum"]], _sizes(ours, settings.read, "equal"),
                         method=METHOD, seed=seed)  # fmt: skip
    first = _known(drawn, ours, CONCERNED)
    others = _one_a_family(others, seed)
    second = _others(first, others, settings, seed)
    parts = [first] if second is None else [first, _known(second, others, COMPARISON)]
    strata = [_counts(drawn, CONCERNED)]
    strata += [] if second is None else [_counts(second, COMPARISON)]
    withheld = dive.now.loc[dive.now["child_id"].isin(told.never_drawn), "child_id"].nunique()
    cases = pd.concat(parts, ignore_index=True)
    return Reading(
        cases=cases, strata=pd.concat(strata, ignore_index=True),
        balance=_balance(cases, settings), frame=frame, frame_fingerprint=print_, seed=seed,
        withheld=int(withheld), why_not="",
    )  # fmt: skip


def _frames(
    told: Told, dive: Dive, settings: DeepDive, found: Drivers, key: Key
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the concerned and the others, a row a child, its latest case."""
    now, elsewhere = _children(dive.now, told, key), _children(dive.before, told, key)
    now, elsewhere = of_unit(now, settings), of_unit(elsewhere, settings)
    ours = now[now[OUTCOME] == 1]
    others = now[now[OUTCOME] == 0] if dive.is_share else elsewhere
    others = others[~others["family"].isin(ours["family"])]
    ours = ours.assign(stratum=in_groups(ours, found))
    return ours, others.assign(stratum=_cells(others, settings))


def _children(cases: pd.DataFrame, told: Told, key: Key) -> pd.DataFrame:
    held = cases[~cases["child_id"].isin(told.never_drawn)]
    held = held.sort_values([OUTCOME, "start"], kind="stable").drop_duplicates(
        "child_id", keep="last"
    )
    known = held["family_id"].notna() & (held["family_id"].astype("str").str.strip() != "")
    family = held["family_id"].astype("object").where(known, "child " + held["child_id"])
    reference = [pseudonym(number, key.secret) for number in held["child_id"]]
    return held.assign(family=family, case_ref=reference).reset_index(drop=True)


def _cells(cases: pd.DataFrame, settings: DeepDive) -> pd.Series:
    if not settings.match_on:
        return pd.Series("All", index=cases.index)
    text = [cases[name].astype("object").astype("str") for name in settings.match_on]
    joined = text[0]
    for one in text[1:]:
        joined = joined + ", " + one
    return joined


def _fingerprint(frame: pd.DataFrame) -> str:
    lines = sorted("\t".join(row) for row in frame.astype("str").itertuples(index=False))
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def _one_a_family(cases: pd.DataFrame, seed: str) -> pd.DataFrame:
    """Keep of each family the child with the lowest ticket, by tickets for that alone."""
    if cases.empty:
        return cases
    order = cases.assign(lot=[ticket(ref, seed, purpose="family") for ref in cases["case_ref"]])
    kept = order.sort_values("lot").drop_duplicates("family").drop(columns="lot")
    return kept.sort_values("case_ref").reset_index(drop=True)


def _sizes(cases: pd.DataFrame, n: int, method: str) -> dict[str, int]:
    counts = cases["stratum"].value_counts().sort_index()
    wanted = min(max(n, len(counts)), int(counts.sum()))
    found = allocate(counts, wanted, method=method).table
    return dict(zip(found["stratum"], (int(one) for one in found["sampled"]), strict=True))


def _others(
    drawn: pd.DataFrame, others: pd.DataFrame, settings: DeepDive, seed: str
) -> Selection | None:
    """Draw others alike: in each cell no more than of the concerned, nor than there are."""
    wanted = _cells(drawn, settings).value_counts()
    there = others["stratum"].value_counts()
    least = pd.concat([wanted, there], axis=1, join="inner").min(axis=1).astype(int).sort_index()
    n = min(settings.compare, int(least.sum()))
    if n == 0:
        return None
    found = allocate(least, n, minimum=0 if n < len(least) else 1).table
    sizes = {str(row.stratum): int(row.sampled) for row in found.itertuples()}
    held = others[others["stratum"].isin([name for name, size in sizes.items() if size])]
    sizes = {name: size for name, size in sizes.items() if size}
    return select_cases(held[["case_ref", "stratum"]], sizes, method=METHOD, seed=seed)


def _known(drawn: Selection, cases: pd.DataFrame, part: str) -> pd.DataFrame:
    columns = [name for name in cases.columns if name not in ("stratum", "family", "family_id")]
    return drawn.sample.merge(cases[columns], on="case_ref").assign(part=part)


def _counts(drawn: Selection, part: str) -> pd.DataFrame:
    return drawn.strata[["stratum", "population", "sampled"]].assign(part=part)[_STRATA]


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
