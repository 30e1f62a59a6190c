"""Measure 95% intervals of changes and of moderated grades, and the real draw with families.

    python benchmarks/coverage_comparisons.py          (some minutes; writes docs/intervals.md)
    python benchmarks/coverage_comparisons.py --quick  (prints only)

The same caseload and truths as in coverage_estimation.py. Changes: two independent draws,
stratified by status. Moderated grades: n audits stratified by status, of which three in ten are
moderated at random; a moderator finds 10% of the good cases not good and 5% of the others good.
Families: drawn whole, nine in ten of them alike. The real draw: ``draw_sample`` with its tickets,
one child a family, on the invented authority's frame.
"""

from __future__ import annotations

import argparse
import itertools

import numpy as np
import pandas as pd
from coverage_estimation import (
    LEVEL,
    PAGE,
    SEED,
    TRUTHS,
    Population,
    draw_counts,
    fixed_design,
    heading,
    lay_truths,
    month,
    row,
    shown,
)
from scipy import stats

from qa_sampling.records.synthetic import invent
from qa_sampling.sampling.estimation import estimate_proportion, make_design
from qa_sampling.sampling.estimation_intervals import proportion_interval
from qa_sampling.sampling.estimation_phases import TWO_PHASE_METHODS, add_phase, estimate_moderated
from qa_sampling.sampling.frame import frame_fingerprint
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.selection import Size, draw_sample

PAIRS = ((0.5, 0.5), (0.5, 0.9), (0.9, 0.9), (0.1, 0.02), (0.02, 0.02))


def one_sample(
    population: Population, n: int, truth: float, draws: int, dice: np.random.Generator
) -> dict[str, np.ndarray]:
    """Give share, variance and the default interval's ends of many draws."""
    design, taken = fixed_design(population, n, "collapse")
    sizes = population.cells["population"].to_numpy()
    found = draw_counts(sizes, population.good[truth], taken, draws, dice)
    weight, good = design.weight, found.sum(axis=0)
    share = weight @ found / weight.sum()
    share = np.where(good == 0, 0.0, np.where(good == n, 1.0, share))
    variance = design.variances(weight[:, None] * (found - share) / weight.sum())
    df = design.variance.degrees_of_freedom(np.ones(n, dtype=bool))
    low, high = proportion_interval(share, variance, n=n, degrees_of_freedom=df, level=LEVEL)
    return {
        "share": share,
        "variance": variance,
        "low": low,
        "high": high,
        "df": np.full(draws, df),
    }


def changes(population: Population, draws: int, dice: np.random.Generator) -> list[str]:
    """Measure the change between two samples by both methods."""
    lines = [
        "### Change between two samples",
        "",
        *heading(["n each", "before", "after", "mover", "wald"]),
    ]
    for n, (before, after) in itertools.product((20, 40, 80), PAIRS):
        a = one_sample(population, n, before, draws, dice)
        b = one_sample(population, n, after, draws, dice)
        change = b["share"] - a["share"]
        truth = population.share(after) - population.share(before)
        down = np.hypot(b["share"] - b["low"], a["high"] - a["share"])
        up = np.hypot(b["high"] - b["share"], a["share"] - a["low"])
        variance = a["variance"] + b["variance"]
        df = variance**2 / np.maximum(
            a["variance"] ** 2 / a["df"] + b["variance"] ** 2 / b["df"], 1e-300
        )
        half = stats.t.ppf((1 + LEVEL) / 2, np.maximum(df, 1)) * np.sqrt(variance)
        cells = []
        for low, high in ((change - down, change + up), (change - half, change + half)):
            held = (low <= truth + 1e-12) & (truth <= high + 1e-12)
            cells.append(shown((float(held.mean()), float((high - low).mean()))))
        lines.append(row([str(n), f"{before:g}", f"{after:g}", *cells]))
    return [*lines, ""]


