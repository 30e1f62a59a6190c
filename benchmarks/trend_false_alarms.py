"""How often charts, the change scan and the alerts cry wolf, and how often they find the wolf.

Usage: python benchmarks/trend_false_alarms.py [--series 10000] [--part NAME]

Parts: alarms, shares, grades, scan, alerts. Independent months, Poisson or negative binomial
(variance phi times the mean), or binomial and beta-binomial. Prints the tables of
docs/trends.md. Nothing here is a test; a small piece of each part is in tests/.
"""

from __future__ import annotations

import argparse

import numpy as np

from qa_sampling.trends.alerts import discovery_rates
from qa_sampling.trends.chances import CountAhead, two_sided
from qa_sampling.trends.change_scan import scan_arrays
from qa_sampling.trends.changes import scan_threshold
from qa_sampling.trends.classical import Material
from qa_sampling.trends.many import chart_arrays
from qa_sampling.trends.predictive import count_ahead, sampled_lines
from qa_sampling.trends.presets import PRESETS
from qa_sampling.trends.rules import evaluate
from qa_sampling.trends.sampled_grades import effective_audits

MEANS = (0.3, 1.0, 2.0, 5.0, 10.0, 30.0)
SPREADS = (1.0, 1.5, 2.0)
LEVELS = (0.3, 0.5, 0.75, 0.9)
SEED = 20261125


def counts(dice: np.random.Generator, mean: float, phi: float, shape: tuple) -> np.ndarray:
    """Give stable counts."""
    if phi == 1:
        return dice.poisson(mean, shape).astype(float)
    return dice.negative_binomial(mean / (phi - 1), 1 / phi, shape).astype(float)


def latest(fired: dict[str, np.ndarray]) -> float:
    """Give how often any rule marks the latest month."""
    return float(np.any([one[:, -1] != 0 for one in fired.values()], axis=0).mean())


def anywhere(fired: dict[str, np.ndarray]) -> float:
    """Give how often any rule marks any month."""
    return float(np.any([(one != 0).any(axis=1) for one in fired.values()], axis=0).mean())


def row(*cells: object) -> None:
    """Print one row of a table."""
    print("| " + " | ".join(str(one) for one in cells) + " |", flush=True)


def head(*names: str) -> None:
    """Print the head of a table."""
    print()
    row(*names)
    row(*["---"] * len(names))


def percent(share: float) -> str:
    """Write a share with two significant places below 10%."""
    return f"{100 * share:.2f}%" if share < 0.1 else f"{100 * share:.0f}%"


def alarms(series: int) -> None:
    """Count false alarms of stable counts, and spikes found at the latest month."""
    head("mean, phi, months", "latest, limits", "latest, default", "any month", "MDC latest",
         "MDC any", "NHSR latest", "x2 found", "x3 found", "x3 beyond XmR")  # fmt: skip
    for mean in MEANS:
        for phi in SPREADS:
            for months in (13, 24, 60):
                dice = np.random.default_rng(SEED)
                values = counts(dice, mean, phi, (series, months))
                _, own = chart_arrays(values, kind="gamma_poisson")
                mdc, nhsr = (chart_arrays(values, preset=name)[1] for name in ("mdc", "nhsr"))
                found = []
                for size in (2, 3):
                    spiked = values.copy()
                    spiked[:, -1] = counts(dice, size * mean, phi, (series,))
                    lines, _ = chart_arrays(spiked, kind="gamma_poisson")
                    found.append((spiked[:, -1] > lines.high[:, -1]).mean())
                lines, _ = chart_arrays(spiked, tested=1)
                xmr = (spiked[:, -1] > lines.high[:, -1]).mean()
                limits = (own["beyond_limit"][:, -1] != 0).mean()
                row(f"{mean:g}, {phi:g}, {months}", percent(limits),
                    percent(latest(own)), percent(anywhere(own)), percent(latest(mdc)),
                    percent(anywhere(mdc)), percent(latest(nhsr)), *map(percent, found),
                    percent(xmr))  # fmt: skip


