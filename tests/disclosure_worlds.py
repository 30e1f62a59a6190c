"""Random invented worlds, and random tables of them with everything that can be declared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from disclosure_intruder import World

MONTHS = ("m1", "m2", "m3")
SERVICES = {"East": ("T0", "T1"), "West": ("T2", "T3")}
AREAS = {"Hill": ("T0", "T2"), "Lake": ("T1",), "Moor": ("T3",)}
QUARTERS = {"first": ("m1", "m2"), "last": ("m3",)}
MERGED = {"Both": ("S0", "S1"), "Lower": ("T0", "T1", "T2"), "All but one": ("T1", "T2", "T3")}


@dataclass(frozen=True)
class Invented:
    """A world with its true counts, and what is declared of its columns."""

    world: World
    truth: np.ndarray
    declared: dict


def invented(rng):
    """Make up a world: cases, audits among them, grades among these."""
    teams, statuses = ("T0", "T1", "T2", "T3"), ("S0", "S1", "S2")[: rng.integers(2, 4)]
    sizes = {"team": teams, "status": statuses, "month": MONTHS[: rng.integers(1, 4)]}
    shape = tuple(len(labels) for labels in sizes.values())
    cases = rng.poisson(rng.gamma(0.7, rng.choice([4, 8, 14]), shape))
    cases[rng.random(shape) < 0.15] = 0
    columns, inside, apart, declared = {"cases": cases}, [], [], {}
    kind = rng.integers(5)
    if kind:
        columns["audits"] = rng.binomial(cases, rng.choice([0.3, 0.7, 0.95]))
        inside.append(("cases", "audits"))
        declared["within"] = {"audits": "cases"}
    if kind >= 2:
        weights = [0.5, 0.3, 0.2] if kind < 4 else [0.4, 0.3, 0.3]
        split = rng.multinomial(columns["audits"], weights)
        names = ("good", "fair", "poor") if kind < 4 else ("late", "sent back")
        columns |= {name: split[..., at] for at, name in enumerate(names)}
        apart.append(("audits", names, kind < 4))
        declared["adding_up" if kind < 4 else "exclusive"] = {"audits": names}
    world = World(
        sizes=sizes,
        counts=tuple(columns),
        columns={"service": "team", "area": "team", "quarter": "month"} | {n: n for n in sizes},
        groups={
            label: tuple(one for one in parts if any(one in labels for labels in sizes.values()))
            for label, parts in (SERVICES | AREAS | QUARTERS | MERGED).items()
        },
        inside=tuple(inside),
        apart=tuple(apart),
    )
    return Invented(world, np.stack(list(columns.values())).ravel(), declared)


def random_request(rng, made):
    """Choose a table of the world: the table, the arguments of protect(), what it is limited to."""
    world = made.world
    months = world.sizes["month"]
    covered = months[: rng.integers(1, len(months) + 1)]
    axes = _axes(rng)
    names = [columns for columns, _ in axes]
    arguments = {"population": "p", "zeros_shown": bool(rng.integers(2))}
    if rng.random() < 0.3 and len(axes) < 3:
        names.append("month")
        arguments["growing"] = ["month"]
    else:
        if rng.random() < 0.3:
            covered = (months[rng.integers(len(months))],)
        arguments["over"] = {"month": list(covered)}
    for _, more in axes:
        arguments |= more
    counts = _counts(rng, made, arguments)
    table = _table(made, names, counts, covered)
    if rng.random() < 0.2:
        arguments["rounded_to"] = int(rng.choice([5, 10]))
    if rng.random() < 0.15:
        arguments["threshold"] = 10
    if rng.random() < 0.3:
        arguments["coarser"] = _steps(names, world)
        arguments["most_hidden"] = float(rng.choice([0.2, 0.5, 1]))
    if rng.random() < 0.1:
        arguments["time_limit_s"] = 0
    return table, arguments | {"by": names, "counts": counts}, {"month": covered}


def _axes(rng):
    """Choose the classifications of a table, with what they need to be declared."""
    teams = [
        ("team", {}),
        ("team", {"subtotals_of": {"team": {t: s for s, ts in SERVICES.items() for t in ts}}}),
        ("service", {"made_of": {"service": ("team", SERVICES)}}),
        ("area", {"made_of": {"area": ("team", AREAS)}}),
    ]
    axes = [teams[rng.integers(4)]] if rng.random() < 0.8 else []
    if not axes or rng.random() < 0.5:
        axes.append(("status", {}))
    return axes


def _counts(rng, made, arguments):
    """Choose count columns, and declare what ties those that were chosen."""
    counts = list(made.world.counts)
    if len(counts) > 1 and rng.random() < 0.3:
        counts = counts[:1]
    elif len(counts) > 2 and rng.random() < 0.4:
        counts = counts[1 : rng.choice([2, len(counts)])]
    if "audits" in counts:
        arguments["within"] = made.declared["within"]
    if len(counts) > 2:
        arguments |= made.declared
    return counts


def _table(made, names, counts, covered):
    """Add the world up to a table."""
    world = made.world
    options = []
    for name in names:
        groups = {"service": SERVICES, "area": AREAS}.get(name)
        labels = covered if name == "month" else world.sizes.get(name)
        options.append(list(groups) if groups else list(labels))
    rows = []
    for place in product(*options):
        chosen = {"month": covered}
        for name, label in zip(names, place, strict=True):
            chosen[world.columns[name]] = world.groups.get(label, (label,))
        rows.append((*place, *[int(world.region(c, chosen) @ made.truth) for c in counts]))
    return pd.DataFrame(rows, columns=[*names, *counts])


def _steps(names, world):
    """Give coarser forms that fit."""
    steps = []
    if "status" in names:
        steps.append({"status": dict.fromkeys(("S0", "S1"), "Both")})
    if "team" in names:
        steps.append({"team": dict.fromkeys(("T0", "T1", "T2"), "Lower")})
    if len(names) > 1:
        steps.append({names[-1]: None})
    return steps
