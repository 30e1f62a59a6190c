"""How often a deep dive names what was planted in the invented authority, and how often another.

Usage: python benchmarks/deep_dives_authority.py [--seeds 100] [--first 1000] [--keep FILE]

Each seed is a whole invented authority, its story alone (its audits are not played: no deep dive
reads them), taken through the steps of `notebooks/60_deep_dive.ipynb` that name who carries it:
`open_dive` and `who_carries`, by the parameters of `parameters/deep_dive_re_referrals.yml`. With
`--keep` every authority is written to a file as it is done, and those that are there already are
not done again. Prints a table of docs/deep_dives.md. A small piece of it is in tests/.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.records.invented.building import build_history
from qa_sampling.records.invented.days import to_dates
from qa_sampling.records.invented.events import events_of
from qa_sampling.records.invented.extras import families
from qa_sampling.records.invented.history import History
from qa_sampling.records.invented.truths import plant
from qa_sampling.records.unit_columns import with_units
from qa_sampling.runs.dive.carried import members, who_carries
from qa_sampling.runs.dive.cases import Dive, in_words, open_dive
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.settings.deep_dive import DeepDive

UNTIL, MONTHS = date(2026, 10, 31), 36
PLANTED, QUIET = "2026-03", "2025-12"
"""The last of the three planted months, and of the three before them, of which nobody knows."""
READY = Path(__file__).parents[1] / "parameters" / "deep_dive_re_referrals.yml"
FACTORS = {"source and team": ("source", "team"), "all five": ()}
"""What is searched, with pairs; () for the factors of the ready parameters."""


@dataclass(frozen=True)
class World:
    """What is planted: families a month, their source, and the place of their team."""

    families: float
    source: str = "6"
    locality: int = 2


WORLDS = (World(9), World(5), World(3), World(9, "5B", 0), World(0))


@dataclass(frozen=True)
class Named:
    """A group that was named.

    Attributes
    ----------
    group : dict of str to str
        Its column or columns with their values; empty for all cases.
    planted : float
        Share of its events that are of the planted source and team.
    """

    group: dict[str, str]
    planted: float

    def is_innocent(self, truth: dict[str, str]) -> bool:
        """Say whether less than half of it is of the planted group, or nothing was planted."""
        return not truth or self.planted < 0.5

    def accuses(self, truth: dict[str, str]) -> bool:
        """Say whether it names a source or a team that is not the planted one."""
        return any(self.group.get(one, value) != value for one, value in truth.items())


def told_of(history: History) -> Told:
    """Give what the records of an authority tell a deep dive."""
    held = history.children
    children = pd.DataFrame({"child_id": held["child_id"].to_numpy(),
                             "date_of_birth": to_dates(held["born"]).to_numpy()})  # fmt: skip
    events = events_of(history, history.last)
    known = {"families": families(history, history.last), "staff": history.staff}
    events = with_units(events, children=children, events=events, **known)
    return Told(events, pd.DataFrame(), True, children, frozenset())


def invented(seed: int, world: World) -> tuple[Told, dict[str, str]]:
    """Give the records of an authority, and the source and team that were planted, in words."""
    turn, spike = plant(UNTIL, MONTHS, 1.0)
    spike = replace(spike, source=world.source, locality=world.locality,
                    families_a_month=world.families)  # fmt: skip
    history = build_history(seed, scale=1.0, months=MONTHS, until=UNTIL, turn=turn, spike=spike)
    (team,) = (one.name for one in history.teams
               if one.kind == "assessment" and one.locality == world.locality)  # fmt: skip
    return told_of(history), {"source": in_words("source", world.source), "team": team}


def asked(period: str, factors: tuple[str, ...]) -> DeepDive:
    """Give the ready parameters for a period, with other factors where some are given."""
    values = load_parameters([READY]) | {"period": period}
    return read_parameters("deep_dive", values | ({"factors": list(factors)} if factors else {}))


def named_in(dive: Dive, settings: DeepDive, truth: dict[str, str]) -> list[Named]:
    """Give the groups that the deep dive names among everybody."""
    events = dive.now[dive.now["concerned"] == 1]
    mine = (events[list(truth)].astype("str") == pd.Series(truth)).all(axis=1)
    return [
        Named(dict(zip(row.columns, row.values, strict=True)),
              float(mine[members(events, row)].mean()))
        for row in who_carries(dive, settings)["All"].named.itertuples()
    ]  # fmt: skip


def look(seed: int, world: World) -> list[dict]:
    """Give what is named in one authority: a row a period and choice of factors.

    The months before are the same whatever is planted later, so they are looked at once.
    """
    told, truth = invented(seed, world)
    rows = []
    for period in (PLANTED, QUIET) if world == WORLDS[0] else (PLANTED,):
        dive = open_dive(told, asked(period, ()))
        for chosen, factors in FACTORS.items():
            named = named_in(dive, asked(period, factors), truth)
            rows.append({"seed": seed, "world": asdict(world), "period": period, "truth": truth,
                         "factors": chosen, "named": [asdict(one) for one in named]})  # fmt: skip
    return rows


SAID = ("its source", "its team", "both in one group", "that and no other",
        "another source or team", "any innocent group", "nothing")  # fmt: skip


def verdict(named: list[Named], truth: dict[str, str]) -> dict[str, bool]:
    """Say of one search which of `SAID` it does; `truth` is empty where nothing was planted."""
    said = {f"its {kind}": any(one.group.get(kind) == truth[kind] for one in named) if truth
            else False for kind in ("source", "team")}  # fmt: skip
    both = [bool(truth) and truth.items() <= one.group.items() for one in named]
    return said | {
        "both in one group": any(both),
        "that and no other": both == [True],
        "another source or team": any(
            one.accuses(truth) if truth else {"source", "team"} & set(one.group) for one in named
        ),
        "any innocent group": any(one.is_innocent(truth) for one in named),
        "nothing": not named,
    }


def with_interval(told: list[bool]) -> str:
    """Give how many of how many, with Clopper and Pearson's 95% interval in per cent."""
    low, high = proportion_confint(sum(told), len(told), method="beta")
    return f"{sum(told)} of {len(told)} ({100 * low:.0f} to {100 * high:.0f}%)"