def shares(series: int) -> None:
    """Count false alarms of stable shares."""
    head("of, share, rho, months", "latest, limits", "latest, default", "any month",
         "p' with MDC rules, latest")  # fmt: skip
    for whole in (5, 12, 30, 100):
        for share in (0.5, 0.8, 0.95):
            for rho in (0.0, 0.03):
                for months in (24, 60):
                    dice = np.random.default_rng(SEED)
                    chance = np.full((series, months), share)
                    if rho:
                        total = 1 / rho - 1
                        chance = dice.beta(share * total, (1 - share) * total, (series, months))
                    top = dice.binomial(whole, chance).astype(float)
                    bottom = np.full(top.shape, float(whole))
                    _, own = chart_arrays(top, bottom, kind="beta_binomial")
                    _, prime = chart_arrays(top, bottom, kind="p_prime")
                    row(f"{whole}, {share:g}, {rho:g}, {months}",
                        percent((own["beyond_limit"][:, -1] != 0).mean()), percent(latest(own)),
                        percent(anywhere(own)), percent(latest(prime)))  # fmt: skip


def audited(
    dice: np.random.Generator, level: float, n: int, effect: float, shape: tuple
) -> tuple[np.ndarray, np.ndarray]:
    """Give estimates from two equal strata, unequally drawn, and their effective audits."""
    few = max(2, round(n * (0.5 - 0.5 * np.sqrt(1 - 1 / effect))))
    sizes = np.array([min(few, n // 2), n - min(few, n // 2)])
    parts = [dice.binomial(one, level, shape) / one for one in sizes]
    value = sum(parts) / 2
    errors = sum(0.25 * p * (1 - p) / (one - 1) for p, one in zip(parts, sizes, strict=True))
    plain = value * (1 - value) / (n - 1)
    weights = np.full(shape, n * (0.25 / sizes).sum())
    told = np.where(plain > 0, errors / np.where(plain > 0, plain, 1), weights)
    return value, effective_audits(np.full(shape, float(n)), told, weights)


def grades(series: int) -> None:
    """Count false alarms of stable shares estimated from audits, and falls found."""
    head(
        "audits, design effect, months",
        *[f"{level:.0%}: latest, default" for level in LEVELS],
        "largest, limits",
        "75% to 45% found",
        "p chart of the audits, 75%: latest",
    )
    for months in (13, 24, 36):
        for n in (10, 20, 40, 60):
            for effect in (1.0, 1.5, 2.0):
                shape, base = (series, months), np.arange(months) < months - 1
                latest_of, limits = [], []
                for level in (*LEVELS, 0.45):
                    dice = np.random.default_rng([SEED, months])
                    value, size = audited(dice, 0.75 if level == 0.45 else level, n, effect, shape)
                    if level == 0.45:
                        value[:, -1:] = audited(dice, level, n, effect, (series, 1))[0]
                    lines = sampled_lines(Material(value * size, size, np.tile(base, (series, 1))))
                    fired = evaluate(value, lines, PRESETS["steady"])
                    latest_of.append(latest(fired))
                    limits.append((fired["beyond_limit"][:, -1] != 0).mean())
                value, _ = audited(np.random.default_rng([SEED, months]), 0.75, n, effect, shape)
                _, rules = chart_arrays(np.rint(value * n), np.full(shape, float(n)), kind="p")
                row(
                    f"{n}, {effect:g}, {months}",
                    *map(percent, latest_of[:-1]),
                    percent(max(limits[:-1])),
                    percent(limits[-1]),
                    percent(latest(rules)),
                )


def exceeds(values: np.ndarray) -> np.ndarray:
    """Say which series get a proposal at 5%."""
    points = values.shape[1]
    limits = np.array([scan_threshold(points, one) for one in values.mean(axis=1)])
    return scan_arrays(values).statistic > limits


def scan(series: int) -> None:
    """Count false proposals of stable series, and steps found, at the default level of 5%."""
    head("mean, phi, months", "false proposals", "+35% found", "x1.5 found", "halved found",
         "within 2 months")  # fmt: skip
    for mean in (0.7, 2.0, 7.0, 20.0, 60.0):
        for phi in (1.0, 1.3, 2.0):
            for months in (18, 30, 60):
                dice = np.random.default_rng(SEED)
                false = exceeds(counts(dice, mean, phi, (series, months))).mean()
                found, near = [], 0.0
                for size in (1.35, 1.5, 0.5):
                    half = (series, months // 2)
                    both = [counts(dice, mean, phi, half), counts(dice, mean * size, phi, half)]
                    stepped = np.hstack(both)
                    hit = exceeds(stepped)
                    found.append(hit.mean())
                    if size == 1.5:
                        place = scan_arrays(stepped).place
                        close = np.abs(place - months // 2) <= 2
                        near = close[hit].mean() if hit.any() else np.nan
                row(f"{mean:g}, {phi:g}, {months}", percent(false), *map(percent, found),
                    percent(near))  # fmt: skip


def round_of_alerts(rounds: int) -> None:
    """Alerts a month of 12 measures and 10 teams, stable, and with one month multiplied."""
    teams, measures, months = 10, 12, 36
    mean = np.repeat(np.array([0.5, 1, 2, 2, 3, 5, 5, 8, 10, 15, 20, 30]), teams)
    head("phi", "alerts a month", "months with any", "MDC alerts a month", "MDC months with any",
         "x2.5 spike found", "MDC finds it", "false discovery rate")  # fmt: skip
    for phi in SPREADS:
        dice = np.random.default_rng(SEED)
        plain, rules, found, seen, false = [], [], [], [], []
        for _ in range(rounds):
            values = counts(dice, mean[:, None], phi, (teams * measures, months))
            alert = alerted(values, teams)
            plain.append(alert.sum())
            _, fired = chart_arrays(values, preset="mdc")
            rules.append(np.any([one[:, -1] != 0 for one in fired.values()], axis=0).sum())
            place = dice.integers(30, teams * measures)
            values[place, -1] = counts(dice, 2.5 * mean[place], phi, (1,))[0]
            alert = alerted(values, teams)
            found.append(alert[place])
            false.append((alert.sum() - alert[place]) / max(alert.sum(), 1))
            _, fired = chart_arrays(values[place : place + 1], preset="mdc")
            seen.append(latest(fired) > 0)
        row(f"{phi:g}", f"{np.mean(plain):.2f}", percent(np.mean(np.array(plain) > 0)),
            f"{np.mean(rules):.2f}", percent(np.mean(np.array(rules) > 0)), percent(np.mean(found)),
            percent(np.mean(seen)), percent(np.mean(false)))  # fmt: skip


def alerted(values: np.ndarray, teams: int) -> np.ndarray:
    """Say which latest months are alerts at q = 0.1, as `alerts` has it."""
    base = np.ones(values.shape, dtype=bool)
    base[:, -1] = False
    ahead = count_ahead(Material(values, np.ones_like(values), base))
    usual = np.repeat(np.median(ahead.dispersion.reshape(-1, teams), axis=1), teams)
    wider = np.maximum(usual / ahead.dispersion, 1)[:, None]
    low, high = CountAhead(ahead.mean, ahead.chances.variance * wider).tails(values)
    return discovery_rates(two_sided(low[:, -1], high[:, -1])) <= 0.1


def main() -> None:
    """Run what is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--part", default="")
    given = parser.parse_args()
    parts = {"alarms": alarms, "shares": shares, "grades": grades, "scan": scan,
             "alerts": lambda series: round_of_alerts(series // 10)}  # fmt: skip
    for name, run in parts.items():
        if given.part in ("", name):
            print(f"\n## {name}")
            run(given.series)


if __name__ == "__main__":
    main()