def moderations(population: Population, draws: int, dice: np.random.Generator) -> list[str]:
    """Measure what moderators would have found, by every method."""
    names = list(TWO_PHASE_METHODS)
    lines = [
        "### Moderated grades",
        "",
        *heading(["audits", "moderated", "auditors' truth", *names]),
    ]
    sizes = population.cells["population"].to_numpy()
    for n, truth in itertools.product((40, 80), (0.1, 0.5, 0.9)):
        _, taken = fixed_design(population, n, "collapse")
        stratum = np.repeat(np.arange(len(sizes)), taken)
        label = population.cells["stratum"].to_numpy()[stratum]
        good = population.good[truth]
        kept, gained = np.round(0.9 * good).astype(int), np.round(0.05 * (sizes - good)).astype(int)
        answer = float((kept + gained).sum()) / population.size
        hits: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for _ in range(draws):
            parts = []
            for size, has, keeps, gains, m in zip(sizes, good, kept, gained, taken, strict=True):
                cases = dice.choice(size, m, replace=False)
                said = cases < has
                parts.append(
                    np.column_stack([said, np.where(said, cases < keeps, cases < has + gains)])
                )
            both = np.concatenate(parts)
            table = pd.DataFrame({"stratum": label, "good": both[:, 0], "found": both[:, 1]})
            table["population"] = sizes[stratum]
            table["moderated"] = np.isin(np.arange(n), dice.choice(n, 3 * n // 10, replace=False))
            design = add_phase(make_design(table, "stratum", population="population"), "moderated")
            for name in names:
                one = estimate_moderated(design, "found", "good", method=name)
                interval = one.confidence_interval(LEVEL)
                held = interval.low <= answer + 1e-12 and answer <= interval.high + 1e-12
                hits[name].append((float(held), interval.width))
        cells = [shown(tuple(np.mean(hits[name], axis=0))) for name in names]
        lines.append(row([str(n), str(3 * n // 10), f"{truth:g}", *cells]))
    return [*lines, ""]


def real_frame() -> Frame:
    """Give the invented authority's open cases as a frame, with its families."""
    authority = invent(2026)
    cases = authority.history.cases_at(authority.history.last)
    cases = cases[cases["status"] != "Closed"]
    children = authority.history.children.loc[cases["child"], ["child_id", "family_id"]]
    table = pd.DataFrame(
        {
            "case_ref": children["child_id"].to_numpy(),
            "stratum": (cases["team"] + " / " + cases["status"]).to_numpy(),
            "row": cases["team"].to_numpy(),
            "column": cases["status"].to_numpy(),
            "family_ref": children["family_id"].to_numpy(),
        }
    ).astype("str")
    table = table.sort_values("case_ref", ignore_index=True)
    empty = pd.DataFrame()
    return Frame(table, empty, empty, empty, ("team", "status"), frame_fingerprint(table))


def real_draws(draws: int) -> list[str]:
    """Measure the whole draw: tickets, targets, rounding, one child a family."""
    frame = real_frame()
    cases = frame.cases
    codes, labels = pd.factorize(cases["stratum"], sort=True)
    sizes = np.bincount(codes, minlength=len(labels))
    good = lay_truths(sizes, SEED)
    # siblings share what they are as far as the counts allow: good cases in the order of families
    order = np.lexsort((cases["family_ref"].to_numpy(), codes))
    rank = np.empty(len(cases), dtype=int)
    rank[order] = np.arange(len(cases)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    for truth in TRUTHS:
        cases = cases.assign(**{f"p{truth:g}": rank < good[truth][codes]})
    hits: dict[float, list[tuple[float, float]]] = {truth: [] for truth in TRUTHS}
    for seed in range(draws):
        draw = draw_sample(frame, Size(40, reserves=0), seed=f"coverage {seed}")
        sample = draw.cases.merge(cases.drop(columns="stratum"), on="case_ref")
        design = make_design(
            sample,
            population=len(cases),
            probability="inclusion_probability",
            approximation="pooled",
        )
        for truth in TRUTHS:
            interval = estimate_proportion(design, f"p{truth:g}").confidence_interval(LEVEL)
            share = float(cases[f"p{truth:g}"].mean())
            held = interval.low <= share + 1e-12 and share <= interval.high + 1e-12
            hits[truth].append((float(held), interval.width))
    children = int(cases["family_ref"].duplicated(keep=False).sum())
    title = (
        f"### The real draw of 40, one child a family ({children} of {len(cases)} have siblings)"
    )
    lines = [title, "", *heading(["truth", "coverage / width"])]
    lines += [row([f"{truth:g}", shown(tuple(np.mean(hits[truth], axis=0)))]) for truth in TRUTHS]
    return [*lines, ""]


def whole_families(draws: int, dice: np.random.Generator) -> list[str]:
    """Measure families drawn whole, of which few are drawn and siblings are alike."""
    methods = ["korn_graubard", "beta", "clopper_pearson", "wilson", "logit", "wald"]
    frame = real_frame().cases
    _, family = np.unique(frame["family_ref"].to_numpy(), return_inverse=True)
    sizes = np.bincount(family)
    title = f"### Families drawn whole ({len(sizes)} families; siblings are alike)"
    lines = [title, "", *heading(["families", "truth", *methods])]
    for n, truth in itertools.product((8, 15, 30), (0.1, 0.5, 0.9)):
        # nine families in ten are good or not as a whole, in the others every child by itself
        as_one = dice.random(len(sizes)) < truth
        good = np.where(
            dice.random(len(sizes))[family] < 0.9, as_one[family], dice.random(len(family)) < truth
        )
        held = np.bincount(family, good)
        hits: dict[str, list[tuple[float, float]]] = {name: [] for name in methods}
        for _ in range(draws):
            chosen = dice.choice(len(sizes), n, replace=False)
            children = np.repeat(chosen, sizes[chosen])
            found = np.concatenate([np.arange(sizes[one]) < held[one] for one in chosen])
            table = pd.DataFrame({"family": children, "good": found})
            one = estimate_proportion(
                make_design(table, population=len(sizes), cluster="family"), "good"
            )
            for name in methods:
                interval = one.confidence_interval(LEVEL, method=name)
                share = float(good.mean())
                inside = interval.low <= share + 1e-12 and share <= interval.high + 1e-12
                hits[name].append((float(inside), interval.width))
        cells = [shown(tuple(np.mean(hits[name], axis=0))) for name in methods]
        lines.append(row([str(n), f"{truth:g}", *cells]))
    return [*lines, ""]


def main() -> None:
    """Measure everything and write the page between its marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    pairs, phases, real = (1000, 50, 20) if quick else (10_000, 2_000, 1_000)
    dice = np.random.default_rng(SEED)
    statuses = month().by("column")
    head = (
        f"Seed {SEED}; {pairs:,} pairs of draws, {phases:,} draws of two phases and of families, "
        f"and {real:,} real draws a line (standard errors near 95%: "
        f"{100 * (0.0475 / pairs) ** 0.5:.1f}, {100 * (0.0475 / phases) ** 0.5:.1f} and "
        f"{100 * (0.0475 / real) ** 0.5:.1f} points)."
    )
    lines = changes(statuses, pairs, dice) + moderations(statuses, phases, dice) + real_draws(real)
    lines += whole_families(phases, np.random.default_rng(SEED + 1))
    text = "\n".join([head, "", *lines]).rstrip() + "\n"
    if quick:
        print(text)
        return
    before, _, after = PAGE.read_text(encoding="utf-8").partition("<!-- compared -->\n")
    rest = after.partition("<!-- end of compared -->")[2]
    PAGE.write_text(
        f"{before}<!-- compared -->\n{text}<!-- end of compared -->{rest}",
        encoding="utf-8",
        newline="\n",
    )


if __name__ == "__main__":
    main()