def table(rows: list[dict]) -> str:
    """Give the table: a row a world, period and choice of factors."""
    heads = ("planted a month", "months", "searched", *SAID, "innocent among the named")
    lines = [heads, ["---"] * len(heads)]
    frame = pd.DataFrame(rows)
    kinds = [json.dumps(row["world"]) for row in rows], frame["period"], frame["factors"]
    for (what, period, factors), part in frame.groupby(list(kinds), sort=False):
        world = World(**json.loads(what))
        is_there = period == PLANTED and world.families > 0
        searches = [([Named(**one) for one in row.named], row.truth if is_there else {})
                    for row in part.itertuples()]  # fmt: skip
        said = pd.DataFrame([verdict(*one) for one in searches])
        false = [sum(one.is_innocent(truth) for one in named) / max(len(named), 1)
                 for named, truth in searches]  # fmt: skip
        where = ", ".join(part["truth"].iloc[0].values()) if is_there else "nothing"
        lines.append((f"{world.families:g}: {where}" if is_there else where, period, factors,
                      *(with_interval(said[one].tolist()) for one in SAID),
                      f"{100 * sum(false) / len(false):.1f}%"))  # fmt: skip
    return "\n".join("| " + " | ".join(map(str, one)) + " |" for one in lines)


def main() -> None:
    """Play the authorities, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--keep", type=Path)
    given, begun = parser.parse_args(), time.time()
    kept = given.keep.read_text("utf-8").splitlines() if given.keep and given.keep.exists() else []
    rows = [json.loads(one) for one in kept]
    done = {(row["seed"], json.dumps(row["world"])) for row in rows}
    for seed in range(given.first, given.first + given.seeds):
        for world in WORLDS:
            if (seed, json.dumps(asdict(world))) in done:
                continue
            more = look(seed, world)
            rows += more
            if given.keep:
                with given.keep.open("a", encoding="utf-8") as file:
                    file.writelines(json.dumps(one) + "\n" for one in more)
    print(table(rows))
    print(f"\n{time.time() - begun:.0f} s")


if __name__ == "__main__":
    main()
